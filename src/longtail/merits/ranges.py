"""How far an amplifier reaches: the common-mode and output range, the linear range, and rejection on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from longtail.driven.mode_gains import PLACES
from longtail.driven.under_conditions import Standing
from longtail.large_signal.extent import Extent, extent
from longtail.merits.gains import sampled
from longtail.merits.merit import LaneMerit, SpotMerit
from longtail.merits.seen import Seen, Spot

Array = NDArray[np.float64]

LEVELS = 25  # common-mode levels between the ends of the range, for the lowest rejection


def reach(seen: Seen) -> Extent:
    """How far the lanes reach. Raises `ValueError` where the output cannot be held, or no supplies say how far."""
    found = extent(seen.standing)
    if found is None:
        raise ValueError("the output cannot be held, or no supplies say how far to look")
    return found


def rejection_over_levels(standing: Standing, levels: Array, frequency_hz: float) -> Array:
    """The rejection at common-mode levels in V, `[level]` or `[condition, level]`, dB, `[condition, level]`.

    The output is nulled at each level where the amplifier stands nulled.
    """
    count = levels.shape[-1]
    lanes = np.repeat(np.arange(standing.count), count)
    level, varied = np.broadcast_to(levels, (standing.count, count)).ravel(), standing.take(lanes)
    if standing.null and standing.nulled is not None:
        points = standing.nulled.at(v_ic=level, varied=varied)
    else:
        points = standing.plain.at(v_ic=level, v_id=standing.points.v_id[lanes], varied=varied)
    return sampled(points, np.array([frequency_hz])).cmrr_db.reshape(standing.count, count)


def lowest(values: Array) -> Array:
    """The lowest at any level, `[condition]`, of values `[condition, level]`; nan where none was solved."""
    unsolved = np.isnan(values)
    return np.where(unsolved.all(axis=1), np.nan, np.where(unsolved, np.inf, values).min(axis=1))


def over_levels(spot: Spot) -> tuple[Array, Array]:
    """Common-mode levels across the range, V, `[level]` or `[lane, level]`, and the rejection there, dB,
    `[lane, level]`."""
    standing, ranges = spot.seen.standing, spot.seen.once(reach).ranges[:, :2]
    ends = np.where(np.isnan(ranges), standing.v_ic[:, None], ranges) if standing.apart else ranges[0]
    levels = np.linspace(ends[..., 0], ends[..., 1], LEVELS, axis=-1)
    return levels, rejection_over_levels(standing, levels, spot.frequency_hz)


def _end(k: int) -> Callable[[Seen], Array]:
    return lambda s: s.once(reach).ranges[:, k]


_AMPLIFY, _GAIN = "common-mode input, transistors amplify", "output, gain within 3 dB"
COMMON_LOW = LaneMerit("common_mode_low", "V_ICR-", f"lowest {_AMPLIFY}", "V", _end(0), needs="held")
COMMON_HIGH = LaneMerit("common_mode_high", "V_ICR+", f"highest {_AMPLIFY}", "V", _end(1), needs="held")
OUTPUT_LOW = LaneMerit("output_low", "V_O-", f"lowest {_GAIN}", "V", _end(2), needs="held")
OUTPUT_HIGH = LaneMerit("output_high", "V_O+", f"highest {_GAIN}", "V", _end(3), needs="held")
ENDS = (COMMON_LOW, COMMON_HIGH, OUTPUT_LOW, OUTPUT_HIGH)
LINEAR = LaneMerit(
    "linear_range", "V_lin", "linear input range, to 1 %", "V", lambda s: s.once(reach).linear_range(), needs="held"
)
LOWEST_REJECTION = SpotMerit(
    "lowest_cmrr_db",
    "CMRR_min",
    "lowest rejection over the common-mode range",
    "dB",
    lambda s: lowest(s.once(over_levels)[1]),
    needs="held",
    unwanted=PLACES["common_to_differential"],
)
MERITS = (*ENDS, LINEAR, LOWEST_REJECTION)
