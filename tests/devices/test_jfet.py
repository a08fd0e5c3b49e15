"""JFET level 1 against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import numpy as np
import pytest

from devices.harness import instance
from devices.transistors import NGSPICE_BOLTZMANN, NGSPICE_CHARGE, Case, by_longtail, by_ngspice
from longtail.devices import base
from longtail.devices.jfet import MODEL

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


@pytest.fixture
def constants_of_ngspice(monkeypatch):
    """So that both compute with the same numbers, and may be compared to more digits than the constants agree in."""
    monkeypatch.setattr(base, "BOLTZMANN", NGSPICE_BOLTZMANN)
    monkeypatch.setattr(base, "ELEMENTARY_CHARGE", NGSPICE_CHARGE)


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", CASES)
def test_equals_ngspice(name, temp_deg_c, constants_of_ngspice):
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = by_ngspice(case, "j", TERMINALS, biases, list(NAMES.values()), temp_deg_c)
    ours = by_longtail(MODEL, card_of(case, temp_deg_c), biases)
    if MODEL.model_types[case.type] < 0:
        # ngspice multiplies the device's own currents with the terminals' voltages
        theirs["p"] = sum(theirs[f"i({t})"] * np.array([b[t] for b in biases]) for t in TERMINALS)
    for quantity, other in NAMES.items():
        floor = 1e-22 if quantity.startswith("c") else 1e-15
        np.testing.assert_allclose(ours[quantity], theirs[other], rtol=1e-8, atol=floor, err_msg=quantity)
    for t in TERMINALS:
        np.testing.assert_allclose(ours[f"i({t})"], theirs[f"i({t})"], rtol=1e-8, atol=2e-15, err_msg=f"i({t})")
