"""Voltages and currents beyond reason at an operating point: solutions of the equations, and of no real circuit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND, Circuit
from longtail.elaborate.roles import channel
from longtail.engine.equations.potentials import lost_potentials, without
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus
from longtail.large_signal.transistors import transistors
from longtail.remarks import warning
from longtail.units import counted, format_si

_FAR = 10.0  # times the sum of all voltage sources, at least 1 V: a node beyond is held by nothing that was meant to
_AMPERES = 1e3  # A: what no amplifier carries
_SHOWN = 6  # names in a note
_HOLDING = frozenset(("resistor", "inductor", "voltage_source", "vcvs", "ccvs", "diode"))


def extreme_notes(point: OperatingPoint) -> tuple[str, ...]:
    """Warnings of nodes far outside the sources, and of currents in sources and inductors that nothing survives."""
    circuit = point.system.circuit
    sources = [i for i in circuit.instances.values() if i.device == "voltage_source"]
    span = sum(abs(circuit.number(i.parameters.get("dc", 0.0))) for i in sources)
    limit = _FAR * max(span, 1.0)
    volts = {node: point.voltage(node)[0].item() for node in circuit.nodes if node in point.system.index}
    far = [node for node, v in volts.items() if abs(v) > limit]
    notes = []
    if far:
        worst = max(far, key=lambda node: (abs(volts[node]), node))
        held = _held(circuit)
        floating = [node for node in far if node not in held]
        why = "check the current sources and resistances there"
        if floating:
            why = f"no resistor and no source holds {_listed(floating)} to ground, nothing but gmin and leakage does"
        lies = "lies" if len(far) == 1 else "lie"
        at = format_si(volts[worst], "V")
        notes.append(warning(f"{_listed(far)} {lies} far outside the supplies, {worst} at {at}: {why}"))
    huge = [u.name for u in point.system.unknowns if u.unit == "A" and abs(point[u.name][0]) > _AMPERES]
    if huge:
        worst = max(huge, key=lambda name: (abs(point[name][0]), name))
        amperes = format_si(point[worst][0].item(), "A")
        why = "look for a junction or a loop of sources that nothing limits"
        notes.append(warning(f"{_listed(huge)} beyond reason, {worst} = {amperes}: {why}"))
    return tuple(notes)


def without_figures(point: OperatingPoint) -> NDArray[np.bool_]:
    """Lanes that have no small-signal figures: no solution, or a junction without a built-in potential."""
    lanes = len(point.solution)
    lost = without(lost_potentials(point.system, point.values, lanes), lanes)
    return np.asarray((point.status != LaneStatus.CONVERGED) | lost)


def lost_lanes(point: OperatingPoint) -> tuple[str, ...]:
    """A warning of lanes in which junctions have no built-in potential left."""
    count = len(point.solution)
    lost = lost_potentials(point.system, point.values, count)
    where = int(without(lost, count).sum())
    if not where:
        return ()
    names = ", ".join(dict.fromkeys(f"{each.parameter} of {each.instance}" for each in lost[:_SHOWN]))
    lanes = counted(count, "lane")
    return (warning(f"{where} of {lanes} have no figures: built-in potentials are below zero there ({names})"),)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _held(circuit: Circuit) -> set[str]:
    """The nodes with a way to ground through what fixes or carries: a base, a gate or a bulk is held by neither."""
    held, queue = {GROUND}, [GROUND]
    neighbours: dict[str, list[str]] = {}
    amplifying = transistors(circuit)
    for instance in circuit.instances.values():
        conducts = instance.name in amplifying
        if conducts or instance.device in _HOLDING or instance.parameters.get("voltage"):
            first, second = channel(instance) if conducts else instance.nodes[:2]
            neighbours.setdefault(first, []).append(second)
            neighbours.setdefault(second, []).append(first)
    for node in queue:
        queue += [other for other in neighbours.get(node, ()) if other not in held]
        held.update(neighbours.get(node, ()))
    return held
