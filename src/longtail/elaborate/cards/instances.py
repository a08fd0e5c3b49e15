"""Flat device cards to `Instance`s, and the checks that need all of them: names, controls, nodes that are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from longtail.circuit import GROUND, Instance, Value
from longtail.elaborate.cards import catalog
from longtail.elaborate.cards.a_cards import special_function
from longtail.elaborate.cards.ammeters import has_current, with_ammeters
from longtail.elaborate.cards.controlled import controlled, source_by_formula
from longtail.elaborate.cards.derivatives import with_derivatives
from longtail.elaborate.cards.laplace import NAME, filtered_source, laplace
from longtail.elaborate.cards.line import Line
from longtail.elaborate.cards.models import Models
from longtail.elaborate.cards.parasitics import KINDS, with_parasitics
from longtail.elaborate.cards.passives import coupling, passive, transmission_line
from longtail.elaborate.cards.semiconductors import semiconductor
from longtail.elaborate.cards.sources import independent
from longtail.elaborate.cards.switches import switch
from longtail.elaborate.scope.checking import Notes
from longtail.elaborate.scope.scopes import Scope
from longtail.elaborate.scope.values import as_expression, divide, leaves, map_leaves
from longtail.errors import Faults, NetlistError, nearest
from longtail.netlist.cards import Element, Word
from longtail.netlist.expressions.tree import (
    Binary,
    BranchCurrent,
    Conditional,
    Expression,
    Number,
    Potential,
)


def build(cards: Iterable[tuple[Element, Scope]], models: Models, notes: Notes, faults: Faults) -> dict[str, Instance]:
    """All instances by flat name, in the order of the cards; what is wrong with a card is among the faults."""
    instances: dict[str, Instance] = {}
    multipliers: dict[str, Value] = {}
    for element, scope in cards:
        with faults.kept():
            for instance in _instances(Line(element, scope, models, notes)):
                _add(instances, instance)
                if scope.multiplier != 1.0:
                    multipliers[instance.name] = scope.multiplier
    if faults.found:  # what refers to a card that is not there is no fault of its own
        return instances
    instances = with_ammeters(with_derivatives(instances), multipliers, faults)
    _check_references(instances, faults)
    return _per_copy(instances, multipliers) if multipliers else instances


def _add(instances: dict[str, Instance], instance: Instance) -> None:
    first = instances.setdefault(instance.name, instance)
    if first is not instance:
        raise NetlistError(f"there are two devices '{instance.name}', the first at {first.span}", span=instance.span)


def _instances(line: Line) -> list[Instance]:
    match line.element.letter:
        case "r" | "c" | "l":
            return with_parasitics(line, lambda plain: passive(plain, KINDS[plain.element.letter]))
        case "k":
            return coupling(line)
        case "v":
            return with_parasitics(line, lambda plain: independent(plain, "voltage_source"))
        case "i":
            return [independent(line, "current_source")]
        case "e" | "g" as letter if (response := _response(line)) is not None:
            return laplace(line, *response, voltage=letter == "e")
        case "e" | "f" | "h":
            return [controlled(line)]
        case "g":
            return with_parasitics(line, controlled)
        case "b" if any(a.name == NAME for a in line.element.assignments):
            return filtered_source(line)
        case "b":
            return with_parasitics(line, source_by_formula)
        case "t":
            return [transmission_line(line)]
        case "s" | "w":
            return [switch(line)]
        case "a":
            return special_function(line)
        case letter if letter in catalog.by_letter():
            return [semiconductor(line)]
    raise line.unsupported(f"no device starts with '{line.element.letter}'", hint=f"letters are {_letters()}")


def _response(line: Line) -> tuple[Word, Word] | None:
    """What a LAPLACE source reads, and its transfer function; None of another card."""
    words = line.element.words
    found = len(words) == 5 and words[2].text == NAME and words[2].expression is None
    return (words[3], words[4]) if found else None


def _letters() -> str:
    return ", ".join(sorted((*catalog.by_letter(), "x")))


def _check_references(instances: Mapping[str, Instance], faults: Faults) -> None:
    """Controls exist and have a branch current; nodes that a law reads belong to some device."""
    nodes = {GROUND}
    for instance in instances.values():
        nodes.update(instance.nodes[:2] if instance.device == "behavioral" else instance.nodes)
    for instance in instances.values():
        for control in instance.controls:
            with faults.kept():
                _check_control(instance, control, instances)
        for leaf in leaves(instance.expression) if instance.expression is not None else ():
            if isinstance(leaf, Potential):
                for node in (leaf.positive, leaf.negative):
                    if node not in nodes:
                        message = f"{instance.name} reads node '{node}', which no device is connected to"
                        faults.add(NetlistError(message, span=instance.span, hint=nearest(node, nodes)))


def _check_control(instance: Instance, control: str, instances: Mapping[str, Instance]) -> None:
    found = instances.get(control)
    if found is None:
        raise NetlistError(
            f"{instance.name} refers to '{control}', which is not in the circuit",
            span=instance.span,
            hint=nearest(control, instances),
        )
    if not has_current(found):
        raise NetlistError(
            f"{instance.name} reads the current of '{control}', a {found.device}, which has no branch current",
            span=instance.span,
            hint="put a voltage source of 0 V in series and read its current",
        )


def _per_copy(instances: dict[str, Instance], multipliers: Mapping[str, Value]) -> dict[str, Instance]:
    """With m on an X card a branch carries the current of m copies; each copy's laws read its own share."""
    copies = {name: _at_least_one(m) for name, m in multipliers.items()}

    def share(leaf: Expression) -> Expression:
        if isinstance(leaf, BranchCurrent) and leaf.device in copies:
            return Binary("/", leaf, as_expression(copies[leaf.device]))
        return leaf

    corrected = dict(instances)
    for name, instance in instances.items():
        if not any(control in multipliers for control in instance.controls):
            continue
        if instance.expression is not None:
            corrected[name] = replace(instance, expression=map_leaves(instance.expression, share))
        elif "gain" in catalog.instance_spelling(instance.device).by_name:
            gain = divide(instance.parameters.get("gain", 1.0), copies[instance.controls[0]])
            corrected[name] = replace(instance, parameters={**instance.parameters, "gain": gain})
    return corrected


def _at_least_one(m: Value) -> Value:
    """m, or 1 of no copies, whose branches carry no current to be shared.

    >>> _at_least_one(3.0), _at_least_one(0.0)
    (3.0, 1.0)
    """
    if isinstance(m, float):
        return m if m > 0.0 else 1.0
    return Conditional(Binary(">", m, Number(0.0)), m, Number(1.0))
