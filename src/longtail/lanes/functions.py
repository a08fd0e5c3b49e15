"""Functions for device equations: each takes floats (and computes) or expressions (and records).

Device models import their mathematics from here, so that the same lines serve as a scalar function in a test
and as the source of a lane program.

>>> exp(0.0), select(2.0 > 1.0, 3.0, 4.0), maximum(1.0, 2.0)
(1.0, 3.0, 2.0)
"""

from __future__ import annotations

import math
from collections.abc import Callable

from longtail.lanes.graph import Expr, Graph, Op, Real

Condition = bool | Expr


def _graph(*values: Real | Condition) -> Graph | None:
    for value in values:
        if isinstance(value, Expr):
            return value.graph
    return None


def _guarded(function: Callable[[float], float]) -> Callable[[float], float]:
    """IEEE semantics for a function of `math`: overflow gives infinity, a domain error nan."""

    def guarded(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.copysign(math.inf, x) if function in (math.sinh,) else math.inf
        except ValueError:
            return -math.inf if function is math.log and x == 0.0 else math.nan

    return guarded


def _unary(op: Op, function: Callable[[float], float], doc: str) -> Callable[[Real], Real]:
    scalar = _guarded(function)

    def apply(x: Real) -> Real:
        return x.graph.apply(op, x) if isinstance(x, Expr) else scalar(x)

    apply.__name__ = function.__name__
    apply.__doc__ = doc
    return apply


exp = _unary(Op.EXP, math.exp, "e to the x.")
log = _unary(Op.LOG, math.log, "Natural logarithm; -inf at 0, nan below.")
sqrt = _unary(Op.SQRT, math.sqrt, "Square root; nan below 0.")
sin = _unary(Op.SIN, math.sin, "Sine of radians.")
cos = _unary(Op.COS, math.cos, "Cosine of radians.")
tan = _unary(Op.TAN, math.tan, "Tangent of radians.")
asin = _unary(Op.ASIN, math.asin, "Inverse sine, radians.")
acos = _unary(Op.ACOS, math.acos, "Inverse cosine, radians.")
atan = _unary(Op.ATAN, math.atan, "Inverse tangent, radians.")
sinh = _unary(Op.SINH, math.sinh, "Hyperbolic sine.")
cosh = _unary(Op.COSH, math.cosh, "Hyperbolic cosine.")
tanh = _unary(Op.TANH, math.tanh, "Hyperbolic tangent.")
asinh = _unary(Op.ASINH, math.asinh, "Inverse hyperbolic sine.")
acosh = _unary(Op.ACOSH, math.acosh, "Inverse hyperbolic cosine.")
atanh = _unary(Op.ATANH, math.atanh, "Inverse hyperbolic tangent.")
absolute = _unary(Op.ABS, math.fabs, "Absolute value; its derivative at 0 is taken as 1.")
floor = _unary(Op.FLOOR, lambda x: float(math.floor(x)), "Largest integer not above x; derivative 0.")
ceil = _unary(Op.CEIL, lambda x: float(math.ceil(x)), "Smallest integer not below x; derivative 0.")


def power(x: Real, y: Real) -> Real:
    """x to the y, for x >= 0 or whole y."""
    if isinstance(x, Expr):
        return x.graph.power(x, y)
    if isinstance(y, Expr):
        return y.graph.power(x, y)
    try:
        return math.pow(x, y)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if x == 0.0 else math.nan


def select(condition: Condition, yes: Real, no: Real) -> Real:
    """`yes` where the condition holds, `no` elsewhere; both are computed."""
    if isinstance(condition, Expr):
        return condition.graph.select(condition, yes, no)
    return yes if condition else no


def minimum(a: Real, b: Real) -> Real:
    """The smaller of two."""
    return select(a < b, a, b)


def maximum(a: Real, b: Real) -> Real:
    """The larger of two."""
    return select(a > b, a, b)


def softplus(x: Real) -> Real:
    """ln(1 + e^x), of small e^x too: ln(1 + t) = 2*atanh(t/(2 + t)).

    >>> softplus(-50.0) == exp(-50.0), round(softplus(0.0), 6), softplus(900.0)
    (True, 0.693147, 900.0)
    """
    t = exp(-absolute(x))
    return maximum(x, 0.0) + 2.0 * atanh(t / (2.0 + t))


def equal(a: Real, b: Real) -> Condition:
    """Whether two numbers are the same (`==` on expressions compares identity)."""
    graph = _graph(a, b)
    return graph.compare(Op.EQ, a, b) if graph is not None else a == b


def both(a: Condition, b: Condition) -> Condition:
    """Logical and."""
    if not isinstance(a, Expr):
        return b if a else False
    if not isinstance(b, Expr):
        return a if b else False
    return a.graph.apply(Op.AND, a, b)


def either(a: Condition, b: Condition) -> Condition:
    """Logical or."""
    if not isinstance(a, Expr):
        return True if a else b
    if not isinstance(b, Expr):
        return True if b else a
    return a.graph.apply(Op.OR, a, b)


def negate(a: Condition) -> Condition:
    """Logical not."""
    return a.graph.apply(Op.NOT, a) if isinstance(a, Expr) else not a
