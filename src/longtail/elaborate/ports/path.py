"""The signal's path from the two inputs on: from stage to stage, through what lies between.

A stage is a transistor or a controlled source. One steered at its base or gate takes the signal on to its collector or
drain, and to its emitter or source where the other is at a supply (a follower). One that the signal reaches at its
emitter takes it on to its collector where it is current of another collector, or does not steer its base too
(a cascode). Between stages the signal goes through resistors, diodes, sources and coupling capacitors. What leads back
to the inputs is feedback and is left out, and so is a Miller capacitor, which ends at what another stage drives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from longtail.circuit import GROUND, Instance
from longtail.devices.parts.switching import SWITCHES
from longtail.elaborate.ports.walking import LARGEST_NETWORK, outputs, steers
from longtail.elaborate.ports.wiring import Wiring
from longtail.elaborate.roles import base, channel, collector, emitter, role_of

FAR = 1 << 30  # stages to a node that a signal does not reach
STIFF = 0.01  # less of a signal than that goes on through a resistor to a node that other resistors hold
LARGEST_NODE = 64  # devices at a node: with more it is a rail, held by whatever it is
MOST_ROUNDS = 16  # cascodes and level shifts one behind the other


@dataclass(frozen=True)
class SignalPath:
    """What the inputs move, stage by stage.

    inputs   the transistors at each of the two inputs
    onward   of each node that a stage drives, those that are driven one stage further
    drivers  the stages that take the signal to each node
    beside   of each node that a stage drives, those that move with it: behind passive devices that nothing else drives
    near     how many stages it is from each input to a node
    """

    wiring: Wiring
    inputs: tuple[tuple[Instance, ...], tuple[Instance, ...]]
    onward: Mapping[str, tuple[str, ...]]
    drivers: Mapping[str, tuple[Instance, ...]]
    beside: Mapping[str, tuple[str, ...]]
    near: tuple[Mapping[str, int], Mapping[str, int]]

    @property
    def meets(self) -> bool:
        """Whether something is moved by both inputs, and not at their very stages: two whose drains are joined have
        drain and source exchanged, and so is a tail what looks like an output."""
        first, second = ({node for node, stages in near.items() if stages == 0} for near in self.near)
        return not self.near[0].keys().isdisjoint(self.near[1]) and first != second

    def is_of_both(self, node: str) -> bool:
        """Whether both inputs move a node, or what it moves with."""
        homes = [start for start, nodes in self.beside.items() if node in nodes]
        return all(any(home in near for home in homes) for near in self.near)

    def distance(self, node: str) -> tuple[int, int]:
        """How many stages it is from each input to a node."""
        return self.near[0].get(node, FAR), self.near[1].get(node, FAR)

    def after(self, start: str) -> frozenset[str]:
        """All driven nodes that the signal comes to behind one."""
        return frozenset(_levels(self.onward[start], self.onward)) if start in self.onward else frozenset()


def signal_path(wiring: Wiring, inputs: tuple[Sequence[Instance], Sequence[Instance]]) -> SignalPath:
    """The path from the transistors at the two inputs. A base that the signal steers makes no cascode, and a current
    source that it steers is none, so both are found when the walk has ended, which then goes on from there."""
    walk = _Walk(wiring, inputs)
    for _ in range(MOST_ROUNDS):
        if not walk.goes_further():
            break
    starts = [tuple(dict.fromkeys(node for i in side for node in walk.taken_on(i))) for side in inputs]
    return SignalPath(
        wiring,
        (tuple(inputs[0]), tuple(inputs[1])),
        {node: tuple(walk.onward(node)) for node in walk.beside},
        walk.drivers(),
        {node: tuple(beside) for node, beside in walk.beside.items()},
        (_levels(starts[0], walk.stages), _levels(starts[1], walk.stages)),
    )


def is_diode(instance: Instance) -> bool:
    """Whether a device conducts as a diode: it is one, or a transistor whose collector and base are one node."""
    return instance.device == "diode" or (role_of(instance) is not None and collector(instance) == base(instance))


def limits(wiring: Wiring, transistor: Instance) -> bool:
    """Whether a transistor only limits the current of another, which it senses at a resistor from its base to its
    emitter and takes away from what steers that other one."""
    sensed, end = base(transistor), emitter(transistor)
    if sensed is None or end is None or wiring.is_held(sensed) or wiring.is_held(end):
        return False
    if not any(other == end and by.device == "resistor" for other, by in wiring.passive.get(sensed, ())):
        return False
    top = collector(transistor)
    drivers = [i for i in wiring.at.get(sensed, ()) if emitter(i) == sensed and i is not transistor]
    return bool(drivers) and not wiring.is_held(top) and all(collector(i) != top for i in drivers)


class _Walk:
    """Where stages take the signal, with the cascodes known so far."""

    def __init__(self, wiring: Wiring, inputs: tuple[Sequence[Instance], Sequence[Instance]]) -> None:
        self.wiring = wiring
        self._inputs = {i.name for side in inputs for i in side}
        self._starts = [node for side in inputs for i in side for node in self.taken_on(i)]
        self._bases = {node for side in inputs for i in side if (node := base(i)) is not None} - {GROUND}
        self._cascodes: set[str] = set()
        self._driven: dict[str, bool] = {}
        self._limiting: dict[str, bool] = {}
        self._known: dict[str, tuple[tuple[Instance, str], ...]] = {}  # the steps at each node
        self._at_rest: set[str] = set()  # nodes at which only current sources hang
        self.beside: dict[str, list[str]] = {}
        self.stages: dict[str, tuple[str, ...]] = {}

    def taken_on(self, instance: Instance) -> Iterator[str]:
        """The nodes to which a stage takes a signal that steers it: of a transistor the collector, and the emitter,
        where it follows or splits phases."""
        held = self._is_rail
        if role_of(instance) is None:
            yield from (node for node in outputs(instance) if not held(node) and not self._is_servo(node))
            return
        top, below = channel(instance)
        if not held(top):
            yield top
        if not held(below) and (held(top) or instance.name not in self._inputs):
            yield below

    def _is_rail(self, node: str) -> bool:
        return self.wiring.is_held(node) or len(self.wiring.at.get(node, ())) > LARGEST_NODE

    def goes_further(self) -> bool:
        """Walk from the inputs; then whether cascodes or level shifts are seen that were not known."""
        self.beside, level, claimed = {}, list(dict.fromkeys(self._starts)), dict[str, int]()
        depths: dict[str, int] = {}
        for depth in count():
            depths |= dict.fromkeys(level, depth)
            self.beside |= {node: self._region(node, depth, claimed) for node in level}
            level = [n for n in dict.fromkeys(n for node in level for n in self.onward(node)) if n not in self.beside]
            if not level:
                break
        self.stages = {node: tuple(self.onward(node)) for node in self.beside}
        moved = self._bases | {node for nodes in self.beside.values() for node in nodes}
        at = self.wiring.at
        steps = [step for nodes in self.beside.values() for node in nodes for step in self._steps(node)]
        fed = {after for i, after in steps if role_of(i) is not None and collector(i) == after}
        cascodes = {
            i.name
            for node in moved
            for i in at.get(node, ())
            if emitter(i) == node and (node in fed or base(i) not in moved) and self._passes_on(i)
        }
        if cascodes - self._cascodes:
            self._cascodes |= cascodes
            self._known.clear()
            return True
        return self._shifts_on(moved, depths)

    def _shifts_on(self, moved: set[str], depths: Mapping[str, int]) -> bool:
        """Whether there are nodes at which only current sources hang, which the signal reaches through what is passive.
        Those nearest to the inputs are taken: what is at others may be steered when these are known."""
        behind: dict[str, int] = {}
        for start, nodes in self.beside.items():
            for other in (other for node in nodes for other, _ in self._beyond(node)):
                if other not in moved and other not in self._at_rest and not self._is_rail(other):
                    behind[other] = min(depths[start], behind.get(other, FAR))
        at_rest = [n for n in behind if not any(self._is_steered(i, moved) for i in self.wiring.at[n])]
        nearest = min((behind[node] for node in at_rest), default=FAR)
        self._at_rest |= {node for node in at_rest if behind[node] == nearest}
        return bool(at_rest)

    def _passes_on(self, instance: Instance) -> bool:
        """Whether the current of a cascode goes on: at its collector there is more than capacitors. One of the pair is
        no cascode, and neither is what limits a current."""
        top = collector(instance)
        others = [i for i in self.wiring.at.get(top, ()) if i is not instance and not steers(i, top)]
        conducts = any(i.device != "capacitor" for i in others)
        ends = self.wiring.is_held(top) or self._limits(instance) or instance.name in self._inputs
        return conducts and not ends and not is_diode(instance)

    def _is_steered(self, instance: Instance, moved: set[str]) -> bool:
        """Whether the signal moves what a device puts out."""
        nodes = (emitter(instance), base(instance)) if role_of(instance) is not None else instance.nodes[2:]
        return any(node in moved for node in nodes) or instance.name in self._inputs or bool(instance.controls)

    def onward(self, node: str) -> dict[str, None]:
        """The driven nodes one stage behind a node, and behind what moves with it."""
        return dict.fromkeys(after for each in self.beside[node] for _, after in self._steps(each) if after != node)

    def drivers(self) -> dict[str, tuple[Instance, ...]]:
        """The stages that drive each node."""
        found: dict[str, dict[str, Instance]] = defaultdict(dict)
        instances = self.wiring.circuit.instances
        for instance in (instances[name] for name in sorted(self._inputs)):
            for node in self.taken_on(instance):
                found[node][instance.name] = instance
        for nodes in self.beside.values():
            for instance, after in (step for node in nodes for step in self._steps(node)):
                found[after][instance.name] = instance
        return {node: tuple(there.values()) for node, there in found.items()}

    def _steps(self, node: str) -> tuple[tuple[Instance, str], ...]:
        if node not in self._known:
            self._known[node] = tuple(self._look(node))
        return self._known[node]

    def _limits(self, instance: Instance) -> bool:
        if instance.name not in self._limiting:
            self._limiting[instance.name] = limits(self.wiring, instance)
        return self._limiting[instance.name]

    def _look(self, node: str) -> Iterator[tuple[Instance, str]]:
        """The stages that a node steers or feeds, each with a node to which it takes the signal on."""
        for instance in self.wiring.at.get(node, ()):
            if instance.device == "voltage_source":
                for reader in self.wiring.readers.get(instance.name, ()):
                    yield from ((reader, after) for after in self.taken_on(reader))
            elif instance.name in self._inputs:  # a tail that is steered itself moves both ends
                yield from ((instance, after) for after in self.taken_on(instance) if emitter(instance) == node)
            elif instance.name in self._cascodes and emitter(instance) == node:
                yield instance, collector(instance)
            elif is_diode(instance) or instance.device in SWITCHES:
                continue
            elif steers(instance, node) and not self._limits(instance):
                yield from ((instance, after) for after in self.taken_on(instance))

    def _region(self, start: str, depth: int, claimed: dict[str, int]) -> list[str]:
        """A driven node and those behind passive devices that nothing else drives; the inputs are none of them, and
        neither is what moves with a stage before: what leads back there is feedback."""
        found, waiting = {start: None}, [start]
        while waiting and len(found) < LARGEST_NETWORK:
            node = waiting.pop(0)
            for other, by in self._beyond(node):
                if other in found or other in self._bases or self._is_rail(other):
                    continue
                ahead = claimed.get(other, depth) < depth or self._is_driven(other) or self._is_stiff(other, by)
                if ahead and not self.wiring.forces_voltage(by):
                    continue
                found[other] = None
                claimed.setdefault(other, depth)
                if not self._is_bypassed(other):
                    waiting.append(other)
        return list(found)

    def _beyond(self, node: str) -> Iterator[tuple[str, Instance]]:
        yield from self.wiring.passive.get(node, ())
        for instance in self.wiring.at.get(node, ()):
            ends = instance.nodes[:2] if role_of(instance) is None else channel(instance)
            if (is_diode(instance) or self.wiring.forces_voltage(instance)) and node in ends:
                yield next((n for n in ends if n != node), node), instance

    def _is_driven(self, node: str) -> bool:
        if node not in self._driven:
            there = self.wiring.at.get(node, ())
            drives = (node in outputs(i) and not is_diode(i) and not self._limits(i) for i in there)
            self._driven[node] = any(drives)
        return self._driven[node] and node not in self._at_rest

    def _is_stiff(self, node: str, by: Instance) -> bool:
        """Whether a rail holds a node so that hardly anything of a signal arrives there through a resistor."""
        others = self.wiring.passive.get(node, ())
        held = sum(self._siemens(i) for n, i in others if i.device == "resistor" and self.wiring.is_held(n))
        return by.device == "resistor" and self._siemens(by) < STIFF * held

    def _siemens(self, resistor: Instance) -> float:
        ohms = self.wiring.circuit.number(resistor.parameters.get("r", 0.0))
        return 1.0 / ohms if ohms else 0.0

    def _is_servo(self, node: str) -> bool:
        """Whether a node leads to slow ones alone, of a servo that sets an operating point."""
        passive = self.wiring.passive.get(node, ())
        return bool(passive) and all(other in self.wiring.slow for other, _ in passive)

    def _is_bypassed(self, node: str) -> bool:
        """Whether a capacitor to ground or a supply holds a node at which nothing is steered."""
        to_rail = any(
            by.device == "capacitor" and self.wiring.is_held(n) for n, by in self.wiring.passive.get(node, ())
        )
        return to_rail and not any(steers(i, node) for i in self.wiring.at.get(node, ()))


def _levels(starts: Sequence[str], onward: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many stages it is from the nearest start to each node that is reached."""
    found = dict.fromkeys(starts, 0)
    waiting = list(found)
    for node in waiting:  # it grows while it is read
        for after in onward.get(node, ()):
            if after not in found:
                found[after] = found[node] + 1
                waiting.append(after)
    return found
