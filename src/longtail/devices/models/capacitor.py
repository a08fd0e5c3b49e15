"""Capacitor: q = C*(v_p - v_n), i = dq/dt from p through the device to n; open at the operating point.

C(T) = C*scale*(1 + tc1*dT + tc2*dT^2), dT the temperature above the nominal one. C is the card's; else the model's
cap; else from the size, cj*W*L + 2*cjsw*(W + L) with W = w - narrow and L = l - short.
"""

from __future__ import annotations

from longtail.devices.base import (
    MULTIPLIER,
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    DeviceModel,
    Flows,
    Parameter,
    Parameters,
    Potentials,
    Quantity,
    Spread,
    coefficients,
)
from longtail.devices.parts.passive import (
    FIRST_COEFFICIENT,
    INITIAL_VOLTAGE,
    MODEL_FIRST_COEFFICIENT,
    NOMINAL_TEMPERATURE,
    SCALE,
    SECOND_COEFFICIENT,
    temperature_factor,
)
from longtail.errors import InputError
from longtail.lanes.graph import Real


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The charge, in C. Raises `InputError` when neither card nor model says how large C is."""
    capacitance = _nominal_capacitance(p) * p["scale"] * temperature_factor(p)
    voltage = v["p"] - v["n"]
    charge = capacitance * voltage
    return Flows(
        static={"p": 0.0, "n": 0.0},
        charges={"p": charge, "n": -charge},
        quantities={"v": voltage, "c": capacitance, "charge": charge},
    )


def _nominal_capacitance(p: Parameters) -> Real:
    if p.given("c"):
        return p["c"]
    model = p.model
    if model.given("cap"):
        return model["cap"]
    if not p.given("l"):
        raise InputError(
            "a capacitor has no capacitance",
            hint="give a value, or a model with cap, or with cj and cjsw and the size l",
        )
    width = (p["w"] if p.given("w") else model["defw"]) - model["narrow"]
    length = p["l"] - model["short"]
    return model["cj"] * width * length + model["cjsw"] * 2.0 * (width + length)


MISMATCH = (
    Spread(
        ("c", "scale"),
        0.0,
        relative=True,
        coefficient=Parameter("a_c", "m", "Pelgrom's coefficient of the capacitance, 1 %*um is 0.01u", None, low=0.0),
        area=("w", "l"),
    ),
)

MODEL = DeviceModel(
    name="capacitor",
    letter="c",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    parameters=(
        Parameter("c", "F", "capacitance at the nominal temperature", None, aliases=("cap", "capacitance")),
        Parameter("l", "m", "length", None, low=0.0),
        Parameter("w", "m", "width, else the model's defw", None, low=0.0),
        FIRST_COEFFICIENT,
        SECOND_COEFFICIENT,
        SCALE,
        INITIAL_VOLTAGE,
        TEMPERATURE,
        TEMPERATURE_DIFFERENCE,
        MULTIPLIER,
    ),
    model_parameters=(
        Parameter("cap", "F", "capacitance, where the card gives none", None),
        Parameter("cj", "F/m^2", "capacitance per area", 0.0, aliases=("cox",)),
        Parameter("cjsw", "F/m", "capacitance per length of edge", 0.0, aliases=("capsw",)),
        Parameter("defw", "m", "default width", 10e-6, low=0.0, aliases=("w",)),
        Parameter("narrow", "m", "narrowing, both sides together", 0.0),
        Parameter("short", "m", "shortening, both ends together", 0.0),
        MODEL_FIRST_COEFFICIENT,
        SECOND_COEFFICIENT,
        NOMINAL_TEMPERATURE,
        *coefficients(MISMATCH),
    ),
    model_types={"c": 1.0, "cap": 1.0},
    quantities=(
        Quantity("v", "V", "voltage across"),
        Quantity("c", "F", "capacitance at this temperature"),
        Quantity("charge", "C", "charge on the plate of the first terminal"),
    ),
    scales=("c",),
    mismatch=MISMATCH,
    references=("ngspice 39, src/spicelib/devices/cap/captemp.c",),
)
