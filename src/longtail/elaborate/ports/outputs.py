"""Looking for the output: nodes that are called so, or the place where the input pair ends."""

from __future__ import annotations

from longtail.circuit import Instance
from longtail.elaborate.ports.pairs import CoupledPair
from longtail.elaborate.ports.polarity import plain_names
from longtail.elaborate.ports.walking import LARGEST_NETWORK, steers
from longtail.elaborate.ports.wiring import Wiring
from longtail.elaborate.roles import base, collector, emitter

OUTPUT_PAIRS = (
    ("outp", "outn"),
    ("out+", "out-"),
    ("voutp", "voutn"),
    ("vop", "von"),
    ("op", "on"),
    ("outp", "outm"),
    ("vop", "vom"),
    ("vout+", "vout-"),
    ("vo+", "vo-"),
    ("out1", "out2"),
    ("vout1", "vout2"),
    ("vo1", "vo2"),
    ("o1", "o2"),
)
OUTPUT_SINGLES = ("out", "vout", "vo", "output", "o")
LARGEST_CASCODE = 4  # transistors on top of one of a pair
Found = tuple[tuple[str, ...], str]


def find_output(wiring: Wiring, pair: CoupledPair | None) -> Found:
    """Nodes whose names say that they are outputs; else where the input pair ends, if it drives nothing further."""
    nodes = plain_names(wiring.circuit)
    found: list[tuple[str, ...]] = [
        tuple(nodes[name] for name in names) for names in OUTPUT_PAIRS if nodes.keys() >= set(names)
    ]
    found += [(nodes[single],) for single in OUTPUT_SINGLES if single in nodes]
    singles = {names[0] for names in found if len(names) == 1}
    if singles:
        found = [names for names in found if len(names) == 1 or not _is_first_stage(wiring, names, singles)]
    if len(found) == 1:
        return found[0], "found: by name"
    if found:
        return (), f"ambiguous: {'; '.join(', '.join(names) for names in found)}; name one: *@ output {found[0][0]}"
    why = "not found: no node is named like an output (out; outp, outn; ...)"
    ends = None if pair is None else _ends(wiring, pair)
    if ends is None:
        return (), f"{why}; name it: *@ output node [node]"
    return ends


def _is_first_stage(wiring: Wiring, names: tuple[str, ...], singles: set[str]) -> bool:
    """Whether two nodes, one and two by their names, steer another stage and lead to no single output without it."""
    if not all(node.endswith(number) for node, number in zip(names, "12", strict=True)):
        return False
    seen, waiting, onwards = set(names), list(names), False
    while waiting and len(seen) < LARGEST_NETWORK:
        node = waiting.pop()
        if any(steers(instance, node) for instance in wiring.at.get(node, ())):
            onwards = True
            continue
        for other, _ in wiring.passive.get(node, ()):
            if other not in seen and not wiring.is_held(other):
                seen.add(other)
                waiting.append(other)
    return onwards and not seen & singles


def _ends(wiring: Wiring, pair: CoupledPair) -> Found | None:
    """The two ends of the input pair, or the second where the first is the input of a current mirror; None where
    they go on to another stage."""
    first, second = (_end(wiring, instance) for instance in (pair.first, pair.second))
    why = f"found: where the pair {pair.first.name}, {pair.second.name} ends"
    held = [wiring.is_held(node) for node in (first, second)]
    if first == second or all(held):
        return None
    steered = {node: _steered(wiring, node) for node in (first, second)}
    if any(held):
        node = second if held[0] else first
        return None if steered[node] else ((node,), f"{why}; the other end is at a supply")
    if not steered[first] | steered[second] <= {first, second}:
        return None
    mirrored = [node for node in (first, second) if steered[node]]
    if len(mirrored) == 1:
        return tuple(node for node in (first, second) if node not in mirrored), f"{why}, behind the mirror"
    return (first, second), f"{why}; it drives nothing further"


def _end(wiring: Wiring, instance: Instance) -> str:
    """The collector or drain of a transistor, or that of the cascode transistors on top of it."""
    node = collector(instance)
    for _ in range(LARGEST_CASCODE):
        above = [other for other in wiring.at.get(node, ()) if emitter(other) == node and other is not instance]
        if len(above) != 1:
            break
        instance = above[0]
        node = collector(instance)
    return node


def _steered(wiring: Wiring, node: str) -> set[str]:
    """Collectors and drains of the transistors whose base or gate hangs at a node."""
    return {collector(instance) for instance in wiring.at.get(node, ()) if base(instance) == node}
