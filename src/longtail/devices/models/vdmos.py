"""Power MOSFET (VDMOS) of LTspice and ngspice: a square law with weak inversion, three ohmic resistances, a gate-drain
capacitance that falls with the drain voltage, and a body diode.

In the device's own sense (all voltages and currents reversed for a p channel), and with drain and source exchanged
where vds < 0:

    u = k*ln(1 + exp((vgs - vth - subshift)/k)), k = ksubthres:   vgs - vth above the threshold, exponential below
    x = min(mtriode*vds, u)
    channel current = kp*(1 + lambda*vds)/(1 + theta*vgs)*x*(u - x/2)
    Cgd = y + s*tanh(a*vgd) for vgd > 0, y + s*atan(a*vgd) below,   s = (cgdmax - cgdmin)/(1 + pi/2), y = cgdmax - s
    body diode from source to drain, behind rb: is*(exp(v/(n*vt)) - 1) + gmin*v, algebraic below -3*n*vt,
        breakdown as in the diode; its charge tt*i + depletion

rd grows with the drain voltage where rq and vq are given (quasi-saturation, `longtail.devices.parts.vdmos_process`);
rds lies across drain and source. In lambda and theta vds and vgs are those of the terminals, with their sign, also
where drain and source are exchanged, as ngspice has it. vtotc is added to vto as the card counts it, in LTspice's way;
ngspice 39 takes it for tcvth, which lowers the threshold of either channel. Cut off is called what is more than
8*ksubthres below the threshold: down to there the channel conducts by weak inversion.

Reported: `id` is the current of the channel, `idio` that of the body diode, both positive into the drain of an n
channel that conducts forwards; vgs and vds are those inside the resistances.

Small signals are the exact derivatives. ngspice 39 leaves out the slope of rd in quasi-saturation, rds in ac analysis,
and with drain and source exchanged takes the slopes of another current. There is no self-heating: nodes for
temperatures and the word `thermal` are refused.

Noise: thermal of the channel, 4*k*T*2/3*g_m, flicker kf*abs(id)^af/(cox^2*f) with the oxide of 100 nm that ngspice
takes, thermal of rd, rs and rg (ngspice 39 leaves out rg). The body diode is silent, as in ngspice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

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
from longtail.devices.parts.field_effect import WITH_BODY_DIODE, at_terminals
from longtail.devices.parts.junction import breaking_current, depletion_charge, junction_current, present
from longtail.devices.parts.limiting import critical_voltage, fetlim, limvds, pnjlim, pnjlim_breaking
from longtail.devices.parts.mosfet import ROLE
from longtail.devices.parts.mosfet_process import OXIDE_PERMITTIVITY
from longtail.devices.parts.noise import flicker, thermal
from longtail.devices.parts.series import series_noise, series_topology, with_series
from longtail.devices.parts.vdmos_process import (
    VdmosAtTemperature,
    drain_resistance,
    has_quasi_saturation,
    ohmic_resistance,
    scaled,
)
from longtail.lanes.functions import absolute, atan, exp, log, maximum, minimum, select, softplus
from longtail.lanes.graph import Real

_OXIDE = OXIDE_PERMITTIVITY / 1e-7  # F/m^2
_OFF_BELOW = 8.0  # ksubthres below the threshold: e^-16 of the current at 1 ksubthres above
_LARGEST_FC = 0.95  # a larger one on the card counts as this
_TINY = 1e-30

REGIONS = ("cutoff", "triode", "saturation")


@dataclass(frozen=True, slots=True)
class _PowerChannel:
    """The channel at a bias: the drive u in V, how far vgs is above the threshold, the voltage at which it saturates,
    and the current from drain to source."""

    drive: Real
    overdrive: Real
    v_ds: Real
    v_dsat: Real
    current: Real


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """Flows at the terminals and inner nodes; see the equations above."""
    s = scaled(p)
    controls = _controls(v, p, s)
    vgs, vds, vd = controls["vgs"], controls["vds"], controls["vd"]
    channel = _channel(controls, s, p)
    i_diode = _diode_current(vd, s)
    q_gs, q_gd = p.model["cgs"] * vgs, _gate_drain_charge(vgs - vds, p)
    cj, vj = s.depletion
    fc = minimum(p.model["fc"], _LARGEST_FC)
    q_diode = p.model["tt"] * i_diode + depletion_charge(vd, cj, vj, p.model["m"], fc)
    i_body = i_diode + p.gmin * vd
    resistances = _resistances(v, p)
    inner = {"gi": 0.0, "di": p.polarity * channel.current, "si": -p.polarity * channel.current}
    static, _ = with_series(v, inner, resistances)
    _add_body(static, v, p, p.polarity * i_body)
    g_m, along_vds = (v.derivative(channel.current, controls[name]) for name in ("vgs", "vds"))
    g_ds = select(vds >= 0.0, along_vds, along_vds + g_m)
    return Flows(
        static=static,
        charges={
            "gi": p.polarity * (q_gs + q_gd),
            "di": -p.polarity * q_gd,
            "si": -p.polarity * q_gs,
            "bi": p.polarity * q_diode,
            "d": -p.polarity * q_diode,
        },
        quantities=Later(
            lambda: {
                **at_terminals(p, id=channel.current, vgs=vgs, vds=vds, idio=-i_body),
                **at_terminals(p, vth=s.vth, v_ov=channel.overdrive, vdsat=channel.v_dsat),
                "g_m": select(vds >= 0.0, g_m, -g_m),
                "g_ds": g_ds,
                "r_o": select(g_ds > 0.0, 1.0 / maximum(g_ds, _TINY), math.inf),
                "cgs": p.model["cgs"],
                "cgd": v.derivative(_gate_drain_charge(controls["vgs"] - vds, p), controls["vgs"]),
                "cds": v.derivative(q_diode, vd),
                "power": sum((current * v[node] for node, current in static.items()), start=0.0),
                "region": _region(channel, s, p),
            }
        ),
        noise=(
            *series_noise(resistances, p.temperature),
            thermal("id", "di", "si", absolute(g_m) * (2.0 / 3.0), p.temperature),
            *flicker("di", "si", p.model["kf"] / (_OXIDE * _OXIDE), p.model["af"], channel.current),
        ),
    )


def _add_body(static: dict[str, Real], v: Potentials, p: Parameters, current: Real) -> None:
    """The body diode's current from its anode to the drain, its resistance, and rds, added to what flows."""
    shunt = (v["d"] - v["s"]) / p.model["rds"]
    static["d"] = static["d"] + shunt - current
    static["s"] = static["s"] - shunt
    static["bi"] = current
    resistance = ohmic_resistance(p, "b")
    if resistance is not None:
        through = (v["s"] - v["bi"]) / resistance
        static["s"] = static["s"] + through
        static["bi"] = current - through


def _channel(controls: Mapping[str, Real], s: VdmosAtTemperature, p: Parameters) -> _PowerChannel:
    vgs, vds = controls["vgs"], controls["vds"]
    m, forward = p.model, vds >= 0.0
    v_ds = select(forward, vds, -vds)
    overdrive = select(forward, vgs, vgs - vds) - s.vth
    drive = s.slope * softplus((overdrive - m["subshift"]) / s.slope)
    # x is vds in triode, u in saturation: one expression for both
    x = minimum(v_ds * m["mtriode"], drive)
    beta = s.beta * (1.0 + m["lambda"] * vds) / (1.0 + m["theta"] * vgs)
    magnitude = beta * x * (drive - 0.5 * x)
    return _PowerChannel(drive, overdrive, v_ds, drive / m["mtriode"], select(forward, magnitude, -magnitude))


def _gate_drain_charge(voltage: Real, p: Parameters) -> Real:
    """The integral of the gate-drain capacitance from zero, in C; ln(cosh(x)) = |x| + ln((1 + e^-2|x|)/2)."""
    m = p.model
    part = (m["cgdmax"] - m["cgdmin"]) / (1.0 + math.pi / 2.0)
    constant = (m["cgdmax"] - part) * voltage
    if m.nominal("a") == 0.0:
        return constant
    x = m["a"] * voltage
    size = absolute(x)
    above = size + log(0.5 * (1.0 + exp(-2.0 * size)))
    below = x * atan(x) - 0.5 * log(1.0 + x * x)
    return constant + part / m["a"] * select(x > 0.0, above, below)


def _diode_current(voltage: Real, s: VdmosAtTemperature) -> Real:
    if s.breakdown is None:
        return junction_current(voltage, s.saturation, s.emission)
    return breaking_current(voltage, s.saturation, s.emission, s.breakdown, s.breakdown_emission)


def _region(at: _PowerChannel, s: VdmosAtTemperature, p: Parameters) -> Real:
    off = at.overdrive - p.model["subshift"] <= -_OFF_BELOW * s.slope
    return select(off, 0.0, select(at.v_ds * p.model["mtriode"] < at.drive, 1.0, 2.0))


def _controls(v: Potentials, p: Parameters, s: VdmosAtTemperature) -> Mapping[str, Real]:
    """Gate-source, drain-source and body diode voltage in the device's own sense, limited as SPICE3 does."""
    ends = {"vgs": ("gi", "si"), "vds": ("di", "si"), "vd": ("bi", "d")}
    raw = {name: p.polarity * (v[a] - v[b]) for name, (a, b) in ends.items()}
    critical = critical_voltage(s.saturation, s.emission)

    def rule(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
        was_forward = old["vds"] >= 0.0
        vgs, vgd = new["vgs"], new["vgs"] - new["vds"]
        # the gate moves first, against the terminal that was the source; then the other terminal follows
        gs = fetlim(vgs, old["vgs"], s.vth)
        gd = fetlim(vgd, old["vgs"] - old["vds"], s.vth)
        vds = select(was_forward, limvds(gs - vgd, old["vds"]), -limvds(gd - vgs, -old["vds"]))
        if s.breakdown is None:
            vd = pnjlim(new["vd"], old["vd"], s.emission, critical)
        else:
            vd = pnjlim_breaking(new["vd"], old["vd"], s.emission, critical, s.breakdown, s.breakdown_emission)
        return {"vgs": select(was_forward, gs, gd + vds), "vds": vds, "vd": vd}

    return v.limit(raw, _first_guess(p, s), rule)


def _first_guess(p: Parameters, s: VdmosAtTemperature) -> dict[str, Real]:
    """Off: all zero. Else the voltages that the card gives, or the gate just above the threshold."""
    if p.nominal("off"):
        return {"vgs": 0.0, "vds": 0.0, "vd": 0.0}
    if any(p.nominal("ic" + name) for name in ("vgs", "vds")):
        return {"vgs": p.polarity * p["icvgs"], "vds": p.polarity * p["icvds"], "vd": 0.0}
    return {"vgs": s.vth + 0.1, "vds": 0.0, "vd": 0.0}


def _resistances(v: Potentials, p: Parameters) -> dict[str, Real | None]:
    return {
        "d": drain_resistance(p, p.polarity * (v["d"] - v["s"])),
        "g": ohmic_resistance(p, "g"),
        "s": ohmic_resistance(p, "s"),
    }


def topology(p: Parameters) -> Topology:
    there = {terminal: p.model.nominal(f"r{terminal}") != 0.0 for terminal in ("d", "g", "s")}
    found = series_topology({**there, "d": there["d"] or has_quasi_saturation(p)})
    if p.model.nominal("rb") != 0.0:
        return replace(found, internal=(*found.internal, "bi"))
    return replace(found, merged={**found.merged, "bi": "s"})


def potentials(p: Parameters) -> dict[str, Real]:
    """The built-in potential of the body diode where it has a capacitance, V."""
    return {"vj": scaled(p).depletion[1]} if present(p.model["cjo"]) else {}


_MODEL = (
    Parameter("vto", "V", "threshold, negative for a p channel of enhancement", aliases=("vth0", "vt0")),
    Parameter("kp", "A/V^2", "transconductance parameter", 1.0, low=0.0),
    Parameter("lambda", "1/V", "channel length modulation"),
    Parameter("theta", "1/V", "fall of the mobility with vgs", low=0.0),
    Parameter("mtriode", "", "factor on vds in triode", 1.0, low=1e-3),
    Parameter("subshift", "V", "shift of weak inversion along vgs"),
    Parameter("ksubthres", "V", "slope of weak inversion", 0.1, low=1e-3),
    Parameter("phi", "V", "surface potential; of no effect, as in ngspice", 0.6),
    Parameter("rd", "ohm", "drain resistance", 0.0, low=0.0),
    Parameter("rs", "ohm", "source resistance", 0.0, low=0.0),
    Parameter("rg", "ohm", "gate resistance", 0.0, low=0.0),
    Parameter("rds", "ohm", "resistance across drain and source", 1e15, low=1e-3),
    Parameter("rq", "ohm", "quasi-saturation: what rd gains at large drain voltage, with vq", None, low=0.0),
    Parameter("vq", "V", "quasi-saturation: drain voltage at which it has gained half of that", None),
    Parameter("cgs", "F", "gate-source capacitance", 0.0, low=0.0),
    Parameter("cgdmin", "F", "gate-drain capacitance at large drain voltage", 0.0, low=0.0),
    Parameter("cgdmax", "F", "gate-drain capacitance with the gate far above the drain", 0.0, low=0.0),
    Parameter("a", "1/V", "how fast the gate-drain capacitance falls", 1.0, low=0.0),
    Parameter("is", "A", "saturation current of the body diode", 1e-14, low=0.0),
    Parameter("n", "", "emission coefficient of the body diode", 1.0, low=0.1),
    Parameter("rb", "ohm", "resistance of the body diode", 0.0, low=0.0),
    Parameter("bv", "V", "breakdown voltage (not given: no breakdown)", None),
    Parameter("ibv", "A", "current at the breakdown voltage", 1e-10, low=1e-30),
    Parameter("nbv", "", "emission coefficient of breakdown", 1.0, low=0.1),
    Parameter("tt", "s", "transit time of the body diode", 0.0, low=0.0),
    Parameter("cjo", "F", "capacitance of the body diode at zero bias", 0.0, low=0.0, aliases=("cj0",)),
    Parameter("vj", "V", "built-in potential of the body diode", 0.8, low=0.01),
    Parameter("m", "", "grading coefficient of the body diode", 0.5, low=0.0, high=0.99),
    Parameter("fc", "", "part of vj above which the capacitance is linear, at most 0.95", 0.5, low=0.0, high=1.0),
    Parameter("eg", "eV", "band gap for the saturation current over temperature", 1.11, low=0.1),
    Parameter("xti", "", "exponent of temperature in the saturation current", 3.0),
    Parameter("tnom", "degC", "temperature at which the parameters hold; else the circuit's", None),
    Parameter("tcvth", "V/K", "fall of the threshold with temperature, of either channel"),
    Parameter("vtotc", "V/K", "rise of vto with temperature, as the card counts it"),
    Parameter("mu", "", "exponent of temperature in kp", -1.5, aliases=("bex",)),
    Parameter("tksubthres1", "1/K", "first temperature coefficient of ksubthres"),
    Parameter("tksubthres2", "1/K^2", "second temperature coefficient of ksubthres"),
    Parameter("texp0", "", "exponent of temperature in rd, in place of trd1 and trd2", None),
    Parameter("texp1", "", "exponent of temperature in rq", 0.3),
    *(
        Parameter(f"tr{end}{power}", f"1/K{'^2' if power == 2 else ''}", f"{order} temperature coefficient of r{end}")
        for end in ("d", "s", "g", "b")
        for power, order in ((1, "first"), (2, "second"))
    ),
    Parameter("kf", "", "flicker noise coefficient", 0.0, low=0.0),
    Parameter("af", "", "flicker noise exponent", 1.0),
    Parameter("rthjc", "K/W", "thermal resistance; without self-heating of no effect", None),
    Parameter("rthca", "K/W", "thermal resistance; without self-heating of no effect", None),
    Parameter("cthj", "J/K", "thermal capacitance; without self-heating of no effect", None),
)

MODEL = DeviceModel(
    name="vdmos",
    letter="m",
    doc=__doc__,
    terminals=("d", "g", "s"),
    evaluate=evaluate,
    parameters=(
        Parameter("off", "", "start the search for the operating point with the device off", 0.0, flag=True),
        Parameter("icvds", "V", "first guess of the drain-source voltage"),
        Parameter("icvgs", "V", "first guess of the gate-source voltage"),
        TEMPERATURE,
        TEMPERATURE_DIFFERENCE,
        MULTIPLIER,
    ),
    model_parameters=_MODEL,
    model_types={"vdmos": 1.0, "vdmosp": -1.0},
    model_required=True,
    topology=topology,
    quantities=(
        Quantity("id", "A", "current of the channel, from drain to source"),
        Quantity("vgs", "V", "gate-source voltage"),
        Quantity("vds", "V", "drain-source voltage"),
        Quantity("vth", "V", "threshold voltage"),
        Quantity("v_ov", "V", "overdrive, vgs - vth"),
        Quantity("vdsat", "V", "saturation voltage"),
        Quantity("g_m", "S", "transconductance"),
        Quantity("g_ds", "S", "output conductance"),
        Quantity("r_o", "ohm", "output resistance, 1/g_ds"),
        Quantity("cgs", "F", "gate-source capacitance"),
        Quantity("cgd", "F", "gate-drain capacitance"),
        Quantity("cds", "F", "capacitance of the body diode"),
        Quantity("idio", "A", "current of the body diode, into the drain"),
        Quantity("power", "W", "dissipated power"),
        Quantity("region", "", "region of operation"),
    ),
    regions=REGIONS,
    potentials=potentials,
    elements=WITH_BODY_DIODE,
    ignored=frozenset(("ron",)),  # a rating; of a diode it is none
    mismatch=(Spread(("kp",), RELATIVE_SPREAD, relative=True), Spread(("vto",), THRESHOLD_SPREAD, relative=False)),
    role=replace(
        ROLE,
        heading="Power MOS transistors",
        shown=("id", "vgs", "vds", "vth", "v_ov", "vdsat", "g_m", "r_o", "cgs", "cgd", "cds", "idio"),
        reads=(),
        overdrive=None,
        bulk_currents=(),
    ),
    references=(
        "ngspice 39 manual, power MOSFET model (VDMOS)",
        "LTspice help, MOSFET, VDMOS",
        "V. d'Alessandro, F. Frisina, N. Rinaldi, A new SPICE model of VDMOS transistors, EPE 2001 (quasi-saturation)",
    ),
)
