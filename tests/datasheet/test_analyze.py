"""The datasheet over temperatures and corners, held against the single analyses, and its limits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.cli.main import run
from longtail.datasheet.limits import FAIL, OPEN, PASS, check, read_limits
from longtail.datasheet.rows import Row, spread
from longtail.driven.conditions import conditions, corners_of, read_corners
from longtail.elaborate import write
from longtail.merits.reasons import Cause, Reason

TEMPERATURES = (-40.0, 27.0, 125.0)
FREQUENCY = "1:1g:10"
CORNERS = (
    "*@ corner slow vto_shift=50m kp_scale=0.9\n*@ corner fast vto_shift=-50m kp_scale=1.1\n*@ corner weak iref=80u\n"
)


@pytest.fixture(scope="module")
def deck() -> str:
    """The five-transistor amplifier with corners."""
    title, rest = (Path(__file__).parents[2] / "examples" / "ota_5t.cir").read_text().split("\n", 1)
    rest = rest.replace("dvt=0\n", "dvt=0 vto_shift=0 kp_scale=1\n")
    for old, new in (
        ("vto=0.5", "vto={0.5+vto_shift}"),
        ("vto=-0.6", "vto={-0.6-vto_shift}"),
        ("kp=170u", "kp={170u*kp_scale}"),
        ("kp=60u", "kp={60u*kp_scale}"),
    ):
        assert old in rest
        rest = rest.replace(old, new)
    return f"{title}\n{CORNERS}{rest}"


@pytest.fixture(scope="module")
def amp(deck: str) -> lt.Amplifier:
    return lt.read(deck)


@pytest.fixture(scope="module")
def sheet(amp: lt.Amplifier) -> lt.Datasheet:
    return amp.analyze(full=True, temperatures=TEMPERATURES, frequency_hz=FREQUENCY)


def row(sheet: lt.Datasheet, symbol: str, at: str = "") -> Row:
    return next(r for r in sheet.rows if r.symbol == symbol and at in r.conditions)


def test_minimum_typical_and_maximum_are_in_order(sheet: lt.Datasheet) -> None:
    spreads = [r for r in sheet.rows if r.minimum is not None]
    assert len(spreads) == len(sheet.rows)
    for r in spreads:
        assert r.minimum <= r.value <= r.maximum, r  # type: ignore[operator]
        assert r.minimum_at and r.maximum_at
        assert not r.missing
    assert [c.name for c in sheet.conditions[:4]] == ["typical", "-40 °C", "125 °C", "slow at -40 °C"]
    assert len(sheet.conditions) == 12


def test_typical_values_are_those_of_the_single_analyses(amp: lt.Amplifier, sheet: lt.Datasheet) -> None:
    gains = amp.gains(frequency_hz=FREQUENCY)
    offset, impedance = amp.offset(), amp.impedance(frequency_hz="1")
    psrr, poles = amp.psrr(frequency_hz="1"), amp.poles()
    # the noise of the pass band: over all frequencies it was that of the amplifier where it does not amplify, too
    noise = amp.noise(frequency_hz=FREQUENCY, band=(1.0, poles.corners.bandwidth_hz))
    swing, transfer = amp.range(), amp.transfer()
    wanted = {
        "V_OS": offset.input_offset,
        "TCV_OS": offset.input_offset_drift,
        "A_d": gains.differential[0].real,
        "A_cm": gains.common[0].real,
        "CMRR": gains.cmrr_db[0],
        "Z_id": abs(impedance.differential_input[0]),
        "Z_ic": abs(impedance.common_input[0]),
        "Z_o": abs(impedance.differential_output[0]),
        "PSRR(vdd)": psrr.psrr_db("vdd")[0],
        "e_n": noise.input_v_per_rthz[30],
        "V_n,out": noise.output_v_rms,
        "f_p1": abs(poles.poles[0]) / (2 * np.pi),
    }
    for symbol, value in wanted.items():
        assert row(sheet, symbol).value == pytest.approx(value, rel=1e-5), symbol
    assert row(sheet, "f_3dB").value == pytest.approx(poles.corners.bandwidth_hz, rel=1e-6)
    assert row(sheet, "V_lin").value == pytest.approx(transfer.linear_range["1%"][0], rel=1e-3)
    icm, out = swing.input_common_mode, swing.swing_by_gain
    for symbol, end in (("V_ICR-", icm.low), ("V_ICR+", icm.high), ("V_O-", out.low), ("V_O+", out.high)):
        assert row(sheet, symbol).value == pytest.approx(end.volts, abs=1e-3), symbol


def test_lowest_rejection_is_that_of_the_map(amp: lt.Amplifier, sheet: lt.Datasheet) -> None:
    found = row(sheet, "CMRR", " to ")
    levels = np.linspace(row(sheet, "V_ICR-").value, row(sheet, "V_ICR+").value, 25)  # type: ignore[arg-type]
    alone = amp.cmrr(vcm=levels, frequency_hz="1").cmrr_db.min()
    assert found.value == pytest.approx(alone, abs=1e-6)


def test_lowest_rejection_is_nulled_at_every_level(examples: Path) -> None:
    amp = lt.read(examples / "two_stage_opamp.cir")
    nulled = amp.analyze(full=True, null=True, frequency_hz="1:1meg:1")
    levels = np.linspace(row(nulled, "V_ICR-").value, row(nulled, "V_ICR+").value, 25)  # type: ignore[arg-type]
    alone = amp.cmrr(vcm=levels, frequency_hz="1", null=True).cmrr_db.min()
    assert row(nulled, "CMRR", " to ").value == pytest.approx(alone, abs=1e-6)


@pytest.mark.parametrize("symbol", ["A_d", "CMRR", "P_S", "f_3dB", "V_OS", "e_n", "Z_o", "PSRR(vdd)", "f_p1", "V_O+"])
@pytest.mark.parametrize("end", ["minimum", "maximum"])
def test_extremes_are_those_of_single_runs(deck: str, sheet: lt.Datasheet, symbol: str, end: str) -> None:
    found = row(sheet, symbol)
    name = getattr(found, f"{end}_at")
    values = dict(next(c.values for c in sheet.conditions if c.name == name))
    temperature = values.pop("temp", 27.0)
    text = deck.replace(".end", f".temp {temperature:g}\n.end")
    alone = lt.read(text, parameters=values).analyze(full=True, corners={}, frequency_hz=FREQUENCY)
    assert not alone.spread
    tolerance = {"abs": 1e-3} if symbol == "V_O+" else {"rel": 1e-6}
    assert getattr(found, end) == pytest.approx(row(alone, symbol).value, **tolerance)


def test_without_full_the_rows_are_the_compact_ones(amp: lt.Amplifier) -> None:
    compact, hot = amp.analyze(), amp.analyze(temperatures="27,125")
    assert [r.symbol for r in compact.rows] == [r.symbol for r in hot.rows]
    assert not compact.spread
    assert hot.spread
    assert len(amp.analyze(corners="slow,fast").conditions) == 3
    for before, after in zip(compact.rows, hot.rows, strict=True):
        assert after.value == pytest.approx(before.value, rel=1e-6)
        assert (after.parameter, after.conditions, after.unit) == (before.parameter, before.conditions, before.unit)
        assert after.remark == before.remark


def test_nulled(amp: lt.Amplifier) -> None:
    plain = amp.gains(null=True, frequency_hz="1")
    nulled = amp.analyze(full=True, null=True, frequency_hz="1:1meg:2")
    assert row(nulled, "A_d").value == pytest.approx(plain.differential[0].real, rel=1e-6)
    assert nulled.gains.null is not None
    assert nulled.input_offset == pytest.approx(plain.null.input_offset, rel=1e-6)


def test_symmetry_gives_no_figure(examples: Path) -> None:
    sheet = lt.read(examples / "bjt_pair.cir").analyze(full=True, temperatures=TEMPERATURES)
    for r in sheet.rows:
        if r.symbol in ("CMRR", "A_c→d", "A_d→c") or r.symbol.startswith("PSRR"):
            assert r.value is None and r.minimum is None and r.maximum is None
            assert "symmetry" in r.remark
        if r.unit == "dB" and r.value is not None:
            assert r.value < 200.0
    assert "only mismatch gives a figure" in sheet.to_text()


def test_an_output_at_a_rail_has_no_region(examples: Path) -> None:
    sheet = lt.read(examples / "two_stage_opamp.cir").analyze(frequency_hz="1:1meg:1")
    found = sheet.details()
    assert found.range is None
    assert any(note.startswith("range: the output is stuck") for note in found.notes)
    assert found.poles is not None


def test_ranges_need_supplies() -> None:
    deck = "t\n*@ input a b\n*@ output o p\nva a 0 0\nvb b 0 0\nro a o 1k\nrp b p 1k\nrl o p 1k\n"
    sheet = lt.read(deck).analyze(full=True, frequency_hz="1")
    assert not [r for r in sheet.rows if r.symbol.startswith("V_ICR")]
    assert any("no supplies say how far" in note for note in sheet.notes)


def test_every_example_has_a_full_datasheet(examples: Path) -> None:
    for name in ("ua741", "jfet_pair", "accelerometer_bridge"):
        sheet = lt.read(examples / f"{name}.cir").analyze(full=True, temperatures="0,70", frequency_hz="1:1g:5")
        for r in sheet.rows:
            if None not in (r.minimum, r.value, r.maximum):
                assert r.minimum <= r.value <= r.maximum  # type: ignore[operator]


def test_json_keeps_its_keys(sheet: lt.Datasheet) -> None:
    found = json.loads(sheet.to_json())
    assert set(found) >= {"title", "op", "gains", "input_offset", "supply_power", "rows", "notes"}
    for each in found["rows"]:
        assert set(each) >= {"symbol", "parameter", "conditions", "value", "unit", "remark", "minimum", "maximum"}
    assert found["conditions"][1] == {"name": "-40 °C", "values": {"temp": -40.0}}


def test_a_missing_condition_is_told() -> None:
    bare = Row("A", "a", "", None, "V")
    found = spread(bare, np.array([1.0, np.nan, 3.0]), ["typical", "cold", "hot"])
    assert (found.minimum, found.value, found.maximum) == (1.0, 1.0, 3.0)
    assert found.missing == ("cold",)
    assert check([found], read_limits({"A": {"max": 10}}))[0].verdict == FAIL
    none = spread(bare, np.array([np.nan]), ["typical"], "not found")
    assert none.remark == "not found" and none.value is None


@pytest.mark.parametrize(
    ("limits", "verdict"),
    [
        ({"min": 30, "unit": "dB"}, PASS),
        ({"min": 45, "unit": "dB"}, FAIL),
        ({"min": 90, "max": 200}, PASS),
        ({"max": "180"}, FAIL),
    ],
)
def test_verdicts_count_the_extremes(sheet: lt.Datasheet, limits: dict[str, Any], verdict: str) -> None:
    rows = check(sheet.rows, read_limits({"gain": {"symbol": "A_d", **limits}}))
    assert next(r for r in rows if r.symbol == "A_d").verdict == verdict
    assert sum(r.verdict != "" for r in rows) == 1


def test_limits_in_other_units_and_at_other_conditions() -> None:
    rows = [
        Row("f_3dB", "bandwidth", "", 2e6, "Hz"),
        Row("CMRR", "rejection", "f = 1 Hz", 90.0, "dB"),
        Row("CMRR", "rejection", "f = 1 GHz", 20.0, "dB"),
        Row("A_c→d", "conversion", "", None, "V/V", "by whatever cause", reason=Reason(Cause.SYMMETRY)),
        Row(
            "A_cm", "held", "", None, "V/V", "zero by symmetry, in no more than words", reason=Reason(Cause.HELD, "vdd")
        ),
        Row("A_dd", "gain", "", -38.0, "V/V"),
    ]
    limits = {
        "f_3dB": {"min": 1.5, "unit": "MHz"},
        "CMRR": {"min": 80},
        "fast": {"symbol": "CMRR", "at": "1 GHz", "min": 30},
        "A_c->d": {"max": -60, "unit": "dB"},
        "A_cm": {"max": -60, "unit": "dB"},
        "A_dd": {"min": 30},
    }
    assert [r.verdict for r in check(rows, read_limits(limits))] == [PASS, PASS, FAIL, OPEN, FAIL, PASS]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"A_x": {"min": 1}}, "has no 'A_x'"),
        ({"A_d": {}}, "limits nothing"),
        ({"A_d": {"low": 1}}, "there is no 'low'"),
        ({"A_d": 3}, "expected a table"),
        ({"A_d": {"min": "much"}}, "no number"),
        ({"A_d": {"min": 2, "max": 1}}, "above max"),
        ({"A_d": {"min": 1, "unit": 3}}, "are strings"),
        ({"A_d": {"min": 1, "unit": "V"}}, "is in V/V, not in V"),
        ({"A_d": {"min": 1, "at": "5 Hz"}}, "no A_d is given at"),
        ({"A_d": {"min": 1}, "b": {"symbol": "A_d", "min": 1}}, "two limits"),
    ],
)
def test_wrong_limits(limits: Any, words: str) -> None:
    with pytest.raises(lt.OptionError, match=words):
        check([Row("A_d", "gain", "f = 1 Hz", 100.0, "V/V")], read_limits(limits))


def test_limits_decide_the_exit_status(deck: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, limits = tmp_path / "ota.cir", tmp_path / "limits.toml"
    file.write_text(deck)
    limits.write_text('[A_d]\nmin = 40\nunit = "dB"\n[f_3dB]\nmin = "1meg"\n')
    assert run(["analyze", str(file), "--limits", str(limits)]) == 1
    printed = capsys.readouterr()
    assert "FAIL" in printed.out and "pass" in printed.out
    assert "error: 1 limit of 2 fails: f_3dB" in printed.err
    limits.write_text('[A_d]\nmin = 40\nunit = "dB"\n')
    assert run(["analyze", str(file), "--limits", str(limits)]) == 0
    capsys.readouterr()
    assert run(["analyze", str(file), "--limits", str(limits), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [r["verdict"] for r in rows if r["symbol"] == "A_d"] == ["pass"]
    assert run(["analyze", str(file), "--limits", str(tmp_path / "none.toml")]) == 2
    limits.write_text("[A_d\n")
    assert run(["analyze", str(file), "--limits", str(limits)]) == 2
    assert "is no TOML" in capsys.readouterr().err


def test_corners_from_a_file(amp: lt.Amplifier, tmp_path: Path) -> None:
    file = tmp_path / "corners.toml"
    file.write_text('[slow]\nvto_shift = "50m"\nkp_scale = 0.9\n[hot]\ntemp = 150\n"cl.c" = "2p"\n')
    found = corners_of(amp.circuit, read_corners(str(file)))
    assert found == {"slow": {"vto_shift": 0.05, "kp_scale": 0.9}, "hot": {"temp": 150.0, "cl.c": 2e-12}}
    names = [c.name for c in conditions(amp.circuit, (0.0,), found)]
    assert names == ["typical", "0 °C", "slow at 0 °C", "hot"], "a corner with a temperature has no other"
    sheet = amp.analyze(corners=str(file), frequency_hz=FREQUENCY)
    assert row(sheet, "f_T").minimum_at == "hot"


@pytest.mark.parametrize(
    ("corners", "words", "hint"),
    [
        ("slov", "no corner 'slov'", "did you mean 'slow'"),
        ({"x": {"vto_shif": 1}}, "corner 'x': there is no parameter 'vto_shif'", "did you mean 'vto_shift'"),
        ({"x": {}}, "gives no parameters", "expected a table"),
        ({"x": {"cl": "many"}}, "'many' is no number", "SPICE"),
        ("missing.toml", "No such file", None),
    ],
)
def test_wrong_corners(amp: lt.Amplifier, corners: Any, words: str, hint: str | None) -> None:
    with pytest.raises(lt.OptionError, match=words) as caught:
        corners_of(amp.circuit, read_corners(corners))
    assert hint is None or hint in str(caught.value.hint)


def test_no_corners_to_take(examples: Path) -> None:
    circuit = lt.read(examples / "bjt_pair.cir").circuit
    with pytest.raises(lt.OptionError, match="has no corners"):
        corners_of(circuit, read_corners("all"))
    with pytest.raises(lt.OptionError, match="no corner 'slow'"):
        corners_of(circuit, read_corners("slow"))
    assert replace(circuit, corners={"a": {"rc": 1.0}}).corners == {"a": {"rc": 1.0}}


def test_temperatures_are_checked(amp: lt.Amplifier) -> None:
    for analysis in ("analyze", "transfer"):
        with pytest.raises(lt.OptionError, match=r"temperatures: values must be at least -272\.15 degC"):
            amp.run(analysis, temperatures="-300")
    names = [c.name for c in conditions(amp.circuit, np.array([125.0, -40.0, 27.0]), {})]
    assert names == ["typical", "-40 °C", "125 °C"]


@pytest.mark.parametrize(
    ("directive", "words", "hint"),
    [
        ("*@ corner slow", "a name and values", "as in"),
        ("*@ corner slow kp_scal=1", "no parameter 'kp_scal'", "did you mean 'kp_scale'"),
        ("*@ corner fast kp_scale=1\n*@ corner fast kp_scale=2", "'fast' is there already", "another name"),
        ("*@ supply vdd kp_scale=1", "expected a directive", "as in"),
    ],
)
def test_wrong_corner_directives(deck: str, directive: str, words: str, hint: str) -> None:
    with pytest.raises(lt.NetlistError, match=words) as caught:
        lt.read(deck.replace(CORNERS.rstrip("\n"), directive))
    assert hint in str(caught.value.hint)
    assert caught.value.span is not None


def test_input_currents_are_those_at_null(examples: Path) -> None:
    amp = lt.read(examples / "bjt_pair.cir", parameters={"drc": 0.01})
    sheet, offset = amp.analyze(full=True, frequency_hz="1:1g:2"), amp.offset()
    assert row(sheet, "I_B").value == pytest.approx(offset.bias_current, rel=1e-9)
    assert row(sheet, "I_OS").value == pytest.approx(offset.offset_current, rel=1e-6)
    assert row(sheet, "TCV_OS").value == pytest.approx(offset.input_offset_drift, rel=1e-3)


def test_corners_are_written_with_the_netlist(amp: lt.Amplifier) -> None:
    assert lt.read(write(amp.circuit)).circuit.corners == amp.circuit.corners


def test_the_drift_has_extremes(amp: lt.Amplifier, deck: str) -> None:
    """Over corners and temperatures: each the slope between two temperatures of a deck that has its values."""
    corners = {"slow": {"vto_shift": 0.05, "kp_scale": 0.9}}
    sheet = amp.analyze(full=True, temperatures=[-40, 125], corners=corners, frequency_hz="1:1g:1")
    found, slopes, open_deck = row(sheet, "TCV_OS"), {}, deck.removesuffix(".end\n")
    for condition in sheet.conditions:
        values = dict(condition.values)
        temp = values.pop("temp", 27.0)
        low, high = (
            lt.read(f"{open_deck}.temp {temp + step}\n", parameters=values).analyze(frequency_hz=1.0, null=True)
            for step in (-2.0, 2.0)
        )
        assert low.input_offset is not None and high.input_offset is not None
        slopes[condition.name] = (high.input_offset - low.input_offset) / 4.0
    assert found.value == pytest.approx(slopes["typical"], rel=1e-3)
    assert found.minimum == pytest.approx(min(slopes.values()), rel=1e-3)
    assert found.maximum == pytest.approx(max(slopes.values()), rel=1e-3)
    assert found.minimum_at == min(slopes, key=lambda name: slopes[name])
    assert "T =" not in found.conditions
    assert "T = 27 °C" in row(amp.analyze(full=True, corners=corners, frequency_hz="1:1g:1"), "TCV_OS").conditions


@pytest.mark.parametrize("null", [False, True])
def test_the_curves_behind_a_datasheet_are_those_of_its_analyses(null: bool, examples: Path) -> None:
    """With the output brought to its target where that was asked for, and left where it stands where not."""
    amp = lt.read(examples / "bjt_pair.cir", parameters={"drc": "0.05"})
    found = amp.analyze(null=null, target=0.1, frequency_hz="1:1meg:1").details()
    assert found.cmrr is not None and found.poles is not None and found.noise is not None
    target = {"null": True, "target": 0.1} if null else {}
    alone = amp.cmrr(**target, frequency_hz="1:1meg:1", vcm=found.cmrr.vcm)
    np.testing.assert_allclose(found.cmrr.cmrr_db, alone.cmrr_db, rtol=1e-6)


def test_a_limit_may_be_named_as_a_sweep_measures_it(amp: lt.Amplifier) -> None:
    limits = {"differential_db": {"min": 40}, "cmrr_db@1k": {"min": 200}, "bandwidth_hz": {"min": "1k"}}
    rows = {(r.merit, r.conditions.partition(",")[0]): r for r in amp.analyze(limits=limits, at="1k").rows if r.limit}
    assert [r.verdict for r in rows.values()] == [PASS, FAIL, PASS]
    assert [name for name, _ in rows] == ["differential_db", "cmrr_db", "bandwidth_hz"]
    assert ("cmrr_db", "f = 1 kHz") in rows
    with pytest.raises(lt.OptionError, match="no CMRR is given at 'f = 50 Hz'"):
        amp.analyze(limits={"cmrr_db@50": {"min": 80}})


def test_sources_that_the_netlist_does_not_have_are_not_told_of() -> None:
    deck = """a base at a divider, the other driven
vcc vcc 0 10
vin b1 0 1
r1 vcc b2 9k
r2 b2 0 1k
q1 o1 b1 e n
q2 o2 b2 e n
rc1 vcc o1 5k
rc2 vcc o2 5k
re e 0 1k
.model n npn
"""
    amplifier = lt.read(deck)
    for options in ({}, {"temperatures": [0.0, 70.0]}):
        op = amplifier.analyze(**options).op
        assert set(op.devices) == set(amplifier.op().devices)
        assert set(op.branches) <= set(amplifier.op().branches)


@pytest.mark.parametrize(
    ("frequency", "rows"), [([0.0], []), ([10.0], ["e_n"]), ([0.0, 10.0, 1e6], ["e_n", "V_n,out"])]
)
def test_noise_is_given_above_zero_and_over_a_band(examples: Path, frequency: list[float], rows: list[str]) -> None:
    """At 0 Hz there is none to give, and at one frequency nothing to integrate over."""
    sheet = lt.read(examples / "bjt_pair.cir").analyze(full=True, frequency_hz=frequency)
    assert [row.symbol for row in sheet.rows if "noise" in row.parameter] == rows


UNSUPPLIED = """an amplifier that a current feeds
icc 0 vcc 5m
rcc vcc 0 2k
v1 inp 0 2
v2 inn 0 2
q1 vcc inp e n
q2 o inn e n
rc vcc o 5k
re e 0 1k
.model n npn
*@ input inp inn
*@ output o
"""


@pytest.mark.parametrize("full", [False, True])
def test_where_nulling_does_not_know_its_target_there_is_no_offset_and_the_rest_stands(full: bool) -> None:
    sheet = lt.read(UNSUPPLIED).analyze(full=full)
    (said,) = [note for note in sheet.notes if "input offset" in note]
    assert said.startswith("no input offset: the target of nulling is not known: no supplies are named; give --target")
    values = {row.symbol: row.value for row in sheet.rows}
    assert values["V_OS"] is None and values["A_d"] is not None
    with pytest.raises(lt.OptionError, match="the target of nulling is not known"):
        lt.read(UNSUPPLIED).analyze(full=full, null=True)
    given = lt.read(UNSUPPLIED).analyze(full=full, target=5.0)
    assert {row.symbol: row.value for row in given.rows}["V_OS"] is not None
    assert ("no ranges are given: no supplies say how far to look" in given.notes) == full
