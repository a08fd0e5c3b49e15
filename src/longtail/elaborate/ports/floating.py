"""Two floating sources with a signal, on a body or in the arms of a bridge: the inputs where nothing else shows them.

Neither end of such a source is tied to ground by sources. The plane is the end from which fewer passive devices lead to
what an amplifier is steered by.
"""

from __future__ import annotations

from dataclasses import dataclass

from longtail.circuit import GROUND, Instance
from longtail.elaborate.ports.polarity import NUMBERED, by_names
from longtail.elaborate.ports.walking import LARGEST_NETWORK, steers
from longtail.elaborate.ports.wiring import Wiring, has_signal, inside, source_amplitude


@dataclass(frozen=True, slots=True)
class FloatingInputs:
    """The two planes, the positive one first where `hint` says why it is, and the sources at them."""

    planes: tuple[str, str]
    sources: tuple[str, str]
    hint: str


def floating_inputs(wiring: Wiring) -> FloatingInputs | None:
    """The planes of the only two floating sources with a signal; None where there are not two."""
    circuit = wiring.circuit
    found = [
        i
        for i in circuit.instances_of("voltage_source")
        if not inside(i.name) and has_signal(circuit, i) and not any(wiring.is_held(node) for node in i.nodes)
    ]
    if len(found) != 2:
        return None
    planes = [_plane(wiring, source) for source in found]
    if None in planes or planes[0] == planes[1]:
        return None
    first, second = ((plane, source) for plane, source in zip(planes, found, strict=True) if plane is not None)
    order, hint = _order(wiring, first, second)
    if order < 0:
        first, second = second, first
    return FloatingInputs((first[0], second[0]), (first[1].name, second[1].name), hint)


def _plane(wiring: Wiring, source: Instance) -> str | None:
    """The end of a source that faces the amplifier; None where both do, or neither."""
    first, second = source.nodes
    near, far = (_steps(wiring, node, source) for node in (first, second))
    return None if near == far else first if near < far else second


def _steps(wiring: Wiring, start: str, without: Instance) -> int:
    """How many passive devices lead from a node to one that steers something, without one source."""
    steps, waiting = {start: 0}, [start]
    while waiting and len(steps) < LARGEST_NETWORK:
        node = waiting.pop(0)
        if any(steers(instance, node) for instance in wiring.at.get(node, ())):
            return steps[node]
        for other, by in wiring.passive.get(node, ()):
            if other != GROUND and other not in steps and by is not without and not wiring.is_held(other):
                steps[other] = steps[node] + 1
                waiting.append(other)
    return LARGEST_NETWORK


def _order(wiring: Wiring, first: tuple[str, Instance], second: tuple[str, Instance]) -> tuple[int, str]:
    """+1 where the first plane is the positive one, -1 where the second is, 0 where nothing says; and why."""
    names = (first[0], second[0]), (first[1].name, second[1].name)
    for pair, whose in zip(names, ("by their names", "by the names of their sources"), strict=True):
        said = by_names(*pair) or by_names(*pair, NUMBERED)
        if said:
            return said, whose
    one, two = (
        source_amplitude(wiring.circuit, source) * (1.0 if source.nodes[0] == plane else -1.0)
        for plane, source in (first, second)
    )
    if (one * two.conjugate()).real < 0.0:
        return (1 if one.real > 0.0 else -1), "by the phase of their signals"
    return 0, ""
