"""A datasheet over random samples: its rows spread as those of Monte Carlo do, and count what keeps their limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.datasheet.analyze import Datasheet
from longtail.datasheet.rows import Row
from longtail.errors import OptionError

LIMITS = """
["CMRR"]
min = 75
at = "1 Hz"
["V_OS"]
min = -10
max = 10
unit = "mV"
"""
DRAWN = """an amplifier whose loads are drawn
*@ input inp inn
*@ output o1 o2
vcc vcc 0 5
vip inp 0 0
vin inn 0 0
rc1 vcc o1 {agauss(10k,100,1)}
rc2 vcc o2 {agauss(10k,100,1)}
q1 o1 inp e n
q2 o2 inn e n
rt e vee 21.5k
vee vee 0 -5
.model n npn(is=1e-16 bf=200 vaf=100)
"""


def _sheet(source: str, **options: object) -> Datasheet:
    found = lt.read(source).run("analyze", **options)
    assert isinstance(found, Datasheet)
    return found


def _row(sheet: Datasheet, merit: str) -> Row:
    return next(row for row in sheet.rows if row.merit == merit)


@pytest.mark.parametrize("null", [False, True])
def test_rows_spread_as_monte_carlo_does(null: bool) -> None:
    """The same samples through the other route: lanes of a run of their own."""
    sheet = _sheet("ota_5t", samples=200, null=null, full=True, frequency_hz="1:1g:10")
    names = ["offset", "cmrr_db@1", "bandwidth_hz", "unity_gain_hz", "input_noise@1k", "output_high", "z_od@1"]
    sampled = lt.read("ota_5t").run("monte-carlo", samples=200, null=null, measure=names)
    assert isinstance(sampled, lt.MonteCarlo)
    for name in names:
        merit = {"offset": "input_offset", "z_od@1": "z_od"}.get(name, name.partition("@")[0])
        mine, other = _row(sheet, merit).sampled, sampled.measures[name]
        assert mine is not None
        for percent in ("1", "50", "99"):
            assert mine.quantiles[percent] == pytest.approx(other.quantiles[percent], rel=1e-6), name
        assert (mine.sigma is None) == (other.sigma is None)
        if other.sigma is not None:
            assert mine.sigma == pytest.approx(other.sigma, rel=1e-6)
        assert mine.missing == other.missing


def test_samples_are_counted_against_limits(tmp_path: Path) -> None:
    limits = tmp_path / "limits.toml"
    limits.write_text(LIMITS)
    sheet = _sheet("ota_5t", samples=300, null=True, limits=limits)
    sampled = lt.read("ota_5t").run("monte-carlo", samples=300, null=True, limit=["cmrr@1>=75dB", "|offset|<=10mV"])
    assert isinstance(sampled, lt.MonteCarlo)
    assert sheet.samples is not None
    assert sheet.samples.kept is not None
    kept = [_row(sheet, merit).sampled for merit in ("cmrr_db", "input_offset")]
    for mine, other in zip([*(each.kept for each in kept if each), sheet.samples.kept], sampled.yields, strict=True):
        assert mine is not None
        assert (mine.passed, mine.samples, mine.low, mine.high) == (other.passed, other.samples, other.low, other.high)
    assert 0 < sheet.samples.kept.passed < 300
    for text in (sheet.to_text(), sheet.to_markdown(), sheet.to_html()):
        assert "1 sigma" in text
        assert f"{100.0 * sampled.yields[0].value:.4g} %" in text
    assert "vto of m1, m2" in sheet.to_text()
    assert "vto of m1, m2" in sheet.to_html()
    again = Datasheet.from_json(sheet.to_json())
    assert again.to_dict() == sheet.to_dict()


def test_a_figure_that_there_is_not_keeps_no_limit(tmp_path: Path) -> None:
    """Power without supplies that are known."""
    deck = DRAWN.replace("vcc vcc 0 5", "icc 0 vcc 1m").replace("vee vee 0 -5", "iee vee 0 1m")
    limits = tmp_path / "limits.toml"
    limits.write_text('["P_S"]\nmax = 1\n')
    sheet = _sheet(deck, samples=20, limits=limits)
    assert _row(sheet, "supply_power").value is None
    assert sheet.samples is not None
    assert sheet.samples.kept is not None
    assert sheet.samples.kept.passed == 0


def test_what_functions_draw_spreads_in_samples_alone() -> None:
    """Typical figures and the plain datasheet do not know of it."""
    sheet, plain = _sheet(DRAWN, samples=400), _sheet(DRAWN)
    assert sheet.to_dict()["gains"] == plain.to_dict()["gains"]
    assert plain.samples is None
    assert _row(plain, "cmrr_db").sampled is None
    offset = _row(sheet, "input_offset").sampled
    assert offset is not None
    assert offset.sigma == pytest.approx(0.02587 * 0.01 * np.sqrt(2.0), rel=0.1)
    assert sheet.samples is not None
    assert {each.figure for each in sheet.samples.contributions} == {"offset", "cmrr"}


def test_a_file_says_what_spreads(tmp_path: Path) -> None:
    file = tmp_path / "spreads.toml"
    file.write_text('[[mismatch]]\nparameter = "r"\nof = "rc*"\nsigma = "0.1%"\n')
    sheet = _sheet("bjt_pair", samples=200, spreads=file, frequency_hz="1:1g:5")
    offset = _row(sheet, "input_offset").sampled
    assert offset is not None
    assert offset.sigma == pytest.approx(0.02587 * 0.001 * np.sqrt(2.0), rel=0.15)
    assert sheet.samples is not None
    assert sheet.samples.causes == 2
    assert {each.cause for each in sheet.samples.contributions} == {"r of rc1, rc2"}
    with pytest.raises(OptionError, match="no effect without"):
        _sheet("bjt_pair", spreads=file)


def test_a_figure_that_does_not_spread_has_no_rounding() -> None:
    """The range ends at a supply in every sample."""
    low = _row(_sheet("mos_pair", samples=20, full=True, frequency_hz="1:1g:5"), "common_mode_low").sampled
    assert low is not None
    assert low.sigma == 0.0


def test_an_open_limit_is_told_of_samples(tmp_path: Path) -> None:
    limits = tmp_path / "limits.toml"
    limits.write_text('["CMRR"]\nmin = 90\nat = "1 Hz"\n')
    assert "ask for samples" in _sheet("bjt_pair", limits=limits, frequency_hz="1:1g:5").to_text()
    assert "see the yield" in _sheet("bjt_pair", limits=limits, frequency_hz="1:1g:5", samples=20).to_text()
