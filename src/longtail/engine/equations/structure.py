"""Faults that no solver can mend, found before solving and named: nodes that nothing holds, loops of voltages.

A device connects two of its nodes at dc when both their currents move with one node voltage between them, or with a
branch current of the device itself: so a capacitor, a gate or a current source connects nothing, and no list of
device kinds is needed. Two branches of a device whose equations have the same currents in them leave it no more than
equal voltages at two ports: that is a line at dc.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND, Circuit, Instance
from longtail.devices.base import Flows
from longtail.engine.equations.large import LargeSystem, PlacedPart
from longtail.engine.equations.lines_at_dc import Ports, check_lines
from longtail.engine.equations.system import System
from longtail.engine.equations.trace import Trace
from longtail.errors import StructuralError, nearest
from longtail.lanes.graph import Expr, Real
from longtail.lanes.threads import making
from longtail.sets import DisjointSets

_Pair = tuple[int, int]

GROUND_ELSEWHERE = ("gnd!", "ground", "agnd", "gnda", "vgnd", "com")  # names of ground in other programs


def check_structure(system: System) -> None:
    """Raise `StructuralError` when a node has no dc path to ground, or voltage sources close a loop."""
    if not system.unknowns:
        raise StructuralError(
            "the netlist has no devices at a node other than ground",
            hint="its first line is the title: are all others comments?",
        )
    if not isinstance(system, LargeSystem):
        ties = _ties(system.plain)
    elif _hangs_together(system):
        return
    else:
        ties = list(_large_ties(system))
    _check_loops(system.circuit, ties)
    check_lines(system.circuit, [(t.name, t.forced, t.alike) for t in ties])
    _check_paths(system, ties)


@dataclass(frozen=True, slots=True)
class _Ties:
    """What a device joins: pairs of nodes between which it forces a voltage or conducts at dc, and all its nodes.
    One that is absent joins nothing; its inner nodes are held all the same, see `within` of
    `longtail.engine.equations.trace`."""

    name: str
    forced: Sequence[tuple[str, str]]
    conducting: Sequence[tuple[str, str]]
    nodes: Sequence[str]
    inner: Sequence[str]
    alike: Sequence[Ports] = ()  # ports of equal voltage
    absent: bool = False


def _ties(trace: Trace) -> list[_Ties]:
    with making():
        return list(_each_tie(trace))


def _each_tie(trace: Trace) -> Iterator[_Ties]:
    for name, (local, flows) in trace.flows.items():
        nodes = [_name(trace, k) for k in local.values()]
        inner = [trace.unknowns[k].name for k in local.values() if k is not None and trace.unknowns[k].owner == name]
        absent = name in trace.absent
        if absent:
            yield _Ties(name, (), (), nodes, inner, absent=True)
            continue
        forced, conducting = tuple(_forced(trace, local, flows)), tuple(_conducting(trace, local, flows))
        yield _Ties(name, forced, conducting, nodes, inner, tuple(_alike(trace, local, flows)))


def _large_ties(system: LargeSystem) -> Iterator[_Ties]:
    """The same in the order of the netlist, from one device of each kind."""
    found: dict[str, _Ties] = {}
    names = [*(u.name for u in system.unknowns), GROUND]
    for each in system.parts:
        for traced, forced, conducting, alike in _ends(each):
            for name, places in zip(each.part.standing_for(traced), each.places.T, strict=True):
                here = [*(names[k] for k in places.tolist()), GROUND]
                by_force, at_dc = ([(here[a], here[b]) for a, b in pairs] for pairs in (forced, conducting))
                ports = [((here[a], here[b]), (here[c], here[d])) for (a, b), (c, d) in alike]
                found[name] = _Ties(name, by_force, at_dc, here, (), ports)
    yield from (found[name] for name in system.circuit.instances)


def _ends(each: PlacedPart) -> Iterator[tuple[str, list[_Pair], list[_Pair], list[tuple[_Pair, _Pair]]]]:
    """Of every traced device, by name: the pairs that it forces, those that it joins and the ports that it keeps alike,
    as unknowns of the part. Ground comes after the last."""
    plain = each.part.system.plain
    local = [*(u.name for u in plain.unknowns), GROUND]
    for own in _ties(plain):
        forced, conducting, first, second = (
            [(local.index(a), local.index(b)) for a, b in pairs]
            for pairs in (own.forced, own.conducting, [p for p, _ in own.alike], [p for _, p in own.alike])
        )
        yield own.name, forced, conducting, list(zip(first, second, strict=True))


def _hangs_together(system: LargeSystem) -> bool:
    """Whether all nodes have a dc path to ground and no voltages are forced in a loop: at a glance, without names."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ground = len(system.unknowns)
    none = np.empty((2, 0), np.intp)
    forced, conducting = [none], [none]  # [end, device] of each pair of terminals
    for each in system.parts:
        places = np.vstack([np.where(each.places < 0, ground, each.places), np.full(each.copies, ground)])
        for _, by_force, at_dc, alike in _ends(each):
            if alike:
                return False
            for found, pairs in ((forced, by_force), (conducting, at_dc)):
                found += [places[list(ends)] for ends in pairs]

    def sets(ends: Sequence[NDArray[np.intp]]) -> tuple[int, NDArray[np.intp], int]:
        a, b = np.concatenate(ends, axis=1)
        graph = coo_array((np.ones(len(a), bool), (a, b)), shape=(ground + 1, ground + 1))
        return (*connected_components(graph, directed=False), len(a))

    count, _, edges = sets(forced)
    _, labels, _ = sets(conducting)
    forest = edges == ground + 1 - count  # each edge makes the sets one fewer
    return forest and bool((labels[:-1][system.node_mask] == labels[ground]).all())


def _name(trace: Trace, k: int | None) -> str:
    return GROUND if k is None else trace.unknowns[k].name


def _check_loops(circuit: Circuit, ties: Iterable[_Ties]) -> None:
    groups = DisjointSets()
    edges: list[tuple[str, str, Instance]] = []
    for each in ties:
        instance = circuit.instances[each.name]
        for a, b in each.forced:
            if not groups.join(a, b):
                loop = _loop(edges, a, b)
                members = ", ".join([*(i.name for i in loop), each.name])
                raise StructuralError(
                    f"a loop of voltage sources or inductors: {members}; the current around it is not determined",
                    span=instance.span,
                    hint="put a small resistor in the loop, or remove one of them",
                )
            edges.append((a, b, instance))


def _forced(trace: Trace, local: Mapping[str, int | None], flows: Flows) -> Iterable[tuple[str, str]]:
    """Pairs of nodes between which the device forces a voltage by a branch current of its own."""
    for branch in flows.static:
        k = local[branch]
        if k is None or trace.unknowns[k].is_node or trace.unknowns[k].owner is None:
            continue
        current = trace.variables[k].id
        ends = [
            _name(trace, local[node])
            for node, flow in flows.static.items()
            if node != branch and current in trace.differentiator.slopes(flow)
        ]
        if len(ends) == 2:
            yield ends[0], ends[1]


def _alike(trace: Trace, local: Mapping[str, int | None], flows: Flows) -> Iterator[Ports]:
    """Ports whose voltages the device makes equal: of two branches whose equations differ in no current."""
    branches = [name for name in flows.static if (k := local[name]) is not None and not trace.unknowns[k].is_node]
    own = {name: trace.variables[k].id for name in branches if (k := local[name]) is not None}
    slopes = {name: trace.differentiator.slopes(flow) for name, flow in flows.static.items()}
    for a, b in combinations(branches, 2):
        read = [[_known(slopes[equation].get(own[current])) for current in (a, b)] for equation in (a, b)]
        if read[0] != read[1] or None in read[0]:
            continue
        ports = [
            [_name(trace, local[node]) for node in flows.static if node not in own and own[branch] in slopes[node]]
            for branch in (a, b)
        ]
        if all(len(port) == 2 for port in ports):
            yield (ports[0][0], ports[0][1]), (ports[1][0], ports[1][1])


def _known(slope: Real | None) -> Hashable:
    """What two slopes have in common that are the same."""
    return ("expression", slope.id) if isinstance(slope, Expr) else slope


def _loop(edges: list[tuple[str, str, Instance]], a: str, b: str) -> list[Instance]:
    """The instances on the path from a to b; the edges form a forest."""
    neighbours: dict[str, list[tuple[str, Instance]]] = {}
    for p, q, instance in edges:
        neighbours.setdefault(p, []).append((q, instance))
        neighbours.setdefault(q, []).append((p, instance))
    paths: dict[str, list[Instance]] = {a: []}
    stack = [a]
    while stack:
        node = stack.pop()
        for other, instance in neighbours.get(node, []):
            if other not in paths:
                paths[other] = [*paths[node], instance]
                stack.append(other)
    return paths.get(b, [])


def _check_paths(system: System, ties: Iterable[_Ties]) -> None:
    groups = DisjointSets()
    bare = set(system.circuit.nodes)
    for each in ties:
        if each.absent:
            for node in each.inner:
                groups.join(node, GROUND)
            continue
        bare -= set(each.nodes)
        for a, b in each.conducting:
            groups.join(a, b)
    for node in bare:  # held at 0 V
        groups.join(node, GROUND)
    ground = groups.find(GROUND)
    floating: dict[str, list[str]] = {}
    for unknown in system.unknowns:
        if unknown.is_node and groups.find(unknown.name) != ground:
            floating.setdefault(groups.find(unknown.name), []).append(unknown.name)
    if floating:
        raise _floating(system.circuit, sorted(floating.values())[0])


def _conducting(trace: Trace, local: Mapping[str, int | None], flows: Flows) -> Iterable[tuple[str, str]]:
    """Pairs of nodes that the device connects at dc."""
    own = {
        trace.variables[k].id
        for name in flows.static
        if (k := local[name]) is not None and (trace.unknowns[k].is_node or trace.unknowns[k].owner is not None)
    }
    first: dict[int, str] = {}
    for name, flow in flows.static.items():
        k = local[name]
        if k is not None and not trace.unknowns[k].is_node:
            continue
        slopes = trace.differentiator.rows([flow])[0][0]
        for variable in slopes.keys() & own:
            node = _name(trace, k)
            yield first.setdefault(variable, node), node


def _floating(circuit: Circuit, nodes: list[str]) -> StructuralError:
    members = set(nodes)
    touching = [i for i in circuit.instances.values() if members & set(i.nodes)]
    names = ", ".join(nodes[:6]) + (" ..." if len(nodes) > 6 else "")
    devices = ", ".join(i.name for i in touching[:6]) + (" ..." if len(touching) > 6 else "")
    what = f"node {names} has" if len(nodes) == 1 else f"nodes {names} have"
    if touching and all(i.device == "current_source" for i in touching):
        return StructuralError(
            f"{what} only current sources ({devices}): their sum has nowhere to go",
            span=touching[0].span,
            hint="give the node a resistor, or remove one of the sources",
        )
    alone = len(touching) == 1 and sum(n in members for n in touching[0].nodes) == 1
    meant = nearest(nodes[0], [n for n in circuit.nodes if n not in members]) if alone else None
    hint = f"{meant or 'is a node name misspelt?'} Otherwise add a large resistor from it to ground"
    named = next((n for n in nodes if n in GROUND_ELSEWHERE), None)
    if named is not None:
        hint = f"ground is node 0 or gnd here: is '{named}' to be that? Add: v{named.strip('!')} {named} 0 0"
    return StructuralError(
        f"{what} no dc path to ground (connected to: {devices})" + (", a single terminal" if alone else ""),
        span=touching[0].span if touching else None,
        hint=hint,
    )
