"""Where a loop is cut: at voltage sources that stand in it, or at the first terminal of elements.

Of one wire it does not matter which way its source points. Of two wires it matters which ends lie on one side of the
cut. The order of nodes on their cards does not have to say it: two sides are told by the mirror image of the circuit,
where it has one as a whole; else by the signal, which passes both wires of a loop in the same direction. Where it
passes them alike in both, as through passive elements, the order of the nodes counts, and a note says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from longtail import modes
from longtail.circuit import GROUND, Circuit, Instance
from longtail.driven.drives import Drives
from longtail.driven.loop_gain import ROUNDING, Real, Wire, transmission
from longtail.elaborate.roles import role_of
from longtail.engine.small_signal.linearization import Linearization
from longtail.errors import OptionError, nearest
from longtail.symmetry.finding import find_mirror

SOURCE = "voltage_source"
CONTROLLED = frozenset({"vcvs", "vccs", "ccvs", "cccs", "behavioral"})
PASSIVE = frozenset({"resistor", "capacitor", "inductor", "diode"})
IN_SERIES = "put a voltage source of 0 V in series with the loop and name that"
_CLEAR = 0.1  # of how much a signal passes the other way: less, and its direction is clear


@dataclass(frozen=True)
class Probe:
    """The circuit with a voltage source in each wire of a loop; where each is cut, in words; what there is to say."""

    names: tuple[str, ...]
    circuit: Circuit
    wires: tuple[Wire, ...]
    told: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return ", ".join(self.names)


def find_probe(drives: Drives, names: tuple[str, ...]) -> Probe:
    """Cut the loop at what was named, one element or two. Raises `OptionError` for what is in no loop."""
    if len(names) > 2:
        raise OptionError(
            f"a loop has one wire, or two where it is fully differential, not {len(names)}: {', '.join(names)}",
            hint="ask for other loops one by one",
        )
    if len(set(names)) < len(names):
        raise OptionError(f"{names[0]} is named twice", hint="name an element in each of the two wires of the loop")
    probe = Probe(names, drives.circuit, (), ())
    for name in names:
        circuit, wire = _cut(probe.circuit, _element(drives, name))
        told = f"{wire.ends[0]} and {wire.ends[1] if circuit is probe.circuit else name}"
        probe = replace(probe, circuit=circuit, wires=(*probe.wires, wire), told=(*probe.told, told))
    return probe


def _element(drives: Drives, name: str) -> Instance:
    """The element of a name, if a loop can be cut at it."""
    instances = drives.circuit.instances
    if name not in instances:
        if drives.bench is not None and name in drives.bench.instances:
            raise OptionError(
                f"{name} stands before the inputs {', '.join(drives.hot)}, which are driven in its place",
                hint="name the sources before it as inputs",
            )
        if name in drives.circuit.nodes:
            raise OptionError(f"a loop is cut at an element, and '{name}' is a node", hint=_near_node(drives, name))
        raise OptionError(f"there is no element '{name}' to cut a loop at", hint=nearest(name, instances) or IN_SERIES)
    element = instances[name]
    if element.device not in {SOURCE, *CONTROLLED, *PASSIVE}:
        leads = "leads" if role_of(element) else "ends"
        raise OptionError(
            f"a loop is cut at an element with two terminals, not at the {leads} of {name}",
            span=element.span,
            hint=IN_SERIES,
        )
    ends = set(element.nodes[:2])
    if ends == {GROUND} or (GROUND in ends and element.device not in CONTROLLED):
        raise OptionError(f"{name} stands at ground and is in no loop", span=element.span, hint=IN_SERIES)
    return element


def _near_node(drives: Drives, node: str) -> str:
    """Elements that have a node as their first terminal, where a loop can be cut."""
    at = [n for n, i in drives.circuit.instances.items() if i.device in PASSIVE and i.nodes[0] == node != i.nodes[1]]
    at = [n for n in at if GROUND not in drives.circuit.instances[n].nodes]
    return f"name an element at it: {', '.join(at[:4])}" if at else IN_SERIES


def _cut(circuit: Circuit, element: Instance) -> tuple[Circuit, Wire]:
    """The circuit with a voltage source in the wire: the element itself, or one of 0 V before its first terminal (of a
    controlled source at ground, before the other)."""
    first, second = element.nodes[:2]
    if element.device == SOURCE:
        return circuit, Wire(element.name, (first, second))
    place = 0 if first != GROUND else 1
    node = element.nodes[place]
    return with_source(circuit, element, place, f"v@{element.name}", f"{node}@{element.name}")


def with_source(circuit: Circuit, element: Instance, place: int, source: str, lead: str) -> tuple[Circuit, Wire]:
    """The circuit with a source of 0 V between the node of a terminal and the terminal, now at the node `lead`."""
    node = element.nodes[place]
    wire = Instance(source, SOURCE, (node, lead), {"dc": 0.0})
    moved = replace(element, nodes=(*element.nodes[:place], lead, *element.nodes[place + 1 :]))
    instances = {**circuit.instances, element.name: moved, source: wire}
    return replace(circuit, nodes=(*circuit.nodes, lead), instances=instances), Wire(source, (node, lead))


def with_sides(probe: Probe, drives: Drives, model: Linearization, frequency_hz: Real) -> Probe:
    """The probe with the ends of its second wire in the order of the first. `model` is of its circuit.

    Raises `OptionError` where the mirror image of the circuit says that the wires do not belong together.
    """
    if len(probe.wires) < 2:
        return probe
    turned = _by_mirror(probe, drives)
    notes = []
    if turned is None:
        notes.append(
            f"no mirror image of the whole circuit shows that {' and '.join(probe.names)} stand at the same place of "
            "its two sides: differential and common are what they are of these two wires"
        )
        turned = _by_signal(probe, model, frequency_hz)
    if turned is None:
        notes.append(
            f"signals pass {' and '.join(probe.names)} alike in both directions: the order of their nodes was taken to "
            "tell which ends lie on one side"
        )
    if not turned:
        return replace(probe, notes=tuple(notes))
    first, second = probe.wires
    notes.append(f"{probe.names[1]} points round the loop the other way than {probe.names[0]}: its ends are exchanged")
    return replace(probe, wires=(first, second.turned), notes=tuple(notes))


def _by_mirror(probe: Probe, drives: Drives) -> bool | None:
    """Whether the second source points the other way than the image of the first; None where there is no image."""
    mirror = find_mirror(probe.circuit, drives.sources, drives.output)
    if mirror is None or not mirror.complete:
        return None
    first, second = probe.wires
    image = mirror.devices.get(first.source)
    if image is None and first.source not in mirror.unmatched:
        return None
    if image != second.source:
        told = {wire.source: name for wire, name in zip(probe.wires, probe.names, strict=True)}
        one, other = probe.names
        where = {None: "it has none", first.source: "it lies on the line of symmetry"}
        raise OptionError(
            f"{one} and {other} are no pair of wires: {other} is not the mirror image of {one}, "
            + where.get(image, f"{told.get(image or '', image)} is"),
            hint=f"ask for the loop at {one} alone"
            if image in (None, first.source)
            else f"name {one} and {told.get(image or '', image)}",
        )
    ends = tuple(mirror.nodes.get(node) for node in first.ends)
    if set(ends) != set(second.ends):
        return None
    return ends != second.ends


def _by_signal(probe: Probe, model: Linearization, frequency_hz: Real) -> bool | None:
    """Whether the ends of the second wire have to be exchanged for differential signals to pass in one direction alone;
    None where they pass alike in both, whichever ends are taken together."""
    first, second = probe.wires
    straight, turned = (_returned(model, (first, wire), frequency_hz) for wire in (second, second.turned))
    if straight <= _CLEAR * turned:
        return False
    return True if turned <= _CLEAR * straight else None


def _returned(model: Linearization, wires: tuple[Wire, Wire], frequency_hz: Real) -> float:
    """How much of a differential signal passes a pair of wires the wrong way: 0 of an ideal amplifier, 1 of what is
    passive."""
    y = transmission(model, wires, frequency_hz)
    passed = sorted(
        np.abs(way[modes.DIFFERENTIAL] / y.own[modes.DIFFERENTIAL]).max() for way in (y.forward, y.backward)
    )
    return float(passed[0] / passed[1]) if passed[1] > ROUNDING else 1.0
