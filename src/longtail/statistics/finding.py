"""Finding what spreads in an amplifier: by what the netlist says, or what is usual where it says nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from longtail.circuit import Circuit, Instance, RandomDraw
from longtail.contract.counted import MISMATCH, PROCESS
from longtail.devices.base import Spread
from longtail.devices.discovery import devices
from longtail.elaborate.draws import calls, places
from longtail.elaborate.named_values import known_value, nominal
from longtail.elaborate.spreads import spread_names
from longtail.errors import NetlistError, OptionError
from longtail.netlist.cards import SpreadRule
from longtail.netlist.expressions.draws import draw_of
from longtail.statistics.draws import NORMAL, TRUNCATED, TWO_VALUES, UNIFORM
from longtail.statistics.spreads import STEP, Spreads, Variation

_SHAPES = {"aunif": UNIFORM, "unif": UNIFORM, "limit": TWO_VALUES}  # all others are normal


def find_spreads(circuit: Circuit) -> Spreads:
    """What the netlist says: by its statistical functions, its rules, and Pelgrom's coefficients on its model cards.

    A rule comes before a model card, and a later rule before an earlier one of the same kind. Where nothing is said,
    every transistor and resistor has what is usual (`DeviceModel.mismatch`), and `assumed` says so. Raises
    `NetlistError` for a rule of what is not there, `OptionError` for an area of zero.
    """
    causes: dict[tuple[str, str], Variation] = {}
    for cause in _by_draws(circuit):
        causes[cause.kind, cause.names[0]] = cause
    for instance in circuit.instances.values():
        for cause in _by_area(circuit, instance):
            causes[cause.kind, cause.names[0]] = cause
    for number, rule in enumerate(circuit.spreads):
        for cause in _by_rule(circuit, rule, f"{rule.kind} {number + 1}"):
            key = (cause.kind, " ".join(cause.names))
            causes.pop(key, None)
            causes[key] = cause
    assumed = not causes
    if assumed:
        for instance in circuit.instances.values():
            causes |= {(MISMATCH, cause.names[0]): cause for cause in _usual(circuit, instance)}
    return Spreads(circuit, tuple(causes.values()), assumed, () if assumed else _bare(circuit, causes.values()))


def _bare(circuit: Circuit, causes: Iterable[Variation]) -> tuple[str, ...]:
    known = {owner for cause in causes if cause.kind == MISMATCH for owner in cause.owners}
    return tuple(
        name
        for name, instance in circuit.instances.items()
        if any(spread.deviation for spread in devices()[instance.device].mismatch) and name not in known
    )


def _parameter(circuit: Circuit, instance: Instance, spread: Spread) -> tuple[str, float] | None:
    """The first parameter of a spread that has a value other than zero in the netlist, and that."""
    for parameter in spread.parameters:
        value = known_value(circuit, f"{instance.name}.{parameter}")
        if value is not None and (value or not spread.relative):
            return parameter, value
    return None


def _usual(circuit: Circuit, instance: Instance) -> Iterator[Variation]:
    for spread in devices()[instance.device].mismatch:
        found = _parameter(circuit, instance, spread)
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


def _by_area(circuit: Circuit, instance: Instance) -> Iterator[Variation]:
    """Mismatch by the coefficients on the model card of a device."""
    for spread in devices()[instance.device].mismatch:
        card = circuit.models[instance.model].parameters if instance.model else {}
        if spread.coefficient is None or spread.coefficient.name not in card:
            continue
        found = _parameter(circuit, instance, spread)
        coefficient = circuit.number(card[spread.coefficient.name])
        if found is not None and coefficient:
            deviation = coefficient / math.sqrt(2.0 * area_of(circuit, instance, spread.area))
            source = f"{spread.coefficient.name} of {instance.model}"
            name = f"{instance.name}.{found[0]}"
            yield Variation(
                *(instance.name, found[0], (name,), MISMATCH, deviation, spread.relative),
                source=source,
                area=spread.area,
            )


def area_of(circuit: Circuit, instance: Instance, parameters: Iterable[str]) -> float:
    """The area that mismatch averages over: the product of some parameters and of m. Raises `OptionError` for zero."""
    known = {p.name for p in devices()[instance.device].parameters}
    product = 1.0
    for name in (*parameters, "m"):
        if name in known:
            product *= nominal(circuit, f"{instance.name}.{name}")
    if product <= 0.0:
        raise OptionError(
            f"{instance.name} has no area for Pelgrom's law", hint=f"it is {'*'.join((*parameters, 'm'))}"
        )
    return product


def _by_rule(circuit: Circuit, rule: SpreadRule, group: str) -> Iterator[Variation]:
    names = spread_names(circuit, rule)
    source = f"*@ {rule.kind} {rule.parameter}" + (f"({','.join(rule.owners)})" if rule.owners else "")
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
            spread = next((s for s in devices()[instance.device].mismatch if rule.parameter in s.parameters), None)
            area = spread.area if spread is not None and spread.area else ("w", "l")
            sigma = rule.pelgrom / math.sqrt(2.0 * area_of(circuit, instance, area))
        deviation, shape, cut = _shape(rule, sigma)
        yield Variation(
            *(owner, rule.parameter, (name,), MISMATCH, deviation, rule.relative, shape, cut),
            group=group if rule.correlation else "",
            correlation=rule.correlation,
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
