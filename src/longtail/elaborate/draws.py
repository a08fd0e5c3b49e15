"""What the statistical functions of a flat circuit draw, and the circuit that draws nothing."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from longtail.circuit import Circuit, Draw, Instance, Model, Value
from longtail.elaborate.scope.values import children, leaves
from longtail.errors import NetlistError
from longtail.netlist.expressions.draws import ARGUMENTS, draw_of, undrawn
from longtail.netlist.expressions.tree import Call, Expression

Card = TypeVar("Card", Instance, Model)


@dataclass(slots=True)
class _Found:
    """A draw where it was found first, and the devices that it moves."""

    call: Call
    place: tuple[str, str, Value]  # the owner, "" for a parameter of the top level; the parameter; what that is
    local: bool
    owners: dict[str, None] = field(default_factory=dict)


def with_draws(circuit: Circuit, inside: Container[str]) -> Circuit:
    """The circuit with what its statistical functions draw.

    Drawn once for the circuit is what stands in a `.param` or a `.model` of the top level, all else for the card or
    the instance of a subcircuit that it stands in; `inside` has the draws of subcircuits. Raises `NetlistError` for a sigma that is not above zero and for a
    variation below zero.
    """
    users: dict[str, list[str]] = {}
    for instance in circuit.instances.values():
        users.setdefault(instance.model or "", []).append(instance.name)
    found: dict[str, _Found] = {}
    for owner, parameter, value in places(circuit):
        for call in calls(value):
            name = draw_of(call)
            assert name is not None, "it is one of a flat circuit"
            if name not in found:
                _check(circuit, call)
                found[name] = _Found(call, (owner, parameter, value), name in inside or owner in circuit.instances)
            devices = users.get(owner, []) if owner in circuit.models else [owner] if owner else []
            found[name].owners |= dict.fromkeys(devices)
    draws = {
        name: Draw(each.call.function, tuple(each.owners), each.place[1], each.place[2], each.local)
        for name, each in found.items()
    }
    return replace(circuit, draws=draws) if draws else circuit


def places(circuit: Circuit) -> Iterator[tuple[str, str, Value]]:
    """All values as they are written: the owner, a device or a model or "", the parameter, and the value."""
    for name, value in circuit.parameters.items():
        yield "", name, value
    yield "", "temp", circuit.options.temp_deg_c
    for instance in circuit.instances.values():
        for name, value in instance.parameters.items():
            yield instance.name, name, value
        for value in instance.waveform.values if instance.waveform is not None else ():
            yield instance.name, "waveform", value
        if instance.expression is not None:
            yield instance.name, "law", instance.expression
    for model in circuit.models.values():
        for name, value in model.parameters.items():
            yield model.name, name, value


def calls(value: Value) -> Iterator[Call]:
    """The statistical functions of a value, in order."""
    stack: list[Expression] = [] if isinstance(value, float | int) else [value]
    while stack:
        top = stack.pop()
        if isinstance(top, Call) and draw_of(top) is not None:
            yield top
        stack.extend(reversed(children(top)))


def _check(circuit: Circuit, call: Call) -> None:
    names = ARGUMENTS[call.function]
    for name, argument in zip(names[1:], call.arguments[1:], strict=False):
        number = circuit.number(argument)
        if number < 0.0 or (name == "sigma" and number == 0.0):
            bound = "must be above zero" if name == "sigma" else "must not be below zero"
            raise NetlistError(f"{call.function}: its {name} {bound}, and is {number:g}", span=call.span)


def without_draws(circuit: Circuit) -> Circuit:
    """The circuit with the nominal value of every statistical function, as if the netlist had that."""
    if not circuit.draws:
        return circuit
    options, temp = circuit.options, circuit.options.temp_deg_c
    return replace(
        circuit,
        instances={name: _instance(circuit, each) for name, each in circuit.instances.items()},
        models={name: _card(circuit, each) for name, each in circuit.models.items()},
        parameters={name: _value(circuit, value) for name, value in circuit.parameters.items()},
        options=replace(options, temp_deg_c=_value(circuit, temp)),
        draws={},
    )


def _instance(circuit: Circuit, instance: Instance) -> Instance:
    waveform, law = instance.waveform, instance.expression
    if waveform is not None:
        waveform = replace(waveform, values=tuple(_value(circuit, value) for value in waveform.values))
    return replace(
        _card(circuit, instance), waveform=waveform, expression=undrawn(law) if law is not None else None
    )


def _card(circuit: Circuit, card: Card) -> Card:
    return replace(card, parameters={name: _value(circuit, value) for name, value in card.parameters.items()})


def _value(circuit: Circuit, value: Value) -> Value:
    """A number where no name is left to read."""
    if isinstance(value, float | int) or next(calls(value), None) is None:
        return value
    plain = undrawn(value)
    return plain if any(True for _ in leaves(plain)) else circuit.number(plain)
