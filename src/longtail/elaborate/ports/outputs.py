"""Looking for the output: nodes that are called so, what cards look at, or the place where the input pair ends."""

from __future__ import annotations

from collections.abc import Sequence

from longtail.circuit import GROUND, Instance
from longtail.elaborate.ports.inputs import Inputs
from longtail.elaborate.ports.looked_at import looked_at
from longtail.elaborate.ports.pairs import CoupledPair
from longtail.elaborate.ports.path import SignalPath, signal_path
from longtail.elaborate.ports.path_ends import end_of_path, last_of, listed
from longtail.elaborate.ports.planes import facing, split_plane
from longtail.elaborate.ports.polarity import plain_names
from longtail.elaborate.ports.walking import LARGEST_NETWORK, follower_at, front, outputs, steers
from longtail.elaborate.ports.wiring import Wiring, inside
from longtail.elaborate.roles import base, collector, emitter, role_of
from longtail.netlist.cards import Shown

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


def find_output(wiring: Wiring, inputs: Inputs, shown: Sequence[Shown] = ()) -> Found:
    """Nodes whose names say that they are outputs; else what the cards `shown` look at; else where the input pair ends,
    if it drives nothing further; else where the signal's path from the inputs ends."""
    pair = inputs.pair
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
    ends = None if pair is None else _ends(wiring, pair)
    seen = looked_at(wiring, pair, shown, [] if pair is None else _both_ends(wiring, pair))
    if seen is not None and seen.settled:
        return seen.outputs[0], seen.why
    several = found or (list(seen.outputs) if seen is not None else [])
    if ends and not several:
        return ends
    path = _path(wiring, inputs)
    if several:
        last = last_of(path, several) if path is not None else None
        if last is not None and path is not None and _is_between(path, inputs, last):
            return last, f"taken: of {listed(several)} the last in the signal's path"
        why = seen.why if seen is not None else f"ambiguous: {'; '.join(', '.join(names) for names in found)}"
        return (), f"{why}; name one: *@ output {' '.join(several[0])}"
    taken = end_of_path(path) if path is not None else None
    if taken is not None and path is not None and _is_between(path, inputs, taken[0]):
        return taken
    why = "not found: no node is named like an output (out; outp, outn; ...), and no .print, .plot or .noise names one"
    return (), f"{why}; name it: *@ output node [node]"


def _path(wiring: Wiring, inputs: Inputs) -> SignalPath | None:
    """The signal's path from the inputs; none where they are not known, or are of two amplifiers beside each other."""
    first, second = _steered_by(wiring, inputs)
    if not first or not second or {i.name for i in first} & {i.name for i in second}:
        return None
    path = signal_path(wiring, (first, second))
    return path if inputs.pair is not None or inputs.loop or path.meets else None


def _is_between(path: SignalPath, inputs: Inputs, output: Sequence[str]) -> bool:
    """Whether an output belongs to both inputs and to no macromodel: what is found without a pair may be two
    amplifiers."""
    if any(inside(node) for node in output):
        return False
    known = inputs.pair is not None or bool(inputs.loop)
    return known or len(output) != 1 or path.is_of_both(output[0])


def _steered_by(wiring: Wiring, inputs: Inputs) -> tuple[list[Instance], list[Instance]]:
    """The transistors or other stages at each of the two inputs; none where they are not known."""
    instances = wiring.circuit.instances
    if inputs.pair is not None:
        pair = (inputs.pair.first, inputs.pair.second)
    elif len(inputs.planes) == 2:
        return _behind_plane(wiring, inputs.planes[0]), _behind_plane(wiring, inputs.planes[1])
    elif all(inputs.loop[1:]) and inputs.loop:
        pair = (instances[inputs.loop[1]], instances[inputs.loop[2]])
    else:
        return [], []
    return _beside(wiring, front(wiring, pair[0])), _beside(wiring, front(wiring, pair[1]))


def _beside(wiring: Wiring, transistor: Instance) -> list[Instance]:
    """All that is steered by the node that steers a transistor; it alone where that is ground."""
    node = base(transistor)
    if node is None or node == GROUND:
        return [transistor]
    return [i for i in wiring.at.get(node, ()) if steers(i, node)]


def _behind_plane(wiring: Wiring, plane: str) -> list[Instance]:
    """What an input steers, at its node or behind passive devices that nothing drives."""
    start, device = split_plane(plane)
    if device:
        instance = wiring.circuit.instances[device]
        if steers(instance, start):
            return [instance]
        start = next((node for node in instance.nodes[:2] if node != start), start)
    elif plane in wiring.circuit.instances and plane not in wiring.circuit.nodes:
        start = facing(wiring, plane)
    seen, waiting = {start}, [start]
    while waiting and len(seen) < LARGEST_NETWORK:
        node = waiting.pop(0)
        found = [i for i in wiring.at.get(node, ()) if steers(i, node)]
        if found:
            return found
        fresh = [other for other, _ in wiring.passive.get(node, ()) if other not in seen and not wiring.is_held(other)]
        seen.update(fresh)
        waiting += fresh
    return []


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
    they go on to another stage that is no follower."""
    first, second = (ways := _both_ends(wiring, pair))[-1]
    why = f"found: where the pair {pair.first.name}, {pair.second.name} ends" + ", behind followers" * (len(ways) - 1)
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


def _both_ends(wiring: Wiring, pair: CoupledPair) -> list[tuple[str, str]]:
    """The two ends of a pair, and those behind followers, where both have one."""
    found = [(_end(wiring, pair.first), _end(wiring, pair.second))]
    first, second = (_behind_follower(wiring, node) for node in found[0])
    return [*found, (first, second)] if first is not None and second is not None else found


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


def _behind_follower(wiring: Wiring, node: str) -> str | None:
    """The emitter or source of the only transistor that a node steers, where it is a follower."""
    steered = [i for i in wiring.at.get(node, ()) if base(i) == node]
    at = emitter(steered[0]) if len(steered) == 1 else None
    return at if at is not None and follower_at(wiring, at) is steered[0] else None


def _steered(wiring: Wiring, node: str) -> set[str]:
    """Collectors and drains of the transistors whose base or gate hangs at a node, and the ends of what reads it."""
    there = [instance for instance in wiring.at.get(node, ()) if steers(instance, node)]
    return {n for i in there for n in ((collector(i),) if role_of(i) is not None else outputs(i))}
