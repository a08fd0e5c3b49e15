"""Dense solves of many small systems with pivoting, by LAPACK on one thread.

The systems of a circuit are so small that sharing one between cores costs far more than it saves: on a busy machine
a solve of 100 unknowns took 21 ms with two threads and 0.2 ms with one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


class _OneThread:
    """The limit is the whole process's: the first that comes sets it, the last that leaves takes it back."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._limit = _threads().limit(limits=1, user_api="blas")
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._limit.restore_original_limits()


_ONE_THREAD = _OneThread()


def one_thread() -> AbstractContextManager[object]:
    """A context in which BLAS and LAPACK keep to one thread, however many threads of ours are in it."""
    return _ONE_THREAD


def solve(matrix: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Solve `matrix` `[..., n, n]` for the columns of `right` `[..., n, k]`.

    Raises `numpy.linalg.LinAlgError` when any of the matrices is singular.

    >>> solve(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([[2.0], [2.0]])).tolist()
    [[1.0], [0.5]]
    """
    with one_thread():
        return np.asarray(np.linalg.solve(matrix, right))


def determinant_signs(matrix: NDArray[Any]) -> NDArray[Any]:
    """The sign of the determinant of each matrix `[..., n, n]`: zero where it is singular.

    >>> determinant_signs(np.array([[[1.0, 2.0], [2.0, 4.0]], [[0.0, 1.0], [1.0, 0.0]]])).tolist()
    [0.0, -1.0]
    """
    with one_thread():
        return np.asarray(np.linalg.slogdet(matrix)[0])
