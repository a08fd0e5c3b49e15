"""Causes that go together as sums of independent ones: the factor of a correlation matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_NOTHING = 1e-13  # variance that is left of a cause of variance 1: rounding
_TIE = 1e-9  # relatively: causes that have as much left are taken by their order


def factor(correlation: Array) -> Array:
    """L with L*L^T = C for a positive semidefinite C `[cause, cause]`, of lower rank too: a cause that the others
    determine has no column of its own.

    Cholesky's factor with the largest diagonal next (N. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed.
    (2002), section 10.3); its columns `[cause, independent]` stand at the causes that they were taken for. All sums are
    in one order, so that every machine gives the same.

    >>> factor(np.array([[1.0, 0.6], [0.6, 1.0]])).round(12).tolist()
    [[1.0, 0.0], [0.6, 0.8]]
    """
    left = correlation.copy()
    found = np.zeros(correlation.shape)
    for _ in range(len(correlation)):
        diagonal = left.diagonal()
        largest = diagonal.max()
        if largest <= _NOTHING:
            break
        k = int(np.flatnonzero(diagonal >= largest * (1.0 - _TIE))[0])
        found[:, k] = left[:, k] / np.sqrt(left[k, k])
        left -= found[:, k, None] * found[None, :, k]
        left[k, :] = left[:, k] = 0.0
    return found
