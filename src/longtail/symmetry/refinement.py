"""Automorphisms of a graph by colour refinement.

Two colourings of the same graph are refined side by side: one with the first input in the colour "first", one with
it in the colour "second". A vertex of the first colouring can only go to one of the same colour in the second. In a
circuit terminals tell so much that the colours soon tell nearly every vertex apart; where they do not, one vertex is
sent to each of its candidates in turn, and colours are refined again (individualization and refinement: B. D. McKay,
A. Piperno, J. Symb. Comput. 60 (2014) 94). Every map found is its own inverse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

from longtail.symmetry.graph import Vertex

Edges = Mapping[Vertex, Sequence[tuple[str, Vertex]]]
Colours = dict[Vertex, int]

MOST_STEPS = 400  # choices tried before the search ends


def mirror_maps(
    edges: Edges,
    colours: Mapping[Vertex, Hashable],
    images: Mapping[Vertex, Hashable],
    distance: Callable[[Vertex, Vertex], float],
) -> Iterator[dict[Vertex, Vertex]]:
    """Maps of the graph onto itself that send `colours` to `images`, most likely ones first.

    `distance` says how unlike two vertices are: among candidates the nearest is tried first, and of several at no
    distance the vertex itself.
    """
    numbers: dict[Hashable, int] = {}
    a, b = (_numbered(c, numbers) for c in (colours, images))
    steps = [MOST_STEPS]
    yield from _search(edges, a, b, distance, steps)


def _numbered(colours: Mapping[Vertex, Hashable], numbers: dict[Hashable, int]) -> Colours:
    return {vertex: numbers.setdefault(colour, len(numbers)) for vertex, colour in colours.items()}


def refined(edges: Edges, a: Colours, b: Colours) -> tuple[Colours, Colours] | None:
    """Both colourings refined until neighbours tell no more vertices apart; None where they stop to correspond."""
    classes = len(set(a.values()))
    while True:
        numbers: dict[Hashable, int] = {}
        a, b = (
            {
                v: numbers.setdefault((c[v], tuple(sorted((label, c[w]) for label, w in edges[v]))), len(numbers))
                for v in c
            }
            for c in (a, b)
        )
        if sorted(a.values()) != sorted(b.values()):
            return None
        if len(numbers) == classes:
            return a, b
        classes = len(numbers)


def _search(
    edges: Edges, a: Colours, b: Colours, distance: Callable[[Vertex, Vertex], float], steps: list[int]
) -> Iterator[dict[Vertex, Vertex]]:
    steps[0] -= 1
    if steps[0] < 0 or (both := refined(edges, a, b)) is None:
        return
    a, b = both
    classes: dict[int, tuple[list[Vertex], list[Vertex]]] = defaultdict(lambda: ([], []))
    for side, colours in enumerate((a, b)):
        for vertex, colour in colours.items():
            classes[colour][side].append(vertex)
    open_classes = [pair for pair in classes.values() if len(pair[0]) > 1]
    if not open_classes:
        yield {here[0]: there[0] for here, there in classes.values()}
        return
    vertex, candidates = _choice(open_classes, distance)
    fresh = len(a) + 1
    for candidate in candidates:
        if b[vertex] != a[candidate]:
            continue
        chosen_a, chosen_b = dict(a), dict(b)
        chosen_a[vertex] = chosen_b[candidate] = fresh
        if candidate != vertex:
            chosen_a[candidate] = chosen_b[vertex] = fresh + 1
        yield from _search(edges, chosen_a, chosen_b, distance, steps)


def _choice(
    classes: Sequence[tuple[list[Vertex], list[Vertex]]], distance: Callable[[Vertex, Vertex], float]
) -> tuple[Vertex, list[Vertex]]:
    """The vertex to send next, of the smallest class and with the nearest candidate, and its candidates in order."""

    def ordered(vertex: Vertex, candidates: Sequence[Vertex]) -> list[tuple[float, bool, Vertex]]:
        return sorted((distance(vertex, c), c != vertex, c) for c in candidates)

    smallest = min(len(here) for here, _ in classes)
    options = [
        (ordered(vertex, there), vertex) for here, there in classes if len(here) == smallest for vertex in here[:8]
    ]
    candidates, vertex = min(options, key=lambda option: (option[0][0][:2], option[1]))
    return vertex, [candidate for _, _, candidate in candidates]
