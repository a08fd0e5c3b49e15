"""The yield of several limits at once: the probability that jointly normal measures lie in a box.

With C = L*L' of the covariance, the measures are m + L*y of independent normal y, and the limits on y_j follow from
those on the measures and y_1 to y_(j-1). So the probability is an integral over a unit cube,

    P = integral of product over j of (e_j - d_j) over w,  d_j, e_j = Phi(limits of y_j),
    y_j = Phi^-1(d_j + w_j*(e_j - d_j)),

of one dimension less than C has rank (A. Genz, J. Comput. Graph. Stat. 1 (1992) 141, eq. 6). Measures that depend on
others, so that C is singular, are more limits on the last y that they depend on (A. Genz, K. Kwong, J. Stat. Comput.
Simul. 68 (2000) 1). The measures with the tightest limits come first (G. Gibson, C. Glasbey, D. Elston, Advances in
Numerical Methods and Applications, 1994, p. 120). The points are scrambled Sobol' points of `draws`, always the same;
several scramblings tell the error.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longtail.errors import OptionError
from longtail.statistics.draws import SOBOL, uniforms

Array = NDArray[np.float64]

_SCRAMBLES, _POINTS = 16, 4096
_DEPENDENT = 1e-7  # of its deviation: what of a measure does not follow from others
_SEED = 20240229
_SURE = 3.0  # standard errors


class Box(NamedTuple):
    """The probability of a box, and three standard errors of it."""

    probability: float
    error: float


def box_probability(mean: ArrayLike, covariance: ArrayLike, low: ArrayLike, high: ArrayLike) -> Box:
    """The probability that measures `[measure]` of a covariance `[measure, measure]` all lie from `low` to `high`.

    Limits may be infinite. The error is some 1e-6 for a few measures and 1e-4 for tens; it is absolute: where one limit
    fails rarely, `yields.failures` has its probability. Raises `OptionError` where shapes differ or the covariance is
    none.

    >>> half = [[1.0, 0.5], [0.5, 1.0]]
    >>> box_probability([0.0, 0.0], half, [0.0, 0.0], [np.inf, np.inf]).probability  # 1/4 + asin(1/2)/(2*pi)
    0.33333...
    """
    center, matrix = np.asarray(mean, float), np.asarray(covariance, float)
    lows, highs = (np.broadcast_to(np.asarray(each, float), center.shape) - center for each in (low, high))
    if center.ndim != 1 or matrix.shape != (center.size, center.size):
        raise OptionError("measures are a list, and their covariance is a square of as many")
    if not (np.isfinite(center).all() and np.isfinite(matrix).all() and np.allclose(matrix, matrix.T, rtol=1e-9)):
        raise OptionError("a covariance is finite and symmetric")
    deviations = np.sqrt(np.maximum(matrix.diagonal(), 0.0))
    fixed = deviations == 0.0
    if not ((lows <= 0.0) & (highs >= 0.0))[fixed].all() or (lows > highs).any():
        return Box(0.0, 0.0)
    free, scale = np.flatnonzero(~fixed), deviations[~fixed]
    lows, highs = lows[free] / scale, highs[free] / scale
    factor, order = _factor(matrix[np.ix_(free, free)] / np.outer(scale, scale), lows, highs)
    bounds = lows[order], highs[order]
    found = np.array([_mean(factor, *bounds, stream) for stream in range(_SCRAMBLES if factor.shape[1] > 1 else 1)])
    spread = found.std(ddof=1) / np.sqrt(found.size) if found.size > 1 else 0.0
    return Box(float(found.mean()), float(_SURE * spread))


def _factor(matrix: Array, low: Array, high: Array) -> tuple[Array, NDArray[np.intp]]:
    """L `[measure, rank]` of a correlation, and the order of its measures: those with the tightest limits first."""
    from scipy.special import ndtr

    rest, order, size = matrix.copy(), np.arange(len(matrix)), len(matrix)
    factor, expected = np.zeros((size, size)), np.zeros(size)
    for j in range(size):
        left = np.sqrt(np.maximum(rest.diagonal()[j:], 0.0))
        if (rest.diagonal()[j:] < -1e-6).any():
            raise OptionError("a covariance has no negative variance in any direction")
        if (left <= _DEPENDENT).all():
            return factor[:, :j], order
        known, usable = factor[j:, :j] @ expected[:j], np.where(left > _DEPENDENT, left, np.inf)
        a, b = (low[order[j:]] - known) / usable, (high[order[j:]] - known) / usable
        k = j + int(np.argmin(np.where(left > _DEPENDENT, ndtr(b) - ndtr(a), np.inf)))
        for each in (rest, rest.T, factor, order):
            each[[j, k]] = each[[k, j]]
        factor[j:, j] = rest[j:, j] / np.sqrt(rest[j, j])
        rest[j:, j:] -= np.outer(factor[j:, j], factor[j:, j])
        expected[j] = _truncated_mean(float(a[k - j]), float(b[k - j]))
    return factor, order


def _truncated_mean(a: float, b: float) -> float:
    """The mean of a standard normal variable between a and b."""
    from scipy.special import ndtr

    share = ndtr(b) - ndtr(a)
    if share < 1e-12:
        return float(np.clip(0.0, a, b))
    return float((np.exp(-0.5 * a * a) - np.exp(-0.5 * b * b)) / np.sqrt(2.0 * np.pi) / share)


def _mean(factor: Array, low: Array, high: Array, stream: int) -> float:
    """The mean of the product over the points of one scrambling."""
    from scipy.special import ndtr, ndtri

    rank = factor.shape[1]
    w = uniforms(_SEED, np.arange(_POINTS), rank - 1, kind=SOBOL, stream=stream).T if rank > 1 else np.zeros((0, 1))
    count = w.shape[1]
    last = np.where(np.abs(factor) > _DEPENDENT, np.arange(rank), -1).max(axis=1, initial=-1)
    product, known = np.ones(count), np.zeros((len(factor), count))
    for j in range(rank):
        rows = np.flatnonzero(last == j)
        slope = factor[rows, j][:, None]
        ends = (low[rows][:, None] - known[rows]) / slope, (high[rows][:, None] - known[rows]) / slope
        a, b = np.minimum(*ends).max(axis=0), np.maximum(*ends).min(axis=0)
        right = a > 0.0  # where both are above, their difference is that of the tails
        d, e = ndtr(np.where(right, -b, a)), ndtr(np.where(right, -a, b))
        product *= np.maximum(e - d, 0.0)
        if j < rank - 1:
            y = ndtri(np.clip(d + np.where(right, 1.0 - w[j], w[j]) * (e - d), 1e-300, 1.0 - 2.0**-53))
            known += np.outer(factor[:, j], np.where(right, -y, y))
    return float(product.mean())
