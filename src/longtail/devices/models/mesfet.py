"""GaAs MESFET of Statz, level 1: a square law that bends over, a cubic knee, and two gate junctions.

In the device's own sense (all voltages and currents reversed for a p channel; vto is negative for a depletion
device of either polarity), and with drain and source exchanged where vds < 0:

    u = max(vgs - vto, 0)
    channel current = area*beta*(1 + lambda*vds)*u^2/(1 + b*u)*(1 - (1 - alpha*vds/3)^3)   for vds < 3/alpha
    channel current = area*beta*(1 + lambda*vds)*u^2/(1 + b*u)                             beyond
    junction current = area*is*(exp(v/vt) - 1) + gmin*v, algebraic below -3*vt

The gate's charge is that of Statz, with the junction's potential pb, and 0.5 V as the voltage above which its
capacitance is constant; C_gs and C_gd are its slopes by vgs and vgd. As in ngspice nothing but the noise follows the
temperature: vt is that of 27 degC. An area without a name, `z1 d g s model 2`, counts (ngspice 39 passes over it).

Signs of what is reported: as counted at the terminals, as of the JFET. `id` is the current into the drain, `ig` that
into the gate, junctions included; g_m and g_ds are the slopes of the channel current along vgs and vds, the other held.

Noise: thermal of the channel, 4*k*T*2/3*g_m, flicker kf*abs(id)^af/f, thermal of rd and rs; the junctions are silent.
"""

from __future__ import annotations

import math

from longtail.devices.base import (
    MULTIPLIER,
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    DeviceModel,
    Flows,
    Later,
    Parameter,
    Parameters,
    Potentials,
    coefficients,
    thermal_voltage,
)
from longtail.devices.parts.field_effect import WITH_JUNCTION_GATE, at_terminals
from longtail.devices.parts.junction import REFERENCE_TEMPERATURE, junction_current
from longtail.devices.parts.junction_gate import MISMATCH, QUANTITIES, gate_voltages, resistances, role_with, topology
from longtail.devices.parts.noise import flicker, thermal
from longtail.devices.parts.series import series_noise, with_series
from longtail.lanes.functions import absolute, maximum, minimum, select, sqrt
from longtail.lanes.graph import Real

_CONSTANT_FROM = 0.5  # V: forward voltage from which the gate's capacitance is constant
_PINCH_OFF = 0.2  # V: over which the gate's charge ceases at the threshold
_TINY = 1e-30

REGIONS = ("cutoff", "triode", "saturation")


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """Flows at the terminals and inner nodes; see the equations above."""
    m, vt = p.model, thermal_voltage(REFERENCE_TEMPERATURE)
    controls = gate_voltages(v, p, vt, p["area"] * m["is"], m["vto"])
    vgs, vgd = controls["vgs"], controls["vgd"]
    vds = vgs - vgd
    forward = vds >= 0.0
    v_ds = select(forward, vds, -vds)
    overdrive = select(forward, vgs, vgd) - m["vto"]
    magnitude = _magnitude(p, overdrive, v_ds)
    i_channel = select(forward, magnitude, -magnitude)
    i_gs, i_gd = (junction_current(x, p["area"] * m["is"], vt) + p.gmin * x for x in (vgs, vgd))
    charge = _gate_charge(p, vgs, vgd)
    c_gs, c_gd = v.derivative(charge, vgs), v.derivative(charge, vgd)
    inner = {"g": i_gs + i_gd, "di": i_channel - i_gd, "si": -i_channel - i_gs}
    static, dissipated = with_series(v, {node: p.polarity * i for node, i in inner.items()}, resistances(p))
    g_ds = -v.derivative(i_channel, vgd)
    g_m = v.derivative(i_channel, vgs) - g_ds
    return Flows(
        static=static,
        capacitances=(("g", "si", c_gs), ("g", "di", c_gd)),
        quantities=Later(
            lambda: {
                **at_terminals(p, id=i_channel - i_gd, ig=i_gs + i_gd, vgs=vgs, vds=vds, vgd=vgd),
                "g_m": g_m,
                "g_ds": g_ds,
                "r_o": select(g_ds > 0.0, 1.0 / maximum(g_ds, _TINY), math.inf),
                "cgs": c_gs,
                "cgd": c_gd,
                "power": dissipated,
                "region": select(overdrive <= 0.0, 0.0, select(v_ds * m["alpha"] < 3.0, 1.0, 2.0)),
            }
        ),
        noise=(
            thermal("id", "di", "si", absolute(g_m) * (2.0 / 3.0), p.temperature),
            *flicker("di", "si", m["kf"], m["af"], i_channel - i_gd),
            *series_noise(resistances(p), p.temperature),
        ),
    )


def _magnitude(p: Parameters, overdrive: Real, v_ds: Real) -> Real:
    """The channel current in A for vgs - vto and vds in the sense in which the channel conducts."""
    m = p.model
    u = maximum(overdrive, 0.0)
    left = maximum(1.0 - m["alpha"] * v_ds / 3.0, 0.0)
    knee = 1.0 - left * left * left
    return p["area"] * m["beta"] * (1.0 + m["lambda"] * v_ds) * u * u / (1.0 + m["b"] * u) * knee


def _gate_charge(p: Parameters, vgs: Real, vgd: Real) -> Real:
    """The charge of the gate in C: a junction of the effective voltage, and cgd times the other end's."""
    m = p.model
    width = 1.0 / m["alpha"]
    root = sqrt((vgs - vgd) * (vgs - vgd) + width * width)
    near = 0.5 * (vgs + vgd + root)
    above = near - m["vto"]
    effective = 0.5 * (near + m["vto"] + sqrt(above * above + _PINCH_OFF * _PINCH_OFF))
    inside = minimum(effective, _CONSTANT_FROM)
    depletion = 2.0 * m["pb"] * (1.0 - sqrt(1.0 - inside / m["pb"]))
    beyond = (effective - inside) / sqrt(1.0 - _CONSTANT_FROM / m["pb"])
    return p["area"] * (m["cgs"] * (depletion + beyond) + m["cgd"] * (near - root))


MODEL = DeviceModel(
    name="mesfet",
    letter="z",
    doc=__doc__,
    terminals=("d", "g", "s"),
    evaluate=evaluate,
    parameters=(
        Parameter("area", "", "area factor", 1.0, low=1e-12),
        Parameter("off", "", "start the search for the operating point with the device off", 0.0, flag=True),
        Parameter("icvds", "V", "first guess of the drain-source voltage"),
        Parameter("icvgs", "V", "first guess of the gate-source voltage"),
        TEMPERATURE,
        TEMPERATURE_DIFFERENCE,
        MULTIPLIER,
    ),
    model_parameters=(
        Parameter("vto", "V", "threshold voltage, negative for a depletion device", -2.0, aliases=("vt0",)),
        Parameter("beta", "A/V^2", "transconductance parameter", 2.5e-3, low=0.0),
        Parameter("b", "1/V", "how the square law bends over", 0.3, low=0.0),
        Parameter("alpha", "1/V", "saturation: at a drain voltage of 3/alpha", 2.0, low=1e-3),
        Parameter("lambda", "1/V", "channel length modulation"),
        Parameter("rd", "ohm", "drain resistance, times area", 0.0, low=0.0),
        Parameter("rs", "ohm", "source resistance, times area", 0.0, low=0.0),
        Parameter("cgs", "F", "gate-source capacitance at zero bias", 0.0, low=0.0),
        Parameter("cgd", "F", "gate-drain capacitance at zero bias", 0.0, low=0.0),
        Parameter("pb", "V", "built-in potential of the gate", 1.0, low=0.51),
        Parameter("is", "A", "saturation current of either gate junction", 1e-14, low=0.0),
        Parameter("fc", "", "of no effect, as in ngspice", 0.5),
        Parameter("kf", "", "flicker noise coefficient", 0.0, low=0.0),
        Parameter("af", "", "flicker noise exponent", 1.0),
        *coefficients(MISMATCH),
    ),
    model_types={"nmf": 1.0, "pmf": -1.0},
    model_required=True,
    levels=(1,),
    topology=topology,
    quantities=QUANTITIES,
    regions=REGIONS,
    scales=("area",),
    elements=WITH_JUNCTION_GATE,
    mismatch=MISMATCH,
    role=role_with("MESFETs", headroom={"vds": 1.0}),
    references=(
        "H. Statz, P. Newman, I. Smith, R. Pucel, H. Haus, IEEE Trans. Electron Devices 34 (1987) 160",
        "ngspice 39 manual, MESFETs",
    ),
)
