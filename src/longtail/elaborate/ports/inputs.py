"""Looking for the inputs: the two planes at which the bench meets the amplifier.

From the base (or gate) of each transistor of a pair, or of the followers before it, one walks outwards through
resistors, capacitors and inductors to the node that a source moves: that is its plane. Passive devices on the way
belong to the amplifier; ammeters, sources in series and baluns stand before the plane. Where only one side of a pair
leads to a signal, the other may be at rest (at ground, behind a resistor or a capacitor to ground, at a divider): then
its plane is the far end of what holds it. It may also be fed back from the output: then the amplifier has one signal
input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from longtail.circuit import GROUND, Circuit, Instance
from longtail.elaborate.ports.floating import floating_inputs
from longtail.elaborate.ports.pairs import CoupledPair, find_pairs
from longtail.elaborate.ports.polarity import by_names, plain_names, positive_first
from longtail.elaborate.ports.supplies import RAIL_NAME
from longtail.elaborate.ports.walking import Reached, front, moved_by, outwards
from longtail.elaborate.ports.wiring import Wiring, has_signal, inside
from longtail.elaborate.roles import base, channel, collector, role_of

INPUT_PAIRS = (
    ("inp", "inn"),
    ("in+", "in-"),
    ("inp", "inm"),
    ("vinp", "vinn"),
    ("vin+", "vin-"),
    ("vip", "vin"),
    ("vip", "vim"),
    ("in1", "in2"),
    ("vin1", "vin2"),
)
REFERENCE = re.compile(r"/?v?_?(ref|bias|mid)[0-9a-z_]*")


class SideKind(Enum):
    """What is at one side of a pair."""

    SIGNAL = "a source drives it"
    REST = "it is at rest"
    FED_BACK = "the output feeds it back"
    AMBIGUOUS = "several sources drive it"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair: what is there, the plane as `Ports.input` names it, and how it is reached."""

    kind: SideKind
    plane: str
    how: str = ""
    closed: bool = False  # whether the output feeds this base, be there a source or not


@dataclass(frozen=True, slots=True)
class Inputs:
    """The two planes and why, or no planes and what is missing; the pair, where there is one.

    `ordered` says whether the first plane is known to be the positive one; `loop` as in `Ports`.
    """

    planes: tuple[str, ...]
    why: str
    pair: CoupledPair | None = None
    ordered: bool = True
    loop: tuple[str, ...] = ()


def find_input(wiring: Wiring, supplies: Iterable[str]) -> Inputs:
    """The inputs of a circuit with these supplies. See the top of this file."""
    rails = frozenset(supplies)
    looked_at = ((pair, _sides(wiring, pair, rails)) for pair in find_pairs(wiring) if len(set(pair.bases)) == 2)
    pairs = [(pair, sides) for pair, sides in looked_at if sides is not None]
    driven = [(pair, sides) for pair, sides in pairs if all(side.kind is SideKind.SIGNAL for side in sides)]
    if driven:
        return _of_driven(wiring, driven)
    found = _of_one_sided(wiring, pairs)
    if found is not None and found.planes:
        return found
    return _of_floating(wiring) or found or _tied(wiring, rails) or _without_pair(wiring, rails)


def _of_driven(wiring: Wiring, pairs: list[tuple[CoupledPair, tuple[Side, Side]]]) -> Inputs:
    """The pair that two sources drive; of several, the one whose sources have a signal."""
    places = {frozenset(side.plane for side in sides): (pair, sides) for pair, sides in reversed(pairs)}
    if len(places) > 1:
        lively = {place: found for place, found in places.items() if any(_lively(wiring, plane) for plane in place)}
        if len(lively) != 1:
            return _ambiguous(wiring, pairs)
        places = lively
    ((pair, sides),) = places.values()
    planes = [side.plane for side in sides]
    bases = [base(each) or "" for each in _fronts(wiring, pair)]
    named = [_as_source(wiring, side.plane, node) for side, node in zip(sides, bases, strict=True)]
    if not set(named) & set(planes):  # two nodes or two sources, never one of each
        planes = named
    drivers = [next(wiring.chain(side.plane), side.plane) for side in sides]
    order, hint = positive_first(wiring, (sides[0].plane, sides[1].plane))
    if order < 0:
        planes.reverse()
        drivers.reverse()
        pair = CoupledPair(pair.second, pair.first, pair.common)
    why = (
        f"found: {drivers[0]} and {drivers[1]} drive the {pair.word} of {pair.first.name} and {pair.second.name}, "
        f"joined at {pair.common}"
    )
    why += f"; {planes[0]} is the positive one {hint}" if hint else ""
    return Inputs(tuple(planes), why, pair, bool(hint))


def _ambiguous(wiring: Wiring, pairs: list[tuple[CoupledPair, tuple[Side, Side]]]) -> Inputs:
    choices, names = [], []
    for pair, sides in pairs:
        drivers = [next(wiring.chain(side.plane), side.plane) for side in sides]
        choices.append(f"{drivers[0]}, {drivers[1]} at {pair.first.name}, {pair.second.name}")
        names.append(f"{sides[0].plane} {sides[1].plane}")
    return Inputs((), f"ambiguous: {'; '.join(dict.fromkeys(choices))}; name one: *@ input {names[0]}")


def _as_source(wiring: Wiring, plane: str, node: str) -> str:
    """A plane by the name of its source where that stands at ground with a network behind it; else by its node."""
    step = wiring.held.get(plane)
    plain = (
        step is not None and step.other == GROUND and wiring.circuit.instances[step.source].device == "voltage_source"
    )
    return step.source if step is not None and plain and plane != node else plane


def _lively(wiring: Wiring, node: str) -> bool:
    """Whether a source that decides on a held node has a signal."""
    return any(has_signal(wiring.circuit, wiring.circuit.instances[name]) for name in wiring.sources_of(node))


def _sides(wiring: Wiring, pair: CoupledPair, rails: frozenset[str]) -> tuple[Side, Side] | None:
    """What is at the two bases of a pair; None where no signal reaches either."""
    fronts = _fronts(wiring, pair)
    bases = [base(each) or "" for each in fronts]
    first, second = (outwards(wiring, node) for node in bases)
    signals = (_signals(wiring, first, second, rails), _signals(wiring, second, first, rails))
    if not any(signals):
        return None
    moved: set[str] = set()
    if not all(wiring.is_held(node) for node in bases):  # held bases move by nothing: in a large circuit most are
        tops = (collector(pair.first), collector(pair.second))
        followers = all(wiring.is_held(node) for node in tops)
        moved = moved_by(wiring, (channel(pair.first)[1], channel(pair.second)[1]) if followers else tops)
    return (
        _side(wiring, fronts[0], signals[0], first, moved),
        _side(wiring, fronts[1], signals[1], second, moved),
    )


def _fronts(wiring: Wiring, pair: CoupledPair) -> tuple[Instance, Instance]:
    """The transistors of a pair, or the first of the followers before them."""
    return front(wiring, pair.first), front(wiring, pair.second)


def _signals(wiring: Wiring, here: Reached, there: Reached, rails: frozenset[str]) -> list[str]:
    """The held nodes that drive one base of a pair: nearer to it than to the other, and the likeliest of several."""
    found = [h for h in here.held if here.steps(h) < there.steps(h) and _is_signal(wiring, h, rails)]
    return _likeliest(wiring, found, here) if len(found) > 1 else found


def _side(wiring: Wiring, transistor: Instance, signals: list[str], reached: Reached, moved: set[str]) -> Side:
    """What is at the base of one transistor of a pair whose collectors move the nodes `moved`."""
    node = base(transistor)
    assert node is not None  # only transistors make a pair
    closed = node in moved
    if len(signals) == 1:
        return Side(SideKind.SIGNAL, signals[0], closed=closed)
    if signals:
        return Side(SideKind.AMBIGUOUS, node, ", ".join(signals))
    if closed:
        by = [i.name for i in wiring.at[node] if i is not transistor and _leads_to(wiring, i, node, moved)]
        return Side(SideKind.FED_BACK, node, ", ".join(by), closed=True)
    return _at_rest(wiring, transistor, node, reached)


def _is_signal(wiring: Wiring, node: str, rails: frozenset[str]) -> bool:
    """Whether a held node can be an input: not ground, and not by the supplies alone."""
    sources = wiring.sources_of(node)
    if not _lively(wiring, node) and all(RAIL_NAME.fullmatch(name) for name in sources):
        return False  # a supply at 0 V
    return node != GROUND and bool(sources) and not (set(sources) | set(wiring.chain(node))) <= rails


def _likeliest(wiring: Wiring, nodes: list[str], reached: Reached) -> list[str]:
    """Of several held nodes at one base those with a signal, else those behind a capacitor, else the nearest."""
    lively = [node for node in nodes if _lively(wiring, node)]
    if len(lively) == 1:
        return lively
    nodes = _without_references(wiring, lively or nodes, 1)
    coupled = [node for node in nodes if any(i.device == "capacitor" for i in reached.held[node])]
    if len(coupled) == 1:
        return coupled
    least = min(reached.steps(node) for node in nodes)
    return [node for node in nodes if reached.steps(node) == least]


def _without_references(wiring: Wiring, nodes: list[str], least: int) -> list[str]:
    """Held nodes without those that are called a reference, where there are more and at least so many are left."""
    left = [n for n in nodes if not any(REFERENCE.fullmatch(name) for name in (n, next(wiring.chain(n), "")))]
    return left if len(nodes) > least <= len(left) else nodes


def _leads_to(wiring: Wiring, instance: Instance, node: str, moved: set[str]) -> bool:
    return instance.device != "capacitor" and any(other in moved for other in instance.nodes[:2] if other != node)


def _at_rest(wiring: Wiring, transistor: Instance, node: str, reached: Reached) -> Side:
    """The plane of a base that no signal reaches: the far end of what holds it, or its own node."""
    role = role_of(transistor)
    assert role is not None  # only transistors make a pair
    whose = f"the {role.control_name} of {transistor.name}"
    if wiring.is_held(node):
        return Side(SideKind.REST, f"{node}@{transistor.name}", f"{whose} is at {_place(node)}")
    to_ground = [(len(path), h, path[-1]) for h, path in reached.held.items()]
    coupled = [each for each in to_ground if reached.held[each[1]][0].device == "capacitor"]
    alone = [i for i in wiring.at.get(node, ()) if base(i) != node]
    if coupled or len(alone) == 1:
        choice = min(coupled or to_ground, key=lambda each: each[0], default=None)
        if choice is not None:
            _, far, last = choice
            return Side(SideKind.REST, f"{far}@{last.name}", f"{whose} is held by {last.name} to {_place(far)}")
    holding = ", ".join(i.name for i in alone[:4])
    return Side(SideKind.REST, node, f"{whose} is held at {node} by {holding}")


def _place(node: str) -> str:
    return "ground" if node == GROUND else node


def _of_one_sided(wiring: Wiring, pairs: list[tuple[CoupledPair, tuple[Side, Side]]]) -> Inputs | None:
    """Pairs with a signal at one side: two make an instrumentation amplifier, one has its other side at rest."""
    found: dict[str, tuple[CoupledPair, tuple[Side, Side], int]] = {}
    for pair, sides in pairs:
        for k in (0, 1):
            if sides[k].kind is SideKind.SIGNAL and sides[1 - k].kind is not SideKind.SIGNAL:
                found.setdefault(sides[k].plane, (pair, sides, k))
    found = {plane: found[plane] for plane in _without_references(wiring, list(found), 2)}
    if len(found) == 2:
        names = " and ".join(f"{pair.first.name}, {pair.second.name}" for pair, *_ in found.values())
        first, second = found
        return _two(wiring, [first, second], f"{first} and {second} each drive one side of a pair ({names})")
    if len(found) != 1:
        return None
    ((plane, (pair, sides, k)),) = found.items()
    side, other = sides[k], sides[1 - k]
    if other.kind is SideKind.AMBIGUOUS:
        return Inputs((), f"ambiguous: {other.how} drive the other side of {pair.first.name}, {pair.second.name}")
    if side.closed or other.kind is SideKind.FED_BACK:
        fed = other if other.kind is SideKind.FED_BACK else side
        at = sides.index(fed)
        fed_back, another = _fronts(wiring, pair)[:: 1 - 2 * at]
        loop = (next(wiring.chain(plane), plane), fed_back.name, another.name)
        return Inputs((), _feedback(wiring, pair, side, other), loop=loop)
    planes = (sides[0].plane, sides[1].plane)
    order = by_names(*planes)
    if order < 0:
        planes, pair = planes[::-1], CoupledPair(pair.second, pair.first, pair.common)
    driver = next(wiring.chain(plane), plane)
    why = f"found: {driver} drives {pair.first.name}, {pair.second.name} at one side; {other.how}"
    return Inputs(planes, why, pair, order != 0)


def _of_floating(wiring: Wiring) -> Inputs | None:
    """Two floating sources with a signal, alone of their kind."""
    found = floating_inputs(wiring)
    if found is None:
        return None
    why = f"found: {found.sources[0]} and {found.sources[1]} alone are floating sources with a signal"
    why += f"; {found.planes[0]} is the positive one {found.hint}" if found.hint else ""
    return Inputs(found.planes, why, ordered=bool(found.hint))


def _feedback(wiring: Wiring, pair: CoupledPair, side: Side, other: Side) -> str:
    driver = next(wiring.chain(side.plane), side.plane)
    node = other.plane if other.kind is SideKind.FED_BACK else "the same side"
    by = f" by {other.how}" if other.how and other.kind is SideKind.FED_BACK else ""
    return (
        f"one signal input: {driver} at {side.plane}; the output is fed back to {node}{by}, which is no second input "
        f"of the pair {pair.first.name}, {pair.second.name}"
    )


def _tied(wiring: Wiring, rails: frozenset[str]) -> Inputs | None:
    """Pairs of which both bases hang at one node that a signal moves."""
    for pair in find_pairs(wiring):
        first, second = pair.bases
        if first == second and not wiring.is_held(pair.common) and _is_signal(wiring, first, rails):
            driver = next(wiring.chain(first), first)
            return Inputs(
                (),
                f"not found: one source, {driver}, drives both {pair.word} of {pair.first.name} and "
                f"{pair.second.name} at {first}: put a voltage source of 0 V between {first} and one of them",
            )
    return None


def _without_pair(wiring: Wiring, rails: frozenset[str]) -> Inputs:
    """Two nodes whose names say that they are inputs, or the only two that sources with a signal move, or at all."""
    circuit = wiring.circuit
    planes = [node for node in wiring.held if _is_plane(wiring, node, rails)]
    named = _named(circuit, planes)
    if named is not None:
        return Inputs(named, "found: by name")
    lively = [node for node in planes if _lively(wiring, node)]
    sources = [
        i.name
        for i in circuit.instances_of("voltage_source")
        if i.name not in rails and has_signal(circuit, i) and not inside(i.name)
    ]
    if len(sources) == 2 and len(lively) == 2 and all(len(wiring.sources_of(node)) == 1 for node in lively):
        return _two(wiring, lively, f"{sources[0]} and {sources[1]} alone have an AC amplitude", as_sources=True)
    if len(lively) == 2:
        return _two(wiring, lively, f"sources with a signal move {lively[0]} and {lively[1]} alone")
    signals = _without_references(wiring, planes, 2)
    if len(signals) == 2:
        left_out = ", references left out" if len(planes) > 2 else ""
        return _two(wiring, signals, f"sources move {signals[0]} and {signals[1]} alone{left_out}")
    if len(lively) == 1 or len(planes) == 1:
        (plane,) = lively or planes
        driver = next(wiring.chain(plane), plane)
        return Inputs((), f"one signal input: {driver} at {plane}", loop=(driver, "", ""))
    currents = [i.name for i in circuit.instances_of("current_source") if has_signal(circuit, i) and not inside(i.name)]
    if currents:
        return Inputs(
            (),
            f"not found: the signals are currents, of {' and '.join(currents[:4])}, and inputs are voltages: put a "
            "voltage source with a large resistance in series in the place of each",
        )
    return Inputs(
        (), "not found: no two voltage sources drive the bases or gates of a pair; name them: *@ input inp inn"
    )


def _two(wiring: Wiring, nodes: list[str], why: str, as_sources: bool = False) -> Inputs:
    order, hint = positive_first(wiring, (nodes[0], nodes[1]))
    first, second = nodes if order >= 0 else nodes[::-1]
    said = f"found: {why}" + (f"; {first} is the positive one {hint}" if hint else "")
    planes = (next(wiring.chain(first)), next(wiring.chain(second))) if as_sources else (first, second)
    return Inputs(planes, said, ordered=bool(hint))


def _is_plane(wiring: Wiring, node: str, rails: frozenset[str]) -> bool:
    """Whether a node that a source moves is where the bench meets the amplifier."""
    if inside(node) or not _is_signal(wiring, node, rails):
        return False
    bench = {name for held in wiring.held.values() for name in (held.source,)}
    return any(instance.name not in bench for instance in wiring.at.get(node, ()))


def _named(circuit: Circuit, planes: list[str]) -> tuple[str, str] | None:
    nodes = plain_names(circuit)
    found = [
        (nodes[first], nodes[second])
        for first, second in INPUT_PAIRS
        if nodes.keys() >= {first, second} and {nodes[first], nodes[second]} <= set(planes)
    ]
    return found[0] if len(found) == 1 else None
