"""Rebuilding an expression inside a scope: local parameters and functions substituted, node names made flat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from longtail.circuit import Value
from longtail.elaborate.scope import bounds as limits
from longtail.elaborate.scope.contents import AMBIENT
from longtail.elaborate.scope.values import as_expression, children, reads_circuit, reads_names
from longtail.elaborate.scope.vocabulary import FOREIGN, plain
from longtail.errors import NetlistError, Span, UnsupportedError, nearest
from longtail.netlist.cards import FunctionCard
from longtail.netlist.expressions.draws import check_draw, is_statistical
from longtail.netlist.expressions.evaluation import CONSTANTS, FUNCTIONS, check_arguments
from longtail.netlist.expressions.functions import UNSUPPORTED
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

if TYPE_CHECKING:
    from longtail.elaborate.scope.scopes import Scope


TERMINAL_CURRENTS = tuple(f"i{terminal}" for terminal in "cbesdg")  # of transistors, LTspice's `ic(q1)`
_BUILT_IN = {**FUNCTIONS, **FOREIGN}
Lookup = Callable[[str, Span | None], Value | None]


def rewrite(expression: Expression, scope: Scope, span: Span | None, lookup: Lookup | None = None) -> Expression:
    """The expression with everything local to `scope` substituted away; names of the top level stay.

    `lookup` says what a parameter stands for, None where there is none; as a rule it is that of the scope.

    Raises NetlistError for an unknown parameter or function, a wrong number of arguments, functions that call
    themselves, and results beyond the bounds in `limits`.
    """
    result = _Rewriting(scope, span, lookup or scope.parameter).run(expression, {}, ())
    if not isinstance(result, (Number, Name)):
        scope.root.terms += _size(result, span)
        if scope.root.terms > limits.EXPRESSIONS_SIZE:
            message = f"the expressions of the netlist come to more than {limits.EXPRESSIONS_SIZE} terms"
            raise NetlistError(f"{message}{scope.where}", span=span, hint="those of subcircuits count in every place")
    return result


class _Rewriting:
    def __init__(self, scope: Scope, span: Span | None, parameter: Lookup) -> None:
        self.scope = scope
        self.span = span
        self.parameter = parameter
        self.budget = limits.EXPRESSION_SIZE
        self.draws = 0

    def run(self, e: Expression, bound: Mapping[str, Expression], calls: tuple[str, ...]) -> Expression:
        """`bound` are the arguments of the function whose body this is; `calls` the functions being expanded."""
        self.budget -= 1
        if self.budget < 0:
            raise NetlistError("expression grows too large when its functions are expanded", span=self.span)
        match e:
            case Number(remark=remark):
                if remark is not None:
                    self.scope.root.remark(remark, self.span)
                return e
            case Name(name, span):
                return bound[name] if name in bound else self.name(name, span or self.span)
            case Unary(operator, operand):
                return Unary(operator, self.run(operand, bound, calls))
            case Binary("**" | "^" as operator, left, right):
                return self.power(operator, self.run(left, bound, calls), self.run(right, bound, calls))
            case Binary(operator, left, right):
                return Binary(operator, self.run(left, bound, calls), self.run(right, bound, calls))
            case Conditional(condition, yes, no):
                return Conditional(*(self.run(x, bound, calls) for x in (condition, yes, no)))
            case Call():
                return self.call(e, bound, calls)
            case Potential(positive, negative):
                return Potential(self.scope.node(positive), self.scope.node(negative))
            case BranchCurrent(device, terminal):
                return BranchCurrent(self.scope.device(device), terminal)

    def name(self, name: str, span: Span | None) -> Expression:
        value = self.parameter(name, span)
        if value is not None:
            return as_expression(value)
        if name in CONSTANTS:
            return Number(CONSTANTS[name])
        if name in AMBIENT:
            return Name(name)
        if name == "temp":  # PSpice's and LTspice's name for it
            return Name("temper")
        if name == "gmin":
            return Number(self.scope.root.gmin)
        raise NetlistError(
            f"unknown parameter '{name}'{self.scope.where}",
            span=span,
            hint=nearest(name, [*self.scope.visible_parameters(), *CONSTANTS, *AMBIENT])
            or f"define it with .param {name}=...",
        )

    def power(self, operator: str, base: Expression, exponent: Expression) -> Expression:
        """|base|^exponent, or base^exponent of an odd exponent where the dialect keeps the sign."""
        root = self.scope.root
        if operator == "^" and not root.dialect.said:
            root.remark("^ is read as a power; PSpice and LTspice read an exclusive or", self.span)
        power = Binary("**", base, exponent)
        number = exponent.value if isinstance(exponent, Number) else None
        if number is None or number % 2.0 != 1.0:
            return power
        if root.dialect.signed_powers:
            return Binary("*", base, Binary("**", base, Number(number - 1.0)))
        if not root.dialect.said and reads_circuit(base):
            note = f"x**{number:g} is read as |x|**{number:g}, as in ngspice; other programs keep the sign of x"
            root.remark(note, self.span)
        return power

    def signed_pwr(self, arguments: tuple[Expression, ...]) -> bool:
        """Whether pwr of a law keeps the sign of its first argument."""
        root = self.scope.root
        if not root.dialect.said and any(map(reads_circuit, arguments)):
            note = "pwr(x,y) is read as sgn(x)*|x|^y, as in ngspice and HSPICE; PSpice and LTspice read |x|^y"
            root.remark(note, self.span)
        return root.dialect.signed_pwr

    def terminal_current(self, e: Call) -> Expression | None:
        """`ic(q1)`, `id(m1)`: the current into a terminal of a transistor; None of another call."""
        match e:
            case Call(function, (Name(name),)) if (
                function in TERMINAL_CURRENTS and self.scope.function(function) is None
            ):
                return BranchCurrent(self.scope.device(name), function[1:])
        return None

    def call(self, e: Call, bound: Mapping[str, Expression], calls: tuple[str, ...]) -> Expression:
        if (current := self.terminal_current(e)) is not None:
            return current
        arguments = tuple(self.run(x, bound, calls) for x in e.arguments)
        function = self.scope.function(e.function)
        if function is None:
            if e.function == "ddt" and len(arguments) == 1 and reads_circuit(arguments[0]):
                return Call("ddt", arguments)  # `longtail.elaborate.cards.derivatives` has it
            if is_statistical(e):
                return self.draw(e, arguments)
            if e.function in UNSUPPORTED:
                message = f"{e.function}(...) is not supported: {UNSUPPORTED[e.function]}"
                raise UnsupportedError(message, span=e.span or self.span)
            if e.function in _BUILT_IN:
                check_arguments(e, e.span or self.span, _BUILT_IN)
                if e.function == "pwr" and not self.signed_pwr(arguments):
                    return Binary("**", *arguments)
                return plain(e.function, arguments)
            names = [*_BUILT_IN, *self.scope.visible("functions")]
            raise NetlistError(
                f"unknown function '{e.function}'{self.scope.where}",
                span=e.span or self.span,
                hint=nearest(e.function, names),
            )
        self.check_call(e, function, calls)
        return self.run(function.body, dict(zip(function.arguments, arguments, strict=True)), (*calls, e.function))

    def draw(self, e: Call, arguments: tuple[Expression, ...]) -> Expression:
        """A statistical function with the name of its draw, which is the same whenever this place is read again."""
        span = e.span or self.span
        check_draw(e, span)
        if any(reads_circuit(each) or reads_names(each, "time", "hertz") for each in arguments):
            message = f"{e.function} draws about a number, not about voltages, currents or time{self.scope.where}"
            raise NetlistError(message, span=span)
        self.draws += 1
        name = self.scope.draw(self.span, e.span, self.draws)
        return Call(e.function, (*arguments, Name(name)), span)

    def check_call(self, e: Call, function: FunctionCard, calls: tuple[str, ...]) -> None:
        wanted = len(function.arguments)
        if len(e.arguments) != wanted:
            raise NetlistError(
                f"function '{e.function}' takes {wanted} argument{'s' * (wanted != 1)} "
                f"({', '.join(function.arguments)}), not {len(e.arguments)}",
                span=e.span or self.span,
            )
        if e.function in calls:
            loop = " -> ".join((*calls[calls.index(e.function) :], e.function))
            raise NetlistError(f"function calls itself: {loop}", span=function.span)
        if len(calls) >= limits.FUNCTION_DEPTH:
            raise NetlistError(f"functions nested deeper than {limits.FUNCTION_DEPTH}", span=function.span)


def _size(expression: Expression, span: Span | None) -> int:
    """How many terms a walk would meet: shared subtrees make an expression larger to walk than it was to build.

    Raises NetlistError beyond the bounds in `limits`.
    """
    stack = [(expression, 1)]
    size = 0
    while stack:
        top, depth = stack.pop()
        size += 1
        if size > limits.EXPRESSION_SIZE:
            raise NetlistError(f"expression has more than {limits.EXPRESSION_SIZE} terms", span=span)
        if depth > limits.EXPRESSION_DEPTH:
            raise NetlistError(f"expression is nested deeper than {limits.EXPRESSION_DEPTH}", span=span)
        stack.extend((child, depth + 1) for child in children(top))
    return size
