"""Why measures of swept lanes have no figure: the reasons for gains that are zero, by measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.driven.drives import Drives
from longtail.driven.mode_gains import PLACES
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.merits.reasons import UNKNOWN, Inquiry, Reason
from longtail.modes import COMMON, DIFFERENTIAL

Array = NDArray[np.float64]


def zeros(
    drives: Drives | None,
    solve: Callable[[NDArray[np.intp]], OperatingPoint],
    at_hz: tuple[float | None, float],
    values: Mapping[str, NDArray[Any]],
    floor: Array,
) -> dict[str, Reason]:
    """Reasons by measure, from `values` `[lane]` or `[lane, frequency]` and their rounding `floor`
    `[lane or 1, frequency]`; `at_hz` is the frequency of single figures, and the lowest one of the others.

    The first and the last lane in which a gain is zero are solved once more, by `solve`, and asked.
    """
    if drives is None:
        return {}
    found = {}
    for name, of_lanes in values.items():
        gain = name.removesuffix("_db")
        rejects = gain == "cmrr"
        if not rejects and gain not in PLACES:
            continue
        low = of_lanes if of_lanes.ndim == 1 else of_lanes[:, 0]
        zero = np.isposinf(low) if rejects else np.isneginf(low) if name != gain else np.abs(low) <= floor[:, 0]
        lanes = np.flatnonzero(zero)
        if lanes.size:
            out, into = (DIFFERENTIAL, COMMON) if rejects else PLACES[gain]
            inquiry = Inquiry(drives, solve(lanes[[0, -1]]))
            out = 0 if drives.single_ended else out
            single, lowest = at_hz
            at = lowest if of_lanes.ndim > 1 or single is None else single
            found[name] = inquiry.first(np.ones((2, 1), bool), np.array([at]), out, into) or UNKNOWN
    return found
