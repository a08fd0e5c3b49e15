"""Bipolar transistor: the full Gummel-Poon model as ngspice 39 has it.

    I_t = (I_be - I_bc)/q_b                                     transport current, collector to emitter
    i_B = I_be/BF + I_le + I_bc/BR + I_lc + GMIN*(v_be + v_bc)
    i_C = I_t - I_bc/BR - I_lc - GMIN*v_bc
    q_b = q_1*(1 + (1 + 4*q_2)^NKF)/2,  q_1 = 1/(1 - v_bc/VAF - v_be/VAR),  q_2 = I_be/IKF + I_bc/IKR

with ideal (I_be, I_bc) and leakage (I_le, I_lc) junction currents; a base resistance that falls with base charge or
current; depletion charges, of the base-collector junction split over the base resistance by XCJC; a diffusion
charge TF*I_be*(1 + XTF*(I_be/(I_be + ITF))^2*exp(v_bc/(1.44*VTF)))/q_b; excess phase; a substrate junction at the
collector (vertical) or the base (lateral); and Kull's quasi-saturation when RCO is given. Voltages and currents of
a pnp are counted with the opposite sign inside.

Small signals are the exact derivatives of these equations. ngspice leaves out that the base resistance moves with
the base current and base charge, and the conductance of the substrate junction, GMIN's too; its conductance of the
epitaxial layer has an error in one term. It also multiplies the base-collector currents by the area twice: a saturated
transistor with area=3 has here what ngspice gives it with m=3.

Noise: shot of i_C and of i_B, 2*q*abs(i), flicker of i_B, kf*abs(i_B)^af/f, and thermal of rc, re and of the base
resistance at the bias. The epitaxial layer and the substrate junction are silent, as in ngspice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from longtail.devices.base import (
    Delay,
    DeviceModel,
    Flows,
    Later,
    NoiseSource,
    Parameters,
    Potentials,
    Quantity,
    Topology,
    coefficients,
    thermal_voltage,
)
from longtail.devices.parts import bipolar_parameters
from longtail.devices.parts.bipolar_elements import ELEMENTS
from longtail.devices.parts.bipolar_temperature import VERTICAL, BipolarAtTemperature, Junction, epitaxy, scaled
from longtail.devices.parts.junction import depletion_charge, inverse, junction_current, present
from longtail.devices.parts.limiting import critical_voltage, pnjlim
from longtail.devices.parts.noise import flicker, shot, thermal
from longtail.devices.role import EXPONENTIAL, Role
from longtail.lanes.functions import equal, exp, log, maximum, minimum, power, select, sqrt, tan
from longtail.lanes.graph import Expr, Real

Controls = Mapping[str, Real]


def topology(p: Parameters) -> Topology:
    """Internal nodes ci, bi, ei behind rc, rb, re where these are not zero, and cx between rc and rco."""
    model = p.model
    merged: dict[str, str] = {}
    if model.given("rco"):
        if model.nominal("rc") == 0.0:
            merged["cx"] = "c"
    elif model.nominal("rc") == 0.0:
        merged["ci"] = "c"
    merged |= {f"{node}i": node for node in "be" if model.nominal(f"r{node}") == 0.0}
    nodes = ("cx", "ci", "bi", "ei") if model.given("rco") else ("ci", "bi", "ei")
    return Topology(internal=tuple(node for node in nodes if node not in merged), merged=merged)


@dataclass(frozen=True, slots=True)
class Core:
    """Currents in A of the intrinsic transistor, counted as in an npn, and its base charge factor."""

    be: Real
    bc: Real
    qb: Real
    transport: Real
    base: Real
    collector: Real


@dataclass(frozen=True, slots=True)
class BipolarState:
    """What the operating-point quantities are made of: `currents` into the intrinsic device, `flows` into all nodes."""

    controls: Controls
    core: Core
    charges: Mapping[str, Real]
    currents: Mapping[str, Real]
    flows: Mapping[str, Real]
    base_resistance: Real


def evaluate(v: Potentials, p: Parameters) -> Flows:
    s = scaled(p)
    sign, vt = p.polarity, thermal_voltage(p.temperature)
    subs_node, subs_sign = ("ci", sign) if s.geometry == VERTICAL else ("bi", -sign)
    controls = _controls(v, p, s, subs_sign * (v["s"] - v[subs_node]))
    core = _core(controls, p, s)
    substrate = p.gmin * controls["vsub"] + junction_current(controls["vsub"], s.iss, s.ns * vt)
    currents = {
        "ci": sign * core.collector,
        "bi": sign * core.base,
        "ei": -sign * (core.collector + core.base),
        "s": subs_sign * substrate,
    }
    currents[subs_node] = currents[subs_node] - subs_sign * substrate

    charges = _charges(controls, core, p, s)
    flows = dict(currents)
    resistance = _base_resistance(core, p, s)
    _between(flows, "b", "bi", (v["b"] - v["bi"]) / resistance if _has_node(p, "rb") else 0.0)
    _between(flows, "c", "cx" if p.model.given("rco") else "ci", _ohmic(v, p, s.rc, "c"))
    _between(flows, "e", "ei", _ohmic(v, p, s.re, "e"))
    stored: dict[str, Real] = {}
    _between(stored, "bi", "ei", sign * charges["be"])
    _between(stored, "bi", "ci", sign * charges["bc"])
    _between(stored, "b", "ci", sign * charges["bx"])
    _between(stored, "s", subs_node, subs_sign * charges["sub"])
    if p.model.given("rco"):
        _epitaxial_layer(flows, stored, controls, p)
    return Flows(
        static=flows,
        charges=stored,
        quantities=Later(
            lambda: _quantities(v, p, s, BipolarState(controls, core, charges, currents, flows, resistance))
        ),
        delays=_excess_phase(controls, p, s),
        noise=_noise(core, resistance, p, s),
    )


def _between(flows: dict[str, Real], source: str, target: str, flow: Real) -> None:
    """Let `flow` enter the device at `source` and leave it at `target`."""
    if present(flow):
        flows[source] = flows.get(source, 0.0) + flow
        flows[target] = flows.get(target, 0.0) - flow


def _has_node(p: Parameters, resistance: str) -> bool:
    return p.model.nominal(resistance) != 0.0


def _ohmic(v: Potentials, p: Parameters, resistance: Real, terminal: str) -> Real:
    """The current in A through rc or re; none where it is zero and its nodes are one."""
    inner = "cx" if terminal == "c" and p.model.given("rco") else f"{terminal}i"
    return (v[terminal] - v[inner]) / resistance if _has_node(p, f"r{terminal}") else 0.0


def _controls(v: Potentials, p: Parameters, s: BipolarAtTemperature, vsub: Real) -> Controls:
    """Junction voltages in V, positive forward: vbe, vbc, vbx over xcjc's outer share, vsub, and vbcx for rco."""
    sign, vt = p.polarity, thermal_voltage(p.temperature)
    raw = {"vbe": sign * (v["bi"] - v["ei"]), "vbc": sign * (v["bi"] - v["ci"])}
    if present(1.0 - p.model["xcjc"]):
        raw["vbx"] = sign * (v["b"] - v["ci"])
    if p.model.given("rco"):
        raw["vbcx"] = sign * (v["bi"] - v["cx"])
    if present(s.iss) or present(s.substrate.capacitance):
        raw["vsub"] = vsub
    critical = critical_voltage(s.ibe, vt)
    substrate_critical = critical_voltage(s.iss, vt) if present(s.iss) else 50.0
    limits = {"vbe": critical, "vbc": critical, "vsub": substrate_critical}

    def rule(new: Controls, old: Controls) -> Controls:
        return {name: pnjlim(new[name], old[name], vt, limits[name]) if name in limits else new[name] for name in new}

    start = 0.0 if p.nominal("off") != 0.0 else critical
    controls = dict(v.limit(raw, {name: start if name == "vbe" else 0.0 for name in raw}, rule))
    return {"vsub": vsub, **controls}


def _core(controls: Controls, p: Parameters, s: BipolarAtTemperature) -> Core:
    vt, vbe, vbc = thermal_voltage(p.temperature), controls["vbe"], controls["vbc"]
    be, bc = junction_current(vbe, s.ibe, s.nf * vt), junction_current(vbc, s.ibc, s.nr * vt)
    leak_e = junction_current(vbe, s.ise, s.ne * vt) + p.gmin * vbe
    leak_c = junction_current(vbc, s.isc, s.nc * vt) + p.gmin * vbc
    qb = 1.0 / (1.0 - vbc * s.ivaf - vbe * s.ivar)
    if present(s.iikf) or present(s.iikr):
        # a floor under the root: below it no transistor operates, and the root's slope would be infinite
        injection = maximum(1.0 + 4.0 * (be * s.iikf + bc * s.iikr), 1e-9)
        root = power(injection, minimum(p.model["nkf"], 1.0)) if p.model.given("nkf") else sqrt(injection)
        qb = qb * (1.0 + root) / 2.0
    transport = (be - bc) / qb
    return Core(be, bc, qb, transport, be / s.bf + leak_e + bc / s.br + leak_c, transport - bc / s.br - leak_c)


def _base_resistance(core: Core, p: Parameters, s: BipolarAtTemperature) -> Real:
    """RBM + (RB - RBM)/q_b, or with IRB the solution of Hauser's crowding equation in z, tan(z)^2 ~ i_B/IRB."""
    modulated = s.rb - s.rbm
    by_charge = s.rbm + modulated / core.qb
    if not present(s.irb):
        return by_charge
    ratio = maximum(core.base / s.irb, 1e-9)
    z = (14.59025 / 2.4317) * sqrt(ratio) / (1.0 + sqrt(1.0 + 14.59025 * ratio))
    slope = tan(z)
    return select(equal(s.irb, 0.0), by_charge, s.rbm + 3.0 * modulated * (slope - z) / (z * slope * slope))


def _charges(controls: Controls, core: Core, p: Parameters, s: BipolarAtTemperature) -> dict[str, Real]:
    """Charges in C by junction: be, bc (inner share), bx (outer share), sub."""
    forward, xcjc = p.model["fc"], p.model["xcjc"]

    def depleted(voltage: Real, junction: Junction, share: Real, knee: Real) -> Real:
        capacitance = junction.capacitance * share
        if not present(capacitance):
            return 0.0
        return depletion_charge(voltage, capacitance, junction.potential, junction.grading, knee)

    charges = {
        "be": depleted(controls["vbe"], s.emitter, 1.0, forward),
        "bc": depleted(controls["vbc"], s.collector, xcjc, forward) + s.tr * core.bc,
        "bx": depleted(controls["vbx"], s.collector, 1.0 - xcjc, forward) if "vbx" in controls else 0.0,
        "sub": depleted(controls["vsub"], s.substrate, 1.0, 0.0),
    }
    if present(s.tf):
        charges["be"] = charges["be"] + s.tf * _transiting(controls, core, p, s)
    return charges


def _transiting(controls: Controls, core: Core, p: Parameters, s: BipolarAtTemperature) -> Real:
    """The current in A that the forward diffusion charge is TF times; a reverse junction has its plain current."""
    excess: Real = p.model["xtf"]
    if present(p.model["xtf"]):
        excess = excess * exp(controls["vbc"] * inverse(1.44 * p.model["vtf"]))
        if present(s.itf):
            share = maximum(core.be, 0.0) / (maximum(core.be, 0.0) + s.itf)
            excess = excess * share * share
    return select(controls["vbe"] > 0.0, core.be * (1.0 + excess) / core.qb, core.be)


def _epitaxial_layer(flows: dict[str, Real], stored: dict[str, Real], controls: Controls, p: Parameters) -> None:
    """Add the current from cx to ci and the charges of Kull's layer (Kull et al., IEEE T-ED 32, 1985)."""
    layer, vt = epitaxy(p), thermal_voltage(p.temperature)
    voltage = controls["vbc"] - controls["vbcx"]
    inner, outer = (sqrt(1.0 + layer.gamma * exp(controls[name] / vt)) for name in ("vbc", "vbcx"))
    correction = vt * (inner - outer - log((1.0 + inner) / (1.0 + outer)))
    conducting = voltage > 0.0
    saturated = (voltage + correction) / (1.0 + maximum(voltage, 0.0) / layer.vo)
    current = select(conducting, saturated, voltage) / layer.rco + p.gmin * voltage
    _between(flows, "cx", "ci", p.polarity * current)
    if present(layer.qco):
        _between(stored, "bi", "ci", p.polarity * layer.qco * select(conducting, inner, 0.0))
        _between(stored, "bi", "cx", p.polarity * layer.qco * select(conducting, outer, 0.0))


def _noise(core: Core, base_resistance: Real, p: Parameters, s: BipolarAtTemperature) -> list[NoiseSource]:
    sources = [
        shot("ic", "ci", "ei", core.collector),
        shot("ib", "bi", "ei", core.base),
        *flicker("bi", "ei", p.model["kf"], p.model["af"], core.base),
    ]
    inner_collector = "cx" if p.model.given("rco") else "ci"
    for name, outer, inner, resistance in (
        ("rb", "b", "bi", base_resistance),
        ("rc", "c", inner_collector, s.rc),
        ("re", "e", "ei", s.re),
    ):
        if _has_node(p, name):
            sources.append(thermal(name, outer, inner, 1.0 / resistance, p.temperature))
    return sources


def _excess_phase(controls: Controls, p: Parameters, s: BipolarAtTemperature) -> tuple[Delay, ...]:
    """The transport current answers v_be late by PTF*TF; as in ngspice, what it owes to v_bc is not delayed."""
    seconds = math.radians(1.0) * p.model["ptf"] * p.model["tf"]
    if not present(seconds):
        return ()
    vbc = controls["vbc"]
    held = {**controls, "vbc": vbc.graph.limit(vbc, 0.0, "held") if isinstance(vbc, Expr) else vbc}
    return (Delay({"ci": p.polarity, "ei": -p.polarity}, _core(held, p, s).transport, seconds),)


def _quantities(v: Potentials, p: Parameters, s: BipolarAtTemperature, at: BipolarState) -> dict[str, Real]:
    controls, core, charges, currents = at.controls, at.core, at.charges, at.currents
    vbe, vbc = controls["vbe"], controls["vbc"]
    g_o = -v.derivative(core.transport, vbc)
    g_m = v.derivative(core.transport, vbe) - g_o
    g_pi, g_mu = v.derivative(core.base, vbe), v.derivative(core.base, vbc)
    c_pi, c_mu = v.derivative(charges["be"], vbe), v.derivative(charges["bc"], vbc)
    c_bx = v.derivative(charges["bx"], controls["vbx"]) if "vbx" in controls else 0.0
    c_sub = v.derivative(charges["sub"], controls["vsub"]) if present(s.substrate.capacitance) else 0.0
    return {
        "ic": currents["ci"],
        "ib": currents["bi"],
        "ie": currents["ei"],
        "is": currents["s"],
        "vbe": p.polarity * vbe,
        "vbc": p.polarity * vbc,
        "vce": p.polarity * (vbe - vbc),
        "g_m": g_m,
        "g_pi": g_pi,
        "g_o": g_o,
        "g_mu": g_mu,
        "r_pi": _one_over(g_pi),
        "r_o": _one_over(g_o),
        "r_x": at.base_resistance if _has_node(p, "rb") else 0.0,
        "beta_dc": currents["ci"] * _one_over(currents["bi"]),
        "beta_ac": g_m * _one_over(g_pi),
        "c_pi": c_pi,
        "c_mu": c_mu,
        "c_bx": c_bx,
        "c_sub": c_sub,
        "f_t": g_m * _one_over(2.0 * math.pi * (c_pi + c_mu + c_bx)),
        "power": sum((v[node] * flow for node, flow in at.flows.items()), start=0.0),
        "region": _region(controls, p, s),
    }


def _one_over(x: Real) -> Real:
    return 1.0 / x if present(x) else math.inf


def _region(controls: Controls, p: Parameters, s: BipolarAtTemperature) -> Real:
    """A junction counts as conducting above half its critical voltage, where it carries some nanoamperes."""
    conducting = critical_voltage(s.ibe, thermal_voltage(p.temperature)) / 2.0
    emitter, collector = controls["vbe"] > conducting, controls["vbc"] > conducting
    return select(emitter, select(collector, 2.0, 1.0), select(collector, 3.0, 0.0))


def potentials(p: Parameters) -> dict[str, Real]:
    """The built-in potentials of the junctions that have a capacitance, V."""
    s = scaled(p)
    junctions = {"e": s.emitter, "c": s.collector, "s": s.substrate}
    return {f"vj{x}": junction.potential for x, junction in junctions.items() if p.model.nominal(f"cj{x}") != 0.0}


MODEL = DeviceModel(
    name="bipolar",
    letter="q",
    doc=__doc__,
    terminals=("c", "b", "e", "s"),
    optional_terminals=1,
    evaluate=evaluate,
    topology=topology,
    parameters=bipolar_parameters.INSTANCE,
    model_parameters=(*bipolar_parameters.MODEL, *coefficients(bipolar_parameters.MISMATCH)),
    model_types={"npn": 1.0, "pnp": -1.0, "lpnp": -1.0},
    model_required=True,
    levels=(1, 2),
    quantities=(
        Quantity("ic", "A", "collector current, into the device, substrate junction included"),
        Quantity("ib", "A", "base current, into the device"),
        Quantity("ie", "A", "emitter current, into the device"),
        Quantity("is", "A", "substrate current, into the device"),
        Quantity("vbe", "V", "internal base-emitter voltage"),
        Quantity("vbc", "V", "internal base-collector voltage"),
        Quantity("vce", "V", "internal collector-emitter voltage"),
        Quantity("g_m", "S", "transconductance, of i_C by v_be at constant v_ce"),
        Quantity("g_pi", "S", "input conductance, of i_B by v_be at constant v_bc"),
        Quantity("g_o", "S", "output conductance, of the transport current by v_ce"),
        Quantity("g_mu", "S", "feedback conductance, of i_B by v_bc"),
        Quantity("r_pi", "ohm", "1/g_pi"),
        Quantity("r_o", "ohm", "1/g_o"),
        Quantity("r_x", "ohm", "base resistance at this bias"),
        Quantity("beta_dc", "", "i_C/i_B"),
        Quantity("beta_ac", "", "g_m/g_pi"),
        Quantity("c_pi", "F", "internal base-emitter capacitance"),
        Quantity("c_mu", "F", "internal base-collector capacitance"),
        Quantity("c_bx", "F", "capacitance between external base and internal collector"),
        Quantity("c_sub", "F", "substrate capacitance"),
        Quantity("f_t", "Hz", "transit frequency g_m/(2*pi*(c_pi + c_mu + c_bx))"),
        Quantity("power", "W", "power taken up at the terminals"),
    ),
    regions=("cutoff", "active", "saturation", "reverse"),
    potentials=potentials,
    scales=("area",),
    elements=ELEMENTS,
    mismatch=bipolar_parameters.MISMATCH,
    role=Role(
        heading="Bipolar transistors",
        control="b",
        common="e",
        output="c",
        control_name="base",
        output_name="collector",
        law=EXPONENTIAL,
        amplifying="active",
        cut_off="cutoff",
        current="ic",
        across="vce",
        headroom={"vbc": -1.0},
        drive={"vbe": 1.0},
        shown=("ic", "ib", "vbe", "vce", "g_m", "r_pi", "r_o", "beta_dc", "c_pi", "c_mu", "f_t"),
    ),
    references=(
        "H. K. Gummel, H. C. Poon: An integral charge control model of bipolar transistors, BSTJ 49 (1970)",
        "G. Massobrio, P. Antognetti: Semiconductor Device Modeling with SPICE, 2nd ed., chapter 2",
        "ngspice 39 manual, chapter 8",
    ),
)
