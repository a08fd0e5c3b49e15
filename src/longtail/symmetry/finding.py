"""Finding the mirror image: of the whole circuit where there is one, else of the part around the inputs."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from longtail.circuit import GROUND, Circuit, Instance
from longtail.errors import OptionError, nearest
from longtail.symmetry.graph import DEVICE, NODE, CircuitGraph, Vertex, make_graph
from longtail.symmetry.growth import grow, pairs_beyond
from longtail.symmetry.mirror import NOTHING, Difference, Mirror
from longtail.symmetry.refinement import mirror_maps
from longtail.symmetry.values import Distances, Orientations, differences, numbers, structure, turns, values

MOST_WIRES = 24  # sources that are tried as wires
MOST_MAPS = 24  # images that are compared where there is a choice
Colouring = dict[Vertex, Hashable]


def find_mirror(circuit: Circuit, inputs: Sequence[str], outputs: Sequence[str] = ()) -> Mirror | None:
    """The mirror image of a circuit under exchange of its inputs; None where not even a pair of devices has one.

    `inputs` are two voltage sources or two nodes; `outputs` one node or two: an image that exchanges two is looked for
    first.
    The image keeps ground and the supplies where they are. It is looked for with equal values first, then with the
    values apart, and then, where the circuit has none as a whole, in the part around the inputs. A voltage source in
    series that has no partner is taken for a wire (an offset in front of one input). Raises `OptionError` for names
    that are not in the circuit.

    >>> from longtail.elaborate import load
    >>> pair = load('''pair
    ... v1 a 0 0
    ... v2 b 0 0
    ... q1 c a e n
    ... q2 d b e n
    ... r1 vcc c 1k
    ... r2 vcc d 1.1k
    ... i1 e 0 1m
    ... vcc vcc 0 5
    ... .model n npn
    ... ''')
    >>> mirror = find_mirror(pair, ("v1", "v2"), ("c", "d"))
    >>> mirror.device_pairs, mirror.axis_nodes
    ((('v1', 'v2'), ('q1', 'q2'), ('r1', 'r2')), ('e', 'vcc'))
    >>> mirror.complete, mirror.differences
    (True, (Difference(pair=('r1', 'r2'), parameter='r', first=1000.0, second=1100.0),))
    """
    _check(circuit, inputs, outputs)
    search = _MirrorSearch(circuit, tuple(inputs), tuple(outputs))
    mirror = search.whole() or search.part()
    if mirror is not None and mirror.complete:
        return mirror
    ports = frozenset((*inputs, *outputs))
    for wire in islice(_wires(circuit, search.exempt), MOST_WIRES):
        if ports.issuperset(wire.nodes):
            continue  # of two ports, neither can take the place of the other
        shorter = _MirrorSearch(_without(circuit, wire, ports), tuple(inputs), tuple(outputs))
        other = shorter.whole() or shorter.part()
        if other is not None and _extent(other) > _extent(mirror) + 1:
            mirror = _with_wire(circuit, wire, ports, other)
    return mirror


def _check(circuit: Circuit, inputs: Sequence[str], outputs: Sequence[str]) -> None:
    if len(inputs) != 2 or len(set(inputs)) != 2:
        raise OptionError(f"a mirror image exchanges two inputs, not {', '.join(inputs) or 'none'}")
    for name in (*inputs, *outputs):
        if name not in circuit.nodes and not (name in inputs and name in circuit.instances):
            raise OptionError(f"there is no node '{name}'", hint=nearest(name, circuit.nodes))


class _MirrorSearch:
    def __init__(self, circuit: Circuit, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
        self.circuit = circuit
        self.outputs = outputs
        self.inputs = [(DEVICE, n) if _is_source(circuit, n) else (NODE, n) for n in inputs]
        nodes = {name for kind, name in self.inputs if kind == NODE}
        at_inputs = (n for n, i in circuit.instances.items() if _is_source(circuit, n) and nodes & set(i.nodes))
        self.exempt = frozenset((*(name for kind, name in self.inputs if kind == DEVICE), *at_inputs))
        self.supplies = [s for s in circuit.ports.supplies if s in circuit.instances and s not in self.exempt]
        self.rails = frozenset((GROUND, *(n for s in self.supplies for n in circuit.instances[s].nodes[:2])))

    def whole(self) -> Mirror | None:
        """The image of the whole circuit with the fewest differences."""
        ports = {name for _, name in self.inputs} | set(self.outputs) | self.exempt
        graph = make_graph(self.circuit, ports)
        for with_values, keep_supplies in ((True, True), (True, False), (False, True), (False, False)):
            found = list(islice(self._maps(graph, with_values, keep_supplies), MOST_MAPS))
            if found:
                found.sort(key=lambda pair: len(pair[1]))
                images, apart = found[0]
                rivals = [other for other, differing in found[1:] if len(differing) == len(apart)]
                return _mirror(graph, images, apart, self.rails, ambiguous=_choice(images, rivals))
        return None

    def _maps(
        self, graph: CircuitGraph, with_values: bool, keep_supplies: bool
    ) -> Iterator[tuple[dict[Vertex, Vertex], list[Difference]]]:
        colours = self._colours(graph, with_values, keep_supplies, first=0)
        images = self._colours(graph, with_values, keep_supplies, first=1)
        for found in mirror_maps(graph.edges, colours, images, Distances(self.circuit)):
            apart = differences(graph, found, self.exempt)
            if apart is not None and not (with_values and apart):
                yield found, apart

    def _colours(self, graph: CircuitGraph, with_values: bool, keep_supplies: bool, first: int) -> Colouring:
        """The colours to begin with; `first` 1 exchanges the two inputs and the two outputs."""
        colours: Colouring = {}
        for vertex in graph.edges:
            if vertex[0] == DEVICE:
                instance = self.circuit.instances[vertex[1]]
                own = values(self.circuit, instance) if with_values else None
                colours[vertex] = (structure(self.circuit, instance), own)
            else:
                kept = self.rails if keep_supplies else {GROUND}
                colours[vertex] = (vertex[0], vertex[1] if vertex[1] in kept and vertex[0] == NODE else None)
        for k, vertex in enumerate(self.inputs):
            colours[vertex] = ("input", k ^ first, colours[vertex])
        if len(self.outputs) == 2:
            for k, node in enumerate(self.outputs):
                colours[NODE, node] = ("output", k ^ first, colours[NODE, node])
        return colours

    def part(self) -> Mirror | None:
        """The image of the part around the inputs."""
        graph = make_graph(self.circuit, self.circuit.nodes)
        first, second = self.inputs
        seeds: dict[Vertex, Vertex] = {first: second, second: first}
        seeds |= {(NODE, n): (NODE, n) for n in self.rails} | {(DEVICE, s): (DEVICE, s) for s in self.supplies}
        if first[0] == DEVICE:
            for a, b in zip(*(self.circuit.instances[v[1]].nodes for v in self.inputs), strict=True):
                if {a, b} & self.rails and a != b:
                    return None
                seeds |= {(NODE, a): (NODE, b), (NODE, b): (NODE, a)}
        images = grow(graph, seeds, self.rails, self.exempt)
        if not pairs_beyond(images, seeds):
            return None
        return _mirror(graph, images, differences(graph, images, self.exempt) or [], self.rails)


def _mirror(
    graph: CircuitGraph,
    images: Mapping[Vertex, Vertex],
    apart: Sequence[Difference],
    rails: frozenset[str],
    ambiguous: str | None = None,
) -> Mirror:
    """The image in names, in the order of the netlist."""
    circuit = graph.circuit
    orientations = Orientations(graph, images)
    nodes = {n: image for n in circuit.nodes if (image := orientations.node(n)) is not None}
    devices = {n: image for n in circuit.instances if (image := orientations.device(n)) is not None}
    nodes |= _within_chains(graph, orientations)
    unmatched = tuple(name for name in circuit.instances if name not in devices)
    complete = not unmatched
    ends: set[str] = set()
    if not complete:
        reached = {node for name in unmatched for node in circuit.instances[name].nodes}
        nodes = {n: image for n, image in nodes.items() if n not in rails or _used(circuit, n, devices)}
        sides = {n for n, image in nodes.items() if n != image and n in reached}
        ends = sides | {nodes[n] for n in sides} or {n for n in nodes if n in reached and n not in rails}
    return Mirror(
        nodes={n: nodes[n] for n in circuit.nodes if n in nodes},
        devices=devices,
        complete=complete,
        exact=complete and not apart,
        differences=tuple(apart),
        ends_at=() if complete else tuple(n for n in circuit.nodes if n in ends) or unmatched,
        ambiguous=ambiguous,
        unmatched=unmatched,
        inner=tuple(n for n in circuit.nodes if n not in nodes) if complete else (),
        reversed=frozenset(n for n in devices if turns(circuit.instances[n]) and orientations.sign(n) < 0),
        negated=frozenset(n for n in devices if orientations.total(n) < 0),
    )


def _used(circuit: Circuit, node: str, devices: Mapping[str, str]) -> bool:
    return any(node in circuit.instances[name].nodes for name in devices)


def _within_chains(graph: CircuitGraph, orientations: Orientations) -> dict[str, str]:
    """Images of the nodes within chains whose members keep their order."""
    nodes: dict[str, str] = {}
    for chain in set(graph.chains.values()):
        image = graph.chains.get(orientations.device(chain.members[0]) or NOTHING)
        if image is None:
            continue
        members, inner = image.members, image.inner
        if tuple(orientations.node(n) for n in chain.ends) != image.ends:
            members, inner = members[::-1], inner[::-1]
        if members == tuple(orientations.device(m) for m in chain.members):
            nodes |= dict(zip(chain.inner, inner, strict=True))
    return nodes


def _choice(images: Mapping[Vertex, Vertex], rivals: Sequence[Mapping[Vertex, Vertex]]) -> str | None:
    """What differs between equally good images, nodes only: devices in parallel may go either way."""
    for rival in rivals:
        for vertex, image in images.items():
            if vertex[0] == NODE and rival[vertex] != image:
                here, there = (_goes(vertex[1], i[1]) for i in (image, rival[vertex]))
                return (
                    f"node {vertex[1]} {here}, and could as well {there.replace('goes', 'go').replace('lies', 'lie')}"
                )
    return None


def _goes(node: str, image: str) -> str:
    return "lies on the line" if node == image else f"goes to {image}"


def _is_source(circuit: Circuit, name: str) -> bool:
    return name in circuit.instances and circuit.instances[name].device == "voltage_source"


def _extent(mirror: Mirror | None) -> int:
    """How much has an image: the complete one counts more than any part."""
    return -1 if mirror is None else len(mirror.devices) + 10**6 * mirror.complete


def _wires(circuit: Circuit, exempt: frozenset[str]) -> Iterator[Instance]:
    """Voltage sources in series with something: neither end at ground, not an input."""
    controls = {control for instance in circuit.instances.values() for control in instance.controls}
    for name, instance in circuit.instances.items():
        floats = GROUND not in instance.nodes and len(set(instance.nodes)) == 2
        if (
            instance.device == "voltage_source"
            and name not in exempt | controls
            and floats
            and instance.waveform is None
        ):
            yield instance


def _without(circuit: Circuit, wire: Instance, ports: Collection[str]) -> Circuit:
    """The circuit with a source shorted: one of its nodes takes the place of the other."""
    kept, gone = _kept_end(wire, ports)
    instances = {
        name: replace(i, nodes=tuple(kept if n == gone else n for n in i.nodes))
        for name, i in circuit.instances.items()
        if name != wire.name
    }
    return replace(circuit, nodes=tuple(n for n in circuit.nodes if n != gone), instances=instances)


def without_wires(circuit: Circuit, mirror: Mirror, ports: Collection[str]) -> Circuit:
    """The circuit of which a mirror is the image: sources that were taken for wires are gone, names in `ports` stay."""
    for name in mirror.wires:
        circuit = _without(circuit, circuit.instances[name], ports)
    return circuit


def _kept_end(wire: Instance, ports: Collection[str]) -> tuple[str, str]:
    """The end that keeps its name, and the other: one that is a port stays."""
    positive, negative = wire.nodes
    return (positive, negative) if positive in ports else (negative, positive)


def _with_wire(circuit: Circuit, wire: Instance, ports: Collection[str], mirror: Mirror) -> Mirror:
    """The image with the source that was taken for a wire: a difference of its voltage against none."""
    kept, gone = _kept_end(wire, ports)
    volts = numbers(circuit, wire)["dc"] or 0.0
    nodes = {
        n: mirror.nodes[kept if n == gone else n] for n in circuit.nodes if (kept if n == gone else n) in mirror.nodes
    }
    apart = (Difference((wire.name, NOTHING), "dc", volts, 0.0),) if volts else ()
    return replace(
        mirror,
        nodes=nodes,
        differences=(*apart, *mirror.differences),
        exact=mirror.exact and not apart,
        wires=(wire.name,),
    )
