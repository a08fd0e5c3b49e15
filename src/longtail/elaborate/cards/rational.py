"""Ratios of polynomials in s, with values for coefficients: what a LAPLACE source may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from longtail.circuit import Value
from longtail.elaborate.scope import bounds as limits
from longtail.elaborate.scope.scopes import Scope
from longtail.elaborate.scope.values import add, children, leaves, multiply, subtract
from longtail.errors import NetlistError, Span, UnsupportedError
from longtail.netlist.expressions.evaluation import to_text
from longtail.netlist.expressions.tree import Binary, Expression, Name, Number, Unary

S = Name("#s")  # the variable of Laplace, a name that no parameter has
MOST_ORDER = 12
Polynomial = tuple[Value, ...]  # coefficients of s^0, s^1, ...


class Rational(NamedTuple):
    """numerator/denominator; neither ends in a zero, unless it is zero."""

    numerator: Polynomial
    denominator: Polynomial


def rational(expression: Expression, scope: Scope, span: Span) -> Rational:
    """An expression in `S`, whose other names are resolved, as a ratio of polynomials.

    Raises UnsupportedError for what is no such ratio (exp(-s*t), sqrt(s)) or of an order above `MOST_ORDER`, and
    NetlistError for a denominator that is zero.

    >>> from longtail.elaborate.scope.contents import Contents
    >>> from longtail.netlist.expressions.parser import parse
    >>> h = Binary("/", Number(2.0), Binary("+", Number(1.0), Binary("*", Number(1e-3), S)))
    >>> rational(h, Scope(Contents()), Span("a.cir", 1, 1, ""))
    Rational(numerator=(2.0,), denominator=(1.0, 0.001))
    """
    if not any(leaf == S for leaf in leaves(expression)):
        value = expression if any(True for _ in leaves(expression)) else scope.nominal(expression, span)
        return Rational((value,), (1.0,))
    match expression:
        case Name():
            return Rational((0.0, 1.0), (1.0,))
        case Unary("+" | "-" as sign, operand):
            found = rational(operand, scope, span)
            return found if sign == "+" else _times(found, Rational((-1.0,), (1.0,)))
        case Binary("**", base, Number(exponent)) if exponent == int(exponent) and 0 <= exponent <= MOST_ORDER:
            result = Rational((1.0,), (1.0,))
            for _ in range(int(exponent)):
                result = _checked(_times(result, rational(base, scope, span)), span)
            return result
        case Binary("+" | "-" | "*" | "/" as operator, left, right):
            return _checked(_joined(operator, rational(left, scope, span), rational(right, scope, span), span), span)
    message = f"LAPLACE of '{to_text(expression).replace('#s', 's')[:60]}' is not supported"
    raise UnsupportedError(message, span=span, hint="it has to be a ratio of polynomials in s")


def _joined(operator: str, a: Rational, b: Rational, span: Span) -> Rational:
    match operator:
        case "*":
            return _times(a, b)
        case "/":
            if b.numerator == (0.0,):
                raise NetlistError("the denominator of LAPLACE is zero", span=span)
            return _times(a, Rational(b.denominator, b.numerator))
    join = add if operator == "+" else subtract
    if a.denominator == b.denominator:
        return Rational(_combined(join, a.numerator, b.numerator), a.denominator)
    left, right = product(a.numerator, b.denominator), product(b.numerator, a.denominator)
    return Rational(_combined(join, left, right), product(a.denominator, b.denominator))


def _times(a: Rational, b: Rational) -> Rational:
    """The product; equal factors above and below cancel."""
    if a.numerator == b.denominator:
        return Rational(b.numerator, a.denominator)
    if a.denominator == b.numerator:
        return Rational(a.numerator, b.denominator)
    return Rational(product(a.numerator, b.numerator), product(a.denominator, b.denominator))


def _checked(found: Rational, span: Span) -> Rational:
    if max(len(found.numerator), len(found.denominator)) > MOST_ORDER + 1:
        raise UnsupportedError(f"LAPLACE of an order above {MOST_ORDER} is not supported", span=span)
    if _terms(found) > limits.EXPRESSION_SIZE:
        hint = "name parts of it with .param"
        raise NetlistError("the coefficients of LAPLACE grow too large when it is multiplied out", span=span, hint=hint)
    return found


def _terms(found: Rational) -> int:
    """How many terms the coefficients have, up to just beyond the bound."""
    stack = [value for each in found for value in each if not isinstance(value, float)]
    count = 0
    while stack and count <= limits.EXPRESSION_SIZE:
        count += 1
        stack.extend(children(stack.pop()))
    return count


def _trimmed(coefficients: Sequence[Value]) -> Polynomial:
    last = max((k for k, value in enumerate(coefficients) if value != 0.0), default=0)
    return tuple(coefficients[: last + 1])


def _combined(join: object, a: Polynomial, b: Polynomial) -> Polynomial:
    assert callable(join)
    size = max(len(a), len(b))
    padded = [(*each, *[0.0] * (size - len(each))) for each in (a, b)]
    return _trimmed([join(x, y) for x, y in zip(*padded, strict=True)])


def product(a: Polynomial, b: Polynomial) -> Polynomial:
    """The product of two polynomials.

    >>> product((1.0, 2.0), (3.0, 4.0))
    (3.0, 10.0, 8.0)
    """
    result: list[Value] = [0.0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            if x != 0.0 and y != 0.0:
                result[i + j] = add(result[i + j], multiply(x, y))
    return _trimmed(result)
