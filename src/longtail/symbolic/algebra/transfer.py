"""A transfer as a quotient of polynomials in the symbols of a circuit and s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.symbolic.algebra.equations import OUTPUT, Entry, SymbolicEquations
from longtail.symbolic.algebra.minors import Column, Polynomial, determinants

Complex = NDArray[np.complex128]
TERM_LIMIT = 400_000
FACTOR_LIMIT = 2_000
FREQUENCY = "s"
Factors = tuple[tuple[Polynomial, int], ...]


@dataclass(frozen=True)
class Ring:
    """The polynomial ring over symbol keys and s; s comes last."""

    keys: tuple[str, ...]
    context: Any

    @classmethod
    def of(cls, keys: Sequence[str]) -> Ring:
        """The ring over these symbols."""
        from flint import Ordering, fmpz_mpoly_ctx

        names = tuple(f"x{k}" for k in range(len(keys)))
        return cls(tuple(keys), fmpz_mpoly_ctx.get((*names, FREQUENCY), Ordering.lex))

    def entry(self, entry: Entry) -> Polynomial:
        """An entry of the equations as a polynomial."""
        place = {key: k for k, key in enumerate(self.keys)}
        terms: dict[tuple[int, ...], int] = {}
        for (key, order), x in entry.items():
            exponents = [0] * (len(self.keys) + 1)
            if key is not None:
                exponents[place[key]] = 1
            exponents[-1] = order
            terms[tuple(exponents)] = terms.get(tuple(exponents), 0) + x
        return self.context.from_dict(terms)

    def joined(self, other: Ring) -> Ring:
        """The ring over the symbols of both."""
        return Ring.of(list(dict.fromkeys((*self.keys, *other.keys))))

    def taken(self, f: Polynomial, ring: Ring) -> Polynomial:
        """A polynomial of a ring over some of these symbols as one of this ring."""
        places = [self.keys.index(key) for key in ring.keys] + [len(self.keys)]
        terms = {}
        for m, c in zip(f.monoms(), f.coeffs(), strict=True):
            exponents = [0] * (len(self.keys) + 1)
            for place, e in zip(places, m, strict=True):
                exponents[place] = int(e)
            terms[tuple(exponents)] = c
        return self.context.from_dict(terms)

    def number(self, x: int) -> Polynomial:
        return self.context.constant(x)


@dataclass(frozen=True)
class RationalTransfer:
    """`scale * numerator / denominator`, each a product of polynomials with whole exponents."""

    ring: Ring
    scale: Fraction
    numerator: Factors
    denominator: Factors

    @property
    def is_zero(self) -> bool:
        return self.scale == 0

    @property
    def terms(self) -> int:
        """Terms above and below the line together, counted factor by factor."""
        return sum(self.counts)

    @property
    def counts(self) -> tuple[int, int]:
        """Terms in all factors above the line, and below it. A factor of one term belongs to every other's terms; it
        counts, as one, where there are no others."""
        above, below = (
            max(1, sum(len(f) for f, _ in side if len(f) > 1)) for side in (self.numerator, self.denominator)
        )
        return above, below

    @property
    def counts_expanded(self) -> tuple[int, int] | None:
        """Terms above and below the line multiplied out; None where these are more than anyone would write."""
        sides = (self.numerator, self.denominator)
        if max(prod(len(f) ** k for f, k in side) for side in sides) > TERM_LIMIT:
            return None
        above, below = self.expanded()
        return len(above), len(below)

    def used(self) -> list[str]:
        """The keys of the symbols that appear, in the order of the ring."""
        top = np.zeros(len(self.ring.keys) + 1, np.intp)
        for f, _ in (*self.numerator, *self.denominator):
            top = np.maximum(top, np.array(f.degrees(), np.intp))
        return [key for key, e in zip(self.ring.keys, top.tolist(), strict=False) if e]

    def expanded(self) -> tuple[Polynomial, Polynomial]:
        """Numerator and denominator multiplied out, the scale left aside."""
        one = self.ring.number(1)
        return prod((f**k for f, k in self.numerator), start=one), prod((f**k for f, k in self.denominator), start=one)

    def at(self, values: Mapping[str, float], s: Complex) -> Complex:
        """The value at complex frequencies, symbols at `values`."""
        result = np.full(np.shape(s), complex(self.scale))
        for side, sign in ((self.numerator, 1), (self.denominator, -1)):
            for f, k in side:
                result = result * np.polynomial.polynomial.polyval(s, self.coefficients(f, values)) ** (sign * k)
        return result

    def over(self, values: Mapping[str, NDArray[np.float64]], s: Complex) -> Complex:
        """The value `[lane, frequency]`, symbols at `values` `[lane]`; infinite where a denominator is zero."""
        lanes = np.broadcast_shapes((1,), *(np.shape(values[key]) for key in self.ring.keys if key in values))[0]
        numbers = np.array([np.broadcast_to(values.get(key, 0.0), lanes) for key in self.ring.keys])
        result = np.full((lanes, s.size), complex(self.scale))
        for side, sign in ((self.numerator, 1), (self.denominator, -1)):
            for f, k in side:
                exponents, coefficients = arrays(f)
                terms = np.array([coefficients * np.prod(x ** exponents[:, :-1], axis=1) for x in numbers.T])
                value = terms @ (s[None, :] ** exponents[:, -1:])
                result = result * value**k if sign > 0 else _quotient(result, value**k)
        return result

    def coefficients(self, f: Polynomial, values: Mapping[str, float]) -> NDArray[np.float64]:
        """The coefficients of a factor in s, lowest first, as floats."""
        numbers = np.array([values[key] for key in self.ring.keys])
        exponents, coefficients = arrays(f)
        terms = coefficients * np.prod(numbers[None, :] ** exponents[:, :-1], axis=1)
        out = np.zeros(int(exponents[:, -1].max(initial=0)) + 1)
        np.add.at(out, exponents[:, -1], terms)
        return out


def _quotient(above: Complex, below: Complex) -> Complex:
    out = np.full(above.shape, complex(np.inf))
    return np.asarray(np.divide(above, below, out=out, where=below != 0.0), complex)


def arrays(f: Polynomial) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Exponents `[term, generator]` and coefficients `[term]`."""
    monomials, coefficients = f.monoms(), f.coeffs()
    exponents = np.fromiter(chain.from_iterable(monomials), np.intp).reshape(len(monomials), -1)
    return exponents, np.array([float(int(c)) for c in coefficients])


def expand(system: SymbolicEquations, limit: int = TERM_LIMIT) -> tuple[Ring, Polynomial, Polynomial]:
    """Numerator and denominator of the output, by Cramer's rule. Raises `TooLargeError`."""
    keys = dict.fromkeys(key for row in system.rows for e in row.values() for key, _ in e if key is not None)
    ring = Ring.of(list(keys))
    columns: dict[str, dict[int, Polynomial]] = {}
    for k, row in enumerate(system.rows):
        for name, entry in row.items():
            columns.setdefault(name, {})[k] = ring.entry(entry)
    drive: Column = {k: ring.number(b) for k, b in enumerate(system.right) if b}
    output = columns.pop(OUTPUT, {})
    size = len(system.rows)
    if not size or not output:
        return ring, ring.number(0), ring.number(1)
    n, d = determinants(size, list(columns.values()), [[drive], [output]], ring.number(1), limit)
    return ring, n, d


def transfer(ring: Ring, scale: Fraction, numerator: Polynomial, denominator: Polynomial) -> RationalTransfer:
    """A transfer in lowest terms, factored; beyond some thousands of terms only single symbols are taken out."""
    if not numerator:
        return RationalTransfer(ring, Fraction(0), (), ())
    above, over = _factors(numerator)
    below, under = _factors(denominator)
    return _cancelled(ring, scale * Fraction(above, below), over, under)


def _factors(f: Polynomial) -> tuple[int, list[tuple[Polynomial, int]]]:
    if len(f) > FACTOR_LIMIT:
        # factoring takes minutes here, and what many terms have in common is seen at once
        common = f.term_content()
        return 1, [*((g, int(k)) for g, k in common.factor()[1]), (f / (common / common.leading_coefficient()), 1)]
    content, factors = f.factor()
    return int(content), [(g, int(k)) for g, k in factors]


def _cancelled(
    ring: Ring, scale: Fraction, over: list[tuple[Polynomial, int]], under: list[tuple[Polynomial, int]]
) -> RationalTransfer:
    left = list(under)
    kept = []
    for f, k in over:
        same = next((j for j, (g, _) in enumerate(left) if g == f), None)
        if same is not None:
            g, below = left[same]
            common = min(k, below)
            k, left[same] = k - common, (g, below - common)
        kept.append((f, k))
    return RationalTransfer(ring, scale, tuple((f, k) for f, k in kept if k), tuple((f, k) for f, k in left if k))


def by_order(f: Polynomial) -> dict[int, Polynomial]:
    """The coefficients of the powers of s, as polynomials without s."""
    parts: dict[int, dict[tuple[int, ...], int]] = {}
    for m, c in zip(f.monoms(), f.coeffs(), strict=True):
        parts.setdefault(int(m[-1]), {})[(*map(int, m[:-1]), 0)] = c
    return {order: f.context().from_dict(terms) for order, terms in parts.items()}
