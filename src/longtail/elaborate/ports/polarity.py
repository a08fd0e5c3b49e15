"""Which of two inputs is the positive one: by their names, by what drives them, and as it comes otherwise."""

from __future__ import annotations

from longtail.circuit import Circuit
from longtail.elaborate.ports.wiring import Wiring

# what is left of two names without their common beginning and end: the negative one, the positive one
OPPOSITES = frozenset(
    {
        *(
            ("n", "p"),
            ("m", "p"),
            ("-", "+"),
            ("neg", "pos"),
            ("min", "pl"),
            ("n", "i"),
            ("", "non"),
        ),
        *(("ref", "in"), ("ref", "sig"), ("lo", "hi"), ("low", "high"), ("l", "h"), ("c", "t")),
        *(("n", ""), ("b", ""), ("m", ""), ("_n", ""), ("_b", "")),
    }
)
NUMBERED = frozenset({("2", "1"), ("b", "a")})  # in order, which says less


def by_names(first: str, second: str, opposites: frozenset[tuple[str, str]] = OPPOSITES) -> int:
    """+1 where the first of two names is the positive input, -1 where the second is, 0 where they do not say.

    >>> by_names("inp", "inm"), by_names("vminus", "vplus"), by_names("in2", "in1", NUMBERED), by_names("3", "7")
    (1, -1, -1, 0)
    """
    first, second = first.lstrip("/"), second.lstrip("/")
    if first.isdigit() and second.isdigit():
        return 0
    start = _alike(first, second)
    first, second = first[start:], second[start:]
    end = _alike(first[::-1], second[::-1])
    first, second = first[: len(first) - end], second[: len(second) - end]
    return ((second, first) in opposites) - ((first, second) in opposites)


def _alike(first: str, second: str) -> int:
    """How many letters two names have in common at their beginning."""
    return next(
        (k for k, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def positive_first(wiring: Wiring, planes: tuple[str, str]) -> tuple[int, str]:
    """+1 where the first of two input planes is the positive one, -1 where the second is, 0 where nothing says; why.

    Names of opposites come first (of nodes, then of sources), then names that count, then signals of opposite phase,
    then a floating source between the two, whose first terminal is the positive end.
    """
    sources = [next(wiring.chain(node), "") for node in planes]
    for opposites in (OPPOSITES, NUMBERED):
        for names, whose in ((planes, "by their names"), (sources, "by the names of their sources")):
            said = by_names(names[0], names[1], opposites)
            if said:
                return said, whose
    first, second = (wiring.amplitude(node) for node in planes)
    if (first * second.conjugate()).real < 0.0:
        return (1 if first.real > 0.0 else -1), "by the phase of their signals"
    said = _floating(wiring, planes)
    return said, "by the source between them" if said else ""


def _floating(wiring: Wiring, nodes: tuple[str, str]) -> int:
    """Which way the sources point that lead from one node to the other without a way by ground."""
    to_ground = []
    for node in nodes:
        path = [node]
        while path[-1] in wiring.held:
            path.append(wiring.held[path[-1]].other)
        to_ground.append(path)
    meeting = next((node for node in to_ground[0] if node in to_ground[1]), None)
    if meeting is None or meeting not in wiring.held:
        return 0
    signs = {wiring.held[n].sign for n in to_ground[0][: to_ground[0].index(meeting)]}
    signs |= {-wiring.held[n].sign for n in to_ground[1][: to_ground[1].index(meeting)]}
    return int(signs.pop()) if len(signs) == 1 else 0


def plain_names(circuit: Circuit) -> dict[str, str]:
    """Nodes by their names without the slash of schematic sheets and without underscores."""
    return {node.lstrip("/").replace("_", ""): node for node in circuit.nodes}
