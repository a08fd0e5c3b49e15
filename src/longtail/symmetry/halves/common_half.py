"""The common-mode half: both sides do the same, so that mirror nodes are one node and nothing crosses the line.

A device on one side stays as it is, of a pair one remains. A device across the line has no voltage across it and
drops out. A device on the line serves both sides, and half of it belongs to each: 2R, C/2, half a current source,
half a transistor. Voltages on the line, supplies and controlled ones, are those of the whole; currents there are half.
"""

from __future__ import annotations

from dataclasses import replace

from longtail.circuit import Instance
from longtail.netlist.expressions.tree import Binary, Number
from longtail.symmetry.halves.currents import check_controls, in_common, steered
from longtail.symmetry.halves.inductors import couple
from longtail.symmetry.halves.sides import Sides, fewer, read_elsewhere, scaled


def common_half(sides: Sides) -> dict[str, Instance]:
    """The devices of the common-mode half, of one side and half of what is on the line.

    Raises `NotHalvedError` for a current that is read where the half has none.
    """
    half: dict[str, Instance] = {}
    for name, instance in sides.circuit.instances.items():
        if instance.device == "coupling":
            continue
        if name in sides.in_chains:
            half[name] = _placed(instance, sides)
            continue
        if sides.mirror.devices[name] != name:
            kept = [_placed(sides.standing_for(name), sides)] if sides.standing[name] == name else []
        else:
            kept = [_halved(_placed(instance, sides))] if name not in sides.mirror.reversed else []
        for each in kept:
            half |= {found.name: found for found in steered(each, lambda control: in_common(sides, control))}
    check_controls(half)
    couple(half, sides, mode=1.0)
    return half


def _placed(instance: Instance, sides: Sides) -> Instance:
    law = None if instance.expression is None else read_elsewhere(instance.expression, sides)
    nodes = tuple(sides.place(node) for node in instance.nodes)
    if instance.device == "behavioral":  # each node that the law reads once, as the card would have it
        nodes = (*nodes[:2], *dict.fromkeys(n for n in nodes[2:] if n not in nodes[:2]))
    return replace(instance, nodes=nodes, expression=law)


def _halved(instance: Instance) -> Instance:
    """What of a device on the line belongs to one side."""
    match instance.device:
        case "voltage_source" | "vcvs" | "ccvs":
            return instance
        case "current_source":
            given = {"dc": 0.0, **instance.parameters}
            return scaled(replace(instance, parameters=given, waveform=None), "dc", 0.5)
        case "vccs" | "cccs":
            return scaled(instance, "gain", 0.5)
        case "behavioral":
            return _halved_law(instance)
    return fewer(instance, 0.5)


def _halved_law(instance: Instance) -> Instance:
    assert instance.expression is not None
    if instance.parameters.get("voltage"):
        return instance
    return replace(instance, expression=Binary("*", Number(0.5), instance.expression))
