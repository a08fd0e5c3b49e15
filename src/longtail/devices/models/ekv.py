"""MOSFET, level 44: the EKV model 2.6 of the EPFL, one expression from weak to strong inversion, with the charges of a
channel and two bulk junctions.

In the device's own sense (all voltages and currents reversed for a p channel), against the bulk, and with drain and
source exchanged where vd < vs; L = l + dl, W = w + dw, Vt = kT/q, Lc = sqrt(eps_si*xj/cox), uc = ucrit:

    vg'   = (x + sqrt(x^2 + 32*Vt^2))/2,   x = vg - vto - dv + phi + gamma*sqrt(phi)
    dv    = 2*q0/cox/(1 + (u + sqrt(u^2 + 1.936e-3))/2)^2,   u = 0.28*(L/lk - 0.1)        reverse short-channel effect
    gamma' = (y + sqrt(y^2 + Vt/10))/2,   y = gamma + 3*eps_si*weta/(cox*W)*sqrt(vp0 + phi + Vt/10)
             - eps_si*leta/(cox*L)*(r(vs) + r(vd)),   r(v) = sqrt((phi + v + sqrt((phi + v)^2 + 16*Vt^2))/2)
    vp    = (sqrt(vg' + gamma'^2/4) - gamma'/2)^2 - phi;   vp0 is that of gamma
    i(v)  = y*(1 + y) with 2*y + ln(y) = v;   if = i((vp - vs)/Vt),   ir = i((vp - vd)/Vt)
    vdss  = uc*L*(sqrt(1/4 + Vt*sqrt(if)/(uc*L)) - 1/2)                                     half of the saturation
    vdss' = uc*L*(sqrt(1/4 + Vt*(sqrt(if) - 3/4*ln(if))/(uc*L)) - 1/2) + Vt*(ln(uc*L/(2*Vt)) - 0.6)
    a(v)  = sqrt(v^2 + D) - sqrt((vds/2 - v)^2 + D),   D = 16*Vt^2*(lambda*(sqrt(if) - vdss/Vt) + 1/64)
    ir'   = i((vp - vs - vds/2 - a(vdss'))/Vt)
    Leq   = (z + sqrt(z^2 + L^2/100))/2,   z = L - lambda*Lc*ln(1 + (vds/2 - a(vdss))/(Lc*uc)) + (vds/2 + a(vdss))/uc
    n     = 1 + gamma/(2*sqrt(vp + phi + 4*Vt)),   beta = kp*W/Leq*mobility
    channel current = 2*n*beta*Vt^2*(if - ir')
    current from drain to bulk = channel current*iba/ibb*v*exp(-ibb*Lc/v),   v = vds - 2*ibn*vdss > 0

    mobility = 1/(1 + theta*(vp + sqrt(vp^2 + 2*Vt^2))/2)   without e0; with it, and t = cox/(eps_si*e0),
    mobility = (1 + t*gamma*sqrt(phi))/(1 + t*abs(qb + qi*eta)),   eta = 1/2, of a p channel 1/3
    qi = -nq*Vt*(4/3*(f^2 + f*r + r^2)/(f + r) - 1),   f = sqrt(1/4 + if),   r = sqrt(1/4 + ir)
    qb = -gamma*sqrt(vp + phi + 1e-6) - (1 - 1/nq)*qi,   nq = 1 + gamma/(2*sqrt(vp + phi + 1e-6))

    drain charge = -W*L*cox*n'*Vt*(4/15*(3*r^3 + 6*r^2*f + 4*r*f^2 + 2*f^3)/(f + r)^2 - 1/2)
    source charge: that with f and r exchanged
    bulk charge = W*L*cox*(vg' - x - gamma'*sqrt(vp + phi + 1e-6)) - (1 - 1/n')*(drain + source charge)
    n' = 1 + gamma'/(2*sqrt(phi + vp/2));   gate charge: what makes the sum zero
    junction current = is*(exp(v/(n*Vt)) - 1) + gmin*v,   and -is*(1 + (3*n*Vt/(e*v))^3) + gmin*v for v <= -3*n*Vt

These are the equations of revision III (1999) as the authors' own code, 2.6.15, has them, but for i(v), which is exact
here and within some 1e-6 of it there (as are charges, whose constants have eight digits there), and for the
resistances of drain and source, which are resistors here (rd and rs, rsh*nrd and rsh*nrs, or rsh*hdif/W) and a factor
on the current there. Defaults of parameters are those of the report (revision II, 1998), not those of that code.
Without e0, theta says how the mobility falls; with it theta says nothing. tox, u0 and vmax stand in for cox, kp =
u0*cox and ucrit = vmax*cox/kp. Where a transistor's own card has no areas, and hdif is there, they are 2*hdif*W, and
perimeters 4*hdif + W. Several transistors in series (ns), the model of capacitances alone (xqc of 0.5 and more),
simple interpolation (ekvint) and non-quasistatic signals (nqs) are refused.

Of levels: ELDO, WinSpice and ngspice built with it call this model 44, LTspice calls it 12. PSpice's 5, HSPICE's 55 and
LTspice's 9 are other models in ngspice (BSIM2, a BSIM on insulator, a modified level 3), and are refused: write 44.

vth is the vgs at which vp = vs, v_ov = vgs - vth, and negative in weak inversion; cutoff is 10*n*Vt below vth. vdsat is
Vt*(2*sqrt(if) + 4), with if at most some 0.1 in weak and 10 and more in strong inversion. v_star = 2*id/g_m is the
overdrive that the square law would have. g_m, g_ds and g_mb are slopes of the channel current, cgs, cgd and cgb those
of the gate charge by the voltages of the other terminals, with overlaps. Signs are those of level 1.

Noise: thermal of the channel, 4*k*T*beta*abs(qi), flicker kf*g_m^2/(W*L*cox*f^af), thermal of resistances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from longtail.devices.base import DeviceModel, Flows, Later, Parameters, Potentials, Quantity, Topology, coefficients
from longtail.devices.parts import mosfet
from longtail.devices.parts.ekv_channel import Inversion, bulk_root, invert, pinch
from longtail.devices.parts.ekv_parameters import IGNORED, INSTANCE, MODEL_PARAMETERS
from longtail.devices.parts.ekv_process import (
    EkvAtTemperature,
    EkvJunctions,
    at_temperature,
    junctions,
    resistances,
    surface_potential,
)
from longtail.devices.parts.field_effect import WITH_BULK_AND_CHARGES, at_terminals
from longtail.devices.parts.junction import depletion_charge, junction_current, scaled_junction
from longtail.devices.parts.mosfet import Acting, Conducting, Law
from longtail.devices.parts.mosfet_process import BulkJunction
from longtail.devices.parts.noise import flicker, thermal
from longtail.devices.parts.series import series_noise, series_topology, with_series
from longtail.lanes.functions import select, sqrt
from longtail.lanes.graph import Real


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """Flows at the terminals and inner nodes; see the equations above."""
    card = at_temperature(p)
    bulk, ohmic = junctions(p, card.width), resistances(p, card.width)
    law = Law(
        threshold=lambda v_ds, v_bs: _onset(card, v_ds, v_bs),
        channel=lambda v_gs, v_ds, v_bs: _acting(card, v_gs, v_ds, v_bs, _inverted(card, p, v_gs, v_ds, v_bs)),
        junction=junction_current,
    )
    controls = mosfet.limited_controls(v, p, bulk, law)
    channel, at = _conducting(card, p, controls)
    i_channel = select(channel.forward, at.current, -at.current)
    to_drain, to_source = select(channel.forward, at.ionized, 0.0), select(channel.forward, 0.0, at.ionized)
    vbs, vbd = controls["vbs"], controls["vbs"] - controls["vds"]
    i_bs = junction_current(vbs, bulk.source.saturation_current, bulk.emission_voltage) + p.gmin * vbs
    i_bd = junction_current(vbd, bulk.drain.saturation_current, bulk.emission_voltage) + p.gmin * vbd
    i_d, i_s = i_channel + to_drain - i_bd, to_source - i_channel - i_bs
    inner = {"g": 0.0, "b": i_bs + i_bd - at.ionized, "di": i_d, "si": i_s}
    static, power = with_series(v, {node: p.polarity * i for node, i in inner.items()}, ohmic)
    q_bs, q_bd = (_junction_charge(p, bulk, x, end) for x, end in ((vbs, bulk.source), (vbd, bulk.drain)))
    charges, overlaps = _charges(channel, at, q_bs, q_bd), _overlaps(p, card)
    g_m = v.derivative(at.current, controls["vgs"])
    return Flows(
        static=static,
        charges={node: p.polarity * q for node, q in charges.items()},
        capacitances=tuple(("g", node, c) for node, c in zip(("si", "di", "b"), overlaps, strict=True)),
        quantities=Later(
            lambda: {
                **at_terminals(p, id=i_d, ibd=i_bd, ibs=i_bs, isub=at.ionized, vp=at.v_p, **controls),
                **mosfet.channel_quantities(v, p, controls, channel, law),
                "n": at.slope,
                "if": at.forward,
                **_gate_capacitances(v, controls, at.at_gate, overlaps),
                "cbd": v.derivative(q_bd, vbs),
                "cbs": v.derivative(q_bs, vbs),
                "power": power,
            }
        ),
        noise=(
            thermal("id", "di", "si", at.conductance, p.temperature),
            *flicker("di", "si", _flicker_coefficient(p, card), 2.0, g_m, slope=p.model["af"]),
            *series_noise(ohmic, p.temperature),
        ),
    )


def _inverted(card: EkvAtTemperature, p: Parameters, v_gs: Real, v_ds: Real, v_bs: Real) -> Inversion:
    return invert(card, p, v_gs - v_bs, -v_bs, v_ds - v_bs)


def _conducting(card: EkvAtTemperature, p: Parameters, controls: Mapping[str, Real]) -> tuple[Conducting, Inversion]:
    """The channel between the terminals that act as drain and source."""
    vgs, vds, vbs = controls["vgs"], controls["vds"], controls["vbs"]
    forward = vds >= 0.0
    v_ds, v_gs = select(forward, vds, -vds), select(forward, vgs, vgs - vds)
    v_bs = select(forward, vbs, vbs - vds)
    at = _inverted(card, p, v_gs, v_ds, v_bs)
    acting = _acting(card, v_gs, v_ds, v_bs, at)
    return Conducting(forward, v_ds, v_gs - acting.v_th, acting), at


def _acting(card: EkvAtTemperature, v_gs: Real, v_ds: Real, v_bs: Real, at: Inversion) -> Acting:
    gamma = pinch(card, v_gs - v_bs, -v_bs, v_ds - v_bs).gamma
    v_th = card.threshold + gamma * bulk_root(card, -v_bs) - card.gamma * sqrt(card.phi)
    return Acting(v_th, at.v_dsat, at.current, at.slope * card.vt)


def _onset(card: EkvAtTemperature, v_ds: Real, v_bs: Real) -> tuple[Real, Real]:
    """Threshold and n*kT/q in V of a wide channel, to limit steps by."""
    root = bulk_root(card, -v_bs)
    gamma = card.gamma - card.short * (root + bulk_root(card, v_ds - v_bs))
    swing = card.vt * (1.0 + 0.5 * card.gamma / root)
    return card.threshold + gamma * root - card.gamma * sqrt(card.phi), swing


def _charges(channel: Conducting, at: Inversion, q_bs: Real, q_bd: Real) -> dict[str, Real]:
    """Charges in C at the inner nodes, those of the bulk junctions included."""
    at_drain = select(channel.forward, at.at_drain, at.at_source)
    at_source = select(channel.forward, at.at_source, at.at_drain)
    return {"g": at.at_gate, "b": at.at_bulk + q_bs + q_bd, "di": at_drain - q_bd, "si": at_source - q_bs}


def _junction_charge(p: Parameters, bulk: EkvJunctions, voltage: Real, junction: BulkJunction) -> Real:
    m = p.model
    bottom = depletion_charge(voltage, junction.bottom, bulk.pb, m["mj"], m["fc"])
    return bottom + depletion_charge(voltage, junction.sidewall, bulk.pbsw, m["mjsw"], m["fc"])


def _overlaps(p: Parameters, card: EkvAtTemperature) -> tuple[Real, Real, Real]:
    m = p.model
    return m["cgso"] * card.width, m["cgdo"] * card.width, m["cgbo"] * card.length


def _gate_capacitances(
    v: Potentials, controls: Mapping[str, Real], charge: Real, overlaps: tuple[Real, Real, Real]
) -> dict[str, Real]:
    """Minus the slopes of the gate charge by the voltages of source, drain and bulk, in F, overlap included."""
    along = {name: v.derivative(charge, control) for name, control in controls.items()}
    own = (along["vgs"] + along["vds"] + along["vbs"], -along["vds"], -along["vbs"])
    return {name: a + b for name, a, b in zip(("cgs", "cgd", "cgb"), own, overlaps, strict=True)}


def _flicker_coefficient(p: Parameters, card: EkvAtTemperature) -> Real:
    if not p.model.given("kf"):
        return 0.0
    return p.model["kf"] / (card.width * card.length * card.cox)


def topology(p: Parameters) -> Topology:
    """Inner nodes of drain and source where they have a resistance."""
    found = resistances(p, at_temperature(p).width)
    return series_topology({terminal: value is not None for terminal, value in found.items()})


def potentials(p: Parameters) -> dict[str, Real]:
    """The surface potential, and those of the bulk junctions with a capacitance, V."""
    m = p.model
    found = {"phi": surface_potential(p)}
    for c, name, grading in (("cj", "pb", "mj"), ("cjsw", "pbsw", "mjsw")):
        if m.nominal(c) != 0.0:
            potential = m[name] if m.given(name) else m["pb"]
            found[name] = scaled_junction(0.0, potential, m[grading], p.temperature, p.nominal_temperature)[1]
    return found


_CHANNEL_QUANTITIES = (
    Quantity("n", "", "slope factor: in weak inversion id ~ exp(vgs/(n*kT/q))"),
    Quantity(
        "if", "", "inversion coefficient, id over 2*n*beta*(kT/q)^2 in saturation: weak below 0.1, strong above 10"
    ),
    Quantity("vp", "V", "pinch-off voltage, against the bulk"),
    Quantity("isub", "A", "impact ionization: current from drain to bulk"),
)

MODEL = DeviceModel(
    name="ekv",
    letter="m",
    doc=__doc__,
    terminals=("d", "g", "s", "b"),
    evaluate=evaluate,
    parameters=INSTANCE,
    model_parameters=(*MODEL_PARAMETERS, *coefficients(mosfet.MISMATCH)),
    model_types={"nmos": 1.0, "pmos": -1.0},
    model_required=True,
    levels=(44, 12),
    own_program=True,
    ignored=IGNORED,
    topology=topology,
    quantities=(*mosfet.QUANTITIES, mosfet.V_STAR, *_CHANNEL_QUANTITIES),
    regions=mosfet.REGIONS,
    potentials=potentials,
    scales=("ad", "as", "pd", "ps"),
    elements=WITH_BULK_AND_CHARGES,
    mismatch=mosfet.MISMATCH,
    role=replace(mosfet.ROLE, overdrive="v_star"),
    references=(
        "M. Bucher, C. Lallement, C. Enz, F. Theodoloz, F. Krummenacher, The EPFL-EKV MOSFET Model Equations for "
        "Simulation, Model Version 2.6, EPFL (1997), revisions II (1998) and III (1999)",
        "C. Enz, F. Krummenacher, E. Vittoz, Analog Integrated Circuits and Signal Processing 8 (1995) 83",
        "M. Bucher, W. Grabinski, EKV 2.6 rev. 15 in Verilog-A (2020)",
    ),
)
