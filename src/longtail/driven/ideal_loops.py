"""Loops of ideal op-amps: sources of high gain without a pole, where no natural frequency shows a wrong feedback.

Every op-amp has a pole. With A/(1 + s*tau) in the place of each gain A the natural frequencies are the zeros of
det(s), a polynomial for s >= 0: at s = 0 the determinant with all gains as they are, and for very large s that with
none. A passive circuit has no natural frequency on the positive real axis, so that the latter has the sign of the
determinant without gains at 0 Hz. Where the two signs differ, an odd number of natural frequencies lies on the positive
real axis, wherever the poles of the op-amps are: the feedback is positive, and the circuit latches.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND, Circuit, Instance
from longtail.elaborate.roles import role_of
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.remarks import warning

Real = NDArray[np.float64]

_HIGH = 1e3  # V/V: what has less is a buffer or a balun
_SOURCES = ("vccs", "cccs", "ccvs", "behavioral")
_WELL = 1e12  # largest condition number at which the sign of a determinant is taken for true

LATCHED = warning(
    "the operating point is unstable: the feedback around ideal op-amps is positive at dc, and with any delay in them "
    "they leave it"
)


def latches(point: OperatingPoint) -> bool:
    """Whether a circuit of passive devices and ideal op-amps has positive feedback at dc at this point (lane 0)."""
    circuit = point.system.circuit
    opamps = _opamps(circuit)
    if not opamps:
        return False
    with_gains = linearize(point).conductance[0]
    without = with_gains.copy()
    index = point.system.index
    for instance in opamps:
        row = index[f"i({instance.name})"]
        gain = circuit.number(instance.parameters["gain"])
        for node, sign in zip(instance.nodes[2:4], (1.0, -1.0), strict=True):
            if node != GROUND:
                without[row, index[node]] += sign * gain
    return _sign(with_gains) * _sign(without) < 0.0


def _opamps(circuit: Circuit) -> list[Instance]:
    """The sources of high gain; none where anything else amplifies."""
    found = circuit.instances_of("vcvs")
    if any(i.device in _SOURCES or role_of(i) is not None for i in circuit.instances.values()):
        return []
    high = [i for i in found if abs(circuit.number(i.parameters["gain"])) >= _HIGH]
    return high if len(high) == len(list(found)) else []


def _sign(matrix: Real) -> float:
    """The sign of the determinant, 0 where rounding could decide on it."""
    rows = np.abs(matrix).max(axis=1, keepdims=True)
    if not rows.all():
        return 0.0
    scaled = matrix / rows
    columns = np.abs(scaled).max(axis=0)
    if not columns.all():
        return 0.0
    scaled = scaled / columns
    if not np.linalg.cond(scaled) <= _WELL:
        return 0.0
    return float(np.linalg.slogdet(scaled)[0])
