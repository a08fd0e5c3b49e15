"""Finding what spreads in an amplifier: by what the netlist says, or what is usual where it says nothing."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from longtail.circuit import Circuit, Instance, RandomDraw
from longtail.contract.counted import MISMATCH, PROCESS
from longtail.devices.base import Spread
from longtail.devices.discovery import devices
from longtail.elaborate.draws import calls, places
from longtail.elaborate.named_values import known_value
from longtail.elaborate.spreads import called_names, read_positions, spread_names, spread_of
from longtail.errors import NetlistError, OptionError
from longtail.netlist.cards import SpreadRule
from longtail.netlist.expressions.draws import draw_of
from longtail.netlist.spread_file import SpreadFile, read_spread_file
from longtail.statistics.draws import NORMAL, TRUNCATED, TWO_VALUES, UNIFORM
from longtail.statistics.spreads import STEP, Spreads, Variation
from longtail.statistics.together import Equal, Field, Plane, Point, planes

_SHAPES = {"aunif": UNIFORM, "unif": UNIFORM, "limit": TWO_VALUES}  # all others are normal


def find_spreads(circuit: Circuit, beside: Path | None = None) -> Spreads:
    """What the netlist says: by its statistical functions, its rules, and Pelgrom's coefficients on its model cards;
    and what a file `beside` it says.

    A rule comes before a model card, and a later rule before an earlier one of the same kind; those of a file come
    last. What goes by the places of devices, a field or a gradient, adds to what each has by itself. Where nothing is
    said, every transistor and resistor has what is usual (`DeviceModel.mismatch`), and `assumed` says so. Raises
    `NetlistError` for a rule of what is not there, and for a device without a place that a rule needs, `OptionError`
    for an area that is zero or not known.
    """
    file = read_spread_file(beside) if beside else SpreadFile()
    rules = (*circuit.spreads, *file.rules)
    positions = {**circuit.positions, **read_positions(circuit, file.positions)}
    causes: dict[tuple[str, str], Variation] = {}
    for cause in _by_draws(circuit):
        causes[cause.kind, cause.names[0]] = cause
    own = [rule for rule in rules if rule.kind == MISMATCH and not rule.of_places]
    ruled = {name for rule in own for name in spread_names(circuit, rule)}
    for instance in circuit.instances.values():
        for cause in _by_area(circuit, instance, ruled):
            causes[cause.kind, cause.names[0]] = cause
    for number, rule in enumerate(rules):
        group = f"{rule.kind} {number + 1}"
        found = _by_place(circuit, rule, group, positions) if rule.of_places else _by_rule(circuit, rule, group)
        for cause in found:
            law = f"{cause.together.name} " if cause.together is not None else ""
            key = (cause.kind, law.lstrip() + " ".join(cause.names))
            causes.pop(key, None)
            causes[key] = cause
    assumed = not causes and not rules
    if assumed:
        for instance in circuit.instances.values():
            causes |= {(MISMATCH, cause.names[0]): cause for cause in _usual(circuit, instance)}
    bare = () if assumed else _bare(circuit, causes.values())
    return Spreads(circuit, tuple(causes.values()), assumed, bare, rules, file.name)


def _bare(circuit: Circuit, causes: Iterable[Variation]) -> tuple[str, ...]:
    known = {owner for cause in causes if cause.kind == MISMATCH for owner in cause.owners}
    return tuple(
        name
        for name, instance in circuit.instances.items()
        if any(spread.deviation for spread in devices()[instance.device].mismatch) and name not in known
    )


def spread_parameter(circuit: Circuit, instance: Instance, spread: Spread) -> tuple[str, float] | None:
    """The first parameter of a spread that has a value other than zero in the netlist, and that."""
    for parameter in spread.parameters:
        value = known_value(circuit, f"{instance.name}.{parameter}")
        if value is not None and (value or not spread.relative):
            return parameter, value
    return None


def _usual(circuit: Circuit, instance: Instance) -> Iterator[Variation]:
    for spread in devices()[instance.device].mismatch:
        found = spread_parameter(circuit, instance, spread)
        if spread.deviation and found is not None:
            name = f"{instance.name}.{found[0]}"
            yield Variation(
                instance.name, found[0], (name,), MISMATCH, spread.deviation, spread.relative, source="assumed"
            )


def _by_draws(circuit: Circuit) -> Iterator[Variation]:
    """What statistical functions draw, as far as it is still read and moves anything."""
    if not circuit.draws:
        return
    read = {draw_of(call) for _, _, value in places(circuit) for call in calls(value)}
    for name, draw in circuit.draws.items():
        deviation = _deviation(circuit, name, draw) if name in read else 0.0
        if deviation:
            owners = ", ".join(draw.owners)
            yield Variation(
                *(owners, draw.parameter, (name,), MISMATCH if draw.local else PROCESS, deviation, False),
                _SHAPES.get(draw.function, NORMAL),
                source=f"{draw.function} on {owners or draw.parameter}",
                draw=True,
            )


def _deviation(circuit: Circuit, name: str, draw: RandomDraw) -> float:
    """What one standard deviation of a draw does to the parameter that it stands at; 1 where that is a law."""
    try:
        ends = [circuit.drawn(draw.value, {name: step}) for step in (STEP, -STEP)]
    except NetlistError:  # a law reads the circuit
        return 1.0
    return abs(ends[0] - ends[1]) / (2.0 * STEP)


def _by_area(circuit: Circuit, instance: Instance, ruled: Container[str]) -> Iterator[Variation]:
    """Mismatch by the coefficients on the model card of a device, but of names that rules are about."""
    for spread in devices()[instance.device].mismatch:
        card = circuit.models[instance.model].parameters if instance.model else {}
        if spread.coefficient is None or spread.coefficient.name not in card:
            continue
        if any(f"{instance.name}.{parameter}" in ruled for parameter in spread.parameters):
            continue
        found = spread_parameter(circuit, instance, spread)
        coefficient = circuit.number(card[spread.coefficient.name])
        if coefficient and found is None:
            named = f"{spread.coefficient.name} of {instance.model}"
            raise OptionError(
                f"{named}: {instance.name} has no {spread.parameters[0]} to spread about",
                hint=f"give {spread.parameters[0]} on the .model card",
            )
        if coefficient and found is not None:
            area = area_of(circuit, instance, spread.area, spread.coefficient.name)
            deviation = coefficient / math.sqrt(2.0 * area)
            source = f"{spread.coefficient.name} of {instance.model}"
            name = f"{instance.name}.{found[0]}"
            yield Variation(
                *(instance.name, found[0], (name,), MISMATCH, deviation, spread.relative),
                source=source,
                area=spread.area,
            )


def area_of(circuit: Circuit, instance: Instance, parameters: Iterable[str], coefficient: str = "pelgrom") -> float:
    """The area that mismatch averages over: the product of some parameters and of m.

    Raises `OptionError` where one is zero, or not known, for what is asked of a `coefficient`.
    """
    sizes = {name: size_of(circuit, instance, name) for name in parameters}
    missing = [name for name, size in sizes.items() if not size or size <= 0.0]
    if missing:
        area, needed = "*".join((*sizes, "m")), " and ".join(missing)
        raise OptionError(
            f"{instance.name} has no area for {coefficient}, by Pelgrom's law",
            hint=f"it is {area}: give {instance.name} {needed}, as in '{missing[0]}=10u', or a rule with sigma",
        )
    m = known_value(circuit, f"{instance.name}.m") if _declares_m(instance) else 1.0
    product = math.prod(size for size in sizes.values() if size) * (m or 0.0)
    if product <= 0.0:
        raise OptionError(f"{instance.name} has no area for {coefficient}, by Pelgrom's law", hint="its m is 0")
    return product


def size_of(circuit: Circuit, instance: Instance, name: str) -> float | None:
    """A size of a device: what its card gives, else what its model card gives for all, else the device's default."""
    card = circuit.models[instance.model] if instance.model else None
    own = instance.parameters.get(name)
    if own is None and card is not None:
        declared = devices()[card.device].model_parameters
        named = next((p.name for p in declared if name in (p.name, *p.aliases)), name)
        own = card.parameters.get(named)
    return circuit.number(own) if own is not None else known_value(circuit, f"{instance.name}.{name}")


def _declares_m(instance: Instance) -> bool:
    return any(p.name == "m" for p in devices()[instance.device].parameters)


def _by_place(
    circuit: Circuit, rule: SpreadRule, group: str, positions: Mapping[str, tuple[Point, ...]]
) -> Iterator[Variation]:
    """A random field, or the gradient of Pelgrom's law, over the places of the devices of a rule."""
    names = spread_names(circuit, rule)
    owners = [name.rpartition(".")[0] for name in names]
    for owner in owners:
        if owner not in positions:
            what = "gradient" if rule.gradient is not None else "correlation_length"
            raise NetlistError(
                f"{owner} has no position, which {what} needs",
                span=rule.span,
                hint=f"'*@ position {called_names(owner)[-1]} 0 10u', x and y in m",
            )
    places = [positions[owner] for owner in owners]
    laws: Sequence[Field | Plane | None] = planes(places)
    size = rule.gradient
    if rule.correlation_length is not None:
        laws, size = [Field(rule.correlation_length, units) for units in places], rule.sigma
    assert size is not None, "a field has a sigma"
    for owner, name, law in zip(owners, names, laws, strict=True):
        if law is not None:
            yield Variation(
                *(owner, name.rpartition(".")[2], (name,), MISMATCH, size * law.deviation, rule.relative),
                group=group,
                together=law,
                source=f"{_told(rule)}, {law.name}",
            )


def _told(rule: SpreadRule) -> str:
    return f"{rule.origin} {rule.kind} {rule.parameter}" + (f"({','.join(rule.owners)})" if rule.owners else "")


def _by_rule(circuit: Circuit, rule: SpreadRule, group: str) -> Iterator[Variation]:
    names = spread_names(circuit, rule)
    source = _told(rule)
    if rule.kind == PROCESS:
        owners = ", ".join(name.rpartition(".")[0] for name in names)
        deviation, shape, cut = _shape(rule, rule.sigma)
        yield Variation(owners, rule.parameter, names, PROCESS, deviation, rule.relative, shape, cut, source=source)
        return
    for name in names:
        owner = name.rpartition(".")[0]
        sigma, area = rule.sigma, tuple[str, ...]()
        if rule.pelgrom is not None:
            instance = circuit.instances[owner]
            spread = spread_of(circuit, owner, rule.parameter)
            area = spread.area if spread is not None and spread.area else ("w", "l")
            sigma = rule.pelgrom / math.sqrt(2.0 * area_of(circuit, instance, area))
        deviation, shape, cut = _shape(rule, sigma)
        yield Variation(
            *(owner, name.rpartition(".")[2], (name,), MISMATCH, deviation, rule.relative, shape, cut),
            group=group if rule.correlation else "",
            together=Equal(rule.correlation) if rule.correlation else None,
            source=source,
            area=area,
        )


def _shape(rule: SpreadRule, sigma: float | None) -> tuple[float, str, float]:
    """Deviation, shape, and where it is cut in deviations."""
    if sigma is None:
        assert rule.limit is not None, "a rule has one or the other"
        return rule.limit / math.sqrt(3.0), UNIFORM, math.inf
    if rule.limit is None:
        return sigma, NORMAL, math.inf
    return sigma, TRUNCATED, rule.limit / sigma
