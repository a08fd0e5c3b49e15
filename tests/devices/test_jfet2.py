"""JFET level 2 (Parker and Skellern) against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import math

import numpy as np
import pytest

import longtail as lt
from devices.harness import Card, evaluate, instance
from devices.transistors import (
    Bias,
    Case,
    by_engine,
    by_longtail,
    by_ngspice,
    parameter_slopes,
    terminal_capacitances,
    turn_to_terminals,
)
from longtail.devices.models.jfet2 import MODEL
from longtail.errors import InputError, NetlistError
from reference import ngspice

TERMINALS = MODEL.terminals
PLAIN = {"vto": -1.8, "beta": 1.3e-3, "lambda": 0.012, "is": 2e-14, "vbi": 0.9}
TAIL = {"vst": 0.06, "mvst": 0.04}
KNEE = {"xi": 0.4, "mxi": 0.15, "z": 0.6, "p": 2.4, "q": 1.9}
FEEDBACK = {"lfgam": 0.03, "lfg1": 4e-3, "lfg2": 2e-3}
CHARGED = {"cgs": 4e-12, "cgd": 3e-12, "cds": 2e-13, "acgam": 0.06, "xc": 0.15, "fc": 0.4}
WHOLE = PLAIN | TAIL | KNEE | FEEDBACK | CHARGED | {"delta": 0.8, "ibd": 1e-9, "vbd": 1.3, "n": 1.2}

CASES = {
    "defaults": Case("njf", {}, {}, 2),
    "n": Case("njf", PLAIN | CHARGED, {"area": 1.7}, 2),
    "p": Case("pjf", PLAIN | CHARGED | {"vto": -2.4}, {}, 2),
    "tail": Case("njf", PLAIN | TAIL, {}, 2),
    "knee": Case("njf", PLAIN | KNEE, {"area": 0.4}, 2),
    "p, sharp knee": Case("pjf", PLAIN | KNEE | {"z": 0.0, "mxi": 0.0, "p": 1.7, "q": 2.3}, {}, 2),
    "feedback": Case("njf", PLAIN | FEEDBACK, {}, 2),
    "heat": Case("njf", PLAIN | {"delta": 3.0}, {"area": 2.5}, 2),
    "breakdown": Case("pjf", PLAIN | {"ibd": 2e-8, "vbd": 0.8}, {"area": 2.0}, 2),
    "enhancement": Case("njf", PLAIN | KNEE | {"vto": 0.2}, {}, 2),
    "whole": Case("njf", WHOLE, {"area": 1.3}, 2),
    "p, whole": Case("pjf", WHOLE | {"tnom": 40.0}, {"m": 3.0}, 2),
    "large fc": Case("njf", WHOLE | {"fc": 0.99}, {"temp": 85.0}, 2),
}
# the gate against the terminal that acts as source, and vds, in the device's own sense
BIASES = [
    (vgs, vds)
    for vgs in (-6.0, -2.5, -1.9, -1.1, -0.06, 0.0, 0.2, 0.4, 0.6)
    for vds in (-7.0, -1.2, -0.3, -0.01, 0.0, 0.02, 0.35, 1.4, 9.0)
]
NAMES = {"id": "id", "ig": "ig", "vgs": "vgs", "vgd": "vgd", "g_m": "gm", "g_ds": "gds"}
# after an operating point ngspice keeps the small-signal capacitances where it keeps charges in a transient
NAMES |= {"cgs": "qgs", "cgd": "qgd"}


def card_of(case: Case, temp_deg_c: float) -> Card:
    return instance(MODEL, case.type, case.model, temp_deg_c + 273.15, **case.instance)


def terminal_voltages(case: Case, source: float = 0.25) -> list[Bias]:
    sign = MODEL.model_types[case.type]
    return [{"d": source + sign * vds, "g": source + sign * (vgs + min(vds, 0.0)), "s": source} for vgs, vds in BIASES]


def dropped(case: Case) -> dict[str, np.ndarray]:
    """By unit, what ngspice lacks at each bias: it drops the channel's tail from u = -10*w on, and its slopes."""
    m = case.model
    floors = {
        unit: np.full(len(BIASES), least) for unit, least in {"A": 1e-15, "S": 1e-15, "F": 1e-22, "V": 1e-15}.items()
    }
    for k, (vgs, vds) in enumerate(BIASES):
        vgd, v_ds = vgs - abs(vds), abs(vds)
        width = m.get("vst", 0.0) * (1.0 + m.get("mvst", 0.0) * v_ds)
        feedback = m.get("lfgam", 0.0) - m.get("lfg1", 0.0) * vgs + m.get("lfg2", 0.0) * vgd
        if width > 0.0 and vgs - m.get("vto", -2.0) - feedback * vgd < -10.0 * width:
            scale = case.instance.get("area", 1.0) * m["beta"] * (1.0 + m["lambda"] * v_ds)
            floors["A"][k] = scale * (width * math.exp(-10.0)) ** m.get("q", 2.0)
            floors["S"][k] = 10.0 * floors["A"][k] / (width * math.exp(-10.0))
    return floors


def assert_equal(ours: np.ndarray, theirs: np.ndarray, floor: np.ndarray, what: str, relative: float = 1e-8) -> None:
    excess = np.abs(ours - theirs) - relative * np.abs(theirs) - floor
    worst = int(np.argmax(excess))
    assert excess[worst] <= 0.0, f"{what} at {BIASES[worst]}: {ours[worst]!r}, ngspice {theirs[worst]!r}"


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", CASES)
def test_equals_ngspice(name: str, temp_deg_c: float, constants_of_ngspice: None) -> None:
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = by_ngspice(case, "j", TERMINALS, biases, list(NAMES.values()), temp_deg_c)
    turn_to_terminals(theirs, NAMES, MODEL, MODEL.model_types[case.type])
    parallel = case.instance.get("m", 1.0)
    ours = by_longtail(MODEL, card_of(case, temp_deg_c), biases)
    units, floors = {q.name: q.unit for q in MODEL.quantities}, dropped(case)
    for quantity, other in NAMES.items():
        factor = 1.0 if units[quantity] == "V" else parallel
        assert_equal(factor * ours[quantity], theirs[other], factor * floors[units[quantity]], quantity)
    for t in TERMINALS:
        assert_equal(parallel * ours[f"i({t})"], theirs[f"i({t})"], 3.0 * parallel * floors["A"], f"i({t})")


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["n", "p", "whole", "large fc"])
def test_terminals_see_the_capacitances_of_ngspice(name: str, constants_of_ngspice: None) -> None:
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = terminal_capacitances(case, "j", TERMINALS, biases, 50.0)
    ours = by_longtail(MODEL, card_of(case, 50.0), biases)
    for quantity, pairs in {"cgs": ("gs", "sg"), "cgd": ("gd", "dg"), "cds": ("ds", "sd")}.items():
        for a, b in pairs:
            np.testing.assert_allclose(ours[quantity], -theirs[f"c({a},{b})"], rtol=1e-8, atol=1e-20, err_msg=a + b)


RESISTIVE = {
    "both": Case("njf", WHOLE | {"rd": 30.0, "rs": 45.0}, {"area": 2.0}, 2),
    "source only": Case("pjf", WHOLE | {"rs": 120.0}, {"temp": 85.0}, 2),
    "three in parallel": Case("njf", WHOLE | {"rd": 30.0, "rs": 45.0}, {"m": 3.0, "area": 0.7}, 2),
    "lagging": Case("pjf", WHOLE | {"rs": 45.0, "hfgam": 0.1, "taug": 1e-4, "taud": 1e-3}, {"m": 2.0}, 2),
}


@pytest.mark.ngspice
@pytest.mark.parametrize("name", RESISTIVE)
def test_series_resistances_through_the_engine(name: str, constants_of_ngspice: None) -> None:
    case = RESISTIVE[name]
    biases = terminal_voltages(case)[::2]
    theirs = by_ngspice(case, "j", TERMINALS, biases, [*NAMES.values()], 60.0)
    turn_to_terminals(theirs, NAMES, MODEL, MODEL.model_types[case.type])
    ours = by_engine(MODEL, case, biases, 60.0)
    units = {q.name: q.unit for q in MODEL.quantities}
    floors = {"A": 1e-13, "F": 1e-22, "V": 1e-10, "S": 1e-9}
    for quantity, other in NAMES.items():
        floor = floors[units[quantity]]
        np.testing.assert_allclose(ours[quantity], theirs[other], rtol=1e-7, atol=floor, err_msg=quantity)
    for t in TERMINALS:
        np.testing.assert_allclose(ours[f"i({t})"], theirs[f"i({t})"], rtol=1e-7, atol=2e-13, err_msg=t)
    into = sum(ours[f"i({t})"] * np.array([bias[t] for bias in biases]) for t in TERMINALS)
    np.testing.assert_allclose(ours["power"], into, rtol=1e-7, atol=1e-12)
