"""Why measures of swept lanes have no figure: the reasons for gains that are zero, by measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.driven.drives import Drives
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.merits.merit import Merit, SpotMerit
from longtail.merits.reasons import UNKNOWN, Inquiry, Reason

Array = NDArray[np.float64]


def zeros(
    drives: Drives | None,
    solve: Callable[[NDArray[np.intp]], OperatingPoint],
    at_hz: tuple[float | None, float],
    measures: Sequence[Merit],
    values: Mapping[str, NDArray[Any]],
    floor: Array,
) -> dict[str, Reason]:
    """Reasons by measure, from `values` `[lane]` or `[lane, frequency]` and their rounding `floor`
    `[lane or 1, frequency]`; `at_hz` is the usual frequency of single figures, and the lowest one of the others.

    The first and the last lane in which a gain is zero are solved once more, by `solve`, and asked.
    """
    if drives is None:
        return {}
    found = {}
    for merit in measures:
        place = merit.unwanted or merit.gain
        if place is None or merit.name not in values:
            continue
        of_lanes = values[merit.name]
        low = of_lanes if of_lanes.ndim == 1 else of_lanes[:, 0]
        if merit.unit == "dB":
            zero = np.isposinf(low) if merit.unwanted else np.isneginf(low)
        else:
            zero = np.abs(low) <= floor[:, 0]
        lanes = np.flatnonzero(zero)
        if lanes.size:
            out, into = place
            inquiry = Inquiry(drives, solve(lanes[[0, -1]]))
            out = 0 if drives.single_ended else out
            single, lowest = at_hz
            if isinstance(merit, SpotMerit) and merit.at_hz is not None:
                single = merit.at_hz
            at = lowest if of_lanes.ndim > 1 or single is None else single
            found[merit.name] = inquiry.first(np.ones((2, 1), bool), np.array([at]), out, into) or UNKNOWN
    return found
