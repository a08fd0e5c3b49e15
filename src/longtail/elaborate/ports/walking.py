"""Walks through a circuit: outwards from a base to what drives it, and onwards from a collector to what it moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from longtail.circuit import GROUND, Instance
from longtail.devices.parts.switching import SWITCHES
from longtail.elaborate.ports.wiring import PASSIVES, Wiring
from longtail.elaborate.roles import base, collector, emitter, role_of, terminal

LARGEST_NETWORK = 200  # nodes of a source network that are followed
LARGEST_CHAIN = 4  # followers one behind the other


@dataclass(frozen=True, slots=True)
class Reached:
    """Held nodes that are reached from a base through passive devices, and by way of which devices, nearest first."""

    held: Mapping[str, tuple[Instance, ...]]

    def steps(self, node: str) -> int:
        return len(self.held[node]) if node in self.held else LARGEST_NETWORK


def outwards(wiring: Wiring, start: str) -> Reached:
    """Held nodes behind resistors, capacitors, inductors and ammeters. A node that a stage drives ends the walk."""
    if start not in wiring.reached:
        wiring.reached[start] = _outwards(wiring, start)
    return wiring.reached[start]


def _outwards(wiring: Wiring, start: str) -> Reached:
    if wiring.is_held(start):
        return Reached({start: ()})
    paths: dict[str, tuple[Instance, ...]] = {start: ()}
    held: dict[str, tuple[Instance, ...]] = {}
    waiting = [start]
    while waiting and len(paths) < LARGEST_NETWORK:
        node = waiting.pop(0)
        for other, by in _beyond(wiring, node):
            path = (*paths[node], by)
            if wiring.is_held(other):
                held.setdefault(other, path)
            elif other not in paths and not is_driven(wiring, other):
                paths[other] = path
                waiting.append(other)
    return Reached(held)


def _beyond(wiring: Wiring, node: str) -> Iterator[tuple[str, Instance]]:
    yield from wiring.passive.get(node, ())
    for instance in wiring.at.get(node, ()):
        if instance.device == "voltage_source":
            yield next((n for n in instance.nodes if n != node), node), instance


def is_driven(wiring: Wiring, node: str) -> bool:
    """Whether the output of a stage hangs at a node: a collector, an emitter, or an end of a controlled source."""
    if node not in wiring.driven:
        wiring.driven[node] = any(node in outputs(instance) for instance in wiring.at.get(node, ()))
    return wiring.driven[node]


def follower_at(wiring: Wiring, node: str) -> Instance | None:
    """The follower whose emitter or source is at a node and drives it alone, but for what sinks its current: its
    collector is held, or joined with that of the transistor that it drives (Darlington)."""
    if wiring.is_held(node):
        return None
    there = wiring.at.get(node, ())
    found = [i for i in there if emitter(i) == node and _follows(wiring, i, there)]
    return found[0] if len(found) == 1 and all(i is found[0] or emitter(i) != node for i in there) else None


def _follows(wiring: Wiring, instance: Instance, there: Iterable[Instance]) -> bool:
    top = collector(instance)
    return wiring.is_held(top) or any(base(i) == emitter(instance) and collector(i) == top for i in there)


def front(wiring: Wiring, transistor: Instance) -> Instance:
    """The first of the followers before the base or gate of a transistor; itself where there is none."""
    for _ in range(LARGEST_CHAIN):
        node = base(transistor)
        before = None if node is None else follower_at(wiring, node)
        if before is None or base(before) is None:
            break
        transistor = before
    return transistor


def outputs(instance: Instance) -> tuple[str, ...]:
    """The nodes of a device that its control moves; none of what has no control."""
    role = role_of(instance)
    if role is not None:
        return (terminal(instance, role.common), terminal(instance, role.output))
    if instance.device in ("vcvs", "vccs", "ccvs", "cccs", "behavioral"):
        return instance.nodes[:2]
    return ()


def steers(instance: Instance, node: str) -> bool:
    """Whether a device is steered by the voltage of a node: at a base or gate, or at what a source or switch reads."""
    return base(instance) == node or (
        (instance.device in ("vcvs", "vccs", "behavioral") or instance.device in SWITCHES)
        and node != GROUND
        and node in instance.nodes[2:]
    )


def moved_by(wiring: Wiring, starts: Iterable[str]) -> set[str]:
    """The nodes that move at dc when some nodes do: through what conducts, and through what they steer."""
    found = {node for node in starts if not wiring.is_held(node)}
    waiting = sorted(found)
    moves = wiring.moves
    while waiting:
        node = waiting.pop()
        if node not in moves:
            ways = (other for instance in wiring.at.get(node, ()) for other in _follow(wiring, instance))
            moves[node] = tuple(other for other in dict.fromkeys(ways) if not wiring.is_held(other))
        fresh = [other for other in moves[node] if other not in found]
        found.update(fresh)
        waiting += fresh
    return found


def _follow(wiring: Wiring, instance: Instance) -> tuple[str, ...]:
    """Where a device takes a signal on that comes to one of its nodes."""
    if instance.device in PASSIVES or instance.device in ("voltage_source", "diode"):
        ends = () if instance.device == "capacitor" else instance.nodes
        return (*ends, *_readers(wiring, instance))
    return instance.nodes[:2] if instance.device in SWITCHES else outputs(instance)


def _readers(wiring: Wiring, instance: Instance) -> tuple[str, ...]:
    """The outputs of the controlled sources that read the current of a device."""
    if instance.device != "voltage_source":
        return ()
    return tuple(n for reader in wiring.readers.get(instance.name, ()) for n in reader.nodes[:2] if n != GROUND)
