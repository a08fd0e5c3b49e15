"""What resistors, capacitors, inductors and behavioural sources share: instance over model, and temperature."""

from __future__ import annotations

from longtail.devices.base import Parameter, Parameters
from longtail.lanes.graph import Real

FIRST_COEFFICIENT = Parameter("tc1", "1/K", "first temperature coefficient", 0.0, aliases=("tc",))
SECOND_COEFFICIENT = Parameter("tc2", "1/K^2", "second temperature coefficient", 0.0)
MODEL_FIRST_COEFFICIENT = Parameter("tc1", "1/K", "first temperature coefficient", 0.0)
NOMINAL_TEMPERATURE = Parameter("tnom", "degC", "temperature at which the parameters hold, else the circuit's", None)
SCALE = Parameter("scale", "", "factor on the value", 1.0)
INITIAL_VOLTAGE = Parameter("ic", "V", "initial voltage, for a start from initial conditions", None)
INITIAL_CURRENT = Parameter("ic", "A", "initial current, for a start from initial conditions", None)


def overriding(p: Parameters, name: str) -> Real:
    """The instance's parameter where its card gives it, the model's of the same name elsewhere."""
    return p[name] if p.given(name) else p.model[name]


def polynomial(first: Real, second: Real, rise: Real) -> Real:
    """1 + first*rise + second*rise^2, without unit; coefficients in 1/K and 1/K^2, rise in K.

    >>> round(polynomial(1e-3, 1e-6, 10.0), 12)
    1.0101
    """
    return 1.0 + (second * rise + first) * rise


def temperature_factor(p: Parameters) -> Real:
    """The factor on a value of the nominal temperature, by the card's tc1 and tc2 or else the model's."""
    rise = p.temperature - p.nominal_temperature
    return polynomial(overriding(p, "tc1"), overriding(p, "tc2"), rise)
