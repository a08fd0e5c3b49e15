"""One device card inside one scope: the questions that every kind of card asks of its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from longtail.circuit import Instance, Value, Waveform
from longtail.elaborate.cards import catalog
from longtail.elaborate.cards.models import Models
from longtail.elaborate.scope.checking import Given, Notes, check, without_effect
from longtail.elaborate.scope.scopes import Scope
from longtail.elaborate.scope.values import multiply
from longtail.errors import NetlistError, UnsupportedError
from longtail.netlist.cards import Assignment, Element, ModelCard, Word
from longtail.netlist.expressions.tree import Expression, Name
from longtail.units import Reading, counted

# what a card may carry for the transient analysis of other programs
TRANSIENT_ONLY = {"ic": "it acts in transient analysis only", "off": "it is a hint to the solver of other programs"}


@dataclass(slots=True)
class Line:
    """A card, its scope, and where models and notes are kept."""

    element: Element
    scope: Scope
    models: Models
    notes: Notes

    @property
    def name(self) -> str:
        """The flat name of the instance."""
        return self.scope.device(self.element.name)

    def error(self, message: str, word: Word | Assignment | None = None, hint: str | None = None) -> NetlistError:
        """An error at a word of this card (else at its start), naming the card and the subcircuit it is in."""
        span = word.span if word is not None else self.element.span
        return NetlistError(f"{self.element.name}: {message}{self.scope.where}", span=span, hint=hint)

    def unsupported(self, message: str, word: Word | Assignment | None = None, hint: str | None = None) -> NetlistError:
        """The same, for what is sound SPICE and beyond longtail."""
        error = self.error(message, word, hint)
        return UnsupportedError(error.message, span=error.span, hint=hint)

    def nodes(self, terminals: Sequence[str]) -> tuple[str, ...]:
        """Flat names of the first words, one for each terminal."""
        words = self.element.words
        if len(words) < len(terminals):
            raise self.error(f"expected {counted(len(terminals), 'node')} ({' '.join(terminals)}), found {len(words)}")
        return tuple(self.node(word) for word in words[: len(terminals)])

    def node(self, word: Word) -> str:
        """The flat name of the node that a word names."""
        if word.expression is not None or word.group is not None:
            raise self.error("a node name is expected here", word)
        return self.scope.node(word.text)

    def is_number(self, word: Word) -> bool:
        """Whether the word is a literal number or an expression in braces."""
        return word.expression is not None or (word.group is None and self.number(word) is not None)

    def number(self, word: Word) -> Reading | None:
        """The number that a word writes, in the dialect of the netlist."""
        return self.scope.root.dialect.number(word.text)

    def value(self, word: Word) -> Value:
        """The value of a number, of an expression in braces, or of a parameter named without braces."""
        if word.expression is not None:
            return self.scope.value(word.expression, word.span)
        reading = None if word.group is not None else self.number(word)
        if reading is not None:
            if reading.remark is not None:
                self.notes.add(f"{self.element.name}: {reading.remark}", word.span)
            return reading.value
        if self.scope.parameter(word.text, word.span) is None:
            raise self.error(f"expected a number, found '{word.text}'", word)
        return self.scope.value(Name(word.text), word.span)

    def assigned(self, *skip: str) -> list[Given]:
        """The assignments of the card with their values, but those named in `skip`; `tc=1m,2u` gives tc1 and tc2."""
        given = []
        for assignment in self.element.assignments:
            name, span = assignment.name, assignment.span
            if name in skip:
                continue
            given.append(Given(name, self.scope.value(assignment.value, span), span))
            if name == "tc" and len(assignment.more) == 1:
                given.append(Given("tc2", self.scope.value(assignment.more[0], span), span))
            elif assignment.more and name != "ic":
                most = "at most two values" if name == "tc" else "one value"
                raise self.error(f"{name} takes {most}, not {len(assignment.more) + 1}", assignment)
        return given

    def model(self, word: Word) -> tuple[ModelCard, Scope] | None:
        """The model that a word names, if it is a plain word and there is one: of a type for this card if it can be."""
        if word.expression is not None or word.group is not None:
            return None
        return self.scope.model(word.text, catalog.model_types(self.element.letter))

    def instance(
        self,
        device: str,
        nodes: tuple[str, ...],
        given: Iterable[Given],
        *,
        model: str | None = None,
        controls: tuple[str, ...] = (),
        expression: Expression | None = None,
        waveform: Waveform | None = None,
        multiplied: bool = True,
    ) -> Instance:
        """The checked instance; `multiplied` says that the m of the surrounding X cards acts on it."""
        spelling = catalog.instance_spelling(catalog.device(device).name)
        transient = {name: why for name, why in TRANSIENT_ONLY.items() if name not in spelling.by_name}
        kept = without_effect(given, transient, self.element.name, self.notes)
        own = {"temp", "dtemp", "trise"} & {item.name for item in kept}
        if model is not None and "temp" in spelling.by_name and not own:
            kept += self.models.of_instances.get(model, ())
        values = check(kept, spelling, self.element.name, self.scope, self.notes)
        if model is not None and (sizes := self.models.sizes.get(model)):
            values = check(sizes, spelling, f"model '{model}'", self.scope, self.notes) | values
        if multiplied and self.scope.multiplier != 1.0 and "m" in spelling.by_name:
            values["m"] = multiply(values.get("m", 1.0), self.scope.multiplier)
        return Instance(self.name, device, nodes, values, model, controls, expression, waveform, self.element.span)

    def bare(self) -> Line:
        """The card without its assignments, which have been read."""
        return replace(self, element=replace(self.element, assignments=()))

    def named(self, prefix: str) -> Line:
        """The card of a part of this one, `rout_a1` of `a1`, without assignments."""
        return replace(self, element=replace(self.element, name=f"{prefix}_{self.element.name}", assignments=()))

    def part(self, prefix: str, device: str, nodes: tuple[str, ...], **values: Value) -> Instance:
        """A device that this card stands for, besides others."""
        given = [Given(name, value, self.element.span) for name, value in values.items()]
        return self.named(prefix).instance(device, nodes, given)

    def inner(self, name: str) -> str:
        """The flat name of a node of this card's own, `a1_en`."""
        return self.scope.node(f"{self.element.name}_{name}")
