"""Formulas as small trees, written as text or LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from longtail.symbolic.circuit.names import Label

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True, slots=True)
class PlainNumber:
    value: Fraction


@dataclass(frozen=True, slots=True)
class SymbolName:
    label: Label


@dataclass(frozen=True, slots=True)
class Power:
    base: Expression
    exponent: int


@dataclass(frozen=True, slots=True)
class Product:
    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Resistances in parallel."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Quotient:
    over: Expression
    under: Expression


@dataclass(frozen=True, slots=True)
class Negative:
    of: Expression


Expression = PlainNumber | SymbolName | Power | Product | Sum | Parallel | Quotient | Negative

ONE = PlainNumber(Fraction(1))
LOOSE, PARALLEL, TIGHT, ATOM = range(4)  # how strongly an expression holds together


def product(factors: list[Expression]) -> Expression:
    """The product, flattened; without factors it is one."""
    flat: list[Expression] = []
    for f in factors:
        flat += f.factors if isinstance(f, Product) else [f]
    flat = sorted((f for f in flat if f != ONE), key=lambda f: not isinstance(f, PlainNumber))
    return flat[0] if len(flat) == 1 else Product(tuple(flat)) if flat else ONE


def quotient(over: Expression, under: Expression) -> Expression:
    return over if under == ONE else Quotient(over, under)


def total(terms: list[Expression]) -> Expression:
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def text(e: Expression) -> str:
    """The formula in plain text: `-g_m1,2·(r_o ∥ R_D)`.

    >>> a, b = SymbolName(Label("R", "D")), SymbolName(Label("r", "o1"))
    >>> text(Negative(Product((SymbolName(Label("g", "m1")), Parallel((a, b))))))
    '-g_m1·(R_D ∥ r_o1)'
    """
    match e:
        case PlainNumber(x):
            return str(x)
        case SymbolName(label):
            return label.text
        case Power(base, n):
            return f"{_wrapped(base, ATOM)}^{n}"
        case Product(factors):
            return "·".join(_wrapped(f, TIGHT) for f in factors)
        case Parallel(parts):
            return " ∥ ".join(_wrapped(p, TIGHT) for p in parts)
        case Negative(of):
            return f"-{_wrapped(of, TIGHT)}"
        case Sum(terms):
            return _summed([text(t) if not isinstance(t, Sum) else f"({text(t)})" for t in terms], " ")
        case Quotient(over, under):
            below = text(under) if binding(under) == ATOM else f"({text(under)})"
            return f"{_wrapped(over, TIGHT)}/{below}"


def latex_text(e: Expression) -> str:
    r"""The formula in LaTeX.

    >>> print(latex_text(Quotient(ONE, SymbolName(Label("R", "SS")))))
    \frac{1}{R_{\mathrm{SS}}}
    """
    match e:
        case PlainNumber(x):
            return str(x.numerator) if x.denominator == 1 else rf"\frac{{{x.numerator}}}{{{x.denominator}}}"
        case SymbolName(label):
            return label.latex
        case Power(base, n):
            return f"{_wrapped_latex(base, ATOM)}^{{{n}}}"
        case Product(factors):
            return r" \, ".join(_wrapped_latex(f, TIGHT) for f in factors)
        case Parallel(parts):
            return r" \parallel ".join(_wrapped_latex(p, TIGHT) for p in parts)
        case Negative(of):
            return f"-{_wrapped_latex(of, TIGHT)}"
        case Sum(terms):
            return _summed([latex_text(t) for t in terms], " ")
        case Quotient(over, under):
            return rf"\frac{{{latex_text(over)}}}{{{latex_text(under)}}}"


def as_sympy(e: Expression) -> sympy.Expr:
    """The formula for SymPy; the names are those of the text."""
    import sympy

    match e:
        case PlainNumber(x):
            return sympy.Rational(x.numerator, x.denominator)
        case SymbolName(label):
            return sympy.Symbol(label.text)
        case Power(base, n):
            return as_sympy(base) ** n
        case Product(factors):
            return sympy.Mul(*map(as_sympy, factors))
        case Sum(terms):
            return sympy.Add(*map(as_sympy, terms))
        case Parallel(parts):
            return 1 / sympy.Add(*(1 / as_sympy(p) for p in parts))
        case Quotient(over, under):
            return as_sympy(over) / as_sympy(under)
        case Negative(of):
            return -as_sympy(of)


def _summed(terms: list[str], gap: str) -> str:
    first, *others = terms
    return first + "".join(f"{gap}-{gap}{t[1:]}" if t.startswith("-") else f"{gap}+{gap}{t}" for t in others)


def binding(e: Expression) -> int:
    match e:
        case Sum() | Negative():
            return LOOSE
        case Parallel():
            return PARALLEL
        case Product() | Quotient():
            return TIGHT
        case PlainNumber(x):
            return ATOM if x >= 0 and x.denominator == 1 else TIGHT
        case _:
            return ATOM


def _wrapped(e: Expression, least: int) -> str:
    return text(e) if binding(e) >= least else f"({text(e)})"


def _wrapped_latex(e: Expression, least: int) -> str:
    if isinstance(e, Quotient):
        return latex_text(e) if least < ATOM else rf"\left({latex_text(e)}\right)"
    return latex_text(e) if binding(e) >= least else rf"\left({latex_text(e)}\right)"
