"""Coupled inductors: M = k*sqrt(L1*L2) adds M*i2 to the flux of the first and M*i1 to that of the second.

abs(k) <= 1. Currents count from the first terminal of each inductor through it to the second: the dots of the
drawing stand at the first terminals for k > 0. More than two are coupled by a card for each pair. L1 and L2 are those
of all m inductors together, where ngspice 39 takes one of the m and so couples by more than k.
"""

from __future__ import annotations

from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity
from longtail.devices.models.inductor import inductance
from longtail.lanes.functions import absolute, sqrt


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The fluxes, in Wb, in the branch equations "i0" and "i1" of the coupled inductors."""
    first, second = p.controls
    mutual = p["k"] * sqrt(absolute(inductance(first) * inductance(second)))
    return Flows(
        static={},
        charges={"i0": -(mutual * v["i1"]), "i1": -(mutual * v["i0"])},
        quantities={"mutual": mutual},
    )


MODEL = DeviceModel(
    name="coupling",
    letter="k",
    doc=__doc__,
    terminals=(),
    evaluate=evaluate,
    multiplier=False,
    parameters=(Parameter("k", "", "coupling factor", None, low=-1.0, high=1.0, aliases=("coefficient",)),),
    quantities=(Quantity("mutual", "H", "mutual inductance"),),
    references=("ngspice 39, src/spicelib/devices/ind/muttemp.c",),
)
