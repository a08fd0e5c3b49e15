"""How a flat circuit hangs together: what touches a node, what steers it, and which nodes the sources hold.

A node is held when voltage sources tie it to ground, through one another or through voltage-controlled sources that
follow held nodes (a balun of E sources): nothing that the amplifier does can move it.
"""

from __future__ import annotations

import cmath
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from longtail.circuit import GROUND, Circuit, Instance
from longtail.devices.parts.switching import SWITCHES
from longtail.elaborate.scope.values import leaves, map_leaves
from longtail.errors import NetlistError
from longtail.netlist.expressions.tree import Expression, Number, Potential

if TYPE_CHECKING:
    from longtail.elaborate.ports.walking import Reached

SLOW = 100.0  # s, of a servo: below a thousandth of the lowest frequency that anyone looks at
PASSIVES = ("resistor", "capacitor", "inductor")
LINE = "transmission_line"  # a wire from port to port


def inside(name: str) -> bool:
    """Whether a device belongs to a called subcircuit: its flat name is `v.x1.vlim`."""
    return "." in name


@dataclass(frozen=True)
class Held:
    """How a node is held: by a source whose other end is held too.

    `sign` is +1 where the first terminal of the source is the node, so that v(node) = v(other) + sign*v(source).
    """

    source: str
    other: str
    sign: float


class Wiring:
    """A circuit as a graph. Everything is in the order of the netlist, and nothing asks for an operating point."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit

    @cached_property
    def at(self) -> Mapping[str, tuple[Instance, ...]]:
        """The devices at each node, control terminals counted in."""
        found: dict[str, list[Instance]] = defaultdict(list)
        for instance in self.circuit.instances.values():
            for node in dict.fromkeys(instance.nodes):
                found[node].append(instance)
        return {node: tuple(there) for node, there in found.items()}

    @cached_property
    def moves(self) -> dict[str, tuple[str, ...]]:
        """The nodes that each moves at dc, as `longtail.elaborate.ports.walking` finds them; empty at first."""
        return {}

    @cached_property
    def reached(self) -> dict[str, Reached]:
        """What is reached from each node, as `longtail.elaborate.ports.walking` finds it; empty at first."""
        return {}

    @cached_property
    def driven(self) -> dict[str, bool]:
        """Whether a stage drives each node, likewise."""
        return {}

    @cached_property
    def readers(self) -> Mapping[str, tuple[Instance, ...]]:
        """The controlled sources that read the current of each device."""
        found: dict[str, list[Instance]] = defaultdict(list)
        for instance in self.circuit.instances.values():
            for name in dict.fromkeys(instance.controls):
                found[name].append(instance)
        return {name: tuple(there) for name, there in found.items()}

    @cached_property
    def passive(self) -> Mapping[str, tuple[tuple[str, Instance], ...]]:
        """What passive devices, switches and transmission lines join each node with, and which of them does."""
        joined: dict[str, list[tuple[str, Instance]]] = defaultdict(list)
        for instance in self.circuit.instances.values():
            if instance.device in PASSIVES or instance.device in SWITCHES:
                a, b = instance.nodes[:2]
                joined[a].append((b, instance))
                joined[b].append((a, instance))
            elif instance.device == LINE:
                for a, b in dict.fromkeys((instance.nodes[::2], instance.nodes[1::2])):
                    joined[a].append((b, instance))
                    joined[b].append((a, instance))
        return {node: tuple(others) for node, others in joined.items()}

    def forces_voltage(self, instance: Instance) -> bool:
        """Whether a device sets the voltage between its first two nodes by a law of its own."""
        if instance.device == "behavioral":
            return self._number(instance, "voltage") != 0.0
        return instance.device in ("voltage_source", "vcvs", "ccvs")

    @cached_property
    def forcing(self) -> tuple[Instance, ...]:
        """All devices that set the voltage between their first two nodes."""
        return tuple(i for i in self.circuit.instances.values() if self.forces_voltage(i))

    @cached_property
    def held(self) -> Mapping[str, Held]:
        """The held nodes, without ground, and what holds each. See the top of this file.

        A controlled source counts at the top level only, and if it does not amplify: others are amplifiers.
        """
        found: dict[str, Held] = {}
        waiting = [i for i in self.forcing if i.device == "voltage_source" or self._follows(i)]
        while True:
            rest = []
            for instance in waiting:
                first, second = instance.nodes[:2]
                ready = {node: node == GROUND or node in found or node in self.slow for node in (*instance.nodes,)}
                controls = instance.nodes[2:]
                ends = {node: ready[node] and node not in self.slow for node in (first, second)}
                if all(ready[node] for node in controls) and ends[first] != ends[second]:
                    node, other, sign = (second, first, -1.0) if ends[first] else (first, second, 1.0)
                    found[node] = Held(instance.name, other, sign)
                else:
                    rest.append(instance)
            if len(rest) == len(waiting):
                return found
            waiting = rest

    @cached_property
    def slow(self) -> frozenset[str]:
        """Nodes that a resistor and a capacitor to ground let move in minutes alone, and that only controlled sources
        read: of a servo that sets an operating point, which is none of the signal's feedback."""
        found = set()
        for capacitor in self.circuit.instances_of("capacitor"):
            first, second = capacitor.nodes[:2]
            if (first == GROUND) == (second == GROUND):
                continue
            node = second if first == GROUND else first
            passive = self.passive[node]
            ohms = [self._number(i, "r") for _, i in passive if i.device == "resistor"]
            if len(passive) != 2 or len(ohms) != 1 or ohms[0] * self._number(capacitor, "c") <= SLOW:
                continue
            reading = [i for i in self.at[node] if i.device not in PASSIVES]
            if reading and all(node in i.nodes[2:] for i in reading):
                found.add(node)
        return frozenset(found)

    def _follows(self, instance: Instance) -> bool:
        """Whether a controlled source belongs to a bench: at the top level, steered by nodes alone, no amplifier."""
        if inside(instance.name) or instance.device == "ccvs" or instance.controls:
            return False
        if instance.device == "behavioral":
            try:
                return all(abs(slope) <= 1.0 for slope in self._slopes(instance))
            except NetlistError:  # a law without a value where all voltages are zero is no balun
                return False
        return abs(self._number(instance, "gain")) <= 1.0

    def _slopes(self, instance: Instance) -> Iterator[float]:
        """How far a behavioural source goes when each of the nodes that it reads is 0.1 V up, V/V."""
        law = instance.expression
        assert law is not None  # every behavioural source has one
        names = {leaf.positive for leaf in leaves(law) if isinstance(leaf, Potential)}
        names |= {leaf.negative for leaf in leaves(law) if isinstance(leaf, Potential)}

        def at(up: str) -> float:
            def volts(leaf: Expression) -> Expression:
                if not isinstance(leaf, Potential):
                    return leaf
                return Number(0.1 * ((leaf.positive == up) - (leaf.negative == up)))

            return self.circuit.number(map_leaves(law, volts))

        rest = at("")
        yield from ((at(name) - rest) / 0.1 for name in sorted(names - {GROUND}))

    def _number(self, instance: Instance, parameter: str) -> float:
        return self.circuit.number(instance.parameters.get(parameter, 0.0))

    def is_held(self, node: str) -> bool:
        """Whether sources hold a node, or it is ground."""
        return node == GROUND or node in self.held

    def chain(self, node: str) -> Iterator[str]:
        """The sources that tie a held node to ground, the nearest first."""
        while node in self.held:
            yield self.held[node].source
            node = self.held[node].other

    def sources_of(self, node: str) -> tuple[str, ...]:
        """The independent sources that decide the voltage of a held node, by way of controlled ones too."""
        found: dict[str, None] = {}
        waiting, seen = [node], {node}
        while waiting:
            for name in self.chain(waiting.pop()):
                instance = self.circuit.instances[name]
                if instance.device == "voltage_source":
                    found[name] = None
                more = [n for n in instance.nodes[2:] if n not in seen]
                seen.update(more)
                waiting += more
        return tuple(found)

    def amplitude(self, node: str) -> complex:
        """The small-signal voltage of a held node when all sources are as the netlist has them, V.

        A behavioural source counts as none: its slope is not looked at here.
        """
        total = 0j
        while node in self.held:
            step = self.held[node]
            total += step.sign * self._own_amplitude(self.circuit.instances[step.source])
            node = step.other
        return total

    def _own_amplitude(self, instance: Instance) -> complex:
        if instance.device == "vcvs":
            return self._number(instance, "gain") * (
                self.amplitude(instance.nodes[2]) - self.amplitude(instance.nodes[3])
            )
        return source_amplitude(self.circuit, instance)


def source_amplitude(circuit: Circuit, instance: Instance) -> complex:
    """The AC amplitude of an independent source as the netlist has it, a complex number in V or A."""
    given = instance.parameters
    size = circuit.number(given.get("acmag", 0.0))
    return size * cmath.exp(1j * cmath.pi * circuit.number(given.get("acphase", 0.0)) / 180.0)


def has_signal(circuit: Circuit, instance: Instance) -> bool:
    """Whether an independent source has an AC amplitude or a waveform."""
    return source_amplitude(circuit, instance) != 0.0 or instance.waveform is not None
