"""Independent voltage source: v_p - v_n = dc; its current is an unknown, positive from p through the source to n.

A source that delivers power therefore has a negative current, as in SPICE. acmag and acphase are the small signal:
acmag*exp(j*acphase). Waveforms (sin, pulse, ...) stand on the instance and do not enter these equations.
"""

from __future__ import annotations

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity, Topology

BRANCH_REFERENCE = (
    "C.-W. Ho, A. Ruehli, P. Brennan, The modified nodal approach to network analysis, "
    "IEEE Trans. Circuits Syst. 22 (1975) 504"
)


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The branch current, in A, and its equation v_p - v_n - dc = 0, in V."""
    current = v["i"]
    voltage = v["p"] - v["n"]
    return Flows(
        static={"p": current, "n": -current, "i": voltage - p["dc"] * p.source_factor},
        quantities={"i": current, "v": voltage, "power": current * voltage},
    )


MODEL = DeviceModel(
    name="voltage_source",
    letter="v",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    topology=lambda p: Topology(branches=("i",)),
    multiplier=False,
    parameters=(
        Parameter("dc", "V", "voltage at the operating point", 0.0),
        Parameter("acmag", "V", "amplitude of the small signal", 0.0),
        Parameter("acphase", "deg", "phase of the small signal", 0.0),
    ),
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal through the source"),
        Quantity("v", "V", "voltage across"),
        Quantity("power", "W", "absorbed power, negative when the source delivers"),
    ),
    scales=("dc", "acmag", "acphase"),
    references=(BRANCH_REFERENCE,),
)
