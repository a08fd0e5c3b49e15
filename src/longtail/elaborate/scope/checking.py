"""Given parameters against declared ones: spelling, bounds, and what other dialects write that has no effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from longtail.circuit import Value
from longtail.devices.base import Parameter
from longtail.elaborate.cards.catalog import Spelling
from longtail.elaborate.scope.scopes import Scope
from longtail.errors import NetlistError, Span, nearest
from longtail.netlist.cards import Note
from longtail.units import format_si


@dataclass(slots=True)
class Notes:
    """Collects remarks; the same remark about the same line is kept once."""

    found: dict[tuple[str, Span | None], Note] = field(default_factory=dict)

    def add(self, message: str, span: Span | None = None) -> None:
        self.found.setdefault((message, span), Note(message, span))


@dataclass(frozen=True, slots=True)
class Given:
    """One `name=value` of a card, evaluated in its scope."""

    name: str
    value: Value
    span: Span


def check(given: Iterable[Given], spelling: Spelling, owner: str, scope: Scope, notes: Notes) -> dict[str, Value]:
    """Values by the declared names; of several for one parameter the last, with a note.

    Raises NetlistError for an unknown name and for a value out of bounds.
    """
    values: dict[str, Value] = {}
    for item in given:
        parameter = spelling.by_name.get(item.name)
        if parameter is None:
            raise NetlistError(
                f"{owner} has no parameter '{item.name}'{scope.where}",
                span=item.span,
                hint=nearest(item.name, spelling.by_name) or f"it has {', '.join(spelling.by_name)}",
            )
        check_bounds(parameter, item, owner, scope)
        if parameter.name in values:
            notes.add(f"{owner}: {item.name} is given twice, the last value is taken", item.span)
        values[parameter.name] = item.value
    return values


def check_bounds(parameter: Parameter, item: Given, owner: str, scope: Scope) -> None:
    """Raise NetlistError unless the nominal value lies within the parameter's bounds."""
    number = scope.nominal(item.value, item.span)
    unit = parameter.unit
    if parameter.choices and number not in parameter.choices:
        choices = ", ".join(f"{choice:g}" for choice in parameter.choices)
        raise NetlistError(
            f"{owner}: {item.name} = {number:g}, but it must be one of {choices}{scope.where}", span=item.span
        )
    if parameter.low <= number <= parameter.high:
        return
    if parameter.high == float("inf"):
        wanted = f"at least {format_si(parameter.low, unit, 6)}"
    else:
        wanted = f"from {format_si(parameter.low, unit, 6)} to {format_si(parameter.high, unit, 6)}"
    raise NetlistError(
        f"{owner}: {item.name} = {format_si(number, unit, 6)}, but it must be {wanted}{scope.where}", span=item.span
    )


def without_effect(given: Iterable[Given], effects: Mapping[str, str], owner: str, notes: Notes) -> list[Given]:
    """What remains of `given` when the names in `effects` are taken out, each with a note saying why."""
    kept = []
    for item in given:
        if item.name in effects:
            notes.add(f"{owner}: {item.name} is ignored: {effects[item.name]}", item.span)
        else:
            kept.append(item)
    return kept
