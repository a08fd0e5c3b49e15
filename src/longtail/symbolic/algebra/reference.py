"""The gain of the full circuit in numbers: over frequency in floating point, and as exact polynomials in s.

Element values are floats, and a float is a rational number: determinant and numerator are therefore polynomials in s
with rational coefficients, which are found exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.engine.small_signal.linearization import SINGULAR, SINGULAR_HINT
from longtail.errors import AnalysisError
from longtail.symbolic.algebra.equations import OUTPUT, SymbolicEquations
from longtail.symbolic.algebra.residues import determinant
from longtail.symbolic.algebra.transfer import Complex

RationalPolynomial = Any  # flint.fmpq_poly
_UNIT = 2**24  # rad/s: frequencies are counted in it, so that the numbers in a matrix are of like size


@dataclass(frozen=True)
class Dense:
    """Equations in numbers: `A(s) = constant + s*slope`, the drive, and the place of the output."""

    constant: NDArray[np.float64]
    slope: NDArray[np.float64]
    drive: NDArray[np.float64]
    output: int

    def at(self, s: Complex) -> Complex:
        """The output at complex frequencies. Raises `AnalysisError` where the equations are singular at one."""
        matrices = self.constant[None] + s[:, None, None] * self.slope[None]
        sides = np.broadcast_to(self.drive.astype(complex), (len(s), len(self.drive)))
        try:
            return np.asarray(np.linalg.solve(matrices, sides[..., None])[:, self.output, 0], complex)
        except np.linalg.LinAlgError as error:
            raise AnalysisError(SINGULAR, hint=SINGULAR_HINT) from error


def dense(system: SymbolicEquations, values: Mapping[str, float]) -> Dense:
    """Equations with symbols at their values. Raises `KeyError` where the output is not among the unknowns."""
    names = {name: k for k, name in enumerate(system.unknowns)}
    n = len(system.rows)
    matrices = np.zeros((2, n, n))
    for k, row in enumerate(system.rows):
        for name, entry in row.items():
            for (key, order), x in entry.items():
                matrices[order, k, names[name]] += x * (values[key] if key is not None else 1.0)
    return Dense(matrices[0], matrices[1], np.array(system.right, float), names[OUTPUT])


@dataclass(frozen=True)
class Exact:
    """`scale * numerator / denominator`, polynomials in s/unit with rational coefficients."""

    numerator: RationalPolynomial
    denominator: RationalPolynomial
    unit: int = _UNIT

    def over(self, other: Exact) -> Exact:
        """The quotient of two."""
        return Exact(self.numerator * other.denominator, self.denominator * other.numerator, self.unit)

    def at(self, s: Complex) -> Complex:
        """The quotient at frequencies on the imaginary axis in rad/s, exact up to the last rounding."""
        over, under = (_on_axis(p, s.imag, self.unit) for p in (self.numerator, self.denominator))
        return np.asarray(over / under, complex)

    def roots(self) -> list[Complex]:
        """Zeros and poles in rad/s, each to the last bit, as often as it is one, in rising magnitude."""
        found = []
        for p in (self.numerator, self.denominator):
            roots = [complex(root) for root, times in p.numer().complex_roots() for _ in range(times)] if p else []
            roots.sort(key=lambda root: (abs(root), root.imag))
            found.append(np.array(roots, complex) * self.unit)
        return found


def halves(p: RationalPolynomial) -> tuple[RationalPolynomial, RationalPolynomial]:
    """Real and imaginary part of p(j*w) as polynomials in w^2, the imaginary one over w."""
    from flint import fmpq_poly

    c = p.coeffs()
    even, odd = ([x if k % 2 == 0 else -x for k, x in enumerate(c[start::2])] for start in (0, 1))
    return fmpq_poly(even), fmpq_poly(odd)


def _on_axis(p: RationalPolynomial, omega: NDArray[np.float64], unit: int) -> Complex:
    """p(j*omega/unit), evaluated without rounding."""
    from flint import fmpq

    even, odd = halves(p)
    found = []
    for w in (Fraction(x) / unit for x in omega.tolist()):
        square = fmpq(w.numerator, w.denominator) ** 2
        re, im = even(square), odd(square) * fmpq(w.numerator, w.denominator)
        found.append(complex(int(re.p) / int(re.q), int(im.p) / int(im.q)))
    return np.array(found, complex)


def as_floats(p: RationalPolynomial) -> NDArray[np.float64]:
    """The coefficients of a polynomial as floats; those too small for a float are zero."""
    return np.array([int(x.p) / int(x.q) for x in p.coeffs()])


def normal(numerator: RationalPolynomial, denominator: RationalPolynomial) -> Exact:
    """Both divided by the largest coefficient of the denominator, so that they can be had as floats too."""
    largest = max((abs(x) for x in denominator.coeffs()), default=1)
    return Exact(numerator / largest, denominator / largest) if largest else Exact(numerator, denominator)


def exact_polynomials(system: SymbolicEquations, values: Mapping[str, float], *, constant: bool) -> Exact:
    """Numerator and denominator of the output; `constant`: at s = 0 alone."""
    from flint import fmpq_poly, fmpz_mat

    fractions = _fractions(system, values)
    # what each row is multiplied by to become whole: powers of two, since the values are floats
    factors = [max((x.denominator for x in row.values()), default=1) for row in fractions]
    below = _whole(fractions, factors)
    column = system.unknowns.index(OUTPUT)
    sides = [side * factor for side, factor in zip(system.right, factors, strict=True)]
    above = tuple(
        [[*row[:column], side, *row[column + 1 :]] for row, side in zip(m, which, strict=True)]
        for m, which in zip(below, (sides, [0] * len(sides)), strict=True)
    )
    if constant:
        n = len(sides)
        found = [[int(fmpz_mat(n, n, [x for row in m[0] for x in row]).det())] for m in (above, below)]
    else:
        found = [determinant(*m) for m in (above, below)]
    return normal(*(fmpq_poly(coefficients) for coefficients in found))


def _fractions(system: SymbolicEquations, values: Mapping[str, float]) -> list[dict[tuple[int, int], Fraction]]:
    """The entries of each row by (power of s, column), s counted in its unit."""
    names = {name: k for k, name in enumerate(system.unknowns)}
    exact = {key: Fraction(x) for key, x in values.items()}
    rows = []
    for row in system.rows:
        found: dict[tuple[int, int], Fraction] = {}
        for name, entry in row.items():
            for (key, order), x in entry.items():
                value = x * (exact[key] if key is not None else Fraction(1)) * _UNIT**order
                place = order, names[name]
                found[place] = found.get(place, Fraction(0)) + value
        rows.append(found)
    return rows


def _whole(rows: list[dict[tuple[int, int], Fraction]], factors: list[int]) -> tuple[list[list[int]], list[list[int]]]:
    """The matrices of constants and of slopes, rows multiplied by their factors."""
    n = len(rows)
    matrices = ([[0] * n for _ in range(n)], [[0] * n for _ in range(n)])
    for k, (row, factor) in enumerate(zip(rows, factors, strict=True)):
        for (order, column), x in row.items():
            matrices[order][k][column] = int(x * factor)
    return matrices
