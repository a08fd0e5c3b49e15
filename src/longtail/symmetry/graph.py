"""The circuit as a graph: nodes and devices are its vertices, terminals and controlling currents its labelled edges.

Terminals that may be exchanged carry the same label: both ends of a resistor, a capacitor, an inductor, a switch, and
of a source too, since which way round a source stands follows from where its ends go (`longtail.symmetry.values`).
Voltage sources in series, independent or controlled, add whatever their order: a chain of them is one vertex with
its members around it, and the nodes within the chain are none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from longtail.circuit import GROUND, Circuit, Instance
from longtail.devices.discovery import devices
from longtail.devices.parts.switching import SWITCHES
from longtail.elaborate.roles import role_of

Vertex = tuple[str, str]  # ("node", "inp"), ("device", "q1"), ("chain", the name of its first member)

NODE, DEVICE, CHAIN = "node", "device", "chain"
REVERSIBLE = frozenset(("resistor", "capacitor", "inductor", "voltage_source", "current_source", "cccs", "ccvs"))
LINEAR_CONTROLLED = frozenset(("vcvs", "vccs"))
FORCING = frozenset(("voltage_source", "vcvs", "ccvs"))
IDEAL = frozenset(("control", "read", "cp", "cn"))  # labels of terminals that draw no current at all


@dataclass(frozen=True)
class Chain:
    """Voltage sources in series from `ends[0]` to `ends[1]`: `signs` is +1 where a member points that way."""

    ends: tuple[str, str]
    members: tuple[str, ...]
    signs: tuple[int, ...]
    inner: tuple[str, ...]

    @property
    def name(self) -> str:
        return min(self.members)


@dataclass(frozen=True)
class CircuitGraph:
    """Edges of every vertex, as (label, vertex), and the chains by the names of their members."""

    circuit: Circuit
    edges: Mapping[Vertex, list[tuple[str, Vertex]]]
    chains: Mapping[str, Chain]


def terminal_labels(instance: Instance) -> list[str]:
    """A label for each node of an instance; equal labels may be exchanged."""
    count = len(instance.nodes)
    if instance.device in REVERSIBLE:
        return ["t"] * count
    if instance.device in LINEAR_CONTROLLED:
        return ["t", "t", "control", "control"]
    if instance.device == "behavioral":
        return ["t", "t"] + ["read"] * (count - 2)
    if instance.device in SWITCHES:
        return ["t", "t", "cp", "cn"][:count]
    return list(devices()[instance.device].terminals[:count])


def sensing(instance: Instance) -> frozenset[str]:
    """The labels of the terminals that a device reads more than it drives: controls, a base, a gate, a bulk."""
    role = role_of(instance)
    return IDEAL if role is None else frozenset(role.senses)


def forces_voltage(instance: Instance) -> bool:
    """Whether the instance is a voltage source of any kind."""
    return instance.device in FORCING or bool(instance.parameters.get("voltage", 0.0) == 1.0)


def make_graph(circuit: Circuit, ports: Collection[str]) -> CircuitGraph:
    """The graph of a circuit; nodes and sources named in `ports` stay vertices of their own."""
    chains = {member: chain for chain in _chains(circuit, ports) for member in chain.members}
    within = {node for chain in chains.values() for node in chain.inner}
    edges: dict[Vertex, list[tuple[str, Vertex]]] = {(NODE, n): [] for n in (*circuit.nodes, GROUND) if n not in within}

    def join(label: str, a: Vertex, b: Vertex) -> None:
        edges.setdefault(a, []).append((label, b))
        edges.setdefault(b, []).append((label, a))

    for name, instance in circuit.instances.items():
        edges.setdefault((DEVICE, name), [])
        skip = 2 if name in chains else 0
        for label, node in list(zip(terminal_labels(instance), instance.nodes, strict=True))[skip:]:
            join(label, (DEVICE, name), (NODE, node))
        for control in instance.controls:
            join("current", (DEVICE, name), (DEVICE, control))
    for chain in set(chains.values()):
        for node in chain.ends:
            join("end", (CHAIN, chain.name), (NODE, node))
        for member in chain.members:
            join("member", (CHAIN, chain.name), (DEVICE, member))
    return CircuitGraph(circuit, edges, chains)


def _chains(circuit: Circuit, ports: Collection[str]) -> Iterator[Chain]:
    """Voltage sources in series through nodes where nothing else is."""
    at = defaultdict(list)
    for name, instance in circuit.instances.items():
        for position, node in enumerate(instance.nodes):
            at[node].append((name, position))

    def passes(node: str) -> bool:
        here = at[node]
        return (
            node != GROUND
            and node not in ports
            and len({name for name, _ in here}) == len(here) == 2
            and all(
                position < 2 and name not in ports and forces_voltage(circuit.instances[name])
                for name, position in here
            )
        )

    seen: set[str] = set()
    for name in sorted(circuit.instances):
        first = circuit.instances[name]
        if name in seen or not forces_voltage(first) or name in ports:
            continue
        if sum(passes(node) for node in first.nodes[:2]) != 1:
            continue  # alone, or within a chain that is reached from one of its ends
        start = next(node for node in first.nodes[:2] if not passes(node))
        chain = _follow(circuit, name, start, lambda node: at[node] if passes(node) else None)
        seen |= set(chain.members)
        yield chain


def _follow(
    circuit: Circuit, name: str, start: str, beyond: Callable[[str], Sequence[tuple[str, int]] | None]
) -> Chain:
    members: list[str] = []
    signs: list[int] = []
    inner: list[str] = []
    node = start
    while True:
        positive, negative = circuit.instances[name].nodes[:2]
        members.append(name)
        signs.append(1 if positive == node else -1)
        node = negative if positive == node else positive
        here = beyond(node)
        if here is None:
            return Chain((start, node), tuple(members), tuple(signs), tuple(inner))
        inner.append(node)
        name = next(other for other, _ in here if other != name)
