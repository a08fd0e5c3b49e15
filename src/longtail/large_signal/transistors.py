"""Which transistors amplify, where they cease to, and what voltage they lack then, as their roles tell it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit, Instance
from longtail.devices.discovery import devices
from longtail.devices.role import Role
from longtail.elaborate.roles import polarity, role_of
from longtail.engine.solving.operating_point import OperatingPoint

Array = NDArray[np.float64]


def transistors(circuit: Circuit) -> dict[str, Role]:
    """The transistors of a circuit by name, without those taken out by an m of 0."""
    return {i.name: role for i in circuit.instances.values() if (role := role_in(circuit, i)) is not None}


def role_in(circuit: Circuit, instance: Instance) -> Role | None:
    """The role of a transistor; None of all else, and of one taken out by an m of 0."""
    role = role_of(instance)
    return None if role is None or circuit.number(instance.parameters.get("m", 1.0)) == 0.0 else role


def amplifying(point: OperatingPoint) -> dict[str, NDArray[np.bool_]]:
    """Which lanes each transistor amplifies in."""
    roles = transistors(point.system.circuit)
    return {name: _is_in(point, name, role.amplifying) for name, role in roles.items()}


def region(point: OperatingPoint, name: str, lane: int) -> str:
    """The name of the region that a device is in."""
    model = devices()[point.system.circuit.instances[name].device]
    return model.regions[int(point.quantities[name]["region"][lane])]


def is_cut_off(point: OperatingPoint, name: str) -> NDArray[np.bool_]:
    """Which lanes a transistor does not conduct in."""
    return _is_in(point, name, _role(point.system.circuit, name).cut_off)


def _is_in(point: OperatingPoint, name: str, region: str) -> NDArray[np.bool_]:
    model = devices()[point.system.circuit.instances[name].device]
    return np.asarray(point.quantities[name]["region"] == model.regions.index(region))


def voltages(point: OperatingPoint, name: str) -> dict[str, Array]:
    """The two voltages in V that keep a transistor in its amplifying region, by "across" and "control"."""
    circuit = point.system.circuit
    role, quantities = _role(circuit, name), point.quantities[name]
    sign = polarity(circuit, name)
    return {"across": sign * _sum(quantities, role.headroom), "control": sign * _sum(quantities, role.drive)}


def _sum(quantities: Mapping[str, Array], factors: Mapping[str, float]) -> Array:
    return np.asarray(sum(factor * quantities[name] for name, factor in factors.items()))


def _role(circuit: Circuit, name: str) -> Role:
    role = role_of(circuit.instances[name])
    assert role is not None  # only transistors are asked
    return role
