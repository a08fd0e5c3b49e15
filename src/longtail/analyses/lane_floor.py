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

from longtail.analyses.dc_sweep import Points
from longtail.analyses.drives import Drives
from longtail.analyses.port_maps import ROUNDING
from longtail.engine.operating_point import OperatingPoint

Array = NDArray[np.float64]

_DRIVE = 1.0  # V: the common drive stands at the input nodes in every lane
_BEYOND = 1e4  # by so much signals inside a circuit are not larger than those at its ports, in this lane or the nominal


def lane_floors(
    drives: Drives, point: OperatingPoint, frequency_hz: Array, matrix: NDArray[np.complex128], nominal: Array
) -> Array:
    """What is rounding, V/V, `[lane, frequency]`, in mode gains `[lane, frequency, out_mode, in_mode]`.

    `nominal` is the floor of the nominal lane, `[frequency]`.
    """
    entries = [matrix[..., i, j] for i in range(matrix.shape[2]) for j in range(matrix.shape[3])]
    sizes = [np.sqrt(e.real**2 + e.imag**2) for e in entries]
    low = ROUNDING * np.maximum(reduce(np.maximum, sizes), _DRIVE)
    high = _BEYOND * np.maximum(low, nominal)
    doubtful = reduce(np.logical_or, ((size > low) & (size <= high) for size in sizes)).any(axis=1)
    lanes = np.flatnonzero(doubtful)
    if lanes.size:
        some = point.select(lanes)
        exact = Points(drives, some, np.zeros(lanes.size), some.solution).mode_gains(frequency_hz)[1]
        low[lanes] = np.where(np.isnan(exact), low[lanes], exact)
    return np.asarray(low)
