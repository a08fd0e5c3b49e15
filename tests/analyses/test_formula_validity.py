"""Errors of formulas away from the operating point: by hand at single points, zero where nothing was left out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from longtail.amplifier import Amplifier, read
from longtail.analyses.formula import validity as formula_validity
from longtail.analyses.formula.result import Formula
from longtail.analyses.formula.validity import (
    LEVEL,
    MISMATCH,
    RELATIVE,
    TEMPERATURE,
    THRESHOLD,
    Validity,
    mismatch,
)
from longtail.circuit import Circuit
from longtail.cli.main import run as command
from longtail.driven.drives import Drives
from longtail.driven.grid import Lanes
from longtail.driven.lane_solves import solve_lanes
from longtail.engine.solving.batch import Batch
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus
from symbolic.decks import BIPOLAR, FOLDER, MOS

TAILED = (
    MOS.replace("rss s vss {rss}", "m3 s bias 0 0 n w=10u l=1u\nvb bias 0 0.75\n.options temp={celsius}")
    .replace(".param drd=0", ".param celsius=27 level=1.2 drd=0")
    .replace("inp 0 1.2", "inp 0 {level}")
    .replace("inn 0 1.2", "inn 0 {level}")
)


def example(name: str, **parameters: str) -> Amplifier:
    return read(FOLDER / f"{name}.cir", parameters=parameters)


def along(formula: Formula, axis: str) -> Validity:
    assert formula.validity is not None
    return next(v for v in formula.validity if v.axis == axis)


def test_plain_formulas_do_not_carry_it() -> None:
    formula = example("mos_pair").formula()
    assert formula.validity is None
    assert "validity" not in json.loads(formula.to_json())
    assert "Error away" not in formula.to_text()


@pytest.mark.parametrize("of", ["differential", "common"])
@pytest.mark.parametrize("netlist", [TAILED, BIPOLAR], ids=["mos", "bipolar"])
def test_exact_formulas_have_no_error_in_any_lane(netlist: str, of: str) -> None:
    """Pairs share symbols here, which temperature and level leave right."""
    formula = read(netlist.replace("lambda=0 ", "lambda=0.05 ")).formula(
        of=of, exact=True, band="0:1meg", validity=True
    )
    for axis in (TEMPERATURE, LEVEL):
        errors = along(formula, axis)
        assert errors.worst_error is not None and errors.worst_error < 1e-9
        assert errors.failed == 0
        if errors.outside:
            assert errors.worst_outside is not None and errors.worst_outside < 1e-9


UNEVEN = TAILED.replace("dw=0", "dw=0.1").replace("drd=0", "drd=0.1")


def test_exact_formulas_without_shared_symbols_have_no_error_over_mismatch() -> None:
    formula = read(UNEVEN).formula(exact=True, validity=True)
    assert {"g_m1", "g_m2"} <= set(formula.symbols)
    errors = along(formula, MISMATCH)
    assert errors.worst_error is not None and errors.worst_error < 1e-9
    assert errors.lanes == 100


# the same circuit with a model for each transistor, so that every parameter can be given from outside
APART = (
    TAILED.replace("s s n w={50u*(1+dw/2)}", "s s n1 w=50u")
    .replace("s s n w={50u*(1-dw/2)}", "s s n2 w=50u")
    .replace("0 0 n w=10u", "0 0 n3 w=10u")
    .replace("{10k*(1+drd/2)}", "{r1}")
    .replace("{10k*(1-drd/2)}", "{r2}")
    .replace(
        ".end",
        ".param r1=10k r2=10k kp1=200u kp2=200u kp3=200u vto1=0.5 vto2=0.5 vto3=0.5\n"
        + "\n".join(f".model n{k} nmos(level=1 vto={{vto{k}}} kp={{kp{k}}} lambda={{lambda}})" for k in (1, 2, 3))
        + "\n.end",
    )
)
NAMES_APART = {
    "temp": "celsius", "vcm": "level", "rd1.r": "r1", "rd2.r": "r2",
    **{f"m{k}.{name}": f"{name}{k}" for k in (1, 2, 3) for name in ("kp", "vto")},
}  # fmt: skip


@pytest.mark.parametrize("axis", [TEMPERATURE, LEVEL, MISMATCH])
def test_worst_errors_are_those_by_hand_of_a_circuit_read_there(axis: str) -> None:
    formula = read(TAILED, parameters={"lambda": "0.05"}).formula(validity=True)
    assert formula.text == "-g_m1,2·R_D"
    errors = along(formula, axis)
    assert errors.worst_at is not None
    parameters = {NAMES_APART[name]: repr(value) for name, value in errors.worst_at.items()}
    there = read(APART, parameters={"lambda": "0.05", **parameters})
    devices = there.op().devices
    transconductance = (devices["m1"]["g_m"] + devices["m2"]["g_m"]) / 2.0
    load = 2.0 / sum(1.0 / float(parameters.get(name, 10e3)) for name in ("r1", "r2"))  # a pair shares conductances
    exact = there.gains(frequency_hz=[1e-3]).differential[0].real
    assert errors.worst_error == pytest.approx(abs(-transconductance * load / exact - 1.0), rel=1e-6)


def test_dropping_the_output_resistance_of_the_tail_costs_where_the_tail_leaves_saturation() -> None:
    beside = TAILED.replace(".model n", "rss s 0 20k\n.model n")
    formula = read(beside, parameters={"lambda": "0.05"}).formula(of="common", error="25%", validity=True)
    assert formula.text == "-R_D/(2·R_SS)"
    errors = along(formula, LEVEL)
    assert errors.worst_error is not None and errors.worst_error < 0.25
    assert errors.outside >= 1
    assert errors.worst_outside is not None and errors.worst_outside > 2.0 * errors.worst_error
    assert errors.outside_place == errors.low


def test_mismatch_is_the_same_every_time_and_as_wide_as_it_says() -> None:
    circuit = example("ota_5t").circuit
    first, second = mismatch(circuit, 4000), mismatch(circuit, 4000)
    assert all((first[name] == second[name]).all() for name in first)
    assert {"m1.kp", "m1.vto", "m2.vto"} <= set(first)
    assert first["m1.vto"].std() == pytest.approx(THRESHOLD, rel=0.05)
    assert (first["m1.kp"] / first["m1.kp"].mean()).std() == pytest.approx(RELATIVE, rel=0.05)
    assert abs(np.corrcoef(first["m1.vto"], first["m2.vto"])[0, 1]) < 0.05


def test_nulled_formulas_stay_nulled_in_every_lane() -> None:
    formula = example("two_stage_opamp").formula(null=True, error="5%", validity=True)
    errors = along(formula, MISMATCH)
    assert (errors.failed, errors.outside) == (0, 0)  # unnulled, an offset of millivolts sends the output to a rail
    assert errors.worst_error is not None and errors.worst_error < 0.1


def test_lanes_that_are_left_aside_are_said() -> None:
    formula = example("ota_5t").formula(of="common", error="5%", validity=True)
    errors = along(formula, MISMATCH)
    assert errors.outside > 0
    assert any(f"over mismatch, {errors.outside} of 100 lanes" in note and "--null" in note for note in formula.notes)
    assert any("matched devices share symbols" in note for note in formula.notes)


def test_a_gain_that_symmetry_makes_zero_has_nothing_to_compare_with() -> None:
    formula = example("mos_pair").formula(of="cmrr", validity=True)
    errors = along(formula, TEMPERATURE)
    assert (errors.at_rounding, errors.worst_error, errors.gain_low) == (errors.lanes, None, None)
    over = along(formula, MISMATCH)
    assert over.at_rounding == 0
    assert over.median_error is not None and over.median_error < 0.1


def test_quantities_of_the_bias_follow_the_lanes() -> None:
    formula = example("bjt_pair_ideal_tail").formula(in_terms="bias", error="2%", validity=True)
    assert "V_T" in formula.text
    errors = along(formula, TEMPERATURE)
    assert errors.worst_error is not None and errors.worst_error < 0.02
    assert errors.gain_low is not None and errors.gain_high is not None
    assert errors.gain_high / errors.gain_low == pytest.approx(398.15 / 233.15, rel=0.01)


def test_text_and_json_have_the_figures() -> None:
    formula = example("mos_pair").formula(validity=True)
    text = formula.to_text()
    assert "Error away from the operating point" in text
    assert "-40 … 125 °C" in text
    data = json.loads(formula.to_json())["validity"]
    assert [each["axis"] for each in data] == [MISMATCH, TEMPERATURE, LEVEL]
    assert {"axis", "median_error", "p95_error", "worst_error", "worst_at"} <= set(data[0])
    assert set(data[1]["worst_at"]) == {"temp"}
    assert "rd1.r" in data[0]["worst_at"]


def test_lanes_without_a_solution_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def lossy(circuit: Circuit, lanes: Lanes, drives: Drives) -> tuple[Batch, OperatingPoint]:
        prepared, point = solve_lanes(circuit, lanes, drives)
        point.status[:3] = LaneStatus.TOO_MANY_ITERATIONS
        point.solution[:3] = np.nan
        return prepared, point

    whole = along(example("mos_pair").formula(validity=True), TEMPERATURE)
    monkeypatch.setattr(formula_validity, "solve_lanes", lossy)
    formula = example("mos_pair").formula(validity=True)
    errors = along(formula, TEMPERATURE)
    assert (errors.failed, errors.outside, whole.failed) == (3, 0, 0)
    assert errors.worst_error == whole.worst_error  # it is at the hot end
    assert errors.gain_high is not None and whole.gain_high is not None
    assert errors.gain_high < whole.gain_high  # that of the cold end is not known
    assert any("over temperature, 3 of 34 lanes have no operating point" in note for note in formula.notes)


def test_errors_hold_over_the_band() -> None:
    """The capacitance of the tail, which the formula at dc does not have, is in one for a band."""
    formula = example("mos_pair").formula(of="common", band="1:100meg", error="10%", validity=True)
    assert "C" in formula.text
    errors = along(formula, TEMPERATURE)
    assert errors.worst_error is not None and 0.0 < errors.worst_error < 0.2


def test_circuits_without_supplies_have_no_common_mode_axis() -> None:
    formula = example("instrumentation_amplifier").formula(validity=True)
    assert formula.validity is not None
    assert [v.axis for v in formula.validity] == [MISMATCH, TEMPERATURE]
    assert any("no errors over the common-mode level" in note for note in formula.notes)


def test_the_command_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["formula", str(FOLDER / "mos_pair.cir"), "--validity", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["validity"]) == 3


def test_resistors_and_junctions_spread_by_a_share_of_their_value() -> None:
    """A resistor of 10 kohm by 100 ohm: an absolute spread would be 10 mohm."""
    spread = mismatch(example("bjt_pair").circuit, 4000)
    names = [name for name in spread if name.endswith(".r")]
    assert names
    for name in [*names, "q1.is"]:
        assert spread[name].std() / spread[name].mean() == pytest.approx(RELATIVE, rel=0.05), name


@pytest.mark.parametrize("of", ["common_to_differential", "differential_to_common"])
def test_conversions_have_errors_away_from_the_point_too(of: str) -> None:
    """What an exact formula leaves of a conversion is the rounding of a small difference."""
    formula = read(UNEVEN).formula(of=of, exact=True, validity=True)
    errors = along(formula, MISMATCH)
    assert errors.worst_error is not None and errors.worst_error < 1e-3
