"""`ddt(u)` in a law: the current of 1 F at the voltage u, which is du/dt at every frequency, and zero at rest.

    b1 a 0 i={f(v(a))*ddt(v(a))}     bddt_b1 b1_ddt 0 v={v(a)}
                                     cddt_b1 b1_ddt 0 1
                                     b1 a 0 i={f(v(a))*-i(bddt_b1)}

Whatever the law does with the derivative, its small signals are exact: here s*f(v) times the voltage at a.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from longtail.circuit import GROUND, Instance
from longtail.elaborate.scope.values import calls, leaves
from longtail.netlist.expressions.tree import (
    Binary,
    BranchCurrent,
    Call,
    Conditional,
    Expression,
    Potential,
    Unary,
)

DDT = "ddt"


def with_derivatives(instances: Mapping[str, Instance]) -> dict[str, Instance]:
    """The instances with a source and a capacitance for every derivative that a law takes, each before its law."""
    found: dict[str, Instance] = {}
    for instance in instances.values():
        if instance.expression is not None and DDT in calls(instance.expression):
            parts = _Derivatives(instance)
            law = parts.without(instance.expression)
            found |= parts.made
            instance = replace(instance, expression=law, controls=_currents(law))
        found[instance.name] = instance
    return found


class _Derivatives:
    """The parts that the derivatives of one law need, by name."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        path, dot, self.own = instance.name.rpartition(".")
        self.path = path[1:] + dot  # ".x1." of b.x1.b1
        self.made: dict[str, Instance] = {}

    def without(self, e: Expression) -> Expression:
        """The expression with currents in place of its derivatives, the innermost first."""
        match e:
            case Unary(operator, operand):
                return Unary(operator, self.without(operand))
            case Binary(operator, left, right):
                return Binary(operator, self.without(left), self.without(right))
            case Conditional(condition, yes, no):
                return Conditional(self.without(condition), self.without(yes), self.without(no))
            case Call(function, arguments):
                inner = tuple(self.without(x) for x in arguments)
                return Call(function, inner) if function != DDT else self._derivative(inner[0])
        return e

    def _derivative(self, u: Expression) -> Expression:
        number = len(self.made) // 2
        what = f"{DDT}{number or ''}_{self.own}"
        source, capacitance = (f"{letter if self.path else ''}{self.path}{letter}{what}" for letter in "bc")
        node = f"{self.path.removeprefix('.')}{self.own}_{DDT}{number or ''}"
        read = dict.fromkeys(n for n in _nodes(u) if n != GROUND)
        span = self.instance.span
        self.made[source] = Instance(
            source, "behavioral", (node, GROUND, *read), {"voltage": 1.0}, None, _currents(u), u, span=span
        )
        self.made[capacitance] = Instance(capacitance, "capacitor", (node, GROUND), {"c": 1.0}, span=span)
        return Unary("-", BranchCurrent(source))


def _nodes(e: Expression) -> Iterator[str]:
    for leaf in leaves(e):
        if isinstance(leaf, Potential):
            yield from (leaf.positive, leaf.negative)


def _currents(e: Expression) -> tuple[str, ...]:
    return tuple(dict.fromkeys(leaf.device for leaf in leaves(e) if isinstance(leaf, BranchCurrent)))
