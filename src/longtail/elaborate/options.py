"""`.option`, `.temp`, `.nodeset` and `.ic`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from longtail.circuit import Options, Value
from longtail.elaborate.scope.checking import Notes
from longtail.elaborate.scope.parameters import check_temperature
from longtail.elaborate.scope.scopes import Scope
from longtail.errors import Faults, NetlistError, Span, UnsupportedError, nearest
from longtail.netlist.cards import Assignment, Directive, Word

TOLERANCES = {"reltol": "reltol", "abstol": "abstol", "vntol": "vntol"}
NAMES = {"temp": "temp_deg_c", "tnom": "tnom_deg_c"} | {
    name: name for name in ("gmin", "reltol", "abstol", "vntol", "itl1", "defl", "defw", "defad", "defas")
}
ABSOLUTE_ZERO = -273.15  # degC


@dataclass(slots=True)
class Settings:
    """What the directives of a netlist come to; node voltages in V, each with the place that says so."""

    options: Options = field(default_factory=Options)
    nodesets: dict[str, tuple[float, Span]] = field(default_factory=dict)
    initial_conditions: dict[str, tuple[float, Span]] = field(default_factory=dict)


def read_settings(directives: Iterable[tuple[Directive, Scope]], notes: Notes, faults: Faults) -> Settings:
    """Read every directive. Faults are values that cannot be."""
    reader = _OptionReader(notes)
    for directive, scope in directives:
        with faults.kept():
            reader.read(directive, scope)
    if reader.ignored:
        notes.add(f"options without effect here: {', '.join(reader.ignored)}")
    return reader.settings


class _OptionReader:
    def __init__(self, notes: Notes) -> None:
        self.settings = Settings()
        self.notes = notes
        self.ignored: dict[str, None] = {}

    def read(self, directive: Directive, scope: Scope) -> None:
        match directive.name:
            case "option":
                self.ignored |= dict.fromkeys(word.text for word in directive.words)
                for assignment in directive.assignments:
                    self.option(assignment, scope)
            case "temp":
                self.temperature(directive, scope)
            case "nodeset":
                self.settings.nodesets.update(node_values(directive, scope))
            case "ic":
                self.settings.initial_conditions.update(node_values(directive, scope))
                self.notes.add(
                    ".ic acts in transient analysis only; .nodeset steers the operating point", directive.span
                )
            case "global":
                pass  # read before anything else: scopes need it
            case name:
                raise UnsupportedError(
                    f".{name} is not supported",
                    span=directive.span,
                    hint=nearest(name, ("option", "temp", "nodeset", "ic", "global")),
                )

    def temperature(self, directive: Directive, scope: Scope) -> None:
        if not directive.words or directive.assignments:
            raise NetlistError(".temp takes temperatures in degC", span=directive.span)
        if len(directive.words) > 1:
            first = directive.words[0].text
            note = f"of the temperatures of .temp the first is used, {first} degC: the others are further runs"
            self.notes.add(note, directive.span)
        self.set("temp", word_value(directive.words[0], scope), directive.words[0], scope)

    def option(self, assignment: Assignment, scope: Scope) -> None:
        if assignment.name not in NAMES:
            self.ignored[assignment.name] = None
            return
        self.set(assignment.name, scope.value(assignment.value, assignment.span), assignment, scope)

    def set(self, name: str, value: Value, place: Word | Assignment, scope: Scope) -> None:
        if name == "temp":
            check_temperature(scope.root, value, place.span)
        number = scope.nominal(value, place.span)
        number = float(int(number)) if name == "itl1" else number
        low = ABSOLUTE_ZERO if name in ("temp", "tnom") else 0.0
        if number < low or (number == low and name not in ("gmin", "defad", "defas")):
            raise NetlistError(f"{name} = {number:g} cannot be: it must be above {low:g}", span=place.span)
        current = getattr(self.settings.options, NAMES[name])
        if name in TOLERANCES and number > current:
            self.notes.add(f"{name}={number:g} is looser than longtail's {current:g}, which is kept", place.span)
            return
        changed: dict[str, Any] = {NAMES[name]: value if name == "temp" else number}
        if name == "itl1":
            changed = {name: int(number)}
        self.settings.options = replace(self.settings.options, **changed)


def word_value(word: Word, scope: Scope) -> Value:
    """The value of a positional word of a directive."""
    if word.expression is not None:
        return scope.value(word.expression, word.span)
    reading = scope.root.dialect.number(word.text)
    if reading is None:
        raise NetlistError(f"expected a number, found '{word.text}'", span=word.span)
    if reading.remark is not None:
        scope.root.remark(reading.remark, word.span)
    return reading.value


def node_values(directive: Directive, scope: Scope) -> dict[str, tuple[float, Span]]:
    """`v(a)=1 v(b)={x}`: voltages in V by flat node, each with its place."""
    values = {}
    for assignment in directive.assignments:
        match = re.fullmatch(r"v\(([^(),]+)\)", assignment.name)
        if match is None:
            raise NetlistError(f".{directive.name} takes v(node)=value, not '{assignment.name}'", span=assignment.span)
        values[scope.node(match[1])] = (scope.number(assignment.value, assignment.span), assignment.span)
    if directive.words:
        raise NetlistError(f"expected v(node)=value, found '{directive.words[0].text}'", span=directive.words[0].span)
    return values
