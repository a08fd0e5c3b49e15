"""Devices that ought to be equal: the halves of a pair, a mirror, two loads at one supply."""

from __future__ import annotations

from collections.abc import Iterable

from longtail.circuit import GROUND, Circuit
from longtail.sets import DisjointSets


def alike(circuit: Circuit, devices: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By device, those that ought to be equal to it, itself among them, in the order that they are given in: those of
    the same model and values with the same terminal at the same node."""
    names = list(dict.fromkeys(devices))
    rails = {GROUND, *(node for s in circuit.ports.supplies for node in circuit.instances[s].nodes)}
    sets = DisjointSets()
    first: dict[object, str] = {}
    for name in names:
        instance = circuit.instances[name]
        sets.find(name)
        values = tuple(sorted((key, circuit.number(value)) for key, value in instance.parameters.items()))
        for terminal, node in enumerate(instance.nodes):
            if instance.model is None or node not in rails:  # two loads may meet at a supply, two transistors by chance
                place = (instance.device, instance.model, values, terminal, node)
                sets.join(first.setdefault(place, name), name)
    members: dict[str, list[str]] = {}
    for name in names:
        members.setdefault(sets.find(name), []).append(name)
    return {name: tuple(members[sets.find(name)]) for name in names}
