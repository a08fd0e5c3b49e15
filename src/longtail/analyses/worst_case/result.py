"""The worst case of a figure, as a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from longtail.contract.encoding import plain
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a cause goes to either side: `limit` in `unit`, or as a part of its value where `relative`."""

    name: str
    limit: float
    relative: bool
    unit: str


@dataclass(frozen=True, slots=True)
class WorstEnd:
    """One end of a figure.

    value    the figure there, solved whole
    values   of what moves, by varied name, as --set takes them
    changes  what each cause does to the figure there: by how much the figure is more than with this cause alone back
             at the value of the netlist
    corner   whether every cause that moves the figure is at one of its limits
    """

    value: float
    values: Mapping[str, float]
    changes: Mapping[str, float]
    corner: bool


@dataclass(frozen=True, eq=False, repr=False)
class WorstCase(AtOutput, Result):
    """How far a figure can go where everything stays within its limits.

    measure, symbol, unit  the figure; of "cmrr" all is in dB
    frequency_hz           of a gain or a rejection; None of a figure that has none
    nominal                the figure of the netlist as it stands
    least, largest         its two ends
    guaranteed             whether it is proven that nothing within the limits lies beyond; reason: why, or why not
    tolerances             what moves, and how far
    input, output          names of nodes; none of a figure of the operating point
    """

    analysis: ClassVar[str] = "worst-case"
    view: ClassVar[str] = "worst_case"

    title: str
    measure: str
    symbol: str
    unit: str
    frequency_hz: float | None
    nominal: float
    least: WorstEnd
    largest: WorstEnd
    guaranteed: bool
    reason: str
    tolerances: tuple[Tolerance, ...]
    input: tuple[str, ...]
    output: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        ends = f"{self.least.value:.6g} to {self.largest.value:.6g} {self.unit}".rstrip()
        return f"<worst case of {self.measure}: {ends}{'' if self.guaranteed else ', not proven'}>"

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                "title": self.title,
                "measure": self.measure,
                "symbol": self.symbol,
                "unit": self.unit,
                **(ports(self.input, self.output) if self.output else {}),
                "frequency_hz": self.frequency_hz,
                "nominal": self.nominal,
                "least": self.least,
                "largest": self.largest,
                "guaranteed": self.guaranteed,
                "reason": self.reason,
                "tolerances": self.tolerances,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> WorstCase:
        return super().from_dict({"input": (), "output": (), **entries})
