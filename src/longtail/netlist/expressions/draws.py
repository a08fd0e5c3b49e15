"""Statistical functions, as HSPICE and ngspice have them: a nominal value and how it is drawn about it.

    agauss(nominal, variation, sigma)    normal, standard deviation variation/sigma
    gauss(nominal, variation, sigma)     normal, standard deviation nominal*variation/sigma
    aunif(nominal, variation)            uniform within +-variation
    unif(nominal, variation)             uniform within +-nominal*variation
    limit(nominal, variation)            nominal+variation or nominal-variation, each as likely

Within a flat circuit such a call has one argument more, the name of its draw: a variable of mean 0 and variance 1.
Calls with one name move together. A draw that nobody gives is 0, and the call is its nominal value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from longtail.errors import NetlistError, Span, UnsupportedError
from longtail.netlist.expressions.tree import Binary, Call, Conditional, Expression, Name, Unary

PREFIX = "#draw"  # of the names of draws, which no netlist can write
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("agauss", "gauss"), ("nominal", "variation", "sigma")),
    **dict.fromkeys(("aunif", "unif", "limit"), ("nominal", "variation")),
}
_RELATIVE = frozenset(("gauss", "unif"))


def is_draw(name: object) -> bool:
    """Whether it is the name of a draw."""
    return isinstance(name, str) and name.startswith(PREFIX)


def draw_of(call: Call) -> str | None:
    """The name of the draw of a statistical function; None of any other call."""
    last = call.arguments[-1] if call.arguments else None
    return last.name if isinstance(last, Name) and is_draw(last.name) else None


def is_statistical(call: Call) -> bool:
    """Whether a call of a netlist draws: `limit` of three arguments clips."""
    return call.function in ARGUMENTS and (call.function != "limit" or len(call.arguments) == 2)


def check_draw(call: Call, span: Span | None) -> None:
    """Raise NetlistError unless a statistical function of a netlist has as many arguments as it takes."""
    names, given = ARGUMENTS[call.function], len(call.arguments)
    if given == len(names):
        return
    takes = f"{call.function} takes {len(names)} arguments ({', '.join(names)})"
    if given == len(names) + 1:
        hint = "leave it out: every draw counts"
        raise UnsupportedError(f"{takes}; the multiplier of HSPICE is not supported", span=span, hint=hint)
    raise NetlistError(f"{takes}, not {given}", span=span)


def drawn(function: str, arguments: Sequence[Any]) -> Any:
    """The value of a statistical function with its draw, over whatever computes.

    >>> drawn("agauss", (1000.0, 30.0, 3.0, 0.5)), drawn("unif", (1000.0, 0.1, 0.0))
    (1005.0, 1000.0)
    """
    nominal, variation, *sigma, draw = arguments
    if isinstance(draw, float) and draw == 0.0:
        return nominal
    deviation = variation / (sigma[0] if sigma else math.sqrt(3.0) if function.endswith("unif") else 1.0)
    return nominal + (nominal * deviation if function in _RELATIVE else deviation) * draw


def undrawn(expression: Expression) -> Expression:
    """The expression with the nominal value of every statistical function.

    >>> undrawn(Call("agauss", (Name("r"), Name("v"), Name("s"), Name("#draw1"))))
    Name(name='r', span=None)
    """
    return map_draws(expression, lambda call: undrawn(call.arguments[0]))


def map_draws(expression: Expression, change: Callable[[Call], Expression]) -> Expression:
    """The expression with every statistical function replaced by what `change` makes of it."""
    match expression:
        case Call() if draw_of(expression) is not None:
            return change(expression)
        case Call(_, arguments):
            return replace(expression, arguments=tuple(map_draws(each, change) for each in arguments))
        case Unary(operator, operand):
            return Unary(operator, map_draws(operand, change))
        case Binary(operator, left, right):
            return Binary(operator, map_draws(left, change), map_draws(right, change))
        case Conditional():
            parts = (expression.condition, expression.yes, expression.no)
            return Conditional(*(map_draws(each, change) for each in parts))
    return expression
