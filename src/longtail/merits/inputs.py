"""Input offset voltage and input currents at operating points, and how they drift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.circuit import TEMPERATURE
from longtail.driven.points import Points
from longtail.driven.under_conditions import Standing
from longtail.engine.equations.trace import branch_name
from longtail.merits.merit import LaneMerit
from longtail.merits.seen import Seen

Array = NDArray[np.float64]
DRIFT_STEP = 0.25  # K, to either side of the nominal temperature: the drift is the slope there
_VOLTS, _AMPERES = 1e-12, 1e-18  # below, an offset is what solving leaves of zero
_ELECTRONS = 1e-24  # A: an electron in two days, and less than a current that is solved for can be


def currents(seen: Seen) -> tuple[Array, Array]:
    """Bias and offset current in A by lane: what the input sources deliver, its mean and its difference."""
    first, second = (-seen.point[branch_name(source, "i")] for source in seen.driven.sources)
    half_difference, total = modes.split_currents(first, second)
    difference = 2.0 * half_difference
    largest = np.maximum(np.abs(first), np.abs(second))
    rounding = np.maximum(_AMPERES, 1e-9 * np.nan_to_num(largest))
    mean = np.where(np.abs(total) < _ELECTRONS, 0.0, total / 2.0)
    return mean, np.where(np.abs(difference) < rounding, 0.0, difference)


def offsets(points: Points, center: Points) -> Array:
    """v_id in V by lane; zero where it is what solving leaves of it, nan where the output is not nulled."""
    return _without_rest(np.where(points.good, points.v_id, np.nan), center)


def _without_rest(offset: Array, center: Points) -> Array:
    return np.where(np.abs(offset) < _VOLTS, 0.0, offset) if abs(center.v_id[0]) < _VOLTS else offset


def offset_drift(standing: Standing, center: Points) -> Array:
    """The slope of the offset over temperature, V/K, `[condition]`: a step to either side of each one's own.

    Raises `ValueError` where the output cannot be nulled.
    """
    own = standing.values[TEMPERATURE]
    beside = {name: np.tile(value, 2) for name, value in standing.values.items()}
    beside[TEMPERATURE] = np.concatenate([own - DRIFT_STEP, own + DRIFT_STEP])
    points = standing.at_null(beside)
    if points is None:
        raise ValueError("without nulling there is no offset")
    low, high = offsets(points, center).reshape(2, standing.count)
    return (high - low) / (2.0 * DRIFT_STEP)


def _offset(seen: Seen) -> Array:
    """v1 - v2 at points that stand nulled."""
    own = seen.input_levels().differential
    nulled = seen.stands.nulled if seen.stands is not None else None
    return own if nulled is None else _without_rest(own, nulled.center)


def _drift(seen: Seen) -> Array:
    assert seen.standing.nulled is not None
    return offset_drift(seen.standing, seen.standing.nulled.center)


INPUT_OFFSET = LaneMerit("input_offset", "V_OS", "input offset voltage", "V", _offset, needs="nulled")
OFFSET_DRIFT = LaneMerit("offset_drift", "TCV_OS", "drift of the input offset", "V/K", _drift, needs="nulled")
VCM = LaneMerit(
    "vcm", "V_CM", "dc common-mode level of the inputs", "V", lambda s: s.input_levels().common, needs="drives"
)
BIAS_CURRENT = LaneMerit(
    "input_bias_current", "I_B", "input bias current", "A", lambda s: currents(s)[0], needs="drives"
)
OFFSET_CURRENT = LaneMerit(
    "input_offset_current", "I_OS", "input offset current", "A", lambda s: currents(s)[1], needs="drives"
)
MERITS = (INPUT_OFFSET, OFFSET_DRIFT, VCM, BIAS_CURRENT, OFFSET_CURRENT)
