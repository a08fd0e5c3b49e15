"""Poles and zeros of a formula in symbols, where they lie far enough apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from longtail.symbolic.algebra.minors import Polynomial
from longtail.symbolic.algebra.reference import Exact
from longtail.symbolic.algebra.transfer import Complex, RationalTransfer, Ring, by_order, transfer
from longtail.symbolic.writing.display import Writer
from longtail.symbolic.writing.expression import Expression, Negative

_APART = 4.0  # quotient of neighbouring roots from which each is given by two coefficients alone


@dataclass(frozen=True)
class Root:
    """A pole or zero: its formula for s, its value by the formula and the nearest of the full circuit, rad/s."""

    kind: str
    expression: Expression
    value: float
    nearest: complex | None

    @property
    def error(self) -> float | None:
        """Relative distance of the formula from the root of the full circuit."""
        return None if self.nearest is None else abs(self.value / self.nearest - 1.0)


def roots(found: RationalTransfer, values: Mapping[str, float], writer: Writer, circuit: Exact) -> list[Root]:
    """The poles, then the zeros, that a formula shows. Those that do not separate (complex pairs) are left out."""
    zeros, poles = circuit.roots()
    result = []
    for kind, side, exact in (("pole", found.denominator, poles), ("zero", found.numerator, zeros)):
        for f, _ in side:
            result += _of_factor(kind, found, f, values, writer, exact)
    return result


def _of_factor(
    kind: str, found: RationalTransfer, f: Polynomial, values: Mapping[str, float], writer: Writer, exact: Complex
) -> list[Root]:
    """Where a_k/a_(k+1) grows fast enough, -a_k/a_(k+1) is a root of the sum of a_k*s^k."""
    c = found.coefficients(f, values)
    parts = by_order(f)
    if len(parts) < 2 or len(parts) != len(c):
        return []
    places = -c[:-1] / c[1:]
    result = []
    for k, place in enumerate(places.tolist()):
        below = k == 0 or abs(place / places[k - 1]) > _APART
        above = k + 1 == len(places) or abs(places[k + 1] / place) > _APART
        if below and above:
            expression = _negated(writer.write(_ratio(found.ring, parts[k], parts[k + 1])))
            others = exact[exact != 0.0]  # from one at zero there is no relative distance
            close = others[np.abs(others / place - 1.0).argmin()] if len(others) else None
            result.append(Root(kind, expression, place, None if close is None else complex(close)))
    return result


def _ratio(ring: Ring, over: Polynomial, under: Polynomial) -> RationalTransfer:
    return transfer(ring, Fraction(1), over, under)


def _negated(e: Expression) -> Expression:
    return e.of if isinstance(e, Negative) else Negative(e)
