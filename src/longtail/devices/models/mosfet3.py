"""MOSFET, level 3: the semi-empirical model of short channels of SPICE2, with Meyer's gate capacitances and two bulk
junctions.

In the device's own sense (all voltages and currents reversed for a p channel), and with drain and source exchanged
where vds < 0; L = l - 2*ld + xl, W = w - 2*wd + xw, r = sqrt(phi - vbs) and sqrt(phi)/(1 + vbs/(2*phi)) for vbs > 0:

    xd = sqrt(2*eps_si/(q*nsub)),   y = xd*r/xj,   c(y) = 0.0631353 + 0.8013292*y - 0.01110777*y^2
    fs = 1 - (xj/L)*((c(y) + ld/xj)*sqrt(1 - (y/(1 + y))^2) - ld/xj)         short channels; 1 without xj or nsub
    fn = delta*pi*eps_si/(2*cox*W),   fb = gamma*fs/(4*r) + fn,   qb = gamma*fs*r + fn*r^2
    vt = vbi + qb - 8.15e-22*eta*vds/(cox*L^3)
    vth = vt + n*kT/q,   n = 1 + q*nfs/cox + qb/(2*r^2);   without nfs vth = vt
    u = max(vgs, vth) - vt,   mobility = u0(T)/(1 + theta*u)
    vdsat = a + vc - sqrt(a^2 + vc^2),   a = u/(1 + fb),   vc = vmax*L/mobility;   without vmax vdsat = a
    x = min(vds, vdsat)
    channel current = beta/(1 + theta*u)*(u - (1 + fb)*x/2)*x/(1 + x/vc)/(1 - dl/L)*exp(min(vgs - vth, 0)/(n*kT/q))

without nfs none for vgs <= vth. The channel is shorter by dl, with k = kappa*xd^2:

    with vmax     dl = sqrt(e^2 + k*(vds - vdsat)) - e,   e = k*vc*(1 + vc/vdsat)/(2*L),   for vds > vdsat
    without vmax  dl = sqrt(k*(vds - 7/8*vdsat)),   and sqrt(k*vdsat/8)*(vds/vdsat)^4 for vds <= vdsat
    and where that is more than L/2   dl = L - L^2/(4*dl)

    junction current = is*(exp(v/nt) - 1) + gmin*v,   and -is*(1 + (3*nt/(e*v))^3) + gmin*v for v <= -3*nt

with nt = n*kT/q of the card's n, as level 1 also in what PSpice's tt, rg, rb and rds mean.

The surface mobility falls as (T/tnom)^-1.5; tox is 100 nm and kp is u0*cox where the card has none. vth is what SPICE
calls von, and v_ov = vgs - vth is negative in weak inversion, where the region is that of vds against vdsat as above;
cutoff is 10*n*kT/q below vth. v_star = 2*id/g_m is the overdrive that the square law would have.

Signs of what is reported are those of level 1, and so are its departures from ngspice 39 in the signs of a p channel,
in power and in m times gmin. Further ones:
- g_m, g_ds and g_mb are the slopes of the current. ngspice prints what formulas of its own give, and its small-signal
  analysis uses that: in saturation, with nsub or vmax, its g_m is up to some 10 % off, since dl and vdsat do not move
  with vgs there as they do in its current, and g_ds by some 2 %; with vbs > 0 slopes may be anything. Its .dc curves
  have the slopes found here.
- Flicker noise is by L and W; ngspice's leaves out xl and xw.

Noise: as level 1 (`longtail.devices.parts.mosfet_noise`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials, coefficients, thermal_voltage
from longtail.devices.parts import mosfet
from longtail.devices.parts.field_effect import WITH_BULK_INSIDE
from longtail.devices.parts.junction import junction_current, silicon_gap
from longtail.devices.parts.mosfet import Acting, Law, surface_root
from longtail.devices.parts.mosfet_parameters import INSTANCE, WITH_OXIDE, ignored_beside, model_parameters
from longtail.devices.parts.mosfet_process import (
    DEFAULT_OXIDE,
    INTRINSIC_DENSITY,
    SILICON_PERMITTIVITY,
    MosfetAtTemperature,
    Size,
    channel,
    depletion_coefficient,
    effective_length,
    fast_states,
    mobility,
    scale,
    width,
)
from longtail.errors import InputError
from longtail.lanes.functions import exp, maximum, minimum, power, select, sqrt
from longtail.lanes.graph import Real

# depth of a cylindrical depletion layer over that of a plane one: L. Dang, IEEE J. Solid-State Circuits 14 (1979) 358
_CYLINDER = (0.0631353, 0.8013292, -0.01110777)
_FEEDBACK = 8.15e-22  # F m, of eta
_INTRINSIC_AT = 300.0  # K
_TINY = 1e-40
_LEAST = 1e-12  # V; keeps roots of what is not taken, and their slopes, finite
_LEAST_SLOPE = 1e-12  # S, of the channel at its drain end


@dataclass(frozen=True, slots=True)
class _Level3:
    """An instance at its temperature: `depletion` xd in m/V^0.5, `narrow` fn, `feedback` the fall of the threshold by
    vds, `states` q*nfs/cox, None without nfs, and `critical` vmax*L/u0 in V, None without vmax."""

    s: MosfetAtTemperature
    depletion: Real
    narrow: Real
    feedback: Real
    states: Real | None
    critical: Real | None


@dataclass(frozen=True, slots=True)
class _Threshold3:
    """`v_t` and `v_th` in V, the body's factor fb, and n*kT/q in V, 0 without fast states."""

    v_t: Real
    v_th: Real
    body: Real
    swing: Real


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """Flows at the terminals and inner nodes; see the equations above."""
    card = _read(p)
    law = Law(
        threshold=lambda v_ds, v_bs: _onset(_threshold(card, p, v_ds, v_bs)),
        channel=lambda v_gs, v_ds, v_bs: _conducting(card, p, v_gs, v_ds, v_bs),
        junction=junction_current,
    )
    return mosfet.flows(v, p, card.s, law)


def _scaled(p: Parameters) -> MosfetAtTemperature:
    card = channel(p, DEFAULT_OXIDE, _intrinsic(p))
    return scale(p, replace(card, vto=card.vto + p.polarity * p.model["delvto"]), _size(p))


def _size(p: Parameters) -> Size:
    """L and W of the channel; InputError where nothing is left."""
    m = p.model
    length, across = effective_length(p) + m["xl"], width(p) - 2.0 * m["wd"] + m["xw"]
    diffused = (p.nominal("l") if p.given("l") else p.defaults["defl"]) - 2.0 * m.nominal("ld")
    drawn = p.nominal("w") if p.given("w") else p.defaults["defw"]
    if diffused + m.nominal("xl") <= 0.0:
        raise InputError(
            f"no channel is left: l less twice ld is {diffused:g} m, and xl = {m.nominal('xl'):g} m",
            hint="give a longer l, or another xl on the model card",
        )
    if drawn - 2.0 * m.nominal("wd") + m.nominal("xw") <= 0.0:
        raise InputError(
            f"no channel is left: w = {drawn:g} m less twice wd = {m.nominal('wd'):g} m, xw = {m.nominal('xw'):g} m",
            hint="give a larger w, or another wd or xw on the model card",
        )
    return Size(length, across)


def _intrinsic(p: Parameters) -> Real:
    """The intrinsic density in 1/m^3 at tnom: ~ T^1.5*exp(-eg/(2*kT)) with the gap at tnom, 1.45e16 at 300 K."""
    nominal = p.nominal_temperature
    ratio = nominal / _INTRINSIC_AT
    exponent = 0.5 * silicon_gap(nominal) * (ratio - 1.0) / thermal_voltage(nominal)
    return INTRINSIC_DENSITY * ratio * sqrt(ratio) * exp(exponent)


def _read(p: Parameters) -> _Level3:
    m, s = p.model, _scaled(p)
    length, across = s.size.length, s.size.width
    fast, limited = m.nominal("nfs") != 0.0, m.nominal("vmax") != 0.0
    falling = power(p.temperature / p.nominal_temperature, -1.5)
    return _Level3(
        s=s,
        depletion=depletion_coefficient(p),
        narrow=m["delta"] * (0.5 * math.pi * SILICON_PERMITTIVITY) / (s.gate * across),
        feedback=m["eta"] * _FEEDBACK / (s.gate * length * length * length),
        states=fast_states(p) / s.gate if fast else None,
        critical=m["vmax"] * length / (mobility(p) * falling) if limited else None,
    )


def _short_channel(card: _Level3, p: Parameters, root: Real) -> Real:
    """The share of the depletion charge that the gate holds, fs."""
    m = p.model
    if m.nominal("xj") == 0.0 or not m.given("nsub"):
        return 1.0
    y = card.depletion * root / m["xj"]
    lateral = m["ld"] / m["xj"]
    constant, linear, square = _CYLINDER
    deep = constant + linear * y + square * y * y + lateral
    ratio = y / (1.0 + y)
    return 1.0 - m["xj"] / card.s.size.length * (deep * sqrt(1.0 - ratio * ratio) - lateral)


def _threshold(card: _Level3, p: Parameters, v_ds: Real, v_bs: Real) -> _Threshold3:
    s = card.s
    root = surface_root(s.phi, v_bs)
    gamma = s.gamma * _short_channel(card, p, root)
    body = 0.25 * gamma / root + card.narrow
    depleted = gamma * root + card.narrow * root * root
    v_t = s.vbi - card.feedback * v_ds + depleted
    if card.states is None:
        return _Threshold3(v_t, v_t, body, 0.0)
    swing = s.vt * (1.0 + card.states + 0.5 * depleted / (root * root))
    return _Threshold3(v_t, v_t + swing, body, swing)


def _onset(at: _Threshold3) -> tuple[Real, Real]:
    return at.v_th, at.swing


def _conducting(card: _Level3, p: Parameters, v_gs: Real, v_ds: Real, v_bs: Real) -> Acting:
    at = _threshold(card, p, v_ds, v_bs)
    u = maximum(v_gs, at.v_th) - at.v_t
    slower = 1.0 + p.model["theta"] * u
    v_dsat: Real = u / (1.0 + at.body)
    critical = None
    if card.critical is not None:
        critical = card.critical * slower
        v_dsat = v_dsat + critical - sqrt(v_dsat * v_dsat + critical * critical)

    def without_shortening(x: Real) -> Real:
        current = card.s.beta / slower * (u - 0.5 * (1.0 + at.body) * x) * x
        return current if critical is None else current / (1.0 + x / critical)

    magnitude = without_shortening(minimum(v_ds, v_dsat))
    if p.model.given("nsub"):
        length = card.s.size.length
        if critical is None:
            shorter = _shortening(card, p, v_ds, v_dsat)
        else:
            saturated = without_shortening(v_dsat)
            shorter = _shortening_of_fast_carriers(card, p, v_ds - v_dsat, saturated, v_dsat, critical)
        half = shorter > 0.5 * length
        punched = length - 0.25 * length * length / select(half, shorter, length)
        magnitude = magnitude / (1.0 - select(half, punched, shorter) / length)
    if card.states is not None:
        magnitude = magnitude * exp(minimum(v_gs - at.v_th, 0.0) / at.swing)
    return Acting(at.v_th, v_dsat, magnitude, at.swing)


def _shortening(card: _Level3, p: Parameters, v_ds: Real, v_dsat: Real) -> Real:
    """By how much in m the channel is shorter, without a limit of the drift velocity."""
    strength = p.model["kappa"] * card.depletion * card.depletion
    edge = maximum(v_dsat, _LEAST)
    ratio = minimum(v_ds, edge) / edge
    ratio = ratio * ratio
    beyond = maximum(v_ds - v_dsat, 0.0)
    return sqrt(maximum(strength * (beyond + edge / 8.0), _TINY)) * ratio * ratio


def _shortening_of_fast_carriers(
    card: _Level3, p: Parameters, beyond: Real, saturated: Real, v_dsat: Real, critical: Real
) -> Real:
    """By how much in m the channel is shorter, from the field at its drain end; 0 for vds <= vdsat."""
    strength = p.model["kappa"] * card.depletion * card.depletion
    slope = maximum(saturated * (v_dsat / (critical + v_dsat)) / critical, _LEAST_SLOPE)
    half_field = 0.5 * strength * saturated / (card.s.size.length * slope)
    squared = half_field * half_field + strength * maximum(beyond, 0.0)
    return sqrt(maximum(squared, _TINY)) - half_field


_OWN = (
    *WITH_OXIDE,
    Parameter("theta", "1/V", "fall of the mobility with the gate voltage", 0.0, low=0.0),
    Parameter("eta", "", "fall of the threshold with the drain voltage", 0.0, low=0.0),
    Parameter("kappa", "", "channel length modulation, with nsub", 0.2, low=0.0),
    Parameter("xl", "m", "what masks add to the length"),
    Parameter("wd", "m", "what the width loses on either side"),
    Parameter("xw", "m", "what masks add to the width"),
    Parameter("delvto", "V", "shift of the threshold, in the sense of vto", 0.0, aliases=("delvt0",)),
)
_MODEL = model_parameters(_OWN)

MODEL = DeviceModel(
    name="mosfet3",
    letter="m",
    doc=__doc__,
    terminals=("d", "g", "s", "b"),
    evaluate=evaluate,
    parameters=INSTANCE,
    model_parameters=(*_MODEL, *coefficients(mosfet.MISMATCH)),
    model_types={"nmos": 1.0, "pmos": -1.0},
    model_required=True,
    levels=(3,),
    own_program=True,
    ignored=ignored_beside(_MODEL),
    topology=mosfet.topology,
    quantities=(*mosfet.QUANTITIES, mosfet.V_STAR),
    regions=mosfet.REGIONS,
    potentials=lambda p: mosfet.potentials(p, _scaled(p)),
    scales=("ad", "as", "pd", "ps"),
    elements=WITH_BULK_INSIDE,
    mismatch=mosfet.MISMATCH,
    role=replace(mosfet.ROLE, overdrive="v_star"),
    references=(
        "A. Vladimirescu, S. Liu, The Simulation of MOS Integrated Circuits Using SPICE2, UCB/ERL M80/7 (1980)",
        "L. M. Dang, IEEE J. Solid-State Circuits 14 (1979) 358",
        "J. E. Meyer, RCA Review 32 (1971) 42",
        "ngspice 39, MOS3",
    ),
)
