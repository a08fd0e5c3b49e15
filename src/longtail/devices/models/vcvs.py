"""Voltage-controlled voltage source (E): v_p - v_n = gain*(v_cp - v_cn); no current flows at the control terminals.

Its own current is an unknown, positive from p through the source to n.
"""

from __future__ import annotations

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity, Topology
from longtail.devices.models.voltage_source import BRANCH_REFERENCE


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The branch current, in A, and its equation, in V."""
    current = v["i"]
    voltage = v["p"] - v["n"]
    return Flows(
        static={"p": current, "n": -current, "i": voltage - p["gain"] * (v["cp"] - v["cn"])},
        quantities={"i": current, "v": voltage, "power": current * voltage},
    )


MODEL = DeviceModel(
    name="vcvs",
    letter="e",
    doc=__doc__,
    terminals=("p", "n", "cp", "cn"),
    evaluate=evaluate,
    topology=lambda p: Topology(branches=("i",)),
    multiplier=False,
    parameters=(Parameter("gain", "V/V", "voltage gain", None),),
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal through the source"),
        Quantity("v", "V", "voltage across"),
        Quantity("power", "W", "absorbed power, negative when the source delivers"),
    ),
    scales=("gain",),
    references=(BRANCH_REFERENCE,),
)
