"""Which devices look alike: matched pairs that no mirror image of the whole circuit shows, and equal currents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from longtail.circuit import GROUND
from longtail.devices.role import EXPONENTIAL
from longtail.elaborate.roles import channel
from longtail.symbolic.circuit.elements import SmallSignal, Symbol
from longtail.symbolic.circuit.names import mean, own_name
from longtail.symbolic.circuit.stamps import Stamp

_CLOSE = 0.03  # relative: transconductances of transistors, or values of parts, that count as equal
_PARTS = ("resistor", "capacitor", "inductor")


def twins(circuit: SmallSignal) -> dict[str, str]:
    """Devices that look like a matched pair: of one model and size, with values alike, and no third like them.

    Of several transistors that are alike, those two count that have a node to themselves which no source holds: the
    control node of a mirror, a tail. Resistors, capacitors and inductors count where their names differ in nothing
    but a number, or where they stand at the same places of two transistors that are a pair.
    """
    values = _values(circuit)
    held = _held(circuit.stamps)
    free = {s.instance.name: set(s.instance.nodes) - held for s in circuit.stamps}
    groups: dict[tuple[object, ...], list[str]] = {}
    for stamp in circuit.stamps:
        i = stamp.instance
        letters, number, _ = own_name(i.name)
        if i.name in values and (i.model is not None or (letters and number)):
            card = tuple(sorted((k, str(v)) for k, v in i.parameters.items())) if i.model else letters
            groups.setdefault((i.device, i.model, card), []).append(i.name)
    found: dict[str, str] = {}
    for members in groups.values():
        for a in members:
            near = [b for b in members if b != a and _alike(values[a], values[b])]
            if len(near) > 1:
                near = [b for b in near if free[a] & free[b]]
            if len(near) == 1:
                found[a] = near[0]
    pairs = _mutual(found)
    return pairs | _mutual(_beside(circuit.stamps, pairs, values))


def _values(circuit: SmallSignal) -> dict[str, float]:
    """What devices are compared by: the transconductance, or the one value there is."""
    values: dict[str, float] = {}
    for symbol in circuit.symbols.values():
        if symbol.device not in values or symbol.sub == "m":
            values[symbol.device] = symbol.value
    return values


def _held(stamps: Iterable[Stamp]) -> set[str]:
    """Ground and the nodes of voltage sources."""
    return {GROUND}.union(*(s.instance.nodes for s in stamps if s.device.name == "voltage_source"))


def _mutual(found: Mapping[str, str]) -> dict[str, str]:
    return {a: b for a, b in found.items() if found.get(b) == a}


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= _CLOSE * abs(a)


def _beside(stamps: Iterable[Stamp], pairs: Mapping[str, str], values: Mapping[str, float]) -> dict[str, str]:
    """Parts with two ends at the same places of the two transistors of a pair."""
    nodes = {s.instance.name: s.instance.nodes for s in stamps}
    image: dict[str, str] = {}
    for first, second in pairs.items():
        image |= dict(zip(nodes[first], nodes[second], strict=True))
    places: dict[tuple[str, frozenset[str]], list[str]] = {}
    for s in stamps:
        name = s.instance.name
        if s.device.name in _PARTS and name in values and name not in pairs:
            places.setdefault((s.device.name, frozenset(nodes[name])), []).append(name)
    found = {}
    for (device, ends), members in places.items():
        there = frozenset(image.get(n, n) for n in ends)
        others = places.get((device, there), [])
        if there != ends and len(members) == len(others) == 1 and _alike(values[members[0]], values[others[0]]):
            found[members[0]] = others[0]
    return found


def beside_the_line(circuit: SmallSignal, nodes: Mapping[str, str], images: Mapping[str, str]) -> dict[str, str]:
    """Parts of equal value at nodes that are each other's image, where the mirror image of the whole ends there.

    The feedback resistor of a difference amplifier and the one from its other input to ground are such a pair: they
    have one end alike. `nodes` and `images` are of the mirror; parts with an image of equal value keep it.
    """
    values = _values(circuit)
    matched = {a for a, b in images.items() if a in values and b in values and _alike(values[a], values[b])}
    free = [
        s.instance for s in circuit.stamps if s.device.name in _PARTS and s.instance.name in values.keys() - matched
    ]
    found = {}
    for part in free:
        there = {nodes[n] for n in part.nodes if nodes.get(n, n) != n}
        near = [
            other.name
            for other in free
            if other.device == part.device
            and there.intersection(other.nodes)
            and other is not part
            and _alike(values[part.name], values[other.name])
        ]
        if len(near) == 1:
            found[part.name] = near[0]
    return _mutual(found)


def one_current(circuit: SmallSignal) -> dict[str, Symbol]:
    """One transconductance for all bipolar transistors that the same current runs through, by the keys it replaces.

    Where the law is exponential, g_m = I_C/V_T has no other parameter, so that transistors in a row between the
    supplies share it, whatever their type.
    They are known by a node, held by no source, that their collectors and emitters have in common, and by equal g_m.
    """
    held = _held(circuit.stamps)
    ends = {
        s.instance.name: set(channel(s.instance)) - held
        for s in circuit.stamps
        if s.device.role is not None and s.device.role.law == EXPONENTIAL
    }
    groups = [
        [s]
        for s in circuit.symbols.values()
        if s.head == "g" and s.sub == "m" and s.base is None and all(d in ends for d in s.device.split("+"))
    ]
    while (pair := next((p for p in combinations(groups, 2) if _in_a_row(*p, ends)), None)) is not None:
        first, second = pair
        groups.remove(second)
        first += second
    return {s.key: mean(*group) for group in groups if len(group) > 1 for s in group}


def _in_a_row(first: Iterable[Symbol], second: Iterable[Symbol], ends: Mapping[str, set[str]]) -> bool:
    one, other = ({n for s in group for d in s.device.split("+") for n in ends[d]} for group in (first, second))
    return bool(one & other) and all(_alike(a.value, b.value) for a in first for b in second)
