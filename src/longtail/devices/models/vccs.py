"""Voltage-controlled current source (G): i = gain*(v_cp - v_cn), from p through the source to n.

No current flows at the control terminals.
"""

from __future__ import annotations

from longtail.devices.base import MULTIPLIER, DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current, in A."""
    current = p["gain"] * (v["cp"] - v["cn"])
    voltage = v["p"] - v["n"]
    return Flows(
        static={"p": current, "n": -current},
        quantities={"i": current, "v": voltage, "power": current * voltage},
    )


MODEL = DeviceModel(
    name="vccs",
    letter="g",
    doc=__doc__,
    terminals=("p", "n", "cp", "cn"),
    evaluate=evaluate,
    parameters=(Parameter("gain", "S", "transconductance", None), MULTIPLIER),
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal through the source"),
        Quantity("v", "V", "voltage across"),
        Quantity("power", "W", "absorbed power, negative when the source delivers"),
    ),
    scales=("gain",),
    references=("ngspice 39, src/spicelib/devices/vccs/vccsload.c",),
)
