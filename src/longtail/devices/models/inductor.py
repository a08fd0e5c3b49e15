"""Inductor: v_p - v_n = d(L*i)/dt, i from p through the device to n; a short circuit at the operating point.

L(T) = L*scale/m*(1 + tc1*dT + tc2*dT^2), dT the temperature above the nominal one. L is the card's, else the model's
ind. The branch current is an unknown; its equation is v_p - v_n - d(flux)/dt = 0. Inductors are coupled by `k` cards.
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
    Topology,
)
from longtail.devices.parts.passive import (
    FIRST_COEFFICIENT,
    INITIAL_CURRENT,
    MODEL_FIRST_COEFFICIENT,
    NOMINAL_TEMPERATURE,
    SCALE,
    SECOND_COEFFICIENT,
    temperature_factor,
)
from longtail.errors import InputError
from longtail.lanes.functions import select
from longtail.lanes.graph import Real


def inductance(p: Parameters) -> Real:
    """L in H of an inductor at its temperature, m of them in parallel; 0 of none, which carry no flux.

    Raises `InputError` when neither card nor model says how large L is.
    """
    if p.given("l"):
        nominal = p["l"]
    elif p.model.given("ind"):
        nominal = p.model["ind"]
    else:
        raise InputError("an inductor has no inductance", hint="give a value, or a model with ind")
    m = p["m"]
    return select(m > 0.0, nominal * p["scale"] * temperature_factor(p) / select(m > 0.0, m, 1.0), 0.0)


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current of the branch, in A, and its equation in V with the flux in Wb; no inductors carry no current."""
    current = v["i"]
    voltage = v["p"] - v["n"]
    value = inductance(p)
    flux = value * current
    return Flows(
        static={"p": current, "n": -current, "i": select(p["m"] > 0.0, voltage, current)},
        charges={"i": -flux},
        quantities={"i": current, "v": voltage, "l": value, "flux": flux},
    )


MODEL = DeviceModel(
    name="inductor",
    letter="l",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    topology=lambda p: Topology(branches=("i",)),
    multiplier=False,
    parameters=(
        Parameter("l", "H", "inductance at the nominal temperature", None, aliases=("ind", "inductance")),
        FIRST_COEFFICIENT,
        SECOND_COEFFICIENT,
        SCALE,
        INITIAL_CURRENT,
        TEMPERATURE,
        TEMPERATURE_DIFFERENCE,
        MULTIPLIER,
    ),
    model_parameters=(
        Parameter("ind", "H", "inductance, where the card gives none", None),
        MODEL_FIRST_COEFFICIENT,
        SECOND_COEFFICIENT,
        NOMINAL_TEMPERATURE,
    ),
    model_types={"l": 1.0, "ind": 1.0},
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal"),
        Quantity("v", "V", "voltage across"),
        Quantity("l", "H", "inductance at this temperature, of all m together"),
        Quantity("flux", "Wb", "flux linkage of the own current"),
    ),
    scales=("l",),
    references=("ngspice 39, src/spicelib/devices/ind/indtemp.c",),
)
