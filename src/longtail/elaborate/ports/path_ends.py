"""Where the signal's path ends: the output as a person finds it who follows the signal from the pair."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from longtail.circuit import GROUND, Instance
from longtail.elaborate.ports.path import SignalPath, limits
from longtail.elaborate.ports.walking import outputs
from longtail.elaborate.ports.wiring import inside
from longtail.elaborate.roles import base, channel, collector, emitter, role_of

Found = tuple[tuple[str, ...], str]
SEVERAL = 4  # nodes of several that are told
COUPLING = 1e3  # Hz: a capacitor and its load whose corner is below couple, above they damp


def end_of_path(path: SignalPath) -> Found | None:
    """The node at which the signal's path ends, or the two of a differential output, and how it was found. Of several
    that a person could not decide between the nodes are empty, and the text lists them."""
    sinks = _sinks(path)
    loops = [nodes for nodes in sinks if len(nodes) > 1]
    ends = [nodes[0] for nodes in sinks if len(nodes) == 1 and _ends_at(path, nodes[0])]
    ends = _used(path, ends) or ([] if loops else ends)
    ends = [end for end in ends if not inside(end)] or ends
    if loops:
        ends = [end for end in ends if not _returns(path, end)]
    if len(loops) == 1 and not ends:
        return _in_loop(path, loops[0])
    if loops and (len(loops) > 1 or ends):
        return (), f"ambiguous: {_listed_ends(ends + [node for nodes in loops for node in nodes])}"
    if not ends:
        return None
    if len(ends) > 1 and len(left := [end for end in ends if not _returns(path, end)]) == 1:
        ends = left
    if len(ends) == 2 and _are_twins(path, *ends):
        nodes = _in_order(path, ends)
        return _behind(path, nodes, f"taken: {_stages(path, nodes)}, where the signal's paths from the inputs end")
    meeting = _meeting(path, ends) if len(ends) > 1 else None
    if meeting is not None:
        why = f"taken: where {_names(path, ends)} meet, at the end of the signal's path from the inputs"
        return _behind(path, (meeting,), why)
    if len(ends) == 1:
        why = f"taken: {_stages(path, ends)}, where the signal's path from the inputs ends"
        return _behind(path, (ends[0],), why)
    return (), f"ambiguous: {_listed_ends(ends)}"


def _listed_ends(ends: Sequence[str]) -> str:
    several = listed([(node,) for node in ends])
    return f"the signal's path from the inputs may end at {several}; name one: *@ output {ends[0]}"


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
        last = [node for node in last if _ends_at(path, home[node])] or last
        used = _used(path, [home[node] for node in last])
        last = [node for node in last if home[node] in used] or last
    if len({home[node] for node in last}) == 1:  # one behind passive devices of the other
        (far,), _ = _behind(path, (home[last[0]],), "")
        last = [node for node in (far, home[last[0]]) if node in last] or last
        return (last[0],)
    if len(last) == 2 and _are_twins(path, home[last[0]], home[last[1]]):
        return _in_order(path, last)
    return None


def listed(outputs: Sequence[Sequence[str]]) -> str:
    """Outputs as SPICE writes them, the first of many."""
    return ", ".join(f"v({','.join(nodes)})" for nodes in outputs[:SEVERAL]) + ", ..." * (len(outputs) > SEVERAL)


def _ends_at(path: SignalPath, node: str) -> bool:
    """Whether the path ends at a node: nothing is steered there but the inputs, the pair does not have its tail there,
    and no stage that drives it goes on at its other end. An emitter is an end where it follows."""
    if path.onward[node] or path.distance(node) == (0, 0):
        return False
    drivers = [i for i in path.drivers[node] if role_of(i) is not None]
    if len(drivers) == len(path.drivers[node]) and not any(_drives(path, i, node) for i in drivers):
        return False
    if any(emitter(i) == node and not path.wiring.is_held(collector(i)) and collector(i) != node for i in drivers):
        return False
    inputs = {i.name for side in path.inputs for i in side}
    there = [i for each in path.beside[node] for i in path.wiring.at.get(each, ())]
    return not any(
        (base(i) in path.beside[node] and i.name not in inputs and not limits(path.wiring, i))
        or (i.name in inputs and emitter(i) in path.beside[node])
        for i in there
    )


def _drives(path: SignalPath, transistor: Instance, node: str) -> bool:
    """Whether a transistor has its output at a node: its collector, where the signal does not go on at its emitter, or
    its emitter where it follows."""
    top, below = channel(transistor)
    return path.wiring.is_held(top) if node == below else not set(path.onward.get(below, ())) - {node}


def _sinks(path: SignalPath) -> list[list[str]]:
    """Nodes behind which there is nothing but themselves: one alone, or several that lead round to each other. They are
    gathered backwards from the last that a walk through all leaves behind (Kosaraju)."""
    before: dict[str, list[str]] = {node: [] for node in path.onward}
    for node, after in path.onward.items():
        for each in after:
            before[each].append(node)
    group: dict[str, int] = {}
    found: list[list[str]] = []
    for start in reversed(_left(path.onward)):
        if start in group:
            continue
        group[start], waiting = len(found), [start]
        for node in waiting:  # it grows while it is read
            fresh = [n for n in before[node] if n not in group]
            group.update(dict.fromkeys(fresh, len(found)))
            waiting += fresh
        found.append(waiting)
    going_on = {group[node] for node, after in path.onward.items() if any(group[n] != group[node] for n in after)}
    return [nodes for k, nodes in enumerate(found) if k not in going_on]


def _left(onward: Mapping[str, Sequence[str]]) -> list[str]:
    """The nodes in the order in which a walk in depth has done with all behind them."""
    done: dict[str, None] = {}
    seen: set[str] = set()
    for start in onward:
        stack = [(start, iter(onward[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            node, rest = stack[-1]
            after = next((n for n in rest if n not in seen), None)
            if after is None:
                done[node] = None
                stack.pop()
            else:
                seen.add(after)
                stack.append((after, iter(onward[after])))
    return list(done)


def _used(path: SignalPath, ends: Sequence[str]) -> list[str]:
    """Ends without the idle collectors of pairs of which the other collector goes on."""
    return [end for end in ends if not any(_goes_on(path, i, end) for i in path.drivers[end])]


def _goes_on(path: SignalPath, instance: Instance, end: str) -> bool:
    """Whether the other transistor of a pair goes on where this one ends."""
    if role_of(instance) is None or collector(instance) != end:
        return False
    below = emitter(instance)
    assert below is not None  # every transistor has one
    meeting = {below, *(node for node, _ in path.wiring.passive.get(below, ()))}
    return any(
        path.onward.get(collector(other))
        for node in sorted(meeting)
        if not path.wiring.is_held(node)
        for at in (node, *(n for n, _ in path.wiring.passive.get(node, ()) if node != below))
        for other in path.wiring.at.get(at, ())
        if emitter(other) == at and other.device == instance.device and collector(other) != end
    )


def _returns(path: SignalPath, end: str) -> bool:
    """Whether all that hangs at an end but stages are capacitors back to what the path has gone through before."""
    others = [(n, by) for n, by in path.wiring.passive.get(end, ()) if n != GROUND]
    back = [by for n, by in others if by.device == "capacitor" and n in path.onward]
    return bool(back) and len(back) == len(path.wiring.passive.get(end, ()))


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


def _in_loop(path: SignalPath, nodes: Sequence[str]) -> Found:
    """The last twins of a loop that are collectors: outputs with a common-mode feedback or a crossed load. Followers
    and controlled sources behind them only sense their common mode. Of two stages one of which the other holds, the
    later one."""
    twins = ((node, twin) for node in nodes for twin in _twins(path, node) if twin in nodes)
    pairs = {
        tuple(_in_order(path, both))
        for both in twins
        if all(role_of(i) is not None and collector(i) in both for node in both for i in path.drivers[node])
    }
    last = max((path.distance(first) for first, _ in pairs), default=None)
    latest = [pair for pair in pairs if path.distance(pair[0]) == last]
    if len(latest) == 1:
        both = latest[0]
        return both, f"taken: {_stages(path, both)}, behind which the signal's paths from the inputs lead back"
    if len(nodes) == 2 and path.distance(nodes[0]) != path.distance(nodes[1]):
        far = max(nodes, key=path.distance)
        return (far,), f"taken: {_stages(path, (far,))}, the last before the signal's path from the inputs leads back"
    return (), f"ambiguous: {_listed_ends(nodes)}"


def _meeting(path: SignalPath, ends: Sequence[str]) -> str | None:
    """The node that is joined with each of the ends by a passive device: of emitter resistors."""
    common = set.intersection(*({n for n, _ in path.wiring.passive.get(end, ())} for end in ends))
    found = sorted(node for node in common if not path.wiring.is_held(node))
    twins = len({path.distance(end) for end in ends}) > 1 and len(ends) == 2 and _are_twins(path, *ends)
    return found[0] if len(found) == 1 and not twins else None


def _behind(path: SignalPath, nodes: tuple[str, ...], why: str) -> Found:
    """The far sides of loaded coupling capacitors, where every node has one."""
    far = [_coupled(path, node) for node in nodes]
    if None in far:
        return nodes, why
    return tuple(node for node in far if node is not None), f"{why} behind a capacitor"


def _coupled(path: SignalPath, node: str) -> str | None:
    wiring, number = path.wiring, path.wiring.circuit.number
    found = []
    for other, by in wiring.passive.get(node, ()):
        loads = [i for n, i in wiring.passive.get(other, ()) if i.device == "resistor" and wiring.is_held(n)]
        driven = any(other in outputs(i) for i in wiring.at.get(other, ()))
        if by.device == "capacitor" and loads and not driven and not wiring.is_held(other):
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
