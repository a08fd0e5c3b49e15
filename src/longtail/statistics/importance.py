"""Rare failures: the part of all samples that fails, from samples about the points where failing is likeliest.

Samples z of n variables are drawn from a mixture of normal distributions about some points s_k with parts a_k, of the
plain one about zero with part a_0, and of a wider one, of deviation d, with part a_w. Each counts with what it is
likelier than there,

    w(z) = phi(z)/(a_0*phi(z) + a_w*phi(z/d)/d^n + sum of a_k*phi(z - s_k))
         = 1/(a_0 + a_w*exp(z.z*(1 - 1/d^2)/2)/d^n + sum of a_k*exp(z.s_k - s_k.s_k/2))

whichever distribution it came from: the balance heuristic (E. Veach, L. Guibas, SIGGRAPH 1995, 419), with a defensive
part so that no weight is above 1/a_0 (T. Hesterberg, Technometrics 37 (1995) 185). The mean of w over what fails is the
part that fails, without bias whatever the points are. From bad ones the estimate has a large error; what fails far from
all of them is seen by the wider part, and makes the error large too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.statistics.draws import normals

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]

DEFENSIVE = 0.1  # of all samples, drawn as amplifiers are
WIDER = 0.1  # of all samples, drawn wider than amplifiers are
_WIDEST, _RARER = 3.0, 100.0  # the deviation, and d^n: how much less likely than in the plain part a sample may be
_LEAST = 0.02  # of the largest part: what any other has at least
_AT_ONCE = 2048  # samples that are solved together


@dataclass(frozen=True, eq=False)
class ShiftedDraws:
    """Draws about some `points` `[point, variable]`, and about zero.

    seed, stream  as of `longtail.statistics.draws.normals`
    """

    points: Array
    seed: int
    stream: int

    @property
    def parts(self) -> Array:
        """The parts of the mixture: of the plain distribution, of the wider one, then of each point by how likely it
        is; without points all are plain."""
        if not len(self.points):
            return np.array([1.0, 0.0])
        squares = (self.points**2).sum(axis=-1)
        likely = np.maximum(np.exp(-0.5 * (squares - squares.min())), _LEAST)
        return np.concatenate([[DEFENSIVE, WIDER], (1.0 - DEFENSIVE - WIDER) * likely / likely.sum()])

    def samples(self, first: int, last: int, count: int) -> Array:
        """Samples `first` to `last` - 1 of `count`, `[sample, variable]`: each part has its share of them."""
        numbers = np.arange(first, last)
        ends = np.round(np.cumsum(self.parts) * count)
        dimensions = self.points.shape[1]
        centers = np.concatenate([np.zeros((2, dimensions)), self.points])
        which = np.minimum(np.searchsorted(ends, numbers, side="right"), len(centers) - 1)
        drawn = normals(self.seed, numbers, dimensions, stream=self.stream)
        drawn[which == 1] *= wide(dimensions)
        return np.asarray(drawn + centers[which])

    def weights(self, z: Array) -> Array:
        """How much each sample counts, `[sample]`.

        >>> ShiftedDraws(np.zeros((0, 2)), 1, 0).weights(np.ones((1, 2))).tolist()
        [1.0]
        """
        from scipy.special import logsumexp

        count, dimensions = z.shape
        wider = 0.5 * (z**2).sum(axis=-1) * (1.0 - wide(dimensions) ** -2.0) - dimensions * np.log(wide(dimensions))
        about = z @ self.points.T - 0.5 * (self.points**2).sum(axis=-1)
        exponents = np.concatenate([np.zeros((count, 1)), wider[:, None], about], axis=1)
        return np.exp(-logsumexp(exponents, axis=1, b=self.parts))


def wide(dimensions: int) -> float:
    """The deviation of the wider part: less of many variables, since all of them are wider.

    >>> wide(2), round(wide(20), 3)
    (3.0, 1.259)
    """
    return min(_WIDEST, float(_RARER ** (1.0 / max(dimensions, 1))))


@dataclass(frozen=True, eq=False)
class Estimate:
    """The part of all samples that fails: `value` with its `standard_error`.

    effective  as many failing samples of equal weight would tell it as well: (sum of w)^2/(sum of w^2)
    center     the weighted mean of what failed, `[variable]`; None where nothing did
    """

    value: float
    standard_error: float
    samples: int
    effective: float
    center: Array | None


def estimate(draws: ShiftedDraws, fails: Callable[[Array], Truths], count: int) -> Estimate:
    """The part that fails, from `count` samples, some at a time.

    The standard error is that of the mean of w over all samples, sqrt((mean of w^2 - value^2)/(count - 1)); that every
    part has its share of the samples makes the true one a little less.
    """
    total = squares = 0.0
    moments = np.zeros(draws.points.shape[1])
    for first in range(0, count, _AT_ONCE):
        z = draws.samples(first, min(first + _AT_ONCE, count), count)
        failing = z[fails(z)]
        weights = draws.weights(failing)
        total += float(weights.sum())
        squares += float((weights**2).sum())
        moments += weights @ failing
    value = total / count
    error = np.sqrt(max(squares / count - value**2, 0.0) / (count - 1))
    if total == 0.0:
        return Estimate(0.0, 0.0, count, 0.0, None)
    return Estimate(value, float(error), count, total**2 / squares, moments / total)
