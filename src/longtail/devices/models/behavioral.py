"""Behavioural source (B, and E F G H with an expression): a voltage or a current by a formula.

v_p - v_n = f or i = f from p through the source to n, where f is the law of the card over node voltages and branch
currents, times m and 1 + tc1*dT + tc2*dT^2. As in ngspice, dT counts from 27 degC whatever tnom is, and m multiplies
a voltage as well as a current. While sources are stepped, f is scaled like an independent source, so that the
circuit without supplies is solved by zero.
"""

from __future__ import annotations

from longtail.devices.base import (
    MULTIPLIER,
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    ZERO_CELSIUS,
    DeviceModel,
    Flows,
    Parameter,
    Parameters,
    Potentials,
    Quantity,
    Topology,
)
from longtail.devices.parts.passive import FIRST_COEFFICIENT, SECOND_COEFFICIENT, polynomial

NOMINAL = ZERO_CELSIUS + 27.0  # K, fixed for this source


def topology(p: Parameters) -> Topology:
    """A branch for a voltage, none for a current."""
    return Topology(branches=("i",)) if p.nominal("voltage") else Topology()


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current in A, or the branch current in A with its equation in V."""
    factor = p["m"] * polynomial(p["tc1"], p["tc2"], p.temperature - NOMINAL) * p.source_factor
    value = v.law() * factor
    voltage = v["p"] - v["n"]
    forces_voltage = p.nominal("voltage") != 0.0
    current = v["i"] if forces_voltage else value
    equation = {"i": voltage - value} if forces_voltage else {}
    return Flows(
        static={"p": current, "n": -current} | equation,
        quantities={"i": current, "v": voltage, "power": current * voltage},
    )


MODEL = DeviceModel(
    name="behavioral",
    letter="b",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    topology=topology,
    variadic=True,
    multiplier=False,
    parameters=(
        Parameter("voltage", "", "1 for a source of voltage, 0 for one of current", 0.0, choices=(0.0, 1.0)),
        FIRST_COEFFICIENT,
        SECOND_COEFFICIENT,
        TEMPERATURE,
        TEMPERATURE_DIFFERENCE,
        MULTIPLIER,
    ),
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal through the source"),
        Quantity("v", "V", "voltage across"),
        Quantity("power", "W", "absorbed power, negative when the source delivers"),
    ),
    references=("ngspice 39, src/spicelib/devices/asrc/asrcload.c",),
)
