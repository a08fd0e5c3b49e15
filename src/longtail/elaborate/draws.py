"""What the statistical functions of a flat circuit draw, and the circuit that draws nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import TypeVar

from longtail.circuit import Circuit, Instance, Model, RandomDraw, Value
from longtail.elaborate.scope.scopes import Scope
from longtail.elaborate.scope.values import children, leaves
from longtail.errors import NetlistError, Span, nearest
from longtail.netlist.cards import SpreadRule
from longtail.netlist.expressions.draws import ARGUMENTS, draw_of, map_draws, undrawn
from longtail.netlist.expressions.tree import Call, Expression, Name

LAW, WAVEFORM = UNNAMED = "law", "waveform"  # what is no parameter of its device
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

    Drawn once for the circuit is what stands in a `.param` or a `.model` of the top level, all else for the card or the
    instance of a subcircuit that it stands in; `inside` has the draws of subcircuits. Raises `NetlistError` for a sigma
    that is not above zero and for a variation below zero.
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
        name: RandomDraw(each.call.function, tuple(each.owners), each.place[1], each.place[2], each.local)
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
            yield instance.name, WAVEFORM, value
        if instance.expression is not None:
            yield instance.name, LAW, instance.expression
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
    return _mapped(circuit, partial(_nominal, circuit), undrawn) if circuit.draws else circuit


def check_drawing(root: Scope) -> None:
    """Raise `NetlistError` for the first `*@ mismatch NAME` whose parameter is not there, or draws nothing."""
    for rule in root.contents.spreads:
        if rule.of_draws and rule.parameter not in root.contents.parameters:
            hint = nearest(rule.parameter, root.contents.parameters)
            raise NetlistError(f"there is no parameter '{rule.parameter}'", span=rule.span, hint=hint)
        if rule.of_draws and next(calls(root.definition(rule.parameter)), None) is None:
            hint = "of devices: '*@ mismatch r(rc*) sigma=0.1%'"
            raise NetlistError(f"the parameter '{rule.parameter}' draws nothing", span=rule.span, hint=hint)


def with_named_draws(circuit: Circuit) -> Circuit:
    """The same with a parameter for everything that is drawn once and read in several places, or by a law.

    ngspice draws anew wherever it reads a function, and knows none of them in a law. What devices draw stays theirs by
    `*@ mismatch NAME`.
    """
    if not circuit.draws:
        return circuit
    met = [(draw_of(call), call, parameter == LAW) for _, parameter, value in places(circuit) for call in calls(value)]
    several = {name for name, times in Counter(name for name, _, _ in met).items() if times > 1}
    named = {name: call for name, call, law in met if name is not None and (law or name in several)}
    if not named:
        return circuit
    free = (text for k in count(1) if (text := f"drawn_{k}") not in circuit.parameters)
    names = {name: next(free) for name in named}

    def inner(call: Call) -> Call:
        return replace(call, arguments=tuple(change_law(each) for each in call.arguments))

    def change_law(law: Expression) -> Expression:
        return map_draws(law, lambda call: Name(names[name]) if (name := draw_of(call)) in names else inner(call))

    def change(value: Value) -> Value:
        return value if isinstance(value, float | int) else change_law(value)

    changed = _mapped(circuit, change, change_law)
    added = {names[name]: inner(call) for name, call in named.items()}
    rules = [_of_devices(names[name], call.span) for name, call in named.items() if circuit.draws[name].local]
    return replace(changed, parameters={**changed.parameters, **added}, spreads=(*circuit.spreads, *rules))


def _of_devices(name: str, span: Span | None) -> SpreadRule:
    return SpreadRule("mismatch", name, (), span or Span("", 1, 1, ""))


def _mapped(
    circuit: Circuit, change: Callable[[Value], Value], change_law: Callable[[Expression], Expression]
) -> Circuit:
    """The circuit, without its draws, with other values and laws."""

    def card(given: Card) -> Card:
        return replace(given, parameters={name: change(value) for name, value in given.parameters.items()})

    def device(given: Instance) -> Instance:
        waveform, law = given.waveform, given.expression
        if waveform is not None:
            waveform = replace(waveform, values=tuple(map(change, waveform.values)))
        return replace(card(given), waveform=waveform, expression=change_law(law) if law is not None else None)

    return replace(
        circuit,
        instances={name: device(each) for name, each in circuit.instances.items()},
        models={name: card(each) for name, each in circuit.models.items()},
        parameters={name: change(value) for name, value in circuit.parameters.items()},
        options=replace(circuit.options, temp_deg_c=change(circuit.options.temp_deg_c)),
        draws={},
    )


def _nominal(circuit: Circuit, value: Value) -> Value:
    """The nominal value, a number where no name is left to read."""
    if isinstance(value, float | int) or next(calls(value), None) is None:
        return value
    plain = undrawn(value)
    return plain if any(True for _ in leaves(plain)) else circuit.number(plain)
