"""D, Q, M, J and every other card of the form: nodes, model, area, flags, parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from longtail.circuit import Instance
from longtail.devices.base import DeviceModel
from longtail.elaborate.cards import catalog
from longtail.elaborate.cards.bins import bin_of
from longtail.elaborate.cards.line import Line
from longtail.elaborate.cards.models import complete, serving_device
from longtail.elaborate.scope.checking import Given
from longtail.elaborate.scope.scopes import Scope
from longtail.errors import nearest
from longtail.netlist.cards import ModelCard, Word

_VALUE_OR_FLAG = re.compile(r"off|[-+.]*\d[\d.e+-]*[a-z]{0,3}", re.IGNORECASE)


def semiconductor(line: Line) -> Instance:
    """`Q1 c b e [s] model [area] [off] [name=value ...]`: the first word that names a model ends the nodes."""
    candidates = catalog.by_letter()[line.element.letter]
    index, card, owner = _find_model(line, candidates)
    model = line.models.get(card, owner)
    device = catalog.device(model.device)
    if device not in candidates:
        letters = f"cards of a {device.name} start with '{device.letter}'"
        raise line.error(f"model '{card.name}' describes a {device.name}", line.element.words[index], letters)
    nodes = tuple(line.node(word) for word in line.element.words[:index])
    if len(nodes) == 4 and len(device.terminals) == 3 and device.letter == "m" and nodes[2] == nodes[3]:
        nodes = nodes[:3]  # LTspice draws its symbol of a MOSFET with the bulk at the source, whatever the model
    if not _takes(device, len(nodes)):
        raise _wrong_nodes(line, device, index, card.name)
    given = [*behind_model(line, device, line.element.words[index + 1 :]), *line.assigned()]
    return line.instance(device.name, nodes, given, model=model.name)


def _find_model(line: Line, candidates: tuple[DeviceModel, ...]) -> tuple[int, ModelCard, Scope]:
    """The place of the model's name, behind as many nodes as its device takes where there is such a one."""
    words = line.element.words
    least = min(len(device.terminals) - device.optional_terminals for device in candidates)
    places = [*range(least, len(words)), *range(min(least, len(words)))]
    known = [(index, *found) for index in places if (found := line.model(words[index]) or bin_of(line, words[index]))]
    for index, card, owner in known:
        if any(_takes(device, index) and card.type in device.model_types for device in candidates):
            return index, card, owner
    if known:
        return known[0]
    device = candidates[0]
    if len(words) <= least:
        raise line.error(
            f"expected {least} nodes ({catalog.terminal_list(device)}) and a model, found {len(words)} fields"
        )
    names = line.scope.visible("models")
    bins = next((word for word in words[least:] if any(name.startswith(f"{word.text}.") for name in names)), None)
    if bins is not None and bins.expression is None:
        for name in sorted(name for name in names if name.startswith(f"{bins.text}.")):
            found = line.scope.model(name)
            assert found is not None
            serving_device(complete(*found), found[1])  # a level that is not there is said first
        message = f"model '{bins.text}' is binned, which is supported of MOSFETs alone, in bins .1, .2, ..."
        raise line.unsupported(message, bins, "name the bin that fits")
    guess = next((word for word in words[least:] if nearest(word.text, names)), None) or _model_place(words[least:])
    hint = nearest(guess.text, names) or f"define it: .model {guess.text} {next(iter(device.model_types), '')} (...)"
    raise line.error(f"unknown model '{guess.text}'", guess, hint)


def _model_place(words: Sequence[Word]) -> Word:
    """Of the fields that may name a model the last one that is no value and no flag: nodes stand before it."""
    named = [word for word in words if word.expression is None and not _VALUE_OR_FLAG.fullmatch(word.text)]
    return named[-1] if named else words[0]


def _takes(device: DeviceModel, count: int) -> bool:
    """Whether a device has so many nodes."""
    return len(device.terminals) - device.optional_terminals <= count <= len(device.terminals)


def _wrong_nodes(line: Line, device: DeviceModel, count: int, model: str) -> Exception:
    least, most = len(device.terminals) - device.optional_terminals, len(device.terminals)
    wanted = str(least) if least == most else f"{least} to {most}"
    message = f"expected {wanted} nodes ({catalog.terminal_list(device)}) before model '{model}', found {count}"
    if device.letter == "q" and count == 5:
        return line.unsupported(f"{message}; the fifth, thermal node is not supported")
    if device.letter == "m" and least == most == 3 and count == 5:
        return line.unsupported(f"{message}; nodes for the temperatures of junction and case are not supported")
    return line.error(message)


def behind_model(line: Line, device: DeviceModel, words: tuple[Word, ...]) -> list[Given]:
    """An area without name, and flags."""
    spelling = catalog.instance_spelling(device.name).by_name
    given: list[Given] = []
    for word in words:
        parameter = spelling.get(word.text) if word.expression is None else None
        if word.text == "off" or (parameter is not None and parameter.flag):
            given.append(Given(word.text, 1.0, word.span))
        elif word.text == "thermal" and word.expression is None:
            raise line.unsupported("self-heating ('thermal') is not supported", word, "leave the word out")
        elif "area" in spelling and not any(item.name == "area" for item in given):
            given.append(Given("area", line.value(word), word.span))
        else:
            flags = [name for name, parameter in spelling.items() if parameter.flag]
            raise line.error(f"unexpected '{word.text}' after the model", word, nearest(word.text, flags))
    return given
