"""The lines of a datasheet: a quantity with its conditions, typical and extreme values, and its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.monte_carlo.result import YieldOf
from longtail.contract.decoding import rebuilt
from longtail.contract.encoding import plain
from longtail.errors import Span
from longtail.merits.reasons import Reason

Array = NDArray[np.float64]

_ALIKE = 1e-9  # of the largest: what differs by less is equal, and the first of them has the name


@dataclass(frozen=True, slots=True)
class Limit:
    """What a quantity has to keep: `low` and `high` in `unit`, None where there is none.

    Its row goes by `symbol` or by one of the names in `also`. `span` and `unit_span` are where a file says so.
    """

    name: str
    symbol: str
    low: float | None
    high: float | None
    unit: str
    at: str = ""
    also: tuple[str, ...] = field(default=(), repr=False)
    span: Span | None = field(default=None, repr=False)
    unit_span: Span | None = field(default=None, repr=False)

    @property
    def holds(self) -> bool:
        """Whether there is anything to keep."""
        return self.low is not None or self.high is not None

    def to_dict(self) -> dict[str, Any]:
        bounds = {"min": self.low, "max": self.high, "unit": self.unit}
        return {**bounds, "name": self.name, "symbol": self.symbol, "at": self.at}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Limit:
        return rebuilt(cls, {**entries, "low": entries["min"], "high": entries["max"]})


@dataclass(frozen=True, slots=True)
class SampledFigure:
    """How a figure spreads over random samples.

    sigma      None where it would mislead: of rejections in dB, and of figures that some samples have without bound
    quantiles  by percent as text, "1", "50" and "99"; none where no sample has the figure
    missing    samples that have no such figure
    kept       how many keep the limit of the row, which a sample without figure does not; None without limit
    """

    sigma: float | None
    quantiles: Mapping[str, float]
    missing: int
    kept: YieldOf | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a datasheet: a quantity under its conditions; `value` None where it has none, and `remark` why.

    minimum, maximum  over temperatures and corners, `value` among them; `minimum_at` and `maximum_at` say where
    missing           conditions under which there is no value though there should be one
    limit, verdict    "pass", "fail", "open" where there is nothing to judge by (see `Reason.is_open`), "" without limit
    reason            why a gain or a rejection has no value, or is zero
    merit             the name by which a sweep measures it too, see `longtail.merits.registry`
    sampled           how it spreads over random samples, where these were asked for
    """

    symbol: str
    parameter: str
    conditions: str
    value: float | None
    unit: str
    remark: str = ""
    minimum: float | None = None
    maximum: float | None = None
    minimum_at: str = ""
    maximum_at: str = ""
    missing: tuple[str, ...] = ()
    limit: Limit | None = None
    verdict: str = ""
    reason: Reason | None = None
    merit: str = ""
    sampled: SampledFigure | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values by name."""
        return plain({name: getattr(self, name) for name in Row.__slots__})


def spread(row: Row, values: Array, names: Sequence[str], absent: str = "no value") -> Row:
    """The row with its extremes from `values` `[condition]`, the typical one first.

    nan stands for a condition without value, infinity for one whose value is beyond figures, by symmetry for one.
    """
    typical = values[0].item()
    row = replace(row, value=typical if np.isfinite(typical) else None)
    if np.isnan(typical):
        row = replace(row, remark=absent)
    there = np.flatnonzero(np.isfinite(values))
    missing = tuple(name for name, lost in zip(names, np.isnan(values), strict=True) if lost)
    if not there.size:
        return replace(row, missing=missing)
    finite = values[there]
    alike = _ALIKE * np.abs(finite).max()
    low, high = (there[np.argmax(each <= each.min() + alike)] for each in (finite, -finite))  # the first of equals
    infinite = bool(np.isinf(values).any())
    return replace(
        row,
        minimum=finite.min().item(),
        minimum_at=names[low],
        maximum=None if infinite else finite.max().item(),
        maximum_at="" if infinite else names[high],
        missing=missing,
    )
