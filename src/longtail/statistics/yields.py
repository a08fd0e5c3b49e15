"""Yields and quantiles with their confidence limits: from counts, from samples, and from one linear limit.

Counts: of n independent samples k pass. The share that passes lies between Wilson's limits, or those of Clopper and
Pearson, with a confidence. Wilson's hold on average over shares and are the narrower; Clopper's and Pearson's hold for
every share, and are wider than need be. A share near one loses digits in its distance from one: count what fails.

Samples: a quantile lies between two of the samples in order, whatever they are distributed like.

A limit on a measure that is linear in normal causes fails with probability Phi(-beta), beta being the distance of the
limit from the mean in standard deviations of the measure: the worst-case distance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longtail.errors import OptionError

Array = NDArray[np.float64]


def wilson(hits: ArrayLike, count: ArrayLike, confidence: float = 0.95) -> tuple[Array, Array]:
    """Limits of a share of which `hits` of `count` samples were seen, in the shape of both.

    (s + z^2/2n -+ z*sqrt(s*(1 - s)/n + z^2/4n^2))/(1 + z^2/n), s = k/n, z the normal quantile of (1 + confidence)/2.
    Source: E. Wilson, J. Am. Stat. Assoc. 22 (1927) 209; L. Brown, T. Cai, A. DasGupta, Statist. Sci. 16 (2001) 101,
    eq. 4. Raises `OptionError` where counts or the confidence are none.

    >>> [round(each.item(), 4) for each in wilson(990, 1000)]
    [0.9817, 0.9946]
    """
    from scipy.special import ndtri

    k, n = _counts(hits, count)
    z2 = ndtri(0.5 * _risk(confidence)) ** 2
    middle, half = k + 0.5 * z2, np.sqrt(z2 * (k * (n - k) / n + 0.25 * z2))
    low = k * k / (n * (middle + half))  # (middle - half)/(n + z^2) without cancellation
    return low, np.where(k == n, 1.0, (middle + half) / (n + z2))


def clopper_pearson(hits: ArrayLike, count: ArrayLike, confidence: float = 0.95) -> tuple[Array, Array]:
    """As `wilson`, at least with the confidence for every share: quantiles of beta distributions.

    B^-1(a/2; k, n - k + 1) and B^-1(1 - a/2; k + 1, n - k), a = 1 - confidence; 0 and 1 where there is none: of no hits
    the upper limit is 1 - (a/2)^(1/n). Source: C. Clopper, E. Pearson, Biometrika 26 (1934) 404; Brown and others,
    eq. 8.

    >>> [round(each.item(), 6) for each in clopper_pearson(0, 1000)]
    [0.0, 0.003682]
    """
    from scipy.special import betainccinv, betaincinv

    k, n = _counts(hits, count)
    risk = 0.5 * _risk(confidence)
    low = np.where(k == 0.0, 0.0, betaincinv(np.maximum(k, 1.0), n - k + 1.0, risk))
    high = np.where(k == n, 1.0, betainccinv(k + 1.0, np.maximum(n - k, 1.0), risk))
    return low, high


def ranks(count: int, p: float, confidence: float = 0.95) -> tuple[int, int]:
    """Which of `count` samples in order, from 1, enclose the p-quantile; 0 and `count` + 1 where none does.

    The number of samples below the quantile is binomial: P(l <= B < u) is at least the confidence, and what is missing
    lies on both sides equally. Source: H. David, H. Nagaraja, Order Statistics, 3rd ed., section 7.1.

    >>> ranks(1000, 0.5), ranks(100, 0.001)
    ((469, 532), (0, 2))
    """
    from scipy.stats import binom

    if not (0.0 < p < 1.0 and count > 0):
        raise OptionError("a quantile has a probability between 0 and 1 and some samples")
    risk = 0.5 * _risk(confidence)
    low = int(binom.ppf(risk, count, p))
    high = int(binom.isf(risk, count, p)) + 1
    return low, high


def sample_quantile(samples: ArrayLike, p: float, confidence: float = 0.95) -> tuple[Array, Array, Array]:
    """The p-quantile of samples `[sample, ...]` and its limits `[...]`; infinite where there are too few samples.

    Between samples the quantile is straight (definition 7 of R. Hyndman, Y. Fan, Am. Statist. 50 (1996) 361); infinite
    samples are ones like others.

    >>> [each.item() for each in sample_quantile(np.arange(1000.0), 0.5)]
    [499.5, 468.0, 531.0]
    """
    ordered = np.sort(np.asarray(samples, float), axis=0)
    low, high = ranks(len(ordered), p, confidence)
    place = p * (len(ordered) - 1)
    below, above = ordered[int(np.floor(place))], ordered[int(np.ceil(place))]
    part = place - np.floor(place)
    middle = np.where(below == above, below, (1.0 - part) * below + part * above)
    ends = np.full_like(ordered[:1], np.inf)
    padded = np.concatenate([-ends, ordered, ends])
    return middle, padded[low], padded[high]


def distance(mean: ArrayLike, deviation: ArrayLike, low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> Array:
    """The worst-case distance beta of a measure: of the nearer limit, in deviations; negative where the mean fails.

    Source: K. Antreich, H. Graeb, C. Wieser, IEEE Trans. CAD 13 (1994) 57, eq. 16, for a linear measure. A measure that
    does not spread is infinitely far from what it meets.

    >>> distance(83.0, 1.5, low=80.0).item()
    2.0
    """
    return np.minimum(*_distances(mean, deviation, low, high))


def failures(mean: ArrayLike, deviation: ArrayLike, low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> Array:
    """The probability that a normal measure is below `low` or above `high`: Phi(-beta) of both, all digits kept.

    >>> failures(0.0, 1.0, low=-6.0).item()  # doctest: +ELLIPSIS
    9.86587645...e-10
    """
    from scipy.special import ndtr

    below, above = _distances(mean, deviation, low, high)
    return ndtr(-below) + ndtr(-above)


def worst_point(parts: ArrayLike, beta: ArrayLike) -> Array:
    """The likeliest causes, `[..., cause]` in their deviations, of what is beta deviations below the mean.

    parts  what one deviation of each independent cause moves the measure by, `[..., cause]`

    -beta*a/abs(a), the point of the limit that is nearest to the mean (Antreich and others, eq. 15); zero where nothing
    moves the measure.

    >>> worst_point([3.0, -4.0], 2.0).round(12).tolist()
    [-1.2, 1.6]
    """
    moved = np.asarray(parts, float)
    size = np.sqrt((moved * moved).sum(axis=-1, keepdims=True))
    return -np.asarray(beta, float)[..., None] * moved / np.where(size > 0.0, size, 1.0)


def _distances(mean: ArrayLike, deviation: ArrayLike, low: ArrayLike, high: ArrayLike) -> tuple[Array, Array]:
    """Distances of both limits in deviations."""
    m, s = np.asarray(mean, float), np.asarray(deviation, float)
    if not (s >= 0.0).all():
        raise OptionError("a standard deviation is not negative")

    def away(room: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(s > 0.0, room / s, np.where(room >= 0.0, np.inf, -np.inf))

    return away(m - np.asarray(low, float)), away(np.asarray(high, float) - m)


def _counts(hits: ArrayLike, count: ArrayLike) -> tuple[Array, Array]:
    k, n = np.broadcast_arrays(np.asarray(hits, float), np.asarray(count, float))
    if not ((k >= 0.0) & (k <= n) & (n > 0.0)).all():
        raise OptionError("of some samples, from none to all may be counted")
    return k, n


def _risk(confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        raise OptionError(f"a confidence lies between 0 and 1, both excluded, not {confidence:g}")
    return 1.0 - confidence
