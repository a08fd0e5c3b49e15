"""What a power MOSFET's card means at the device's temperature: the numbers that its equations use."""

from __future__ import annotations

from dataclasses import dataclass

from longtail.devices.base import Parameters, thermal_voltage
from longtail.devices.parts.diode_temperature import SMALLEST_CURRENT, breakdown_start
from longtail.devices.parts.junction import quadratic, saturation_exponent, scaled_junction
from longtail.lanes.functions import absolute, exp, maximum, power
from longtail.lanes.graph import Real

_SMALLEST = 1e-3  # ohm


@dataclass(frozen=True, slots=True)
class VdmosAtTemperature:
    """An instance at its temperature T, SI units, voltages in its own sense. With dT = T - tnom:

    vth         threshold: abs(vto) - tcvth*dT of an enhancement device, vtotc*dT added as the card counts vto
    beta        kp*(T/tnom)^mu, A/V^2
    slope       ksubthres*(1 + tksubthres1*dT + tksubthres2*dT^2), V
    saturation  of the body diode, A: is*exp((eg/vt*(T/tnom - 1) + xti*ln(T/tnom))/n)
    emission, breakdown_emission  n*k*T/q and nbv*k*T/q, V
    breakdown   where the breakdown of the body diode starts, V; None where bv is not given
    depletion   of the body diode: capacitance at zero bias in F, built-in potential in V
    """

    vth: Real
    beta: Real
    slope: Real
    saturation: Real
    emission: Real
    breakdown_emission: Real
    breakdown: Real | None
    depletion: tuple[Real, Real]


def scaled(p: Parameters) -> VdmosAtTemperature:
    """The instance at its temperature, from the card at tnom."""
    m, nominal, temperature = p.model, p.nominal_temperature, p.temperature
    vt, rise = thermal_voltage(temperature), temperature - nominal
    exponent = saturation_exponent(m["eg"], m["xti"], temperature, nominal)
    saturation = maximum(m["is"], SMALLEST_CURRENT) * exp(exponent / m["n"])
    breakdown = None
    if m.given("bv"):
        breakdown = breakdown_start(absolute(m["bv"]), m["ibv"] / saturation, m["nbv"] * vt, vt)
    return VdmosAtTemperature(
        vth=p.polarity * (m["vto"] + m["vtotc"] * rise) - m["tcvth"] * rise,
        beta=m["kp"] * power(temperature / nominal, m["mu"]),
        slope=quadratic(m["ksubthres"], m["tksubthres1"], m["tksubthres2"], rise),
        saturation=saturation,
        emission=m["n"] * vt,
        breakdown_emission=m["nbv"] * vt,
        breakdown=breakdown,
        depletion=scaled_junction(m["cjo"], m["vj"], m["m"], temperature, nominal),
    )


def drain_resistance(p: Parameters, v_ds: Real) -> Real | None:
    """In ohm at the voltage from drain to source, None where the card gives none.

    rd(T) + rq*(T/tnom)^texp1*v/(v + abs(vq)) for v > 0, with quasi-saturation where rq and vq are given;
    rd(T) = rd*(T/tnom)^texp0 where texp0 is given, else rd*(1 + trd1*dT + trd2*dT^2). With quasi-saturation an rd of
    zero counts as 1 mOhm (ngspice leaves quasi-saturation out then).
    """
    m, ratio = p.model, p.temperature / p.nominal_temperature
    quasi = has_quasi_saturation(p)
    own: Real
    if m.nominal("rd") == 0.0:
        if not quasi:
            return None
        own = _SMALLEST
    elif m.given("texp0"):
        own = m["rd"] * power(ratio, m["texp0"])
    else:
        own = quadratic(m["rd"], m["trd1"], m["trd2"], p.temperature - p.nominal_temperature)
    if not quasi:
        return own
    across = maximum(v_ds, 0.0)
    whole = own + m["rq"] * power(ratio, m["texp1"]) * across / (across + absolute(m["vq"]))
    return whole / (1.0 + p.gmin * whole)


def has_quasi_saturation(p: Parameters) -> bool:
    """Whether rd grows with the drain voltage."""
    return p.model.given("rq") and p.model.given("vq") and p.model.nominal("rq") != 0.0


def ohmic_resistance(p: Parameters, terminal: str) -> Real | None:
    """Of gate, source or body diode ("g", "s", "b") in ohm, with its temperature coefficients; None for zero."""
    m = p.model
    if m.nominal(f"r{terminal}") == 0.0:
        return None
    rise = p.temperature - p.nominal_temperature
    return quadratic(m[f"r{terminal}"], m[f"tr{terminal}1"], m[f"tr{terminal}2"], rise)
