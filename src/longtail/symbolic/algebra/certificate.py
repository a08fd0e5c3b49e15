"""Proof that a formula stays within an error over a whole band, not at samples.

With N/D the circuit and n/d the formula, the relative error is at most e wherever

    P(w^2) = e^2*|N*d|^2 - |N*d - n*D|^2 >= 0

which is a polynomial in w^2. It has no sign change on an interval when its coefficients after mapping the interval
to (0, inf) have none (Descartes' rule); the band is halved until this is so everywhere, or a negative value is met.
All arithmetic is exact; coefficients are first rounded down to short ones, which on w^2 >= 0 only lowers P.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

from longtail.symbolic.algebra.reference import Exact, halves

_BITS = 200  # kept of each coefficient, counted from the largest that matters
_DEPTH = 60  # halvings of the band


def certified(circuit: Exact, formula: Exact, error: float, band_rad_s: tuple[float, float]) -> bool:
    """Whether the relative error of a formula is at most `error` on the whole band, ends included; a proof if True."""
    n_d, d_n = circuit.numerator * formula.denominator, formula.numerator * circuit.denominator
    # what both have in common, a zero on the axis for one, would make P touch zero without any error there
    common = n_d.gcd(d_n)
    n_d, d_n = n_d / common, d_n / common
    bound = Fraction(error)
    from flint import fmpq

    margin = _magnitude(n_d) * fmpq(bound.numerator, bound.denominator) ** 2 - _magnitude(n_d - d_n)
    low, high = ((Fraction(w) / circuit.unit) ** 2 for w in band_rad_s)
    if low == high:
        return bool(margin(fmpq(low.numerator, low.denominator)) >= 0)
    return _positive(_short(margin, high), low / high, Fraction(1))


def _magnitude(p: Any) -> Any:
    """|p(j*w)|^2 as a polynomial in w^2."""
    from flint import fmpq_poly

    even, odd = halves(p)
    return even * even + odd * odd * fmpq_poly([0, 1])


def _short(p: Any, high: Fraction) -> Any:
    """A polynomial with short whole coefficients that is nowhere above a positive multiple of p(high*x), x >= 0."""
    from flint import fmpq, fmpz_poly

    scale = fmpq(high.numerator, high.denominator)
    power = fmpq(1)
    scaled = []
    for c in p.coeffs():
        scaled.append(c * power)
        power *= scale
    largest = max((abs(c) for c in scaled), default=fmpq(0))
    if largest == 0:
        return fmpz_poly([])
    # enough bits for the smallest coefficient that is not zero to keep some of its own
    smallest = min(abs(c) for c in scaled if c != 0)
    span = _log2(largest) - _log2(smallest)
    shift = _BITS + span - _log2(largest)
    factor = fmpq(2) ** shift if shift >= 0 else 1 / fmpq(2) ** (-shift)
    return fmpz_poly([int((c * factor).floor()) for c in scaled])


def _log2(x: Any) -> int:
    return int(x.p).bit_length() - int(x.q).bit_length()


def _positive(p: Any, low: Fraction, high: Fraction) -> bool:
    """Whether p >= 0 on [low, high], by halving on a logarithmic or linear scale."""
    stack = [(low, high, 0)]
    while stack:
        a, b, depth = stack.pop()
        if _value(p, a) < 0 or _value(p, b) < 0:
            return False
        if _variations(p, a, b) == 0:
            continue
        if depth > _DEPTH:
            return False
        middle = _between(a, b)
        stack += [(a, middle, depth + 1), (middle, b, depth + 1)]
    return True


def _between(a: Fraction, b: Fraction) -> Fraction:
    """A short number near the geometric mean, or far below b where a is zero."""
    if a == 0:
        return b / 1024
    mean = math.sqrt(float(a)) * math.sqrt(float(b)) if b > 4 * a else float(a + b) / 2
    return Fraction(mean)


def _value(p: Any, x: Fraction) -> Any:
    from flint import fmpq

    return p(fmpq(x.numerator, x.denominator))


def _variations(p: Any, a: Fraction, b: Fraction) -> int:
    """Sign changes among the coefficients of (1 + t)^n * p((a + b*t)/(1 + t)), as t runs over (0, inf)."""
    from flint import fmpz, fmpz_poly

    q = a.denominator * b.denominator // math.gcd(a.denominator, b.denominator)
    start, width = int(a * q), int((b - a) * q)
    n = p.degree()
    # p((start + width*u)/q) * q^n, then u = t/(1 + t): reverse, shift by one, reverse
    whole = fmpz_poly([c * fmpz(q) ** (n - k) for k, c in enumerate(p.coeffs())])
    moved = whole(fmpz_poly([fmpz(start), fmpz(width)]))
    c = moved.coeffs()
    c += [fmpz(0)] * (n + 1 - len(c))
    shifted = fmpz_poly(c[::-1])(fmpz_poly([fmpz(1), fmpz(1)])).coeffs()
    signs = [x > 0 for x in shifted if x != 0]
    return sum(x != y for x, y in itertools.pairwise(signs))
