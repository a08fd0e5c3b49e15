"""Voltage-controlled switch of PSpice: i = (v_p - v_n)/R with R from roff to ron as v_cp - v_cn goes from voff to von.

ln R = Lm + 3*Lr*u/2 - 2*Lr*u^3 in between, with Lm = ln(sqrt(ron*roff)), Lr = ln(ron/roff) and
u = (v_c - (von + voff)/2)/(von - voff); ron and roff beyond. von may lie below voff. No current flows at the control
terminals. The switch has no past, and small signals are those of the slope.

Noise: thermal, 4*k*T/R.
"""

from __future__ import annotations

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials
from longtail.devices.parts.switching import ELEMENTS, FLAGS, REGIONS, quantities, resistances, sloping, switched


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current, in A."""
    return switched(v, p, v["cp"] - v["cn"], sloping(p, "von", "voff"), "vc")


MODEL = DeviceModel(
    name="smooth_voltage_switch",
    letter="s",
    doc=__doc__,
    terminals=("p", "n", "cp", "cn"),
    evaluate=evaluate,
    parameters=FLAGS,
    model_parameters=(
        Parameter("von", "V", "voltage from which it is on", 1.0),
        Parameter("voff", "V", "voltage from which it is off", 0.0),
        *resistances(1.0, 1e6),
    ),
    model_types={"vswitch": 1.0},
    model_required=True,
    quantities=quantities("vc", "V", "controlling voltage"),
    regions=REGIONS,
    elements=ELEMENTS,
    references=("MicroSim PSpice A/D Reference Manual, voltage-controlled switch", "ngspice 39, pswitch code model"),
)
