"""A cards: LTspice's special functions, `A1 n1 n2 n3 n4 n5 n6 n7 n8 OTA g=1m ...`, as parts that circuits have anyway.

Terminals 1 to 5 are inputs, 6 and 7 outputs, 8 is common to all: a terminal at the node of terminal 8 is not used
(LTspice help, A. Special Functions). Parts are named after the card: `rout_a1`, and nodes of its own `a1_en`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from longtail.circuit import Value
from longtail.devices.base import Parameter
from longtail.elaborate.cards.catalog import Spelling
from longtail.elaborate.cards.line import Line
from longtail.elaborate.scope.checking import Given, check
from longtail.errors import nearest
from longtail.netlist.elements import SPECIAL_TERMINALS as TERMINALS
from longtail.netlist.expressions.tree import Expression, Potential

TIMES = ("tripdt", "td", "trise", "tfall", "tau", "ic")  # of switching, of no effect at an operating point


@dataclass(slots=True)
class Special:
    """An A card: its flat nodes by terminal, 1 to 8, and its parameters, checked against those that its kind has."""

    line: Line
    nodes: tuple[str, ...]
    declared: Mapping[str, Parameter]
    given: Mapping[str, Value]

    @property
    def common(self) -> str:
        """The node of terminal 8."""
        return self.nodes[-1]

    def used(self, terminal: int) -> bool:
        """Whether a terminal, 1 to 7, is connected to anything but the common node."""
        return self.node(terminal) != self.common

    def node(self, terminal: int) -> str:
        """The node of a terminal, 1 to 8."""
        return self.nodes[terminal - 1]

    def voltage(self, a: int, b: int) -> Expression:
        """The voltage between two terminals."""
        return Potential(self.node(a), self.node(b))

    def __getitem__(self, name: str) -> Value:
        """The value of a parameter: given, or else its default."""
        if name in self.given:
            return self.given[name]
        default = self.declared[name].default
        assert default is not None, name
        return default

    def nominal(self, name: str) -> float:
        """The nominal value of a parameter, for decisions on what parts there are."""
        return self.line.scope.nominal(self[name], self.line.element.span)

    def flag(self, name: str) -> bool:
        """Whether a flag stands on the card; LTspice takes `linear=1` for `linear`, and 0.5 is where it begins."""
        return self.nominal(name) >= 0.5


def read_special(
    line: Line,
    declared: Iterable[Parameter],
    unknown: Mapping[str, str] = MappingProxyType({}),
    written: Callable[[str], Value | None] = lambda name: None,
) -> Special:
    """The card with checked parameters; `unknown` says why some that LTspice has are refused.

    `written` gives a value that is no number (a formula over the frequency), None where the scope has to.
    """
    parameters = tuple(declared)
    spelling = Spelling.of(parameters)
    element = line.element
    flags = {p.name for p in parameters if p.flag}
    given: list[Given] = []
    for word in element.words[TERMINALS + 1 :]:
        if word.text in unknown:
            raise line.unsupported(f"{word.text} is not supported: {unknown[word.text]}", word)
        if word.text not in flags or word.expression is not None:
            raise line.error(f"unexpected '{word.text}'", word, nearest(word.text, spelling.by_name))
        given.append(Given(word.text, 1.0, word.span))
    formulas: dict[str, Value] = {}
    kept = []
    for assignment in element.assignments:
        if assignment.name in unknown:
            message = f"{assignment.name} is not supported: {unknown[assignment.name]}"
            raise line.unsupported(message, assignment)
        formula = written(assignment.name)
        if formula is None:
            kept.append(assignment)
        else:
            formulas[spelling.by_name[assignment.name].name] = formula
    _note_times(line)
    given += replace(line, element=replace(element, assignments=tuple(kept))).assigned(*TIMES)
    values = check(given, spelling, element.name, line.scope, line.notes)
    nodes = tuple(line.node(word) for word in element.words[:TERMINALS])
    return Special(line, nodes, {p.name: p for p in parameters}, {**values, **formulas})


def _note_times(line: Line) -> None:
    if any(assignment.name in TIMES for assignment in line.element.assignments):
        line.notes.add(f"A devices: {', '.join(TIMES[:-1])} and ic act in transient analysis only")
