"""Sparse solves of large systems with pivoting, by SuperLU."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.engine.system import SparseMatrix

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


def solve_large(matrix: SparseMatrix, entries: Numbers, right: Numbers) -> tuple[Numbers, float]:
    """The same for `[n]` or `[n, k]`, of a matrix that has an entry at (j, i) where it has one at (i, j), as circuits
    nearly have: columns are ordered for that. The solution is refined once, and comes with the largest residual that
    is left, as a part of the largest sum of terms of an equation.

    Source: Skeel, Math. Comput. 35 (1980) 817, on one step of refinement.
    """
    from scipy.sparse.linalg import splu

    full = compressed(matrix, entries)
    try:
        factors = splu(full, permc_spec="MMD_AT_PLUS_A")
    except RuntimeError:
        return np.full(right.shape, np.nan), np.inf
    x = factors.solve(right)
    x = x + factors.solve(right - full @ x)
    terms = (abs(full) @ np.abs(x) + np.abs(right)).max(initial=0.0)
    return x, float(np.abs(full @ x - right).max(initial=0.0) / (terms or 1.0))
