"""What a Monte Carlo run found: how figures are distributed, and how many samples keep their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.contract.encoding import plain
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.errors import OptionError, nearest

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
IN_JSON = 10_000
QUANTILES = (0.1, 1.0, 5.0, 50.0, 95.0, 99.0, 99.9)  # percent


@dataclass(frozen=True, eq=False, slots=True)
class Distribution:
    """How a figure is distributed over the samples that have it.

    nominal     of the netlist as it stands; unit
    mean, sigma None where they would mislead: of rejections in dB, whose tail never ends
    quantiles   by percent as text, "0.1" to "99.9"; minimum, maximum
    missing     samples that have no such figure
    edges, counts of a histogram
    """

    unit: str
    nominal: float
    mean: float | None
    sigma: float | None
    quantiles: Mapping[str, float]
    minimum: float
    maximum: float
    missing: int
    edges: Array
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class YieldOf:
    """How many samples keep a limit, or all of them: a part, and the interval that holds it with 95 % confidence.

    limit   as it was written; "all" for all together
    passed  of how many samples; a sample that could not be solved keeps no limit
    method  of the interval
    """

    limit: str
    passed: int
    samples: int
    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class ControlledYield:
    """The yield of one limit with the linear picture as control, see `longtail.analyses.monte_carlo.control`.

    limit, value, low, high, method  as of `YieldOf`
    pictured     the part that keeps the limit by the picture, exact
    more, fewer  samples that keep it though the picture says no, and the contrary
    worth        samples that would make as narrow an interval without control
    """

    limit: str
    value: float
    low: float
    high: float
    method: str
    pictured: float
    more: int
    fewer: int
    worth: int


@dataclass(frozen=True, slots=True)
class Extreme:
    """A sample at an end of a figure: its number, by which it is drawn again, and the figure."""

    measure: str
    sample: int
    value: float


@dataclass(frozen=True, eq=False, slots=True)
class Under:
    """The same samples under one condition.

    condition, values  its name, and what it changes in the netlist ("temp" in degrees Celsius)
    failures           samples without solution
    measures, yields   as of the whole result
    """

    condition: str
    values: Mapping[str, float]
    failures: int
    measures: Mapping[str, Distribution]
    yields: tuple[YieldOf, ...]


@dataclass(frozen=True, eq=False, repr=False)
class MonteCarlo(AtOutput, Result):
    """The distributions of figures over random samples.

    samples, seed, sampling  how many, and how they were drawn: sample i depends on seed and i alone (of a Latin
                  hypercube, on the number of samples too)
    kinds         which causes were drawn: "mismatch", "process"; causes: how many
    failed        numbers of the samples without solution, which count as fails; the first of them
    failures      how many there are
    measures      distributions by figure
    correlation   of the figures with each other, `[figure, figure]`, by rank (Spearman)
    yields        of each limit, and of all together, the last
    worst         the samples at the ends of each figure
    values        by figure, `[sample]`, nan where a sample has none; JSON has them of `IN_JSON` samples at the most
    drawn         values by varied name, of one sample that was asked for alone
    under         the same samples under each condition, the netlist as it stands first, where conditions were asked for
    everywhere    how many keep all limits under every one of them
    controlled    the yield of each limit with the linear picture as control, where that was asked for
    path          the file with every sample, if there is one
    input, output names of nodes; none of figures of the operating point
    """

    analysis: ClassVar[str] = "monte-carlo"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "monte_carlo"

    title: str
    samples: int
    seed: int
    sampling: str
    kinds: tuple[str, ...]
    causes: int
    failed: tuple[int, ...]
    failures: int
    measures: Mapping[str, Distribution]
    correlation: Array
    yields: tuple[YieldOf, ...]
    worst: tuple[Extreme, ...]
    input: tuple[str, ...]
    output: tuple[str, ...]
    path: Path | None = None
    notes: tuple[str, ...] = ()
    values: Mapping[str, Array] = field(default_factory=dict)
    drawn: Mapping[str, float] = field(default_factory=dict)
    under: tuple[Under, ...] = ()
    everywhere: YieldOf | None = None
    controlled: tuple[ControlledYield, ...] = ()

    def __repr__(self) -> str:
        said = [
            f"{name} {each.quantiles['50']:.4g} {each.unit}".rstrip() for name, each in list(self.measures.items())[:3]
        ]
        made = f", yield {100.0 * self.yields[-1].value:.4g} %" if self.yields else ""
        return f"<{self.samples} samples: median {', '.join(said)}{made}>"

    def __getitem__(self, measure: str) -> Array:
        """The figure of every sample. Raises `OptionError` for one that was not measured."""
        if measure not in self.values:
            raise OptionError(f"'{measure}' was not measured", hint=nearest(measure, self.values))
        return self.values[measure]

    @property
    def files(self) -> tuple[Path, ...]:
        return () if self.path is None else (self.path,)

    def to_dict(self) -> dict[str, Any]:
        of_all = self.yields[-1] if self.yields else None
        return plain(
            {
                "title": self.title,
                "samples": self.samples,
                "seed": self.seed,
                "sampling": self.sampling,
                "kinds": self.kinds,
                "causes": self.causes,
                "failed": self.failures,
                "failed_samples": self.failed,
                **(ports(self.input, self.output) if self.output else {}),
                "measures": self.measures,
                "correlation": self.correlation,
                "yield": of_all
                and {"value": of_all.value, "low": of_all.low, "high": of_all.high, "method": of_all.method},
                "limits": self.yields,
                "worst": self.worst,
                "drawn": self.drawn,
                "conditions": self.under,
                "everywhere": self.everywhere,
                "controlled": self.controlled,
                "path": self.path and str(self.path),
                "values": self.values if self.samples <= IN_JSON else {},
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> MonteCarlo:
        named = {
            "failed": entries["failed_samples"],
            "failures": entries["failed"],
            "yields": entries["limits"],
            "under": entries.get("conditions", ()),
            "correlation": np.array(entries["correlation"], float).reshape(len(entries["measures"]), -1),
        }
        return super().from_dict({"input": (), "output": (), **entries, **named})

    def to_xarray(self) -> xarray.Dataset:
        """Every figure over "sample"."""
        import xarray

        return xarray.Dataset(
            {name: ("sample", values, {"units": self.measures[name].unit}) for name, values in self.values.items()},
            attrs={"title": self.title, "seed": self.seed, "output": ", ".join(self.output)},
        )
