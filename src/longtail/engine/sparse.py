"""Sparse solves of large systems with pivoting, by SuperLU."""

from __future__ import annotations

import numpy as np

from longtail.engine.system import Array, SparseMatrix


def solve(matrix: SparseMatrix, entries: Array, right: Array) -> Array:
    """Solve for one right-hand side `[n]`; `entries` are the varying ones of the matrix. nan where it is singular."""
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import splu

    n = len(matrix.constant)
    known, order, rows, starts = matrix.by_columns
    values = np.concatenate([known, entries])[order]
    try:
        return np.asarray(splu(csc_matrix((values, rows, starts), shape=(n, n))).solve(right))
    except RuntimeError:  # what SuperLU raises for a matrix that is exactly singular
        return np.full(n, np.nan)
