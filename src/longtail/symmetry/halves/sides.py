"""What both half circuits share: which side is kept, which device stands for a pair, and its mean values."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

from longtail.circuit import GROUND, Circuit, Instance, Model, Ports, Value
from longtail.devices.discovery import devices
from longtail.elaborate.roles import role_of
from longtail.elaborate.scope.values import add, leaves, map_leaves, multiply
from longtail.errors import AnalysisError
from longtail.netlist.expressions.tree import Expression, Name, Potential
from longtail.symmetry.finding import without_wires
from longtail.symmetry.graph import forces_voltage, sensing, terminal_labels
from longtail.symmetry.mirror import Mirror
from longtail.symmetry.values import SIGNED

OPEN = frozenset(("capacitor", "current_source", "vccs", "cccs", "behavioral"))  # hold no voltage at dc


class NotHalvedError(AnalysisError):
    """The circuit is its own mirror image, and yet has no half circuit: the message names the device that says so."""


class Sides:
    """A mirrored circuit cut along its line."""

    def __init__(self, circuit: Circuit, mirror: Mirror, source: str, ports: Collection[str]) -> None:
        self.circuit = without_wires(circuit, mirror, ports)
        self.mirror = mirror
        self.source = source
        self.means: dict[str, Value] = {}
        self.kept = self._kept()
        self._check_chains()

    def image(self, node: str) -> str:
        return GROUND if node == GROUND else self.mirror.nodes.get(node, node)

    def on_line(self, node: str) -> bool:
        return self.image(node) == node and node not in self.mirror.inner

    def place(self, node: str) -> str:
        """The node of the kept side, or on the line, that stands for a node."""
        return node if self.on_line(node) or node in self.kept else self.image(node)

    def foreign(self, node: str) -> bool:
        """Whether a node lies on the side that is cut away."""
        return self.place(node) != node

    def _kept(self) -> set[str]:
        """One node of each pair: that which is nearer to the kept input without crossing the line.

        A resistor or a channel leads on for nothing, a capacitor or the way from a gate to a drain counts one.
        """
        ways = self._ways()
        kept: set[str] = set(self.mirror.inner)
        for start in (*self.circuit.instances[self.source].nodes, *self.circuit.nodes):
            waiting = [(0, 0, start)]
            order = count(1)
            while waiting:
                far, _, node = heappop(waiting)
                if node not in kept and not self.on_line(node) and self.image(node) not in kept:
                    kept.add(node)
                    for other, step in ways[node].items():
                        heappush(waiting, (far + step, next(order), other))
        return kept

    def _ways(self) -> dict[str, dict[str, int]]:
        """From each node to its neighbours: 0 where current flows at dc, 1 where a device lies between."""
        ways: dict[str, dict[str, int]] = {}
        for instance in self.circuit.instances.values():
            labels = terminal_labels(instance)
            conducts = _conducting(instance)
            for label, node in zip(labels, instance.nodes, strict=True):
                for other_label, other in zip(labels, instance.nodes, strict=True):
                    step = 0 if {label, other_label} <= conducts else 1
                    found = ways.setdefault(node, {})
                    found[other] = min(step, found.get(other, 1))
        return ways

    @cached_property
    def standing(self) -> dict[str, str]:
        """The device that stands for each device of a pair: the one with more nodes at the kept side, or more ends."""
        found: dict[str, str] = {}
        for first, second in self.mirror.device_pairs:
            chosen = first if self._weight(first) >= self._weight(second) else second
            found |= {first: chosen, second: chosen}
        return found

    def _weight(self, name: str) -> tuple[int, int]:
        instance = self.circuit.instances[name]
        role = role_of(instance)
        wanted = "t" if role is None else role.output
        ends = [n for label, n in zip(terminal_labels(instance), instance.nodes, strict=True) if label == wanted]
        return sum(n in self.kept for n in instance.nodes), sum(n in self.kept for n in ends)

    @cached_property
    def in_chains(self) -> frozenset[str]:
        """Devices within a chain of voltage sources that has an image only as a sum."""
        inner = set(self.mirror.inner)
        return frozenset(name for name, i in self.circuit.instances.items() if inner & set(i.nodes[:2]))

    def _check_chains(self) -> None:
        for name in self.in_chains:
            for node in self.circuit.instances[name].nodes[:2]:
                if not self.on_line(node) and node not in self.mirror.inner:
                    raise NotHalvedError(
                        f"{name} stands in a chain of voltage sources that reaches {node}, beside the line, and whose "
                        "members change places in the mirror: such a chain cannot be cut"
                    )

    def standing_for(self, name: str) -> Instance:
        """The device with the mean of the values of its pair."""
        instance = self.circuit.instances[name]
        image = self.mirror.devices[name]
        other = self.circuit.instances[image]
        turned = -1.0 if name in self.mirror.negated else 1.0
        parameters = dict(instance.parameters)
        names = {p.name for p in devices()[instance.device].parameters if not (p.flag or p.choices)}
        for key in names & parameters.keys() & other.parameters.keys():
            sign = turned if key == SIGNED.get(instance.device) else 1.0
            second = multiply(sign, other.parameters[key])
            if parameters[key] != second:
                parameters[key] = self._mean(f"{name}_{key}", multiply(0.5, add(parameters[key], second)))
        for found in self.mirror.differences:
            derived = found.parameter in names and found.parameter not in parameters.keys() & other.parameters.keys()
            if set(found.pair) == {name, image} and derived and math.isfinite(found.mean):
                parameters[found.parameter] = found.mean
        return replace(instance, parameters=parameters, model=self._mean_model(instance, other))

    def _mean(self, name: str, value: Value) -> Value:
        """A number, or the name of a parameter of the half: so the mean stays one when the netlist's change."""
        if isinstance(value, float):
            return value
        name = re.sub(r"\W", "_", f"mean_{name}")
        while name in self.circuit.parameters:
            name += "_"
        self.means[name] = value
        return Name(name)

    def number(self, value: Value) -> float:
        """The nominal value, means included."""
        own = self.means.get(value.name) if isinstance(value, Name) else None
        return self.circuit.number(value if own is None else own)

    def _mean_model(self, first: Instance, second: Instance) -> str | None:
        pair = {first.name, second.name}
        differing = any(set(d.pair) == pair and d.parameter.startswith("model ") for d in self.mirror.differences)
        return f"{first.model}.mean" if differing else first.model

    def models(self, instances: Mapping[str, Instance]) -> dict[str, Model]:
        """The models that instances use; those named "... .mean" hold the mean of a pair's two models."""
        found = {}
        for instance in instances.values():
            name = instance.model
            if name is None or name in found:
                continue
            if name in self.circuit.models:
                found[name] = self.circuit.models[name]
                continue
            base = self.circuit.models[name.removesuffix(".mean")]
            pair = {instance.name, self.mirror.devices[instance.name]}
            means = {
                d.parameter.removeprefix("model "): d.mean
                for d in self.mirror.differences
                if set(d.pair) == pair and d.parameter.startswith("model ")
            }
            found[name] = replace(base, name=name, parameters={**base.parameters, **means})
        return found

    def finished(
        self, what: str, instances: Mapping[str, Instance], output: str, levels: Mapping[str, float]
    ) -> Circuit:
        """A circuit of these instances, its supplies and its output named."""
        nodes = tuple(dict.fromkeys(n for i in instances.values() for n in i.nodes if n != GROUND))
        supplies = tuple(s for s in self.circuit.ports.supplies if s in instances)
        read = {leaf for i in instances.values() for value in i.parameters.values() for leaf in names_in(value)}
        means = {name: value for name, value in self.means.items() if name in read}
        return replace(
            self.circuit,
            parameters={**self.circuit.parameters, **means},
            title=f"{self.circuit.title}: {what} half",
            nodes=nodes,
            instances=instances,
            models=self.models(instances),
            nodesets={n: levels[n] for n in nodes if n in levels},
            initial_conditions={},
            ports=Ports(output=(output,) if output in nodes else (), supplies=supplies),
            notes=(),
        )


def names_in(value: Value) -> set[str]:
    """The parameters that a value reads."""
    return set() if isinstance(value, float) else {leaf.name for leaf in leaves(value) if isinstance(leaf, Name)}


def read_elsewhere(law: Expression, sides: Sides) -> Expression:
    """A law with the potentials of the side that is cut away read at the side that is kept."""

    def moved(leaf: Expression) -> Expression:
        return (
            Potential(sides.place(leaf.positive), sides.place(leaf.negative)) if isinstance(leaf, Potential) else leaf
        )

    return map_leaves(law, moved)


def scaled(instance: Instance, parameter: str, factor: float) -> Instance:
    """The instance with one parameter multiplied."""
    value: Value = multiply(factor, instance.parameters[parameter])
    return replace(instance, parameters={**instance.parameters, parameter: value})


def fewer(instance: Instance, factor: float) -> Instance:
    """`factor` times as many devices in parallel; what has a value of its own changes that instead."""
    own = {"resistor": ("r", 1 / factor), "capacitor": ("c", factor), "inductor": ("l", 1 / factor)}
    name, by = own.get(instance.device, ("m", factor))
    if name not in instance.parameters:
        return replace(
            instance, parameters={**instance.parameters, "m": multiply(factor, instance.parameters.get("m", 1.0))}
        )
    changed = scaled(instance, name, by)
    return scaled(changed, "ac", by) if instance.device == "resistor" and "ac" in instance.parameters else changed


def is_forced(instance: Instance) -> bool:
    """Whether an instance fixes the voltage between its ends at dc."""
    return forces_voltage(instance) or instance.device == "inductor"


def _conducting(instance: Instance) -> frozenset[str]:
    """The labels of the terminals between which current flows at dc."""
    if instance.device in OPEN:
        return frozenset()
    return frozenset("t") if role_of(instance) is None else frozenset(terminal_labels(instance)) - sensing(instance)
