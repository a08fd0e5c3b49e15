"""Cutting a circuit at its two input planes: the amplifier alone, with a grounded source at each input.

The gains of an amplifier belong to the voltages at its two input nodes. Whatever moves these nodes on the bench
(stacked or floating sources, ammeters, a centre tap, baluns, a transformer, attenuators, coupling capacitors in front
of named nodes) is taken away, and each node gets a source to ground of its own, at the dc voltage that it has on the
bench. So any bench gives the same amplifier, and the operating point stays where it was.

A plane is a node, or the end of one device at a node that others use too: `0@rs2` is the end of rs2 at ground.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from longtail.circuit import GROUND, Circuit, Instance
from longtail.elaborate.ports.walking import outputs
from longtail.elaborate.ports.wiring import Wiring, has_signal
from longtail.elaborate.roles import place_of, role_of
from longtail.errors import OptionError
from longtail.sets import DisjointSets

AT = "@"  # joins the node and the device of a plane that is an end of that device


@dataclass(frozen=True)
class Cut:
    """The amplifier without its bench.

    circuit   with one source to ground at each input; sources: their names; nodes: the input nodes in `circuit`
    bench     nodes of the uncut circuit whose dc voltages are the levels of the sources
    removed   names of what stood before the planes
    passives  those of them that are no ideal sources: named, since their effect is left out
    shared    sources that moved an input on the bench and also act on the amplifier otherwise, with the node there
    """

    circuit: Circuit
    sources: tuple[str, str]
    nodes: tuple[str, str]
    bench: tuple[str, str]
    removed: tuple[str, ...] = ()
    passives: tuple[str, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()


def split_plane(name: str) -> tuple[str, str]:
    """The node of a plane and the device at it whose end is meant, "" for the whole node.

    >>> split_plane("0@rs2"), split_plane("inp")
    (('0', 'rs2'), ('inp', ''))
    """
    node, _, device = name.partition(AT)
    return node, device


def facing(wiring: Wiring, source: str) -> str:
    """The node of a voltage source that faces the amplifier: the end away from ground."""
    first, second = wiring.circuit.instances[source].nodes
    for node, other in ((first, second), (second, first)):
        if node == GROUND or (node in wiring.held and wiring.held[node].source != source):
            return other
    return first


def cut(circuit: Circuit, inputs: tuple[str, str], output: Iterable[str]) -> Cut:
    """The amplifier between the planes `inputs` and the nodes `output`; the ports of the circuit name its supplies.

    Raises `OptionError` where both planes are one, and where the amplifier reads a current of the bench.
    """
    wiring = Wiring(circuit)
    first, second = (
        facing(wiring, name) if name in circuit.instances and name not in circuit.nodes else name for name in inputs
    )
    if first == second:
        driver = next(wiring.chain(first), "")
        raise OptionError(
            f"both inputs are at {first}" + (f": one source, {driver}, drives both" if driver else ""),
            hint=f"put a voltage source of 0 V between {first} and one of the two, so that both modes can be driven",
        )
    plain = {plane: _plain_source(wiring, plane) for plane in (first, second)}
    bench = Bench(wiring, plain, tuple(output))
    removed = bench.removed
    instances = {name: i for name, i in circuit.instances.items() if name not in removed}
    for plane, source in plain.items():
        if source is None:
            node, device = split_plane(plane)
            if device:
                instances[device] = _moved(instances[device], node, plane)
            instances[f"v@{plane}"] = Instance(f"v@{plane}", "voltage_source", (plane, GROUND), {"dc": 0.0})
    used = {node for instance in instances.values() for node in instance.nodes}
    nodes = tuple(dict.fromkeys(n for n in (*circuit.nodes, first, second) if n in used))
    return Cut(
        replace(circuit, instances=instances, nodes=nodes) if instances.keys() != circuit.instances.keys() else circuit,
        (plain[first] or f"v@{first}", plain[second] or f"v@{second}"),
        (first, second),
        (split_plane(first)[0], split_plane(second)[0]),
        tuple(name for name in circuit.instances if name in removed),
        tuple(i.name for i in circuit.instances.values() if i.name in removed and not wiring.forces_voltage(i)),
        bench.shared,
    )


def _plain_source(wiring: Wiring, plane: str) -> str | None:
    """The source from a node to ground where no other one hangs: nothing is to be cut."""
    forcing = [i for i in wiring.at.get(plane, ()) if wiring.forces_voltage(i) and plane in i.nodes[:2]]
    alone = len(forcing) == 1 and forcing[0].device == "voltage_source" and forcing[0].nodes == (plane, GROUND)
    return forcing[0].name if alone else None


def _moved(instance: Instance, node: str, plane: str) -> Instance:
    """A device with its end at `node` moved to the plane: of a transistor the base or gate."""
    role = role_of(instance)
    place = place_of(instance, role.control) if role is not None else instance.nodes.index(node)
    return replace(instance, nodes=(*instance.nodes[:place], plane, *instance.nodes[place + 1 :]))


@dataclass(frozen=True)
class _Part:
    """Devices before a plane that hang together, and what tells a signal's way from that of a bias."""

    names: set[str]
    lively: bool
    alone: bool
    coupled: bool


class Bench:
    """What stands before some planes of a circuit.

    removed  the devices that go
    shared   sources that moved a plane and stay, since they act on the amplifier otherwise too, each with its node
    """

    def __init__(self, wiring: Wiring, planes: Mapping[str, str | None], output: tuple[str, ...]) -> None:
        self._wiring = wiring
        self._planes = {plane for plane, source in planes.items() if source is None and not split_plane(plane)[1]}
        self._inputs = set(planes)
        self._output = output
        self._supplies = set(wiring.circuit.ports.supplies)
        self._groups = _groups(wiring.circuit)
        removed = {name for plane in sorted(self._planes) for name in self._before(plane)}
        movers = self._movers(removed)
        acting: set[str] = set()  # nodes of the bench that act on the amplifier otherwise
        for nodes, names in self._parts(removed, lambda node: node in self._planes or self._is_supplied(node)):
            touched = {n for name in removed for n in wiring.circuit.instances[name].nodes}
            if not touched & nodes:
                continue
            if self._amplifies(names):
                acting |= nodes
            elif not any(self._planes & set(wiring.circuit.instances[name].nodes) for name in names):
                removed |= names
        self.removed = removed
        staying = [(name, facing(wiring, name)) for name in movers if name not in removed]
        self.shared = tuple((name, node) for name, node in staying if node in acting)
        self._check_readers()

    def _check_readers(self) -> None:
        circuit = self._wiring.circuit
        for reader in circuit.instances.values():
            read = [name for name in reader.controls if name in self.removed]
            if read and reader.name not in self.removed and reader.device != "coupling":
                raise OptionError(
                    f"{reader.name} reads the current of {read[0]}, which stands before the inputs: their "
                    "voltages alone do not tell what the amplifier does",
                    hint=f"put a 0 V source behind {read[0]} into the circuit and let {reader.name} read that",
                )

    def _is_supplied(self, node: str) -> bool:
        """Whether the supplies alone hold a node, or it is ground."""
        wiring = self._wiring
        return node == GROUND or (node in wiring.held and set(wiring.sources_of(node)) <= self._supplies)

    def _before(self, plane: str) -> set[str]:
        """The devices in front of one plane: what holds it, or the networks between it and signals."""
        wiring = self._wiring
        if plane in wiring.held:
            return {wiring.held[plane].source}
        found: list[_Part] = []
        for _, names in self._parts(set(), lambda node: node in self._inputs or wiring.is_held(node)):
            group = [wiring.circuit.instances[name] for name in names]
            if not any(plane in i.nodes for i in group):
                continue
            if self._amplifies(names):
                group = [i for i in group if plane in i.nodes and self._floats(i)]
                names = {i.name for i in group}
            if not names:
                continue
            nodes = {n for i in group for n in i.nodes} - self._inputs
            signals = {n for n in nodes if wiring.is_held(n) and not self._is_supplied(n)}
            sources = [i for i in group if i.device in ("voltage_source", "current_source")]
            sources += [wiring.circuit.instances[s] for n in sorted(signals) for s in wiring.sources_of(n)]
            if sources or all(set(i.nodes[:2]) <= self._planes and wiring.forces_voltage(i) for i in group):
                found.append(
                    _Part(
                        names,
                        lively=any(has_signal(wiring.circuit, i) for i in sources),
                        alone=not any(self._reaches(other, group, signals) for other in self._inputs - {plane}),
                        coupled=all(i.device == "capacitor" for i in group if plane in i.nodes),
                    )
                )
        for better in ("lively", "alone", "coupled"):
            found = [part for part in found if getattr(part, better)] or found
        return {name for part in found for name in part.names}

    def _floats(self, instance: Instance) -> bool:
        """Whether a device is a source with a signal that no source ties to ground, and not between the inputs."""
        wiring = self._wiring
        signal = instance.device == "voltage_source" and has_signal(wiring.circuit, instance)
        tied = any(wiring.is_held(node) for node in instance.nodes)
        return signal and not tied and not set(instance.nodes) <= self._inputs

    def _reaches(self, plane: str, group: list[Instance], nodes: set[str]) -> bool:
        """Whether a plane is at one of these devices, or leads by one of its own to one of these held nodes."""
        beside = any(nodes & set(i.nodes) for i in self._wiring.at.get(plane, ()))
        return beside or any(plane in i.nodes for i in group)

    def _movers(self, removed: set[str]) -> tuple[str, ...]:
        """The independent sources that moved the planes on the bench."""
        wiring = self._wiring
        nodes = self._planes | {n for name in removed for n in wiring.circuit.instances[name].nodes}
        held = [n for n in sorted(nodes) if wiring.is_held(n) and not self._is_supplied(n)]
        return tuple(dict.fromkeys(name for n in held for name in wiring.sources_of(n)))

    def _amplifies(self, names: Iterable[str]) -> bool:
        """Whether there is a transistor or a controlled source that is no part of a bench, or an output."""
        wiring = self._wiring
        holding = {held.source for held in wiring.held.values()}
        group = [wiring.circuit.instances[name] for name in names]
        return any(outputs(i) and i.name not in holding for i in group) or any(
            set(self._output) & set(i.nodes) for i in group
        )

    def _parts(self, removed: set[str], border: Callable[[str], bool]) -> list[tuple[set[str], set[str]]]:
        """Nodes and devices that hang together by nodes that are no border; a device at borders alone is a part."""
        groups = DisjointSets()
        instances = [i for i in self._wiring.circuit.instances.values() if i.name not in removed]
        for instance in instances:
            label = f"device {self._groups.get(instance.name, instance.name)}"
            groups.find(label)
            for node in instance.nodes:
                if not border(node):
                    groups.join(label, f"node {node}")
        parts: dict[str, tuple[set[str], set[str]]] = {}
        for instance in instances:
            root = groups.find(f"device {self._groups.get(instance.name, instance.name)}")
            nodes, names = parts.setdefault(root, (set(), set()))
            names.add(instance.name)
            nodes |= {node for node in instance.nodes if not border(node)}
        return list(parts.values())


def _groups(circuit: Circuit) -> dict[str, str]:
    """Devices that act as one, coupled inductors with their couplings, each with a name for all of them."""
    sets = DisjointSets()
    members: dict[str, None] = {}
    for coupling in circuit.instances_of("coupling"):
        for name in (*coupling.controls, coupling.name):
            sets.join(name, coupling.name)
            members[name] = None
    return {name: sets.find(name) for name in members}
