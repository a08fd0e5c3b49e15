"""The diode's parameters at its temperature, area and perimeter, as ngspice 39 scales them."""

from __future__ import annotations

from dataclasses import dataclass

from longtail.devices.base import Parameters, ParameterView, thermal_voltage
from longtail.devices.parts.junction import REFERENCE_TEMPERATURE, quadratic, saturation_exponent, scaled_junction
from longtail.lanes.functions import exp, log, maximum, minimum, select
from longtail.lanes.graph import Real

SMALLEST_CURRENT = 1e-28
"""A; a smaller saturation current counts as this, and a smaller knee current as none."""

_STEEPEST = 0.9
_MATCHING_STEPS = 12


@dataclass(frozen=True, slots=True)
class DepletionLayer:
    """Zero-bias capacitance in F, built-in potential in V, grading coefficient, and where it goes on straight."""

    capacitance: Real
    potential: Real
    grading: Real
    forward: Real


@dataclass(frozen=True, slots=True)
class DiodeAtTemperature:
    """One diode's parameters by their SPICE names; `..sw` belong to the sidewall."""

    rs: Real
    saturation: Real
    jsw: Real
    jtun: Real
    jtunsw: Real
    isr: Real
    tt: Real
    bottom: DepletionLayer
    sidewall: DepletionLayer
    breakdown: Real | None


def scaled(p: Parameters) -> DiodeAtTemperature:
    """Every temperature-dependent parameter of the diode `p`; `breakdown` is None where bv is not given."""
    model, rise = p.model, p.temperature - p.nominal_temperature
    area = p["area"] if p.given("area") else model["area"]
    perimeter = p["pj"] if p.given("pj") else model["pj"]

    def grown(current: Real, emission: str, exponent: str = "xti", gap: Real = 1.0) -> Real:
        ratio = saturation_exponent(model["eg"] * gap, model[exponent], p.temperature, p.nominal_temperature)
        return current * exp(ratio / model[emission])

    smallest = maximum(model["is"], SMALLEST_CURRENT)
    bottom_only = grown(smallest, "n") * area
    jsw = grown(model["jsw"], "ns") * perimeter
    own_slope = model.given("ns")
    return DiodeAtTemperature(
        rs=quadratic(model["rs"], model["trs1"], model["trs2"], rise) / area,
        saturation=bottom_only if own_slope else bottom_only + jsw,
        jsw=jsw if own_slope else 0.0,
        jtun=grown(model["jtun"], "ntun", "xtitun", model["keg"]) * area,
        jtunsw=grown(model["jtunsw"], "ntun", "xtitun", model["keg"]) * perimeter,
        isr=grown(model["isr"], "nr") * area,
        tt=quadratic(model["tt"], model["ttt1"], model["ttt2"], rise),
        bottom=_layer(p, ("cjo", "vj", "cta", "tpb", "fc"), _grading(model, rise), area),
        sidewall=_layer(p, ("cjp", "php", "ctp", "tphp", "fcs"), model["mjsw"], perimeter),
        breakdown=_breakdown(p, rise, bottom_only) if model.given("bv") else None,
    )


def _grading(model: ParameterView, rise: Real) -> Real:
    return minimum(quadratic(model["m"], model["tm1"], model["tm2"], rise), _STEEPEST)


def _layer(p: Parameters, names: tuple[str, str, str, str, str], grading: Real, size: Real) -> DepletionLayer:
    cj, vj, ct, tv, fc = (p.model[name] for name in names)
    if p.model.nominal("tlevc") == 0.0:
        capacitance, potential = scaled_junction(cj, vj, grading, p.temperature, p.nominal_temperature)
    else:
        # ngspice counts these two coefficients from 27 degC, whatever tnom says
        rise = p.temperature - REFERENCE_TEMPERATURE
        capacitance, potential = cj * (1.0 + ct * rise), vj - tv * rise
    if p.model.nominal(names[4]) > 0.0:
        potential = minimum(potential, 1.0 / fc)
    return DepletionLayer(capacitance * size, potential, grading, fc)


def _breakdown(p: Parameters, rise: Real, saturation_current: Real) -> Real:
    model, vt = p.model, thermal_voltage(p.temperature)
    fall = model["tcv"] * rise
    bv = model["bv"] - fall if model.nominal("tlev") == 0.0 else model["bv"] * (1.0 - fall)
    return breakdown_start(bv, model["ibv"] / saturation_current, breakdown_emission(p) * vt, vt)


def breakdown_start(bv: Real, ratio: Real, slope: Real, vt: Real) -> Real:
    """The voltage in V at which the breakdown exponential starts, so that the current is ibv, `ratio` times IS, at bv.

    Solves xbv = bv - slope*ln(ibv/IS + 1 - xbv/Vt), slope = nbv*Vt, by repeated substitution, which contracts by
    nbv*IS/ibv a step; an ibv below IS*bv/Vt cannot be matched, and breakdown then starts at bv itself.
    """
    matched = bv - slope * log(1.0 + ratio)
    for _ in range(_MATCHING_STEPS):
        matched = bv - slope * log(maximum(ratio + 1.0 - matched / vt, 1.0))
    return select(ratio < bv / vt, bv, matched)


def breakdown_emission(p: Parameters) -> Real:
    """nbv, which is n where it is not given."""
    return p.model["nbv"] if p.model.given("nbv") else p.model["n"]
