"""The values that the symbols of a formula take in the lanes of an operating point."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import TEMPERATURE
from longtail.devices.base import BOLTZMANN, ELEMENTARY_CHARGE, ZERO_CELSIUS
from longtail.elaborate.roles import polarity, role_of
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.symbolic.circuit.elements import Symbol, values_over
from longtail.symbolic.shorter.answer import Answer

Array = NDArray[np.float64]


def symbol_values(answer: Answer, point: OperatingPoint) -> dict[str, Array]:
    """The value of every symbol that a formula uses, `[lane]` by key.

    What matched devices share is the mean of the two, a difference that of the two, as at the nominal point; lanes
    without a solution have to be left out beforehand.
    """
    elements = values_over(point)
    return {key: _value(answer.symbols[key], elements, point) for key in answer.transfer.used()}


def _value(symbol: Symbol, elements: Mapping[str, Array], point: OperatingPoint) -> Array:
    lanes = len(point.solution)
    devices = symbol.device.split("+")

    def each(head: str, sub: str) -> list[Array]:
        return [elements.get(f"{head}_{sub}({device})", np.zeros(lanes)) for device in devices]

    if symbol.base is not None:
        first, second = each(symbol.head, symbol.sub)
        return np.asarray(first - second)
    match symbol.head, symbol.sub:
        case "β", _:
            return np.asarray(_mean(each("g", "m")) / _mean(each("g", "pi")))
        case "I", _:
            return _mean([current(point, d) for d in devices])
        case "V", "inverse":
            if not symbol.device:
                return np.broadcast_to(ELEMENTARY_CHARGE / (BOLTZMANN * _kelvin(point)), lanes)
            return np.asarray(1.0 / _mean([overdrive(point, d) for d in devices]))
        case head, sub:
            return _mean(each(head, sub))


def _mean(values: list[Array]) -> Array:
    return np.asarray(sum(values) / len(values))


def current(point: OperatingPoint, device: str) -> Array:
    """The magnitude in A of the current that a transistor steers, or of that of a current source, `[lane]`."""
    role = role_of(point.system.circuit.instances[device])
    return np.abs(point.quantities[device]["i" if role is None else role.current])


def overdrive(point: OperatingPoint, device: str) -> Array:
    """The overdrive voltage in V of a transistor whose model reports one, positive above threshold, `[lane]`."""
    role = role_of(point.system.circuit.instances[device])
    assert role is not None and role.overdrive is not None  # no other formula is written with it
    return polarity(point.system.circuit, device) * point.quantities[device][role.overdrive]


def _kelvin(point: OperatingPoint) -> float | Array:
    circuit = point.system.circuit
    return point.values.get(TEMPERATURE, circuit.number(circuit.options.temp_deg_c)) + ZERO_CELSIUS
