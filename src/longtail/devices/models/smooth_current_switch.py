"""Current-controlled switch of PSpice: i = (v_p - v_n)/R with R from roff to ron as i_control goes from ioff to ion.

i_control is the branch current of the controlling instance, from its first terminal through it to its second. The
formula in between, and the noise, is that of the smooth_voltage_switch.
"""

from __future__ import annotations

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials
from longtail.devices.parts.switching import ELEMENTS, FLAGS, REGIONS, quantities, resistances, sloping, switched


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current, in A."""
    return switched(v, p, p["gain"] * v["i0"], sloping(p, "ion", "ioff"), "ic")


MODEL = DeviceModel(
    name="smooth_current_switch",
    letter="w",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    parameters=(Parameter("gain", "A/A", "factor on the controlling current", 1.0), *FLAGS),
    model_parameters=(
        Parameter("ion", "A", "current from which it is on", 1e-3),
        Parameter("ioff", "A", "current from which it is off", 0.0),
        *resistances(1.0, 1e6),
    ),
    model_types={"iswitch": 1.0},
    model_required=True,
    quantities=quantities("ic", "A", "controlling current"),
    regions=REGIONS,
    elements=ELEMENTS,
    references=("MicroSim PSpice A/D Reference Manual, current-controlled switch",),
)
