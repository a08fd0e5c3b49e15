"""The checks, one function each: what the netlist says in, findings out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from longtail.analyses.check_statistics.result import Finding
from longtail.circuit import Circuit, Instance
from longtail.contract.counted import MISMATCH, PROCESS
from longtail.devices.base import Spread
from longtail.devices.discovery import devices
from longtail.elaborate.named_values import nominal
from longtail.elaborate.roles import base, role_of
from longtail.elaborate.spreads import spread_names
from longtail.netlist.cards import SpreadRule
from longtail.statistics.alike import alike
from longtail.statistics.draws import TRUNCATED, UNIFORM
from longtail.statistics.finding import area_of, size_of
from longtail.statistics.spreads import Spreads, Variation
from longtail.statistics.together import Equal
from longtail.units import format_spice

FAR = 4.0  # standard deviations that no value may change its sign within
EQUAL = 1e-2  # part that two deviations or areas may differ by and still be meant as equal
_ROUNDING = 1e-12  # of a correlation
_GATE = ("w", "l")
# Pelgrom's coefficients of MOSFETs that have been published, with room to either side: of thresholds about 1 mV*um for
# each nm of gate oxide, of currents 0.5 to 3 %*um (M. Pelgrom, H. Tuinhout, M. Vertregt, IEDM (1998) 915)
_PUBLISHED = {
    "vto": (0.3e-9, 50e-9, "1 to 30 mV*um, about 1 for each nm of gate oxide: 3.5 mV*um is 3.5n"),
    "kp": (0.5e-9, 0.1e-6, "0.5 to 3 %*um: 1 %*um is 0.01u"),
}


@dataclass(frozen=True, eq=False)
class GivenStatistics:
    """What the netlist says, and the devices that a check has told something graver of already."""

    circuit: Circuit
    spreads: Spreads
    inputs: tuple[str, ...]
    told: set[str] = field(default_factory=set)

    @cached_property
    def rules(self) -> dict[str, SpreadRule]:
        """The rule of mismatch of each device by itself that holds, by varied name: the last."""
        rules = [rule for rule in self.spreads.rules if rule.kind == MISMATCH and not rule.of_places]
        return {name: rule for rule in rules for name in spread_names(self.circuit, rule)}

    @cached_property
    def causes(self) -> tuple[Variation, ...]:
        """What the netlist says itself; what statistical functions draw as what it moves."""
        if self.spreads.assumed:
            return ()
        named = ((cause, cause.parameters(self.circuit)) for cause in self.spreads.causes)
        return tuple(replace(cause, names=names, draw=False) for cause, names in named if names)

    @cached_property
    def own(self) -> dict[str, dict[str, Variation]]:
        """Mismatch by device and parameter; of what a device has by itself and by its place, the first."""
        found: dict[str, dict[str, Variation]] = defaultdict(dict)
        for cause in sorted(self.causes, key=lambda cause: cause.of_places):
            if cause.kind == MISMATCH:
                found[cause.instance].setdefault(cause.parameter, cause)
        return found

    @cached_property
    def twins(self) -> tuple[tuple[str, ...], ...]:
        """Devices that ought to be equal, two or more."""
        instances = self.circuit.instances.values()
        spreading = [
            each.name for each in instances if any(s.deviation for s in _spreads(each)) or each.name in self.own
        ]
        return tuple(dict.fromkeys(group for group in alike(self.circuit, spreading).values() if len(group) > 1))

    @cached_property
    def fixed(self) -> tuple[tuple[Variation, ...], ...]:
        """Causes with a given sigma, by the model of their devices and the parameter."""
        found: dict[tuple[object, ...], list[Variation]] = defaultdict(list)
        for cause in self.causes:
            rule = self.rules.get(cause.names[0]) if cause.kind == MISMATCH else None
            if rule is not None and rule.sigma is not None and not cause.of_places:
                instance = self.circuit.instances[cause.instance]
                found[instance.device, instance.model, cause.parameter, cause.relative].append(cause)
        return tuple(map(tuple, found.values()))

    def area(self, cause: Variation) -> float:
        """The area that the mismatch of a device averages over."""
        instance = self.circuit.instances[cause.instance]
        spread = next((s for s in _spreads(instance) if cause.parameter in s.parameters), None)
        return area_of(self.circuit, instance, spread.area if spread and self.sized(cause) else ())

    def sized(self, cause: Variation) -> bool:
        """Whether the mismatch of a parameter goes with an area, as that of a resistor of a board does not."""
        instance = self.circuit.instances[cause.instance]
        spread = next((s for s in _spreads(instance) if cause.parameter in s.parameters), None)
        sizes = spread.area if spread is not None else ()
        return bool(sizes) and all(size_of(self.circuit, instance, name) for name in sizes)

    def parallel(self, cause: Variation) -> float:
        """How many devices it stands for: m, and the `area` of transistors that have one."""
        instance = self.circuit.instances[cause.instance]
        areas = {name for spread in _spreads(instance) for name in spread.area} - set(_GATE)
        return area_of(self.circuit, instance, sorted(areas))


def _spreads(instance: Instance) -> tuple[Spread, ...]:
    return devices()[instance.device].mismatch


def _size(value: float, relative: bool) -> str:
    """A value as a rule has it."""
    digits = float(f"{100.0 * value if relative else value:.3g}")
    return f"{format_spice(digits)}%" if relative else format_spice(digits)


def _rule(cause: Variation, owners: Sequence[str], what: str = "") -> str:
    """A rule for some devices: by default with the deviation or the limit of one that there is."""
    if not what and cause.shape == UNIFORM:
        what = f"limit={_size(cause.deviation * math.sqrt(3.0), cause.relative)}"
    what = what or f"sigma={_size(cause.deviation, cause.relative)}"
    return f"'*@ {cause.kind} {cause.parameter}({','.join(owners)}) {what}'"


def nothing_said(said: GivenStatistics) -> Iterator[Finding]:
    """A netlist without statistics."""
    if said.spreads.assumed:
        names = tuple(dict.fromkeys(cause.instance for cause in said.spreads.causes))
        text = "the netlist says nothing of mismatch: what is usual is assumed, as standard deviations of each device"
        yield Finding("nothing said", names, text, "'*@ mismatch r(rc*) sigma=0.1%', or a_vt on the .model card")


def changes_sign(said: GivenStatistics) -> Iterator[Finding]:
    """Deviations at which a value that is positive by nature is none within a few of them."""
    found: dict[tuple[str, str, float], list[str]] = defaultdict(list)
    for cause in said.causes:
        reach = {UNIFORM: math.sqrt(3.0), TRUNCATED: min(cause.cut, FAR)}.get(cause.shape, FAR) * cause.deviation
        for name in cause.names:
            value = nominal(said.circuit, name)
            part = reach if cause.relative else reach / abs(value) if value else 0.0
            if part >= 1.0 and _positive(said.circuit, name):
                found[cause.source, cause.parameter, cause.deviation].append(name.rpartition(".")[0] or name)
    for (source, parameter, deviation), names in found.items():
        text = f"{parameter} changes its sign within {FAR:g} standard deviations ({source}, {deviation:g})"
        yield Finding("changes sign", tuple(names), text, "a smaller sigma, or a limit below the value: 'limit=90%'")


def _positive(circuit: Circuit, name: str) -> bool:
    """Whether a value is positive by nature: a resistance, a current, a parameter of the netlist that is a size."""
    instance = circuit.instances.get(name.rpartition(".")[0])
    parameter = name.rpartition(".")[2]
    return instance is None or any(s.relative and parameter in s.parameters for s in _spreads(instance))


def coefficients(said: GivenStatistics) -> Iterator[Finding]:
    """Pelgrom's coefficients of MOSFETs, on cards and in rules, that nobody has ever published."""
    found: dict[tuple[str, str, float, str], list[str]] = defaultdict(list)
    for cause in said.causes:
        rule = said.rules.get(cause.names[0])
        if cause.kind == PROCESS or cause.of_places or (rule is not None and rule.pelgrom is None):
            continue
        instance = said.circuit.instances[cause.instance]
        spread = next((s for s in _spreads(instance) if cause.parameter in s.parameters), None)
        if spread is None or spread.area != _GATE or spread.parameters[0] not in _PUBLISHED:
            continue
        low, high, usual = _PUBLISHED[spread.parameters[0]]
        given = float(f"{cause.deviation * math.sqrt(2.0 * said.area(cause)):.6g}")
        if not low <= given <= high:
            found[cause.source, cause.parameter, given, usual].append(cause.instance)
    for (source, parameter, given, usual), names in found.items():
        text = f"Pelgrom's coefficient of {parameter}, {given:g} ({source}), is of no process that was published"
        yield Finding("coefficient", tuple(names), text, f"usual are {usual}")


def one_draw(said: GivenStatistics) -> Iterator[Finding]:
    """Devices that ought to be equal and always are."""
    for group in said.twins:
        mismatched = [cause for name in group for cause in said.own.get(name, {}).values()]
        shared = [cause for cause in said.causes if cause.kind == PROCESS and set(group) <= set(cause.owners)]
        rigid = bool(mismatched) and _always_equal(mismatched)
        if rigid or (shared and not mismatched):
            why = "a correlation of 1" if rigid else "the process alone moves them"
            causes = mismatched if rigid else shared
            parameters = " and ".join(dict.fromkeys(cause.parameter for cause in causes))
            said.told.update(group)
            text = f"share one draw of {parameters} ({why}) and stay equal: no offset, and no end of the CMRR, by them"
            sigma = _size(causes[0].deviation / 10.0, causes[0].relative)
            rule = f"'*@ mismatch {causes[0].parameter}({','.join(group)}) sigma={sigma}'"
            yield Finding(
                "one draw", group, text, "a correlation below 1" if rigid else f"mismatch beside it, as in {rule}"
            )


def _always_equal(causes: Sequence[Variation]) -> bool:
    """Whether the causes of each parameter, one of each device, are the same one."""
    first = {cause.parameter: cause for cause in reversed(causes)}
    return all(_one_cause(first[cause.parameter], cause) for cause in causes)


def _one_cause(cause: Variation, other: Variation) -> bool:
    """Whether two causes of a group are always equal; of one by itself no."""
    if cause.together is None or other.together is None or cause.group != other.group:
        return False
    if isinstance(cause.together, Equal):
        return cause.together.correlation == 1.0
    same = abs(cause.deviation - other.deviation) <= EQUAL * cause.deviation
    return same and cause.together.correlation_with(other.together) >= 1.0 - _ROUNDING


def input_pair(said: GivenStatistics) -> Iterator[Finding]:
    """Input transistors of which nothing is said: offset and rejection begin there."""
    instances = said.circuit.instances.values()
    names = tuple(each.name for each in instances if base(each) in said.inputs and each.name not in said.told)
    if said.causes and len(names) > 1 and not any(name in said.own for name in names):
        said.told.update(names)
        text = "the transistors at the inputs have no mismatch: no rule and no model card names them"
        yield Finding("input pair", names, text, _proposal(said.circuit, names))


def half_of_a_pair(said: GivenStatistics) -> Iterator[Finding]:
    """Devices that ought to be equal, of which one spreads and the other does not."""
    for group in said.twins:
        for parameter in dict.fromkeys(p for name in group for p in said.own.get(name, {})):
            spreading = [name for name in group if parameter in said.own.get(name, {})]
            still = tuple(name for name in group if name not in spreading)
            if still:
                said.told.update(still)
                cause = said.own[spreading[0]][parameter]
                text = f"{parameter} does not spread, that of {', '.join(spreading)} does, which ought to be equal"
                hint = _rule(cause, group)
                yield Finding("half of a pair", still, text, hint)


def unlike_twins(said: GivenStatistics) -> Iterator[Finding]:
    """Devices of one size with different deviations."""
    for group in said.twins:
        for parameter in dict.fromkeys(p for name in group for p in said.own.get(name, {})):
            causes = [said.own[name][parameter] for name in group if parameter in said.own.get(name, {})]
            same = [cause for cause in causes if cause.relative == causes[0].relative and not cause.of_places]
            if not same:
                continue
            low, high = (end(cause.standard for cause in same) for end in (min, max))
            if high > low * (1.0 + EQUAL):
                sizes = f"{_size(low, same[0].relative)} and {_size(high, same[0].relative)}"
                hint = f"one rule for all: {_rule(max(same, key=lambda cause: cause.standard), group)}"
                text = f"{parameter} spreads by {sizes}, of devices of the same model and size"
                yield Finding("unlike twins", group, text, hint)


def in_parallel(said: GivenStatistics) -> Iterator[Finding]:
    """Several devices in one, of which each has its own draw in silicon, with the deviation of a single one."""
    for causes in said.fixed:
        for cause in causes:
            many = said.parallel(cause)
            if many <= 1.0 or any(_averages(said, cause, other) for other in causes):
                continue
            said.told.add(f"{cause.instance}.{cause.parameter}")
            sigma = _size(cause.deviation / math.sqrt(many), cause.relative)
            text = f"stands for {many:g} devices in parallel, which average: sigma of one is divided by sqrt({many:g})"
            yield Finding("in parallel", (cause.instance,), text, _rule(cause, (cause.instance,), f"sigma={sigma}"))


def _averages(said: GivenStatistics, cause: Variation, other: Variation) -> bool:
    """Whether two deviations follow the areas of their devices, which are not equal."""
    ratio = said.area(cause) / said.area(other)
    follows = cause.deviation * math.sqrt(ratio) / other.deviation
    return abs(ratio - 1.0) > EQUAL and abs(follows - 1.0) <= EQUAL


def area(said: GivenStatistics) -> Iterator[Finding]:
    """Devices of one model and different area, the larger of which do not spread less."""
    for causes in said.fixed:
        rest = [cause for cause in causes if f"{cause.instance}.{cause.parameter}" not in said.told]
        if not all(said.sized(cause) for cause in rest) or not rest:
            continue
        small, *larger = sorted(rest, key=said.area)
        wrong = [
            cause
            for cause in larger
            if said.area(cause) > said.area(small) * (1.0 + EQUAL)
            and cause.deviation >= small.deviation * (1.0 - EQUAL)
        ]
        if wrong:
            text = (
                f"{small.parameter} spreads no less than that of {small.instance}, which is smaller: by Pelgrom's law "
                "sigma falls with the root of the area"
            )
            coefficient = small.deviation * math.sqrt(2.0 * said.area(small))
            model = said.circuit.instances[small.instance].model or small.instance
            hint = _rule(small, (model,), f"pelgrom={_size(coefficient, small.relative)}")
            yield Finding("area", tuple(cause.instance for cause in wrong), text, hint)


def without_mismatch(said: GivenStatistics) -> Iterator[Finding]:
    """Resistors and transistors of which nothing is said."""
    instances = said.circuit.instances
    for transistor in (True, False):
        names = tuple(
            name
            for name in said.spreads.bare
            if name not in said.told and (role_of(instances[name]) is not None) is transistor
        )
        if names:
            kind = "transistors" if transistor else "resistors"
            text = f"{kind} without mismatch, where the netlist gives some to others"
            yield Finding("no mismatch", names, text, _proposal(said.circuit, names))


def _proposal(circuit: Circuit, names: Sequence[str]) -> str:
    """A rule for devices, with what is usual."""
    first = circuit.instances[names[0]]
    spread = next(s for s in _spreads(first) if s.deviation)
    same = [name for name in names if circuit.instances[name].device == first.device]
    usual = _size(spread.deviation, spread.relative)
    rule = f"'*@ mismatch {spread.parameters[0]}({','.join(same)}) sigma={usual}'"
    sized = [s for s in _spreads(first) if first.model and all(size_of(circuit, first, name) for name in s.area)]
    coefficients = [s.coefficient.name for s in sized if s.coefficient and s.deviation]
    return f"{rule}, or {' and '.join(coefficients)} on the .model card" if coefficients else rule


def uniform(said: GivenStatistics) -> Iterator[Finding]:
    """Tolerances that are taken as what they rarely are."""
    found: dict[str, list[str]] = defaultdict(list)
    for cause in said.causes:
        if cause.shape == UNIFORM:
            found[cause.source] += cause.owners
    for source, names in found.items():
        text = f"{source} has a limit and no sigma: anything within it is taken as equally likely"
        hint = "with a sigma as well it is a normal distribution that is cut off: 'sigma=0.3% limit=1%'"
        yield Finding("uniform", tuple(names), text, hint)


# the gravest first: what makes figures nonsense, what hides offsets, what is a matter of size, what is worth knowing
CHECKS: tuple[Callable[[GivenStatistics], Iterator[Finding]], ...] = (
    changes_sign,
    coefficients,
    one_draw,
    input_pair,
    half_of_a_pair,
    unlike_twins,
    in_parallel,
    area,
    without_mismatch,
    nothing_said,
    uniform,
)
