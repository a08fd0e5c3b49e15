"""The input pair: two transistors that the inputs drive against each other, and the law by which they share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND, Circuit, Instance
from longtail.devices.base import BOLTZMANN, ELEMENTARY_CHARGE, ZERO_CELSIUS
from longtail.devices.discovery import devices
from longtail.devices.role import EXPONENTIAL, Role
from longtail.driven.points import Points
from longtail.elaborate.roles import emitter, polarity, terminal
from longtail.engine.small_signal.at_point import linearize
from longtail.errors import AnalysisError
from longtail.large_signal.transistors import is_cut_off, transistors

Array = NDArray[np.float64]

TANH, SQUARE_LAW = "tanh", "square law"
_FOLLOWS = 0.3  # how far the control may be from following the input, as a part of it


@dataclass(frozen=True, slots=True)
class Pair:
    """Two transistors of the device model called `kind`; the first is the one whose current rises with v_id.

    `law` by which they share a current where their emitters or sources meet in one node, None where they do not:
    "tanh" with `scale` = 2*V_T, or "square law" with `scale` = sqrt(2*I_SS/k), the voltage of full steering.
    """

    devices: tuple[str, str]
    kind: str
    law: str | None
    scale: float

    @property
    def role(self) -> Role:
        """What its transistors are."""
        role = devices()[self.kind].role
        assert role is not None, "a pair is of transistors"
        return role

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Pair:
        """A pair from its `devices`, their `kind`, `law` and `law_scale`, as the JSON of a transfer has them."""
        scale = math.nan if entries["law_scale"] is None else entries["law_scale"]
        first, second = entries["devices"]
        return cls((first, second), entries["kind"], entries["law"], scale)

    def share(self, v_id: Array) -> Array:
        """(i1 - i2)/(i1 + i2) by the law. Source: Gray, Hurst, Lewis, Meyer, equations 3.154 and 3.161.

        >>> Pair(("m1", "m2"), "jfet", SQUARE_LAW, 0.2).share(np.array([0.0, 0.1, 0.3])).round(4).tolist()
        [0.0, 0.6614, 1.0]
        """
        x = np.asarray(v_id) / self.scale
        if self.law == TANH:
            return np.tanh(x)
        x = np.clip(x, -1.0, 1.0)
        return x * np.sqrt(2.0 - x**2)

    def currents(self, points: Points) -> Array:
        """Collector or drain currents in A, `[device, lane]`, counted positive in the direction of conduction."""
        current = self.role.current
        sign = np.sign(points.point.quantities[self.devices[0]][current][0]) or 1.0
        return np.array([sign * points.point.quantities[name][current] for name in self.devices])

    def steered(self, points: Points) -> Array:
        """(i1 - i2)/(i1 + i2), `[lane]`."""
        first, second = self.currents(points)
        return np.asarray((first - second) / (first + second))

    def cut_off(self, points: Points) -> NDArray[np.bool_]:
        """Lanes in which a transistor of the pair has turned off; one of an exponential law never does."""
        if self.role.law == EXPONENTIAL:
            return np.zeros(points.v_id.size, bool)
        return is_cut_off(points.point, self.devices[0]) | is_cut_off(points.point, self.devices[1])


def find_pair(center: Points) -> Pair | None:
    """The input pair at an operating point of one lane; None where no two transistors follow the inputs."""
    try:
        x = linearize(center.point).response(np.zeros(1), center.drives.unit_modes)[0, 0].real
    except AnalysisError:
        return None
    index = center.point.system.index

    def control(instance: Instance, role: Role) -> Array:
        node = terminal(instance, role.control)
        return np.zeros(2) if node == GROUND else x[index[node]]

    circuit = center.point.system.circuit
    roles = transistors(circuit)
    sides: dict[float, list[Instance]] = {0.5: [], -0.5: []}
    for name, role in roles.items():
        differential, common = control(circuit.instances[name], role)
        for side, members in sides.items():
            if abs(differential - side) < _FOLLOWS / 2 and abs(common - 1.0) < _FOLLOWS:
                members.append(circuit.instances[name])
    couple = _couple(circuit, sides[0.5], sides[-0.5])
    if couple is None:
        return None
    first, second = couple
    ordered = (first, second) if polarity(circuit, first.name) > 0.0 else (second, first)
    return _with_law(center, roles[first.name], *ordered)


def _couple(
    circuit: Circuit, firsts: Sequence[Instance], seconds: Sequence[Instance]
) -> tuple[Instance, Instance] | None:
    """The first two of one kind whose emitters are at one node, or else the first two of one kind."""

    def kind(instance: Instance) -> tuple[str, float]:
        return instance.device, polarity(circuit, instance.name)

    at_emitter = {(kind(b), emitter(b)): b for b in reversed(seconds)}
    of_kind = {kind(b): b for b in reversed(seconds)}
    found = [(a, at_emitter[at]) for a in firsts if (at := (kind(a), emitter(a))) in at_emitter]
    found += [(a, of_kind[kind(a)]) for a in firsts if kind(a) in of_kind]
    return found[0] if found else None


def _with_law(center: Points, role: Role, first: Instance, second: Instance) -> Pair:
    names = (first.name, second.name)
    bare = Pair(names, first.device, None, np.nan)
    if emitter(first) != emitter(second):
        return bare
    circuit = center.point.system.circuit
    if role.law == EXPONENTIAL:
        kelvin = circuit.number(circuit.options.temp_deg_c) + ZERO_CELSIUS
        return Pair(names, first.device, TANH, 2.0 * kelvin * BOLTZMANN / ELEMENTARY_CHARGE)
    g_m = float(np.mean([center.point.quantities[name]["g_m"][0] for name in names]))
    if g_m <= 0.0:
        return bare
    total = float(np.abs(bare.currents(center)).sum())
    return Pair(names, first.device, SQUARE_LAW, float(np.sqrt(2.0) * total / g_m))
