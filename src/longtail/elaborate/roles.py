"""The transistors of a circuit as their models describe them: the role of a device, and the nodes at its terminals."""

from __future__ import annotations

from longtail.circuit import Circuit, Instance
from longtail.devices.discovery import devices
from longtail.devices.role import Role


def role_of(instance: Instance) -> Role | None:
    """What a device is as a transistor, None of anything else."""
    return devices()[instance.device].role


def terminal(instance: Instance, name: str) -> str:
    """The node at a terminal of a device."""
    return instance.nodes[place_of(instance, name)]


def place_of(instance: Instance, name: str) -> int:
    """The place of a terminal among the nodes of a device."""
    return devices()[instance.device].terminals.index(name)


def base(instance: Instance) -> str | None:
    """The node at the base or gate of a transistor, None of anything else."""
    role = role_of(instance)
    return None if role is None else terminal(instance, role.control)


def emitter(instance: Instance) -> str | None:
    """The node at the emitter or source of a transistor, None of anything else."""
    role = role_of(instance)
    return None if role is None else terminal(instance, role.common)


def collector(instance: Instance) -> str:
    """The node at the collector or drain of a transistor."""
    return channel(instance)[0]


def channel(instance: Instance) -> tuple[str, str]:
    """The two nodes between which a transistor conducts: collector and emitter, or drain and source."""
    role = role_of(instance)
    assert role is not None  # only transistors are asked
    return terminal(instance, role.output), terminal(instance, role.common)


def polarity(circuit: Circuit, name: str) -> float:
    """+1 for an npn or n-channel transistor, -1 for its opposite."""
    instance = circuit.instances[name]
    model = devices()[instance.device]
    return model.model_types[circuit.models[instance.model].type] if instance.model else 1.0
