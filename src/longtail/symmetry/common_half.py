"""The common-mode half: both sides do the same, so that mirror nodes are one node and nothing crosses the line.

A device on one side stays as it is, of a pair one remains. A device across the line has no voltage across it and
drops out. A device on the line serves both sides, and half of it belongs to each: 2R, C/2, half a current source,
half a transistor. Voltages on the line, supplies and controlled ones, are those of the whole; currents there are half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from longtail.circuit import Instance
from longtail.elaborate.values import leaves
from longtail.netlist.expressions import Binary, BranchCurrent, Number
from longtail.symmetry.inductors import couple
from longtail.symmetry.sides import NotHalvedError, Sides, fewer, read_elsewhere, scaled


def common_half(sides: Sides) -> dict[str, Instance]:
    """The devices of the common-mode half, of one side and half of what is on the line.

    Raises `NotHalvedError` for a current read where the half has none.
    """
    half: dict[str, Instance] = {}
    for name, instance in sides.circuit.instances.items():
        if instance.device == "coupling":
            continue
        if name in sides.in_chains:
            half[name] = _placed(instance, sides)
        elif sides.mirror.devices[name] != name:
            if sides.standing[name] == name:
                half[name] = _steered(_placed(sides.standing_for(name), sides), sides)
        elif name not in sides.mirror.reversed:
            half[name] = _halved(_placed(instance, sides), sides)
    _check_controls(half)
    couple(half, sides, mode=1.0)
    return half


def _placed(instance: Instance, sides: Sides) -> Instance:
    law = None if instance.expression is None else read_elsewhere(instance.expression, sides)
    nodes = tuple(sides.place(node) for node in instance.nodes)
    if instance.device == "behavioral":  # each node that the law reads once, as the card would have it
        nodes = (*nodes[:2], *dict.fromkeys(n for n in nodes[2:] if n not in nodes[:2]))
    return replace(instance, nodes=nodes, expression=law)


def _halved(instance: Instance, sides: Sides) -> Instance:
    """What of a device on the line belongs to one side."""
    match instance.device:
        case "voltage_source" | "vcvs":
            return instance
        case "current_source":
            given = {"dc": 0.0, **instance.parameters}
            return scaled(replace(instance, parameters=given, waveform=None), "dc", 0.5)
        case "vccs":
            return scaled(instance, "gain", 0.5)
        case "ccvs":  # reads a current on the line, which is half of what it was
            return scaled(instance, "gain", 2.0)
        case "cccs":  # half the current of half the current
            return instance
        case "behavioral":
            return _halved_law(instance, sides)
    return fewer(instance, 0.5)


def _halved_law(instance: Instance, sides: Sides) -> Instance:
    assert instance.expression is not None
    if any(isinstance(leaf, BranchCurrent) for leaf in leaves(instance.expression)):
        raise NotHalvedError(f"{instance.name} reads a current and stands on the line: that is not cut in half")
    if instance.parameters.get("voltage"):
        return instance
    return replace(instance, expression=Binary("*", Number(0.5), instance.expression))


def _steered(instance: Instance, sides: Sides) -> Instance:
    """A device at the side whose controlling currents are those of the half."""
    if not instance.controls:
        return instance
    if instance.device == "behavioral":
        if any(sides.standing.get(control) != control for control in instance.controls):
            raise NotHalvedError(f"{instance.name} reads the current of a device that is not of its own side")
        return instance
    (control,) = instance.controls
    standing = sides.standing.get(control, control)
    factor = 2.0 if sides.mirror.devices[control] == control else 1.0
    if standing != control and control in sides.mirror.reversed:
        factor = -factor
    return replace(scaled(instance, "gain", factor), controls=(standing,))


def _check_controls(half: Mapping[str, Instance]) -> None:
    for name, instance in half.items():
        for control in instance.controls:
            if control not in half:
                raise NotHalvedError(f"{name} reads the current of {control}, which crosses the line")
