"""MOSFET level 1 against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import math

import numpy as np
import pytest

from devices.harness import Bias, evaluate, trace
from devices.mosfets import (
    AREAS,
    BIASES,
    GEOMETRY,
    NAMES,
    OVERLAPS,
    PLAIN,
    SIDEWALLS,
    TERMINALS,
    assert_equal,
    assert_equal_capacitances,
    beside_ngspice,
    card_of,
    terminal_voltages,
)
from devices.transistors import Case, by_engine, by_longtail, by_ngspice, parameter_slopes, turn_to_terminals
from longtail.devices import base
from longtail.devices.models.mosfet1 import MODEL
from longtail.errors import InputError
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import lower

CASES = {
    "defaults": Case("nmos", {}, {}),
    "n": Case("nmos", PLAIN | OVERLAPS | {"cbd": 1e-13, "cbs": 2e-13, "is": 3e-15}, GEOMETRY),
    "p": Case("pmos", PLAIN | OVERLAPS | {"vto": -0.8, "cbd": 1e-13, "ld": 1e-7}, GEOMETRY),
    "n sidewalls": Case("nmos", PLAIN | OVERLAPS | SIDEWALLS, GEOMETRY | AREAS),
    "p sidewalls": Case("pmos", PLAIN | SIDEWALLS | {"vto": -0.6, "mj": 0.5, "mjsw": 0.5}, GEOMETRY | AREAS),
    "one area": Case("nmos", PLAIN | SIDEWALLS | {"cbs": 3e-14}, GEOMETRY | {"ad": 6e-11}),
    "n process": Case("nmos", {"nsub": 1.5e16, "tox": 2.5e-8, "u0": 550.0, "nss": 3e10, "ld": 2e-7}, GEOMETRY),
    "p process": Case("pmos", {"nsub": 8e15, "tox": 3e-8, "u0": 210.0, "nss": 2e10, "tpg": -1.0}, GEOMETRY),
    "p same gate": Case("pmos", {"nsub": 8e15, "tox": 3e-8, "tpg": 1.0, "lambda": 0.02}, GEOMETRY),
    "n aluminium": Case("nmos", {"nsub": 2e15, "tox": 8e-8, "tpg": 0.0, "tnom": 50.0}, GEOMETRY),
    "p aluminium": Case("pmos", {"nsub": 2e15, "tox": 8e-8, "tpg": 0.0, "nss": 1e11}, GEOMETRY),
    "some given": Case("nmos", {"nsub": 4e15, "tox": 4e-8, "vto": 0.9, "kp": 4e-5, "gamma": 0.5}, GEOMETRY),
    "doping alone": Case("nmos", {"nsub": 4e15, "vto": 1.0, "u0": 400.0, "tnom": 0.0} | SIDEWALLS, GEOMETRY | AREAS),
    "warmer": Case("nmos", PLAIN | OVERLAPS, GEOMETRY | {"dtemp": 20.0}),
    "own temperature": Case("pmos", PLAIN | {"vto": -0.7}, GEOMETRY | {"temp": 85.0}),
}


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", CASES)
def test_equals_ngspice(name, temp_deg_c, constants_of_ngspice):
    ours, theirs = beside_ngspice(MODEL, CASES[name], temp_deg_c)
    assert_equal(ours, theirs, skip=("g_mb",))
    # ngspice's gmbs is not the slope of its own current there: see test_body_effect_of_a_forward_bulk
    reverse_bulk = np.array([vbs <= 0.0 for _, _, vbs in BIASES])
    assert_equal(ours, theirs, reverse_bulk)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["n", "p", "n sidewalls", "p process", "n aluminium"])
def test_terminals_see_the_capacitances_of_ngspice(name, constants_of_ngspice):
    assert_equal_capacitances(MODEL, CASES[name], 50.0)


@pytest.mark.ngspice
def test_constants_of_2018_move_currents_little():
    case = CASES["n process"]
    biases = terminal_voltages(MODEL, case)
    theirs = by_ngspice(case, "m", TERMINALS, biases, ["id", "ibd"], 27.0)
    ours = by_longtail(MODEL, card_of(MODEL, case, 27.0), biases)
    # where the bulk is forward, id is the difference of two large currents
    plain = np.array([vbs <= 0.0 for _, _, vbs in BIASES])
    np.testing.assert_allclose(ours["id"][plain], theirs["id"][plain], rtol=1e-5, atol=1e-15)
    np.testing.assert_allclose(ours["ibd"], theirs["ibd"], rtol=1e-5, atol=1e-15)
    assert np.max(np.abs(ours["ibd"] - theirs["ibd"]) / np.max(np.abs(theirs["ibd"]))) > 1e-6


RESISTIVE = {
    "rd and rs": Case("nmos", PLAIN | OVERLAPS | {"rd": 35.0, "rs": 20.0, "rsh": 1e3}, GEOMETRY),
    "sheet": Case("pmos", PLAIN | SIDEWALLS | {"vto": -0.7, "rsh": 25.0}, GEOMETRY | AREAS | {"nrd": 3.0, "nrs": 1.5}),
    "drain only": Case("nmos", PLAIN | {"rd": 200.0}, GEOMETRY),
    "no source squares": Case("nmos", PLAIN | {"rsh": 50.0}, GEOMETRY | {"nrs": 0.0}),
    "three in parallel": Case("nmos", PLAIN | OVERLAPS | {"rd": 35.0, "cbd": 1e-13}, GEOMETRY | {"m": 3.0}),
}


@pytest.mark.ngspice
@pytest.mark.parametrize("name", RESISTIVE)
def test_series_resistances_through_the_engine(name, constants_of_ngspice):
    case = RESISTIVE[name]
    biases = [b for b, (_, _, vbs) in zip(terminal_voltages(MODEL, case), BIASES, strict=True) if vbs <= 0.3][::3]
    names = {ours: theirs for ours, theirs in NAMES.items() if ours not in ("g_mb", "power")}
    theirs = by_ngspice(case, "m", TERMINALS, biases, list(names.values()), 60.0)
    ours = by_engine(MODEL, case, biases, 60.0)
    turn_to_terminals(theirs, names, MODEL, MODEL.model_types[case.type])
    # ngspice's m multiplies all but gmin: here three devices in parallel have three times gmin, at up to 8 V
    current = 1e-14 + (case.instance.get("m", 1.0) - 1.0) * 1e-12 * 8.0
    floors = {"A": current, "F": 1e-22}
    units = {q.name: q.unit for q in MODEL.quantities}
    for quantity, other in names.items():
        floor = floors.get(units[quantity], 1e-10)
        np.testing.assert_allclose(ours[quantity], theirs[other], rtol=1e-7, atol=floor, err_msg=quantity)
    for t in TERMINALS:
        np.testing.assert_allclose(ours[f"i({t})"], theirs[f"i({t})"], rtol=1e-7, atol=2.0 * current, err_msg=t)
    supplied = sum(ours[f"i({t})"] * np.array([b[t] for b in biases]) for t in TERMINALS)
    np.testing.assert_allclose(ours["power"], supplied, rtol=1e-9, atol=1e-15)


def slopes_by_differences(case: Case, bias: dict[str, float], of: str, by: str, step: float = 1e-4) -> float:
    """The slope of one of ngspice's quantities by a terminal voltage, from central differences of ngspice itself."""
    shifted = [bias | {by: bias[by] + sign * step} for sign in (-1.0, 1.0)]
    low, high = by_ngspice(case, "m", TERMINALS, shifted, [of], 27.0)[of]
    return (high - low) / (2.0 * step)


@pytest.mark.ngspice
@pytest.mark.parametrize("v_bs", [-0.5, 0.2, 0.45])
def test_body_effect_of_a_forward_bulk(v_bs, constants_of_ngspice):
    """ngspice's gmbs and its drain current part where the bulk is forward; here g_mb is the slope of the current.

    The root sqrt(phi - vbs) is continued as a straight line of slope -1/(2*sqrt(phi)), but gmbs is taken with
    -1/(2*root), which grows without bound along that line.
    """
    case = Case("nmos", PLAIN | {"is": 1e-30}, GEOMETRY)
    bias = {"d": 2.0, "g": 1.7, "s": 0.0, "b": v_bs}
    theirs = by_ngspice(case, "m", TERMINALS, [bias], ["gmbs", "gm"], 27.0)
    ours = by_longtail(MODEL, card_of(MODEL, case, 27.0), [bias])
    slope = slopes_by_differences(case, bias, "id", "b")
    assert ours["g_mb"][0] == pytest.approx(slope, rel=1e-6)
    at_zero = math.sqrt(PLAIN["phi"])
    root = at_zero - 0.5 * v_bs / at_zero if v_bs > 0.0 else math.sqrt(PLAIN["phi"] - v_bs)
    assert theirs["gmbs"][0] == pytest.approx(theirs["gm"][0] * PLAIN["gamma"] / (2.0 * root), rel=1e-9)
    assert (theirs["gmbs"][0] == pytest.approx(slope, rel=1e-6)) == (v_bs < 0.0)


@pytest.mark.ngspice
def test_the_bulk_junction_steps_where_ngspice_cuts_it(constants_of_ngspice):
    case = Case("nmos", {"is": 1e-9}, {})
    knee = -3.0 * base.thermal_voltage(300.15)
    biases = [{"b": knee - 1e-6, "d": 0.0}, {"b": knee + 1e-6, "d": 0.0}]
    theirs = by_ngspice(case, "m", TERMINALS, biases, ["ibs"], 27.0)["ibs"]
    ours = by_longtail(MODEL, card_of(MODEL, case, 27.0), biases)["ibs"]
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    assert theirs[1] - theirs[0] == pytest.approx(1e-9 * math.exp(-3.0), rel=1e-3)


def test_drain_and_source_are_alike():
    """A device with equal ends, its drain and source exchanged, carries the reverse current."""
    case = Case("nmos", PLAIN | OVERLAPS, GEOMETRY)
    biases = terminal_voltages(MODEL, case)
    exchanged = [b | {"d": b["s"], "s": b["d"]} for b in biases]
    first, second = (by_longtail(MODEL, card_of(MODEL, case, 27.0), at) for at in (biases, exchanged))
    for there, here in (("i(d)", "i(s)"), ("i(b)", "i(b)"), ("g_m", "g_m"), ("g_ds", "g_ds"), ("region", "region")):
        np.testing.assert_allclose(second[there], first[here], rtol=1e-12, atol=1e-18, err_msg=there)


def test_lanes_may_differ_in_mode_and_region():
    case = CASES["n sidewalls"]
    card = card_of(MODEL, case, 27.0)
    traced = trace(MODEL, card)
    biases = terminal_voltages(MODEL, case)
    inputs = {f"v.{t}": np.array([b[t] for b in biases]) for t in TERMINALS} | card.graph_inputs()
    program = lower(traced.graph, list(traced.flows.quantities.values()), inputs)
    together = NumpyExecutor().run(program, list(inputs.values()), len(biases))
    alone = by_longtail(MODEL, card, biases)
    assert set(alone["region"]) == {0.0, 1.0, 2.0}
    for name, row in zip(traced.flows.quantities, together, strict=True):
        np.testing.assert_allclose(row, alone[name], rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("name", ["n sidewalls", "p process", "defaults"])
def test_far_voltages_give_no_nan(name):
    """Before limiting has let go, an iteration may ask for anything."""
    case = CASES[name]
    rng = np.random.default_rng(1)
    biases = [dict(zip(TERMINALS, rng.uniform(-1.0, 1.0, 4) * scale, strict=True)) for scale in (1, 5, 30) * 40]
    found = by_longtail(MODEL, card_of(MODEL, case, 27.0), biases)
    for key, values in found.items():
        assert not np.isnan(values).any(), key


def limited(case: Case, new: tuple[float, float, float], old: tuple[float, float, float]) -> dict[str, float]:
    """What the device's rule makes of a step in (vgs, vds, vbs), all in its own sense."""
    bias = Bias(dict.fromkeys(TERMINALS, 0.0), {"di": "d", "si": "s", "gi": "g", "bi": "b"})
    MODEL.evaluate(bias, card_of(MODEL, case, 27.0))
    _, _, rule = bias.limits[0]
    names = ("vgs", "vds", "vbs")
    return dict(rule(dict(zip(names, new, strict=True)), dict(zip(names, old, strict=True))))


@pytest.mark.parametrize("name", ["n", "p"])
def test_limiting_lets_small_steps_and_solutions_pass(name):
    for old in BIASES:
        new = tuple(x + 0.01 for x in old)
        for target in (old, new):
            vgs, vds, vbs = target
            assert limited(CASES[name], target, old) == pytest.approx({"vgs": vgs, "vds": vds, "vbs": vbs}, abs=1e-12)


def test_limiting_holds_large_steps():
    case = Case("nmos", {"vto": 0.7}, {})
    # off: the gate may rise to half a volt above threshold; the drain, left behind, would be pulled far below the
    # source and may go to -0.5 V; then the drain's junction is the one to limit, to 2*old - 1 = -3 V
    assert limited(case, (9.0, 5.0, 0.0), (0.0, 0.0, -1.0)) == pytest.approx({"vgs": 1.2, "vds": -0.5, "vbs": -3.5})
    # on: the drain may rise to 4 V, and the bulk junction by the logarithm of its step
    assert limited(case, (1.0, 9.0, 0.0), (1.0, 1.0, 0.0)) == pytest.approx({"vgs": 1.0, "vds": 4.0, "vbs": 0.0})
    assert limited(case, (1.0, 1.0, 5.0), (1.0, 1.0, 0.0))["vbs"] < 0.2
    # exchanged: the drain's side is the source
    forward = limited(case, (9.0, 1.0, -0.5), (1.0, 1.0, -0.5))
    reverse = limited(case, (8.0, -1.0, -1.5), (0.0, -1.0, -1.5))
    assert reverse["vgs"] - reverse["vds"] == pytest.approx(forward["vgs"])
    assert reverse["vds"] == pytest.approx(-forward["vds"])


@pytest.mark.parametrize(
    ("instance_values", "guess"),
    [
        ({}, {"vgs": 0.7, "vds": 0.0, "vbs": -1.0}),
        ({"off": 1.0}, {"vgs": 0.0, "vds": 0.0, "vbs": 0.0}),
        ({"icvds": 2.0, "icvgs": 1.5}, {"vgs": 1.5, "vds": 2.0, "vbs": 0.0}),
    ],
)
def test_first_guess(instance_values, guess):
    bias = Bias(dict.fromkeys(TERMINALS, 0.0), {"di": "d", "si": "s", "gi": "g", "bi": "b"})
    MODEL.evaluate(bias, card_of(MODEL, Case("nmos", {"vto": 0.7, "gamma": 0.4}, instance_values), 27.0))
    assert bias.limits[0][1] == pytest.approx(guess)


def test_a_channel_of_no_length_is_refused():
    with pytest.raises(InputError, match="no channel is left"):
        evaluate(MODEL, card_of(MODEL, Case("nmos", {"ld": 1e-6}, {"l": 2e-6}), 27.0), {})


@pytest.mark.parametrize("name", ["n", "p sidewalls", "p process", "n aluminium", "doping alone"])
def test_every_parameter_may_vary_and_has_a_true_slope(name):
    case = CASES[name]
    sign = MODEL.model_types[case.type]
    bias = {t: sign * v for t, v in {"d": 2.0, "g": 1.6, "b": -0.5}.items()}
    by_slope, as_found = parameter_slopes(MODEL, card_of(MODEL, case, 60.0), bias)
    assert set(by_slope) >= {f"model.{parameter}" for parameter in case.model}
    for parameter, wanted in as_found.items():
        if parameter != "model.tpg":  # which chooses between equations
            np.testing.assert_allclose(by_slope[parameter], wanted, rtol=1e-4, atol=1e-13, err_msg=parameter)
