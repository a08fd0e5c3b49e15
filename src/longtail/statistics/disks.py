"""The probability that a Gaussian point of the plane lies in a disk around the origin, and how large a disk has one.

    P(u^2 + v^2 <= r^2) = integral of phi(z)*(Phi((g - m_v)/s_v) - Phi((-g - m_v)/s_v)) over z,
    u = m_u + s_u*z, g = sqrt(r^2 - u^2)

over the z with abs(u) <= r. The window of 13 deviations, from where phi is largest in it, is cut off at the rim; where
the rim is near, it reaches to it. In it z = high - span*cos(pi*s/2)^2, so that the square root at the rim is smooth in
s, and 128 nodes by Gauss and Legendre do. The window is in deviations and what is left to the rim is told by itself:
so nothing is lost where s_u is tiny beside m_u. What lies outside has a sum of its own.

u is the narrow axis where s_v of it is smooth: where the mean lies nearer to the wide axis, measured in deviations, or
the rim is curved, r*s_narrow < 25*s_wide^2. Otherwise it is the wide one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NODES = 128
_REACH = 13.0  # deviations: 1e-38 of the probability lies beyond
_NEAR = 1.01  # of the window: a rim so near is its end
_THINNEST = 1e-100  # of the wide deviation: the narrow one of a line
_SMALLEST = 1e-150  # of the wide deviation: a smaller radius counts as this one
_FARTHEST = 1e3  # wide deviations beyond the mean: a larger one counts as this
_POINT = 1e-30  # of the mean: a smaller deviation is none
_CURVED = 25.0
_SQRT_TAU = np.sqrt(2.0 * np.pi)
_CLOSEST = 1e-14  # relatively: radii
_MOST = 200  # steps of a search


@dataclass(frozen=True, eq=False)
class Gaussians:
    """Gaussian points `[point]`: magnitudes of their means, deviations along the principal axes, means along them.

    size           magnitude of the mean
    wide, narrow   deviations, wide >= narrow >= 0
    along, across  parts of the mean along the wide and the narrow axis, without sign
    """

    size: Array
    wide: Array
    narrow: Array
    along: Array
    across: Array

    @property
    def spread(self) -> NDArray[np.bool_]:
        """Which are more than a point, as far as a double can tell."""
        return self.wide > _POINT * self.size

    def of(self, points: NDArray[np.intp] | slice) -> Gaussians:
        """Some of them."""
        return Gaussians(*(each[points] for each in (self.size, self.wide, self.narrow, self.along, self.across)))


def within(r: Array, points: Gaussians) -> Array:
    """The probability of a disk of radius r `[point]`.

    >>> round_one = Gaussians(*(np.array([each]) for each in (0.0, 1.0, 1.0, 0.0, 0.0)))
    >>> within(np.array([1.0]), round_one).round(12).tolist()  # 1 - exp(-1/2)
    [0.393469340287]
    """
    return np.where(points.spread, _Slices(r, points).inside(), r >= points.size)


def outside(r: Array, points: Gaussians) -> Array:
    """The probability of what is outside, with all digits where it is small."""
    return np.where(points.spread, _Slices(r, points).outside(), r < points.size)


def slope(r: Array, points: Gaussians) -> Array:
    """The derivative of `within` with respect to r; nan where nothing spreads."""
    return np.where(points.spread, _Slices(r, points).slope(), np.nan)


class _Slices:
    """A disk in slices across the axis u, in units of the wide deviation: `[point, node]`.

    weight       phi(z)*dz
    near, far    (g - m_v)/s_v and (g + m_v)/s_v: the ends of a slice
    half         g/s_v
    middle       -m_v/s_v
    steep        how fast the ends move with r: r/(g*s_v), one over the unit of r
    top, bottom  z at the rim, `[point]`
    """

    def __init__(self, r: Array, points: Gaussians) -> None:
        unit = np.where(points.spread, points.wide, 1.0)
        thin = np.maximum(points.narrow / unit, _THINNEST)
        size = np.where(points.spread, points.size / unit, 0.0)
        r = np.clip(r / unit, _SMALLEST, size + _FARTHEST)
        along, across = np.minimum(points.along / unit, size), np.minimum(points.across / unit, size)
        narrow_first = (thin * across <= along) | (r * thin <= _CURVED)
        one = np.ones_like(thin)
        s_u, s_v = np.where(narrow_first, thin, one), np.where(narrow_first, one, thin)
        m_u, m_v = np.where(narrow_first, across, along), np.where(narrow_first, along, across)
        self.top, self.bottom = (r - m_u) / s_u, -(r + m_u) / s_u

        past = np.maximum(-self.top, 0.0)  # of the mean, beyond the rim
        at_top = self.top <= _NEAR * _REACH
        high = np.where(at_top, self.top, _REACH)
        span = np.where(past > 0.0, _REACH**2 / (np.hypot(past, _REACH) + past), high + _REACH)
        whole = np.where(at_top, 2.0 * r / s_u, high - self.bottom)
        at_bottom = whole <= _NEAR * span
        span = np.where(at_bottom, whole, span)
        above = np.where(at_top, 0.0, (r - m_u) - s_u * high)  # from the window to the rim
        below = np.where(at_top, 2.0 * r - s_u * span, (r + m_u) + s_u * (high - span))
        below = np.where(at_bottom, 0.0, below)

        up, down, width = _nodes()
        r, size, m_u, m_v, s_u, s_v, span = (each[:, None] for each in (r, size, m_u, m_v, s_u, s_v, span))
        z = high[:, None] - span * down
        self.weight = np.exp(-0.5 * z * z) * span * (width / _SQRT_TAU)
        g = np.sqrt((above[:, None] + s_u * span * down) * (below[:, None] + s_u * span * up))
        short = ((r - size) * (r + size) - s_u * z * (2.0 * m_u + s_u * z)) / (g + m_v)  # g - m_v, of nearly equal ones
        self.near = np.where(2.0 * m_v > g, short, g - m_v) / s_v
        self.far = (g + m_v) / s_v
        self.half = g / s_v
        self.middle = -m_v / s_v
        with np.errstate(divide="ignore"):
            self.steep = r / (g * s_v * unit[:, None])

    def inside(self) -> Array:
        """The sum of Phi(near) - Phi(-far): of short slices by a rule, for the difference would lose its digits."""
        from scipy.special import ndtr

        found = ndtr(self.near) - ndtr(-self.far)
        short = self.half * (1.0 - self.middle) < 0.5
        if short.any():
            half, middle = self.half[short], np.broadcast_to(self.middle, short.shape)[short]
            t = half[:, None] * _SHORT_NODES
            total = (np.cosh(middle[:, None] * t) * np.exp(-0.5 * t * t)) @ _SHORT_WEIGHTS
            found[short] = np.exp(-0.5 * middle**2) * half * total / _SQRT_TAU
        return (self.weight * found).sum(axis=-1)

    def outside(self) -> Array:
        """The sum of Phi(-near) + Phi(-far), and what is past the rim."""
        from scipy.special import ndtr

        total = (self.weight * (ndtr(-self.near) + ndtr(-self.far))).sum(axis=-1)
        return np.minimum(total + ndtr(-self.top) + ndtr(self.bottom), 1.0)

    def slope(self) -> Array:
        """The sum of how fast the ends move, times the density there."""
        density = self.weight * (np.exp(-0.5 * self.near**2) + np.exp(-0.5 * self.far**2))
        terms = np.multiply(density, self.steep, out=np.zeros_like(density), where=density > 0.0)
        return terms.sum(axis=-1) / _SQRT_TAU


def _half_legendre(count: int) -> tuple[Array, Array]:
    """Positive nodes of a rule between -1 and 1, with twice their weights: of even functions."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes[count // 2 :], 2.0 * weights[count // 2 :]


_SHORT_NODES, _SHORT_WEIGHTS = _half_legendre(8)


@lru_cache(maxsize=1)
def _nodes() -> tuple[Array, Array, Array]:
    """sin^2 and cos^2 of pi*s/2 at the nodes s between 0 and 1, and what each stands for of the window."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    quarter = 0.25 * np.pi * (nodes + 1.0)
    sine, cosine = np.sin(quarter), np.sin(quarter[::-1])
    return sine**2, cosine**2, 0.5 * np.pi * weights * sine * cosine


def radii(p: Array, q: Array, points: Gaussians) -> Array:
    """Radii of disks of probability p, and q = 1 - p outside, `[point]`, of points that spread."""
    found = np.empty(p.size)
    for by_inside in (True, False):
        some = np.flatnonzero((p <= q) == by_inside)
        found[some] = _search(p[some], q[some], points.of(some), by_inside)
    return found


def _search(p: Array, q: Array, points: Gaussians, by_inside: bool) -> Array:
    """Radii by what is inside, or by what is outside.

    By Newton's method on the logarithm of the probability over that of r, between bounds that hold for every Gaussian
    point: a distance of k wide deviations from the mean has at most exp(-k^2/2) outside, and the density is nowhere
    above 1/(2*pi*s_wide*s_narrow).
    """
    wide, ln_p, ln_q = points.wide, np.where(p > q, np.log1p(-q), np.log(p)), np.where(p > q, np.log(q), np.log1p(-p))
    low = np.maximum(np.sqrt(2.0 * p * points.narrow * wide), p * wide * np.sqrt(0.5 * np.pi))
    low = np.maximum(low, points.size - wide * np.sqrt(-2.0 * ln_p)) * (1.0 - 1e-9)
    high = (points.size + wide * np.sqrt(-2.0 * ln_q)) * (1.0 + 1e-9)
    r, moving = np.where(high > 4.0 * low, np.sqrt(low * high), 0.5 * (low + high)), np.arange(p.size)
    for _ in range(_MOST):
        at = r[moving]
        slices = _Slices(at, points.of(moving))
        with np.errstate(all="ignore"):
            if by_inside:
                part = slices.inside()
                short = np.log(p[moving] / part)  # above zero where r is too small
            else:
                part = slices.outside()
                short = np.log(part / q[moving])
            step = short * part / (at * slices.slope())
            there = at * np.exp(np.clip(step, -50.0, 50.0))
        low[moving] = a = np.where(short > 0.0, at, low[moving])
        high[moving] = b = np.where(short > 0.0, high[moving], at)
        middle = np.where(b > 4.0 * a, np.sqrt(a * b), 0.5 * (a + b))
        r[moving] = np.where((there >= a) & (there <= b), there, middle)
        moving = moving[~((np.abs(step) < _CLOSEST) | (b - a <= _CLOSEST * b))]
        if not moving.size:
            break
    return r
