"""Junction diode, level 1 of ngspice 39.

    i = I/(1 + sqrt(I/IKF)) + GMIN*v                 v >= -3*N*Vt; the other way round with IKR below
    I = IS*(exp(v/(N*Vt)) - 1)                       v >= -3*N*Vt
        + ISR*(exp(v/(NR*Vt)) - 1)*((1 - v/VJ)^2 + 0.005)^(M/2)
    I = -IS*(1 + (3*N*Vt/(e*v))^3)                   down to -xbv
    I = -IS*exp(-(xbv + v)/(NBV*Vt))                 below -xbv, matched to IBV at BV
    q = TT*i + depletion charges of bottom and sidewall

plus sidewall current (merged with IS unless NS is given) and tunnel currents -JTUN*(exp(-v/(NTUN*Vt)) - 1).

Where ngspice's model jumps, this one jumps too: the recombination current ends at -3*N*Vt, and breakdown starts
with the current IS*(1 - small) of the reverse region. Small signals are the exact derivatives: ngspice's conductance
of the recombination current is not the slope of its own current (it multiplies by the bias factor twice and leaves
1/VJ out). NR not given is 2, as in PSpice; ngspice 39 takes 1.

Noise: shot, 2*q*abs(i), and flicker, kf*abs(i)^af/f, of the junction; thermal of rs, 4*k*T/rs for each
unit of area (ngspice 39 multiplies it by area and m once more).
"""

from __future__ import annotations

from collections.abc import Mapping

from longtail.devices.base import (
    MULTIPLIER,
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    DeviceModel,
    Flows,
    Parameter,
    Parameters,
    Potentials,
    Quantity,
    Topology,
    thermal_voltage,
)
from longtail.devices.parts.diode_temperature import (
    SMALLEST_CURRENT,
    DepletionLayer,
    DiodeAtTemperature,
    breakdown_emission,
    scaled,
)
from longtail.devices.parts.junction import breaking_current, depletion_charge, inverse, junction_current, present
from longtail.devices.parts.limiting import critical_voltage, pnjlim, pnjlim_breaking
from longtail.devices.parts.noise import flicker, shot, thermal
from longtail.devices.small_signal import CAPACITANCE, CONDUCTANCE, between, in_series
from longtail.lanes.functions import exp, maximum, power, select, sqrt
from longtail.lanes.graph import Expr, Real

_KNEE_FROM = 1e-18  # A; below it the knee currents do nothing


def topology(p: Parameters) -> Topology:
    """The internal node ai, behind rs, unless rs is zero."""
    return Topology(merged={"ai": "a"}) if p.model.nominal("rs") == 0.0 else Topology(internal=("ai",))


def evaluate(v: Potentials, p: Parameters) -> Flows:
    s = scaled(p)
    voltage = _limited(v, p, s)
    current = _with_knees(voltage, _current(voltage, p, s), p) + p.gmin * voltage
    charge = s.tt * current + _depletion(voltage, s.bottom) + _depletion(voltage, s.sidewall)
    static = {"ai": current, "k": -current}
    noise = [shot("id", "ai", "k", current), *flicker("ai", "k", p.model["kf"], p.model["af"], current)]
    if p.model.nominal("rs") != 0.0:
        series = (v["a"] - v["ai"]) / s.rs
        static |= {"a": series, "ai": current - series}
        noise.append(thermal("rs", "a", "ai", 1.0 / s.rs, p.temperature))
    return Flows(
        static=static,
        charges={"ai": charge, "k": -charge},
        quantities={
            "vd": voltage,
            "id": current,
            "gd": v.derivative(current, voltage),
            "cd": v.derivative(charge, voltage),
            "power": sum((v[node] * flow for node, flow in static.items()), start=0.0),
            "region": _region(voltage, p, s),
        },
        noise=noise,
    )


def _limited(v: Potentials, p: Parameters, s: DiodeAtTemperature) -> Real:
    """The junction voltage in V, limited forward, and backward from near breakdown on with the mirrored rule."""
    vt = thermal_voltage(p.temperature)
    emission_voltage, breakdown_voltage = p.model["n"] * vt, breakdown_emission(p) * vt
    critical, start = critical_voltage(s.saturation, emission_voltage), s.breakdown

    def rule(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
        if start is None:
            return {"vd": pnjlim(new["vd"], old["vd"], emission_voltage, critical)}
        return {"vd": pnjlim_breaking(new["vd"], old["vd"], emission_voltage, critical, start, breakdown_voltage)}

    first = 0.0 if p.nominal("off") != 0.0 else critical
    return v.limit({"vd": v["ai"] - v["k"]}, {"vd": first}, rule)["vd"]


def _current(voltage: Real, p: Parameters, s: DiodeAtTemperature) -> Real:
    """The junction current in A before the knees, without gmin."""
    vt = thermal_voltage(p.temperature)
    current = _with_breakdown(voltage, s.saturation, p.model["n"] * vt, p, s)
    if present(s.jsw):
        current = current + _with_breakdown(voltage, s.jsw, p.model["ns"] * vt, p, s)
    if present(s.isr):
        bias = 1.0 - voltage / s.bottom.potential
        factor = power(bias * bias + 0.005, s.bottom.grading / 2.0)
        recombination = s.isr * (exp(voltage / (p.model["nr"] * vt)) - 1.0) * factor
        current = current + select(voltage < -3.0 * p.model["n"] * vt, 0.0, recombination)
    tunnel = s.jtun + s.jtunsw
    if present(tunnel):
        current = current - tunnel * (exp(-voltage / (p.model["ntun"] * vt)) - 1.0)
    return current


def _with_breakdown(
    voltage: Real, saturation: Real, emission_voltage: Real, p: Parameters, s: DiodeAtTemperature
) -> Real:
    if s.breakdown is None:
        return junction_current(voltage, saturation, emission_voltage)
    slope = breakdown_emission(p) * thermal_voltage(p.temperature)
    return breaking_current(voltage, saturation, emission_voltage, s.breakdown, slope)


def _with_knees(voltage: Real, current: Real, p: Parameters) -> Real:
    """High injection: I/(1 + sqrt(I/IKF)) forward, and the same of the magnitude with IKR in reverse."""
    area = p["area"] if p.given("area") else p.model["area"]

    def bent(magnitude: Real, knee: Real) -> Real:
        safe = maximum(magnitude, _KNEE_FROM)
        return select(magnitude > _KNEE_FROM, magnitude / (1.0 + sqrt(safe * inverse(knee * area))), magnitude)

    ikf, ikr = p.model["ikf"], p.model["ikr"]
    forward = bent(current, ikf) if isinstance(ikf, Expr) or ikf > SMALLEST_CURRENT else current
    reverse = -bent(-current, ikr) if isinstance(ikr, Expr) or ikr > SMALLEST_CURRENT else current
    return select(voltage < -3.0 * p.model["n"] * thermal_voltage(p.temperature), reverse, forward)


def _depletion(voltage: Real, layer: DepletionLayer) -> Real:
    if not present(layer.capacitance):
        return 0.0
    return depletion_charge(voltage, layer.capacitance, layer.potential, layer.grading, layer.forward)


def _region(voltage: Real, p: Parameters, s: DiodeAtTemperature) -> Real:
    """Forward above half the critical voltage, where some nanoamperes flow; breakdown below its start."""
    vt = thermal_voltage(p.temperature)
    conducting = critical_voltage(s.saturation, p.model["n"] * vt) / 2.0
    forward_or_off = select(voltage > conducting, 1.0, 0.0)
    return forward_or_off if s.breakdown is None else select(voltage < -s.breakdown, 2.0, forward_or_off)


_INSTANCE = (
    Parameter("area", "", "area factor (not given: the model's)", None, low=1e-12),
    Parameter("pj", "", "perimeter factor (not given: the model's)", None, low=0.0),
    Parameter("off", "", "start the search for the operating point at zero volts", 0.0, flag=True),
    Parameter("ic", "V", "initial voltage of a transient", None),
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    MULTIPLIER,
)

_MODEL = (
    Parameter("is", "A", "saturation current", 1e-14, low=0.0, aliases=("js",)),
    Parameter("jsw", "A", "sidewall saturation current", 0.0, low=0.0, aliases=("isw",)),
    Parameter("n", "", "emission coefficient", 1.0, low=1e-5),
    Parameter("ns", "", "emission coefficient of the sidewall, which then has a current of its own", 1.0, low=1e-5),
    Parameter("rs", "ohm", "series resistance", 0.0, low=0.0),
    Parameter("ikf", "A", "forward knee current (0: none)", 0.0, low=0.0, aliases=("ik",)),
    Parameter("ikr", "A", "reverse knee current (0: none)", 0.0, low=0.0),
    Parameter("isr", "A", "recombination saturation current", 0.0, low=0.0),
    Parameter("nr", "", "emission coefficient of recombination", 2.0, low=1e-5),
    Parameter("bv", "V", "breakdown voltage (not given: no breakdown)", None, low=0.0),
    Parameter("ibv", "A", "current at the breakdown voltage", 1e-3, low=0.0, aliases=("ib",)),
    Parameter("nbv", "", "emission coefficient of breakdown (not given: n)", None, low=1e-5),
    Parameter("jtun", "A", "tunnel saturation current", 0.0, low=0.0),
    Parameter("jtunsw", "A", "tunnel saturation current of the sidewall", 0.0, low=0.0),
    Parameter("ntun", "", "emission coefficient of tunnelling", 30.0, low=1e-5),
    Parameter("xtitun", "", "temperature exponent of tunnelling", 3.0),
    Parameter("keg", "", "band gap factor of tunnelling over temperature", 1.0),
    Parameter("tt", "s", "transit time", 0.0, low=0.0),
    Parameter("cjo", "F", "junction capacitance at zero bias", 0.0, low=0.0, aliases=("cj0", "cj")),
    Parameter("vj", "V", "built-in potential, at most 1/fc", 1.0, low=0.01, aliases=("pb",)),
    Parameter("m", "", "grading coefficient, at most 0.9", 0.5, low=0.0, aliases=("mj",)),
    Parameter("fc", "", "share of vj from which the capacitance goes on straight", 0.5, low=0.0, high=0.9999),
    Parameter("cjp", "F", "sidewall capacitance at zero bias", 0.0, low=0.0, aliases=("cjsw",)),
    Parameter("php", "V", "sidewall built-in potential, at most 1/fcs", 1.0, low=0.01),
    Parameter("mjsw", "", "sidewall grading coefficient", 0.33, low=0.0, high=0.999),
    Parameter("fcs", "", "share of php from which the capacitance goes on straight", 0.5, low=0.0, high=0.9999),
    Parameter("area", "", "area factor of instances that give none", 1.0, low=1e-12),
    Parameter("pj", "", "perimeter factor of instances that give none", 0.0, low=0.0),
    Parameter("tnom", "degC", "temperature of the parameters (not given: the circuit's)", None, aliases=("tref",)),
    Parameter("eg", "eV", "band gap for the temperature dependence of currents", 1.11, low=0.0),
    Parameter("xti", "", "temperature exponent of currents", 3.0),
    Parameter("tlev", "", "equations for breakdown over temperature: tcv in V/K or 1/K", 0.0, choices=(0.0, 1.0)),
    Parameter("tlevc", "", "equations for junctions over temperature", 0.0, choices=(0.0, 1.0)),
    Parameter("trs1", "1/K", "first temperature coefficient of rs", aliases=("trs",)),
    Parameter("trs2", "1/K^2", "second temperature coefficient of rs"),
    Parameter("ttt1", "1/K", "first temperature coefficient of tt"),
    Parameter("ttt2", "1/K^2", "second temperature coefficient of tt"),
    Parameter("tm1", "1/K", "first temperature coefficient of m"),
    Parameter("tm2", "1/K^2", "second temperature coefficient of m"),
    Parameter("tcv", "V/K", "fall of bv with temperature"),
    Parameter("cta", "1/K", "temperature coefficient of cjo (tlevc 1)", aliases=("ctc",)),
    Parameter("ctp", "1/K", "temperature coefficient of cjp (tlevc 1)"),
    Parameter("tpb", "V/K", "fall of vj with temperature (tlevc 1)", aliases=("tvj",)),
    Parameter("tphp", "V/K", "fall of php with temperature (tlevc 1)"),
    Parameter("kf", "", "flicker noise coefficient", 0.0, low=0.0),
    Parameter("af", "", "flicker noise exponent", 1.0),
    Parameter("fv_max", "V", "safe forward voltage; checked by nothing here", None),
    Parameter("bv_max", "V", "safe reverse voltage; checked by nothing here", None),
    Parameter("id_max", "A", "safe current; checked by nothing here", None),
    Parameter("pd_max", "W", "safe power; checked by nothing here", None),
    Parameter("te_max", "degC", "safe temperature; checked by nothing here", None),
    Parameter("rth0", "K/W", "thermal resistance; without self-heating of no effect", None),
    Parameter("cth0", "J/K", "thermal capacitance; without self-heating of no effect", None),
)


def potentials(p: Parameters) -> dict[str, Real]:
    """The built-in potentials of bottom and sidewall where they have a capacitance, V."""
    s = scaled(p)
    layers = (("vj", "cjo", s.bottom), ("php", "cjp", s.sidewall))
    return {name: layer.potential for name, size, layer in layers if p.model.nominal(size) != 0.0}


MODEL = DeviceModel(
    name="diode",
    letter="d",
    doc=__doc__,
    terminals=("a", "k"),
    evaluate=evaluate,
    topology=topology,
    parameters=_INSTANCE,
    model_parameters=_MODEL,
    model_types={"d": 1.0},
    model_required=True,
    levels=(1,),
    quantities=(
        Quantity("vd", "V", "junction voltage, inside rs"),
        Quantity("id", "A", "current from anode to cathode"),
        Quantity("gd", "S", "conductance of the junction"),
        Quantity("cd", "F", "capacitance of the junction"),
        Quantity("power", "W", "power taken up at the terminals"),
    ),
    regions=("off", "forward", "breakdown"),
    potentials=potentials,
    scales=("area", "pj"),
    elements=(
        in_series("s", "a", "ai", "series resistance", "s"),
        between("g", "d", "ai", "k", "slope resistance", CONDUCTANCE, ("r", "d")),
        between("c", "d", "ai", "k", "junction capacitance", CAPACITANCE),
    ),
    references=(
        "G. Massobrio, P. Antognetti: Semiconductor Device Modeling with SPICE, 2nd ed., chapter 1",
        "ngspice 39 manual, chapter 7",
    ),
)
