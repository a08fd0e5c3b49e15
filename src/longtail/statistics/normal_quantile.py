"""The quantile of the standard normal distribution, to the same bits on every machine.

z = Phi^-1(p) by three rational functions: of 0.180625 - (p - 1/2)^2 in the middle, abs(p - 1/2) <= 0.425, and of
sqrt(-ln t) in the tails, t = min(p, 1 - p). Source: M. Wichura, "Algorithm AS 241: the percentage points of the normal
distribution", Appl. Statist. 37 (1988) 477, PPND16, whose coefficients these are.

Only operations that IEEE 754 rounds in one way are used: + - * / and square roots. The logarithm is one of its own, for
that of NumPy has other last bits on other processors. SciPy's `ndtri` agrees to some last bits, but is not the same
everywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_SPLIT, _MIDDLE, _FAR = 0.425, 0.180625, 5.0
# each a numerator and a denominator, highest power first
_CENTER = (
    (
        *(2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4),
        *(1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    ),
    (
        *(5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4),
        *(5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
    ),
)
_TAIL = (
    (
        *(7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0),
        *(3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
    ),
    (
        *(1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1),
        *(6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
    ),
)
_FAR_TAIL = (
    (
        *(2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2),
        *(2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
    ),
    (
        *(2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4),
        *(1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
    ),
)
_LN2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)  # ln 2 in two parts, the first with 20 bits to spare
_SERIES = tuple(1.0 / k for k in range(23, 0, -2))  # of artanh(f)/f in powers of f^2 < 0.0295: the next is below 2^-63


def normal_quantile(p: ArrayLike) -> Array:
    """The value z of a standard normal variable that it stays below with probability p, in the shape of p.

    p lies between 0 and 1; elsewhere, and at the ends, the result is nan. Relative error below 1e-15, from 1e-300 to
    the last double before 1; what is left of 1 - p in p is what counts there.

    >>> normal_quantile([0.5, 0.975, 1e-300]).round(12).tolist()
    [0.0, 1.95996398454, -37.047096299361]
    """
    p = np.asarray(p, float)
    if p.ndim == 0:
        return normal_quantile(p[None])[0]
    q = p - 0.5
    z = _ratio(_MIDDLE - q * q, _CENTER)
    z *= q
    outside = np.abs(q) > _SPLIT
    if outside.any():
        z[outside] = _tail(p[outside])
    return z


def _tail(p: Array) -> Array:
    """Where p is below 0.075 or above 0.925."""
    below = p < 0.5
    t = np.where(below, p, 1.0 - p)
    t[~(t > 0.0)] = np.nan
    r = np.sqrt(-logarithm(t))
    z = _ratio(r - 1.6, _TAIL)
    far = r > _FAR
    z[far] = _ratio(r[far] - _FAR, _FAR_TAIL)
    return np.where(below, -z, z)


def logarithm(x: Array) -> Array:
    """ln x of positive numbers, to a last bit or two: x = m*2^e, ln m = 2*artanh((m - 1)/(m + 1)).

    >>> logarithm(np.array([1.0, 10.0])).round(13).tolist()
    [0.0, 2.302585092994]
    """
    m, e = np.frexp(x)
    small = m < np.sqrt(0.5)
    m, e = np.where(small, 2.0 * m, m), e - small
    f = (m - 1.0) / (m + 1.0)
    return e * _LN2[0] + (2.0 * f * _polynomial(f * f, _SERIES) + e * _LN2[1])


def _ratio(x: Array, parts: tuple[tuple[float, ...], tuple[float, ...]]) -> Array:
    """The quotient of two polynomials."""
    return _polynomial(x, parts[0]) / _polynomial(x, parts[1])


def _polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    """By Horner's rule; multiplication and addition round apart, so that no machine may join them."""
    total = coefficients[0] * x
    for each in coefficients[1:-1]:
        total += each
        total *= x
    total += coefficients[-1]
    return total
