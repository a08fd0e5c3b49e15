"""Where the signal's path ends: the output as a person finds it who follows the signal from the pair."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from longtail.elaborate.ports.path import SignalPath, limits
from longtail.elaborate.roles import base, channel, collector, emitter, role_of

Found = tuple[tuple[str, ...], str]
SEVERAL = 4  # nodes of several that are told
COUPLING = 1e3  # Hz: a capacitor and its load whose corner is below couple, above they damp


def end_of_path(path: SignalPath) -> Found | None:
    """The node at which the signal's path ends, or the two of a differential output, and how it was found. Of several
    that a person could not decide between the nodes are empty, and the text lists them."""
    ends = _used(path, [node for node in path.onward if _ends_at(path, node)])
    if not ends:
        return _in_loop(path)
    if len(ends) == 2 and _are_twins(path, *ends):
        nodes = _in_order(path, ends)
        return _behind(path, nodes), f"taken: {_stages(path, nodes)}, where the signal's paths from the inputs end"
    meeting = _meeting(path, ends) if len(ends) > 1 else None
    if meeting is not None:
        return (meeting,), f"taken: where {_names(path, ends)} meet, at the end of the signal's path from the inputs"
    if len(ends) == 1:
        nodes = (ends[0],)
        return _behind(path, nodes), f"taken: {_stages(path, nodes)}, where the signal's path from the inputs ends"
    return (), f"ambiguous: the signal's path from the inputs ends at {listed([(node,) for node in ends])}"


def last_of(path: SignalPath, shown: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """Of several nodes that are looked at the last in the signal's path, or the last two where they are twins; None
    where there is no last, and where differences are looked at too."""
    if any(len(names) > 1 for names in shown):
        return None
    home = {node: start for start, nodes in path.beside.items() for node in nodes} | {n: n for n in path.beside}
    nodes = [node for (node,) in shown if node in home]
    after = {node: path.after(home[node]) for node in nodes}
    last = [node for node in nodes if not any(home[n] in after[node] for n in nodes if home[n] != home[node])]
    if len(last) > 1:
        last = [node for node in last if home[node] in _used(path, [home[each] for each in last])]
    if len(last) == 2 and _are_twins(path, home[last[0]], home[last[1]]):
        return _in_order(path, last)
    return (last[0],) if len(last) == 1 else None


def listed(outputs: Sequence[Sequence[str]]) -> str:
    """Outputs as SPICE writes them, the first of many."""
    return ", ".join(f"v({','.join(nodes)})" for nodes in outputs[:SEVERAL]) + ", ..." * (len(outputs) > SEVERAL)


def _ends_at(path: SignalPath, node: str) -> bool:
    """Whether the path ends at a node: nothing is steered there but the inputs, no pair has its tail there, and no stage
    that drives it goes on at its other end. An emitter is an end where it follows."""
    if path.onward[node]:
        return False
    drivers = path.drivers[node]
    if all(role_of(i) is not None and any(path.onward.get(n) for n in set(channel(i)) - {node}) for i in drivers):
        return False
    if not any(role_of(i) is None or collector(i) == node or path.wiring.is_held(collector(i)) for i in drivers):
        return False
    inputs = {i.name for side in path.inputs for i in side}
    there = [i for each in path.beside[node] for i in path.wiring.at.get(each, ())]
    return not any(
        (base(i) in path.beside[node] and i.name not in inputs and not limits(path.wiring, i))
        or (i.name in inputs and emitter(i) in path.beside[node])
        for i in there
    )


def _used(path: SignalPath, ends: Sequence[str]) -> list[str]:
    """Ends without those of which only the other side of the pair goes on."""
    used = [end for end in ends if not any(path.onward[twin] for twin in _twins(path, end))]
    return used or list(ends)


def _twins(path: SignalPath, node: str) -> Iterator[str]:
    """Nodes that are as far from the other input as a node is from the one, driven by devices of the same kind."""
    here = path.distance(node)
    if here[0] == here[1]:
        return
    kinds = _kinds(path, node)
    yield from (n for n in path.onward if path.distance(n) == here[::-1] and _kinds(path, n) == kinds)


def _kinds(path: SignalPath, node: str) -> list[tuple[str, str, bool]]:
    """The devices and models that drive a node, and whether they follow."""
    models = path.wiring.circuit.models
    return sorted(
        (i.device, models[i.model].type if i.model is not None else "", emitter(i) == node)
        for i in path.drivers.get(node, ())
    )


def _are_twins(path: SignalPath, first: str, second: str) -> bool:
    return second in _twins(path, first)


def _in_order(path: SignalPath, nodes: Sequence[str]) -> tuple[str, ...]:
    """That of the first input first."""
    return tuple(sorted(nodes, key=path.distance))


def _in_loop(path: SignalPath) -> Found | None:
    """The twins that all behind them leads back to: outputs with a common-mode feedback or a crossed load."""
    tails = {emitter(i) for side in path.inputs for i in side}
    found: dict[tuple[str, ...], None] = {}
    for node in path.onward:
        twins = list(_twins(path, node))
        if len(twins) != 1 or path.distance(node) > path.distance(twins[0]):
            continue
        both = (node, twins[0])
        behind = (path.after(node) | path.after(twins[0])) - tails
        if all(set(both) & path.after(n) or n in both for n in behind):
            found[both] = None
    if len(found) != 1:
        several = f"ambiguous: the signal's path from the inputs comes round through {listed(list(found))}"
        return ((), several) if found else None
    (both,) = found
    return both, f"taken: {_stages(path, both)}, behind which the signal's paths from the inputs lead back"


def _meeting(path: SignalPath, ends: Sequence[str]) -> str | None:
    """The node that is joined with each of the ends by a passive device: of emitter resistors."""
    common = set.intersection(*({n for n, _ in path.wiring.passive.get(end, ())} for end in ends))
    found = sorted(node for node in common if not path.wiring.is_held(node))
    twins = len({path.distance(end) for end in ends}) > 1 and len(ends) == 2 and _are_twins(path, *ends)
    return found[0] if len(found) == 1 and not twins else None


def _behind(path: SignalPath, nodes: tuple[str, ...]) -> tuple[str, ...]:
    """The far sides of loaded coupling capacitors, where every node has one."""
    far = [_coupled(path, node) for node in nodes]
    return nodes if None in far else tuple(node for node in far if node is not None)


def _coupled(path: SignalPath, node: str) -> str | None:
    wiring, number = path.wiring, path.wiring.circuit.number
    found = []
    for other, by in wiring.passive.get(node, ()):
        loads = [i for n, i in wiring.passive.get(other, ()) if i.device == "resistor" and wiring.is_held(n)]
        if by.device == "capacitor" and other in path.beside[node] and loads:
            ohms = [number(i.parameters.get("r", 0.0)) for i in loads]
            seconds = number(by.parameters.get("c", 0.0)) / sum(1.0 / ohm for ohm in ohms) if all(ohms) else 0.0
            if 2.0 * math.pi * seconds * COUPLING > 1.0:
                found.append(other)
    return found[0] if len(found) == 1 else None


def _stages(path: SignalPath, nodes: Sequence[str]) -> str:
    """What drives the output, in words: `the collectors of q1, q2`."""
    roles = [(role_of(i), collector(i) == node) for node in nodes for i in path.drivers[node] if role_of(i) is not None]
    words = {role.output_name if out else "follower" for role, out in roles if role is not None}
    names, several = _names(path, nodes), "s" * (sum(len(path.drivers[node]) for node in nodes) > 1)
    if len(words) != 1 or len(roles) < sum(len(path.drivers[node]) for node in nodes):
        return f"what {names} drive{'s' if not several else ''}"
    word = words.pop()
    return f"the end of the follower{several} {names}" if word == "follower" else f"the {word}{several} of {names}"


def _names(path: SignalPath, nodes: Collection[str]) -> str:
    names = list(dict.fromkeys(i.name for node in nodes for i in path.drivers[node]))
    return ", ".join(names[:SEVERAL]) + ", ..." * (len(names) > SEVERAL)
