"""The symmetric part of a circuit that has no image as a whole: pairs grown outward from the inputs.

A device whose known nodes all have an image is matched with the device that stands at those images, and its other
nodes follow. Growth ends where no device fits. What an unmatched device at one side drives is not symmetric: nodes
that look as if they were on the line are taken out again where it reaches them, itself or through others, and growth
is repeated without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from longtail.circuit import Instance
from longtail.symmetry.graph import DEVICE, NODE, CircuitGraph, Vertex, sensing, terminal_labels
from longtail.symmetry.values import Distances, Orientations, compare, structure

ROUNDS = 4  # how far around two devices one looks before calling them alike
Images = dict[Vertex, Vertex]


def grow(graph: CircuitGraph, seeds: Mapping[Vertex, Vertex], rails: frozenset[str], exempt: frozenset[str]) -> Images:
    """The images of all that can be reached from `seeds`; `rails` are nodes that supplies hold."""
    forbidden: set[str] = set()
    first: Images | None = None
    while True:
        growth = Growth(graph, dict(seeds), rails, exempt, frozenset(forbidden))
        images = growth.run()
        if first is None:
            first = images
        wrong = growth.reached() - forbidden
        if not wrong:
            break
        forbidden |= wrong
    return images if pairs_beyond(images, seeds) else first


def pairs_beyond(images: Mapping[Vertex, Vertex], seeds: Mapping[Vertex, Vertex]) -> bool:
    """Whether there is a pair of devices beside those that were given."""
    return any(v[0] == DEVICE and v != image and v not in seeds for v, image in images.items())


class Growth:
    """One run of growth; `images` is all that is known so far, always its own inverse."""

    def __init__(
        self,
        graph: CircuitGraph,
        images: Images,
        rails: frozenset[str],
        exempt: frozenset[str],
        forbidden: frozenset[str],
    ) -> None:
        self.graph = graph
        self.images = images
        self.rails = rails
        self.exempt = exempt
        self.forbidden = forbidden
        self.instances = graph.circuit.instances
        self.distance = Distances(graph.circuit)
        self.alike: dict[object, list[str]] = defaultdict(list)
        for name, instance in self.instances.items():
            self.alike[structure(graph.circuit, instance)].append(name)
        self.colours = self._surroundings()

    def run(self) -> Images:
        """Match until nothing fits: devices at the sides first, those on the line only when no other is left."""
        while self._step(aside=True) or self._step(aside=False):
            pass
        for name, instance in self.instances.items():
            if self._open(name) and instance.nodes and self.rails.issuperset(instance.nodes):
                self.images[DEVICE, name] = (DEVICE, name)
        return self.images

    def reached(self) -> set[str]:
        """Nodes on the line that answer to what has no image."""
        images = self.images
        sides = {v[1] for v, image in images.items() if v[0] == NODE and v != image}
        held = sides | self.rails
        spread = {n for d, i in self.instances.items() if self._open(d) and sides & set(i.nodes) for n in _driven(i)}
        spread -= held
        while True:
            more = {n for i in self.instances.values() if spread & set(i.nodes) for n in _driven(i)} - held - spread
            if not more:
                return {n for n in spread if images.get((NODE, n)) == (NODE, n)}
            spread |= more

    def _open(self, name: str) -> bool:
        return (DEVICE, name) not in self.images

    def _step(self, aside: bool) -> bool:
        """Match all that fits, the most alike first; on the line only one at a time."""
        options = [
            (self._likeness(name, other), other != name, name, other)
            for name, instance in self.instances.items()
            if self._open(name) and self._anchored(instance, aside)
            for other in self.alike[structure(self.graph.circuit, instance)]
            if self._open(other) and self._way(instance, self.instances[other]) is not None
        ]
        matched = False
        for _, _, name, other in sorted(options):
            matched |= self._match(name, other)
            if matched and not aside:
                break
        return matched

    def _anchored(self, instance: Instance, aside: bool) -> bool:
        if not instance.nodes:
            return aside and all((DEVICE, control) in self.images for control in instance.controls)
        known = [n for n in instance.nodes if (NODE, n) in self.images and n not in self.rails]
        return any(self.images[NODE, n] != (NODE, n) for n in known) if aside else bool(known)

    def _match(self, name: str, other: str) -> bool:
        """Make two devices each other's image, where that agrees with all that is known by now."""
        if not (self._open(name) and self._open(other)):
            return False
        nodes = self._way(self.instances[name], self.instances[other])
        if nodes is None:
            return False
        added: Images = {(NODE, n): (NODE, m) for n, m in nodes.items() if (NODE, n) not in self.images}
        added |= {(DEVICE, name): (DEVICE, other), (DEVICE, other): (DEVICE, name)}
        orientations = Orientations(self.graph, self.images | added)
        if compare(self.graph, orientations, name, other, self.exempt) is None:
            return False
        self.images.update(added)
        return True

    def _way(self, first: Instance, second: Instance) -> dict[str, str] | None:
        """The nodes of one device laid on those of another, in the first way that agrees with all that is known."""
        if first.nodes and all((NODE, n) not in self.images or n in self.rails for n in first.nodes):
            return None
        for order in _orders(terminal_labels(second)):
            nodes: dict[str, str] = {}
            for here, there in zip(first.nodes, (second.nodes[k] for k in order), strict=True):
                if not (self._fits(here, there) and nodes.setdefault(here, there) == there):
                    break
                if nodes.setdefault(there, here) != here:
                    break
            else:
                return nodes
        return None

    def _fits(self, here: str, there: str) -> bool:
        known, inverse = self.images.get((NODE, here)), self.images.get((NODE, there))
        if known is None and inverse is None:
            return self.forbidden.isdisjoint((here, there))
        return known == (NODE, there)

    def _likeness(self, name: str, other: str) -> tuple[int, int, float]:
        """Smaller is more alike: how far the surroundings agree, how many nodes are shared, then the values."""
        a, b = (DEVICE, name), (DEVICE, other)
        agree = next((k for k, colour in enumerate(self.colours) if colour[a] != colour[b]), ROUNDS)
        nodes = zip(self.instances[name].nodes, self.instances[other].nodes, strict=True)
        shared = sum(here == there and here not in self.rails for here, there in nodes)
        return -agree, -shared, self.distance(a, b)

    def _surroundings(self) -> list[dict[Vertex, int]]:
        """Colours of all vertices after looking one step around them, two steps, and so on."""
        circuit = self.graph.circuit
        start: dict[Vertex, object] = {
            v: structure(circuit, circuit.instances[v[1]]) if v[0] == DEVICE else v[1] in self.rails and v[1]
            for v in self.graph.edges
        }
        numbers: dict[object, int] = {}
        colours = [{v: numbers.setdefault(c, len(numbers)) for v, c in start.items()}]
        for _ in range(ROUNDS - 1):
            last, numbers = colours[-1], {}
            around = {v: (last[v], tuple(sorted((label, last[w]) for label, w in self.graph.edges[v]))) for v in last}
            colours.append({v: numbers.setdefault(c, len(numbers)) for v, c in around.items()})
        return colours


def _orders(labels: Sequence[str]) -> Iterator[list[int]]:
    """Orders of terminals that keep their labels: as they stand, and with exchangeable ends exchanged."""
    places = list(range(len(labels)))
    swaps = [(k, k + 1) for k in range(0, len(labels) - 1, 2) if labels[k] == labels[k + 1] != "read"]
    for chosen in product((False, True), repeat=len(swaps)):
        order = list(places)
        for (a, b), swapped in zip(swaps, chosen, strict=True):
            if swapped:
                order[a], order[b] = order[b], order[a]
        yield order


def _driven(instance: Instance) -> set[str]:
    """Nodes that a device drives: all but those of a gate, a base or a control."""
    labels, read = terminal_labels(instance), sensing(instance)
    return {node for label, node in zip(labels, instance.nodes, strict=True) if label not in read}
