"""Tables and figures of results over many lanes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.report import plots, tables
from longtail.report.figures import lanes as figure_lanes
from longtail.report.pages import lanes
from longtail.report.wording.page import ATTENTION

SAMPLES = 60


@pytest.fixture(scope="module")
def amp() -> lt.Amplifier:
    return lt.read(Path(__file__).parents[3] / "examples" / "bjt_pair.cir")


@pytest.fixture(scope="module")
def sampled(amp: lt.Amplifier) -> lt.ModeGains:
    random = np.random.default_rng(3)
    loads = {f"rc{k}.r": 1e4 * (1 + 0.01 * random.normal(size=SAMPLES)) for k in (1, 2)}
    return amp.gains(frequency_hz="1:1g:4", parameters=loads, null=True)


def row(page: lanes.Page, heading: str) -> list[str]:
    """The texts of a row, without its heading."""
    (found,) = (r for table in page.tables for r in table.rows if r[0].text == heading)
    return [cell.text for cell in found[1:]]


def test_gains_of_samples_are_shown_by_quantiles_that_occurred(sampled: lt.ModeGains) -> None:
    page = tables.page(sampled)
    assert dict(page.facts)["lanes"] == f"all {SAMPLES} solved"
    ordered = np.sort(sampled.cmrr_db[:, 0])
    wanted = [ordered[k] for k in (0, 2, 29, 56, 59)]  # the smallest that at least this share does not exceed
    assert row(page, "CMRR dB")[:5] == [f"{x:.2f}" for x in wanted]
    assert row(page, "CMRR dB")[5:] == [
        f"lane {sampled.cmrr_db[:, 0].argmin()}",
        f"lane {sampled.cmrr_db[:, 0].argmax()}",
    ]
    headings = [column.heading for column in page.tables[0].columns]
    assert headings[1:6] == ["min", "5 %", "median", "95 %", "max"]
    assert "mean" not in page_text(sampled) and "±" not in page_text(sampled)
    offsets = row(page, "V_OS")
    assert offsets[0].startswith("-") and offsets[4].endswith("V")


def page_text(result: lt.ModeGains) -> str:
    return result.to_text()


def test_bandwidth_is_that_of_the_datasheet(amp: lt.Amplifier) -> None:
    (sheet,) = (r.value for r in amp.analyze(frequency_hz="1:1g:20").rows if r.symbol == "f_3dB")
    swept = amp.sweep(vary={"rc1.r": [1e4]}, measure="bandwidth_hz", frequency_hz="1:1g:20")
    assert swept["bandwidth_hz"][0] == pytest.approx(sheet, rel=1e-9)


def test_few_lanes_are_all_shown(amp: lt.Amplifier) -> None:
    result = amp.sweep(vary={"rc1.r": [9e3, 10e3, 11e3]}, frequency_hz="1:1g:4")
    (table,) = tables.page(result).tables
    assert [r[0].text for r in table.rows] == ["9000", "10000", "11000"]
    assert [r[2].text for r in table.rows] == [f"{result['cmrr_db'][0]:.2f}", "symmetry", f"{result['cmrr_db'][2]:.2f}"]


def test_what_symmetry_takes_away_is_said_once(amp: lt.Amplifier) -> None:
    page = tables.page(amp.sweep(vary="vcm=-1:1:3", measure="gains", frequency_hz="1:1g:4"))
    headings = [column.heading for column in page.tables[0].columns]
    assert headings == ["vcm", "A_dd dB", "A_cc dB"]
    assert "CMRR is limited by symmetry in every lane" in page.notes
    assert "A_c→d is zero by symmetry in every lane" in page.notes


def test_lanes_without_solution_are_counted(amp: lt.Amplifier) -> None:
    result = amp.gains(parameters={"rc1.r": [1e4, np.nan]}, frequency_hz=[1.0, 1e3])
    facts = dict(tables.page(result).facts)
    assert facts["lanes"].startswith("1 of 2 solved; 1: ")
    assert [cell.text for cell in tables.page(result).tables[0].rows[1][1:]] == ["–"] * 2  # the rest is symmetry


def test_operating_points_tell_who_leaves_its_region(amp: lt.Amplifier) -> None:
    page = tables.page(amp.op(parameters=lt.grid({"vcm": np.linspace(0.0, 5.0, 51)})))
    q1 = next(r for r in page.tables[0].rows if r[0].text == "q1")
    assert q1[1].tone == ATTENTION and "saturation" in q1[1].text and "active" in q1[1].text
    assert row(page, "inp")[5:] == ["vcm 0", "vcm 5"]


@pytest.mark.parametrize("values", [[], [np.nan]])
def test_quantiles_of_nothing(values: list[float]) -> None:
    assert np.isnan(lanes.quantiles(np.array(values))).all()


def test_figure_of_samples_has_distributions_and_fans(sampled: lt.ModeGains) -> None:
    figure = plots.plot(sampled)
    assert len(figure.axes) == 4 + 2  # gains, rejection, bandwidth, offset; gains and rejection over frequency
    left = figure.axes[0].lines
    assert all(np.all(np.diff(line.get_ydata()) >= 0.0) for line in left)
    fan = figure.axes[5].lines[0].get_ydata()
    assert fan[0] == pytest.approx(lanes.quantiles(sampled.cmrr_db[:, 0])[2])


def test_figure_over_axes_has_the_longest_below(amp: lt.Amplifier) -> None:
    result = amp.sweep(vary={"temp": [0.0, 100.0], "rc1.r": np.linspace(9e3, 9.9e3, 7)}, frequency_hz="1:1g:4")
    figure = plots.plot(result)
    assert [axes.get_xlabel() for axes in figure.axes][-1] == "rc1.r"
    (line,) = figure.axes[1].lines
    np.testing.assert_allclose(line.get_ydata(), np.sort(result["cmrr_db"], axis=0)[0])  # of two values the lower
    (band,) = figure.axes[1].collections
    assert band.get_datalim(figure.axes[1].transData).y1 == pytest.approx(result["cmrr_db"].max())


def test_nodes_that_move_alike_are_drawn_once(amp: lt.Amplifier) -> None:
    figure = plots.plot(amp.op(parameters=lt.grid({"vcm": np.linspace(-1.0, 1.0, 5)})))
    labels = [text.get_text() for text in figure.axes[0].texts]
    assert "inp, inn" in labels and not any("vcc" in label for label in labels)


def test_one_lane_has_no_figure(amp: lt.Amplifier) -> None:
    with pytest.raises(lt.OptionError, match="at least two"):
        figure_lanes.figure(amp.sweep(vary={"rc1.r": [1e4]}, frequency_hz="1:1g:4"))


def test_lanes_that_are_all_unsolved_have_no_figure(amp: lt.Amplifier) -> None:
    with pytest.raises(lt.OptionError, match="nothing to draw"):
        plots.plot(amp.op(parameters={"rc1.r": [np.nan, np.nan]}))
