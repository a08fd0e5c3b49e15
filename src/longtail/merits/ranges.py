"""Rejection over the common-mode range of an amplifier."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.driven.under_conditions import Standing
from longtail.merits.gains import sampled

Array = NDArray[np.float64]


def rejection_over_levels(standing: Standing, levels: Array, frequency_hz: float) -> Array:
    """The rejection at common-mode levels in V under every condition, dB, `[condition, level]`.

    The output is nulled at each level where the amplifier stands nulled.
    """
    lanes = np.repeat(np.arange(standing.count), levels.size)
    level, varied = np.tile(levels, standing.count), standing.take(lanes)
    if standing.null and standing.nulled is not None:
        points = standing.nulled.at(v_ic=level, varied=varied)
    else:
        points = standing.plain.at(v_ic=level, v_id=standing.points.v_id[lanes], varied=varied)
    return sampled(points, np.array([frequency_hz])).cmrr_db.reshape(standing.count, levels.size)


def lowest(values: Array) -> Array:
    """The lowest at any level, `[condition]`, of values `[condition, level]`; nan where none was solved."""
    unsolved = np.isnan(values)
    return np.where(unsolved.all(axis=1), np.nan, np.where(unsolved, np.inf, values).min(axis=1))
