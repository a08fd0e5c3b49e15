"""Draws of independent variables: each depends on the seed, the number of the sample and the dimension alone.

Not on what else is drawn, in which order, in how many processes, on which processor or with which NumPy: the same
numbers to the bit. So a sample that failed is drawn again by its number, a study goes on where it stopped, and more
samples keep the first ones. Three kinds:

random  independent samples, from Philox4x64-10 (`longtail.statistics.words`): the counter is the number of the sample,
        a quarter of the dimension, and the stream with the purpose; the key is the seed
latin   a Latin hypercube (`longtail.statistics.latin`): depends on the number of all samples too, which is then fixed
sobol   Sobol' points (`longtail.statistics.sobol`), scrambled by the seed; best in the first 2^m samples. The first
        draw takes a while in proportion to the largest number: a second for 20 dimensions to 2^20

A uniform draw is (k + 1/2)/2^52, of an integer k of 52 random bits, so that it is never 0 or 1 and 1 - u is one as
well; a normal one is its quantile. Samples of `latin` and `sobol` are not independent of one another: the spread of a
mean over them is found from several seeds or streams.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longtail.errors import OptionError
from longtail.statistics import latin, sobol
from longtail.statistics.normal_quantile import normal_quantile
from longtail.statistics.words import Rows, Words, words

Array = NDArray[np.float64]

RANDOM, LATIN, SOBOL = "random", "latin", "sobol"
KINDS = (RANDOM, LATIN, SOBOL)
NORMAL, UNIFORM, TRUNCATED, TWO_VALUES = "normal", "uniform", "truncated normal", "two values"
SHAPES = (NORMAL, UNIFORM, TRUNCATED, TWO_VALUES)
SEEDS, STREAMS = 2**64, 2**30
_PLAIN, _STRATA, _SCRAMBLE = range(3)  # purposes of random words
_PURPOSES = 4
_BITS = 52  # of a draw
_AT_ONCE = 16384  # draws


def normals(
    seed: int, samples: ArrayLike, dimensions: int, *, kind: str = RANDOM, count: int | None = None, stream: int = 0
) -> Array:
    """Standard normal draws `[sample, dimension]`: the quantiles of `uniforms`, which takes the same.

    >>> whole = normals(7, np.arange(100), 3)
    >>> (normals(7, [42], 3) == whole[42]).all().item()
    True
    """
    return _drawn(seed, samples, dimensions, kind, count, stream, normal_quantile)


def uniforms(
    seed: int, samples: ArrayLike, dimensions: int, *, kind: str = RANDOM, count: int | None = None, stream: int = 0
) -> Array:
    """Draws `[sample, dimension]`, uniform between 0 and 1, both excluded.

    seed        0 to 2^64 - 1
    samples     numbers of samples, from 0, in any order
    dimensions  how many; the first are the same for any number of them
    kind        `RANDOM`, `LATIN` or `SOBOL`
    count       of how many samples these are; `LATIN` needs it
    stream      0 to 2^30 - 1: draws of one seed that have nothing to do with one another

    Raises `OptionError` where one of these is out of its bounds.

    >>> np.sort(np.floor(5 * uniforms(1, range(5), 2, kind=LATIN, count=5)), axis=0).T.tolist()
    [[0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 2.0, 3.0, 4.0]]
    """
    return _drawn(seed, samples, dimensions, kind, count, stream, lambda u: u)


def shaped(u: ArrayLike, shape: str, cut: float = np.inf) -> Array:
    """Values of a distribution around zero from uniform draws, of the shape of u.

    NORMAL     Phi^-1(u), of standard deviation 1
    UNIFORM    2*u - 1, between limits of -1 and 1, of standard deviation 1/sqrt(3)
    TRUNCATED  a normal variable that was of standard deviation 1 before what is beyond `cut` to either side was left
               out: Phi^-1(Phi(-cut) + u*(1 - 2*Phi(-cut)))

    TWO_VALUES -1 or 1, each as likely, of standard deviation 1

    Raises `OptionError` for another shape, or where `cut` is not positive.

    >>> shaped([0.25, 0.5], UNIFORM).tolist()
    [-0.5, 0.0]
    >>> shaped([1e-9, 0.5], TRUNCATED, 2.0).round(6).tolist()
    [-2.0, 0.0]
    """
    u = np.asarray(u, float)
    if shape == UNIFORM:
        return 2.0 * u - 1.0
    if shape == TWO_VALUES:
        return np.where(u < 0.5, -1.0, 1.0)
    if shape == NORMAL:
        return normal_quantile(u)
    if shape != TRUNCATED:
        raise OptionError(f"there is no distribution '{shape}'", hint=f"one of {', '.join(SHAPES)}")
    if not cut > 0.0:
        raise OptionError(f"a normal distribution is cut beyond a positive number of deviations, not {cut:g}")
    beyond = _below(-float(cut))
    return normal_quantile(beyond + u * (1.0 - 2.0 * beyond))


def _drawn(
    seed: int,
    samples: ArrayLike,
    dimensions: int,
    kind: str,
    count: int | None,
    stream: int,
    shape: Callable[[Array], Array],
) -> Array:
    """Draws of a shape, some samples at a time: their arrays stay in the cache."""
    rows = np.asarray(samples)
    if rows.size == 0:
        rows = rows.astype(np.intp)
    _check(seed, rows, dimensions, kind, count, stream)
    rows, seed, tag = rows.astype(np.int64), int(seed), _PURPOSES * int(stream)
    if kind == SOBOL:
        scramble = words(seed, np.arange(sobol.DIGITS + 1), dimensions, tag + _SCRAMBLE)
        drawn = sobol.points(rows, scramble) << np.uint64(64 - sobol.SCRAMBLED_DIGITS)
    else:
        drawn = words(seed, rows, dimensions, tag + _PLAIN)
    keys = words(seed, np.arange(latin.ROUNDS), dimensions, tag + _STRATA) if kind == LATIN else None
    total = int(count or 0)
    found, step = np.empty(drawn.shape), max(_AT_ONCE // max(dimensions, 1), 1)
    for first in range(0, rows.size, step):
        some = slice(first, first + step)
        if keys is None:
            u = _unit(drawn[some], _BITS)
        else:
            u = _unit(drawn[some], _BITS - (total - 1).bit_length())
            u += latin.strata(rows[some], total, keys)
            u /= total
        found[some] = shape(u)
    return found


def _unit(drawn: Words, bits: int) -> Array:
    """(k + 1/2)/2^bits of the upper bits of words, exactly."""
    found = (drawn >> np.uint64(64 - bits)).view(np.int64).astype(float)
    found += 0.5
    found *= 2.0**-bits
    return found


@lru_cache(maxsize=64)
def _below(z: float) -> float:
    """Phi(z) of a negative z, the same everywhere: what has z for its quantile, by bisection."""
    low, high = 0.0, 0.5
    while low < (middle := 0.5 * (low + high)) < high:
        low, high = (middle, high) if normal_quantile(middle) < z else (low, middle)
        if high < 2.0**-60:
            return 0.0
    return high


def _check(seed: int, samples: Rows, dimensions: int, kind: str, count: int | None, stream: int) -> None:
    """Raise what is out of bounds."""
    if kind not in KINDS:
        raise OptionError(f"there are no draws of kind '{kind}'", hint=f"one of {', '.join(KINDS)}")
    if not 0 <= seed < SEEDS:
        raise OptionError(f"a seed is a whole number from 0 to 2^64 - 1, not {seed}")
    if not 0 <= stream < STREAMS:
        raise OptionError(f"a stream is a whole number from 0 to 2^30 - 1, not {stream}")
    if dimensions < 0 or (kind == SOBOL and dimensions > sobol.MOST_DIMENSIONS):
        raise OptionError(f"there are no {kind} draws of {dimensions} dimensions")
    if samples.ndim != 1 or samples.dtype.kind not in "iu":
        raise OptionError("the numbers of samples are a list of whole numbers")
    if kind == LATIN and (count is None or not 0 < count <= latin.LARGEST):
        raise OptionError(f"Latin draws need the number of all samples, up to 2^40, not {count}")
    most = sobol.LARGEST if kind == SOBOL else 2**63
    most = min(most, count) if count is not None else most
    if samples.size and not (samples.min() >= 0 and samples.max() < most):
        raise OptionError(f"samples have numbers from 0 to {most - 1}, not {samples.min()} to {samples.max()}")
