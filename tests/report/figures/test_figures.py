"""Figures: the right lines with the right data, labels and units; nothing of it depends on a window."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import longtail as lt
from longtail.contract.result import Result
from longtail.report import plots
from longtail.report.figures.style import spread

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def mismatched() -> lt.Amplifier:
    return lt.read(EXAMPLES / "bjt_pair.cir", parameters={"drc": 0.01})


@pytest.fixture(scope="module")
def symmetric() -> lt.Amplifier:
    return lt.read(EXAMPLES / "bjt_pair.cir")


@pytest.fixture(scope="module")
def ota() -> lt.Amplifier:
    return lt.read(EXAMPLES / "ota_5t.cir")


def panels(figure: Figure) -> dict[str, Axes]:
    """The axes of a figure by the label of their vertical axis."""
    return {axes.get_ylabel(): axes for axes in figure.get_axes()}


def lines(axes: Axes) -> dict[str, Any]:
    return {line.get_label(): line for line in axes.get_lines()}


def words(figure: Figure) -> str:
    """All text of a figure."""
    return "\n".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


def test_all_four_gains_and_the_rejection_are_drawn(mismatched: lt.Amplifier) -> None:
    gains = mismatched.gains()
    found = panels(gains.plot())
    assert list(found) == ["magnitude (dB, V/V)", "phase (°)", "CMRR (dB)"]
    drawn = lines(found["magnitude (dB, V/V)"])
    assert list(drawn) == ["A_dd", "A_cc", "A_c→d", "A_d→c"]
    for name, gain in zip(
        drawn,
        (gains.differential, gains.common, gains.common_to_differential, gains.differential_to_common),
        strict=True,
    ):
        assert np.array_equal(drawn[name].get_xdata(), gains.frequency_hz)
        assert np.allclose(drawn[name].get_ydata(), 20 * np.log10(np.abs(gain)))
    assert np.allclose(lines(found["CMRR (dB)"])["CMRR"].get_ydata(), gains.cmrr_db)
    assert found["CMRR (dB)"].get_xscale() == "log"
    assert found["CMRR (dB)"].get_xlabel() == "frequency"
    assert len({line.get_color() for line in drawn.values()}) == 4


def test_a_figure_says_which_output_and_which_rejection(mismatched: lt.Amplifier, ota: lt.Amplifier) -> None:
    pair = words(mismatched.gains().plot())
    assert "Mode gains of v(o1) - v(o2)" in pair
    assert re.search(r"CMRR = \|.*dd.*/.*rightarrow d", pair)
    assert "V_CM = 0 V" in pair
    alone = words(ota.gains(null=True, target=1.5).plot())
    assert "output v(o)" in alone
    assert "nulled by an input offset of" in alone
    assert re.search(r"CMRR = \|.*d.*/.*cm", alone)


def test_a_single_ended_output_has_two_lines(ota: lt.Amplifier) -> None:
    assert list(lines(panels(ota.gains().plot())["magnitude (dB, V/V)"])) == ["A_d", "A_cm"]


def test_what_is_zero_by_symmetry_is_left_out_with_a_note(symmetric: lt.Amplifier) -> None:
    figure = symmetric.gains().plot()
    assert list(panels(figure)) == ["magnitude (dB, V/V)", "phase (°)"], "a rejection of infinity has no panel"
    axes = panels(figure)["magnitude (dB, V/V)"]
    assert list(lines(axes)) == ["A_dd", "A_cc"]
    assert axes.get_ylim()[0] > -100.0
    text = " ".join(words(figure).split())
    assert "A_c→d and A_d→c are zero by symmetry" in text
    assert "only mismatch gives a figure" in text


def test_phases_are_drawn_without_jumps_unless_they_are_not_wanted(mismatched: lt.Amplifier) -> None:
    found = panels(mismatched.gains().plot())
    assert list(panels(mismatched.gains().plot(phase=False))) == ["magnitude (dB, V/V)", "CMRR (dB)"]
    for line in lines(found["phase (°)"]).values():
        degrees = line.get_ydata()
        assert degrees[0] == pytest.approx(180.0, abs=0.5)
        assert np.abs(np.diff(degrees)).max() < 90.0


def test_labels_beside_lines_do_not_touch(symmetric: lt.Amplifier) -> None:
    axes = panels(symmetric.gains().plot())["magnitude (dB, V/V)"]
    heights = sorted(text.xy[1] for text in axes.texts if hasattr(text, "xy") and text.xy[0] == 1.0)
    low, high = axes.get_ylim()
    assert len(heights) == 2
    assert heights[1] - heights[0] > 0.03 * (high - low)


def test_labels_that_find_no_room_keep_their_order() -> None:
    assert spread([1.0, 1.0, 1.0], 1.0, 0.0, 1.5) == sorted(spread([1.0, 1.0, 1.0], 1.0, 0.0, 1.5))
    assert spread([], 1.0, 0.0, 1.0) == []


def test_one_frequency_makes_no_figure(mismatched: lt.Amplifier) -> None:
    with pytest.raises(lt.OptionError, match="at least two frequencies"):
        mismatched.gains(frequency_hz=[50.0]).plot()


def test_a_frequency_of_zero_is_left_of_the_axis(mismatched: lt.Amplifier) -> None:
    axes = panels(mismatched.gains(frequency_hz=[0.0, 1.0, 10.0]).plot())["CMRR (dB)"]
    assert axes.get_xlim() == (1.0, 10.0)


def test_an_operating_point_shows_nodes_in_order_and_transistors(ota: lt.Amplifier) -> None:
    op = ota.op()
    levels, room = op.plot().get_axes()
    assert "(V)" in levels.get_xlabel()
    shown = [label.get_text() for label in levels.get_yticklabels()]
    assert shown == sorted(op.nodes, key=op.nodes.__getitem__)
    (dots,) = [c for c in levels.collections if len(c.get_offsets()) == len(shown)]
    assert np.allclose(dots.get_offsets()[:, 0], [op.nodes[name] for name in shown])
    names = [label.get_text() for label in room.get_yticklabels()]
    assert names == ["m6", "m5", "m4", "m3", "m2", "m1"]
    assert np.allclose([bar.get_width() for bar in room.patches], [abs(op.devices[name]["vds"]) for name in names])
    assert len(room.get_lines()) == len(names), "a tick at each saturation voltage"


def test_transistors_that_do_not_amplify_have_another_colour() -> None:
    op = lt.read(EXAMPLES / "bjt_pair.cir", parameters={"vcm": 4.9}).op()
    room = op.plot().get_axes()[1]
    names = [label.get_text() for label in room.get_yticklabels()]
    colours = {name: bar.get_facecolor() for name, bar in zip(names, room.patches, strict=True)}
    assert colours["q1"] == colours["q2"] != colours["q3"]
    legend = room.get_legend()
    assert legend is not None and [text.get_text() for text in legend.get_texts()] == ["does not amplify"]


def test_a_circuit_without_transistors_has_one_panel() -> None:
    figure = lt.read("divider\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n").op().plot()
    assert len(figure.get_axes()) == 1


def test_a_large_circuit_stays_readable() -> None:
    count = 200
    ladder = "\n".join(f"r{k} n{k} n{k + 1} 1k" for k in range(count))
    figure = lt.read(f"ladder\nv1 n0 0 1\n{ladder}\nrend n{count} 0 1k\n").op().plot()
    assert len(figure.get_axes()[0].get_yticklabels()) == 60
    assert figure.get_size_inches()[1] < 20


def test_a_datasheet_marks_the_bandwidth_and_lists_its_rows(mismatched: lt.Amplifier) -> None:
    sheet = mismatched.analyze()
    figure = sheet.plot()
    (bandwidth,) = (row.value for row in sheet.rows if row.symbol == "f_3dB")
    magnitude = panels(figure)["magnitude (dB, V/V)"]
    (mark,) = (line for line in magnitude.get_lines() if line.get_marker() == "o")
    assert mark.get_xdata()[0] == bandwidth
    assert mark.get_ydata()[0] == pytest.approx(20 * np.log10(abs(sheet.gains.differential[0])) - 3.01, abs=0.01)
    text = words(figure)
    assert sheet.title in text
    assert "20.86 MHz" in text and "-38.61 V/V" in text


def test_files_are_written_in_every_format(mismatched: lt.Amplifier, tmp_path: Path) -> None:
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    for format, magic in begins.items():
        paths = plots.save(mismatched.analyze(), tmp_path, "sheet", format)
        assert [path.name for path in paths] == [f"sheet.{format}", f"sheet-op.{format}"]
        assert all(path.read_bytes().startswith(magic) for path in paths)
    with pytest.raises(lt.OptionError, match="png, svg, pdf, not gif"):
        plots.save(mismatched.op(), tmp_path, "x", "gif")


@dataclass(frozen=True)
class Strange(Result):
    """A result without a figure."""


def test_a_result_without_a_figure_says_so(tmp_path: Path) -> None:
    with pytest.raises(lt.OptionError, match="no figure of a Strange"):
        Strange().plot()
    assert plots.save(Strange(), tmp_path, "x") == []


def test_no_window_and_no_global_state_is_touched() -> None:
    code = (
        "import sys, longtail as lt\n"
        f"lt.read({str(EXAMPLES / 'bjt_pair.cir')!r}).gains(frequency_hz='1:1k:2').plot()\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
