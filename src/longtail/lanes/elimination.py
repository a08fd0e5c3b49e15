"""Sparse elimination as straight-line code: the order is fixed once from numbers, then it is plain arithmetic."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.graph import Expr, Real

Entries = Mapping[tuple[int, int], Real]
Pivots = list[tuple[int, int]]

_CANDIDATES = 4  # rows and columns looked at for a pivot


class SingularMatrixError(ArithmeticError):
    """No usable pivot is left; `rows` and `columns` are those that could not be eliminated."""

    def __init__(self, rows: list[int], columns: list[int]) -> None:
        super().__init__(f"the matrix is singular in rows {rows}, columns {columns}")
        self.rows = rows
        self.columns = columns


def choose_pivots(
    samples: NDArray[Any], pattern: NDArray[np.bool_], threshold: float = 1e-3, last: Collection[int] = ()
) -> Pivots:
    """Markowitz with threshold pivoting: the (row, column) of each pivot, in order.

    `samples` `[sample, n, n]` are numeric matrices of the same circuit (several frequencies, say): a pivot must
    be at least `threshold` times the largest entry of its column in every one of them. Among the rows and columns
    with the fewest entries the one that makes the least fill-in, (r - 1)*(c - 1), is taken; then the largest.
    `pattern` `[n, n]` marks entries that can be nonzero. Columns in `last` wait until all others are gone: where only
    those unknowns are wanted, next to nothing is left of the back-substitution.

    Raises `SingularMatrixError`. Source: Markowitz, Management Science 3 (1957) 255; Duff, Erisman, Reid, Direct
    Methods for Sparse Matrices, sections 5.2, 7.2 and 10.2 (the search over few rows and columns).
    """
    return _PivotSearch(samples, pattern, threshold, last).run()


class _PivotSearch:
    """Elimination on numbers, sparse, to find an order: `rows[i][j]` is the entry in every sample."""

    def __init__(
        self, samples: NDArray[Any], pattern: NDArray[np.bool_], threshold: float, last: Collection[int]
    ) -> None:
        self.threshold = threshold
        self.waiting = set(last)
        n = pattern.shape[0]
        self.rows: dict[int, dict[int, NDArray[Any]]] = {i: {} for i in range(n)}
        self.columns: dict[int, set[int]] = {j: set() for j in range(n)}
        for i, j in np.argwhere(pattern).tolist():
            self.rows[i][j] = samples[:, i, j]
            self.columns[j].add(i)
        self.short_rows = [(len(row), i) for i, row in self.rows.items()]
        self.short_columns = [(len(column), j) for j, column in self.columns.items()]
        heapq.heapify(self.short_rows)
        heapq.heapify(self.short_columns)

    def run(self) -> Pivots:
        pivots: Pivots = []
        with np.errstate(divide="ignore", invalid="ignore"):
            while self.rows:
                pivot = self._search(_CANDIDATES) or self._search(len(self.rows))
                if pivot is None and self.waiting:
                    self.waiting = set()
                    continue
                if pivot is None:
                    raise SingularMatrixError(sorted(self.rows), sorted(self.columns))
                pivots.append(pivot)
                self._eliminate(*pivot)
        return pivots

    def _search(self, candidates: int) -> tuple[int, int] | None:
        """The best pivot among so many of the shortest rows and columns."""
        best: tuple[float, float, int, int] | None = None
        for i in _shortest(self.short_rows, self.rows, candidates):
            for j in self.rows[i]:
                best = self._better(best, i, j)
        for j in _shortest(self.short_columns, self.columns, candidates):
            for i in self.columns[j]:
                best = self._better(best, i, j)
        return None if best is None else best[2:]

    def _better(
        self, best: tuple[float, float, int, int] | None, i: int, j: int
    ) -> tuple[float, float, int, int] | None:
        cost = float((len(self.rows[i]) - 1) * (len(self.columns[j]) - 1))
        if j in self.waiting or (best is not None and cost > best[0]):
            return best
        size = np.abs(self.rows[i][j])
        largest = np.max([np.abs(self.rows[k][j]) for k in self.columns[j]], axis=0)
        relative = np.min(np.where(size > 0.0, size / largest, 0.0))
        if not relative >= self.threshold:
            return best
        candidate = cost, -float(relative), i, j
        return candidate if best is None or candidate < best else best

    def _eliminate(self, r: int, c: int) -> None:
        row, column = self.rows.pop(r), self.columns.pop(c)
        pivot = row.pop(c)
        column.discard(r)
        for j in row:
            self.columns[j].discard(r)
        for i in column:
            other = self.rows[i]
            factor = other.pop(c) / pivot
            for j, value in row.items():
                if j in other:
                    other[j] = other[j] - factor * value
                else:
                    other[j] = -factor * value
                    self.columns[j].add(i)
            heapq.heappush(self.short_rows, (len(other), i))
        for j in row:
            heapq.heappush(self.short_columns, (len(self.columns[j]), j))


def _shortest(heap: list[tuple[int, int]], lines: Mapping[int, Collection[int]], count: int) -> list[int]:
    """Up to `count` of the lines with the fewest entries; entries of the heap that are out of date are dropped."""
    found: list[tuple[int, int]] = []
    seen: set[int] = set()
    while heap and len(found) < count:
        length, k = heapq.heappop(heap)
        if k in lines and k not in seen and len(lines[k]) == length:
            seen.add(k)
            found.append((length, k))
    for entry in found:
        heapq.heappush(heap, entry)
    return [k for _, k in found]


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
                other[j] = _less(other.get(j, 0.0), factor, value)
            for side in sides:
                if r in side:
                    side[i] = _less(side.get(i, 0.0), factor, side[r])
    return [_back_substitute(matrix, pivots, inverses, side) for side in sides], values


def _less(current: Real, factor: Real, value: Real) -> Real:
    """current - factor*value; where there is nothing yet, the sign goes to the factor, which others share."""
    return current - factor * value if isinstance(current, Expr) or current != 0.0 else (-factor) * value


def _back_substitute(
    matrix: Mapping[int, Mapping[int, Real]], pivots: Pivots, inverses: Sequence[Real], side: Mapping[int, Real]
) -> list[Real]:
    x: dict[int, Real] = {}
    for (r, c), inverse in zip(reversed(pivots), reversed(inverses), strict=True):
        total: Real = side.get(r, 0.0)
        for j, value in sorted(matrix[r].items()):  # in the order of columns, not in that of filling in
            total = total - value * x[j]
        x[c] = total * inverse
    return [x[c] for c in sorted(x)]
