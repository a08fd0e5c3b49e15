"""Expressions of a netlist on the expression graph: values that depend on a varied parameter, laws of sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from longtail.errors import Span
from longtail.lanes import functions
from longtail.lanes.graph import Real
from longtail.netlist.expressions.draws import is_draw
from longtail.netlist.expressions.evaluation import evaluate, function_table
from longtail.netlist.expressions.tree import BranchCurrent, Expression, Potential

_PARAMETRIC = function_table(functions)
_BEHAVIORAL = function_table(functions, behavioral=True)


class _Names(Mapping[str, Any]):
    """Parameters by name, each worked out when it is asked for."""

    def __init__(self, lookup: Callable[[str], Real], known: Mapping[str, Any]) -> None:
        self._lookup = lookup
        self._known = known

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return self._lookup(name)

    def __contains__(self, name: object) -> bool:
        return name in ("temper", "hertz") or name in self._known or is_draw(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def evaluate_value(expression: Expression, lookup: Callable[[str], Real], known: Mapping[str, Any]) -> Real:
    """The value of a parameter's expression; `lookup` gives those in `known`, `temper` and `hertz`."""
    value: Real = evaluate(expression, _Names(lookup, known), _PARAMETRIC)
    return value


def evaluate_law(
    expression: Expression,
    lookup: Callable[[str], Real],
    known: Mapping[str, Any],
    potential: Callable[[str], Real],
    current: Callable[[str], Real],
    span: Span | None,
) -> Real:
    """The value of a behavioural source's law at node potentials and branch currents, by their names."""

    def difference(e: Potential) -> Real:
        return potential(e.positive) - potential(e.negative)

    def branch(e: BranchCurrent) -> Real:
        return current(e.device)

    names = _Names(lookup, known)
    value: Real = evaluate(expression, names, _BEHAVIORAL, potential=difference, current=branch, span=span)
    return value
