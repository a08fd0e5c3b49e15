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
}
