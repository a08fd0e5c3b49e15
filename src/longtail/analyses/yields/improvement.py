"""What to do about a yield: the least area, or the widest tolerances, that reach a target.

The variance that a device brings by Pelgrom's law falls as one over its area (M. Pelgrom, A. Duinmaijer, A. Welbers,
IEEE J. Solid-State Circuits 24 (1989) 1433), a deviation that was given as one over the square of a better class. All
limits together are held to the target by the sum of what fails each, which is never too little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.contributions.contributions import unit_of
from longtail.analyses.yields.limit import HOLDS, HeldLimit
from longtail.analyses.yields.result import ImprovedGroup, ImprovedWay, Improvement, LimitYield
from longtail.circuit import Circuit
from longtail.contract.counted import MISMATCH
from longtail.elaborate.named_values import nominal
from longtail.errors import InputError, OptionError, in_short
from longtail.hints import said
from longtail.sets import DisjointSets
from longtail.statistics.alike import alike
from longtail.statistics.finding import area_of
from longtail.statistics.least_cost import LEAST, MOST, alone, cheapest
from longtail.statistics.quadratic import Expansion
from longtail.statistics.spreads import Spreads, Variation
from longtail.units import parse_number

Array = NDArray[np.float64]

AREA, CLASS = "area", "class"
KINDS = (AREA, CLASS)
_WORDS = {AREA: "areas", CLASS: "deviations"}
_SOON = 0.99  # a yield from which more digits count
_MORE = 0.1  # of the whole area, or less of a deviation
_WIDTH = "w"  # a device that has one keeps its current where w/l stays
_CONTROL = 1  # the terminal that is base or gate


def read_target(given: Any) -> float:
    """A yield as a part, from 99.7% or 0.997. Raises `OptionError` for anything else."""
    text = str(given).strip()
    try:
        target = parse_number(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    except InputError as error:
        raise OptionError(
            said("{improve} takes a yield as in 99.7%, not {0}", in_short(given), improve=None)
        ) from error
    if not 0.0 < target < 1.0:
        raise OptionError(
            said("{improve} takes a yield between 0 and 1, both excluded, not {0}", f"{target:g}", improve=None),
            hint="as in 99.7%, or 0.997",
        )
    return target


@dataclass(frozen=True, eq=False)
class Knob:
    """What is improved together: some `devices`, and the places of their causes.

    area  the parameters of each device whose product is its area; of a class there are none
    """

    devices: tuple[str, ...]
    area: tuple[str, ...]
    first: Variation
    causes: tuple[int, ...]

    @property
    def kind(self) -> str:
        return AREA if self.area else CLASS


def improvement(
    circuit: Circuit, spreads: Spreads, limits: Sequence[tuple[HeldLimit, NDArray[Any]]], target: float
) -> Improvement:
    """The improvement to a target of limits with the effects of the causes `[cause]` on each."""
    moved = np.any([np.abs(effects) > 0.0 for _, effects in limits], axis=0)
    knobs = tuple(knob for knob in _knobs(circuit, spreads) if moved[list(knob.causes)].any())
    return _Improving(circuit, spreads, limits, 1.0 - target, knobs).found


@dataclass(frozen=True, eq=False)
class _Improving:
    circuit: Circuit
    spreads: Spreads
    limits: Sequence[tuple[HeldLimit, NDArray[Any]]]
    allowed: float
    knobs: tuple[Knob, ...]

    @cached_property
    def found(self) -> Improvement:
        factors: dict[int, float] = {}
        ways = []
        for kind in KINDS:
            places = self._of(kind)
            if not places:
                continue
            costs = np.array([self._cost(self.knobs[k]) for k in places])
            best = cheapest(costs, self._some(places), self.allowed)
            cost = None if best is None else float(costs @ best / costs.sum())
            reached = self._some(places)(np.full(len(places), MOST) if best is None else best)
            ways.append(ImprovedWay(kind, best is not None, 1.0 - reached, cost))
            factors |= {} if best is None else dict(zip(places, best.tolist(), strict=True))
        return Improvement(
            1.0 - self.allowed,
            1.0 - self._failing(np.ones(len(self.knobs))),
            1.0 - self._failing(np.full(len(self.knobs), MOST)),
            tuple(ways),
            tuple(self._group(k, factors.get(k)) for k in range(len(self.knobs))),
            self._values(factors),
        )

    def _failing(self, factors: Array) -> float:
        """The part that fails, at the most, where the variances of the knobs fall by some factors."""
        scale = np.ones(len(self.spreads.causes))
        for knob, factor in zip(self.knobs, factors, strict=True):
            scale[list(knob.causes)] = factor**-0.5
        mixing = self.spreads.mixing
        parts = (
            replace(held, first=Expansion(held.first.nominal, (effects * scale) @ mixing)).failure
            for held, effects in self.limits
        )
        return min(1.0, sum(parts))

    def _some(self, places: Sequence[int]) -> Callable[[Array], float]:
        """The part that fails as a function of the factors of some knobs."""

        def failing(factors: Array) -> float:
            whole = np.ones(len(self.knobs))
            whole[list(places)] = factors
            return self._failing(whole)

        return failing

    def _of(self, kind: str) -> list[int]:
        return [k for k, knob in enumerate(self.knobs) if knob.kind == kind]

    @property
    def one_unit(self) -> bool:
        """Whether all areas are products of the same parameters, and can be added."""
        return len({knob.area for knob in self.knobs if knob.area}) == 1

    def _area(self, knob: Knob) -> float:
        return sum(area_of(self.circuit, self.circuit.instances[name], knob.area) for name in knob.devices)

    def _cost(self, knob: Knob) -> float:
        """What a factor of 1 costs: the area where areas can be added, else one as much as another."""
        return self._area(knob) if knob.area and self.one_unit else 1.0

    def _group(self, place: int, factor: float | None) -> ImprovedGroup:
        knob = self.knobs[place]
        more = (1.0 - _MORE) ** -2.0
        if knob.area:
            more = 1.0 + _MORE * sum(self._cost(self.knobs[k]) for k in self._of(AREA)) / self._cost(knob)
        only = alone(place, len(self.knobs), self._failing, self.allowed)
        area = self._area(knob) if knob.area else 0.0
        return ImprovedGroup(
            knob.devices,
            knob.kind,
            "" if knob.area else knob.first.parameter,
            area if knob.area else knob.first.deviation,
            ("m^2" if _WIDTH in knob.area else "") if knob.area else unit_of(self.circuit, knob.first),
            not knob.area and knob.first.relative,
            _told(knob, factor),
            _told(knob, only),
            self._some([place])(np.array([more])),
        )

    def _values(self, factors: dict[int, float]) -> dict[str, float]:
        """The sizes that areas follow from, each parameter of an area by the same factor."""
        return {
            f"{name}.{parameter}": nominal(self.circuit, f"{name}.{parameter}")
            * factors[k] ** (1.0 / len(self.knobs[k].area))
            for k in factors
            for name in self.knobs[k].devices
            for parameter in self.knobs[k].area
        }


def improvement_notes(found: Improvement | None, limits: Sequence[LimitYield], normal: bool) -> list[str]:
    """What is to be known of an improvement; `normal`: whether all causes are."""
    if found is None:
        return []
    notes = []
    if found.best < found.target:
        notes.append(
            f"no improvement of mismatch reaches {percent(found.target)}, {percent(found.best)} is the most: the rest "
            "is the process, or a nominal figure that fails or is next to it"
        )
    else:
        notes += [
            f"{_WORDS[way.kind]} alone do not reach {percent(found.target)}: {MOST:g} times better they leave "
            f"{percent(way.value)}, by what spreads beside them"
            for way in found.ways
            if not way.reached
        ]
    if found.values:
        notes.append(
            f"areas are the least to first order, within {LEAST:g} to {MOST:g} times the present ones, w and l by the "
            "same factor, so that currents stay; capacitances grow with them: look at the bandwidth again"
        )
    if any(name.endswith(".area") for name in found.values):
        notes.append("of transistors that are sized by area all that share a base or gate go together")
    doubtful = ", ".join(each.limit for each in limits if each.error > HOLDS)
    if doubtful:
        notes.append(f"{doubtful}: first order does not hold, and what it promises of an improvement does not either")
    if not normal:
        notes.append("an improvement takes the sum of all causes as normal, which some of them are not")
    return notes


def percent(part: float) -> str:
    """A yield in percent.

    >>> percent(0.3233839), percent(0.99999987)
    ('32.34 %', '99.999987 %')
    """
    return f"{100.0 * part:.4g} %" if part < _SOON else f"{100.0 * part:.8g} %"


def _told(knob: Knob, factor: float | None) -> float | None:
    """The factor of an area, or of a deviation, from that of a variance."""
    return factor if factor is None or knob.area else float(np.sqrt(factor))


def _knobs(circuit: Circuit, spreads: Spreads) -> list[Knob]:
    """What can be improved: mismatch of devices, by area where it follows from that, else by parameter."""
    causes = [(k, cause) for k, cause in enumerate(spreads.causes) if cause.kind == MISMATCH]
    groups = _together(circuit, [cause for _, cause in causes])
    found: dict[tuple[object, ...], list[int]] = {}
    for k, cause in causes:
        devices = groups.get(cause.instance, (cause.instance,))
        own = (cause.area,) if cause.area else ((), cause.parameter, cause.deviation, cause.relative)
        found.setdefault((devices, *own), []).append(k)
    knobs = []
    for places in found.values():
        owners = dict.fromkeys(spreads.causes[k].instance for k in places)
        first = spreads.causes[places[0]]
        knobs.append(Knob(tuple(owners), first.area, first, tuple(places)))
    return knobs


def _together(circuit: Circuit, causes: Sequence[Variation]) -> dict[str, tuple[str, ...]]:
    """By device, those that are improved together: that ought to be equal, and, where the current follows the area, of
    one base or gate."""
    areas = {cause.instance: cause.area for cause in causes if cause.instance in circuit.instances}
    areas |= {cause.instance: cause.area for cause in causes if cause.area}
    sets = DisjointSets()
    by_control: dict[tuple[str | None, str], str] = {}
    for name, twins in alike(circuit, areas).items():
        for twin in twins:
            sets.join(name, twin)
        instance = circuit.instances[name]
        if areas[name] and _WIDTH not in areas[name]:
            sets.join(by_control.setdefault((instance.model, instance.nodes[_CONTROL]), name), name)
    members: dict[str, list[str]] = {}
    for name in areas:
        members.setdefault(sets.find(name), []).append(name)
    return {name: tuple(members[sets.find(name)]) for name in areas}
