"""Sparse solves of large systems with pivoting, by SuperLU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.singletons import Layer, Order
from longtail.engine.equations.system import LargeMatrix, SparseMatrix

Numbers = NDArray[Any]


def compressed(matrix: SparseMatrix, entries: Numbers) -> Any:
    """The matrix in compressed columns, as SciPy has it; `entries` are the varying ones."""
    from scipy.sparse import csc_matrix

    known, order, rows, starts = matrix.by_columns
    return csc_matrix((np.concatenate([known, entries])[order], rows, starts), shape=(matrix.size, matrix.size))


def solve(matrix: SparseMatrix, entries: Numbers, right: Numbers) -> Numbers:
    """Solve for one right-hand side `[n]`; `entries` are the varying ones of the matrix. nan where it is singular."""
    from scipy.sparse.linalg import splu

    try:
        return np.asarray(splu(compressed(matrix, entries)).solve(right))
    except RuntimeError:  # what SuperLU raises for a matrix that is exactly singular
        return np.full(right.shape, np.nan)


def solve_large(matrix: LargeMatrix, entries: Numbers, right: Numbers) -> tuple[Numbers, float]:
    """The same for `[n]` or `[n, k]`, of a matrix that has an entry at (j, i) where it has one at (i, j), as circuits
    nearly have: the columns of its core are ordered for that. The solution is refined once, and comes with the largest
    residual that is left, as a part of the largest sum of terms of an equation.

    Source: Skeel, Math. Comput. 35 (1980) 817, on one step of refinement.
    """
    full = compressed(matrix, entries)
    try:
        factors = _Factors(matrix.order, full)
    except RuntimeError:
        return np.full(right.shape, np.nan), np.inf
    x = factors.solve(right)
    x = x + factors.solve(right - full @ x)
    terms = (abs(full) @ np.abs(x) + np.abs(right)).max(initial=0.0)
    return x, float(np.abs(full @ x - right).max(initial=0.0) / (terms or 1.0))


class _Factors:
    """A large matrix ready to be solved: its core factorized. Raises RuntimeError where it is exactly singular."""

    def __init__(self, order: Order, full: Any) -> None:
        from scipy.sparse import csc_matrix
        from scipy.sparse.linalg import splu

        self._order, self._full = order, full
        size = len(order.rows)
        core = csc_matrix((full.data[order.entries], order.indices, order.starts), shape=(size, size))
        self._core = splu(core, permc_spec="MMD_AT_PLUS_A") if size else None
        if not all(full.data[layer.pivots].all() for layer in (*order.first, *order.last)):
            raise RuntimeError("an equation or an unknown is left with nothing")

    def solve(self, right: Numbers) -> Numbers:
        """The solution for `[n]` or `[n, k]`."""
        x = np.zeros_like(right)
        self._take(self._order.first, right, x)
        if self._core is not None:
            x[self._order.columns] = self._core.solve((right - self._full @ x)[self._order.rows])
        self._take(self._order.last, right, x)
        return x

    def _take(self, layers: Sequence[Layer], right: Numbers, x: Numbers) -> None:
        """Put in what each layer gives, its own unknowns being zero yet."""
        for layer in layers:
            pivots = self._full.data[layer.pivots].reshape(-1, *[1] * (right.ndim - 1))
            x[layer.columns] = (right - self._full @ x)[layer.rows] / pivots
