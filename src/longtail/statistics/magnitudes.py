"""The distribution of the magnitude of a complex Gaussian: of an unwanted gain, and of a rejection, without sampling.

To first order in the mismatch, rho = A_c->d/A_dd is complex Gaussian: its real and imaginary part have a mean (what a
perfectly matched circuit has) and a covariance of 2x2. Along the principal axes of the covariance, with deviations s_u
and s_v and means m_u and m_v,

    P(abs(rho) <= r) = integral over abs(u) <= r of phi((u - m_u)/s_u)/s_u * (Phi((g - m_v)/s_v) - Phi((-g - m_v)/s_v)),
    g = sqrt(r^2 - u^2), phi and Phi the density and the distribution of a standard normal variable

(A. Papoulis, S. Pillai, Probability, Random Variables and Stochastic Processes, 4th ed., eq. 6-36: the region is a
disk). The integral is one sum by Gauss and Legendre: u runs over the axis along which the integrand is smooth, most
often the narrow one, to 13 deviations, in a variable that takes the edge off the square root. P(abs(rho) > r) is summed
by itself, from what lies outside, so that neither loses digits where it is small.

A rejection is 1/abs(rho), and no mean and no standard deviation are given of one. The mean of 1/abs(rho) does not
exist where rho is real and its density at zero is not zero; in dB the deviation is there, but says nothing about the
amplifier: 20*log10(e)*pi/sqrt(8) = 9.65 dB for every real rho of mean zero (skew 1.535), 5.57 dB for every circular
one, whatever the size of the mismatch. Quantiles and the yield at a limit say what there is to say.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longtail.errors import OptionError
from longtail.statistics.disks import Gaussians, outside, radii, slope, within

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

QUANTILES = (0.001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.999)

_AT_ONCE = 512  # magnitudes that are summed together: their nodes stay in the cache


@dataclass(frozen=True, eq=False)
class Magnitude:
    """The distribution of abs(rho) `[point]`, in the unit of rho.

    points  means and deviations along the principal axes

    >>> real = Magnitude.of_covariance([0.0], [[[1e-8, 0.0], [0.0, 0.0]]])
    >>> real.rejection_db([0.5]).round(4).tolist()  # -20*log10(0.67449e-4)
    [[83.4205]]
    >>> real.yield_at(80.0).round(6).tolist(), real.failures_at(80.0).round(6).tolist()
    ([0.682689], [0.317311])
    """

    points: Gaussians

    @classmethod
    def of_covariance(cls, mean: ArrayLike, covariance: ArrayLike) -> Magnitude:
        """From the mean `[point]`, complex, and the covariance `[point, 2, 2]` of real and imaginary part.

        A narrow deviation below 1e-8 of the wide one is lost in the last bits of a covariance; `of_parts` has it.
        Raises `OptionError` where a covariance is not finite, not symmetric or has a negative variance.
        """
        center, matrix = np.atleast_1d(np.asarray(mean, complex)), np.asarray(covariance, float)
        matrix = np.broadcast_to(matrix, (*center.shape, 2, 2))
        a, b, c = matrix[..., 0, 0], 0.5 * (matrix[..., 0, 1] + matrix[..., 1, 0]), matrix[..., 1, 1]
        top = np.maximum(a, c)
        half = np.hypot(0.5 * (a - c), b)
        sound = (np.minimum(a, c) >= 0.0) & (np.abs(matrix[..., 0, 1] - matrix[..., 1, 0]) <= 1e-9 * top)
        sound &= (b * b <= a * c + 1e-9 * top * top) & np.isfinite(half + np.abs(center))
        if not sound.all():
            raise OptionError("a covariance is symmetric, finite and has no negative variance")
        larger = 0.5 * (a + c) + half
        smaller = np.maximum(a * c - b * b, 0.0) / np.where(larger > 0.0, larger, 1.0)
        turn = np.exp(-0.5j * np.arctan2(2.0 * b, a - c))
        return cls._along_axes(center, np.sqrt(larger), np.sqrt(np.minimum(smaller, larger)), turn)

    @classmethod
    def of_parts(cls, mean: ArrayLike, parts: ArrayLike) -> Magnitude:
        """From the mean `[point]` and what one deviation of each independent cause moves rho by, `[point, cause]`.

        >>> Magnitude.of_parts([0.0], [[3e-5j, 4e-5j, 1e-9]]).points.wide.round(12).tolist()
        [5e-05]
        """
        center, moved = np.atleast_1d(np.asarray(mean, complex)), np.asarray(parts, complex)
        moved = np.broadcast_to(moved, (*center.shape, moved.shape[-1]))
        if not np.isfinite(np.abs(moved).sum(axis=-1) + np.abs(center)).all():
            raise OptionError("the parts of a covariance are finite")
        axes, deviations, _ = np.linalg.svd(np.stack([moved.real, moved.imag], axis=-2), full_matrices=False)
        if deviations.shape[-1] < 2:  # a single cause, or none
            missing = np.zeros((*center.shape, 2 - deviations.shape[-1]))
            deviations = np.concatenate([deviations, missing], axis=-1)
        turn = axes[..., 0, 0] - 1j * axes[..., 1, 0] if moved.shape[-1] else np.ones_like(center)
        return cls._along_axes(center, deviations[..., 0], deviations[..., 1], turn)

    @classmethod
    def _along_axes(cls, mean: Complex, wide: Array, narrow: Array, turn: Complex) -> Magnitude:
        turned = mean * turn
        return cls(Gaussians(np.abs(mean), wide, narrow, np.abs(turned.real), np.abs(turned.imag)))

    def below(self, r: ArrayLike) -> Array:
        """P(abs(rho) <= r), `[..., point]` of r `[..., point]`: to 1e-12, and to 1e-9 of itself down to 1e-15."""
        return self._summed(r, within)

    def above(self, r: ArrayLike) -> Array:
        """P(abs(rho) > r): as `below`, and as exact where it is small."""
        return self._summed(r, outside)

    def density(self, r: ArrayLike) -> Array:
        """The slope of `below`, one over the unit of rho; nan at points that do not spread."""
        return self._summed(r, slope)

    def quantile(self, p: ArrayLike) -> Array:
        """The magnitude that abs(rho) stays below with probability p, `[p, point]`; p strictly between 0 and 1."""
        p = _probabilities(p)
        return self._solved(p, 1.0 - p)

    def exceeded(self, q: ArrayLike) -> Array:
        """The magnitude that abs(rho) is above with probability q, `[q, point]`: of a small q more exact than 1 - q."""
        q = _probabilities(q)
        return self._solved(1.0 - q, q)

    def rejection_db(self, p: ArrayLike = QUANTILES) -> Array:
        """Quantiles of the rejection 1/abs(rho) in dB, `[p, point]`: a part p of all amplifiers has less."""
        with np.errstate(divide="ignore"):
            return -20.0 * np.log10(self.exceeded(p))

    def yield_at(self, limit_db: ArrayLike) -> Array:
        """The probability of a rejection of at least a limit in dB, `[..., point]`."""
        return self.below(10.0 ** (-np.asarray(limit_db, float) / 20.0))

    def failures_at(self, limit_db: ArrayLike) -> Array:
        """1 - `yield_at`, with all its digits."""
        return self.above(10.0 ** (-np.asarray(limit_db, float) / 20.0))

    def _summed(self, r: ArrayLike, what: Callable[[Array, Gaussians], Array]) -> Array:
        """A sum at magnitudes that go with the points, some at a time."""
        given = np.asarray(r, float)
        if not (given >= 0.0).all():
            raise OptionError("a magnitude is not negative")
        shape = np.broadcast_shapes(given.shape, self.points.size.shape)
        flat, points = np.broadcast_to(given, shape).ravel(), self._spread_over(shape)
        found = np.empty(flat.size)
        for first in range(0, flat.size, _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            found[some] = what(flat[some], points.of(some))
        return found.reshape(shape)

    def _solved(self, p: Array, q: Array) -> Array:
        """Magnitudes `[p, point]` below which is p and above which is q = 1 - p."""
        shape = (p.size, self.points.size.size)
        points = self._spread_over(shape)
        below, above = (np.broadcast_to(each[:, None], shape).ravel() for each in (p, q))
        found = points.size.copy()
        spread = np.flatnonzero(points.spread)
        for first in range(0, spread.size, _AT_ONCE):
            some = spread[first : first + _AT_ONCE]
            found[some] = radii(below[some], above[some], points.of(some))
        return found.reshape(shape)

    def _spread_over(self, shape: tuple[int, ...]) -> Gaussians:
        """The points, repeated over leading axes, in a row."""
        fields = (getattr(self.points, each.name) for each in dataclasses.fields(Gaussians))
        return Gaussians(*(np.broadcast_to(each, shape).ravel() for each in fields))


def _probabilities(given: ArrayLike) -> Array:
    """Probabilities in a list."""
    p = np.atleast_1d(np.asarray(given, float))
    if p.ndim != 1 or not ((p > 0.0) & (p < 1.0)).all():
        raise OptionError("probabilities are a list of numbers between 0 and 1, both excluded")
    return p
