"""The gate junctions of a JFET: ideal current, recombination, and the holes of impact ionization.

With PSpice's parameters, which its model libraries and LTspice's give; without them the ideal junction alone:

    I = area*is*(exp(v/(n*vt)) - 1) + area*isr*(exp(v/(nr*vt)) - 1)*((1 - v/pb)^2 + 0.005)^(m/2)
    I_i = i_channel*alpha*d*exp(-vk/d)   in saturation, d = vds - (vgs - vto)

I_i flows from the drain to the gate, as holes made in the channel near the drain do: out of the gate of an n channel.
Source: MicroSim PSpice A/D Reference Manual, junction FET. It gives I_i no direction.
"""

from __future__ import annotations

from longtail.devices.base import Parameters, thermal_voltage
from longtail.devices.parts.junction import junction_current, present, saturation_exponent
from longtail.lanes.functions import exp, maximum, power, select
from longtail.lanes.graph import Real

_SHORTEST = 1e-3  # V: less than that beyond pinch-off makes no holes


def emission_voltage(p: Parameters) -> Real:
    """n*k*T/q in V."""
    return p.model["n"] * thermal_voltage(p.temperature)


def saturation_current(p: Parameters) -> Real:
    """Of one junction in A, at the device's temperature."""
    return _warm(p, "is", "n")


def gate_current(p: Parameters, voltage: Real) -> Real:
    """From the gate through one junction at its `voltage` in V: A."""
    ideal = junction_current(voltage, saturation_current(p), emission_voltage(p)) + p.gmin * voltage
    if not present(p.model["isr"]):
        return ideal
    m = p.model
    generated = junction_current(voltage, _warm(p, "isr", "nr"), m["nr"] * thermal_voltage(p.temperature))
    depth = 1.0 - voltage / m["pb"]
    return ideal + generated * power(depth * depth + 0.005, m["m"] / 2.0)


def ionization(p: Parameters, channel: Real, v_ds: Real, overdrive: Real) -> Real:
    """The current of holes in A for a channel current, vds and vgs - vto in the sense in which the channel conducts."""
    if not present(p.model["alpha"]):
        return 0.0
    beyond = maximum(v_ds - overdrive, _SHORTEST)
    holes = channel * p.model["alpha"] * beyond * exp(-p.model["vk"] / beyond)
    return select(overdrive > 0.0, select(v_ds - overdrive > _SHORTEST, holes, 0.0), 0.0)


def _warm(p: Parameters, name: str, emission: str) -> Real:
    """A saturation current in A at the device's temperature; xti counts only where the card gives it (ngspice 39)."""
    m = p.model
    xti = m["xti"] if m.given("xti") else 0.0
    exponent = saturation_exponent(m["eg"], xti, p.temperature, p.nominal_temperature)
    return p["area"] * m[name] * exp(exponent / m[emission])
