"""Equations and unknowns of a large matrix that need no factorization, and the core that is left of it.

A source to ground settles its node by its own equation, which has no other unknown; its current then stands in the
equation of that node alone. With both goes what makes a supply costly: a row and a column with an entry for every
device that hangs at it. Equations with one unknown are solved first, one layer after another; unknowns that are left
in one equation come last, from the core's solution.
Source: Davis, Direct Methods for Sparse Linear Systems (SIAM, 2006), section 7.2 (on singletons).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
_MOST_LAYERS = 30  # what is deeper stays in the core: a layer costs a product with the matrix


@dataclass(frozen=True, eq=False)
class Layer:
    """Equations `rows` that each give one of the unknowns `columns`: by the entry at `pivots` of the matrix."""

    rows: Places
    columns: Places
    pivots: Places


@dataclass(frozen=True, eq=False)
class Order:
    """The order in which a matrix of one pattern is solved.

    `first` are layers in their order, `last` those that come after the core; of the core, `rows` and `columns` in the
    matrix, `entries` among those of the matrix in compressed columns, and their `indices` and `starts` in the core.
    """

    first: tuple[Layer, ...]
    last: tuple[Layer, ...]
    rows: Places
    columns: Places
    entries: Places
    indices: Places
    starts: Places


def order(rows: Places, starts: Places) -> Order:
    """The order for a square matrix in compressed columns.

    >>> found = order(np.array([0, 0, 1, 2, 1, 2]), np.array([0, 1, 4, 6]))  # [[a, b, .], [., c, e], [., d, f]]
    >>> found.first, [layer.columns.tolist() for layer in found.last], found.rows.tolist(), found.columns.tolist()
    ((), [[0]], [1, 2], [1, 2])
    """
    n = len(starts) - 1
    columns = np.repeat(np.arange(n), np.diff(starts))
    left = np.ones(len(rows), bool)
    first = list(_layers(rows, columns, left, n))
    last = [Layer(a.columns, a.rows, a.pivots) for a in _layers(columns, rows, left, n)]
    core_rows, core_columns = np.ones(n, bool), np.ones(n, bool)
    for layer in (*first, *last):
        core_rows[layer.rows] = core_columns[layer.columns] = False
    entries = np.flatnonzero(left)
    indices = (np.cumsum(core_rows) - 1)[rows[entries]]
    in_core = np.searchsorted(columns[entries], np.append(np.flatnonzero(core_columns), n))
    return Order(
        tuple(first),
        tuple(last[::-1]),
        np.flatnonzero(core_rows),
        np.flatnonzero(core_columns),
        entries,
        indices,
        in_core,
    )


def _layers(rows: Places, columns: Places, left: NDArray[np.bool_], n: int) -> Iterator[Layer]:
    """Layers of rows that have one entry left; what they take goes from `left`, entry by entry."""
    for _ in range(_MOST_LAYERS):
        alone = np.flatnonzero(left & (np.bincount(rows[left], minlength=n)[rows] == 1))
        if not alone.size:
            return
        _, one_each = np.unique(columns[alone], return_index=True)  # a second row for a column is left: singular
        pivots = alone[np.sort(one_each)]
        layer = Layer(rows[pivots], columns[pivots], pivots)
        taken = np.zeros(n, bool), np.zeros(n, bool)
        taken[0][layer.rows] = taken[1][layer.columns] = True
        left &= ~taken[0][rows] & ~taken[1][columns]
        yield layer
