"""S and W cards: `S1 p n cp cn model [on|off]` and `W1 p n source model [on|off]`."""

from __future__ import annotations

from longtail.circuit import Instance
from longtail.elaborate.cards import catalog
from longtail.elaborate.cards.line import Line
from longtail.elaborate.cards.semiconductors import behind_model, semiconductor
from longtail.elaborate.scope.checking import Given

HYSTERESIS = {"voltage_switch": ("vt", "vh"), "current_switch": ("it", "ih")}


def switch(line: Line) -> Instance:
    """A switch. Raises NetlistError where its card is no such."""
    made = semiconductor(line) if line.element.letter == "s" else _by_current(line)
    if made.parameters.get("on") and made.parameters.get("off"):
        raise line.error("a switch is 'on' or 'off', not both")
    _note_hysteresis(line, made)
    return made


def _by_current(line: Line) -> Instance:
    """`W1 p n source model`."""
    words = line.element.words
    if len(words) < 4:
        raise line.error(f"expected 2 nodes, a controlling voltage source and a model, found {len(words)} fields")
    candidates = catalog.by_letter()[line.element.letter]
    found = line.model(words[3])
    if found is None:
        kind = next(iter(candidates[0].model_types))
        raise line.error(
            f"unknown model '{words[3].text}'", words[3], f"define it: .model {words[3].text} {kind} (...)"
        )
    model = line.models.get(*found)
    device = catalog.device(model.device)
    if device not in candidates:
        letters = f"cards of a {device.name} start with '{device.letter}'"
        raise line.error(f"model '{found[0].name}' describes a {device.name}", words[3], letters)
    given: list[Given] = [*behind_model(line, device, words[4:]), *line.assigned()]
    control = line.scope.device(words[2].text)
    return line.instance(device.name, line.nodes(("p", "n")), given, model=model.name, controls=(control,))


def _note_hysteresis(line: Line, made: Instance) -> None:
    """What a switch with hysteresis is taken as where its control is within the window."""
    if made.device not in HYSTERESIS:
        return
    threshold, around = HYSTERESIS[made.device]
    card = line.models.used[made.model or ""]
    vh = line.scope.nominal(card.parameters.get(around, 0.0), line.element.span)
    if vh > 0.0:
        state, other = ("on", "off") if made.parameters.get("on") else ("off", "on")
        window = f"between {threshold} - {around} and {threshold} + {around}"
        line.notes.add(
            f"{line.element.name}: its hysteresis has no past here: {window} it is {state} ('{other}' on the card "
            "turns that round)",
            line.element.span,
        )
