"""Finite eigenvalues of a matrix pencil G + s*C: natural frequencies of a linear circuit.

C is singular in every circuit of some size, so that most eigenvalues are infinite, and finite ones span ten decades.
Infinite ones are taken out before anything is solved: the null space of C leaves algebraic equations, which confine
the solution to a smaller space, and so on until the C that is left has full rank. What remains goes to QZ, and each
eigenvalue is then refined on the whole pencil by two-sided inverse iteration, so that the slow ones are as exact as
the fast ones. The few that QZ has too far off for that are found by Newton's method on the determinant with all other
eigenvalues divided out.
Sources: Golub and Van Loan, Matrix Computations, 4th edition, sections 7.7 and 8.2.3; Bini and Noferini, Solving
polynomial eigenvalue problems by means of the Ehrlich-Aberth method, Linear Algebra Appl. 439 (2013) 1130.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.engine.solving import dense

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_MIDDLE = 1e9  # rad/s: where G and s*C are weighed against each other
_RANK = 1e-13  # of the largest singular value of the scaled C: what is below is rounding
_BEYOND = 1e290  # F, H: storage beyond it is as good as endless, and overflows times _MIDDLE
_FASTEST = 1e7  # times _MIDDLE: no circuit is faster, and an infinite eigenvalue that rounding made finite is
_CLUSTER = 1e-6  # eigenvalues closer than this, relatively, are refined together
_EQUAL = 1e-9  # eigenvalues closer than this, relatively, are one, several times over
_REFINED = 1e-2  # a refinement that moves an eigenvalue by more, relatively, may have gone to another one
_SETTLED = 1e-9  # relative change of the last step
_STEPS = 5
_NEWTON_STEPS = 60
_QUICK = 400  # unknowns up to which all eigenvalues are found to tell whether one grows
_ON_AXIS = 1e-10  # of its magnitude: an eigenvalue with less of a real part lies on the axis
_NEAR_ZERO = 1e-12  # times _MIDDLE: below it, eigenvalues are as good as zero and relative changes mean nothing


@dataclass(frozen=True, eq=False)
class Eigenmodes:
    """Finite eigenvalues of a pencil, in rising magnitude, with their vectors.

    values  `[mode]`, rad/s
    right   `[n, mode]`, (G + s*C) right = 0;  left `[n, mode]`, left.T (G + s*C) = 0;  left.T C right = 1, so that
            the inverse of G + s*C is near each eigenvalue right left.T/(s - value)
    """

    values: Complex
    right: Complex
    left: Complex
    participation: Complex  # `[n, mode]`: share of each unknown, left*(C right); they sum to one

    def uncertainty(self, static: Real, dynamic: Real) -> Real:
        """How far the last bit of every entry of the pencil may move each eigenvalue, rad/s, to first order.

        Infinite for an eigenvalue without vectors enough. Source: Higham and Higham, SIAM J. Matrix Anal. Appl. 20
        (1998) 493, on componentwise condition numbers.
        """
        right, left = np.abs(self.right), np.abs(self.left)
        moved = (left * (np.abs(static) @ right + np.abs(self.values) * (np.abs(dynamic) @ right))).sum(axis=0)
        return np.asarray(np.where(np.isfinite(moved), np.finfo(float).eps * moved, np.inf))


def eigenmodes(static: Real, dynamic: Real, *, growing: bool = False) -> Eigenmodes:
    """The eigenvalues of static + s*dynamic, both `[n, n]`, below 1e16 rad/s: beyond it they are as good as infinite.

    `growing` asks for those alone that come out with a positive real part before they are refined, which is most of
    the work in a large pencil. A pencil that is singular everywhere gives noise.

    >>> rc = eigenmodes(np.array([[1e-3, 0.0], [0.0, 1.0]]), np.array([[1e-9, 0.0], [0.0, 0.0]]))
    >>> rc.values.real.round().tolist(), rc.participation.real.round(6).ravel().tolist()
    ([-1000000.0], [1.0, 0.0])
    """
    with dense.one_thread():
        g, c, rows, columns = _scaled(static[None], dynamic[None])
        values = np.concatenate([np.empty(0, complex), *(_finite(*each) for _, *each in _without_infinite(g, c))])
        g, c = g[0], c[0]
        values = values[values.real > 0.0] if growing else values
        values = values[np.lexsort((values.imag, np.abs(values.real), np.abs(values)))]
        refined = _settled(g, c, [_refine(g, c, cluster) for cluster in _clusters(values)])
    n = len(static)
    found = np.concatenate([np.empty(0, complex), *(r[0] for r in refined)])
    right = np.concatenate([np.empty((n, 0), complex), *(r[1] for r in refined)], axis=1)
    left = np.concatenate([np.empty((n, 0), complex), *(r[2] for r in refined)], axis=1)
    participation: Complex = left * (c @ right)
    order = _in_order(found, participation)
    # scaled vectors back to those of the pencil as it was given
    scaled = Eigenmodes(found[order], right[:, order], left[:, order], participation[:, order])
    return replace(
        scaled,
        values=_without_rounding(scaled.values) * _MIDDLE,
        right=scaled.right / columns[:, None],
        left=scaled.left / rows[:, None] * _MIDDLE,
    )


def _without_rounding(values: Complex) -> Complex:
    """Eigenvalues without a real or imaginary part that is below the last bit of the other."""
    parts = np.stack([values.real, values.imag])
    parts = np.where(np.abs(parts) > np.finfo(float).eps * np.abs(values), parts, 0.0)
    return np.asarray(parts[0] + 1j * parts[1])


def _in_order(values: Complex, participation: Complex) -> NDArray[np.intp]:
    """Rising magnitude; of equal magnitudes, conjugates by their signs, and equal ones by the unknown with the
    largest share, so that rounding decides nothing."""
    size = np.abs(values)
    rising = np.argsort(size, kind="stable")
    gaps = np.diff(size[rising]) > _EQUAL * size[rising][1:] + _NEAR_ZERO
    level = np.empty(len(values), int)
    level[rising] = np.concatenate([[0], np.cumsum(gaps)])[: len(values)]
    angles = np.round(np.stack([values.imag, values.real]) / np.maximum(size, _NEAR_ZERO) / _CLUSTER)
    home = np.round(np.abs(participation) / _CLUSTER).argmax(axis=0) if participation.size else np.zeros(len(values))
    return np.lexsort((home, *angles[::-1], level))


def unrefined(static: Real, dynamic: Real) -> Complex:
    """The eigenvalues of static + s*dynamic, both `[n, n]`, as QZ has them: soon found, and the slow ones are inexact.

    >>> unrefined(np.diag([1e-3, 1e-3]), np.diag([1e-9, 1e-6])).real.round(3).tolist()
    [-1000000.0, -1000.0]
    """
    with dense.one_thread():
        g, c, *_ = _scaled(static[None], dynamic[None])
        found = [_finite(*each) for _, *each in _without_infinite(g, c)]
    values: Complex = np.concatenate([np.empty(0, complex), *found])
    return values * _MIDDLE


def slowest(static: Real, dynamic: Real) -> Real:
    """The smallest magnitude of an eigenvalue of static + s*dynamic, both `[lane, n, n]`: rad/s, `[lane]`.

    The finite eigenvalues are the reciprocals of those of -static^-1 dynamic, of which the largest is the most exact.
    nan where there is none below 1e16 rad/s, and of pencils that are not finite.

    >>> slowest(np.array([np.diag([1e-3, 1e-3])]), np.array([np.diag([1e-9, 1e-6])])).round(6).tolist()
    [1000.0]
    """
    found = np.full(len(static), np.nan)
    finite = _finite_lanes(static, dynamic)
    if not finite.size:
        return found
    with dense.one_thread():
        g, c, *_ = _scaled(static[finite], dynamic[finite])
        for some, slow, fast in _without_infinite(g, c):
            lanes = finite[some]
            singular = np.linalg.slogdet(slow)[0] == 0.0
            found[lanes[singular]] = 0.0
            largest = np.abs(np.linalg.eigvals(np.linalg.solve(slow[~singular], fast[~singular]))).max(axis=1)
            found[lanes[~singular]] = np.where(largest * _FASTEST > 1.0, _MIDDLE / largest, np.nan)
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
        g, c, *_ = _scaled(static[finite], dynamic[finite])
        if g.shape[1] > _QUICK:
            found[finite] = np.linalg.slogdet(g)[0] * np.linalg.slogdet(g + _FASTEST * c)[0] < 0.0
            return found
        for some, slow, fast in _without_infinite(g, c):
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


def _scaled(static: Real, dynamic: Real) -> tuple[Real, Real, Real, Real]:
    """Both matrices `[lane, n, n]` with entries near one, for s in units of `_MIDDLE`, and the scales of rows and
    columns, which all lanes share."""
    dynamic = np.clip(dynamic, -_BEYOND, _BEYOND)
    rows, columns = _scales(np.maximum(np.abs(static), np.abs(dynamic) * _MIDDLE).max(axis=0))
    return static / rows[:, None] / columns, dynamic * _MIDDLE / rows[:, None] / columns, rows, columns


def _scales(size: Real) -> tuple[Real, Real]:
    """Row and column scales that bring the largest entry of each row and column near one (Ruiz)."""
    rows, columns = np.ones(len(size)), np.ones(len(size))
    for _ in range(10):
        scaled = size / rows[:, None] / columns
        row, column = scaled.max(axis=1), scaled.max(axis=0)
        rows *= np.sqrt(np.where(row > 0.0, row, 1.0))
        columns *= np.sqrt(np.where(column > 0.0, column, 1.0))
    return rows, columns


def _without_infinite(
    g: Real, c: Real, lanes: NDArray[np.intp] | None = None, largest: Real | None = None
) -> Iterator[tuple[NDArray[np.intp], Real, Real]]:
    """Smaller pencils `[lane, m, m]` with the finite eigenvalues alone: their second matrices have full rank.

    Lanes are parted where their ranks differ, and numbered; those without a finite eigenvalue are left out. `largest`
    `[lane]` is the largest singular value that has been seen so far.
    """
    lanes = np.arange(len(c)) if lanes is None else lanes
    u, singular, v = np.linalg.svd(c)
    here = singular.max(axis=1, initial=0.0)
    largest = here if largest is None else np.maximum(largest, here)
    ranks = (singular > _RANK * largest[:, None]).sum(axis=1)
    for rank in np.unique(ranks[ranks > 0]):
        some = np.flatnonzero(ranks == rank)
        if rank == c.shape[1]:
            yield lanes[some], g[some], c[some]
            continue
        # rows below `rank` are algebraic: the solution lies in their null space
        rotated = u[some].swapaxes(1, 2) @ g[some] @ v[some].swapaxes(1, 2)
        q, _ = np.linalg.qr(rotated[:, rank:].swapaxes(1, 2), mode="complete")
        space = q[:, :, c.shape[1] - rank :]
        smaller = rotated[:, :rank] @ space, singular[some, :rank, None] * space[:, :rank]
        yield from _without_infinite(*smaller, lanes[some], largest[some])


def _finite(g: Real, c: Real) -> Complex:
    from scipy.linalg import eigvals

    values = np.asarray(eigvals(-g[0], c[0]), complex)
    return values[np.isfinite(values) & (np.abs(values) < _FASTEST)]


def _clusters(values: Complex) -> list[Complex]:
    """Eigenvalues in groups that cannot be told apart."""
    left = list(range(len(values)))
    groups = []
    while left:
        first = values[left[0]]
        near = [k for k in left if abs(values[k] - first) <= _CLUSTER * abs(first)]
        groups.append(values[near])
        left = [k for k in left if k not in near]
    return groups


def _refine(g: Real, c: Real, cluster: Complex) -> tuple[Complex, Complex, Complex, bool]:
    """Values, right and left vectors of a cluster by block inverse iteration on both sides, and whether it settled."""
    count = len(cluster)
    start = np.random.default_rng(count).standard_normal((2, len(g), count))
    right, left = start.astype(complex)
    values = cluster
    change = np.inf
    for _ in range(_STEPS):
        try:
            right, left = _inverse_step(g, c, values.mean(), right, left)
            found, basis = np.linalg.eig(np.linalg.solve(left.T @ c @ right, -left.T @ g @ right))
        except np.linalg.LinAlgError:  # the vectors of a defective eigenvalue
            return cluster, right, left, False
        change = np.abs(found.mean() - values.mean()) / max(np.abs(found.mean()), _NEAR_ZERO)
        values, right = found, right @ basis
        if change < 1e-14:
            break
    right = _at_home(values, right)
    far = np.abs(values - cluster.mean()).max() > _REFINED * max(np.abs(cluster).max(), _NEAR_ZERO)
    left = np.linalg.lstsq(left.T @ c @ right, left.T, rcond=None)[0].T
    return values, right, left, bool(change < _SETTLED and not far)


def _at_home(values: Complex, right: Complex) -> Complex:
    """The vectors of an eigenvalue that is there several times over, any basis of which would do, in the one that
    sets them apart: each is one, and all others are zero, at one of the unknowns that have most to do with them."""
    right = right.copy()
    left = list(range(len(values)))
    while left:
        same = [k for k in left if abs(values[k] - values[left[0]]) <= _EQUAL * abs(values[left[0]])]
        left = [k for k in left if k not in same]
        if len(same) == 1:
            continue
        rows, open_ = [], np.linalg.qr(right[:, same])[0]
        for _ in same:
            strength = np.round(np.square(np.abs(open_)).sum(axis=1) / _CLUSTER)
            rows.append(int(strength.argmax()))
            direction = open_[rows[-1]].conj() / np.linalg.norm(open_[rows[-1]])
            open_ = open_ - np.outer(open_ @ direction, direction.conj())
        right[:, same] = np.linalg.solve(right[np.ix_(sorted(rows), same)].T, right[:, same].T).T
    return right


def _settled(
    g: Real, c: Real, refined: list[tuple[Complex, Complex, Complex, bool]]
) -> list[tuple[Complex, Complex, Complex, bool]]:
    """Finds those that did not settle once more, with all others known."""
    known = [value for values, *_, good in refined if good for value in values]
    missing = [(values, k) for k, (values, *_, good) in enumerate(refined) if not good]
    places = [k for values, k in missing for _ in values]
    guesses = np.array([value for values, _ in missing for value in values], complex)
    # a pair that is complex by error would stay so: aside from the axis of symmetry it can become two real ones
    found = _newton(g, c, guesses * (1.0 + 1e-3j * np.arange(1, len(guesses) + 1)), np.array(known, complex))
    kept = [item for item in refined if item[-1]]
    for value, guess, k in zip(found, guesses, places, strict=True):
        values, right, left, good = _refine(g, c, np.array([value]))
        if not good:  # no better than before: a multiple eigenvalue without as many vectors
            column = int(np.argmin(np.abs(refined[k][0] - guess)))
            values, right, left = np.array([value]), refined[k][1][:, [column]], refined[k][2][:, [column]]
        kept.append((values, right, left, good))
    return kept


def _newton(g: Real, c: Real, guesses: Complex, known: Complex) -> Complex:
    """Eigenvalues near the guesses and none of the known: Newton's method on det(g + s*c) over what is known."""
    found = guesses.copy()
    for _ in range(_NEWTON_STEPS):
        largest = 0.0
        for k, s in enumerate(found):
            others = np.concatenate([known, np.delete(found, k)])
            try:
                slope = np.trace(np.linalg.solve(g + s * c, c)) - (1.0 / (s - others[others != s])).sum()
            except np.linalg.LinAlgError:  # there already
                continue
            if not np.isfinite(slope) or slope == 0.0:
                continue
            found[k] = s - 1.0 / slope
            largest = max(largest, abs(found[k] - s) / max(abs(found[k]), _NEAR_ZERO))
        if largest < 1e-12:
            break
    return found


def _inverse_step(g: Real, c: Real, at: complex, right: Complex, left: Complex) -> tuple[Complex, Complex]:
    """Solve with the pencil beside an eigenvalue: what comes out lies along its vectors."""
    near = at * (1.0 + 1e-13)
    try:
        x, y = _both_sides(g + near * c, c, right, left)
    except np.linalg.LinAlgError:  # exactly on the eigenvalue: step aside
        x, y = _both_sides(g + (at * (1.0 + 1e-9) + _NEAR_ZERO) * c, c, right, left)
    sizes = np.abs(np.stack([x, y])).max(axis=1)
    if not (np.isfinite(sizes) & (sizes > 0.0)).all():
        raise np.linalg.LinAlgError("no vectors beside this eigenvalue")
    return x / sizes[0], y / sizes[1]


def _both_sides(matrix: Complex, c: Real, right: Complex, left: Complex) -> tuple[Any, Any]:
    return np.linalg.solve(matrix, c @ right), np.linalg.solve(matrix.T, c.T @ left)
