"""JFET, level 2: the channel of Parker and Skellern for JFETs and MESFETs, with two powers, a soft knee, a tail below
the threshold, drain feedback that lags and heat that lags, and two gate junctions that may break down.

In the device's own sense (all voltages and currents reversed for a p channel; vto is negative for a depletion
device of either polarity), and with drain and source exchanged where vds < 0:

    u = vgs - vto - (lfgam - lfg1*vgs + lfg2*vgd)*vgd
    g = w*ln(1 + exp(u/w)),   w = vst*(1 + mvst*vds);   without vst g = max(u, 0)
    d = vds*p/q*(g/(vbi - vto))^(p - q)
    vsat = g/(1 + g/(mxi*g + xi*(vbi - vto)))
    vdt = sqrt((h + vsat/2)^2 + z*vsat^2/4) - sqrt((h - vsat/2)^2 + z*vsat^2/4),   h = d*sqrt(1 + z)/2
    i = area*beta*(1 + lambda*vds)*(g^q - (g - vdt)^q)
    channel current = i/(1 + delta/area*vds*i)
    junction current = area*is*(exp(v/(n*vt)) - 1) + area*ibd*(1 - exp(-v/vbd)) + gmin*v

each exponential of a junction is zero below exp(-10), and a straight line beyond exp(40). d is vds as the triode sees
it, and vdt is d bounded by vsat, where saturation begins. In small signals the feedback lags by taug and the heat by
taud, as 1/(1 + s*tau): with v' the lagged voltage of v, and P' the lagged power of P = vds*i,

    u = vgs - vto - (lfgam - lfg1*vgs' + lfg2*vgd')*vgd'
        + (hfeta - hfe1*vgd' + hfe2*vgs')*(vgs' - vgs) + (hfgam - hfg1*vgs' + hfg2*vgd')*(vgd' - vgd)
    channel current = i/(1 + delta/area*P')

so that hfeta and hfgam are what is fed back of fast signals, lfgam what is of slow ones. Each lag is a pole of the
circuit, and holds in gains, impedances and noise as well. The channel is off for u <= 0, in triode for d < vsat.

The charge of the gate is that of Statz with e = (vgs + vgd + r)/2 + acgam*vds, r = sqrt(vds^2 + a^2),
a = xi/(xi + 1)*(vbi - vto)/2:

    Q = area*cgs*D(e + (sqrt(k^2 + 0.2^2) - k)/2) + area*cgd*(e - r),   k = (1 - xc)*(e - vto)

D is that of a junction of vbi and grading 1/2, straight above fc*vbi. C_gs and C_gd are the slopes of Q by vgs and vgd
and lie as capacitors at the gate; area*cds lies from drain to source. With the temperature go vbi, cgs, cgd (grading
1/2) and is, with a gap of 1.11 eV that n does not divide; nothing else.

Signs of what is reported: as counted at the terminals, as of level 1. `id` is the current into the drain, `ig` that
into the gate, junctions included; g_m and g_ds are the slopes of the channel current along vgs and vds, the other held,
for slow signals.

Other programs number other models by 2 (HSPICE: one of its own). Departures from ngspice 39:
- Its channel current and its slopes jump to zero at u = -10*w, the current from area*beta*(w*exp(-10))^q; here they
  fall on, to u = -40*w.
- It takes dtemp for the temperature in K.
- With drain and source exchanged its small-signal analysis puts the feedback's lag on the wrong voltages; here the
  device is symmetrical.
- In the lag of heat it counts the current of the drain junction with that of the channel, which matters where that
  junction breaks down.

Noise: thermal of the channel, 4*k*T*2/3*g_m, flicker kf*abs(id)^af/f, thermal of rd and rs; the junctions are silent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from longtail.devices.base import (
    DeviceModel,
    Flows,
    Later,
    Parameter,
    Parameters,
    Potentials,
    Quantity,
    Topology,
    coefficients,
    thermal_voltage,
)
from longtail.devices.parts.field_effect import WITH_JUNCTION_GATE, at_terminals
from longtail.devices.parts.junction import depletion_charge, present, saturation_exponent, scaled_junction
from longtail.devices.parts.junction_gate import (
    INSTANCE,
    MISMATCH,
    QUANTITIES,
    gate_voltages,
    resistances,
    role_with,
)
from longtail.devices.parts.noise import flicker, thermal
from longtail.devices.parts.series import series_noise, series_topology, with_series
from longtail.devices.small_signal import CAPACITANCE, between
from longtail.errors import InputError
from longtail.lanes.functions import Condition, absolute, exp, maximum, minimum, power, select, softplus, sqrt
from longtail.lanes.graph import Real

_GAP = 1.11  # eV
_GRADING = 0.5
_LARGEST_FC = 0.95  # a larger one on the card counts as this, as in SPICE3
_PINCH_OFF = 0.2  # V: over which the gate's charge ceases at the threshold
_FAINTEST, _STEEPEST = -10.0, 40.0  # exponents: junctions count none below, and a straight line from there
_LEAST = 1e-12  # keeps roots and powers of what is not there, and their slopes, finite
_TINY = 1e-30
_LAG = 1e-6  # S: scale of the equations of lagging voltages; their solution has it not

REGIONS = ("cutoff", "triode", "saturation")


@dataclass(frozen=True, slots=True)
class _Channel:
    """A channel that conducts in its own sense: its current in A, its u in V, its slow power P in W."""

    current: Real
    drive: Real
    power: Real
    saturated: Condition


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """Flows at the terminals and inner nodes; see the equations above."""
    m, emission = p.model, p.model["n"] * thermal_voltage(p.temperature)
    controls = gate_voltages(v, p, emission, _saturation_current(p), m["vto"])
    vgs, vgd = controls["vgs"], controls["vgd"]
    lags = _lags(v, p)
    vds = vgs - vgd
    forward = vds >= 0.0
    channel = _channel(p, vgs, vgd, lags, forward)
    i_channel = select(forward, channel.current, -channel.current)
    i_gs, i_gd = (_gate_current(p, x, emission) for x in (vgs, vgd))
    charge = _gate_charge(p, vgs, vgd)
    c_gs, c_gd, c_ds = v.derivative(charge, vgs), v.derivative(charge, vgd), p["area"] * m["cds"]
    inner = {"g": i_gs + i_gd, "di": i_channel - i_gd, "si": -i_channel - i_gs}
    static, dissipated = with_series(v, {node: p.polarity * i for node, i in inner.items()}, resistances(p))
    charges = _add_lags(p, lags, {"vgs": vgs, "vgd": vgd, "heat": m["delta"] / p["area"] * channel.power}, static)
    g_ds = -v.derivative(i_channel, vgd)
    g_m = v.derivative(i_channel, vgs) - g_ds
    return Flows(
        static=static,
        charges=charges,
        capacitances=(("g", "si", c_gs), ("g", "di", c_gd), ("di", "si", c_ds)),
        quantities=Later(
            lambda: {
                **at_terminals(p, id=i_channel - i_gd, ig=i_gs + i_gd, vgs=vgs, vds=vds, vgd=vgd),
                "g_m": g_m,
                "g_ds": g_ds,
                "r_o": _resistance(g_ds),
                "cgs": c_gs,
                "cgd": c_gd,
                "cds": c_ds,
                "power": dissipated,
                "region": select(channel.drive <= 0.0, 0.0, select(channel.saturated, 2.0, 1.0)),
            }
        ),
        noise=(
            thermal("id", "di", "si", absolute(g_m) * (2.0 / 3.0), p.temperature),
            *flicker("di", "si", m["kf"], m["af"], i_channel - i_gd),
            *series_noise(resistances(p), p.temperature),
        ),
    )


def _resistance(g_ds: Real) -> Real:
    """1/g_ds in ohm, which heat may make negative; infinite where the channel is off."""
    there = absolute(g_ds) > _TINY
    return select(there, 1.0 / select(there, g_ds, 1.0), math.inf)


# -- channel


def _channel(p: Parameters, vgs: Real, vgd: Real, lags: Mapping[str, Real], forward: Condition) -> _Channel:
    """The channel between the end that acts as source and the one that acts as drain."""
    m = p.model
    near, far = select(forward, vgs, vgd), select(forward, vgd, vgs)
    v_ds = near - far
    late = select(forward, lags["vgs"], lags["vgd"]), select(forward, lags["vgd"], lags["vgs"])
    drive = _drive(p, near, far, *late)
    span, p_q = _span(p), m["p"] - m["q"]
    gate = _above_threshold(p, drive, v_ds)
    reach = v_ds * m["p"] / m["q"] * power(gate / span, p_q)
    saturation = gate / (1.0 + gate / (m["mxi"] * gate + m["xi"] * span))
    left = maximum(gate - _bounded(p, reach, saturation), _LEAST * gate)
    shape = power(gate, m["q"]) - power(left, m["q"])
    if m.nominal("vst") == 0.0:
        shape = select(drive > _LEAST, shape, 0.0)
    cold = p["area"] * m["beta"] * (1.0 + m["lambda"] * v_ds) * shape
    current, heat = cold, v_ds * cold
    if present(m["delta"]):
        reduced = 1.0 + m["delta"] / p["area"] * heat
        # 1/(reduced + lag) to first order: lags are zero at rest, and an iterate must not come to a pole
        current = cold / reduced * (1.0 - lags["heat"] / reduced)
    return _Channel(current=current, drive=drive, power=heat, saturated=reach >= saturation)


def _drive(p: Parameters, near: Real, far: Real, late_near: Real, late_far: Real) -> Real:
    """u in V, from the gate's voltage to either end and how far it lags there."""
    m = p.model
    near_late, far_late = near + late_near, far + late_far
    drive = near - m["vto"] - (m["lfgam"] - m["lfg1"] * near_late + m["lfg2"] * far_late) * far_late
    if not _feedback_lags(p):
        return drive
    fast = m["hfgam"] if m.given("hfgam") else m["lfgam"]
    source_feedback = m["hfeta"] - m["hfe1"] * far_late + m["hfe2"] * near_late
    drain_feedback = fast - m["hfg1"] * near_late + m["hfg2"] * far_late
    return drive + source_feedback * late_near + drain_feedback * late_far


def _above_threshold(p: Parameters, drive: Real, v_ds: Real) -> Real:
    """g in V: u above the threshold, and an exponential tail below, down to exp(-40)."""
    m = p.model
    if m.nominal("vst") == 0.0:
        return maximum(drive, _LEAST)
    width = m["vst"] * (1.0 + m["mvst"] * v_ds)
    return width * softplus(maximum(drive / width, -_STEEPEST))


def _bounded(p: Parameters, reach: Real, saturation: Real) -> Real:
    """vdt in V; the difference of the two roots, written so that it keeps its digits."""
    z = p.model["z"]
    h = 0.5 * sqrt(1.0 + z) * reach
    bend = maximum(z, _LEAST) * saturation * saturation / 4.0
    above, below = h + 0.5 * saturation, h - 0.5 * saturation
    return 2.0 * h * saturation / (sqrt(above * above + bend) + sqrt(below * below + bend))


# -- lags


def _feedback_lags(p: Parameters) -> bool:
    """Whether slow and fast signals may differ in what is fed back."""
    m = p.model
    by_speed = ("hfgam", "hfg1", "hfg2", "hfeta", "hfe1", "hfe2", "lfg1", "lfg2")
    return m.nominal("taug") != 0.0 and any(m.given(name) for name in by_speed)


def _lagging(p: Parameters) -> dict[str, str]:
    """Nodes whose voltage against the source is a lag, by what lags; where the card has it make a difference."""
    nodes = {"vgs": "lag_gs", "vgd": "lag_gd"} if _feedback_lags(p) else {}
    if p.model.nominal("taud") != 0.0 and p.model.given("delta"):
        nodes["heat"] = "lag_heat"
    return nodes


def _lags(v: Potentials, p: Parameters) -> dict[str, Real]:
    """How far lagging quantities are behind, zero at rest: vgs' - vgs and vgd' - vgd in V, delta/area*(P' - P)."""
    nodes = _lagging(p)
    raw = {node: p.polarity * (v[node] - v["si"]) for node in nodes.values()}
    held = v.limit(raw, dict.fromkeys(raw, 0.0), lambda new, old: new) if raw else {}
    return {"vgs": 0.0, "vgd": 0.0, "heat": 0.0} | {name: held[node] for name, node in nodes.items()}


def _add_lags(
    p: Parameters, lags: Mapping[str, Real], now: Mapping[str, Real], static: dict[str, Real]
) -> dict[str, Real]:
    """The equations x + tau*d(x + now)/dt = 0 of the lags x, as currents and charges from their nodes to the source.

    The currents are added to `static`, the charges returned. Where the equations hold no current reaches the source.
    """
    charges: dict[str, Real] = {}
    for name, node in _lagging(p).items():
        tau = p.model["taud" if name == "heat" else "taug"]
        static[node] = p.polarity * _LAG * lags[name]
        static["si"] = static["si"] - static[node]
        charges[node] = p.polarity * _LAG * tau * (lags[name] + now[name])
        charges["si"] = charges.get("si", 0.0) - charges[node]
    return charges


def topology(p: Parameters) -> Topology:
    """The nodes within: where a resistance is in series, and those of lags."""
    ohmic = series_topology({terminal: value is not None for terminal, value in resistances(p).items()})
    return replace(ohmic, internal=(*ohmic.internal, *_lagging(p).values()))


# -- gate


def _gate_current(p: Parameters, voltage: Real, emission: Real) -> Real:
    """From the gate through one junction at its `voltage` in V: A."""
    m = p.model
    current = _saturation_current(p) * (_exponential(voltage / emission) - 1.0) + p.gmin * voltage
    if not present(m["ibd"]):
        return current
    return current + p["area"] * m["ibd"] * (1.0 - _exponential(-voltage / m["vbd"]))


def _exponential(x: Real) -> Real:
    """exp(x), none below the faintest and its tangent beyond the steepest."""
    inside = minimum(x, _STEEPEST)
    return select(x > _FAINTEST, exp(inside) * (1.0 + (x - inside)), 0.0)


def _saturation_current(p: Parameters) -> Real:
    """Of one junction in A, at the device's temperature."""
    return p["area"] * p.model["is"] * exp(saturation_exponent(_GAP, 0.0, p.temperature, p.nominal_temperature))


def _depletion(p: Parameters, name: str) -> tuple[Real, Real]:
    """Capacitance at zero bias in F and built-in potential in V at the device's temperature."""
    m = p.model
    return scaled_junction(p["area"] * m[name], m["vbi"], _GRADING, p.temperature, p.nominal_temperature)


def _span(p: Parameters) -> Real:
    """vbi - vto in V at the device's temperature."""
    if p.model.nominal("vbi") <= p.model.nominal("vto"):
        raise InputError("a JFET of level 2 needs vto below vbi", hint="lower vto, or raise vbi")
    return _depletion(p, "cgs")[1] - p.model["vto"]


def _gate_charge(p: Parameters, vgs: Real, vgd: Real) -> Real:
    """Q in C, not exchanged where vds < 0: a junction of the effective voltage, and cgd times the other end's."""
    m = p.model
    (cgs, vbi), (cgd, _) = _depletion(p, "cgs"), _depletion(p, "cgd")
    width = 0.5 * m["xi"] / (m["xi"] + 1.0) * _span(p)
    vds = vgs - vgd
    root = sqrt(vds * vds + width * width)
    effective = 0.5 * (vgs + vgd + root) + m["acgam"] * vds
    above = (1.0 - m["xc"]) * (effective - m["vto"])
    junction = effective + 0.5 * (sqrt(above * above + _PINCH_OFF * _PINCH_OFF) - above)
    return depletion_charge(junction, cgs, vbi, _GRADING, minimum(m["fc"], _LARGEST_FC)) + cgd * (effective - root)


def potentials(p: Parameters) -> dict[str, Real]:
    """The built-in potential of the gate junctions, V."""
    return {"vbi": _depletion(p, "cgs")[1]}


_MODEL = (
    Parameter("vto", "V", "threshold voltage, negative for a depletion device", -2.0, aliases=("vt0",)),
    Parameter("beta", "A/V^2", "transconductance parameter, A/V^q", 1e-4, low=0.0),
    Parameter("lambda", "1/V", "channel length modulation"),
    Parameter("p", "", "power of the gate voltage in triode", 2.0, low=0.1),
    Parameter("q", "", "power of the gate voltage in saturation", 2.0, low=0.1),
    Parameter("vst", "V", "voltage of the exponential below the threshold; 0: none", 0.0, low=0.0),
    Parameter("mvst", "1/V", "growth of vst with vds", 0.0, low=0.0),
    Parameter("xi", "", "velocity saturation: the largest vsat over vbi - vto", 1000.0, low=1e-3),
    Parameter("mxi", "", "growth of that with the gate voltage", 0.0, low=0.0),
    Parameter("z", "", "softness of the knee between triode and saturation", 1.0, low=0.0),
    Parameter("lfgam", "", "drain feedback of slow signals"),
    Parameter("lfg1", "1/V", "fall of lfgam with vgs"),
    Parameter("lfg2", "1/V", "rise of lfgam with vgd"),
    Parameter("hfgam", "", "drain feedback of fast signals; else lfgam", None),
    Parameter("hfg1", "1/V", "fall of hfgam with vgs"),
    Parameter("hfg2", "1/V", "rise of hfgam with vgd"),
    Parameter("hfeta", "", "source feedback of fast signals"),
    Parameter("hfe1", "1/V", "fall of hfeta with vgd"),
    Parameter("hfe2", "1/V", "rise of hfeta with vgs"),
    Parameter("taug", "s", "time constant from slow to fast feedback", 0.0, low=0.0),
    Parameter("delta", "1/W", "fall of the current with the power, times area", 0.0, low=0.0),
    Parameter("taud", "s", "time constant of that heat", 0.0, low=0.0),
    Parameter("rd", "ohm", "drain resistance, times area", 0.0, low=0.0),
    Parameter("rs", "ohm", "source resistance, times area", 0.0, low=0.0),
    Parameter("is", "A", "saturation current of either gate junction", 1e-14, low=0.0),
    Parameter("n", "", "emission coefficient of the gate junctions", 1.0, low=0.1),
    Parameter("ibd", "A", "breakdown current of either gate junction", 0.0, low=0.0),
    Parameter("vbd", "V", "voltage of the exponential of breakdown", 1.0, low=1e-3),
    Parameter("vbi", "V", "built-in potential of the gate junctions", 1.0, low=1e-3, aliases=("pb",)),
    Parameter("cgs", "F", "gate-source capacitance at zero bias", 0.0, low=0.0),
    Parameter("cgd", "F", "gate-drain capacitance at zero bias", 0.0, low=0.0),
    Parameter("cds", "F", "drain-source capacitance", 0.0, low=0.0),
    Parameter("acgam", "", "how vds moves the gate's charge"),
    Parameter("xc", "", "the part of cgs that is left below the threshold", 0.0, low=0.0, high=1.0),
    Parameter("fc", "", "the part of vbi above which capacitances are linear, at most 0.95", 0.5, low=0.0, high=1.0),
    Parameter("tnom", "degC", "temperature at which the parameters hold; else the circuit's", None),
    Parameter("kf", "", "flicker noise coefficient", 0.0, low=0.0),
    Parameter("af", "", "flicker noise exponent", 1.0),
)
# of level 1, and `ver`, which ngspice reads and does not use
_IGNORED = frozenset(
    ("ver", "b", "m", "isr", "nr", "alpha", "vk", "tcv", "vtotc", "bex", "betatce", "xti", "eg", "nlev", "gdsnoi")
)

MODEL = DeviceModel(
    name="jfet2",
    letter="j",
    doc=__doc__,
    terminals=("d", "g", "s"),
    evaluate=evaluate,
    parameters=INSTANCE,
    model_parameters=(*_MODEL, *coefficients(MISMATCH)),
    model_types={"njf": 1.0, "pjf": -1.0},
    model_required=True,
    levels=(2,),
    ignored=_IGNORED,
    topology=topology,
    quantities=(*QUANTITIES[:-2], Quantity("cds", "F", "drain-source capacitance"), *QUANTITIES[-2:]),
    potentials=potentials,
    regions=REGIONS,
    scales=("area",),
    elements=(*WITH_JUNCTION_GATE, between("c", "ds", "di", "si", "drain-source capacitance", CAPACITANCE)),
    mismatch=MISMATCH,
    role=role_with("Junction field-effect transistors", headroom={"vgd": -1.0}),
    references=(
        "A. E. Parker, D. J. Skellern, A realistic large-signal MESFET model for SPICE, IEEE Trans. MTT 45 (1997) 1563",
        "H. Statz, P. Newman, I. Smith, R. Pucel, H. Haus, IEEE Trans. Electron Devices 34 (1987) 160 (charges)",
        "ngspice 39, JFET of level 2",
    ),
)
