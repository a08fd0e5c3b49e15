"""Sums of products of names: what their terms have in common, and their factors."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from math import gcd

Monomial = tuple[tuple[str, int], ...]  # names with exponents, which may be negative
Terms = dict[Monomial, Fraction]


def pulled_out(terms: Terms) -> tuple[Monomial, Terms]:
    """The names common to all terms with their least exponents, negative ones included, and what is left."""
    names = dict.fromkeys(n for m in terms for n, _ in m)
    least = {n: min(dict(m).get(n, 0) for m in terms) for n in names}
    pulled = tuple((n, e) for n, e in least.items() if e)
    rest = {}
    for m, c in terms.items():
        left = {n: e - least[n] for n, e in m}
        left |= {n: -least[n] for n in names if n not in left}
        rest[tuple(sorted((n, e) for n, e in left.items() if e))] = c
    return pulled, rest


def content_of(terms: Terms) -> Fraction:
    """The greatest number that divides all coefficients; negative where all are."""
    over = reduce(gcd, (abs(c.numerator) for c in terms.values()))
    size = Fraction(over, reduce(lambda a, b: a * b // gcd(a, b), (c.denominator for c in terms.values())))
    return -size if all(c < 0 for c in terms.values()) else size


def over_a_term(terms: Terms, below: Mapping[str, int]) -> tuple[Monomial, Terms] | None:
    """A sum over one of its terms, as 1 + ..., and that term; None where no term stands `below` the line as it is.

    `below` has the names below the line with their exponents.

    >>> two_f, g = (("f", 1),), (("g", 1),)
    >>> over_a_term({two_f: Fraction(2), g: Fraction(1)}, {"g": 1})
    ((('g', 1),), {(): Fraction(1, 1), (('f', 1), ('g', -1)): Fraction(2, 1)})
    """
    for one in sorted(m for m, c in terms.items() if m and c == 1):
        if all(0 < e <= below.get(n, 0) for n, e in one):
            found: Terms = {(): Fraction(1)}
            for m, c in terms.items():
                if m != one:
                    powers = dict(m)
                    for n, e in one:
                        powers[n] = powers.get(n, 0) - e
                    found[tuple(sorted((n, e) for n, e in powers.items() if e))] = c
            return one, found
    return None


def factored(terms: Terms) -> list[Terms]:
    """The factors of a sum, one that cannot be factored alone. Exponents and coefficients have to be whole, and
    neither a number nor a name may be common to all terms.

    >>> x, y, z = (("x", 1),), (("y", 1),), (("z", 1),)
    >>> len(factored({x: Fraction(1), y: Fraction(1), z: Fraction(1)}))
    1
    >>> [len(f) for f in factored({x + y: Fraction(1), x: Fraction(1), y: Fraction(1), (): Fraction(1)})]
    [2, 2]
    """
    from flint import Ordering, fmpz_mpoly_ctx

    names = sorted({n for m in terms for n, _ in m})
    if any(c.denominator != 1 for c in terms.values()) or any(e < 0 for m in terms for _, e in m) or not names:
        return [terms]
    ring = fmpz_mpoly_ctx.get(tuple(f"x{k}" for k in range(len(names))), Ordering.lex)
    polynomial = ring.from_dict({tuple(dict(m).get(n, 0) for n in names): int(c) for m, c in terms.items()})
    unit, factors = polynomial.factor()
    if sum(k for _, k in factors) < 2:
        return [terms]
    found: list[Terms] = [{(): Fraction(int(unit))}] if int(unit) != 1 else []
    for f, k in factors:
        one = {
            tuple((n, int(e)) for n, e in zip(names, m, strict=True) if e): Fraction(int(c))
            for m, c in zip(f.monoms(), f.coeffs(), strict=True)
        }
        found += [one] * int(k)
    return found
