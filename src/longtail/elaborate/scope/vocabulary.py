"""Functions put in terms of those that ngspice has too, so that a flat netlist means the same there.

ngspice 39 reads `limit(x,lo,hi)` as a random number and `min(a,b,c)` as `min(a,b)`, and has no `table`, `hypot` or
`int` in a B source: none of them may stand in what is written for it. `atan2`, and `pwl` in a parameter, remain;
ngspice refuses them by name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from longtail.netlist.expressions.tree import Binary, Call, Conditional, Expression, Number

ZERO, ONE = Number(0.0), Number(1.0)


def plain(function: str, arguments: tuple[Expression, ...]) -> Expression:
    """The call of a built-in function, in other words where ngspice needs them.

    >>> from longtail.netlist.expressions.tree import Name
    >>> from longtail.netlist.expressions.evaluation import to_text
    >>> to_text(plain("limit", (Name("x"), Number(1.0), Number(2.0))))
    'min(max(x,1),2)'
    """
    if function in ("min", "max"):
        return reduce(lambda a, b: Call(function, (a, b)), arguments)
    rule = RULES.get(function)
    return Call(function, arguments) if rule is None else rule(*arguments)


def _within(x: Expression, low: Expression, high: Expression) -> Expression:
    return Call("min", (Call("max", (x, low)), high))


def _table(x: Expression, *points: Expression) -> Expression:
    return Call("pwl", (_within(x, points[0], points[-2]), *points))


def _square(x: Expression) -> Expression:
    return Binary("*", x, x)


def _hypotenuse(x: Expression, y: Expression) -> Expression:
    return Call("sqrt", (Binary("+", _square(x), _square(y)),))


def _condition(operator: str, x: Expression, bound: float, yes: Expression, no: Expression) -> Expression:
    return Conditional(Binary(operator, x, Number(bound)), yes, no)


def _signed_power(x: Expression, y: Expression) -> Expression:
    """PSpice's pwrs: sgn(x)*|x|^y."""
    return Binary("*", Call("sgn", (x,)), Binary("**", x, y))


def _soft_minimum(x: Expression, bound: Expression, width: Expression) -> Expression:
    """LTspice's uplim: min(x, bound), round by a parabola for bound - width < x < bound + width.

    b - z + (1 - (t/(2*z) - 1)^2)*z with t = x - b + z, kept within 0 and 2*z (ngspice 39, compatibility with LTspice).
    """
    if width == ZERO:
        return Call("min", (x, bound))
    knee = Binary("-", bound, width)
    return Binary("+", Call("min", (x, knee)), _parabola(Binary("-", x, knee), width))


def _soft_maximum(x: Expression, bound: Expression, width: Expression) -> Expression:
    """LTspice's dnlim: max(x, bound), round likewise."""
    if width == ZERO:
        return Call("max", (x, bound))
    knee = Binary("+", bound, width)
    return Binary("-", Call("max", (x, knee)), _parabola(Binary("-", knee, x), width))


def _parabola(beyond: Expression, width: Expression) -> Expression:
    """(1 - (t/(2*z) - 1)^2)*z of t from 0 to 2*z."""
    double = Binary("*", Number(2.0), width)
    fraction = Binary("-", Binary("/", _within(beyond, ZERO, double), double), ONE)
    return Binary("*", Binary("-", ONE, Binary("**", fraction, Number(2.0))), width)


def _whole_part(x: Expression) -> Expression:
    return Conditional(Binary("<", x, ZERO), Call("ceil", (x,)), Call("floor", (x,)))


def _step(x: Expression) -> Expression:
    return Conditional(Binary(">", x, ZERO), ONE, Conditional(Binary("<", x, ZERO), ZERO, Number(0.5)))


RULES: dict[str, Callable[..., Expression]] = {
    "limit": _within,
    "table": _table,
    "sqr": _square,
    "hypot": _hypotenuse,
    "int": _whole_part,
    "arctan": lambda x: Call("atan", (x,)),
    "u": _step,
    "u2": lambda x: _within(x, ZERO, ONE),
    "uramp": lambda x: Call("max", (x, ZERO)),
    "pwrs": _signed_power,
    "stp": _step,
    "buf": lambda x: _condition(">", x, 0.5, ONE, ZERO),
    "inv": lambda x: _condition(">", x, 0.5, ZERO, ONE),
    "uplim": _soft_minimum,
    "dnlim": _soft_maximum,
    "sign": lambda x, y: Binary("*", Call("sgn", (y,)), Call("abs", (x,))),
}
# how many arguments those take that only other programs know by these names
FOREIGN = {
    **dict.fromkeys(("stp", "buf", "inv"), (1, 1)),
    **dict.fromkeys(("pwrs", "sign"), (2, 2)),
    **dict.fromkeys(("uplim", "dnlim"), (3, 3)),
}
