"""Independent current source: i = dc, from p through the source to n.

It is drawn out of the circuit at p and pushed into it at n, as in SPICE. acmag and acphase are the small signal:
acmag*exp(j*acphase). Waveforms (sin, pulse, ...) stand on the instance and do not enter these equations.
"""

from __future__ import annotations

from longtail.devices.base import MULTIPLIER, DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current, in A, whatever the voltage."""
    current = p["dc"] * p.source_factor
    voltage = v["p"] - v["n"]
    return Flows(
        static={"p": current, "n": -current},
        quantities={"i": current, "v": voltage, "power": current * voltage},
    )


MODEL = DeviceModel(
    name="current_source",
    letter="i",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    parameters=(
        Parameter("dc", "A", "current at the operating point", 0.0),
        Parameter("acmag", "A", "amplitude of the small signal", 0.0),
        Parameter("acphase", "deg", "phase of the small signal", 0.0),
        MULTIPLIER,
    ),
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal through the source"),
        Quantity("v", "V", "voltage across"),
        Quantity("power", "W", "absorbed power, negative when the source delivers"),
    ),
    scales=("dc", "acmag", "acphase"),
    references=("ngspice 39, src/spicelib/devices/isrc/isrcload.c",),
)
