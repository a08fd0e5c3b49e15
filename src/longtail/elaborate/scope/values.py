"""Arithmetic on `Value`s: floats stay floats, anything symbolic grows an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from longtail.circuit import Value
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


def as_expression(value: Value) -> Expression:
    """The value as an expression.

    >>> as_expression(2.0)
    Number(value=2.0)
    """
    return Number(value) if isinstance(value, float) else value


def add(a: Value, b: Value) -> Value:
    """a + b."""
    if isinstance(a, float) and isinstance(b, float):
        return a + b
    if b == 0.0:
        return a
    return b if a == 0.0 else Binary("+", as_expression(a), as_expression(b))


def subtract(a: Value, b: Value) -> Value:
    """a - b."""
    if isinstance(a, float) and isinstance(b, float):
        return a - b
    return a if b == 0.0 else Binary("-", as_expression(a), as_expression(b))


def multiply(a: Value, b: Value) -> Value:
    """a * b.

    >>> multiply(2.0, 3.0), multiply(1.0, Name("m"))
    (6.0, Name(name='m', span=None))
    """
    if isinstance(a, float) and isinstance(b, float):
        return a * b
    if a == 1.0:
        return b
    return a if b == 1.0 else Binary("*", as_expression(a), as_expression(b))


def divide(a: Value, b: Value) -> Value:
    """a / b; equal expressions divide to 1."""
    if a == b and a != 0.0:
        return 1.0
    if isinstance(a, float) and isinstance(b, float) and b != 0.0:
        return a / b
    return a if b == 1.0 else Binary("/", as_expression(a), as_expression(b))


def children(expression: Expression) -> tuple[Expression, ...]:
    """The operands of an expression, in order."""
    match expression:
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Conditional(condition, yes, no):
            return (condition, yes, no)
        case Call(_, arguments):
            return arguments
    return ()


def leaves(expression: Expression) -> Iterator[Name | Potential | BranchCurrent]:
    """What an expression reads, in order, repetitions included.

    >>> [leaf.name for leaf in leaves(Binary("+", Name("a"), Name("b")))]
    ['a', 'b']
    """
    stack: list[Expression] = [expression]
    while stack:
        top = stack.pop()
        if isinstance(top, (Name, Potential, BranchCurrent)):
            yield top
        stack.extend(reversed(children(top)))


def calls(expression: Expression) -> Iterator[str]:
    """Names of the functions that an expression calls, repetitions included."""
    stack: list[Expression] = [expression]
    while stack:
        top = stack.pop()
        if isinstance(top, Call):
            yield top.function
        stack.extend(reversed(children(top)))


def map_leaves(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The expression with every leaf (number, name, voltage, current) replaced by what `change` makes of it."""
    match expression:
        case Unary(operator, operand):
            return Unary(operator, map_leaves(operand, change))
        case Binary(operator, left, right):
            return Binary(operator, map_leaves(left, change), map_leaves(right, change))
        case Conditional(condition, yes, no):
            return Conditional(map_leaves(condition, change), map_leaves(yes, change), map_leaves(no, change))
        case Call(function, arguments, span):
            return Call(function, tuple(map_leaves(argument, change) for argument in arguments), span)
    return change(expression)


def reads_circuit(expression: Expression) -> bool:
    """Whether a voltage or a current of the circuit enters the expression."""
    return any(isinstance(leaf, (Potential, BranchCurrent)) for leaf in leaves(expression))


def reads_names(expression: Expression, *names: str) -> bool:
    """Whether one of the names enters the expression."""
    return any(isinstance(leaf, Name) and leaf.name in names for leaf in leaves(expression))
