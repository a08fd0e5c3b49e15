"""MOSFET, level 1: the square law of Shichman and Hodges with body effect, Meyer's gate capacitances, and two
bulk junctions.

In the device's own sense (all voltages and currents reversed for a p channel), and with drain and source exchanged
where vds < 0:

    vth = vbi + gamma*sqrt(phi - vbs),   vdsat = max(vgs - vth, 0),   x = min(vds, vdsat)
    channel current = beta*(1 + lambda*vds)*x*(vdsat - x/2)
    junction current = is*(exp(v/vt) - 1) + gmin*v,   and -is + gmin*v for v <= -3*vt

For vbs > 0 the root is continued by its tangent at vbs = 0, down to zero. The junction current steps by is*exp(-3)
at -3*vt: that is how SPICE2 cut it, and ngspice still does.

Signs of what is reported: as ngspice's @m1[...], in the device's own sense, so that a conducting p-channel device
has id > 0, vgs > 0 and vds > 0. g_m, g_ds and g_mb are, as there, those of the exchanged device where vds < 0.
`id` is the current into the drain, junction included.

Where this departs from ngspice 39: vth and vdsat of a p channel are in the same sense as vgs (ngspice gives von and
vdsat the other sign), and power is what the device dissipates, ohmic resistances included (ngspice's is negative
for a p channel). With vbs > 0, g_mb is the slope of the current, gamma*g_m/(2*sqrt(phi)); ngspice's gmbs and its
small-signal analysis have gamma*g_m over twice the continued root instead, which is more. m devices in parallel have
m times gmin. Without nrd squares there is no drain resistance, as without nrs no source resistance.

Noise: thermal and flicker of the channel as the card's nlev has it (`longtail.devices.parts.mosfet1_noise`), thermal of
rd and rs. The bulk junctions are silent, as in ngspice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from longtail.devices.base import (
    MULTIPLIER,
    RELATIVE_SPREAD,
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    THRESHOLD_SPREAD,
    DeviceModel,
    Flows,
    Later,
    Parameter,
    Parameters,
    Potentials,
    Quantity,
    Spread,
    Topology,
)
from longtail.devices.parts.field_effect import WITH_BULK
from longtail.devices.parts.junction import depletion_charge, present
from longtail.devices.parts.limiting import critical_voltage, fetlim, limvds, pnjlim
from longtail.devices.parts.meyer import meyer
from longtail.devices.parts.mosfet1_noise import channel_noise
from longtail.devices.parts.mosfet1_process import BulkJunction, MosfetAtTemperature, scale
from longtail.devices.parts.series import series_noise, series_topology, with_series
from longtail.devices.role import SQUARE, Role
from longtail.lanes.functions import Condition, exp, maximum, minimum, select, sqrt
from longtail.lanes.graph import Real

_LARGEST_EXPONENT = 709.0  # beyond it exp overflows
_TINY = 1e-30

REGIONS = ("cutoff", "triode", "saturation")


@dataclass(frozen=True, slots=True)
class _Channel:
    """The channel at a bias. `forward`: the drain acts as drain; `v_ds`, `v_th`, `overdrive` and `v_dsat` are those
    of the terminals in the roles they act in, and `magnitude` is the current between them."""

    forward: Condition
    v_ds: Real
    v_th: Real
    overdrive: Real
    v_dsat: Real
    magnitude: Real


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """Flows at the terminals and inner nodes; see the equations above."""
    s = scale(p)
    controls = _controls(v, p, s)
    vds, vbs = controls["vds"], controls["vbs"]
    vbd = vbs - vds
    channel = _channel(controls, s, p.model["lambda"])
    i_channel = select(channel.forward, channel.magnitude, -channel.magnitude)
    i_bs = _junction_current(vbs, s.source.saturation_current, s.vt, p.gmin)
    i_bd = _junction_current(vbd, s.drain.saturation_current, s.vt, p.gmin)
    q_bs, q_bd = _junction_charge(vbs, s.source, s.pb, p), _junction_charge(vbd, s.drain, s.pb, p)
    inner = {"g": 0.0, "b": i_bs + i_bd, "di": i_channel - i_bd, "si": -i_channel - i_bs}
    static, power = with_series(v, {node: p.polarity * i for node, i in inner.items()}, _resistances(p))
    capacitances = _gate_capacitances(s, channel)
    return Flows(
        static=static,
        charges={"b": p.polarity * (q_bs + q_bd), "di": -p.polarity * q_bd, "si": -p.polarity * q_bs},
        capacitances=tuple(("g", node, c) for node, c in zip(("si", "di", "b"), capacitances, strict=True)),
        quantities=Later(
            lambda: {
                "id": i_channel - i_bd,
                **controls,
                **_channel_quantities(v, controls, channel),
                **dict(zip(("cgs", "cgd", "cgb"), capacitances, strict=True)),
                "cbd": v.derivative(q_bd, vbs),
                "cbs": v.derivative(q_bs, vbs),
                "ibd": i_bd,
                "ibs": i_bs,
                "power": power,
            }
        ),
        noise=(
            *series_noise(_resistances(p), p.temperature),
            *channel_noise(
                p,
                beta=s.beta,
                overdrive=channel.overdrive,
                v_ds=channel.v_ds,
                g_m=v.derivative(channel.magnitude, controls["vgs"]),
                drain_current=i_channel - i_bd,
            ),
        ),
    )


def _channel(controls: Mapping[str, Real], s: MosfetAtTemperature, modulation: Real) -> _Channel:
    vgs, vds, vbs = controls["vgs"], controls["vds"], controls["vbs"]
    forward = vds >= 0.0
    v_ds = select(forward, vds, -vds)
    v_th = _threshold(s, select(forward, vbs, vbs - vds))
    overdrive = select(forward, vgs, vgs - vds) - v_th
    v_dsat = maximum(overdrive, 0.0)
    # x is vds in triode, vdsat in saturation and 0 in cutoff: one expression for all three regions
    x = minimum(v_ds, v_dsat)
    magnitude = s.beta * (1.0 + modulation * v_ds) * x * (v_dsat - 0.5 * x)
    return _Channel(forward, v_ds, v_th, overdrive, v_dsat, magnitude)


def _channel_quantities(v: Potentials, controls: Mapping[str, Real], channel: _Channel) -> dict[str, Real]:
    along_vgs, along_vds, along_vbs = (v.derivative(channel.magnitude, controls[c]) for c in ("vgs", "vds", "vbs"))
    # exchanged, vgs and vbs are counted from what acts as drain: moving vds alone moves all three voltages in role
    g_ds = select(channel.forward, along_vds, -(along_vds + along_vgs + along_vbs))
    return {
        "vth": channel.v_th,
        "vdsat": channel.v_dsat,
        "v_ov": channel.overdrive,
        "g_m": along_vgs,
        "g_ds": g_ds,
        "r_o": select(g_ds > 0.0, 1.0 / maximum(g_ds, _TINY), math.inf),
        "g_mb": along_vbs,
        "region": select(channel.overdrive <= 0.0, 0.0, select(channel.v_ds < channel.overdrive, 1.0, 2.0)),
    }


def _controls(v: Potentials, p: Parameters, s: MosfetAtTemperature) -> Mapping[str, Real]:
    """Gate-source, drain-source and bulk-source voltage in the device's own sense, limited as SPICE3 does."""
    raw = {name: p.polarity * (v[node] - v["si"]) for name, node in (("vgs", "g"), ("vds", "di"), ("vbs", "b"))}

    def rule(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
        was_forward = old["vds"] >= 0.0
        old_vbd = old["vbs"] - old["vds"]
        v_th = _threshold(s, select(was_forward, old["vbs"], old_vbd))
        vgs, vgd = new["vgs"], new["vgs"] - new["vds"]
        # the gate moves first, against the terminal that was the source; then the other terminal follows
        gs = fetlim(vgs, old["vgs"], v_th)
        gd = fetlim(vgd, old["vgs"] - old["vds"], v_th)
        vds = select(was_forward, limvds(gs - vgd, old["vds"]), -limvds(gd - vgs, -old["vds"]))
        gate = select(was_forward, gs, gd + vds)
        at_source = pnjlim(new["vbs"], old["vbs"], s.vt, critical_voltage(s.source.saturation_current, s.vt))
        new_vbd = new["vbs"] - new["vds"]
        at_drain = pnjlim(new_vbd, old_vbd, s.vt, critical_voltage(s.drain.saturation_current, s.vt))
        return {"vgs": gate, "vds": vds, "vbs": select(vds >= 0.0, at_source, at_drain + vds)}

    return v.limit(raw, _first_guess(p, s), rule)


def _first_guess(p: Parameters, s: MosfetAtTemperature) -> dict[str, Real]:
    """Off: all zero. Else the voltages that the card gives, or the gate at threshold and 1 V across the bulk."""
    if p.nominal("off"):
        return {"vgs": 0.0, "vds": 0.0, "vbs": 0.0}
    given = {name: p.polarity * p["ic" + name] for name in ("vgs", "vds", "vbs")}
    if any(p.nominal("ic" + name) for name in given):
        return given
    return {"vgs": _threshold(s, 0.0), "vds": 0.0, "vbs": -1.0}


def _threshold(s: MosfetAtTemperature, v_bs: Real) -> Real:
    # the floors keep the branch that is not taken, and its slope, finite
    at_zero = sqrt(maximum(s.phi, 1e-6))
    reverse = sqrt(maximum(s.phi - v_bs, 1e-6))
    return s.vbi + s.gamma * select(v_bs <= 0.0, reverse, maximum(at_zero - 0.5 * v_bs / at_zero, 0.0))


def _junction_current(voltage: Real, saturation_current: Real, vt: Real, gmin: Real) -> Real:
    forward = exp(minimum(voltage / vt, _LARGEST_EXPONENT)) - 1.0
    return saturation_current * select(voltage <= -3.0 * vt, -1.0, forward) + gmin * voltage


def _junction_charge(voltage: Real, junction: BulkJunction, pb: Real, p: Parameters) -> Real:
    m = p.model
    bottom = depletion_charge(voltage, junction.bottom, pb, m["mj"], m["fc"])
    return bottom + depletion_charge(voltage, junction.sidewall, pb, m["mjsw"], m["fc"])


def _gate_capacitances(s: MosfetAtTemperature, at: _Channel) -> tuple[Real, Real, Real]:
    """Gate-source, gate-drain and gate-bulk capacitance in F, overlap included."""
    at_source, at_drain, at_bulk = meyer(at.overdrive, at.v_ds, at.v_dsat, s.phi, s.oxide)
    gs, gd, gb = s.overlaps
    return gs + select(at.forward, at_source, at_drain), gd + select(at.forward, at_drain, at_source), gb + at_bulk


def _resistances(p: Parameters) -> dict[str, Real | None]:
    """Drain and source resistance in ohm: rd and rs where the card gives them, zero or not, else rsh*squares."""
    m = p.model
    found: dict[str, Real | None] = {}
    for terminal in ("d", "s"):
        own, squares = "r" + terminal, "nr" + terminal
        if m.given(own):
            found[terminal] = m[own] if m.nominal(own) != 0.0 else None
        else:
            there = m.nominal("rsh") != 0.0 and p.nominal(squares) != 0.0
            found[terminal] = m["rsh"] * p[squares] if there else None
    return found


def topology(p: Parameters) -> Topology:
    return series_topology({terminal: value is not None for terminal, value in _resistances(p).items()})


_INSTANCE = (
    Parameter("l", "m", "drawn channel length; else the circuit's defl", None, low=0.0),
    Parameter("w", "m", "channel width; else the circuit's defw", None, low=0.0),
    Parameter("ad", "m^2", "drain junction area; else the circuit's defad", None, low=0.0),
    Parameter("as", "m^2", "source junction area; else the circuit's defas", None, low=0.0),
    Parameter("pd", "m", "drain junction perimeter", 0.0, low=0.0),
    Parameter("ps", "m", "source junction perimeter", 0.0, low=0.0),
    Parameter("nrd", "", "squares of drain diffusion", 1.0, low=0.0),
    Parameter("nrs", "", "squares of source diffusion", 1.0, low=0.0),
    Parameter("off", "", "start the search for the operating point with the device off", 0.0, flag=True),
    Parameter("icvds", "V", "first guess of the drain-source voltage"),
    Parameter("icvgs", "V", "first guess of the gate-source voltage"),
    Parameter("icvbs", "V", "first guess of the bulk-source voltage"),
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    MULTIPLIER,
)

_MODEL = (
    Parameter(
        "vto", "V", "threshold at vbs = 0, negative for a p channel; else from nsub, or 0", None, aliases=("vt0",)
    ),
    Parameter("kp", "A/V^2", "transconductance parameter; else from u0 and tox, or 2e-5", None, low=0.0),
    Parameter("gamma", "V^0.5", "body effect; else from nsub and tox, or 0", None, low=0.0),
    Parameter("phi", "V", "surface potential; else from nsub, or 0.6", None, low=1e-3),
    Parameter("lambda", "1/V", "channel length modulation"),
    Parameter("rd", "ohm", "drain resistance, in place of rsh*nrd", 0.0, low=0.0),
    Parameter("rs", "ohm", "source resistance, in place of rsh*nrs", 0.0, low=0.0),
    Parameter("cbd", "F", "bulk-drain capacitance at zero bias, in place of cj*ad", 0.0, low=0.0),
    Parameter("cbs", "F", "bulk-source capacitance at zero bias, in place of cj*as", 0.0, low=0.0),
    Parameter("is", "A", "saturation current of either bulk junction", 1e-14, low=0.0),
    Parameter("pb", "V", "built-in potential of the bulk junctions", 0.8, low=1e-3),
    Parameter("cgso", "F/m", "gate-source overlap capacitance by width", 0.0, low=0.0),
    Parameter("cgdo", "F/m", "gate-drain overlap capacitance by width", 0.0, low=0.0),
    Parameter("cgbo", "F/m", "gate-bulk overlap capacitance by length", 0.0, low=0.0),
    Parameter("rsh", "ohm", "sheet resistance of drain and source diffusion", 0.0, low=0.0),
    Parameter("cj", "F/m^2", "junction bottom capacitance by area", 0.0, low=0.0),
    Parameter("mj", "", "grading of the junction bottom", 0.5, low=0.0, high=3.0),
    Parameter("cjsw", "F/m", "junction sidewall capacitance by perimeter", 0.0, low=0.0),
    Parameter("mjsw", "", "grading of the junction sidewall", 0.5, low=0.0, high=3.0),
    Parameter("js", "A/m^2", "saturation current by area, in place of is where ad and as are nonzero", 0.0, low=0.0),
    Parameter("tox", "m", "oxide thickness; without it there are no channel capacitances", None, low=0.0),
    Parameter("ld", "m", "lateral diffusion", 0.0, low=-4e-6, high=4e-6),
    Parameter("u0", "cm^2/(V s)", "surface mobility", 600.0, low=0.0, aliases=("uo",)),
    Parameter("fc", "", "the part of pb above which junction capacitances are linear", 0.5, low=0.0, high=0.99),
    Parameter("nsub", "1/cm^3", "substrate doping, at least the intrinsic density", None, low=1.45e10),
    Parameter(
        "tpg",
        "",
        "gate: 1 silicon doped opposite to the substrate, -1 as the substrate, 0 aluminium",
        1.0,
        choices=(-1.0, 0.0, 1.0),
    ),
    Parameter("nss", "1/cm^2", "surface state density"),
    Parameter("tnom", "degC", "temperature at which the parameters hold; else the circuit's", None),
    Parameter("kf", "", "flicker noise coefficient", 0.0, low=0.0),
    Parameter("af", "", "flicker noise exponent", 1.0),
    Parameter("nlev", "", "which noise equations; not given: those of SPICE3", None, choices=(0.0, 1.0, 2.0, 3.0)),
    Parameter("gdsnoi", "", "channel noise coefficient, with nlev = 3", 1.0, low=0.0),
)


def potentials(p: Parameters) -> dict[str, Real]:
    """The surface potential where anything depends on it, and that of the bulk junctions with a capacitance, V."""
    s, m = scale(p), p.model
    found: dict[str, Real] = {}
    if present(s.gamma) or present(s.oxide):
        found["phi"] = s.phi
    if any(m.nominal(name) != 0.0 for name in ("cj", "cjsw")) or m.given("cbd") or m.given("cbs"):
        found["pb"] = s.pb
    return found


MODEL = DeviceModel(
    name="mosfet1",
    letter="m",
    doc=__doc__,
    terminals=("d", "g", "s", "b"),
    evaluate=evaluate,
    parameters=_INSTANCE,
    model_parameters=_MODEL,
    model_types={"nmos": 1.0, "pmos": -1.0},
    model_required=True,
    levels=(1,),
    topology=topology,
    quantities=(
        Quantity("id", "A", "current into the drain"),
        Quantity("vgs", "V", "gate-source voltage"),
        Quantity("vds", "V", "drain-source voltage"),
        Quantity("vbs", "V", "bulk-source voltage"),
        Quantity("vth", "V", "threshold voltage at this bulk voltage"),
        Quantity("vdsat", "V", "saturation voltage"),
        Quantity("v_ov", "V", "overdrive, vgs - vth"),
        Quantity("g_m", "S", "transconductance"),
        Quantity("g_ds", "S", "output conductance"),
        Quantity("r_o", "ohm", "output resistance, 1/g_ds"),
        Quantity("g_mb", "S", "bulk transconductance"),
        Quantity("cgs", "F", "gate-source capacitance, overlap included"),
        Quantity("cgd", "F", "gate-drain capacitance, overlap included"),
        Quantity("cgb", "F", "gate-bulk capacitance, overlap included"),
        Quantity("cbd", "F", "bulk-drain capacitance"),
        Quantity("cbs", "F", "bulk-source capacitance"),
        Quantity("ibd", "A", "bulk-drain junction current"),
        Quantity("ibs", "A", "bulk-source junction current"),
        Quantity("power", "W", "dissipated power"),
        Quantity("region", "", "region of operation"),
    ),
    regions=REGIONS,
    potentials=potentials,
    scales=("w", "ad", "as", "pd", "ps"),
    elements=WITH_BULK,
    mismatch=(
        Spread(("kp", "w"), RELATIVE_SPREAD, relative=True),
        Spread(("vto",), THRESHOLD_SPREAD, relative=False),
    ),
    role=Role(
        heading="MOS transistors",
        control="g",
        common="s",
        output="d",
        control_name="gate",
        output_name="drain",
        law=SQUARE,
        amplifying="saturation",
        cut_off="cutoff",
        current="id",
        across="vds",
        headroom={"vds": 1.0, "vdsat": -1.0},
        drive={"v_ov": 1.0},
        shown=("id", "vgs", "vds", "vth", "v_ov", "vdsat", "g_m", "r_o", "g_mb", "cgs", "cgd", "cbd", "cbs"),
        reads=("b",),
        enough="vdsat",
        overdrive="v_ov",
        bulk_currents=("ibs", "ibd"),
    ),
    references=(
        "H. Shichman, D. A. Hodges, IEEE J. Solid-State Circuits 3 (1968) 285",
        "J. E. Meyer, RCA Review 32 (1971) 42",
        "ngspice 39, MOS1",
    ),
)
