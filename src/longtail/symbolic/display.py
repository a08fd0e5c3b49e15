"""A transfer as people write it: resistances in place of conductances, parallel connections, common factors outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd

from longtail.symbolic.elements import Symbol
from longtail.symbolic.expression import (
    ONE,
    Expression,
    Name,
    Negative,
    Number,
    Parallel,
    Power,
    Product,
    product,
    quotient,
    total,
)
from longtail.symbolic.minors import Polynomial
from longtail.symbolic.names import Label
from longtail.symbolic.transfer import FREQUENCY, Transfer

Monomial = tuple[tuple[str, int], ...]  # names with exponents, which may be negative
Terms = dict[Monomial, Fraction]
S = FREQUENCY


@dataclass(frozen=True)
class Writer:
    """Writes polynomials in the symbols given, each by its label; `order` ranks names within a product."""

    symbols: Mapping[str, Symbol]
    labels: Mapping[str, Label]

    def write(self, transfer: Transfer) -> Expression:
        """The whole transfer."""
        if transfer.is_zero:
            return Number(Fraction(0))
        scale, outside = transfer.scale, Counter[str]()
        over: list[Expression] = []
        under: list[Expression] = []
        for side, sign in ((transfer.numerator, 1), (transfer.denominator, -1)):
            for f, k in side:
                terms = self.terms(f, transfer.ring.keys)
                pulled, rest = _pull(self._resistances(terms))
                content = _content(rest)
                scale *= content ** (sign * k)
                for name, exponent in pulled:
                    outside[name] += sign * k * exponent
                rest = {m: c / content for m, c in rest.items()}
                if rest == {(): Fraction(1)}:
                    continue
                parallel = self._parallel(f, transfer.ring.keys)
                if parallel is not None:
                    expression, names, factor = parallel
                    scale *= (factor / content) ** (sign * k)
                    for name, exponent in pulled:
                        outside[name] -= sign * k * exponent
                    (under if sign > 0 else over).append(_power(expression, k))
                    continue
                (over if sign > 0 else under).append(_power(self.sum(rest), k))
        return self._assembled(scale, outside, over, under)

    def terms(self, f: Polynomial, keys: Sequence[str]) -> Terms:
        """A polynomial as terms by name; s is called "s"."""
        names = [*keys, S]
        return {
            tuple((names[k], e) for k, e in enumerate(map(int, m)) if e): Fraction(int(c))
            for m, c in zip(f.monoms(), f.coeffs(), strict=True)
        }

    def _shown(self, name: str) -> bool:
        """Whether the symbol is shown as a resistance."""
        return name != S and self.symbols[name].shown is not None

    def _resistances(self, terms: Terms) -> Terms:
        """Exponents of symbols that are shown as resistances, counted for the resistances."""
        return {
            tuple((n, -e if self._shown(n) else e) for n, e in m): c for m, c in terms.items()
        }

    def _parallel(self, f: Polynomial, keys: Sequence[str]) -> tuple[Expression, list[str], Fraction] | None:
        """A sum of conductances, each shown as a resistance, as 1/(R1 ∥ R2 ...) times a number; else None."""
        terms = self.terms(f, keys)
        if len(terms) < 2 or any(c <= 0 or len(m) != 1 or m[0][1] != 1 for m, c in terms.items()):
            return None
        names = [m[0][0] for m in terms]
        if not all(self._shown(n) for n in names):
            return None
        content = _content(terms)
        parts: list[tuple[float, Expression]] = []
        for (((n, _),), c) in ((m, c) for m, c in terms.items()):
            weight = c / content
            name: Expression = Name(self.labels[n])
            parts.append(
                (float(weight) * self.symbols[n].value, name if weight == 1 else quotient(name, Number(weight)))
            )
        parts.sort(key=lambda p: -p[0])
        return Parallel(tuple(p for _, p in parts)), names, content

    def sum(self, terms: Terms) -> Expression:
        """A sum of terms: powers of s grouped, common names outside."""
        powers: dict[int, Terms] = {}
        for m, c in terms.items():
            k = dict(m).get(S, 0)
            powers.setdefault(k, {})[tuple(p for p in m if p[0] != S)] = c
        parts = []
        for k in sorted(powers):
            inner = self.nested(powers[k])
            sign = isinstance(inner, Negative)
            body = inner.of if isinstance(inner, Negative) else inner
            shown = product([_s(k), body]) if k else body
            parts.append(Negative(shown) if sign else shown)
        return total(parts)

    def nested(self, terms: Terms) -> Expression:
        """Terms without s, a name that many have in common put outside where that makes the sum shorter."""
        pulled, rest = _pull(terms)
        content = _content(rest)
        rest = {m: c / content for m, c in rest.items()}
        outside = Counter(dict(pulled))
        if len(rest) == 1:
            return self._assembled(content * next(iter(rest.values())), outside, [], [])
        inner = self._split(rest)
        return self._assembled(content, outside, [inner], [])

    def _split(self, terms: Terms) -> Expression:
        counts = Counter(n for m in terms for n, e in m if e > 0)
        common, times = max(counts.items(), key=lambda x: (x[1], x[0])) if counts else ("", 0)
        if len(terms) > 3 and 2 <= times < len(terms):
            inside = {m: c for m, c in terms.items() if dict(m).get(common, 0) > 0}
            outside = {m: c for m, c in terms.items() if m not in inside}
            ranked = sorted((outside, inside), key=self._rank)
            parts: list[Expression] = []
            for group in ranked:
                e = self.nested(group)
                parts += e.terms if hasattr(e, "terms") else [e]
            return total(parts)
        ordered = sorted(terms.items(), key=lambda t: self._rank(dict([t])))
        return total([self._assembled(c, Counter(dict(m)), [], []) for m, c in ordered])

    def _rank(self, terms: Terms) -> tuple[int, int]:
        """Numbers first, then short terms; negative ones last."""
        degree = min(sum(abs(e) for _, e in m) for m in terms)
        return int(all(c < 0 for c in terms.values())), degree

    def _assembled(
        self, scale: Fraction, outside: Mapping[str, int], over: list[Expression], under: list[Expression]
    ) -> Expression:
        """scale * names * over / under, in the usual order: numbers, transconductances, resistances, sums."""
        size = abs(scale)
        ordered = sorted(((n, e) for n, e in outside.items() if e), key=lambda p: self._place(p[0]))
        above = [Number(Fraction(size.numerator))] if size.numerator != 1 else []
        below = [Number(Fraction(size.denominator))] if size.denominator != 1 else []
        above += [_power(self._name(n), e) for n, e in ordered if e > 0]
        below += [_power(self._name(n), -e) for n, e in ordered if e < 0]
        expression = quotient(product([*above, *over]), product([*below, *under]))
        return Negative(expression) if scale < 0 else expression

    def _name(self, name: str) -> Expression:
        return Name(Label(S) if name == S else self.labels[name])

    def _place(self, name: str) -> tuple[int, str]:
        if name == S:
            return 0, name
        symbol = self.symbols[name]
        return (3 if symbol.shown or symbol.head == "R" else 1 if symbol.unit == "S" else 2), self.labels[name].text


def _s(k: int) -> Expression:
    return _power(Name(Label(S)), k)


def _power(e: Expression, k: int) -> Expression:
    if k == 1:
        return e
    return Product((e,) * k) if isinstance(e, Parallel) and k == 2 else Power(e, k)


def _pull(terms: Terms) -> tuple[Monomial, Terms]:
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


def _content(terms: Terms) -> Fraction:
    """The greatest number that divides all coefficients; negative where all are."""
    over = reduce(gcd, (abs(c.numerator) for c in terms.values()))
    size = Fraction(over, reduce(lambda a, b: a * b // gcd(a, b), (c.denominator for c in terms.values())))
    return -size if all(c < 0 for c in terms.values()) else size
