"""A large circuit in parts: devices that differ in nothing but numbers are one kind, traced once.

The trace of a kind is that of a circuit of one device, with the numbers that differ as inputs, and is evaluated over
all its devices as lanes. Devices that read the current or the voltage of others, and those that are driven, make one
part together, traced as they stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND, Circuit, Instance
from longtail.devices.discovery import devices
from longtail.elaborate.scope.values import leaves
from longtail.engine.equations.system import Array, System
from longtail.engine.equations.trace import Unknown
from longtail.engine.size import LARGE
from longtail.errors import SizeError
from longtail.netlist.expressions.tree import Potential


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a circuit, `[copy]` of which stand side by side.

    system    the one that is traced
    names     the devices that it stands for: one a copy; of devices that are traced as they stand, all
    terminals nodes of the circuit by node of `system`, for every copy: `[copy][node]`
    values    what its varied names are in each copy, `[copy]`
    """

    system: System
    names: tuple[str, ...]
    terminals: tuple[tuple[str, ...], ...]
    values: Mapping[str, Array]

    @property
    def single(self) -> bool:
        """Whether the devices are traced as they stand."""
        return len(self.terminals) == 1 and self.system.circuit.nodes == self.terminals[0]

    def standing_for(self, traced: str) -> tuple[str, ...]:
        """The devices of the circuit that a traced device stands for, one a copy."""
        return (traced,) if self.single else self.names

    def unknowns(self) -> dict[str, list[Unknown]]:
        """The unknowns that devices add to the circuit, by device."""
        inner = self.system.unknowns[len(self.system.circuit.nodes) :]
        found: dict[str, list[Unknown]] = defaultdict(list)
        if self.single:
            for unknown in inner:
                assert unknown.owner is not None  # no part is nulled
                found[unknown.owner].append(unknown)
        elif inner:
            for name in self.names:
                found[name] = [replace(u, name=self.renamed(u.name, name), owner=name) for u in inner]
        return found

    def renamed(self, inner: str, name: str) -> str:
        """An inner node, a branch or a state of the traced device as that of the device `name`."""
        if self.single:
            return inner
        start = len("i(") * inner.startswith(f"i({self.names[0]}")
        return inner[:start] + name + inner[start + len(self.names[0]) :]

    def places(self, index: Mapping[str, int]) -> NDArray[np.intp]:
        """The place of every unknown of every copy among those of the circuit, `[unknown, copy]`; -1 is ground."""
        inner = [u.name for u in self.system.unknowns[len(self.system.circuit.nodes) :]]
        names = (self.names[0],) if self.single else self.names
        rows = [
            [*(index.get(node, -1) for node in nodes), *(index[self.renamed(each, name)] for each in inner)]
            for name, nodes in zip(names, self.terminals, strict=True)
        ]
        return np.array(rows, np.intp).T


def split(circuit: Circuit, drives: Iterable[str]) -> list[Part]:
    """The parts of a circuit; `drives` are names as "vip.dc". Raises `SizeError` where it does not fall into parts."""
    drives = tuple(drives)
    alone = _alone(circuit, drives)
    kinds: dict[Hashable, list[Instance]] = defaultdict(list)
    models = {name: (m.device, m.type, _numbers(circuit, m.parameters)) for name, m in circuit.models.items()}
    for instance in circuit.instances.values():
        if circuit.number(instance.parameters.get("m", 1.0)) == 0.0:
            raise SizeError(
                f"{instance.name} has an m of 0, which a large circuit cannot have",
                span=instance.span,
                hint="leave the device out",
            )
        if instance.name not in alone:
            kinds[_kind(circuit, instance, models)].append(instance)
    parts = [_part(circuit, members) for members in kinds.values()]
    return [*parts, _together(circuit, alone, drives)] if alone else parts


def _alone(circuit: Circuit, drives: Iterable[str]) -> dict[str, Instance]:
    """Devices that are traced as they stand, in the order of the netlist."""
    names = {name.rsplit(".", 1)[0] for name in drives}
    for instance in circuit.instances.values():
        if instance.controls or instance.expression is not None:
            names |= {instance.name, *instance.controls}
    if len(names) > LARGE:
        raise SizeError(
            f"{len(names)} devices read currents or voltages of others or are read, more than the {LARGE} that a "
            "large circuit can have",
            hint="analyze a part of the circuit",
        )
    return {name: instance for name, instance in circuit.instances.items() if name in names}


def _kind(circuit: Circuit, instance: Instance, models: Mapping[str, Hashable]) -> Hashable:
    """What devices of one kind have in common: all but the values that decide nothing, see `DeviceModel.scales`."""
    scales = devices()[instance.device].scales
    given = tuple(
        (name, float(np.sign(value)) if name in scales else value)
        for name, value in _numbers(circuit, instance.parameters)
    )
    return instance.device, len(instance.nodes), models[instance.model] if instance.model else None, given


def _numbers(circuit: Circuit, parameters: Mapping[str, object]) -> tuple[tuple[str, float], ...]:
    return tuple((name, circuit.number(parameters[name])) for name in sorted(parameters))  # type: ignore[arg-type]


def _part(circuit: Circuit, members: list[Instance]) -> Part:
    first = members[0]
    nodes = tuple(str(k + 1) for k in range(len(first.nodes)))
    values: dict[str, Array] = {}
    for name in devices()[first.device].scales:
        if name in first.parameters:
            each = np.array([circuit.number(i.parameters[name]) for i in members])
            if (each != each[0]).any():
                values[f"{first.name}.{name}"] = each
    alone = Circuit(
        circuit.title,
        nodes,
        {first.name: replace(first, nodes=nodes)},
        {first.model: circuit.models[first.model]} if first.model else {},
        circuit.parameters,
        circuit.options,
    )
    return Part(System(alone, varied=values), tuple(i.name for i in members), tuple(i.nodes for i in members), values)


def _together(circuit: Circuit, instances: dict[str, Instance], drives: tuple[str, ...]) -> Part:
    laws = [i.expression for i in instances.values() if i.expression is not None]
    read = [leaf for law in laws for leaf in leaves(law) if isinstance(leaf, Potential)]
    touched = [n for i in instances.values() for n in i.nodes] + [n for p in read for n in (p.positive, p.negative)]
    nodes = tuple(dict.fromkeys(n for n in touched if n != GROUND))
    part = replace(circuit, nodes=nodes, instances=instances)
    return Part(System(part, drives=drives), tuple(instances), (nodes,), {})
