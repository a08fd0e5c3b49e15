"""The value of an expression over floats or over anything that a `LookupTable` computes with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from longtail.errors import NetlistError, Span, UnsupportedError, nearest
from longtail.netlist.expressions.draws import draw_of, drawn, is_draw
from longtail.netlist.expressions.functions import FUNCTIONS, UNSUPPORTED, FloatMath, LookupTable, function_table
from longtail.netlist.expressions.tree import (
    Binary,
    BranchCurrent,
    Call,
    Conditional,
    Expression,
    Name,
    Number,
    Potential,
    Unary,
)
from longtail.netlist.expressions.writing import to_text

__all__ = ["BEHAVIORAL", "CONSTANTS", "FUNCTIONS", "PARAMETRIC", "LookupTable", "evaluate", "function_table", "to_text"]

CONSTANTS: Mapping[str, float] = {  # CODATA 2018, SI units
    "pi": math.pi,
    "e": math.e,
    "boltz": 1.380649e-23,
    "echarge": 1.602176634e-19,
}
PARAMETRIC = function_table(FloatMath)
BEHAVIORAL = function_table(FloatMath, behavioral=True)

ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
LOGICAL = frozenset((*ORDERS, "==", "!=", "&&", "||"))


def evaluate(
    expression: Expression,
    names: Mapping[str, Any],
    table: LookupTable = PARAMETRIC,
    *,
    potential: Callable[[Potential], Any] | None = None,
    current: Callable[[BranchCurrent], Any] | None = None,
    span: Span | None = None,
) -> Any:
    """The value of an expression; `names` gives parameters (before CONSTANTS), `span` where the expression stands.

    Comparisons and logic give 1 and 0; what is not 0 is true. Where the condition is known (a bool), only the
    chosen side of a conditional is computed.
    Raises NetlistError for unknown names and functions, wrong numbers of arguments, and values that are not finite
    numbers; UnsupportedError for functions that longtail does not have.

    >>> from longtail.netlist.expressions.parser import parse
    >>> evaluate(parse("2*rc + max(1, 4k7)"), {"rc": 150.0})
    5000.0
    >>> evaluate(parse("x > 0 ? 1/x : 0"), {"x": 0.0})
    0.0
    """
    evaluator = _Evaluator(names, table, potential, current, span)
    try:
        value = evaluator.value(expression)
    except RecursionError:
        raise NetlistError("expression is nested too deeply", span=span) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise NetlistError(f"the value of '{_shown(expression)}' is not a finite number", span=span)
    return value


def _shown(expression: Expression) -> str:
    text = to_text(expression)
    return text if len(text) <= 60 else f"{text[:57]}..."


class _Evaluator:
    def __init__(
        self,
        names: Mapping[str, Any],
        table: LookupTable,
        potential: Callable[[Potential], Any] | None,
        current: Callable[[BranchCurrent], Any] | None,
        span: Span | None,
    ) -> None:
        self.names = names
        self.table = table
        self.potential = potential
        self.current = current
        self.span = span

    def value(self, e: Expression) -> Any:
        match e:
            case Number(value):
                return value
            case Name():
                return self.name(e)
            case Binary(operator, _, _):
                return self.from_condition(e) if operator in LOGICAL else self.arithmetic(e)
            case Unary("!", _):
                return self.from_condition(e)
            case Unary(operator, operand):
                value = self.value(operand)
                return -value if operator == "-" else value
            case Conditional():
                return self.conditional(e)
            case Call():
                return self.call(e)
            case Potential():
                if self.potential is not None:
                    return self.potential(e)
            case BranchCurrent():
                if self.current is not None:
                    return self.current(e)
        raise NetlistError(f"{to_text(e)} has no value here", span=e.span or self.span)

    def name(self, e: Name) -> Any:
        if e.name in self.names:
            return self.names[e.name]
        if e.name in CONSTANTS:
            return CONSTANTS[e.name]
        if is_draw(e.name):
            return 0.0
        hint = nearest(e.name, (*self.names, *CONSTANTS))
        raise NetlistError(f"unknown parameter '{e.name}'", span=e.span or self.span, hint=hint)

    def arithmetic(self, e: Binary) -> Any:
        a, b = self.value(e.left), self.value(e.right)
        try:
            match e.operator:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return a * b
                case "/":
                    return a / b
                case "**" | "^":
                    return self.table.power(a, b)
                case "%":
                    return self.table.remainder(a, b)
        except (ArithmeticError, ValueError) as error:
            zero = e.operator in "/%" and isinstance(b, float) and b == 0.0
            reason = "division by zero" if zero else "no finite value"
            raise NetlistError(f"{reason} in '{_shown(e)}'", span=self.span) from error
        raise NetlistError(f"unknown operator '{e.operator}'", span=self.span)

    def call(self, e: Call) -> Any:
        span = e.span or self.span
        if draw_of(e) is not None:
            return self.drawn(e, span)
        if e.function in UNSUPPORTED:
            raise UnsupportedError(f"{e.function}(...) is not supported: {UNSUPPORTED[e.function]}", span=span)
        if e.function not in FUNCTIONS:
            hint = nearest(e.function, FUNCTIONS)
            raise NetlistError(f"unknown function '{e.function}'", span=span, hint=hint)
        check_arguments(e, span)
        arguments = [self.value(argument) for argument in e.arguments]
        try:
            return self.table.calls[e.function](*arguments)
        except (ArithmeticError, ValueError) as error:
            reason = str(error) if e.function in ("table", "pwl") else "it is not a finite real number"
            shown = ", ".join(f"{x:g}" if isinstance(x, float) else "..." for x in arguments[:4])
            more = ", ..." if len(arguments) > 4 else ""
            raise NetlistError(f"{e.function}({shown}{more}) has no value: {reason}", span=span) from error

    def drawn(self, e: Call, span: Span | None) -> Any:
        arguments = [self.value(argument) for argument in e.arguments]
        try:
            return drawn(e.function, arguments)
        except ArithmeticError as error:
            raise NetlistError(f"'{_shown(e)}' has no finite value", span=span) from error

    def conditional(self, e: Conditional) -> Any:
        condition = self.condition(e.condition)
        if isinstance(condition, bool):
            return self.value(e.yes if condition else e.no)
        return self.table.select(condition, self.value(e.yes), self.value(e.no))

    def from_condition(self, e: Expression) -> Any:
        condition = self.condition(e)
        if isinstance(condition, bool):
            return 1.0 if condition else 0.0
        return self.table.select(condition, 1.0, 0.0)

    def condition(self, e: Expression) -> Any:
        """A truth value: a bool, or what the table's `both`, `either`, `negate` and `select` take."""
        match e:
            case Unary("!", operand):
                return self.table.negate(self.condition(operand))
            case Binary("&&" | "||" as operator, left, right):
                first = self.condition(left)
                if isinstance(first, bool) and first == (operator == "||"):
                    return first
                join = self.table.both if operator == "&&" else self.table.either
                return join(first, self.condition(right))
            case Binary("==" | "!=" as operator, left, right):
                same = self.table.equal(self.value(left), self.value(right))
                return same if operator == "==" else self.table.negate(same)
            case Binary(operator, left, right) if operator in ORDERS:
                return ORDERS[operator](self.value(left), self.value(right))
        return self.table.negate(self.table.equal(self.value(e), 0.0))


def check_arguments(e: Call, span: Span | None, known: Mapping[str, tuple[int, int]] = FUNCTIONS) -> None:
    """Raise NetlistError unless a built-in function has as many arguments as it takes."""
    least, most = known[e.function]
    if least <= len(e.arguments) <= most:
        return
    wanted = str(least) if least == most else f"at least {least}"
    plural = "" if wanted == "1" else "s"
    raise NetlistError(f"{e.function} takes {wanted} argument{plural}, not {len(e.arguments)}", span=span)
