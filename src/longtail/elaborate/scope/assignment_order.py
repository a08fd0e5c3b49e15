"""The order in which the parameters of one instance of a subcircuit are assigned, as in ngspice 39."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from longtail.elaborate.scope.contents import Contents
from longtail.elaborate.scope.values import calls, leaves
from longtail.errors import NetlistError
from longtail.netlist.cards import Assignment, FunctionCard, ParameterCard
from longtail.netlist.expressions.tree import Expression, Name, Number, Unary

Functions = Callable[[str], FunctionCard | None]


def assignment_order(contents: Contents, arguments: Mapping[str, Assignment], function: Functions) -> list[str]:
    """Names in the order of assignment: plain numbers first, then as they are defined, those last that they need.

    `arguments` are the values on the X card, `function` looks a `.func` up. The `.subckt` line is sorted by how deep
    its defaults depend on each other, then all together with the `.param` lines behind; both keep the order of equals.
    An m that the subcircuit does not declare comes last. Raises NetlistError for definitions in a circle that no
    value on the X card breaks.
    """
    formals = {card.name: card for card in contents.formals}
    try:
        depth = _depth(_needs(formals, function))
    except CycleError:
        depth = dict.fromkeys(formals, 0)  # a name that comes later may belong to it: said below
    first = [n for n in sorted(formals, key=depth.__getitem__) if contents.parameters[n] is formals[n]]
    names = [*first, *(n for n in contents.parameters if n not in first)]
    depth = _whole_depth(_needs(contents.parameters, function), contents.parameters, arguments)
    values = {name: arguments.get(name, contents.parameters[name]).value for name in names}
    values |= {name: card.value for name, card in arguments.items() if name not in values}
    return sorted(values, key=lambda name: (not _is_number(values[name]), depth.get(name, len(values))))


def _needs(cards: Mapping[str, ParameterCard], function: Functions) -> dict[str, set[str]]:
    """The others among `cards` that the definition of each reads; its own name is that of whoever places it."""
    return {
        name: {other for other in _names(card.value, function) if other in cards and other != name}
        for name, card in cards.items()
    }


def _depth(needs: Mapping[str, Iterable[str]]) -> dict[str, int]:
    depth: dict[str, int] = {}
    for name in TopologicalSorter(needs).static_order():
        depth[name] = max((depth[other] + 1 for other in needs[name]), default=0)
    return depth


def _whole_depth(
    needs: Mapping[str, Iterable[str]], cards: Mapping[str, ParameterCard], arguments: Iterable[str]
) -> dict[str, int]:
    try:
        return _depth(needs)
    except CycleError:
        broken = {**needs, **{name: set[str]() for name in arguments if name in needs}}
    try:
        return _depth(broken)
    except CycleError as error:
        loop = error.args[1][::-1]  # graphlib names what is needed first
        message = f"circular definition of parameters: {' -> '.join(loop)}"
        raise NetlistError(message, span=cards[loop[0]].span) from None


def _names(expression: Expression, function: Functions) -> Iterator[str]:
    """Names that an expression reads, within the functions that it calls too."""
    seen: set[str] = set()
    pending: list[tuple[Expression, tuple[str, ...]]] = [(expression, ())]
    while pending:
        body, bound = pending.pop()
        yield from (leaf.name for leaf in leaves(body) if isinstance(leaf, Name) and leaf.name not in bound)
        for name in calls(body):
            called = None if name in seen else function(name)
            if called is not None:
                seen.add(name)
                pending.append((called.body, called.arguments))


def _is_number(expression: Expression) -> bool:
    if isinstance(expression, Unary) and expression.operator in ("+", "-"):
        expression = expression.operand
    return isinstance(expression, Number)
