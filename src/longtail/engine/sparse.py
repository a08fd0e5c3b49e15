"""Sparse solves of large systems with pivoting, by SuperLU."""

from __future__ import annotations

import numpy as np

from longtail.engine.system import Array, SparseMatrix


def solve(matrix: SparseMatrix, entries: Array, right: Array) -> Array:
    """Solve for one right-hand side `[n]`; `entries` are the varying ones of the matrix. nan where it is singular."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    n = len(matrix.constant)
    rows, columns = np.nonzero(matrix.constant)
    places = np.concatenate([rows, matrix.rows]), np.concatenate([columns, matrix.columns])
    values = np.concatenate([matrix.constant[rows, columns], entries])
    try:
        return np.asarray(splu(coo_matrix((values, places), shape=(n, n)).tocsc()).solve(right))
    except RuntimeError:  # what SuperLU raises for a matrix that is exactly singular
        return np.full(n, np.nan)
