"""Dense solves of many small systems with pivoting, by LAPACK on one thread.

The systems of a circuit are so small that sharing one between cores costs far more than it saves: on a busy machine
a solve of 100 unknowns took 21 ms with two threads and 0.2 ms with one.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from functools import cache
from threading import Lock, local
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController


@cache
def _threads(with_scipy: bool) -> ThreadpoolController:
    """The BLAS libraries of this process: SciPy brings one of its own when it is first imported."""
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
        self._before: dict[bool, Any] = {}

    def __enter__(self) -> None:
        depth = getattr(self._own, "depth", 0)
        with_scipy = "scipy.linalg" in sys.modules
        with self._lock:
            if not depth or (with_scipy and not self._own.with_scipy):
                limit = _threads(with_scipy).limit(limits=1, user_api="blas")
                self._before.setdefault(with_scipy, limit)
                self._own.with_scipy = with_scipy
            self._inside += 1
        self._own.depth = depth + 1

    def __exit__(self, *error: object) -> None:
        self._own.depth = getattr(self._own, "depth", 1) - 1  # a generator may end in another thread
        with self._lock:
            self._inside -= 1
            if not self._inside:
                for with_scipy in sorted(self._before, reverse=True):
                    self._before.pop(with_scipy).restore_original_limits()


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


class Factorized:
    """The triangular factors of a matrix `[n, n]`, real or complex, which serve it and its transpose.

    Raises `numpy.linalg.LinAlgError` when it is singular.

    >>> Factorized(np.array([[0.0, 4.0], [2.0, 1.0]])).solve(np.array([4.0, 2.0])).tolist()
    [0.5, 1.0]
    >>> Factorized(np.array([[0.0, 4.0], [2.0, 1.0]])).solve(np.array([4.0, 2.0]), transposed=True).tolist()
    [0.0, 2.0]
    """

    def __init__(self, matrix: NDArray[Any]) -> None:
        from scipy.linalg import get_lapack_funcs

        factor, self._solve = get_lapack_funcs(("getrf", "getrs"), (matrix,))
        with one_thread():
            self._factors, self._pivots, fault = factor(matrix)
        if fault:
            raise np.linalg.LinAlgError("Singular matrix")

    def solve(self, right: NDArray[Any], *, transposed: bool = False) -> NDArray[Any]:
        """Solve for `right`, `[n]` or `[n, k]`, complex only where the matrix is."""
        if np.iscomplexobj(right) and not np.iscomplexobj(self._factors):
            return np.asarray(
                self.solve(right.real, transposed=transposed) + 1j * self.solve(right.imag, transposed=transposed)
            )
        with one_thread():
            return np.asarray(self._solve(self._factors, self._pivots, right, trans=int(transposed))[0])


def determinant_signs(matrix: NDArray[Any]) -> NDArray[Any]:
    """The sign of the determinant of each matrix `[..., n, n]`: zero where it is singular.

    >>> determinant_signs(np.array([[[1.0, 2.0], [2.0, 4.0]], [[0.0, 1.0], [1.0, 0.0]]])).tolist()
    [0.0, -1.0]
    """
    with one_thread():
        return np.asarray(np.linalg.slogdet(matrix)[0])
