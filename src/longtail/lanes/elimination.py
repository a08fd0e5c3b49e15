"""Sparse elimination as straight-line code: the order is fixed once from numbers, then it is plain arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.graph import Expr, Real

Entries = Mapping[tuple[int, int], Real]
Pivots = list[tuple[int, int]]


class SingularMatrixError(ArithmeticError):
    """No usable pivot is left; `rows` and `columns` are those that could not be eliminated."""

    def __init__(self, rows: list[int], columns: list[int]) -> None:
        super().__init__(f"the matrix is singular in rows {rows}, columns {columns}")
        self.rows = rows
        self.columns = columns


def choose_pivots(samples: NDArray[np.generic], pattern: NDArray[np.bool_], threshold: float = 1e-3) -> Pivots:
    """Markowitz with threshold pivoting: the (row, column) of each pivot, in order.

    `samples` `[sample, n, n]` are numeric matrices of the same circuit (several frequencies, say): a pivot must
    be at least `threshold` times the largest entry of its column in every one of them. Among those the one that
    makes the least fill-in, (r - 1)*(c - 1) by counts of nonzeros, is taken; then the largest.
    `pattern` `[n, n]` marks entries that can be nonzero.

    Raises `SingularMatrixError`. Source: Markowitz, Management Science 3 (1957) 255; Duff, Erisman, Reid, Direct
    Methods for Sparse Matrices, sections 5.2 and 7.2.
    """
    a = np.array(samples)
    fill = np.array(pattern)
    n = fill.shape[0]
    rows, columns = np.ones(n, bool), np.ones(n, bool)
    pivots: Pivots = []
    for _ in range(n):
        active = fill & rows[:, None] & columns[None, :]
        size = np.abs(a)
        largest = np.where(active, size, 0.0).max(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.where(active & (size > 0.0), size / largest[:, None, :], 0.0).min(axis=0)
        cost = np.outer(active.sum(axis=1) - 1, active.sum(axis=0) - 1).astype(float)
        score = np.where(relative >= threshold, cost - relative / 2, np.inf)
        best = int(np.argmin(score))
        r, c = divmod(best, n)
        if not np.isfinite(score[r, c]):
            raise SingularMatrixError(np.flatnonzero(rows).tolist(), np.flatnonzero(columns).tolist())
        pivots.append((r, c))
        rows[r] = columns[c] = False
        below, right = np.flatnonzero(active[:, c] & rows), np.flatnonzero(active[r] & columns)
        fill[np.ix_(below, right)] = True
        factor = a[:, below, c] / a[:, [r], c]
        a[:, below[:, None], right] -= factor[:, :, None] * a[:, r, right][:, None, :]
    return pivots


def solve(entries: Entries, pivots: Pivots, right: Sequence[Mapping[int, Real]]) -> tuple[list[list[Real]], list[Real]]:
    """Gauss elimination of `entries` in the order of `pivots`, for any number of right-hand sides.

    Works on expressions, on floats and on a mixture: constant entries (the ones of a voltage source) fold away.
    Returns the solutions `[right-hand side][column]` and the pivot values in order, whose product is the
    determinant up to the sign of the row and column order.

    >>> solve({(0, 0): 2.0, (1, 1): 4.0, (0, 1): 1.0}, [(0, 0), (1, 1)], [{0: 3.0, 1: 4.0}])
    ([[1.0, 1.0]], [2.0, 4.0])
    """
    matrix: dict[int, dict[int, Real]] = {}
    for (i, j), value in entries.items():
        if isinstance(value, Expr) or value != 0.0:
            matrix.setdefault(i, {})[j] = value
    sides = [dict(b) for b in right]
    values: list[Real] = []
    inverses: list[Real] = []
    remaining = {r for r, _ in pivots}
    for r, c in pivots:
        remaining.discard(r)
        row = matrix[r]
        pivot = row.pop(c)
        values.append(pivot)
        inverses.append(1.0 / pivot)
        for i in sorted(remaining):
            other = matrix.get(i, {})
            if c not in other:
                continue
            factor = other.pop(c) * inverses[-1]
            for j, value in row.items():
                other[j] = other.get(j, 0.0) - factor * value
            for side in sides:
                if r in side:
                    side[i] = side.get(i, 0.0) - factor * side[r]
    return [_back_substitute(matrix, pivots, inverses, side) for side in sides], values


def _back_substitute(
    matrix: Mapping[int, Mapping[int, Real]], pivots: Pivots, inverses: Sequence[Real], side: Mapping[int, Real]
) -> list[Real]:
    x: dict[int, Real] = {}
    for (r, c), inverse in zip(reversed(pivots), reversed(inverses), strict=True):
        total: Real = side.get(r, 0.0)
        for j, value in matrix[r].items():
            total = total - value * x[j]
        x[c] = total * inverse
    return [x[c] for c in sorted(x)]
