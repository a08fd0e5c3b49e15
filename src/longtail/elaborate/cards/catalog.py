"""The discovered device models, indexed by what a netlist knows of them: letter, model type and level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from longtail.devices.base import DeviceModel, Parameter
from longtail.devices.discovery import devices


@dataclass(frozen=True, slots=True)
class Spelling:
    """Every accepted spelling of the parameters of an instance or of a model."""

    by_name: dict[str, Parameter]

    @classmethod
    def of(cls, parameters: tuple[Parameter, ...]) -> Spelling:
        names = {alias: parameter for parameter in parameters for alias in parameter.aliases}
        return cls(names | {parameter.name: parameter for parameter in parameters})


@cache
def instance_spelling(device: str) -> Spelling:
    """Parameters of an instance line of that device."""
    return Spelling.of(devices()[device].parameters)


@cache
def model_spelling(device: str) -> Spelling:
    """Parameters of a `.model` card of that device."""
    return Spelling.of(devices()[device].model_parameters)


@cache
def by_letter() -> dict[str, tuple[DeviceModel, ...]]:
    """Devices by the first letter of their cards."""
    found: dict[str, tuple[DeviceModel, ...]] = {}
    for device in devices().values():
        found[device.letter] = (*found.get(device.letter, ()), device)
    return found


@cache
def model_types(letter: str) -> frozenset[str]:
    """The types of models that cards with that letter may name."""
    return frozenset(kind for device in by_letter().get(letter, ()) for kind in device.model_types)


@cache
def by_model_type() -> dict[str, tuple[DeviceModel, ...]]:
    """Devices by the type that a `.model` card names: "npn", "d", "nmos"."""
    found: dict[str, tuple[DeviceModel, ...]] = {}
    for device in devices().values():
        for kind in device.model_types:
            found[kind] = (*found.get(kind, ()), device)
    return found


def device(name: str) -> DeviceModel:
    """The device of that name."""
    return devices()[name]


def supported_model_types() -> str:
    """For messages: "npn, pnp (level 1), ..." of every device that takes a model."""
    parts = []
    for found in devices().values():
        if found.model_types:
            level = f" (level {', '.join(map(str, found.levels))})" if found.levels else ""
            parts.append(", ".join(found.model_types) + level)
    return "; ".join(parts)


def terminal_list(found: DeviceModel) -> str:
    """For messages: "c b e [s]"."""
    required = len(found.terminals) - found.optional_terminals
    return " ".join([*found.terminals[:required], *(f"[{name}]" for name in found.terminals[required:])])
