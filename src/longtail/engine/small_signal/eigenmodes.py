"""Natural frequencies of a linear circuit with their vectors: each as exact as any, and as often as it is there.

QZ on the pencil without its infinite eigenvalues is inexact in those that are slow, and in those that lie close to
others. Each is refined on the whole pencil by two-sided inverse iteration, those that cannot be told apart together.
What does not settle, or ends where another one is, is found by Newton's method on the determinant with all other
eigenvalues divided out.
Sources: Golub and Van Loan, Matrix Computations, 4th edition, sections 7.7 and 8.2.3; Bini and Noferini, Solving
polynomial eigenvalue problems by means of the Ehrlich-Aberth method, Linear Algebra Appl. 439 (2013) 1130.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.engine.small_signal.pencil import (
    FASTEST,
    MIDDLE,
    NEAR_ZERO,
    Complex,
    Real,
    finite,
    scaled,
    slowest,
    without_infinite,
)
from longtail.engine.solving import dense

Vectors = NDArray[Any]  # real beside a real eigenvalue

_CLUSTER = 1e-6  # eigenvalues closer than this, relatively, are refined together
_EQUAL = 1e-9  # eigenvalues closer than this, relatively, are one, several times over
_REFINED = 1e-2  # a refinement that moves an eigenvalue by more, relatively, may have gone to another one
_SETTLED = 1e-9  # relative change of the last step
_FAR_OUT = np.exp(0.3j)  # off the axes, where fast eigenvalues are
_WHOLE = 0.1  # of a number that is whole but for what lies far inside
_STEPS = 5
_NEWTON_STEPS = 60
_ARRIVED = 1e-12  # relative change of a step of Newton's method: no more is to be had
_ASIDE = 1e-4j  # at most, relatively: how far aside Newton's method begins, each eigenvalue by another part of it


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
        g, c, rows, columns = scaled(static[None], dynamic[None])
        values = _guesses(g, c)
        g, c = g[0], c[0]
        values = values[values.real > 0.0] if growing else values
        refined = _refined(g, c, values[np.lexsort((values.imag, np.abs(values.real), np.abs(values)))])
    none = np.empty((len(g), 0), complex)
    found = np.concatenate([none[0], *(each.values for each in refined)])
    right = np.concatenate([none, *(each.right for each in refined)], axis=1)
    left = np.concatenate([none, *(each.left for each in refined)], axis=1)
    participation: Complex = left * (c @ right)
    order = _in_order(found, participation)
    # scaled vectors back to those of the pencil as it was given
    modes = Eigenmodes(found[order], right[:, order], left[:, order], participation[:, order])
    return replace(
        modes,
        values=_without_rounding(modes.values) * MIDDLE,
        right=modes.right / columns[:, None],
        left=modes.left / rows[:, None] * MIDDLE,
    )


def slowest_refined(static: Real, dynamic: Real) -> Complex:
    """`slowest` of each lane, as exact as `eigenmodes` has it.

    >>> slowest_refined(np.array([np.diag([1e-3, 1e-3])]), np.array([np.diag([1e-9, 1e-6])])).real.round(6).tolist()
    [-1000.0]
    """
    found = slowest(static, dynamic)
    for lane in np.flatnonzero(np.abs(found) > 0.0):
        g, c, *_ = scaled(static[[lane]], dynamic[[lane]])
        with dense.one_thread():
            refined = _refine(g[0], c[0], found[[lane]] / MIDDLE)
        if refined.settled:
            found[lane] = refined.values[0] * MIDDLE
    return found


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
    gaps = np.diff(size[rising]) > _EQUAL * size[rising][1:] + NEAR_ZERO
    level = np.empty(len(values), int)
    level[rising] = np.concatenate([[0], np.cumsum(gaps)])[: len(values)]
    angles = np.round(np.stack([values.imag, values.real]) / np.maximum(size, NEAR_ZERO) / _CLUSTER)
    home = np.round(np.abs(participation) / _CLUSTER).argmax(axis=0) if participation.size else np.zeros(len(values))
    return np.lexsort((home, *angles[::-1], level))


def _guesses(g: Real, c: Real) -> Complex:
    """What QZ finds of a pencil `[1, n, n]`.

    Behind a gain that falls steeply beyond all poles, rank after rank is lost to rounding, and eigenvalues with them.
    Where fewer are left than there are, QZ takes on the infinite ones too.
    """
    values = np.concatenate([np.empty(0, complex), *(finite(*each) for _, *each in without_infinite(g, c))])
    count = _count(g[0], c[0])
    if len(values) >= count:
        return values
    more = np.concatenate([values[:0], *(finite(*each) for _, *each in without_infinite(g, c, levels=1))])
    more = more[np.argsort(np.abs(more), kind="stable")][:count]
    return np.append(more, -np.sqrt(FASTEST) * np.arange(1, count - len(more) + 1))  # anywhere: no other is left


def _count(g: Real, c: Real) -> int:
    """How many eigenvalues there are: the sum of s/(s - value) far out, s times the slope of log det(g + s*c).

    None can be said to be where some are so fast that the sum is no whole number.
    """
    s = FASTEST * _FAR_OUT
    try:
        total = s * _log_slope(g, c, s)
    except np.linalg.LinAlgError:
        return 0
    whole = np.isfinite(total) and abs(total - round(total.real)) < _WHOLE
    return round(total.real) if whole else 0


def _log_slope(g: Real, c: Real, s: complex) -> complex:
    """The slope of log det(g + s*c) by s: the trace of (g + s*c)^-1 c, where columns of c that are zero have no part.

    Raises `numpy.linalg.LinAlgError` at an eigenvalue.
    """
    stored = np.flatnonzero(np.abs(c).max(axis=0, initial=0.0) > 0.0)
    return complex(np.trace(dense.Factorized(g + s * c).solve(c[:, stored])[stored]))


@dataclass(frozen=True, eq=False)
class _Cluster:
    """Eigenvalues that lie together, with their vectors `[n, mode]`.

    moved    how far refinement took them, relatively
    settled  whether it ended, and near where it began
    """

    values: Complex
    right: Vectors
    left: Vectors
    moved: float = np.inf
    settled: bool = False


def _refined(g: Real, c: Real, values: Complex) -> list[_Cluster]:
    """Every eigenvalue as often as it is there, from what QZ found."""
    guesses = _clusters(values)
    kept, missing = _apart(guesses, [_refine(g, c, guess) for guess in guesses])
    if not missing.size:
        return kept
    # a pair that is complex by error would stay so: aside from the axis of symmetry it can become two real ones
    aside = missing * (1.0 + _ASIDE * np.arange(1, len(missing) + 1) / len(missing))
    groups = [each.values for each in kept]
    found = _newton(g, c, aside, np.concatenate([missing[:0], *groups]))
    for value in found[np.abs(found) < FASTEST]:  # a guess too many has gone to infinity
        near = [k for k, group in enumerate(groups) if (np.abs(group - value) <= _CLUSTER * abs(value)).any()]
        if near:
            groups[near[0]] = np.append(groups[near[0]], value)
        else:
            groups.append(np.array([value]))
    new = [k >= len(kept) or len(group) > len(kept[k].values) for k, group in enumerate(groups)]
    return [_of_newton(g, c, group) if new[k] else kept[k] for k, group in enumerate(groups)]


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


def _apart(guesses: list[Complex], refined: list[_Cluster]) -> tuple[list[_Cluster], Complex]:
    """Clusters that settled where no other is, those that moved least first; and the guesses that led to no such."""
    kept: list[_Cluster] = []
    missing = []
    decades = np.ceil(np.log10([max(each.moved, _CLUSTER) for each in refined]))
    for k in np.argsort(decades, kind="stable"):
        taken = np.concatenate([guesses[k][:0], *(each.values for each in kept)])
        same = np.abs(taken - refined[k].values[:, None]) <= _EQUAL * np.abs(taken)
        if refined[k].settled and not same.any():
            kept.append(refined[k])
        else:
            missing.append(k)
    return kept, np.concatenate([np.empty(0, complex), *(guesses[k] for k in sorted(missing))])


def _refine(g: Real, c: Real, cluster: Complex) -> _Cluster:
    """A cluster and its vectors by block inverse iteration on both sides."""
    count = len(cluster)
    right, left = np.random.default_rng(count).standard_normal((2, len(g), count))
    values = cluster
    change = np.inf
    for _ in range(_STEPS):
        try:
            right, left = _inverse_step(g, c, values.mean(), right, left)
            found, basis = np.linalg.eig(np.linalg.solve(left.T @ c @ right, -left.T @ g @ right))
        except np.linalg.LinAlgError:  # the vectors of a defective eigenvalue
            return _Cluster(cluster, right, left)
        change = np.abs(found.mean() - values.mean()) / max(np.abs(found.mean()), NEAR_ZERO)
        values, right = found.astype(complex), right @ basis
        if change < 1e-14:
            break
    right = _at_home(values, right)
    moved = np.abs(values - cluster.mean()).max() / max(np.abs(cluster).max(), NEAR_ZERO)
    left = np.linalg.lstsq(left.T @ c @ right, left.T, rcond=None)[0].T
    return _Cluster(values, right, left, float(moved), bool(change < _SETTLED and moved <= _REFINED))


def _of_newton(g: Real, c: Real, found: Complex) -> _Cluster:
    """What Newton's method found, with its vectors; its values, where refining them leads elsewhere.

    That a multiple eigenvalue has not as many vectors, or that another one is too near, leads it elsewhere.
    """
    refined = _refine(g, c, found)
    return refined if refined.settled and refined.moved <= _CLUSTER else replace(refined, values=found)


def _at_home(values: Complex, right: Vectors) -> Vectors:
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


def _newton(g: Real, c: Real, guesses: Complex, known: Complex) -> Complex:
    """Eigenvalues near the guesses and none of the known: Newton's method on det(g + s*c) over what is known."""
    found = guesses.copy()
    moving = np.ones(len(found), bool)
    for _ in range(_NEWTON_STEPS):
        for k in np.flatnonzero(moving):
            s = found[k]
            others = np.concatenate([known, np.delete(found, k)])
            try:
                slope = _log_slope(g, c, s) - (1.0 / (s - others[others != s])).sum()
            except np.linalg.LinAlgError:  # there already
                moving[k] = False
                continue
            if not np.isfinite(slope) or slope == 0.0:
                continue
            found[k] = s - 1.0 / slope
            moving[k] = abs(found[k] - s) > _ARRIVED * max(abs(found[k]), NEAR_ZERO)
        if not moving.any():
            break
    return found


def _inverse_step(g: Real, c: Real, at: complex, right: Vectors, left: Vectors) -> tuple[Vectors, Vectors]:
    """Solve with the pencil beside an eigenvalue: what comes out lies along its vectors."""
    at = at if at.imag else at.real
    try:
        factors = dense.Factorized(g + at * (1.0 + 1e-13) * c)
    except np.linalg.LinAlgError:  # exactly on the eigenvalue: step aside
        factors = dense.Factorized(g + (at * (1.0 + 1e-9) + NEAR_ZERO) * c)
    x, y = factors.solve(c @ right), factors.solve(c.T @ left, transposed=True)
    sizes = np.abs(np.stack([x, y])).max(axis=1)
    if not (np.isfinite(sizes) & (sizes > 0.0)).all():
        raise np.linalg.LinAlgError("no vectors beside this eigenvalue")
    return x / sizes[0], y / sizes[1]
