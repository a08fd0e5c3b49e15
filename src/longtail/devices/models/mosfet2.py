"""MOSFET, level 2: the geometric model of Grove and Frohman-Bentchkowsky as SPICE2 has it, with Meyer's gate
capacitances and two bulk junctions.

In the device's own sense (all voltages and currents reversed for a p channel), and with drain and source exchanged
where vds < 0; r(v) = sqrt(phi - v) and sqrt(phi)/(1 + v/(2*phi)) for v > 0:

    xd = sqrt(2*eps_si/(q*nsub)),   fn = delta*pi*eps_si/(4*cox*W),   eta = 1 + fn
    short(v) = xj/(2*L)*(sqrt(1 + 2*xd*r(v)/xj) - 1),   gs = gamma*(1 - short(vbs) - short(vbs - vds))
    vbin = vbi + fn*(phi - vbs),   vt = vbin + gs*r(vbs)
    vth = vt + n*kT/q,   n = 1 + q*nfs/cox + fn - d(gs*r)/dvbs;   without nfs vth = vt
    g = max(vgs, vth) - vbin,   g = vgs - vbin without nfs
    mobility = u0*m,   m = (ucrit*eps_si/(cox*(vgs - vth)))^uexp where that is less than 1, else 1
    I(x) = beta*m*((g - eta*x/2)*x - 2/3*gs*(r(vbs - x)^3 - r(vbs)^3))
    channel current = I(min(vds, vdsat))/(1 - dl/L)*exp(min(vgs - vth, 0)/(n*kT/q))

without nfs none for vgs <= vbin. vdsat is where the charge at the drain ends, with c = gs/eta and never below zero,

    vdsat = g/eta + c/2*(c - sqrt(c^2 + 4*(g/eta + phi - vbs)))

and with vmax where the carriers there would be as fast as that: with Q(x) = g/eta - x - c*sqrt(x + phi - vbs),

    int from 0 to vdsat of Q(x) dx = vmax*L/(u0*m)*Q(vdsat)

The channel is shorter by dl = lambda*vds*L where the card has a lambda, else with nsub by

    without vmax  dl = xd*sqrt(w + sqrt(1 + w^2)),   w = (vds - vdsat)/4
    with vmax     dl = d*(sqrt(e^2 + max(vds - vdsat, 0)) - e),   d = xd/sqrt(neff),   e = vmax*d/(2*u0*m)
    and where it leaves less than b   L - dl -> b/(2 - (L - dl)/b),   b = xd*sqrt(pb), 0.25 um without nsub

    junction current = is*(exp(v/(n*kT/q)) - 1) + gmin*v,   and -is + gmin*v for v <= -3*n*kT/q

with the n of the card there, as level 1 also in what PSpice's tt, rg, rb and rds mean.

beta falls as (T/tnom)^-1.5, the u0 of vmax does not; tox is 100 nm and kp is u0*cox where the card has none. vth is
what SPICE calls von, and v_ov = vgs - vth is negative in weak inversion, where the region is that of vds against vdsat
as above; cutoff is 10*n*kT/q below vth. v_star = 2*id/g_m is the overdrive that the square law would have.

Signs of what is reported are those of level 1, and so are its departures from ngspice 39 in the signs of a p channel,
in power and in m times gmin. Further ones:
- g_m, g_ds and g_mb are the slopes of the current. ngspice prints what formulas of its own give, and its small-signal
  analysis uses that: with vmax all three are off, by some 5 % in saturation and by up to 60 % in triode; with xj g_ds
  is, by up to 5 %, and with nfs g_mb, by a third in weak inversion; without nfs a channel that is off has a g_m; with
  vbs > 0 all may be anything. Its .dc curves have the slopes found here.
- Where rounding keeps ngspice from the root of Baum's equation (vmax*L over the mobility of tens of volts), it takes
  the vdsat without vmax: up to 2 % more, and a current that is up to some 1e-4 off.
- With vmax and without nfs ngspice's vdsat is negative between vbin and threshold and its current rises again there;
  here the channel is off.
- With vmax and the bulk forward by more than phi no vdsat below pinch-off may obey that equation: ngspice's and the one
  found here then differ.
- Of m devices in parallel each is as narrow as w, and fn is of w; ngspice's is of m*w.
- Without nsub ngspice's current jumps to zero where lambda leaves less than 0.25 um; here it goes on as above.
- At vds = 0 without vmax ngspice prints a g_ds without dl, which its current has.

Noise: as level 1 (`longtail.devices.parts.mosfet_noise`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials, coefficients
from longtail.devices.parts import mosfet
from longtail.devices.parts.field_effect import WITH_BULK_INSIDE
from longtail.devices.parts.mosfet import Acting, Law, cut_junction, surface_root, surface_root_slope
from longtail.devices.parts.mosfet_parameters import INSTANCE, WITH_OXIDE, ignored_beside, model_parameters
from longtail.devices.parts.mosfet_process import (
    DEFAULT_OXIDE,
    SILICON_PERMITTIVITY,
    MosfetAtTemperature,
    channel,
    depletion_coefficient,
    fast_states,
    mobility,
    scale,
    size,
)
from longtail.lanes.functions import absolute, exp, maximum, minimum, power, select, sqrt
from longtail.lanes.graph import Real

_PER_CENTIMETRE = 100.0
_LEAST_LENGTH = 0.25e-6  # m, of a channel without nsub
_LEAST = 1e-12  # V; keeps roots of what is not taken, and their slopes, finite
_STEPS = 4  # of Newton, to the vdsat of vmax


@dataclass(frozen=True, slots=True)
class _Level2:
    """An instance at its temperature: `depletion` xd in m/V^0.5, `narrow` fn, `states` q*nfs/cox, None without."""

    s: MosfetAtTemperature
    depletion: Real
    narrow: Real
    states: Real | None


@dataclass(frozen=True, slots=True)
class _Threshold2:
    """`v_bin` and `v_th` in V, gs as `gamma` in V^0.5, r(vbs) as `root`, and n*kT/q in V, 0 without fast states."""

    v_bin: Real
    v_th: Real
    gamma: Real
    root: Real
    swing: Real


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """Flows at the terminals and inner nodes; see the equations above."""
    card = _read(p)
    law = Law(
        threshold=lambda v_ds, v_bs: _onset(_threshold(card, p, v_ds, v_bs)),
        channel=lambda v_gs, v_ds, v_bs: _conducting(card, p, v_gs, v_ds, v_bs),
        junction=cut_junction,
    )
    return mosfet.flows(v, p, card.s, law)


def _scaled(p: Parameters) -> MosfetAtTemperature:
    return scale(p, channel(p, DEFAULT_OXIDE), size(p))


def _read(p: Parameters) -> _Level2:
    m, s = p.model, _scaled(p)
    return _Level2(
        s=s,
        depletion=depletion_coefficient(p),
        narrow=m["delta"] * (0.25 * math.pi * SILICON_PERMITTIVITY) / (s.gate * s.size.width),
        states=fast_states(p) / s.gate if m.nominal("nfs") != 0.0 else None,
    )


def _threshold(card: _Level2, p: Parameters, v_ds: Real, v_bs: Real) -> _Threshold2:
    s, m = card.s, p.model
    root, at_drain = surface_root(s.phi, v_bs), surface_root(s.phi, v_bs - v_ds)
    slope = surface_root_slope(s.phi, v_bs)
    gamma: Real = s.gamma
    gamma_slope: Real = 0.0
    if m.nominal("xj") != 0.0 and m.given("nsub"):
        length, depth = s.size.length, m["xj"]
        source, drain = (sqrt(1.0 + 2.0 * card.depletion * r / depth) for r in (root, at_drain))
        gamma = s.gamma * (1.0 - 0.5 * depth / length * (source - 1.0 + drain - 1.0))
        along = slope / source + surface_root_slope(s.phi, v_bs - v_ds) / drain
        gamma_slope = -0.5 * s.gamma * card.depletion / length * along
    v_bin = s.vbi + card.narrow * (s.phi - v_bs)
    v_t = v_bin + gamma * root
    if card.states is None:
        return _Threshold2(v_bin, v_t, gamma, root, 0.0)
    swing = s.vt * (1.0 + card.states + card.narrow - gamma * slope - gamma_slope * root)
    return _Threshold2(v_bin, v_t + swing, gamma, root, swing)


def _onset(at: _Threshold2) -> tuple[Real, Real]:
    return at.v_th, at.swing


def _conducting(card: _Level2, p: Parameters, v_gs: Real, v_ds: Real, v_bs: Real) -> Acting:
    s, m = card.s, p.model
    at = _threshold(card, p, v_ds, v_bs)
    weak = card.states is not None
    gate = (maximum(v_gs, at.v_th) if weak else v_gs) - at.v_bin
    slower = _mobility_factor(card, p, v_gs - at.v_th)
    eta = 1.0 + card.narrow
    v_dsat = _pinch_off(gate / eta, at.gamma / eta, s.phi - v_bs)
    drift = None
    if m.nominal("vmax") != 0.0:
        drift = m["vmax"] / (mobility(p) * slower)
        across = drift * s.size.length
        v_dsat = _velocity_limit(gate / eta, at.gamma / eta, s.phi - v_bs, at.root, across, v_dsat)
    x = minimum(v_ds, v_dsat)
    root = surface_root(s.phi, v_bs - x)
    bulk = root * root * root - at.root * at.root * at.root
    magnitude = s.beta * slower * ((gate - 0.5 * eta * x) * x - at.gamma * bulk / 1.5)
    magnitude = magnitude * s.size.length / _length(card, p, v_ds, v_dsat, drift)
    if weak:
        magnitude = magnitude * exp(minimum(v_gs - at.v_th, 0.0) / at.swing)
    else:
        magnitude = select(gate > 0.0, magnitude, 0.0)
    return Acting(at.v_th, v_dsat, magnitude, at.swing)


def _mobility_factor(card: _Level2, p: Parameters, overdrive: Real) -> Real:
    """The share of the mobility that the gate's field leaves."""
    m = p.model
    if not m.given("uexp"):
        return 1.0
    critical = m["ucrit"] * _PER_CENTIMETRE * SILICON_PERMITTIVITY / card.s.gate
    return power(critical / maximum(overdrive, critical), m["uexp"])


def _pinch_off(gate: Real, c: Real, depleted: Real) -> Real:
    """The vdsat in V at which the charge at the drain ends: Q(vdsat) = 0, with Q(0) = `gate` - c*sqrt(`depleted`).

    >>> v = _pinch_off(1.5, 0.5, 0.64)
    >>> abs(1.5 - v - 0.5 * math.sqrt(v + 0.64)) < 1e-12, _pinch_off(0.4, 0.5, 0.64)
    (True, 0.0)
    """
    squared = gate + depleted
    c = maximum(c, 0.0)
    found = gate + 0.5 * c * (c - sqrt(c * c + 4.0 * maximum(squared, _LEAST)))
    return select(squared > 0.0, maximum(found, 0.0), 0.0)


def _velocity_limit(gate: Real, c: Real, depleted: Real, root: Real, across: Real, pinch_off: Real) -> Real:
    """The vdsat in V at which the carriers have their largest velocity: int Q(x) dx = `across`*Q(vdsat).

    Baum solved a quartic equation in sqrt(vdsat + phi - vbs) for it. Of F(x), the left side less the right, both Q and
    the slope Q - across*Q' fall with x: F rises and is concave, and Newton's steps come to its zero from below after
    the first. The start has Q straight between 0 and `pinch_off`; four steps leave rounding.

    >>> v = _velocity_limit(1.5, 0.5, 0.64, 0.8, 0.7, _pinch_off(1.5, 0.5, 0.64))
    >>> charge = 1.5 - v - 0.5 * math.sqrt(v + 0.64)
    >>> abs((1.5 - 0.5 * v) * v - ((v + 0.64) ** 1.5 - 0.512) / 3.0 - 0.7 * charge) < 1e-15
    True
    """
    there = pinch_off > 0.0
    gate = select(there, gate, 1.0 + absolute(c) * root)  # below threshold Q is negative, and its zero says nothing
    at_source = root * root * root
    x = pinch_off + across - sqrt(pinch_off * pinch_off + across * across)
    for _ in range(_STEPS):
        r = sqrt(maximum(x + depleted, _LEAST))
        charge = gate - x - c * r
        excess = (gate - 0.5 * x) * x - c * (r * r * r - at_source) / 1.5 - across * charge
        x = x - excess / (charge + across * (1.0 + 0.5 * c / r))
    return select(there, maximum(x, 0.0), 0.0)


def _length(card: _Level2, p: Parameters, v_ds: Real, v_dsat: Real, drift: Real | None) -> Real:
    """The length in m of the channel, less what the drain takes of it. `drift` is vmax over the mobility, in V/m."""
    m, length = p.model, card.s.size.length
    least: Real = _LEAST_LENGTH
    shorter: Real = 0.0
    if m.given("nsub"):
        least = card.depletion * sqrt(card.s.pb)
    if m.nominal("lambda") != 0.0:
        shorter = m["lambda"] * v_ds * length
    elif m.given("nsub") and drift is None:
        w = 0.25 * (v_ds - v_dsat)
        shorter = card.depletion * sqrt(w + sqrt(1.0 + w * w))
    elif m.given("nsub") and drift is not None:
        width = card.depletion / sqrt(m["neff"])
        field = 0.5 * drift * width
        shorter = width * (sqrt(field * field + maximum(v_ds - v_dsat, 0.0)) - field)
    left = length - shorter
    punched = least / (2.0 - minimum(left, least) / least)
    return select(left < least, punched, left)


_OWN = (
    *WITH_OXIDE,
    Parameter("lambda", "1/V", "channel length modulation; 0: from nsub", 0.0, low=0.0),
    Parameter("ucrit", "V/cm", "field at which the mobility begins to fall, with uexp", 1e4, low=1e-3),
    Parameter("uexp", "", "how the mobility falls with the gate's field", 0.0, low=0.0),
    Parameter("neff", "", "factor on nsub for the channel length, with vmax", 1.0, low=1e-6),
)
_MODEL = model_parameters(_OWN)

MODEL = DeviceModel(
    name="mosfet2",
    letter="m",
    doc=__doc__,
    terminals=("d", "g", "s", "b"),
    evaluate=evaluate,
    parameters=INSTANCE,
    model_parameters=(*_MODEL, *coefficients(mosfet.MISMATCH)),
    model_types={"nmos": 1.0, "pmos": -1.0},
    model_required=True,
    levels=(2,),
    own_program=True,
    ignored=ignored_beside(_MODEL),
    topology=mosfet.topology,
    quantities=(*mosfet.QUANTITIES, mosfet.V_STAR),
    regions=mosfet.REGIONS,
    potentials=lambda p: mosfet.potentials(p, _scaled(p)),
    scales=("w", "ad", "as", "pd", "ps"),
    elements=WITH_BULK_INSIDE,
    mismatch=mosfet.MISMATCH,
    role=replace(mosfet.ROLE, overdrive="v_star"),
    references=(
        "A. Vladimirescu, S. Liu, The Simulation of MOS Integrated Circuits Using SPICE2, UCB/ERL M80/7 (1980)",
        "D. Frohman-Bentchkowsky, A. S. Grove, IEEE Trans. Electron Devices 16 (1969) 108",
        "G. Baum, H. Beneking, IEEE Trans. Electron Devices 17 (1970) 481",
        "J. E. Meyer, RCA Review 32 (1971) 42",
        "ngspice 39, MOS2",
    ),
)
