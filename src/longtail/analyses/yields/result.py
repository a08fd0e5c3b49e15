"""The yield against limits, without sampling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from longtail.contract.encoding import plain
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result


@dataclass(frozen=True, slots=True)
class SampledFailure:
    """The part of all amplifiers that fails a limit, from whole solutions about where it fails first.

    value, standard_error  the part, and the standard deviation of this estimate
    samples     whole solutions that it is from; effective: as many failing ones of equal weight would tell it as well
    distance    of the nearest point of the limit that was found solved, in standard deviations; None where none was
    trusted     whether there are enough effective samples; the value of the limit is this one then
    pictured    the part that fails by the picture, to hold it against
    """

    value: float
    standard_error: float
    samples: int
    effective: float
    distance: float | None
    trusted: bool
    pictured: float


@dataclass(frozen=True, slots=True)
class LimitYield:
    """One limit.

    limit, measure  as it was written, and the figure; unit of what follows
    nominal         the figure of the netlist as it stands
    value, failure  the part of all amplifiers that keeps it, and that does not
    distance        of the worst case, the nearest point of the limit, in standard deviations; None where causes do not
                    reach it to first order
    worst_case      the causes that go farthest there, in standard deviations of each; at_worst: the figure solved there
    validity        "linear", "quadratic" or "neither": the picture that the value comes from; "sampled" where that is
                    from whole solutions about the worst case
    error           of first order at random samples, the root of the mean square in standard deviations of the figure
    second_error    of second order, where first order did not serve
    sampled         from samples about the worst case, where they were asked for
    """

    limit: str
    measure: str
    unit: str
    nominal: float
    value: float
    failure: float
    distance: float | None
    worst_case: Mapping[str, float]
    at_worst: float | None
    validity: str
    error: float
    second_error: float | None
    sampled: SampledFailure | None = None


@dataclass(frozen=True, slots=True)
class ImprovedGroup:
    """Devices that ought to be equal, and what makes them so.

    kind        "area", by Pelgrom's law, or "class": the deviation of a `parameter`
    present     the area of all together, or the deviation of each as it was given; unit: of it, where `relative` is not
    factor      by which the area grows, or the deviation shrinks, in the cheapest way of this kind; None where there is
                none
    alone       the same where this group alone is improved
    failure     the part that fails after a tenth of the whole area more for this group alone, or a tenth less deviation
    """

    devices: tuple[str, ...]
    kind: str
    parameter: str
    present: float
    unit: str
    relative: bool
    factor: float | None
    alone: float | None
    failure: float

    def after(self, factor: float | None) -> float | None:
        """The area or the deviation that a factor makes."""
        if factor is None:
            return None
        return self.present * factor if self.kind == "area" else self.present / factor


@dataclass(frozen=True, slots=True)
class ImprovedWay:
    """All groups of one kind together.

    reached  whether they reach the target
    value    the yield that they reach, at the least
    cost     of all areas, or of one over the squares of deviations, in parts of the present; None where not reached
    """

    kind: str
    reached: bool
    value: float
    cost: float | None


@dataclass(frozen=True, slots=True)
class Improvement:
    """What takes a yield to a target, to first order.

    target, present  the yield that is asked for, and the one that there is at the least
    best    what all groups of both kinds together reach at the most
    ways    of areas, and of deviations: each by itself
    groups  where it counts; those that no limit depends on are left out, and stay as they are
    values  sizes of the cheapest areas by name, as --set takes them
    """

    target: float
    present: float
    best: float
    ways: tuple[ImprovedWay, ...]
    groups: tuple[ImprovedGroup, ...]
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class YieldUnder:
    """The yield under one condition: its name, what it changes in the netlist ("temp" in degrees Celsius), and what
    stands in the whole result under the same names."""

    condition: str
    values: Mapping[str, float]
    limits: tuple[LimitYield, ...]
    joint: float
    least: float
    validity: str


@dataclass(frozen=True, eq=False, repr=False)
class Yields(AtOutput, Result):
    """The part of all amplifiers that keeps its limits.

    limits    each by itself
    joint     all together; least: what it is at the least, whatever goes together
    validity  the worst of all limits
    kinds     which causes count: "mismatch", "process"; causes: how many
    input, output names of nodes; none of figures of the operating point
    improvement   what takes it to a target, where that was asked for
    under     the yield under each condition, the netlist as it stands first, where conditions were asked for
    """

    analysis: ClassVar[str] = "yields"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "yields"

    title: str
    limits: tuple[LimitYield, ...]
    joint: float
    least: float
    validity: str
    kinds: tuple[str, ...]
    causes: int
    input: tuple[str, ...]
    output: tuple[str, ...]
    notes: tuple[str, ...] = ()
    improvement: Improvement | None = None
    under: tuple[YieldUnder, ...] = ()

    @property
    def worst(self) -> YieldUnder | None:
        """The condition with the least yield, the first of equals; None where no conditions were asked for."""
        return min(self.under, key=lambda each: float(f"{each.joint:.9g}"), default=None)

    def __repr__(self) -> str:
        return f"<yield {100.0 * self.joint:.6g} % of {len(self.limits)} limits, {self.validity}>"

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                "title": self.title,
                **(ports(self.input, self.output) if self.output else {}),
                "limits": self.limits,
                "value": self.joint,
                "joint": {"value": self.joint, "least": self.least},
                "validity": self.validity,
                "kinds": self.kinds,
                "causes": self.causes,
                "improvement": self.improvement,
                "conditions": self.under,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Yields:
        named = {**entries["joint"], "joint": entries["joint"]["value"], "under": entries.get("conditions", ())}
        return super().from_dict({"input": (), "output": (), **entries, **named})
