"""A body of cards sorted by kind: what a scope looks its names up in."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
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
    PositionCard,
    Shown,
    SpreadRule,
    Subcircuit,
)

AMBIENT = frozenset({"temper", "time", "hertz"})  # names that stand for something without being defined

Defined = TypeVar("Defined", ModelCard, Subcircuit)


@dataclass(slots=True)
class Contents:
    """The cards of one body. A later definition of a parameter or function replaces the earlier, as in SPICE; of models
    and subcircuits the first holds, as in ngspice; a model of another type is kept beside, under a name that
    `retyped` tells, as in LTspice. `faults` are cards that cannot be read.
    """

    parameters: dict[str, ParameterCard] = field(default_factory=dict)
    functions: dict[str, FunctionCard] = field(default_factory=dict)
    models: dict[str, ModelCard] = field(default_factory=dict)
    retyped: dict[str, tuple[str, ...]] = field(default_factory=dict)
    subcircuits: dict[str, Subcircuit] = field(default_factory=dict)
    elements: list[Element] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)
    ports: list[PortDirective] = field(default_factory=list)
    spreads: list[SpreadRule] = field(default_factory=list)
    positions: list[PositionCard] = field(default_factory=list)
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
                    self._define(self.models, self._retyped(card), "model")
                case Subcircuit():
                    self._define(self.subcircuits, card, "subcircuit")
                case Directive():
                    self.directives.append(card)
                case PortDirective():
                    self.ports.append(card)
                case SpreadRule():
                    self.spreads.append(card)
                case PositionCard():
                    self.positions.append(card)
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

    def _retyped(self, card: ModelCard) -> ModelCard:
        """The card, under a name with its type where a model of its name is of another type."""
        first = self.models.get(card.name)
        if first is None or card.type in ("", first.type):
            return card
        renamed = replace(card, name=f"{card.name}_{card.type}")
        others = self.retyped.get(card.name, ())
        if renamed.name not in others:
            self.retyped[card.name] = (*others, renamed.name)
            message = f"model '{card.name}' is {first.type} and {card.type}: the type of a card's device takes one"
            self.notes.append(Note(f"{message}, the second is '{renamed.name}'", card.span))
        return renamed

    def model(self, name: str, types: Container[str] | None = None) -> ModelCard | None:
        """The model of that name, of one of `types` where it is of several."""
        named = (self.models[each] for each in (name, *self.retyped.get(name, ())) if each in self.models)
        first, *others = (*named, None)
        fits = (card for card in (first, *others) if card is not None and (types is None or card.type in types))
        return next(fits, first)

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
