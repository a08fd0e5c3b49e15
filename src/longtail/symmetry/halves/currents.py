"""Currents that steer other devices (F, H, `i(...)` in a law), as a half circuit has them.

A current of one side is that of its image on the kept side: the same where both sides do the same, and where each does
the opposite, i' = s*(2*I - i), with I at rest and s = -1 where the image stands the other way round. A current on the
line is twice that of the common half, and at rest in the differential one; across the line it is the other way about:
none in the common half, and that of the half device in the differential one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from longtail.circuit import Instance
from longtail.devices.parts.switching import SWITCHES
from longtail.elaborate.scope.values import leaves, map_leaves, multiply
from longtail.netlist.expressions.tree import Binary, BranchCurrent, Expression, Number
from longtail.symmetry.halves.sides import NotHalvedError, Sides, scaled


@dataclass(frozen=True, slots=True)
class CurrentReading:
    """A current of the whole in a half: `factor` times that of the device `of` there, and `rest` A."""

    of: str | None
    factor: float
    rest: float = 0.0


def in_common(sides: Sides, control: str) -> CurrentReading:
    """A current of the whole as the common-mode half has it."""
    if sides.mirror.devices[control] == control:
        return CurrentReading(None, 0.0) if control in sides.mirror.reversed else CurrentReading(control, 2.0)
    standing = sides.standing.get(control, control)
    return CurrentReading(standing, _turned(sides, control, standing))


def in_differential(sides: Sides, control: str, currents: Mapping[str, float]) -> CurrentReading:
    """A current of the whole as the differential half has it; `currents` are those at rest, in A, of the kept side."""
    if sides.mirror.devices[control] == control:
        if control not in sides.mirror.reversed:
            return CurrentReading(None, 0.0, _known(control, currents))
        return CurrentReading(control, -1.0 if sides.foreign(sides.circuit.instances[control].nodes[0]) else 1.0)
    standing = sides.standing.get(control, control)
    if standing == control:
        return CurrentReading(control, 1.0)
    sign = _turned(sides, control, standing)
    return CurrentReading(standing, -sign, 2.0 * sign * _known(standing, currents))


def _known(name: str, currents: Mapping[str, float]) -> float:
    if name not in currents:
        raise NotHalvedError(f"the current of {name} is read, and the common half does not have it")
    return currents[name]


def _turned(sides: Sides, control: str, standing: str) -> float:
    return -1.0 if standing != control and control in sides.mirror.reversed else 1.0


def steered(instance: Instance, reading: Callable[[str], CurrentReading]) -> Iterator[Instance]:
    """A device that reads the currents of the half, and the source that adds what is there at rest."""
    if not instance.controls:
        yield instance
    elif instance.expression is not None:
        yield _law(instance, {control: reading(control) for control in instance.controls})
    elif instance.device in SWITCHES:
        yield _switch(instance, reading(instance.controls[0]))
    else:
        (control,) = instance.controls
        yield from _linear(instance, reading(control))


def _law(instance: Instance, readings: Mapping[str, CurrentReading]) -> Instance:
    """A behavioural source whose law reads the currents of the half."""

    def moved(leaf: Expression) -> Expression:
        if not isinstance(leaf, BranchCurrent):
            return leaf
        found = readings[leaf.device]
        if found.of is None:
            return Number(found.rest)
        current: Expression = BranchCurrent(found.of)
        if found.factor != 1.0:
            current = Binary("*", Number(found.factor), current)
        return Binary("+", Number(found.rest), current) if found.rest else current

    assert instance.expression is not None
    law = map_leaves(instance.expression, moved)
    controls = dict.fromkeys(leaf.device for leaf in leaves(law) if isinstance(leaf, BranchCurrent))
    return replace(instance, expression=law, controls=tuple(controls))


def _linear(instance: Instance, found: CurrentReading) -> Iterator[Instance]:
    """A source steered by a current: by that of the half, with a source beside it (F) or in series (H) for the rest."""
    by_voltage = instance.device == "ccvs"
    device, letter = ("voltage_source", "v") if by_voltage else ("current_source", "i")
    rest = {"dc": multiply(found.rest, instance.parameters["gain"])}
    first, second = instance.nodes
    if found.of is None:
        if found.rest or by_voltage:  # no current is an open circuit, no voltage is a wire
            yield Instance(f"{letter}.{instance.name}", device, (first, second), rest)
        return
    changed = replace(scaled(instance, "gain", found.factor), controls=(found.of,))
    if found.rest and by_voltage:
        between = f"rest.{instance.name}"
        changed = replace(changed, nodes=(first, between))
        first = between
    yield changed
    if found.rest:
        yield Instance(f"{letter}.rest.{instance.name}", device, (first, second), rest)


def _switch(instance: Instance, found: CurrentReading) -> Instance:
    """A switch that a current steers: by that of the half, which has no source to add what is there at rest."""
    if found.of is None or found.rest:
        raise NotHalvedError(f"{instance.name} is a switch that a current outside of the half steers")
    gain = multiply(found.factor, instance.parameters.get("gain", 1.0))
    return replace(instance, parameters={**instance.parameters, "gain": gain}, controls=(found.of,))


def at_rest(instance: Instance, currents: Mapping[str, float]) -> Instance:
    """A device of a half with the currents that it reads as numbers."""
    if not instance.controls:
        return instance
    nothing = replace(instance, device="current_source", parameters={"dc": 0.0}, controls=())
    fixed = next(steered(instance, lambda control: CurrentReading(None, 0.0, currents.get(control, 0.0))), nothing)
    return replace(fixed, name=instance.name)


def check_controls(half: Mapping[str, Instance]) -> None:
    """Raises `NotHalvedError` for a current of a device that the half does not have."""
    for name, instance in half.items():
        for control in instance.controls:
            if control not in half:
                raise NotHalvedError(f"{name} reads the current of {control}, which the half does not have")
