"""Resistor: i = v/R with R(T) = R*(1 + tc1*dT + tc2*dT^2), dT from the nominal temperature."""

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
)


def evaluate(v: Potentials, p: Parameters) -> Flows:
    rise = p.temperature - p.nominal_temperature
    resistance = p["r"] * (1.0 + p["tc1"] * rise + p["tc2"] * rise * rise)
    voltage = v["p"] - v["n"]
    current = voltage / resistance
    return Flows(
        static={"p": current, "n": -current},
        quantities={"i": current, "v": voltage, "r": resistance, "power": current * voltage},
    )


MODEL = DeviceModel(
    name="resistor",
    letter="r",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    parameters=(
        Parameter("r", "ohm", "resistance at the nominal temperature", None),
        Parameter("tc1", "1/K", "first temperature coefficient", 0.0),
        Parameter("tc2", "1/K^2", "second temperature coefficient", 0.0),
        TEMPERATURE,
        TEMPERATURE_DIFFERENCE,
        MULTIPLIER,
    ),
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal"),
        Quantity("v", "V", "voltage across"),
        Quantity("r", "ohm", "resistance at this temperature"),
        Quantity("power", "W", "dissipated power"),
    ),
)
