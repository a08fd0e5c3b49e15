"""Current-controlled voltage source (H): v_p - v_n = gain*i_control.

i_control is the branch current of the controlling instance, from its first terminal through it to its second. The own
current is an unknown, positive from p through the source to n.
"""

from __future__ import annotations

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity, Topology
from longtail.devices.models.voltage_source import BRANCH_REFERENCE


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The branch current, in A, and its equation, in V."""
    current = v["i"]
    voltage = v["p"] - v["n"]
    return Flows(
        static={"p": current, "n": -current, "i": voltage - p["gain"] * v["i0"]},
        quantities={"i": current, "v": voltage, "power": current * voltage},
    )


MODEL = DeviceModel(
    name="ccvs",
    letter="h",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    topology=lambda p: Topology(branches=("i",)),
    multiplier=False,
    parameters=(Parameter("gain", "ohm", "transresistance", None),),
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal through the source"),
        Quantity("v", "V", "voltage across"),
        Quantity("power", "W", "absorbed power, negative when the source delivers"),
    ),
    references=(BRANCH_REFERENCE,),
)
