"""The rounding of gains in every lane of a sweep: of the signals of that very lane, at a price that few lanes pay.

Rounding is a part of the largest voltage that a unit drive makes at any node. A sweep of many lanes knows only those
at the outputs, and that at the inputs, which is 1 V. A gain below the rounding of these is rounding for certain, one
far above it and above that of the nominal lane is none for certain. Only lanes with a gain in between are solved for
all their nodes: some with a rejection beyond 180 dB, or with signals that differ by decades from the nominal ones.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from longtail.driven.drives import Drives
from longtail.driven.points import Points
from longtail.driven.port_maps import ROUNDING
from longtail.engine.solving.operating_point import OperatingPoint

Array = NDArray[np.float64]

_DRIVE = 1.0  # V: the common drive stands at the input nodes in every lane
_PART = 1 << 14  # gains at once, which stay near the processor
_BEYOND = 1e4  # by so much signals inside a circuit are not larger than those at its ports, in this lane or the nominal


def lane_floors(
    drives: Drives, point: OperatingPoint, frequency_hz: Array, matrix: NDArray[np.complex128], nominal: Array
) -> Array:
    """What is rounding, V/V, `[lane, frequency]`, in mode gains `[lane, frequency, out_mode, in_mode]`.

    `nominal` is the floor of the nominal lane, `[frequency]`.
    """
    floors = np.empty(matrix.shape[1::-1]).T  # lanes side by side, as in the gains
    doubtful = np.zeros(len(matrix), bool)
    size = max(_PART // matrix.shape[1], 1)
    for start in range(0, len(matrix), size):
        where = slice(start, start + size)
        floors[where], doubtful[where] = _from_ports(matrix[where], nominal)
    lanes = np.flatnonzero(doubtful)
    if lanes.size:
        some = point.select(lanes)
        exact = Points(drives, some, np.zeros(lanes.size), some.solution).mode_gains(frequency_hz)[1]
        floors[lanes] = np.where(np.isnan(exact), floors[lanes], exact)
    return floors


def _from_ports(matrix: NDArray[np.complex128], nominal: Array) -> tuple[Array, NDArray[np.bool_]]:
    """What is rounding for certain, and the lanes with a gain above that is not certain to be none."""
    sizes = [_size(matrix[..., i, j]) for i in range(matrix.shape[2]) for j in range(matrix.shape[3])]
    low = np.asarray(ROUNDING * np.maximum(reduce(np.maximum, sizes), _DRIVE))
    high = _BEYOND * np.maximum(low, nominal)
    small = np.flatnonzero((reduce(np.minimum, sizes) <= high).any(axis=1))
    found = [((size[small] > low[small]) & (size[small] <= high[small])).any(axis=1) for size in sizes]
    doubtful = np.zeros(len(matrix), bool)
    doubtful[small] = reduce(np.logical_or, found)
    return low, doubtful


def _size(gain: NDArray[np.complex128]) -> Array:
    """The larger of the real and the imaginary part: the magnitude within 3 dB, in a third of the time."""
    return np.asarray(np.maximum(np.abs(gain.real), np.abs(gain.imag)))
