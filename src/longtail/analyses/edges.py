"""The edge of a range, narrowed down on many rows at once by solving many lanes in each round."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Inside = Callable[[Array], NDArray[np.bool_]]

_PARTS = 12  # lanes a row in each round


def narrow(inside: Inside, good: Array, bad: Array, rounds: int = 8, parts: int = _PARTS) -> tuple[Array, Array]:
    """The edge between `good`, which is inside, and `bad`, which is outside, row by row.

    `inside(values)` `[row, part]` tells which of the values lie within. Returns the last value inside and the first
    outside, `(parts + 1)**rounds` times closer than the given ones; where a row has several edges, that next to `good`.

    >>> limits = np.array([[0.3], [-0.4]])
    >>> last, first = narrow(lambda v: v < limits, np.array([0.0, -1.0]), np.array([1.0, 0.0]))
    >>> last.round(6).tolist()
    [0.3, -0.4]
    """
    good, bad = np.array(good, float), np.array(bad, float)
    share = np.arange(1, parts + 1) / (parts + 1.0)
    for _ in range(rounds):
        values = good[:, None] + (bad - good)[:, None] * share
        within = inside(values)
        reached = np.where(within.all(axis=1), parts, (~within).argmax(axis=1))
        ladder = np.column_stack([good, values, bad])
        rows = np.arange(len(good))
        good, bad = ladder[rows, reached], ladder[rows, reached + 1]
    return good, bad
