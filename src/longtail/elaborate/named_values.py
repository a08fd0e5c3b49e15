"""Whatever may vary, or be set, by its name: the nominal value of it, and a circuit with another one.

rc            a parameter of the netlist's top level
temp          the temperature of the circuit in degrees Celsius, where no parameter has that name
vcm           the dc common-mode level of both inputs in V, likewise
rc1.r         a parameter of a device
q1.is         a parameter of its own copy of the model; q1.model.is where the device has one of that name too
npn1.is       a parameter of a .model card
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import numpy as np

from longtail.circuit import TEMPERATURE, Circuit, Instance, Model, Value
from longtail.devices.base import Parameter
from longtail.devices.discovery import devices
from longtail.elaborate.value_bounds import check_bounds
from longtail.errors import OptionError, nearest

INPUT_LEVEL = "#vcm"  # of both inputs, in V
_OURS = {"temp": TEMPERATURE, "vcm": INPUT_LEVEL}  # what these names stand for where no parameter has them


Card = TypeVar("Card", Instance, Model)


class ValuePlace(NamedTuple):
    """Where the value of a name stands: at an instance, or in a model card; of the instance alone where both are."""

    instance: str
    model: str
    parameter: str


def known_as(circuit: Circuit, name: str) -> str:
    """What a name of the user's stands for: a parameter of the netlist, else "temp" and "vcm" for what they say."""
    return name if name in circuit.parameters else _OURS.get(name, name)


def temperature_name(circuit: Circuit) -> str:
    """What to call the temperature: "temp", which users know, unless a parameter has that name."""
    return TEMPERATURE if "temp" in circuit.parameters else "temp"


def nominal(circuit: Circuit, name: str) -> float:
    """The netlist's own value of what `name` stands for. Raises `OptionError` where it stands for nothing."""
    if name in circuit.parameters:
        return circuit.number(circuit.parameters[name])
    if name in circuit.draws:
        return 0.0
    if known_as(circuit, name) == TEMPERATURE:
        return circuit.number(circuit.options.temp_deg_c)
    place = _place(circuit, name)
    values, declared = _card(circuit, place)
    if place.parameter in values:
        return circuit.number(values[place.parameter])
    default = declared[place.parameter].default
    if default is None:
        hint = "give it in the .model card" if place.model else "give it there first"
        raise OptionError(f"'{name}' has no value in the netlist to vary from", hint=hint)
    return default


def known_value(circuit: Circuit, name: str) -> float | None:
    """The same; None where the netlist has none, as of what a device works out from others."""
    try:
        return nominal(circuit, name)
    except OptionError:
        return None


def with_values(circuit: Circuit, values: Mapping[str, float]) -> Circuit:
    """The circuit with other values of what the names stand for, but parameters of the top level: they decide how a
    netlist is read, and are replaced then.

    A parameter of one device's copy of its model gives that device a model card of its own, named after both.
    Raises `OptionError` for a name that stands for nothing, with the nearest that does, and for a value that no card
    could have.
    """
    if not values:
        return circuit
    ours = {known_as(circuit, name): value for name, value in values.items()}
    places = {_place(circuit, name): value for name, value in ours.items() if name not in (TEMPERATURE, INPUT_LEVEL)}
    check_bounds(circuit, {name: np.array([value]) for name, value in ours.items() if name != INPUT_LEVEL})
    if TEMPERATURE in ours:
        circuit = replace(circuit, options=replace(circuit.options, temp_deg_c=ours[TEMPERATURE]))
    if INPUT_LEVEL in ours:
        how = {**circuit.ports.how, "vcm": "option"}
        circuit = replace(circuit, ports=replace(circuit.ports, vcm=ours[INPUT_LEVEL], how=how))
    instances, models = dict(circuit.instances), dict(circuit.models)
    for place in (each for each in places if not each.instance):
        models[place.model] = _changed(models[place.model], {place.parameter: places[place]})
    for name in dict.fromkeys(each.instance for each in places if each.instance):
        at = {place: value for place, value in places.items() if place.instance == name}
        own = {place.parameter: value for place, value in at.items() if place.model}
        instances[name] = _changed(instances[name], {p.parameter: value for p, value in at.items() if not p.model})
        if own:
            instances[name], models = _with_own_card(instances[name], models, own)
    used = {each.model for each in instances.values()}
    return replace(circuit, instances=instances, models={name: card for name, card in models.items() if name in used})


def _changed(card: Card, values: Mapping[str, float]) -> Card:
    return replace(card, parameters={**card.parameters, **values})


def _with_own_card(
    instance: Instance, models: Mapping[str, Model], values: Mapping[str, float]
) -> tuple[Instance, dict[str, Model]]:
    """A device with a model card of its own that has other values, and the cards with that."""
    assert instance.model is not None
    name = f"{instance.model}_{instance.name}"
    while name in models:
        name = f"{name}_"
    card = replace(_changed(models[instance.model], values), name=name)
    return replace(instance, model=name), {**models, name: card}


def _card(circuit: Circuit, place: ValuePlace) -> tuple[Mapping[str, Value], Mapping[str, Parameter]]:
    """What the card of a place gives, and what is declared there."""
    if place.model:
        card = circuit.models[place.model]
        return card.parameters, _declared(devices()[card.device].model_parameters)
    instance = circuit.instances[place.instance]
    return instance.parameters, _declared(devices()[instance.device].parameters)


def _declared(parameters: Iterable[Parameter]) -> dict[str, Parameter]:
    return {each.name: each for each in parameters}


def _place(circuit: Circuit, name: str) -> ValuePlace:
    """Where a name with an owner stands. Raises `OptionError` where it stands for nothing."""
    owner, _, parameter = name.rpartition(".")
    if owner in circuit.instances:
        return _of_instance(circuit, circuit.instances[owner], parameter, name)
    if owner in circuit.models:
        return _of_model(circuit, ValuePlace("", owner, parameter), name)
    if owner.endswith(".model") and owner.removesuffix(".model") in circuit.instances:
        instance = circuit.instances[owner.removesuffix(".model")]
        if instance.model:
            return _of_model(circuit, ValuePlace(instance.name, instance.model, parameter), name)
    owners = (*circuit.instances, *circuit.models) if owner else ()
    known = [*circuit.parameters, "temp", "vcm", *(f"{i}.{parameter}" for i in owners)]
    raise OptionError(
        f"there is no parameter '{next(iter(shown({name: 0.0})))}'",
        hint=nearest(name, known) or "name a .param, or device.parameter as in rc1.r or q1.is, or temp, or vcm",
    )


def _of_instance(circuit: Circuit, instance: Instance, parameter: str, name: str) -> ValuePlace:
    declared = _declared(devices()[instance.device].parameters)
    if parameter in instance.parameters or parameter in declared:
        return ValuePlace(instance.name, "", parameter)
    if instance.model:
        return _of_model(circuit, ValuePlace(instance.name, instance.model, parameter), name, tuple(declared))
    raise OptionError(
        f"{instance.name} has no parameter '{parameter}'",
        hint=nearest(parameter, declared) or f"it has: {', '.join(declared)}",
    )


def _of_model(circuit: Circuit, place: ValuePlace, name: str, others: tuple[str, ...] = ()) -> ValuePlace:
    given, declared = _card(circuit, place)
    if place.parameter not in given and place.parameter not in declared:
        raise OptionError(
            f"neither device nor model of '{name}' has a parameter '{place.parameter}'",
            hint=nearest(place.parameter, (*others, *declared)),
        )
    return place


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names that users know.

    >>> shown({"temper": 27.0, "rc": 1e3})
    {'temp': 27.0, 'rc': 1000.0}
    """
    names = {ours: name for name, ours in _OURS.items() if name not in values}
    return {names.get(name, name): value for name, value in values.items()}
