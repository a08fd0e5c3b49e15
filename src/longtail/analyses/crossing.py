"""Where a magnitude falls through a level, read off sampled frequencies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def crossing(frequency_hz: NDArray[np.float64], magnitude: NDArray[np.float64], level: float) -> float | None:
    """The first frequency at which a magnitude falls through `level`, interpolated on logarithmic axes; None if none.

    >>> round(crossing(np.array([1.0, 10.0, 100.0]), np.array([100.0, 100.0, 1.0]), 10.0), 2)
    31.62
    """
    below = np.flatnonzero((magnitude[1:] < level) & (magnitude[:-1] >= level))
    if not below.size or frequency_hz[below[0]] <= 0.0:
        return None
    k = below[0]
    part = np.log(magnitude[k] / level) / np.log(magnitude[k] / magnitude[k + 1])
    return float(frequency_hz[k] * (frequency_hz[k + 1] / frequency_hz[k]) ** part)
