"""Dense solves of many small systems with pivoting, by LAPACK on one thread.

The systems of a circuit are so small that sharing one between cores costs far more than it saves: on a busy machine
a solve of 100 unknowns took 21 ms with two threads and 0.2 ms with one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from threading import Lock, local
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


class _OneThread:
    """The limit of the whole process, or of a thread alone: OpenBLAS has it either way, by its build.

    So every thread sets it when it comes; what was before the first came, the last that leaves puts back. A thread
    that leaves earlier keeps to one where its limit is its own.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._own = local()
        self._before: Any = None

    def __enter__(self) -> None:
        depth = getattr(self._own, "depth", 0)
        with self._lock:
            if not depth:
                limit = _threads().limit(limits=1, user_api="blas")
                self._before = self._before if self._inside else limit
            self._inside += 1
        self._own.depth = depth + 1

    def __exit__(self, *error: object) -> None:
        self._own.depth = getattr(self._own, "depth", 1) - 1  # a generator may end in another thread
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._before.restore_original_limits()


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
