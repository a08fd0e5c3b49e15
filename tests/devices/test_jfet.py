"""JFET level 1 against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import math

import numpy as np
import pytest

from devices.harness import Bias, evaluate, instance
from devices.transistors import (
    Case,
    by_engine,
    by_longtail,
    by_ngspice,
    parameter_slopes,
    terminal_capacitances,
    turn_to_terminals,
)
from longtail.devices.models.jfet import MODEL
from longtail.errors import InputError

TERMINALS = ("d", "g", "s")
PLAIN = {"vto": -1.8, "beta": 1.3e-3, "lambda": 0.012, "is": 2e-14}
CHARGED = {"cgs": 4e-12, "cgd": 3e-12, "pb": 0.85, "fc": 0.4}

CASES = {
    "defaults": Case("njf", {}, {}),
    "n": Case("njf", PLAIN | CHARGED, {"area": 1.7}),
    "p": Case("pjf", PLAIN | CHARGED | {"vto": -2.4}, {}),
    "doping tail": Case("njf", PLAIN | {"b": 0.6}, {"area": 0.5}),
    "p, doping tail": Case("pjf", PLAIN | CHARGED | {"b": 1.4, "pb": 0.7}, {}),
    "enhancement": Case("njf", PLAIN | {"vto": 0.3, "pb": 0.8}, {}),
    "tcv and bex": Case("njf", PLAIN | CHARGED | {"tcv": 2e-3, "bex": -1.5, "tnom": 40.0}, {}),
    "vtotc and betatce": Case("pjf", PLAIN | {"vtotc": -2.5e-3, "betatce": -0.5, "tcv": 1.0, "bex": 9.0}, {}),
    "xti and eg": Case("njf", PLAIN | {"xti": 3.0, "eg": 1.17}, {}),
    "large fc": Case("njf", PLAIN | CHARGED | {"fc": 0.99}, {}),
    "warmer": Case("njf", PLAIN | CHARGED, {"dtemp": 15.0}),
    "own temperature": Case("pjf", PLAIN | CHARGED, {"temp": 85.0}),
}
# the gate against the terminal that acts as source, and vds, in the device's own sense
BIASES = [
    (vgs, vds)
    for vgs in (-6.0, -2.5, -1.1, -0.06, 0.0, 0.2, 0.4, 0.6)
    for vds in (-7.0, -1.2, -0.3, -0.01, 0.0, 0.02, 0.35, 1.4, 9.0)
]
NAMES = {"id": "id", "ig": "ig", "vgs": "vgs", "vgd": "vgd", "g_m": "gm", "g_ds": "gds", "power": "p"}
# after an operating point ngspice keeps the small-signal capacitances where it keeps charges in a transient
NAMES |= {"cgs": "qgs", "cgd": "qgd"}


def card_of(case: Case, temp_deg_c: float):
    return instance(MODEL, case.type, case.model, temp_deg_c + 273.15, **case.instance)


def terminal_voltages(case: Case, source: float = 0.25) -> list[dict[str, float]]:
    sign = MODEL.model_types[case.type]
    return [{"d": source + sign * vds, "g": source + sign * (vgs + min(vds, 0.0)), "s": source} for vgs, vds in BIASES]


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", CASES)
def test_equals_ngspice(name, temp_deg_c, constants_of_ngspice):
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = by_ngspice(case, "j", TERMINALS, biases, list(NAMES.values()), temp_deg_c)
    ours = by_longtail(MODEL, card_of(case, temp_deg_c), biases)
    turn_to_terminals(theirs, NAMES, MODEL, MODEL.model_types[case.type])
    if MODEL.model_types[case.type] < 0:
        # ngspice multiplies the device's own currents with the terminals' voltages
        theirs["p"] = sum(theirs[f"i({t})"] * np.array([b[t] for b in biases]) for t in TERMINALS)
    for quantity, other in NAMES.items():
        floor = 1e-22 if quantity.startswith("c") else 1e-15
        np.testing.assert_allclose(ours[quantity], theirs[other], rtol=1e-8, atol=floor, err_msg=quantity)
    for t in TERMINALS:
        np.testing.assert_allclose(ours[f"i({t})"], theirs[f"i({t})"], rtol=1e-8, atol=2e-15, err_msg=f"i({t})")


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["n", "p", "large fc"])
def test_terminals_see_the_capacitances_of_ngspice(name, constants_of_ngspice):
    case = CASES[name]
    biases = terminal_voltages(case)[::2]
    theirs = terminal_capacitances(case, "j", TERMINALS, biases, 50.0)
    ours = by_longtail(MODEL, card_of(case, 50.0), biases)
    for key, wanted in theirs.items():
        a, b = key[2], key[4]
        np.testing.assert_allclose(ours[f"dq({a})/dv({b})"], wanted, rtol=1e-8, atol=1e-20, err_msg=key)


RESISTIVE = {
    "both": Case("njf", PLAIN | CHARGED | {"rd": 30.0, "rs": 45.0}, {"area": 2.0}),
    "source only": Case("pjf", PLAIN | CHARGED | {"rs": 120.0, "b": 0.8}, {}),
    "three in parallel": Case("njf", PLAIN | {"rd": 30.0, "rs": 45.0}, {"m": 3.0}),
}


@pytest.mark.ngspice
@pytest.mark.parametrize("name", RESISTIVE)
def test_series_resistances_through_the_engine(name, constants_of_ngspice):
    case = RESISTIVE[name]
    biases = terminal_voltages(case)[::2]
    theirs = by_ngspice(case, "j", TERMINALS, biases, list(NAMES.values()), 60.0)
    turn_to_terminals(theirs, NAMES, MODEL, MODEL.model_types[case.type])
    ours = by_engine(MODEL, case, biases, 60.0)
    theirs["p"] = sum(theirs[f"i({t})"] * np.array([b[t] for b in biases]) for t in TERMINALS)
    floors = {"A": 1e-14, "F": 1e-22}
    units = {q.name: q.unit for q in MODEL.quantities}
    for quantity, other in NAMES.items():
        floor = floors.get(units[quantity], 1e-10)
        np.testing.assert_allclose(ours[quantity], theirs[other], rtol=1e-7, atol=floor, err_msg=quantity)
    for t in TERMINALS:
        np.testing.assert_allclose(ours[f"i({t})"], theirs[f"i({t})"], rtol=1e-7, atol=2e-14, err_msg=t)


def test_without_a_tail_it_is_the_square_law():
    biases = [{"g": -0.8, "d": 3.0}, {"g": -0.8, "d": 0.4}, {"g": -2.5, "d": 3.0}]
    card = instance(MODEL, "njf", {"vto": -2.0, "beta": 1e-3, "is": 0.0})
    card.gmin = 0.0
    wanted = [1e-3 * 1.2**2, 1e-3 * 0.4 * (2.0 * 1.2 - 0.4), 0.0]
    found = [evaluate(MODEL, card, bias).quantities for bias in biases]
    assert [q["id"] for q in found] == pytest.approx(wanted)
    assert [MODEL.regions[int(q["region"])] for q in found] == ["saturation", "triode", "cutoff"]


def test_threshold_at_the_junction_potential():
    """Without a tail that is sound, though ngspice divides zero by zero; with one there is no such device."""
    sound = instance(MODEL, "njf", {"vto": 0.5, "pb": 0.5})
    assert evaluate(MODEL, sound, {"d": 2.0, "g": 0.6}).quantities["id"] == pytest.approx(1e-4 * 0.1**2, rel=1e-5)
    with pytest.raises(InputError, match="doping tail"):
        evaluate(MODEL, instance(MODEL, "njf", {"vto": 0.5, "pb": 0.5, "b": 0.9}), {"d": 2.0})


def test_far_voltages_give_no_nan():
    """Up to 16 V forward, short of where the junction's exponential leaves the numbers."""
    rng = np.random.default_rng(1)
    biases = [dict(zip(TERMINALS, rng.uniform(-1.0, 1.0, 3) * scale, strict=True)) for scale in (1, 3, 8) * 40]
    for name in ("n", "p, doping tail"):
        for key, values in by_longtail(MODEL, card_of(CASES[name], 27.0), biases).items():
            assert not np.isnan(values).any(), (name, key)


@pytest.mark.parametrize(
    ("values", "guess"),
    [
        ({}, {"vgs": -1.0, "vgd": -1.0}),
        ({"off": 1.0}, {"vgs": 0.0, "vgd": 0.0}),
        ({"icvds": 3.0, "icvgs": -0.5}, {"vgs": -0.5, "vgd": -3.5}),
    ],
)
def test_first_guess_and_limiting(values, guess):
    bias = Bias(dict.fromkeys(TERMINALS, 0.0), {"di": "d", "si": "s"})
    MODEL.evaluate(bias, instance(MODEL, "njf", {"vto": -2.0}, **values))
    raw, initial, rule = bias.limits[0]
    assert initial == pytest.approx(guess)
    assert dict(rule(raw, raw)) == pytest.approx(raw)
    held = rule({"vgs": 9.0, "vgd": -30.0}, {"vgs": 0.0, "vgd": -3.0})
    assert 0.0 < held["vgs"] < 0.3
    assert held["vgd"] == pytest.approx(-7.0)


@pytest.mark.parametrize("name", ["n", "p, doping tail", "tcv and bex", "vtotc and betatce", "xti and eg"])
def test_every_parameter_may_vary_and_has_a_true_slope(name):
    case = CASES[name]
    sign = MODEL.model_types[case.type]
    bias = {t: sign * v for t, v in {"d": 2.0, "g": -0.4}.items()}
    by_slope, as_found = parameter_slopes(MODEL, card_of(case, 60.0), bias)
    assert set(by_slope) >= {f"model.{parameter}" for parameter in case.model}
    for parameter, wanted in as_found.items():
        np.testing.assert_allclose(by_slope[parameter], wanted, rtol=1e-4, atol=1e-13, err_msg=parameter)


GATE = {"vto": -2.0, "beta": 1e-3, "is": 3e-14, "n": 1.2, "isr": 4e-13, "nr": 1.9, "pb": 0.9, "m": 0.4}


def test_gate_junctions_with_recombination():
    card = instance(MODEL, "njf", GATE, area=2.0)
    card.gmin = 0.0
    vt = 1.380649e-23 * card.temperature / 1.602176634e-19
    for voltage in (0.3, 0.5, 0.7):
        ideal = 3e-14 * math.expm1(voltage / (1.2 * vt))
        trapped = 4e-13 * math.expm1(voltage / (1.9 * vt)) * ((1.0 - voltage / 0.9) ** 2 + 0.005) ** 0.2
        found = evaluate(MODEL, card, {"g": voltage}).quantities["ig"]
        assert found == pytest.approx(2 * 2.0 * (ideal + trapped), rel=1e-9)


def test_the_recombination_current_grows_with_temperature():
    values = GATE | {"xti": 3.0, "eg": 1.11, "is": 0.0}
    cold, hot = (instance(MODEL, "njf", values, kelvin) for kelvin in (300.15, 350.15))
    ratio = 350.15 / 300.15
    growth = math.exp((1.11 * (ratio - 1.0) * 1.602176634e-19 / 1.380649e-23 / 350.15 + 3.0 * math.log(ratio)) / 1.9)
    for card in (cold, hot):
        card.gmin = 0.0
    # far in reverse a junction carries its saturation current alone
    before, after = (evaluate(MODEL, card, {"g": -200.0}).quantities["ig"] for card in (cold, hot))
    assert after / before == pytest.approx(growth, rel=1e-6)


@pytest.mark.parametrize(("kind", "sign"), [("njf", 1.0), ("pjf", -1.0)])
def test_holes_of_impact_ionization_leave_through_the_gate(kind, sign):
    card = instance(MODEL, kind, {"vto": -2.0, "beta": 1e-3, "is": 0.0, "alpha": 3e-4, "vk": 100.0})
    card.gmin = 0.0
    channel = 1e-3 * 1.5**2
    beyond = 30.0 - 1.5
    holes = channel * 3e-4 * beyond * math.exp(-100.0 / beyond)
    for swapped in (False, True):
        ends = {"d": 0.0, "s": 30.0} if swapped else {"d": 30.0, "s": 0.0}
        flows = evaluate(MODEL, card, {t: sign * v for t, v in (ends | {"g": -0.5}).items()})
        assert flows.quantities["ig"] == pytest.approx(-sign * holes)
        assert abs(flows.quantities["id"]) == pytest.approx(channel if swapped else channel + holes)
    triode = evaluate(MODEL, card, {"d": sign * 1.0, "g": sign * -0.5})
    assert triode.quantities["ig"] == 0.0


def test_the_grading_of_the_gate_capacitances():
    card = instance(MODEL, "njf", {"cgs": 4e-12, "pb": 0.8, "m": 0.33})
    found = evaluate(MODEL, card, {"g": -3.0, "d": 5.0}).quantities["cgs"]
    assert found == pytest.approx(4e-12 * (1.0 + 3.0 / 0.8) ** -0.33, rel=1e-6)
