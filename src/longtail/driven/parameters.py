"""The nominal value of whatever may vary, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from longtail.circuit import Circuit, Instance
from longtail.devices.discovery import devices
from longtail.engine.equations.views import TEMPERATURE
from longtail.errors import OptionError, nearest

INPUT_LEVEL = "#vcm"  # of both inputs, in V
_OURS = {"temp": TEMPERATURE, "vcm": INPUT_LEVEL}  # what these names stand for where no parameter has them


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
    if known_as(circuit, name) == TEMPERATURE:
        return circuit.number(circuit.options.temp_deg_c)
    owner, _, parameter = name.rpartition(".")
    if owner in circuit.instances:
        return _of_instance(circuit, circuit.instances[owner], parameter, name)
    if owner in circuit.models:
        return _of_model(circuit, owner, parameter, name)
    if owner.endswith(".model") and owner.removesuffix(".model") in circuit.instances:
        model = circuit.instances[owner.removesuffix(".model")].model
        if model:
            return _of_model(circuit, model, parameter, name)
    owners = (*circuit.instances, *circuit.models) if owner else ()
    known = [*circuit.parameters, "temp", *(f"{i}.{parameter}" for i in owners)]
    raise OptionError(
        f"there is no parameter '{next(iter(shown({name: 0.0})))}' to vary",
        hint=nearest(name, known) or "name a .param, or device.parameter as in rc1.r or q1.is, or temp",
    )


def _of_instance(circuit: Circuit, instance: Instance, parameter: str, name: str) -> float:
    declared = {p.name: p for p in devices()[instance.device].parameters}
    if parameter in instance.parameters:
        return circuit.number(instance.parameters[parameter])
    if parameter in declared:
        default = declared[parameter].default
        if default is None:
            raise OptionError(f"'{name}' has no value in the netlist to vary from", hint="give it there first")
        return default
    if instance.model:
        return _of_model(circuit, instance.model, parameter, name, tuple(declared))
    raise OptionError(
        f"{instance.name} has no parameter '{parameter}'",
        hint=nearest(parameter, declared) or f"it has: {', '.join(declared)}",
    )


def _of_model(circuit: Circuit, model: str, parameter: str, name: str, others: tuple[str, ...] = ()) -> float:
    card = circuit.models[model]
    declared = {p.name: p for p in devices()[card.device].model_parameters}
    if parameter in card.parameters:
        return circuit.number(card.parameters[parameter])
    if parameter not in declared:
        raise OptionError(
            f"neither device nor model of '{name}' has a parameter '{parameter}'",
            hint=nearest(parameter, (*others, *declared)),
        )
    default = declared[parameter].default
    if default is None:
        raise OptionError(f"'{name}' has no value in the netlist to vary from", hint="give it in the .model card")
    return default


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names that users know.

    >>> shown({"temper": 27.0, "rc": 1e3})
    {'temp': 27.0, 'rc': 1000.0}
    """
    names = {ours: name for name, ours in _OURS.items() if name not in values}
    return {names.get(name, name): value for name, value in values.items()}
