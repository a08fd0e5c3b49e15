"""A transfer as people write it: resistances in place of conductances, parallel connections, common factors outside.

One quotient has many forms. The writer makes those that textbooks use and takes the one with the shortest text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce

from longtail.symbolic.algebra.minors import Polynomial
from longtail.symbolic.algebra.transfer import FREQUENCY, Factors, RationalTransfer, by_order, transfer
from longtail.symbolic.circuit.elements import Symbol
from longtail.symbolic.circuit.names import Label
from longtail.symbolic.writing.expression import (
    ONE,
    Expression,
    Negative,
    Parallel,
    PlainNumber,
    Power,
    Product,
    Quotient,
    Sum,
    SymbolName,
    product,
    quotient,
    text,
    total,
)
from longtail.symbolic.writing.sums import Monomial, Terms, content_of, factored, over_a_term, pulled_out

S = FREQUENCY
_SEARCHED = 16  # terms of a sum up to which all ways to group them are tried
_FEW = 4  # terms of a sum that is written as 1 + ...
_RELATIVE = "relative "  # before the key of a difference: the difference over its mean


@dataclass(frozen=True)
class Writer:
    """Writes transfers over these symbols, each by its label."""

    symbols: Mapping[str, Symbol]
    labels: Mapping[str, Label]
    written: dict[frozenset[tuple[Monomial, Fraction]], Expression] = field(default_factory=dict, repr=False)

    def write(self, found: RationalTransfer) -> Expression:
        """The shortest of the forms of a transfer."""
        if found.is_zero:
            return PlainNumber(Fraction(0))
        return min(self._forms(found), key=lambda e: (len(text(e)), text(e)))

    def _forms(self, found: RationalTransfer) -> Iterator[Expression]:
        yield from self._static_forms(found, [], [])
        if not any(_order(f) for f, _ in (*found.numerator, *found.denominator)):
            return
        steady, above, below = self._apart(found)
        if above or below:
            yield from self._static_forms(steady, above, below)

    def _apart(self, found: RationalTransfer) -> tuple[RationalTransfer, list[Expression], list[Expression]]:
        """The gain at low frequency, and factors 1 + s*... above and below the line."""
        ring, one = found.ring, found.ring.number(1)
        over, under = one, one
        above: list[Expression] = []
        below: list[Expression] = []
        for side, dynamic in ((found.numerator, above), (found.denominator, below)):
            for f, k in side:
                parts = by_order(f)
                if len(parts) > 1 and 0 in parts:
                    terms: list[Expression] = [ONE]
                    for order, part in sorted(parts.items()):
                        if order:
                            ratio = self.write(transfer(ring, Fraction(1), part, parts[0]))
                            negative = isinstance(ratio, Negative)
                            body = _with_s(order, ratio.of if isinstance(ratio, Negative) else ratio)
                            terms.append(Negative(body) if negative else body)
                    dynamic.append(_power(total(terms), k))
                    f = parts[0]
                if dynamic is above:
                    over = over * f**k
                else:
                    under = under * f**k
        return transfer(ring, found.scale, over, under), above, below

    def _static_forms(
        self, found: RationalTransfer, above: list[Expression], below: list[Expression]
    ) -> Iterator[Expression]:
        yield self._quotient(found, False, above, below)
        yield self._quotient(found, True, above, below)
        yield self._quotient(found, False, above, below, divided=True)
        if not above and len(found.denominator) <= 4:
            yield from self._branches(found, below)

    def _quotient(
        self,
        found: RationalTransfer,
        parallel: bool,
        above: list[Expression],
        below: list[Expression],
        *,
        divided: bool = False,
    ) -> Expression:
        """Factor by factor; sums of conductances as resistances in `parallel`, of resistances `divided` as 1 + ..."""
        scale, outside = found.scale, Counter[str]()
        over, under = list(above), list(below)
        sums: list[Terms] = []
        for side, sign in ((found.numerator, 1), (found.denominator, -1)):
            for f, k in side:
                terms = self._terms(f, found.ring.keys)
                joined = self._parallel(terms) if parallel else None
                if joined is not None:
                    expression, content = joined
                    scale *= content ** (sign * k)
                    (under if sign > 0 else over).append(_power(expression, k))
                    continue
                pulled, rest = pulled_out(self._resistances(terms))
                content = content_of(rest)
                scale *= content ** (sign * k)
                for name, exponent in pulled:
                    outside[name] += sign * k * exponent
                rest = {m: c / content for m, c in rest.items()}
                few = sign == k == 1 and 1 < len(rest) <= _FEW
                if divided and few and all(self._shown(name) for m in rest for name, _ in m):
                    sums.append(rest)
                elif rest != {(): Fraction(1)}:
                    (over if sign > 0 else under).append(_power(self._sum(rest), k))
        over += [self._over_a_term(rest, outside) for rest in sums]
        return self._assembled(scale, outside, over, under)

    def _over_a_term(self, terms: Terms, outside: Counter[str]) -> Expression:
        """A sum as 1 + ... where one of its terms stands below the line outside, and goes from there; else as it is."""
        found = over_a_term(terms, {name: -e for name, e in outside.items()})
        if found is None:
            return self._sum(terms)
        outside.update(dict(found[0]))
        parts = (self._assembled(c, dict(m), [], []) for m, c in found[1].items())
        return total(sorted(parts, key=lambda e: (e != ONE, isinstance(e, Negative), text(e))))

    def _branches(self, found: RationalTransfer, below: list[Expression]) -> Iterator[Expression]:
        """A sum below the line as branches in parallel: g*(R_up ∥ R_down), where the parts come out in ohms."""
        for j, (f, k) in enumerate(found.denominator):
            if k != 1 or not 2 <= len(f) <= 8 or _order(f):
                continue
            rest = (*found.denominator[:j], *found.denominator[j + 1 :])
            for first, second in _splits(f):
                expression = self._two_branches(found, rest, (first, second), below)
                if expression is not None:
                    yield expression

    def _two_branches(
        self, found: RationalTransfer, rest: Factors, parts: tuple[Polynomial, Polynomial], below: list[Expression]
    ) -> Expression | None:
        one = found.ring.number(1)
        under = reduce(lambda a, b: a * b, (f**k for f, k in rest), one)
        over = found.expanded()[0]
        whole = [transfer(found.ring, abs(found.scale), over, under * part) for part in parts]
        if any(x.scale < 0 for x in whole):
            return None
        powers = [_symbols_of(x) for x in whole]
        common: dict[int, int] = {}
        for g in sorted(set(powers[0]) & set(powers[1])):
            a, b = powers[0][g], powers[1][g]
            if a * b > 0:
                common[g] = min(a, b, key=abs)
        outside = Counter({found.ring.keys[g]: e for g, e in common.items()})
        if sum(e * _siemens(self.symbols[key]) for key, e in outside.items()) != 1:
            return None
        branches: list[Expression] = []
        for x in whole:
            over, under = x.expanded()
            for g, e in common.items():
                symbol = found.ring.context.gen(g)
                over, under = (over, under * symbol**e) if e > 0 else (over * symbol**-e, under)
            branch = transfer(found.ring, x.scale, over, under)
            branches.append(min((self._quotient(branch, p, [], []) for p in (False, True)), key=lambda e: len(text(e))))
        named, sign = Counter[str](), 1 if found.scale > 0 else -1
        for key, e in outside.items():
            sign *= self._count(named, key, e)
        flipped = {name: -e if self._shown(name) else e for name, e in named.items()}
        if any(_divided_by_sum(b) for b in branches):
            return None
        expression = Parallel(tuple(sorted(branches, key=text)))
        return self._assembled(Fraction(sign), flipped, [expression], below)

    def _terms(self, f: Polynomial, keys: Sequence[str]) -> Terms:
        """A polynomial as terms by name; differences as relative ones, times the mean."""
        names = [*keys, S]
        found: Terms = {}
        for m, c in zip(f.monoms(), f.coeffs(), strict=True):
            powers = Counter[str]()
            factor = Fraction(int(c))
            for k, e in enumerate(map(int, m)):
                if e:
                    factor *= self._count(powers, names[k], e)
            found[tuple(sorted(powers.items()))] = factor
        return found

    def _count(self, powers: Counter[str], name: str, e: int) -> int:
        """Count a power in, that of a difference as a relative one and of the mean; the sign that this takes."""
        symbol = self.symbols.get(name)
        if symbol is None or symbol.base is None:
            powers[name] += e
            return 1
        powers[_RELATIVE + name] += e
        powers[symbol.base] += e
        return -1 if symbol.shown and e % 2 else 1

    def _shown(self, name: str) -> bool:
        """Whether the symbol is shown as a resistance."""
        return name in self.symbols and self.symbols[name].shown is not None

    def _resistances(self, terms: Terms) -> Terms:
        """Exponents of symbols that are shown as resistances, counted for the resistances."""
        return {tuple((n, -e if self._shown(n) else e) for n, e in m): c for m, c in terms.items()}

    def _parallel(self, terms: Terms) -> tuple[Expression, Fraction] | None:
        """A sum of conductances, each shown as a resistance: 1/(R1 ∥ R2 ...) times a number; else None."""
        if len(terms) < 2 or any(c <= 0 or len(m) != 1 or m[0][1] != 1 for m, c in terms.items()):
            return None
        if not all(self._shown(m[0][0]) for m in terms):
            return None
        content = content_of(terms)
        parts = [quotient(SymbolName(self.labels[m[0][0]]), PlainNumber(c / content)) for m, c in terms.items()]
        return Parallel(tuple(sorted(parts, key=text))), content

    def _sum(self, terms: Terms) -> Expression:
        """A sum of terms: powers of s grouped, common names outside."""
        powers: dict[int, Terms] = {}
        for m, c in terms.items():
            powers.setdefault(dict(m).get(S, 0), {})[tuple(p for p in m if p[0] != S)] = c
        parts: list[Expression] = []
        for k in sorted(powers):
            inner = self._nested(powers[k])
            if k == 0:
                parts += inner.terms if isinstance(inner, Sum) else [inner]
                continue
            body = _with_s(k, inner.of if isinstance(inner, Negative) else inner)
            parts.append(Negative(body) if isinstance(inner, Negative) else body)
        return total(parts)

    def _nested(self, terms: Terms) -> Expression:
        """Terms without s, a name that many have in common put outside where that makes the sum shorter."""
        pulled, rest = pulled_out(terms)
        content = content_of(rest)
        rest = {m: c / content for m, c in rest.items()}
        outside = Counter(dict(pulled))
        if len(rest) == 1:
            return self._assembled(content * next(iter(rest.values())), outside, [], [])
        factors = factored(rest) if 4 <= len(rest) <= _SEARCHED else [rest]
        inner = [self._split(f) for f in factors]
        if content == 1 and not pulled and len(inner) == 1:
            return inner[0]
        return self._assembled(content, outside, inner, [])

    def _split(self, terms: Terms) -> Expression:
        """A sum, terms that have a name in common together; of short sums the shortest way to do so."""
        known = frozenset(terms.items())
        if known not in self.written:
            counts = Counter(n for m in terms for n, e in m if e > 0)
            names = sorted((n for n, k in counts.items() if k > 1), key=lambda n: (counts[n], n), reverse=True)
            names = [n for n in names[: None if len(terms) <= _SEARCHED else 1] if counts[n] < len(terms)]
            ways = [self._grouped(terms, n) for n in names if len(terms) > 2] or [self._grouped(terms, None)]
            self.written[known] = min(ways, key=lambda e: len(text(e)))
        return self.written[known]

    def _grouped(self, terms: Terms, common: str | None) -> Expression:
        """A sum of two: the terms without a name, and those with it. Without a name given, term by term."""
        groups = [dict([t]) for t in terms.items()]
        if common is not None:
            inside = {m: c for m, c in terms.items() if dict(m).get(common, 0) > 0}
            groups = [{m: c for m, c in terms.items() if m not in inside}, inside]
        parts: list[Expression] = []
        for group in sorted(groups, key=self._rank):
            e = self._nested(group)
            parts += e.terms if isinstance(e, Sum) else [e]
        return total(parts)

    def _rank(self, terms: Terms) -> tuple[int, int, str]:
        """Numbers first, then short terms; negative ones last."""
        degree = min(sum(abs(e) for _, e in m) for m in terms)
        written = "·".join(self._label(n) for m in terms for n, _ in m)
        return int(all(c < 0 for c in terms.values())), degree, written

    def _label(self, name: str) -> str:
        return self.labels[name].text if name in self.labels else name

    def _assembled(
        self, scale: Fraction, outside: Mapping[str, int], over: list[Expression], under: list[Expression]
    ) -> Expression:
        """scale * names * over / under, in the usual order: numbers, transconductances, resistances, sums."""
        size = abs(scale)
        names, extra = self._absolute(outside)
        ordered = sorted(((n, e) for n, e in names.items() if e), key=lambda p: self._place(p[0]))
        above: list[Expression] = [PlainNumber(Fraction(size.numerator))] if size.numerator != 1 else []
        below: list[Expression] = [PlainNumber(Fraction(size.denominator))] if size.denominator != 1 else []
        above += extra
        above += [_power(self._name(n), e) for n, e in ordered if e > 0]
        below += [_power(self._name(n), -e) for n, e in ordered if e < 0]
        expression = quotient(product([*above, *_arranged(over)]), product([*below, *_arranged(under)]))
        return Negative(expression) if scale < 0 else expression

    def _absolute(self, outside: Mapping[str, int]) -> tuple[dict[str, int], list[Expression]]:
        """A relative difference times its mean is the difference itself."""
        names = dict(outside)
        extra: list[Expression] = []
        for name in outside:
            base = self._base(name)
            if base is not None and names[name] == 1 and names.get(base, 0) >= 1:
                names[name] -= 1
                names[base] -= 1
                extra.append(SymbolName(self._difference(base)))
        return names, extra

    def _base(self, name: str) -> str | None:
        return self.symbols[name.removeprefix(_RELATIVE)].base if name.startswith(_RELATIVE) else None

    def _difference(self, base: str) -> Label:
        return Label(f"Δ{self.labels[base].head}", self.labels[base].sub)

    def _name(self, name: str) -> Expression:
        base = self._base(name)
        if base is not None:
            return quotient(SymbolName(self._difference(base)), SymbolName(self.labels[base]))
        return SymbolName(Label(S) if name == S else self.labels[name])

    def _place(self, name: str) -> tuple[int, str]:
        if name not in self.symbols:
            return 0, name
        symbol = self.symbols[name]
        resistance = symbol.shown is not None or symbol.head == "R"
        return (3 if resistance else 1 if symbol.unit == "S" else 2), self.labels[name].text


def _arranged(factors: list[Expression]) -> list[Expression]:
    """Parallel connections last, else by their text, so that the same formula is always written the same way."""
    return sorted(factors, key=lambda e: (isinstance(e, Parallel), text(e)))


def _divided_by_sum(e: Expression) -> bool:
    match e:
        case Quotient(_, under):
            return isinstance(under, Sum) or (
                isinstance(under, Product) and any(isinstance(f, Sum) for f in under.factors)
            )
        case _:
            return False


def _siemens(symbol: Symbol) -> int:
    """The dimension of a symbol as it is calculated with, as a power of siemens; far off where it is none."""
    return 1 if symbol.shown is not None or symbol.unit == "S" else 0 if symbol.unit == "" else 100


def _symbols_of(found: RationalTransfer) -> dict[int, int]:
    """Exponents of those factors that are single symbols, by generator."""
    powers: dict[int, int] = {}
    for side, sign in ((found.numerator, 1), (found.denominator, -1)):
        for f, k in side:
            if len(f) == 1:
                (monomial,) = f.monoms()
                for g, e in enumerate(map(int, monomial[:-1])):
                    if e:
                        powers[g] = powers.get(g, 0) + sign * k * e
    return powers


def _splits(f: Polynomial) -> Iterator[tuple[Polynomial, Polynomial]]:
    """Ways to part a sum in two by whether a symbol is in a term; all coefficients have to have one sign."""
    terms = dict(zip(f.monoms(), f.coeffs(), strict=True))
    if len({int(c) > 0 for c in terms.values()}) > 1:
        return
    seen = set()
    for g in range(len(next(iter(terms)))):
        inside = frozenset(m for m in terms if int(m[g]))
        if inside and len(inside) < len(terms) and inside not in seen:
            seen |= {inside, frozenset(terms) - inside}
            first = {m: c for m, c in terms.items() if m in inside}
            second = {m: c for m, c in terms.items() if m not in inside}
            yield f.context().from_dict(first), f.context().from_dict(second)


def _order(f: Polynomial) -> int:
    return max(int(m[-1]) for m in f.monoms())


def _s(k: int) -> Expression:
    return _power(SymbolName(Label(S)), k)


def _with_s(k: int, e: Expression) -> Expression:
    """s^k times an expression, above the line where it has one."""
    return quotient(product([_s(k), e.over]), e.under) if isinstance(e, Quotient) else product([_s(k), e])


def _power(e: Expression, k: int) -> Expression:
    return e if k == 1 else Power(e, k)
