"""Lossless transmission line: what enters one port comes out of the other td later.

    v_1 - z*i_1 = (v_2 + z*i_2)*exp(-s*td),   v_2 - z*i_2 = (v_1 + z*i_1)*exp(-s*td),   z = z0/m

with v_k = v_pk - v_nk and i_k from pk through the port to nk, both unknowns: `near` of port 1, `far` of port 2. At dc
it is a wire: v_1 = v_2 and i_1 = -i_2 (ngspice's has gmin*z in series). Small signals have the delay exactly, at every
frequency; poles and zeros, which are of rational functions, have the wire in its place and say so.

td is given, or nl wavelengths at the frequency f: td = nl/f.
"""

from __future__ import annotations

from longtail.devices.base import (
    MULTIPLIER,
    Delay,
    DeviceModel,
    Flows,
    Parameter,
    Parameters,
    Potentials,
    Quantity,
    Topology,
)
from longtail.lanes.functions import select


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The currents of both ports, in A, and their equations, in V; no lines carry no current."""
    m, near, far = p["m"], v["near"], v["far"]
    impedance = p["z0"] / select(m > 0.0, m, 1.0)
    v_1, v_2 = v["p1"] - v["n1"], v["p2"] - v["n2"]
    from_far, from_near = v_2 + impedance * far, v_1 + impedance * near  # the waves that arrive
    seconds = p["td"] if p.given("td") else p["nl"] / p["f"]
    return Flows(
        static={
            "p1": near,
            "n1": -near,
            "p2": far,
            "n2": -far,
            "near": select(m > 0.0, v_1 - impedance * near - from_far, near),
            "far": select(m > 0.0, v_2 - impedance * far - from_near, far),
        },
        delays=(
            Delay({"near": -1.0}, select(m > 0.0, from_far, 0.0), seconds),
            Delay({"far": -1.0}, select(m > 0.0, from_near, 0.0), seconds),
        ),
        quantities={
            "i1": near,
            "i2": far,
            "v1": v_1,
            "v2": v_2,
            "delay": seconds,
            "power": v_1 * near + v_2 * far,
        },
    )


MODEL = DeviceModel(
    name="transmission_line",
    letter="t",
    doc=__doc__,
    terminals=("p1", "n1", "p2", "n2"),
    evaluate=evaluate,
    topology=lambda p: Topology(branches=("near", "far")),
    multiplier=False,
    parameters=(
        Parameter("z0", "ohm", "characteristic impedance", None, low=1e-6, aliases=("zo",)),
        Parameter("td", "s", "delay", None, low=0.0),
        Parameter("f", "Hz", "frequency at which the line is nl wavelengths long", 1e9, low=1e-6),
        Parameter("nl", "", "length in wavelengths at f", 0.25, low=0.0),
        MULTIPLIER,
    ),
    quantities=(
        Quantity("i1", "A", "current from p1 through the port to n1"),
        Quantity("i2", "A", "current from p2 through the port to n2"),
        Quantity("v1", "V", "voltage of port 1"),
        Quantity("v2", "V", "voltage of port 2"),
        Quantity("delay", "s", "delay"),
        Quantity("power", "W", "power taken up, zero at dc"),
    ),
    references=(
        "F. H. Branin, Transient analysis of lossless transmission lines, Proc. IEEE 55 (1967) 2012",
        "ngspice 39 manual, lossless transmission lines",
    ),
)
