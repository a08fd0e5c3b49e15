"""Looking for the supplies: the sources at the top level that feed current into the circuit.

A source feeds when a way leads from it, through resistors, inductors, current sources and diodes, to a collector or
an emitter (a drain or a source). One that only sets the potential of bases and gates is a bias or a reference. In a
circuit whose op-amps are macromodels, nothing may be fed: there, sources are supplies that are called so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from longtail.circuit import GROUND, Instance
from longtail.devices.parts.switching import SWITCHES
from longtail.elaborate.ports.walking import outputs
from longtail.elaborate.ports.wiring import Wiring, inside
from longtail.elaborate.roles import base, role_of

Found = tuple[tuple[str, ...], str]

SUPPLY_NAME = re.compile(
    r"/?[adp]?v?_?(cc|dd|ee|ss|bb|pp|bat|batt|battery|sup|supply|pos|neg|plus|minus|rail|[+-])[0-9a-z_+-]*[+-]?"
)
RAIL_NAME = re.compile(r"/?[adp]?v?_?(cc|dd|ee|ss)[0-9a-z_+-]*")
REFERENCE_NAME = re.compile(r"/?v?_?((ref|bias|cm|com|mid|cas|tail)[0-9a-z_]*|[bg][np]?[0-9]*)")
CONDUCTING = SWITCHES | {"resistor", "inductor", "current_source", "diode"}


def find_supplies(wiring: Wiring, inputs: Iterable[str] = ()) -> Found:
    """The supplies, without sources that the inputs hang at, and which other sources were left out.

    `inputs` are the nodes or sources that the amplifier's inputs were said to be.
    """
    circuit = wiring.circuit
    taken = _taken(wiring, inputs)
    found: dict[str, None] = {}
    for node in wiring.held:
        chain = [name for name in wiring.chain(node) if not inside(name)]
        if _is_named(wiring, node, chain) or (_feeds(wiring, node) and not _is_reference(node, chain)):
            found |= {name: None for name in chain if _has_voltage(wiring, circuit.instances[name])}
    if not found:
        found = dict.fromkeys(_floating(wiring))
    names = [name for name in circuit.instances if name in found and name not in taken]
    if not names:
        return (), "not found: no voltage source feeds the circuit; name one: *@ supply vdd"
    return tuple(names), _reason(wiring, names, taken)


def _reason(wiring: Wiring, names: list[str], taken: set[str]) -> str:
    """Why these are the supplies, and which other sources with a dc voltage are none."""
    why = "found: they feed the circuit" if len(names) > 1 else "found: it feeds the circuit"
    left = [
        i.name
        for i in wiring.circuit.instances_of("voltage_source")
        if i.name not in {*names, *taken} and _has_voltage(wiring, i)
    ]
    outside = [name for name in left if not inside(name)]
    if outside:
        why += f"; {', '.join(outside[:6])}{', ...' if len(outside) > 6 else ''} left out as bias or reference"
    if len(outside) < len(left):
        why += "; those inside subcircuits are none"
    return why


def _taken(wiring: Wiring, inputs: Iterable[str]) -> set[str]:
    """Sources that the named inputs are, or that hold the nodes that they are."""
    found: set[str] = set()
    for name in inputs:
        if name in wiring.circuit.instances and name not in wiring.circuit.nodes:
            found.add(name)
        else:
            found |= set(wiring.chain(name))
    return found


def _has_voltage(wiring: Wiring, instance: Instance) -> bool:
    """Whether a source can be a supply: a dc voltage of its own, or one that follows another."""
    if instance.device == "voltage_source":
        return wiring.circuit.number(instance.parameters.get("dc", 0.0)) != 0.0
    return True


def _is_named(wiring: Wiring, node: str, chain: list[str]) -> bool:
    """Whether a node or its source is called a supply, and it feeds, or a macromodel has it: its law or its inside."""
    if not any(SUPPLY_NAME.fullmatch(name) for name in (node, *chain[:1])):
        return False
    there = [i for i in wiring.at.get(node, ()) if i.name not in chain]
    laws = ("vcvs", "vccs", "behavioral")
    return _feeds(wiring, node) or any(i.device in laws or inside(i.name) for i in there)


def _is_reference(node: str, chain: list[str]) -> bool:
    return any(REFERENCE_NAME.fullmatch(name) for name in (node, *chain[:1]))


def _feeds(wiring: Wiring, start: str) -> bool:
    """Whether current can flow from a node into a channel: see the top of this file."""
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        there = wiring.at.get(node, ())
        channels = [i for i in there if role_of(i) is not None and node in outputs(i)]
        if channels:
            return True
        if node != start and any(base(i) == node for i in there):
            continue  # what arrives at a base alone is a signal or a bias
        for instance in there:
            if instance.device not in CONDUCTING and not _is_ammeter(wiring, instance):
                continue
            if node not in instance.nodes[:2]:
                continue  # it steers a switch
            for other in instance.nodes[:2]:
                if other not in seen and not wiring.is_held(other):
                    seen.add(other)
                    waiting.append(other)
    return False


def _is_ammeter(wiring: Wiring, instance: Instance) -> bool:
    return instance.device == "voltage_source" and not _has_voltage(wiring, instance)


def _floating(wiring: Wiring) -> list[str]:
    """Batteries that no source ties to ground and that feed the circuit."""
    return [
        i.name
        for i in wiring.circuit.instances_of("voltage_source")
        if not inside(i.name)
        and _has_voltage(wiring, i)
        and not any(node == GROUND or node in wiring.held for node in i.nodes)
        and all(_feeds(wiring, node) for node in i.nodes)
    ]
