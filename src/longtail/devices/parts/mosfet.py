"""What MOSFETs of levels 1 to 3 have in common: everything but the current of the channel.

A level says by a `Law` how its channel conducts between the terminals that act as drain and source. Around it stand
the exchange of drain and source, the bulk junctions, Meyer's gate capacitances, ohmic resistances, noise, step limiting
and what is reported. Voltages and currents are in the device's own sense: all reversed for a p channel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from longtail.devices.base import (
    RELATIVE_SPREAD,
    THRESHOLD_SPREAD,
    Flows,
    Later,
    Parameter,
    Parameters,
    Potentials,
    Quantity,
    Spread,
    Topology,
)
from longtail.devices.parts.field_effect import at_terminals
from longtail.devices.parts.junction import depletion_charge, present
from longtail.devices.parts.limiting import critical_voltage, fetlim, limvds, pnjlim
from longtail.devices.parts.meyer import meyer
from longtail.devices.parts.mosfet_noise import channel_noise
from longtail.devices.parts.mosfet_process import BulkJunction, MosfetAtTemperature
from longtail.devices.parts.series import series_noise, series_topology, with_series
from longtail.devices.role import SQUARE, Role
from longtail.lanes.functions import Condition, both, exp, maximum, minimum, select, sqrt
from longtail.lanes.graph import Real

_LARGEST_EXPONENT = 709.0  # beyond it exp overflows
_TINY = 1e-30
_LEAST_POTENTIAL = 1e-6  # V; keeps the branch of a root that is not taken, and its slope, finite
_WEAKEST = 10.0  # swings below vth at which a channel counts as cut off: its current is exp(-10) of that at vth
_WEAK = 4.0  # swings that a step may lead below vth

REGIONS = ("cutoff", "triode", "saturation")


@dataclass(frozen=True, slots=True)
class Acting:
    """The channel at voltages between the terminals that act as drain and source, vds >= 0.

    `v_th` and `v_dsat` in V, `magnitude` the current in A. Below v_th the current falls by e every `swing` V; where
    that is zero, there is none.
    """

    v_th: Real
    v_dsat: Real
    magnitude: Real
    swing: Real = 0.0


@dataclass(frozen=True, slots=True)
class Law:
    """How a level conducts: its `threshold` and swing in V of (vds, vbs) and its `channel` of (vgs, vds, vbs), of
    terminals in the roles they act in; the current of a bulk `junction` of (voltage, saturation current, kT/q), without
    gmin.
    `square`: whether g_m = 2*id/v_ov. `start` in V: how far above threshold the search for an operating point begins,
    for a channel at threshold has little slope to go on from."""

    threshold: Callable[[Real, Real], tuple[Real, Real]]
    channel: Callable[[Real, Real, Real], Acting]
    junction: Callable[[Real, Real, Real], Real]
    square: bool = False
    start: float = 0.3


class Junctions(Protocol):
    """What limits the steps of bulk junctions: kT/q times their emission coefficient in V, and their currents."""

    @property
    def emission_voltage(self) -> Real: ...

    @property
    def drain(self) -> BulkJunction: ...

    @property
    def source(self) -> BulkJunction: ...


@dataclass(frozen=True, slots=True)
class Conducting:
    """The channel at a bias. `forward`: the drain acts as drain; `v_ds` and `overdrive` are those of the terminals in
    the roles they act in."""

    forward: Condition
    v_ds: Real
    overdrive: Real
    acting: Acting


def flows(v: Potentials, p: Parameters, s: MosfetAtTemperature, law: Law) -> Flows:
    """Flows at the terminals and inner nodes of a transistor with this law."""
    controls = limited_controls(v, p, s, law, gate="gi", bulk="bi")
    channel = conducting(controls, law)
    magnitude = channel.acting.magnitude
    i_channel = select(channel.forward, magnitude, -magnitude)
    (i_bd, q_bd), (i_bs, q_bs) = _bulk(p, s, law, controls)
    i_drain = i_channel + _shunt(p, controls["vds"])
    inner = {"gi": 0.0, "bi": i_bs + i_bd, "di": i_drain - i_bd, "si": -i_drain - i_bs}
    static, power = with_series(v, {node: p.polarity * i for node, i in inner.items()}, _resistances(p))
    capacitances = _gate_capacitances(s, channel)
    return Flows(
        static=static,
        charges={"bi": p.polarity * (q_bs + q_bd), "di": -p.polarity * q_bd, "si": -p.polarity * q_bs},
        capacitances=tuple(("gi", node, c) for node, c in zip(("si", "di", "bi"), capacitances, strict=True)),
        quantities=Later(
            lambda: {
                **at_terminals(p, id=i_drain - i_bd, ibd=i_bd, ibs=i_bs, **controls),
                **channel_quantities(v, p, controls, channel, law),
                **dict(zip(("cgs", "cgd", "cgb"), capacitances, strict=True)),
                "cbd": v.derivative(q_bd, controls["vbs"]),
                "cbs": v.derivative(q_bs, controls["vbs"]),
                "power": power,
            }
        ),
        noise=(
            *series_noise(_resistances(p), p.temperature),
            *channel_noise(
                p,
                s.size,
                beta=s.beta,
                overdrive=channel.overdrive,
                v_ds=channel.v_ds,
                g_m=v.derivative(magnitude, controls["vgs"]),
                drain_current=i_channel - i_bd,
            ),
        ),
    )


def _bulk(
    p: Parameters, s: MosfetAtTemperature, law: Law, controls: Mapping[str, Real]
) -> tuple[tuple[Real, Real], tuple[Real, Real]]:
    """Current in A, with gmin, and charge in C, with what tt stores, of the drain's and the source's junction."""
    found = []
    for voltage, junction in ((controls["vbs"] - controls["vds"], s.drain), (controls["vbs"], s.source)):
        current = law.junction(voltage, junction.saturation_current, s.emission_voltage)
        charge = _junction_charge(voltage, junction, s.pb, p)
        if p.model.nominal("tt") != 0.0:
            charge = charge + p.model["tt"] * current
        found.append((current + p.gmin * voltage, charge))
    at_drain, at_source = found
    return at_drain, at_source


def _shunt(p: Parameters, v_ds: Real) -> Real:
    """The current in A of rds, beside the channel."""
    return v_ds / p.model["rds"] if p.model.given("rds") else 0.0


def conducting(controls: Mapping[str, Real], law: Law) -> Conducting:
    vgs, vds, vbs = controls["vgs"], controls["vds"], controls["vbs"]
    forward = vds >= 0.0
    v_ds = select(forward, vds, -vds)
    v_gs = select(forward, vgs, vgs - vds)
    acting = law.channel(v_gs, v_ds, select(forward, vbs, vbs - vds))
    return Conducting(forward, v_ds, v_gs - acting.v_th, acting)


def channel_quantities(
    v: Potentials, p: Parameters, controls: Mapping[str, Real], channel: Conducting, law: Law
) -> dict[str, Real]:
    acting, overdrive = channel.acting, channel.overdrive
    along_vgs, along_vds, along_vbs = (v.derivative(acting.magnitude, controls[c]) for c in ("vgs", "vds", "vbs"))
    # exchanged, vgs and vbs are counted from what acts as drain: moving vds alone moves all three voltages in role
    g_ds = select(channel.forward, along_vds, -(along_vds + along_vgs + along_vbs))
    off = overdrive <= -_WEAKEST * acting.swing
    found = {
        **at_terminals(p, vth=acting.v_th, vdsat=acting.v_dsat, v_ov=overdrive),
        "g_m": along_vgs,
        "g_ds": g_ds,
        "r_o": select(g_ds > 0.0, 1.0 / maximum(g_ds, _TINY), math.inf),
        "g_mb": along_vbs,
        "region": select(off, 0.0, select(channel.v_ds < acting.v_dsat, 1.0, 2.0)),
    }
    if not law.square:
        v_star = select(along_vgs > 0.0, 2.0 * acting.magnitude / maximum(along_vgs, _TINY), 0.0)
        found |= at_terminals(p, v_star=v_star)
    return found


def limited_controls(
    v: Potentials, p: Parameters, s: Junctions, law: Law, *, gate: str = "g", bulk: str = "b"
) -> Mapping[str, Real]:
    """vgs, vds and vbs: gate, drain and bulk against the source in the device's own sense, limited as SPICE3 does.
    `gate` and `bulk` are the local names of their nodes."""
    raw = {name: p.polarity * (v[node] - v["si"]) for name, node in (("vgs", gate), ("vds", "di"), ("vbs", bulk))}
    vt = s.emission_voltage

    def rule(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
        was_forward = old["vds"] >= 0.0
        old_vbd = old["vbs"] - old["vds"]
        v_th, swing = law.threshold(
            select(was_forward, old["vds"], -old["vds"]), select(was_forward, old["vbs"], old_vbd)
        )
        vgs, vgd = new["vgs"], new["vgs"] - new["vds"]
        # the gate moves first, against the terminal that was the source; then the other terminal follows
        gs = _gate_step(vgs, old["vgs"], v_th, swing)
        gd = _gate_step(vgd, old["vgs"] - old["vds"], v_th, swing)
        vds = select(was_forward, limvds(gs - vgd, old["vds"]), -limvds(gd - vgs, -old["vds"]))
        at_source = pnjlim(new["vbs"], old["vbs"], vt, critical_voltage(s.source.saturation_current, vt))
        new_vbd = new["vbs"] - new["vds"]
        at_drain = pnjlim(new_vbd, old_vbd, vt, critical_voltage(s.drain.saturation_current, vt))
        return {
            "vgs": select(was_forward, gs, gd + vds),
            "vds": vds,
            "vbs": select(vds >= 0.0, at_source, at_drain + vds),
        }

    return v.limit(raw, _first_guess(p, law), rule)


def _gate_step(new: Real, old: Real, v_th: Real, swing: Real) -> Real:
    """The gate's voltage as `fetlim` has it, and from above threshold no further into weak inversion than it reaches.

    Further down a channel shows too little slope to find back, and would be sent far above again.
    """
    limited = fetlim(new, old, v_th)
    if not present(swing):
        return limited
    floor = v_th - _WEAK * swing
    return select(both(old > v_th, limited < floor), maximum(new, floor), limited)


def _first_guess(p: Parameters, law: Law) -> dict[str, Real]:
    """Off: all zero. Else the voltages that the card gives, or the gate near threshold and 1 V across the bulk."""
    if p.nominal("off"):
        return {"vgs": 0.0, "vds": 0.0, "vbs": 0.0}
    given = {name: p.polarity * p["ic" + name] for name in ("vgs", "vds", "vbs")}
    if any(p.nominal("ic" + name) for name in given):
        return given
    return {"vgs": law.threshold(0.0, 0.0)[0] + law.start, "vds": 0.0, "vbs": -1.0}


def reverse_root(phi: Real, v_bs: Real) -> Real:
    """sqrt(phi - vbs) in V^0.5, for vbs <= 0."""
    return sqrt(maximum(phi - v_bs, _LEAST_POTENTIAL))


def root_at_zero(phi: Real) -> Real:
    """sqrt(phi) in V^0.5."""
    return sqrt(maximum(phi, _LEAST_POTENTIAL))


def surface_root(phi: Real, v_bs: Real) -> Real:
    """sqrt(phi - vbs) in V^0.5, and for vbs > 0 sqrt(phi)/(1 + vbs/(2*phi)), as levels 2 and 3 continue it.

    >>> round(surface_root(0.64, -0.36), 9), round(surface_root(0.64, 0.64), 9)
    (1.0, 0.533333333)
    """
    least = maximum(phi, _LEAST_POTENTIAL)
    forward = root_at_zero(phi) / (1.0 + 0.5 * maximum(v_bs, 0.0) / least)
    return select(v_bs <= 0.0, reverse_root(phi, v_bs), forward)


def surface_root_slope(phi: Real, v_bs: Real) -> Real:
    """The slope of `surface_root` by vbs, in V^-0.5."""
    root, at_zero = surface_root(phi, v_bs), root_at_zero(phi)
    return select(v_bs <= 0.0, -0.5 / root, -0.5 * root * root / (at_zero * at_zero * at_zero))


def cut_junction(voltage: Real, saturation_current: Real, vt: Real) -> Real:
    """The bulk junction of levels 1 and 2: is*(exp(v/vt) - 1), and -is for v <= -3*vt, in A, without gmin."""
    forward = exp(minimum(voltage / vt, _LARGEST_EXPONENT)) - 1.0
    return saturation_current * select(voltage <= -3.0 * vt, -1.0, forward)


def _junction_charge(voltage: Real, junction: BulkJunction, pb: Real, p: Parameters) -> Real:
    m = p.model
    bottom = depletion_charge(voltage, junction.bottom, pb, m["mj"], m["fc"])
    return bottom + depletion_charge(voltage, junction.sidewall, pb, m["mjsw"], m["fc"])


def _gate_capacitances(s: MosfetAtTemperature, at: Conducting) -> tuple[Real, Real, Real]:
    """Gate-source, gate-drain and gate-bulk capacitance in F, overlap included."""
    at_source, at_drain, at_bulk = meyer(at.overdrive, at.v_ds, at.acting.v_dsat, s.phi, s.oxide)
    gs, gd, gb = s.overlaps
    return gs + select(at.forward, at_source, at_drain), gd + select(at.forward, at_drain, at_source), gb + at_bulk


def _resistances(p: Parameters) -> dict[str, Real | None]:
    """Series resistances in ohm: rd and rs where the card gives them, zero or not, else rsh*squares; rg and rb."""
    m = p.model
    found: dict[str, Real | None] = {t: m["r" + t] if m.nominal("r" + t) != 0.0 else None for t in ("g", "b")}
    for terminal in ("d", "s"):
        own, squares = "r" + terminal, "nr" + terminal
        if m.given(own):
            found[terminal] = m[own] if m.nominal(own) != 0.0 else None
        else:
            there = m.nominal("rsh") != 0.0 and p.nominal(squares) != 0.0
            found[terminal] = m["rsh"] * p[squares] if there else None
    return found


def topology(p: Parameters) -> Topology:
    """Inner nodes of the terminals that have a resistance."""
    return series_topology({terminal: value is not None for terminal, value in _resistances(p).items()})


def potentials(p: Parameters, s: MosfetAtTemperature) -> dict[str, Real]:
    """The surface potential where anything depends on it, and that of the bulk junctions with a capacitance, V."""
    m = p.model
    found: dict[str, Real] = {}
    if present(s.gamma) or present(s.oxide):
        found["phi"] = s.phi
    if any(m.nominal(name) != 0.0 for name in ("cj", "cjsw")) or m.given("cbd") or m.given("cbs"):
        found["pb"] = s.pb
    return found


QUANTITIES = (
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
)
V_STAR = Quantity("v_star", "V", "2*id/g_m of the channel, the overdrive that the square law would have")

_GATE = ("w", "l")
MISMATCH = (
    Spread(
        ("kp", "w"),
        RELATIVE_SPREAD,
        relative=True,
        coefficient=Parameter("a_beta", "m", "Pelgrom's coefficient of kp, 1 %*um is 0.01u", None, low=0.0),
        area=_GATE,
    ),
    Spread(
        ("vto",),
        THRESHOLD_SPREAD,
        relative=False,
        coefficient=Parameter("a_vt", "V m", "Pelgrom's coefficient of vto, 3.5 mV*um is 3.5n", None, low=0.0),
        area=_GATE,
    ),
)

ROLE = Role(
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
)
