"""Pairs of transistors: the same device and type, emitters or sources that meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from longtail.circuit import GROUND, Instance
from longtail.elaborate.ports.wiring import Wiring, base, control_terminals, emitter

LARGEST_TAIL = 16  # devices or resistors at one node: with more it is a rail


@dataclass(frozen=True, slots=True)
class CoupledPair:
    """Two transistors and the node where they meet."""

    first: Instance
    second: Instance
    common: str

    @property
    def word(self) -> str:
        """What their control terminals are called."""
        kind = control_terminals(self.first)
        return "bases" if kind is not None and kind[0] == "b" else "gates"

    @property
    def bases(self) -> tuple[str, str]:
        """The nodes at their bases or gates."""
        first, second = base(self.first), base(self.second)
        assert first is not None and second is not None  # only transistors make a pair
        return first, second


def find_pairs(wiring: Wiring) -> Iterator[CoupledPair]:
    """Two devices of one type whose emitters or sources meet, directly, through a resistor or an ammeter each, or at
    the bases of two transistors of the other polarity into whose emitters they feed."""
    circuit = wiring.circuit
    emitters: dict[str, list[Instance]] = defaultdict(list)
    for instance in circuit.instances.values():
        node = emitter(instance)
        if node is not None:
            emitters[node].append(instance)
    groups: dict[tuple[str, str | None, str], list[Instance]] = defaultdict(list)
    for instance in circuit.instances.values():
        node = emitter(instance)
        if node is None or wiring.is_held(node):
            continue
        model = circuit.models[instance.model].type if instance.model is not None else None
        joined = _joined(wiring, node)
        if len(joined) > LARGEST_TAIL:
            continue
        for meeting in dict.fromkeys(
            (node, *sorted(joined - {node}), *_bases_behind(wiring, instance, emitters[node]))
        ):
            if not wiring.is_held(meeting):
                groups[instance.device, model, meeting].append(instance)
    seen = set()
    for (_, _, node), members in groups.items():
        if len(members) > LARGEST_TAIL:
            continue
        for first, second in combinations(members, 2):
            if (first.name, second.name) not in seen:
                seen.add((first.name, second.name))
                yield CoupledPair(first, second, node)


def _joined(wiring: Wiring, node: str) -> set[str]:
    """Nodes behind one resistor, capacitor, inductor or voltage source."""
    found = {other for other, _ in wiring.passive.get(node, ())}
    for source in wiring.at.get(node, ()):
        if source.device == "voltage_source":
            found |= set(source.nodes)
    return found - {node, GROUND}


def _bases_behind(wiring: Wiring, instance: Instance, at_emitter: list[Instance]) -> list[str]:
    """Bases or gates of the other transistors at the emitter of one, where their polarity is the other."""
    found = []
    models = wiring.circuit.models
    for other in at_emitter:
        kinds = [models[i.model].type for i in (instance, other) if i.model is not None]
        steering = base(other)
        if other.device == instance.device and len(set(kinds)) == 2 and steering is not None:
            found.append(steering)
    return found
