"""Formulas as MathML, which browsers and notebooks set without any script: elements as HTML takes them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from longtail.symbolic.circuit.names import Label
from longtail.symbolic.writing.expression import (
    ATOM,
    TIGHT,
    Expression,
    Negative,
    Parallel,
    PlainNumber,
    Power,
    Product,
    Quotient,
    Sum,
    SymbolName,
    binding,
)

_SPACE = '<mspace width="0.17em"/>'
_PARALLEL = "<mo>∥</mo>"
_MINUS = "<mo>-</mo>"


def equation(letter: str, e: Expression) -> str:
    """The equation `letter` = formula in a line of its own.

    >>> equation("A_d", SymbolName(Label("x"))).partition(">")[2]
    '<msub><mi>A</mi><mtext>d</mtext></msub><mo>=</mo><mi>x</mi></math>'
    """
    head, _, sub = letter.partition("_")
    inner = _symbol(Label(head, sub)) + "<mo>=</mo>" + mathml(e)
    return f'<math display="block">{inner}</math>'


def mathml(e: Expression) -> str:
    """The formula as elements of MathML.

    >>> mathml(Quotient(SymbolName(Label("v")), SymbolName(Label("R", "SS"))))
    '<mfrac><mrow><mi>v</mi></mrow><mrow><msub><mi>R</mi><mtext>SS</mtext></msub></mrow></mfrac>'
    """
    match e:
        case PlainNumber(x):
            over, under = f"<mn>{abs(x.numerator)}</mn>", f"<mn>{x.denominator}</mn>"
            size = over if x.denominator == 1 else f"<mfrac>{over}{under}</mfrac>"
            return size if x >= 0 else _MINUS + size
        case SymbolName(label):
            return _symbol(label)
        case Power(base, n):
            return f"<msup><mrow>{_wrapped(base, ATOM)}</mrow><mn>{n}</mn></msup>"
        case Product(factors):
            return _SPACE.join(_wrapped(f, TIGHT) for f in factors)
        case Parallel(parts):
            return _PARALLEL.join(_wrapped(p, TIGHT) for p in parts)
        case Negative(of):
            return _MINUS + _wrapped(of, TIGHT)
        case Sum(terms):
            return _summed(terms)
        case Quotient(over, under):
            return f"<mfrac><mrow>{mathml(over)}</mrow><mrow>{mathml(under)}</mrow></mfrac>"


def _summed(terms: Sequence[Expression]) -> str:
    first, *others = (_bracketed(t) if isinstance(t, Sum) else mathml(t) for t in terms)
    return first + "".join(t if t.startswith(_MINUS) else f"<mo>+</mo>{t}" for t in others)


def _symbol(label: Label) -> str:
    head = f"<mi>{escape(label.head)}</mi>"
    return f"<msub>{head}<mtext>{escape(label.sub)}</mtext></msub>" if label.sub else head


def _wrapped(e: Expression, least: int) -> str:
    holds = binding(e) >= least or (isinstance(e, Quotient) and least < ATOM)
    return mathml(e) if holds else _bracketed(e)


def _bracketed(e: Expression) -> str:
    return f"<mrow><mo>(</mo>{mathml(e)}<mo>)</mo></mrow>"
