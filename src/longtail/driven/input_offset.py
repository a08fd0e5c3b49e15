"""Input offset voltage and input currents at operating points, and how they drift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.driven.points import Points
from longtail.engine.equations.trace import branch_name

Array = NDArray[np.float64]
DRIFT_STEP = 0.25  # K, to either side of the nominal temperature: the drift is the slope there
_VOLTS, _AMPERES = 1e-12, 1e-18  # below, an offset is what solving leaves of zero
_ELECTRONS = 1e-24  # A: an electron in two days, and less than a current that is solved for can be


def offsets(points: Points, center: Points) -> Array:
    """v_id in V by lane; zero where it is what solving leaves of it."""
    offset = np.where(points.good, points.v_id, np.nan)
    return np.where(np.abs(offset) < _VOLTS, 0.0, offset) if abs(center.v_id[0]) < _VOLTS else offset


def currents(points: Points) -> tuple[Array, Array]:
    """Bias and offset current in A by lane: what the input sources deliver, its mean and its difference."""
    drives = points.drives
    first, second = (
        np.where(points.good, -points.point[branch_name(source, "i")], np.nan) for source in drives.sources
    )
    half_difference, total = modes.split_currents(first, second)
    difference = 2.0 * half_difference
    largest = np.maximum(np.abs(first), np.abs(second))
    rounding = np.maximum(_AMPERES, 1e-9 * np.nan_to_num(largest))
    mean = np.where(np.abs(total) < _ELECTRONS, 0.0, total / 2.0)
    return mean, np.where(np.abs(difference) < rounding, 0.0, difference)
