"""The figures of merit: those of a sweep are those of a datasheet, by the same symbols."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.driven.lane_solves import solve_lanes
from longtail.driven.varied import read_lanes
from longtail.lanes.status import LaneStatus
from longtail.merits.gains import symbols
from longtail.merits.merit import LaneMerit
from longtail.merits.ranges import ENDS
from longtail.merits.registry import MERITS, OF_PAIRS, SCALARS, table
from longtail.merits.seen import Seen
from longtail.report.pages.gains import named_gains
from longtail.report.pages.lanes import label

ALONE = ("vcm", "lowest_cmrr_db")  # no row, or one beside the other rejections
DB = tuple(m.name for m in SCALARS if m.name.endswith("_db") and m.name != "cmrr_db")  # rows of them are in V/V


@pytest.mark.parametrize("name", ["bjt_pair", "ota_5t", "jfet_pair"])
def test_a_sweep_measures_what_a_datasheet_has_rows_of(name: str, examples: Path) -> None:
    amp = lt.read(examples / f"{name}.cir")
    single = amp.gains(frequency_hz="1").single_ended
    there = [m for m in SCALARS if m.name not in (*ALONE, *DB) and not (single and m.name in OF_PAIRS)]
    swept = amp.sweep(vary="temp=27,50", measure=[merit.name for merit in there], null=True)
    sheet = amp.analyze(null=True, full=True)
    rows: dict[str, Any] = {}
    for row in sheet.rows:
        rows.setdefault(row.symbol, row)
    for merit in there:
        measured = swept[merit.name][0]
        symbol = merit.written(single)
        row = rows.get(symbol)
        if row is None or row.value is None:
            assert not np.isfinite(measured) or (merit.name == "low_corner_hz" and measured == 0.0), merit
        else:
            parameter = "output impedance" if symbol == "Z_o" else merit.parameter
            assert (row.parameter.split(" |")[0], row.unit, row.merit) == (parameter, merit.unit, merit.name)
            searched = {"abs": 1e-3} if merit in ENDS else {"rel": 1e-5, "abs": 1e-12}
            assert measured == pytest.approx(row.value, **searched), merit
        assert label(swept, merit.name) == symbol


def test_gains_are_written_by_the_output_that_there_is(examples: Path) -> None:
    for name, printed in (("bjt_pair", ["A_dd", "A_cc"]), ("ota_5t", ["A_d", "A_cm"])):
        amp = lt.read(examples / f"{name}.cir")
        swept = amp.sweep(vary="temp=27,50", measure="differential_db,common_db")
        assert [label(swept, measure) for measure in swept.values] == printed
        assert {row.symbol for row in amp.analyze().rows} >= set(printed)


def test_names_are_one_figure_each() -> None:
    assert all(name == merit.name for name, merit in MERITS.items())
    assert len({(merit.symbol, merit.over_frequency) for merit in MERITS.values()}) == len(MERITS)


def test_power_needs_no_inputs_and_known_supplies() -> None:
    loaded = lt.read("a load\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n*@ supply v1\n")
    power = loaded.sweep(vary="r1.r=1k,3k", measure="supply_power")["supply_power"]
    np.testing.assert_allclose(power, [2e-3, 1e-3], rtol=1e-12)
    idle = lt.read("no supply\ni1 0 a 1m\nr1 a 0 1k\n")
    with pytest.raises(lt.OptionError, match="no supplies are known"):
        idle.sweep(vary="r1.r=1k,3k", measure="supply_power")


def test_a_lane_without_operating_point_has_no_figure(examples: Path) -> None:
    circuit = lt.read(examples / "bjt_pair.cir").circuit
    _, point = solve_lanes(circuit, read_lanes(circuit, {"temp": np.array([0.0, 27.0])}, None), None)
    seen = Seen(replace(point, status=np.array([LaneStatus.CONVERGED, LaneStatus.SINGULAR], np.int8)))
    constant = LaneMerit("one", "1", "one", "", lambda seen: np.ones(2))
    assert constant.figures(seen).tolist() == [1.0, pytest.approx(np.nan, nan_ok=True)]


def test_every_gain_is_printed_by_the_symbol_of_its_merit(examples: Path) -> None:
    for name, single_ended in (("bjt_pair", False), ("ota_5t", True)):
        amp = lt.read(examples / f"{name}.cir")
        *printed, rejection = symbols(single_ended).values()
        curves = amp.analyze(full=True).curves
        assert curves is not None and list(curves.gains_db) == [*printed, rejection]
        assert list(named_gains(amp.gains())) == printed
        assert amp.cmrr().ratio == f"|{printed[0]}/{printed[1 if single_ended else 2]}|"


def test_the_pages_name_every_measure() -> None:
    docs = Path(__file__).parents[2] / "docs"
    page = (docs / "sweeps.md").read_text(encoding="utf-8")
    assert [name for name in MERITS if f"`{name}`" not in page] == []
    assert [line for line in table() if line not in page.splitlines()] == []
    sheet = (docs / "datasheet.md").read_text(encoding="utf-8")
    assert [m.name for m in SCALARS if m.name != "vcm" and f"`{m.name}`" not in sheet] == []


@pytest.mark.parametrize(
    ("asked", "options", "said"),
    [
        ("psrr(vxx)", {}, "'vxx' is no supply"),
        ("bandwidth_hz@50", {}, "bandwidth_hz is no figure of one frequency"),
        ("cmrr_db@1:10:3", {}, "asks for 4 frequencies"),
        ("cmrr_db@often", {}, "'cmrr_db@often': 'often' is no frequency range"),
        ("z_oc", {}, "a single-ended output has no z_oc"),
        ("offset_drift", {}, "the input offset is what nulls the output"),
        ("input_noise@0", {}, "noise is given above 0 Hz"),
        ("output_noise", {"frequency_hz": "1k"}, "noise is integrated over a band"),
    ],
)
def test_what_no_lane_has_is_refused(asked: str, options: dict[str, Any], said: str, examples: Path) -> None:
    with pytest.raises(lt.OptionError, match=re.escape(said)):
        lt.read(examples / "ota_5t.cir").sweep(vary="temp=27,50", measure=asked, **options)


def test_ranges_need_supplies_and_an_output_that_can_be_held(examples: Path) -> None:
    text = (examples / "bjt_pair.cir").read_text()
    with pytest.raises(lt.OptionError, match="an output that cannot be held"):
        held = text.replace(".end\n", "vo1 o1 0 4\nvo2 o2 0 4\n.end\n")
        lt.read(held).sweep(vary="temp=27,50", measure="output_high")


def test_a_file_has_figures_at_their_frequencies_and_is_taken_up_again(examples: Path, tmp_path: Path) -> None:
    amp = lt.read(examples / "ota_5t.cir")
    asked = {"vary": "temp=0:80:1030", "measure": "psrr@1k,z_od,input_noise@10,lowest_pole_hz", "null": True}
    whole = amp.sweep(**asked, out=tmp_path / "whole.csv")
    columns = (tmp_path / "whole.csv").read_text().splitlines()
    assert columns[0].endswith("psrr(vdd)@1k,z_od,input_noise@10,lowest_pole_hz")

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        amp.sweep(**asked, out=tmp_path / "part.csv", progress=stop)
    again = amp.sweep(**asked, out=tmp_path / "part.csv", resume=True, threads=2)
    assert (tmp_path / "part.csv").read_text() == (tmp_path / "whole.csv").read_text()
    for name, values in whole.values.items():
        np.testing.assert_array_equal(again[name], values)
