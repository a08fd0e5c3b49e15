"""MOSFET level 1 against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import numpy as np
import pytest

from devices.harness import instance
from devices.transistors import NGSPICE_BOLTZMANN, NGSPICE_CHARGE, Case, by_longtail, by_ngspice
from longtail.devices import base, mosfet1_process
from longtail.devices.mosfet1 import MODEL

TERMINALS = ("d", "g", "s", "b")
PLAIN = {"vto": 0.7, "kp": 1.1e-4, "gamma": 0.45, "phi": 0.65, "lambda": 0.04}
SIDEWALLS = {"cj": 4e-4, "mj": 0.45, "cjsw": 3e-10, "mjsw": 0.33, "pb": 0.9, "fc": 0.6, "js": 1e-6}
OVERLAPS = {"tox": 2e-8, "cgso": 1.1e-10, "cgdo": 2.3e-10, "cgbo": 1.7e-10}
GEOMETRY = {"w": 2e-5, "l": 2e-6}
AREAS = {"ad": 6e-11, "as": 4e-11, "pd": 4.6e-5, "ps": 4.4e-5}

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
# vgs, vds, vbs in the device's own sense: cutoff, triode, saturation, exchanged, bulk deep, shallow and forward
BIASES = [
    (vgs, vds, vbs)
    for vgs in (-2.0, 0.3, 0.83, 1.4, 3.1)
    for vds in (-2.5, -0.35, 0.0, 0.015, 0.4, 1.3, 5.0)
    for vbs in (-2.1, -0.06, 0.0, 0.3, 0.55)
]
NAMES = {
    "id": "id",
    "vgs": "vgs",
    "vds": "vds",
    "vbs": "vbs",
    "vth": "von",
    "vdsat": "vdsat",
    "g_m": "gm",
    "g_ds": "gds",
    "g_mb": "gmbs",
    "cgs": "cgs",
    "cgd": "cgd",
    "cgb": "cgb",
    "cbd": "cbd",
    "cbs": "cbs",
    "ibd": "ibd",
    "ibs": "ibs",
    "power": "p",
}


def card_of(case: Case, temp_deg_c: float):
    return instance(MODEL, case.type, case.model, temp_deg_c + 273.15, **case.instance)


def terminal_voltages(case: Case, source: float = 0.25) -> list[dict[str, float]]:
    sign = MODEL.model_types[case.type]
    # gate and bulk against the terminal that acts as source, so that no junction is driven to absurd currents
    return [
        {
            "d": source + sign * vds,
            "g": source + sign * (vgs + min(vds, 0.0)),
            "s": source,
            "b": source + sign * (vbs + min(vds, 0.0)),
        }
        for vgs, vds, vbs in BIASES
    ]


@pytest.fixture
def constants_of_ngspice(monkeypatch):
    """So that both compute with the same numbers, and may be compared to more digits than the constants agree in."""
    monkeypatch.setattr(base, "BOLTZMANN", NGSPICE_BOLTZMANN)
    monkeypatch.setattr(base, "ELEMENTARY_CHARGE", NGSPICE_CHARGE)
    monkeypatch.setattr(mosfet1_process, "ELEMENTARY_CHARGE", NGSPICE_CHARGE)


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", CASES)
def test_equals_ngspice(name, temp_deg_c, constants_of_ngspice):
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = by_ngspice(case, "m", TERMINALS, biases, list(NAMES.values()), temp_deg_c)
    ours = by_longtail(MODEL, card_of(case, temp_deg_c), biases)
    sign = MODEL.model_types[case.type]
    theirs["von"] *= sign
    theirs["vdsat"] *= sign
    if sign < 0:
        # ngspice multiplies the device's own currents with the terminals' voltages
        theirs["p"] = sum(theirs[f"i({t})"] * np.array([b[t] for b in biases]) for t in TERMINALS)
    # ngspice's gmbs is not the slope of its own current there: see test_body_effect_of_a_forward_bulk
    forward_bulk = np.array([vbs > 0.0 for _, _, vbs in BIASES])
    ours["g_mb"], theirs["gmbs"] = (np.where(forward_bulk, 0.0, x) for x in (ours["g_mb"], theirs["gmbs"]))
    for quantity, other in NAMES.items():
        floor = 1e-22 if quantity.startswith("c") else 1e-15
        np.testing.assert_allclose(ours[quantity], theirs[other], rtol=1e-8, atol=floor, err_msg=quantity)
    for t in TERMINALS:
        np.testing.assert_allclose(ours[f"i({t})"], theirs[f"i({t})"], rtol=1e-8, atol=2e-15, err_msg=f"i({t})")
