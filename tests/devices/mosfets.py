"""MOSFETs of any level against ngspice: kinds of cards, biases, and what is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from devices.harness import Card, instance
from devices.transistors import Case, by_longtail, by_ngspice, terminal_capacitances, turn_to_terminals
from longtail.devices.base import DeviceModel

TERMINALS = ("d", "g", "s", "b")
PLAIN = {"vto": 0.7, "kp": 1.1e-4, "gamma": 0.45, "phi": 0.65, "lambda": 0.04}
SIDEWALLS = {"cj": 4e-4, "mj": 0.45, "cjsw": 3e-10, "mjsw": 0.33, "pb": 0.9, "fc": 0.6, "js": 1e-6}
OVERLAPS = {"tox": 2e-8, "cgso": 1.1e-10, "cgdo": 2.3e-10, "cgbo": 1.7e-10}
GEOMETRY = {"w": 2e-5, "l": 2e-6}
AREAS = {"ad": 6e-11, "as": 4e-11, "pd": 4.6e-5, "ps": 4.4e-5}
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
SLOPES = ("g_m", "g_ds", "g_mb")


def card_of(device: DeviceModel, case: Case, temp_deg_c: float) -> Card:
    return instance(device, case.type, case.model, temp_deg_c + 273.15, **case.instance)


def terminal_voltages(device: DeviceModel, case: Case, source: float = 0.25) -> list[dict[str, float]]:
    sign = device.model_types[case.type]
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


Found = Mapping[str, np.ndarray]


def beside_ngspice(device: DeviceModel, case: Case, temp_deg_c: float) -> tuple[Found, Found]:
    """What longtail and ngspice find at every bias, ngspice's by longtail's names and at the terminals."""
    biases = terminal_voltages(device, case)
    found = by_ngspice(case, "m", TERMINALS, biases, list(NAMES.values()), temp_deg_c)
    ours = by_longtail(device, card_of(device, case, temp_deg_c), biases)
    sign = device.model_types[case.type]
    turn_to_terminals(found, NAMES, device, sign)
    if sign < 0:
        # ngspice multiplies the device's own currents with the terminals' voltages
        found["p"] = sum(found[f"i({t})"] * np.array([b[t] for b in biases]) for t in TERMINALS)
    theirs = {ours: found[name] for ours, name in NAMES.items()} | {f"i({t})": found[f"i({t})"] for t in TERMINALS}
    return ours, theirs


def assert_equal(ours: Found, theirs: Found, at: np.ndarray | slice = slice(None), skip: Sequence[str] = ()) -> None:
    """All that ngspice reports, to eight digits, at the biases chosen."""
    for name in theirs:
        if name not in skip:
            floor = 1e-22 if name.startswith("c") else 2e-15 if name.startswith("i(") else 1e-15
            np.testing.assert_allclose(ours[name][at], theirs[name][at], rtol=1e-8, atol=floor, err_msg=name)


def assert_equal_capacitances(device: DeviceModel, case: Case, temp_deg_c: float) -> None:
    """What small signals of ngspice see between all terminals."""
    biases = terminal_voltages(device, case)[::3]
    theirs = terminal_capacitances(case, "m", TERMINALS, biases, temp_deg_c)
    ours = by_longtail(device, card_of(device, case, temp_deg_c), biases)
    for a in TERMINALS:
        for b in TERMINALS:
            seen = ours[f"dq({a})/dv({b})"].copy()
            for first, second in (("g", "s"), ("g", "d"), ("g", "b")):
                if {a, b} <= {first, second}:
                    seen += ours[f"c({first}i,{second}i)"] * (1.0 if a == b else -1.0)
            # ngspice keeps the matrix of a sweep in double precision beside conductances of up to 1e-2 S
            np.testing.assert_allclose(seen, theirs[f"c({a},{b})"], rtol=1e-8, atol=1e-21, err_msg=f"{a}{b}")


def slopes_of_the_current(device: DeviceModel, case: Case, biases: Sequence[Mapping[str, float]]) -> Found:
    """g_m, g_ds and g_mb by central differences of the drain current of ngspice, at 27 degC."""
    sign, step = device.model_types[case.type], 2e-4
    found = {}
    for name, terminal in zip(SLOPES, ("g", "d", "b"), strict=True):
        low, high = (
            by_ngspice(case, "m", TERMINALS, [b | {terminal: b[terminal] + s} for b in biases], ["id"], 27.0)["id"]
            for s in (-sign * step, sign * step)
        )
        found[name] = (high - low) / (2.0 * step)
    return found


def conducting_forwards(device: DeviceModel, case: Case) -> list[dict[str, float]]:
    """The biases at which a channel may amplify, away from vbs = 0, where the body effect has a kink in its slope."""
    at = [vgs > 0.5 and vds in (0.4, 1.3, 5.0) and vbs < 0.0 for vgs, vds, vbs in BIASES]
    return [b for b, there in zip(terminal_voltages(device, case), at, strict=True) if there]
