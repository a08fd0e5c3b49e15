"""Finite eigenvalues of a matrix pencil G + s*C: natural frequencies of a linear circuit.

C is singular in every circuit of some size, so that most eigenvalues are infinite, and finite ones span ten decades.
Infinite ones are taken out before anything is solved: the null space of C leaves algebraic equations, which confine
the solution to a smaller space, and so on until the C that is left has full rank. What remains goes to QZ, which has
the fast ones exact; `eigenmodes` refines them all.
Source: Golub and Van Loan, Matrix Computations, 4th edition, section 7.7.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from longtail.engine.solving import dense

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

MIDDLE = 1e9  # rad/s: where G and s*C are weighed against each other
_RANK = 1e-13  # of the largest singular value of the scaled C: what is below is rounding
_BEYOND = 1e290  # F, H: storage beyond it is as good as endless, and overflows times MIDDLE
FASTEST = 1e7  # times MIDDLE: no circuit is faster, and an infinite eigenvalue that rounding made finite is
_QUICK = 400  # unknowns up to which all eigenvalues are found to tell whether one grows
_ON_AXIS = 1e-10  # of its magnitude: an eigenvalue with less of a real part lies on the axis
NEAR_ZERO = 1e-12  # times MIDDLE: below it, eigenvalues are as good as zero and relative changes mean nothing


def unrefined(static: Real, dynamic: Real) -> Complex:
    """The eigenvalues of static + s*dynamic, both `[n, n]`, as QZ has them: soon found, and the slow ones are inexact.

    >>> unrefined(np.diag([1e-3, 1e-3]), np.diag([1e-9, 1e-6])).real.round(3).tolist()
    [-1000000.0, -1000.0]
    """
    with dense.one_thread():
        g, c, *_ = scaled(static[None], dynamic[None])
        found = [finite(*each) for _, *each in without_infinite(g, c)]
    values: Complex = np.concatenate([np.empty(0, complex), *found])
    return values * MIDDLE


def slowest(static: Real, dynamic: Real) -> Complex:
    """The eigenvalue of the smallest magnitude of static + s*dynamic, both `[lane, n, n]`: rad/s, `[lane]`; of a pair
    the one above the real axis.

    The finite eigenvalues are the reciprocals of those of -static^-1 dynamic, of which the largest is the most exact;
    in a circuit that has much faster ones, to some 1e-7. nan where there is none below 1e16 rad/s, and of pencils that
    are not finite.

    >>> slowest(np.array([np.diag([1e-3, 1e-3])]), np.array([np.diag([1e-9, 1e-6])])).real.round(6).tolist()
    [-1000.0]
    """
    found = np.full(len(static), np.nan, complex)
    finite = _finite_lanes(static, dynamic)
    if not finite.size:
        return found
    with dense.one_thread():
        g, c, *_ = scaled(static[finite], dynamic[finite])
        for some, slow, fast in without_infinite(g, c):
            lanes = finite[some]
            singular = np.linalg.slogdet(slow)[0] == 0.0
            found[lanes[singular]] = 0.0
            turned = np.linalg.eigvals(np.linalg.solve(slow[~singular], fast[~singular])).astype(complex)
            turned = turned.real - 1j * np.abs(turned.imag)
            largest = np.take_along_axis(turned, np.abs(turned).argmax(axis=1, keepdims=True), axis=1)[:, 0]
            found[lanes[~singular]] = np.where(np.abs(largest) * FASTEST > 1.0, -MIDDLE / largest, np.nan)
    return found


def may_grow(static: Real, dynamic: Real) -> NDArray[np.bool_]:
    """Which pencils static + s*dynamic, both `[lane, n, n]`, may have an eigenvalue with a positive real part.

    A quick look: rounding of fast eigenvalues beside much slower ones can raise a false alarm, which `eigenmodes`
    clears. Of pencils larger than 400 only the sign of det(static) against that for large s is compared, which tells
    an odd number of real eigenvalues there (a latch in the middle).

    >>> latch = np.array([[[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.5, 1.0]]])
    >>> may_grow(latch, np.array([np.eye(2) * 1e-9] * 2)).tolist()
    [True, False]
    """
    found = np.zeros(len(static), bool)
    finite = _finite_lanes(static, dynamic)
    if not finite.size:
        return found
    with dense.one_thread():
        g, c, *_ = scaled(static[finite], dynamic[finite])
        if g.shape[1] > _QUICK:
            found[finite] = np.linalg.slogdet(g)[0] * np.linalg.slogdet(g + FASTEST * c)[0] < 0.0
            return found
        for some, slow, fast in without_infinite(g, c):
            lanes = finite[some]
            singular = np.linalg.slogdet(slow)[0] == 0.0
            found[lanes[singular]] = True
            # reciprocals of eigenvalues, turned round
            turned = np.linalg.eigvals(np.linalg.solve(slow[~singular], fast[~singular]))
            sizes = np.abs(turned)
            real = sizes > sizes.max(axis=1, keepdims=True, initial=0.0) * _RANK
            found[lanes[~singular]] = (real & (turned.real < -_ON_AXIS * sizes)).any(axis=1)
    return found


def _finite_lanes(static: Real, dynamic: Real) -> NDArray[np.intp]:
    return np.flatnonzero(np.isfinite(static).all(axis=(1, 2)) & np.isfinite(dynamic).all(axis=(1, 2)))


def scaled(static: Real, dynamic: Real) -> tuple[Real, Real, Real, Real]:
    """Both matrices `[lane, n, n]` with entries near one, for s in units of `MIDDLE`, and the scales of rows and
    columns, which all lanes share."""
    dynamic = np.clip(dynamic, -_BEYOND, _BEYOND)
    rows, columns = _scales(np.maximum(np.abs(static), np.abs(dynamic) * MIDDLE).max(axis=0))
    return static / rows[:, None] / columns, dynamic * MIDDLE / rows[:, None] / columns, rows, columns


def _scales(size: Real) -> tuple[Real, Real]:
    """Row and column scales that bring the largest entry of each row and column near one (Ruiz)."""
    rows, columns = np.ones(len(size)), np.ones(len(size))
    for _ in range(10):
        scaled = size / rows[:, None] / columns
        row, column = scaled.max(axis=1), scaled.max(axis=0)
        rows *= np.sqrt(np.where(row > 0.0, row, 1.0))
        columns *= np.sqrt(np.where(column > 0.0, column, 1.0))
    return rows, columns


def without_infinite(
    g: Real, c: Real, lanes: NDArray[np.intp] | None = None, largest: Real | None = None, *, levels: int = -1
) -> Iterator[tuple[NDArray[np.intp], Real, Real]]:
    """Smaller pencils `[lane, m, m]` with the finite eigenvalues alone: their second matrices have full rank.

    Lanes are parted where their ranks differ, and numbered; those without a finite eigenvalue are left out. `largest`
    `[lane]` is the largest singular value that has been seen so far. No more than so many `levels` of equations are
    taken out, if that many are said.
    """
    lanes = np.arange(len(c)) if lanes is None else lanes
    u, singular, v = np.linalg.svd(c)
    here = singular.max(axis=1, initial=0.0)
    largest = here if largest is None else np.maximum(largest, here)
    ranks = (singular > _RANK * largest[:, None]).sum(axis=1)
    for rank in np.unique(ranks[ranks > 0]):
        some = np.flatnonzero(ranks == rank)
        if rank == c.shape[1] or levels == 0:
            yield lanes[some], g[some], c[some]
            continue
        # rows below `rank` are algebraic: the solution lies in their null space
        rotated = u[some].swapaxes(1, 2) @ g[some] @ v[some].swapaxes(1, 2)
        q, _ = np.linalg.qr(rotated[:, rank:].swapaxes(1, 2), mode="complete")
        space = q[:, :, c.shape[1] - rank :]
        smaller = rotated[:, :rank] @ space, singular[some, :rank, None] * space[:, :rank]
        yield from without_infinite(*smaller, lanes[some], largest[some], levels=levels - 1)


def finite(g: Real, c: Real) -> Complex:
    from scipy.linalg import eigvals

    values = np.asarray(eigvals(-g[0], c[0]), complex)
    return values[np.isfinite(values) & (np.abs(values) < FASTEST)]
