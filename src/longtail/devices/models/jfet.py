"""JFET, level 1: the square law of Shichman and Hodges with the doping tail of Parker and Skellern, and two gate
junctions.

In the device's own sense (all voltages and currents reversed for a p channel; vto is negative for a depletion
device of either polarity), and with drain and source exchanged where vds < 0:

    u = max(vgs - vto, 0),   x = min(vds, u),   B = (1 - b)/(pb - vto)
    channel current = area*beta*(1 + lambda*vds)*x*(x*(B*x - b) + u*(2*b + 3*B*(u - x)))
    junction current = area*is*(exp(v/(n*vt)) - 1) + gmin*v, algebraic below -3*n*vt

PSpice's isr, nr, alpha and vk add recombination and impact ionization, which ngspice lacks: see
`longtail.devices.parts.jfet_gate`. b = 1 gives the square law, beta*u^2 in saturation and beta*x*(2*u - x) below it.

Signs of what is reported: as counted at the terminals, so that a conducting p-channel device has id < 0 and vds < 0
(ngspice's @j1[...] has the other sign). `id` is the current into the drain and `ig` that into the gate, junctions
included; g_m and g_ds are the slopes of the channel current along vgs and vds, the other held, for both signs of vds.

Noise: thermal of the channel, 4*k*T*2/3*g_m (nlev = 3: 4*k*T*2/3*area*beta*u*(1 + a + a^2)/(1 + a)*gdsnoi with
a = 1 - vds/u in triode, 0 in saturation), flicker kf*abs(id)^af/f, thermal of rd and rs. The gate junctions are
silent, as in ngspice.
"""

from __future__ import annotations

import math

from longtail.devices.base import (
    DeviceModel,
    Flows,
    Later,
    Parameter,
    Parameters,
    Potentials,
    coefficients,
)
from longtail.devices.parts.field_effect import WITH_JUNCTION_GATE, at_terminals
from longtail.devices.parts.jfet_gate import emission_voltage, gate_current, ionization, saturation_current
from longtail.devices.parts.junction import depletion_charge, scaled_junction
from longtail.devices.parts.junction_gate import (
    INSTANCE,
    MISMATCH,
    QUANTITIES,
    gate_voltages,
    resistances,
    role_with,
    topology,
)
from longtail.devices.parts.mosfet_noise import shaped_conductance
from longtail.devices.parts.noise import flicker, thermal
from longtail.devices.parts.series import series_noise, with_series
from longtail.errors import InputError
from longtail.lanes.functions import absolute, maximum, minimum, power, select
from longtail.lanes.graph import Real

_LARGEST_FC = 0.95  # a larger one on the card counts as this, as in SPICE3
_TINY = 1e-30

REGIONS = ("cutoff", "triode", "saturation")


def evaluate(v: Potentials, p: Parameters) -> Flows:
    vto, beta = _scaled(p)
    controls = gate_voltages(v, p, emission_voltage(p), saturation_current(p), vto)
    vgs, vgd = controls["vgs"], controls["vgd"]
    vds = vgs - vgd
    forward = vds >= 0.0
    v_ds = select(forward, vds, -vds)
    overdrive = select(forward, vgs, vgd) - vto
    magnitude = beta * (1.0 + p.model["lambda"] * v_ds) * _shape(p, v_ds, overdrive)
    i_channel = select(forward, magnitude, -magnitude)
    holes = ionization(p, magnitude, v_ds, overdrive)
    i_gs = gate_current(p, vgs) - select(forward, 0.0, holes)
    i_gd = gate_current(p, vgd) - select(forward, holes, 0.0)
    q_gs, q_gd = (_junction_charge(p, name, voltage) for name, voltage in (("cgs", vgs), ("cgd", vgd)))
    inner = {"g": i_gs + i_gd, "di": i_channel - i_gd, "si": -i_channel - i_gs}
    static, dissipated = with_series(v, {node: p.polarity * i for node, i in inner.items()}, resistances(p))
    g_ds = -v.derivative(i_channel, vgd)
    g_m = v.derivative(i_channel, vgs) - g_ds
    return Flows(
        static=static,
        charges={"g": p.polarity * (q_gs + q_gd), "di": -p.polarity * q_gd, "si": -p.polarity * q_gs},
        quantities=Later(
            lambda: {
                **at_terminals(p, id=i_channel - i_gd, ig=i_gs + i_gd, vgs=vgs, vds=vds, vgd=vgd),
                "g_m": g_m,
                "g_ds": g_ds,
                "r_o": select(g_ds > 0.0, 1.0 / maximum(g_ds, _TINY), math.inf),
                "cgs": v.derivative(q_gs, vgs),
                "cgd": v.derivative(q_gd, vgd),
                "power": dissipated,
                "region": select(overdrive <= 0.0, 0.0, select(v_ds <= overdrive, 1.0, 2.0)),
            }
        ),
        noise=(
            thermal("id", "di", "si", _noisy_conductance(p, beta, overdrive, v_ds, g_m), p.temperature),
            *flicker("di", "si", p.model["kf"], p.model["af"], i_channel - i_gd),
            *series_noise(resistances(p), p.temperature),
        ),
    )


def _noisy_conductance(p: Parameters, beta: Real, overdrive: Real, v_ds: Real, g_m: Real) -> Real:
    if p.model.nominal("nlev") < 3.0:
        return absolute(g_m) * (2.0 / 3.0)
    return shaped_conductance(beta, overdrive, v_ds) * p.model["gdsnoi"]


def _shape(p: Parameters, v_ds: Real, overdrive: Real) -> Real:
    """The channel current in V^2, that is over beta*(1 + lambda*vds)."""
    m = p.model
    b = m["b"]
    # pb and vto at the nominal temperature; without a tail, vto may lie anywhere
    tail = (1.0 - b) / _tail_span(p) if b != 1.0 else 0.0
    u = maximum(overdrive, 0.0)
    # x is vds in triode, the overdrive in saturation and 0 in cutoff: one expression for all three regions
    x = minimum(v_ds, u)
    return x * (x * (tail * x - b) + u * (2.0 * b + 3.0 * tail * (u - x)))


def _tail_span(p: Parameters) -> Real:
    m = p.model
    if m.nominal("pb") == m.nominal("vto"):
        raise InputError("a doping tail (b other than 1) needs vto below pb", hint="leave b out, or lower vto")
    return m["pb"] - m["vto"]


def _scaled(p: Parameters) -> tuple[Real, Real]:
    """Threshold in V and beta in A/V^2 at the device's temperature.

    vtotc goes before tcv and betatce before bex (ngspice 39).
    """
    m, area = p.model, p["area"]
    rise = p.temperature - p.nominal_temperature
    vto = m["vto"] + (m["vtotc"] if m.given("vtotc") else -m["tcv"]) * rise
    if m.given("betatce"):
        growth = power(1.01, m["betatce"] * rise)
    else:
        growth = power(p.temperature / p.nominal_temperature, m["bex"])
    return vto, area * m["beta"] * growth


def _junction_charge(p: Parameters, name: str, voltage: Real) -> Real:
    m = p.model
    capacitance, pb = scaled_junction(p["area"] * m[name], m["pb"], m["m"], p.temperature, p.nominal_temperature)
    return depletion_charge(voltage, capacitance, pb, m["m"], minimum(m["fc"], _LARGEST_FC))


_MODEL = (
    Parameter("vto", "V", "threshold voltage, negative for a depletion device", -2.0, aliases=("vt0",)),
    Parameter("beta", "A/V^2", "transconductance parameter", 1e-4, low=0.0),
    Parameter("lambda", "1/V", "channel length modulation"),
    Parameter("rd", "ohm", "drain resistance, times area", 0.0, low=0.0),
    Parameter("rs", "ohm", "source resistance, times area", 0.0, low=0.0),
    Parameter("cgs", "F", "gate-source capacitance at zero bias", 0.0, low=0.0),
    Parameter("cgd", "F", "gate-drain capacitance at zero bias", 0.0, low=0.0),
    Parameter("pb", "V", "built-in potential of the gate junctions", 1.0, low=1e-3),
    Parameter("is", "A", "saturation current of either gate junction", 1e-14, low=0.0),
    Parameter("n", "", "emission coefficient of the gate junctions", 1.0, low=0.1),
    Parameter("isr", "A", "saturation current of recombination in either gate junction", 0.0, low=0.0),
    Parameter("nr", "", "emission coefficient of that recombination", 2.0, low=0.1),
    Parameter("alpha", "1/V", "impact ionization: holes into the gate", 0.0, low=0.0),
    Parameter("vk", "V", "impact ionization: knee voltage", 0.0, low=0.0),
    Parameter("m", "", "grading coefficient of the gate junctions", 0.5, low=0.0, high=0.95),
    Parameter("fc", "", "the part of pb above which capacitances are linear, at most 0.95", 0.5, low=0.0, high=1.0),
    Parameter("b", "", "doping tail; 1 for the square law", 1.0),
    Parameter("tnom", "degC", "temperature at which the parameters hold; else the circuit's", None),
    Parameter("tcv", "V/K", "fall of the threshold with temperature"),
    Parameter("vtotc", "V/K", "rise of the threshold with temperature, in place of tcv"),
    Parameter("bex", "", "exponent of temperature in beta"),
    Parameter("betatce", "%/K", "exponential temperature coefficient of beta, in place of bex"),
    Parameter("xti", "", "exponent of temperature in the saturation current, where given"),
    Parameter("eg", "V", "band gap", 1.11, low=0.0),
    Parameter("kf", "", "flicker noise coefficient", 0.0, low=0.0),
    Parameter("af", "", "flicker noise exponent", 1.0),
    Parameter("nlev", "", "which noise equation", 2.0, choices=(0.0, 1.0, 2.0, 3.0)),
    Parameter("gdsnoi", "", "channel noise coefficient", 1.0, low=0.0),
)


def potentials(p: Parameters) -> dict[str, Real]:
    """The built-in potential of the gate junctions where they have a capacitance, V."""
    m = p.model
    if m.nominal("cgs") == 0.0 and m.nominal("cgd") == 0.0:
        return {}
    return {"pb": scaled_junction(0.0, m["pb"], m["m"], p.temperature, p.nominal_temperature)[1]}


MODEL = DeviceModel(
    name="jfet",
    letter="j",
    doc=__doc__,
    terminals=("d", "g", "s"),
    evaluate=evaluate,
    parameters=INSTANCE,
    model_parameters=(*_MODEL, *coefficients(MISMATCH)),
    model_types={"njf": 1.0, "pjf": -1.0},
    model_required=True,
    levels=(1,),
    topology=topology,
    quantities=QUANTITIES,
    potentials=potentials,
    regions=REGIONS,
    scales=("area",),
    elements=WITH_JUNCTION_GATE,
    mismatch=MISMATCH,
    role=role_with("Junction field-effect transistors", headroom={"vgd": -1.0}),
    references=(
        "H. Shichman, D. A. Hodges, IEEE J. Solid-State Circuits 3 (1968) 285",
        "A. E. Parker, D. J. Skellern, IEEE Trans. Computer-Aided Design 9 (1990) 551",
        "MicroSim PSpice A/D Reference Manual, junction FET (gate currents)",
        "ngspice 39, JFET",
    ),
)
