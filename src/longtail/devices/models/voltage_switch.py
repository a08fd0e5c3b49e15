"""Voltage-controlled switch of SPICE3: i = (v_p - v_n)/R, where R is ron or roff by the voltage v_cp - v_cn.

It is on above vt + vh and off below vt - vh. In between, hysteresis keeps it as it was: an operating point has no
past, so it is off there, or on where the card says `on`; ngspice finds the same. No current flows at the control
terminals.

The step has a width, so that a loop that holds the control at the threshold has an operating point: ln R goes
smoothly (`longtail.devices.parts.switching`) over 10 uV + (abs(vt) + abs(vh))/1000: around vt where there is no
hysteresis, else beyond the edge of its state, above vt + vh, or below vt - vh with `on`. Region "stepping" and a note
say that it is there; small signals are then those of that slope, which no real switch has.

A `vswitch` of PSpice with vt, vh or td is this switch, too.

vh < 0 is LTspice's switch without hysteresis: ln R goes from roff at vt + vh to ron at vt - vh by the same formula
(ngspice 39 makes a hysteresis with its state turned round of it).

vser and ilimit are LTspice's: a drop before any current flows, either way, and the largest current, at which it stops
abruptly; level 2 is `voltage_switch2`.

Noise: thermal, 4*k*T/R. Small signals and noise are those of the state at the operating point; ngspice 39 takes every
switch as off in its ac and noise analyses.
"""

from __future__ import annotations

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials
from longtail.devices.parts.switching import (
    CURRENT_LIMIT,
    ELEMENTS,
    FLAGS,
    REGIONS,
    SERIES_VOLTAGE,
    STEPPING,
    TRANSITION_DELAY,
    UNREAL,
    quantities,
    resistances,
    stepping,
    switched,
)


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current, in A."""
    edges = stepping(p, "vt", "vh", least=1e-5)
    return switched(v, p, v["cp"] - v["cn"], edges, "vc", limited_by=True)


MODEL = DeviceModel(
    name="voltage_switch",
    letter="s",
    doc=__doc__,
    terminals=("p", "n", "cp", "cn"),
    evaluate=evaluate,
    parameters=FLAGS,
    model_parameters=(
        Parameter("vt", "V", "threshold"),
        Parameter("vh", "V", "hysteresis on either side of the threshold; negative: smooth, without hysteresis"),
        *resistances(1.0, 1e12),
        SERIES_VOLTAGE,
        CURRENT_LIMIT,
        TRANSITION_DELAY,
    ),
    model_types={"sw": 1.0, "vswitch": 1.0},
    model_required=True,
    ignored=frozenset(("lser",)),
    quantities=quantities("vc", "V", "controlling voltage"),
    regions=(*REGIONS, STEPPING),
    unreal=UNREAL,
    elements=ELEMENTS,
    references=("ngspice 39 manual, switch model (SW/CSW)", "LTspice help, voltage controlled switch"),
)
