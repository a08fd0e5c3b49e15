"""A body of cards sorted by kind: what a scope looks its names up in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import TypeVar

from longtail.errors import NetlistError
from longtail.netlist.cards import (
    Card,
    Conditionals,
    Directive,
    Element,
    Fault,
    FunctionCard,
    ModelCard,
    Note,
    ParameterCard,
    PortDirective,
    Shown,
    SpreadRule,
    Subcircuit,
)

AMBIENT = frozenset({"temper", "time", "hertz"})  # names that stand for something without being defined

Defined = TypeVar("Defined", ModelCard, Subcircuit)


@dataclass(slots=True)
class Contents:
    """The cards of one body. A later definition of a parameter or function replaces the earlier, as in SPICE; of models
    and subcircuits the first holds, as in ngspice. `faults` are cards that cannot be read.
    """

    parameters: dict[str, ParameterCard] = field(default_factory=dict)
    functions: dict[str, FunctionCard] = field(default_factory=dict)
    models: dict[str, ModelCard] = field(default_factory=dict)
    subcircuits: dict[str, Subcircuit] = field(default_factory=dict)
    elements: list[Element] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)
    ports: list[PortDirective] = field(default_factory=list)
    spreads: list[SpreadRule] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    conditionals: list[Conditionals] = field(default_factory=list)
    faults: list[NetlistError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    formals: tuple[ParameterCard, ...] = ()  # those of `parameters` that stand on the .subckt line

    def add(self, body: Iterable[Card]) -> Contents:
        """Sort the cards of `body` in."""
        for card in body:
            match card:
                case Element():
                    self.elements.append(card)
                case ParameterCard():
                    if card.name in AMBIENT:
                        message = f"'{card.name}' is given by the simulation: no parameter"
                        self.faults.append(NetlistError(message, span=card.span))
                        continue
                    self.parameters.pop(card.name, None)  # it stands where its last definition does
                    self.parameters[card.name] = card
                case FunctionCard():
                    self.functions[card.name] = card
                case ModelCard():
                    self._define(self.models, card, "model")
                case Subcircuit():
                    self._define(self.subcircuits, card, "subcircuit")
                case Directive():
                    self.directives.append(card)
                case PortDirective():
                    self.ports.append(card)
                case SpreadRule():
                    self.spreads.append(card)
                case Shown():
                    self.shown.append(card)
                case Conditionals():
                    self.conditionals.append(card)
                case Fault(error):
                    self.faults.append(error)
        return self

    def _define(self, known: dict[str, Defined], card: Defined, kind: str) -> None:
        first = known.setdefault(card.name, card)
        if first is not card and first.span != card.span:  # the same line twice is a file included twice
            message = f"{kind} '{card.name}' is defined again: the first holds, at {first.span}"
            self.notes.append(Note(message, card.span))

    def copy(self) -> Contents:
        """The same cards, to be added to."""
        kept = {each.name: getattr(self, each.name) for each in fields(self)}
        return Contents(**{name: value.copy() if name != "formals" else value for name, value in kept.items()})

    @property
    def size(self) -> int:
        """How many cards there are."""
        return sum(len(getattr(self, each.name)) for each in fields(self))


def every_card(body: Iterable[Card]) -> Iterator[Card]:
    """All cards of a body, those within subcircuits and all arms of conditionals too."""
    stack = [iter(body)]
    while stack:
        card = next(stack[-1], None)
        if card is None:
            stack.pop()
            continue
        yield card
        if isinstance(card, Subcircuit):
            stack.append(iter(card.body))
        elif isinstance(card, Conditionals):
            stack.extend(iter(branch.body) for branch in card.branches)
