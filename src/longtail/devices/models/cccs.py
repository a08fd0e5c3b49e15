"""Current-controlled current source (F): i = gain*i_control, from p through the source to n.

i_control is the branch current of the controlling instance, from its first terminal through it to its second.
"""

from __future__ import annotations

from longtail.devices.base import MULTIPLIER, DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current, in A."""
    current = p["gain"] * v["i0"]
    voltage = v["p"] - v["n"]
    return Flows(
        static={"p": current, "n": -current},
        quantities={"i": current, "v": voltage, "power": current * voltage},
    )


MODEL = DeviceModel(
    name="cccs",
    letter="f",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    parameters=(Parameter("gain", "A/A", "current gain", None), MULTIPLIER),
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal through the source"),
        Quantity("v", "V", "voltage across"),
        Quantity("power", "W", "absorbed power, negative when the source delivers"),
    ),
    references=("ngspice 39, src/spicelib/devices/cccs/cccsload.c",),
)
