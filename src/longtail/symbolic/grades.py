"""Sizes by grades, so that what is chosen by size does not hang on last bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_GRADE = 1e-3  # relative: far above rounding, far below what makes one choice better than another


def grades(sizes: ArrayLike, floor: float = 0.0) -> NDArray[np.float64]:
    """Whole numbers in the order of sizes, the same for sizes within a part in a thousand; all below `floor` are one.

    Rounding differs from one processor to the next, and so would the least of several equal sizes. What has the same
    grade is taken in the order in which it stands.

    >>> grades([1.0, 1.0 + 1e-12, 2.0, 1e-20, 0.0], floor=1e-15).argsort(kind="stable").tolist()
    [3, 4, 0, 1, 2]
    """
    with np.errstate(divide="ignore"):
        return np.asarray(np.round(np.log(np.maximum(sizes, floor)) / _GRADE))
