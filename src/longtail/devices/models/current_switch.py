"""Current-controlled switch of SPICE3: i = (v_p - v_n)/R, where R is ron or roff by the current i_control.

i_control is the branch current of the controlling instance, from its first terminal through it to its second. The
switch is on above it + ih and off below it - ih; in between it is off, or on where the card says `on` (which ngspice
39 forgets after the first iteration). Its step is 10 nA + (abs(it) + abs(ih))/1000 wide; ih < 0 is smooth over the
window. An `iswitch` with it, ih or td is such a switch. All of that, and the noise, is as in the voltage-controlled
switch, voltage_switch.
"""

from __future__ import annotations

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials
from longtail.devices.parts.switching import (
    ELEMENTS,
    FLAGS,
    REGIONS,
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
    return switched(v, p, p["gain"] * v["i0"], stepping(p, "it", "ih", least=1e-8), "ic")


MODEL = DeviceModel(
    name="current_switch",
    letter="w",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    parameters=(Parameter("gain", "A/A", "factor on the controlling current", 1.0), *FLAGS),
    model_parameters=(
        Parameter("it", "A", "threshold"),
        Parameter("ih", "A", "hysteresis on either side of the threshold; negative: smooth, without hysteresis"),
        *resistances(1.0, 1e12),
        TRANSITION_DELAY,
    ),
    model_types={"csw": 1.0, "iswitch": 1.0},
    model_required=True,
    quantities=quantities("ic", "A", "controlling current"),
    regions=(*REGIONS, STEPPING),
    unreal=UNREAL,
    elements=ELEMENTS,
    references=("ngspice 39 manual, switch model (SW/CSW)", "LTspice help, current controlled switch"),
)
