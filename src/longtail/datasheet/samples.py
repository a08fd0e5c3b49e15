"""The rows of a datasheet over random samples: how far each figure spreads, and how many samples keep its limit.

The samples are lanes, characterized as conditions are. Sample i is that of `longtail mc` with the same seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.contributions import contributions
from longtail.analyses.monte_carlo.monte_carlo import OFFSET_APART
from longtail.analyses.monte_carlo.result import YieldOf
from longtail.analyses.monte_carlo.summary import Ordered, yield_of
from longtail.circuit import Circuit
from longtail.contract.counted import Counted
from longtail.contract.drive import Drive
from longtail.datasheet.characterize import Characterization
from longtail.datasheet.limits import keeps
from longtail.datasheet.rows import Row, SampledFigure
from longtail.driven.inputs import find_drives
from longtail.driven.under_conditions import stand_apart
from longtail.driven.varied import levels_over
from longtail.errors import LongtailError, OptionError
from longtail.hints import said
from longtail.merits.frequencies import Asked
from longtail.merits.merit import Merit
from longtail.statistics.finding import find_spreads
from longtail.statistics.sampling import NOMINAL, Sampling
from longtail.statistics.telling import spread_notes

Array = NDArray[np.float64]

SEED = 1
MOST = 20_000  # samples: every one goes through every analysis of a datasheet
QUANTILES = (1.0, 50.0, 99.0)  # percent
_ROUNDING = 1e-12  # of the largest figure: what spreads less does not spread
_FIRST = 3  # contributions that are told of a figure
_FIGURES = {"offset": "input_offset", "cmrr": "cmrr_db"}  # of which contributions are told, with the rows they are of


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many `samples` are drawn, none without it, and the file `spreads` that says what spreads beside the netlist.

    Raises `OptionError` for such a file without samples.
    """

    samples: int = 0
    spreads: Path | None = None

    def __post_init__(self) -> None:
        if self.spreads is not None and not self.samples:
            raise OptionError(
                said("{spreads} has no effect without {samples}", spreads=None, samples=None),
                hint=said("add {samples}", samples=300),
            )


@dataclass(frozen=True, slots=True)
class SpreadBy:
    """A part in the variance of a figure: of devices that ought to be equal, all together.

    figure  "offset" or "cmrr"; of "cmrr" the part in E|rho - rho_0|^2, see `longtail.analyses.contributions`
    """

    figure: str
    cause: str
    share: float


@dataclass(frozen=True, slots=True)
class Samples:
    """What was drawn.

    samples, seed  how many, and by which seed; failures: those without operating point, which keep no limit
    kinds, causes  "mismatch", "process"; how many causes
    kept           how many keep all limits; None without limits
    contributions  who spreads offset and rejection, the first of each
    """

    samples: int
    seed: int
    failures: int
    kinds: tuple[str, ...]
    causes: int
    kept: YieldOf | None
    contributions: tuple[SpreadBy, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class SampledRows(Characterization):
    """Rows whose figures `[lane]` are kept beside them, by symbol, parameter and conditions; the first lane is the
    netlist as it stands."""

    figures: dict[tuple[str, str, str], tuple[Merit, Array]] = field(default_factory=dict)

    def row(self, merit: Merit, conditions: str, values: Array, absent: str) -> Row:
        """See `Characterization.row`."""
        symbol = merit.written(self.standing.drives.single_ended)
        self.figures[symbol, merit.parameter, conditions] = (merit, np.array(values, float))
        typical = float(values[0])
        value = typical if np.isfinite(typical) else None
        return Row(symbol, merit.parameter, conditions, value, merit.unit, "" if value is not None else absent)

    def of(self, row: Row) -> tuple[Merit, Array] | None:
        """The figures of a row; of one whose conditions say what was searched, by its name alone."""
        found = self.figures.get((row.symbol, row.parameter, row.conditions))
        alike = [each for name, each in self.figures.items() if name[:2] == (row.symbol, row.parameter)]
        return found or (alike[0] if len(alike) == 1 else None)


def over_samples(
    circuit: Circuit, asked: Asked, drive: Drive, full: bool, rows: Sequence[Row], drawn: Drawn
) -> tuple[tuple[Row, ...], Samples]:
    """The rows with how they spread over samples, and what was drawn. Raises as `bias` does."""
    drives, count = find_drives(circuit, drive), drawn.samples
    spreads = find_spreads(circuit, drawn.spreads).within(drives.circuit)
    sampling = Sampling(spreads, count, SEED)
    values = sampling.values(np.array([NOMINAL, *range(count)]))
    standing = stand_apart(drives, {**values, **levels_over(drives, values)}, drive)
    found = SampledRows(standing, asked)
    made = (*found.basic(), *(found.more() if full else found.asked_for()))
    assert made, "rows are made as they are asked for"
    solved = standing.points.good[1:]
    kept = np.ones(count, bool)
    told = []
    for row in rows:
        figures = found.of(row)
        if figures is None:  # a figure that there is not keeps no limit
            kept &= row.limit is None
            told.append(row)
            continue
        merit, found_here = figures[0], np.where(solved, figures[1][1:], np.nan)
        within = None if row.limit is None else keeps(row, row.limit, found_here)
        if within is not None:
            kept &= within
        told.append(replace(row, sampled=_spread(merit, found_here, within)))
    limited = any(row.limit is not None for row in rows)
    counted = Counted(spreads=drawn.spreads)
    return tuple(told), Samples(
        count,
        SEED,
        int(count - solved.sum()),
        tuple(dict.fromkeys(cause.kind for cause in spreads.causes)),
        len(spreads.causes),
        yield_of("all", int(kept.sum()), count) if limited else None,
        tuple(each for name in _FIGURES for each in _contributions(circuit, drive, name, rows, counted)),
        (*spread_notes(spreads), *(() if drive.null else (OFFSET_APART,))),
    )


def _spread(merit: Merit, values: Array, within: NDArray[np.bool_] | None) -> SampledFigure | None:
    """How figures `[sample]` spread; None where no sample has the figure."""
    ordered = Ordered(values)
    there = values[ordered.order]
    kept = None if within is None else yield_of("", int(within.sum()), values.size)
    if not there.size:
        return None if kept is None else SampledFigure(None, {}, values.size, kept)
    quantiles = {f"{percent:g}": ordered.quantile(percent / 100.0) for percent in QUANTILES}
    moments = merit.unwanted is None and there.size > 1 and bool(np.isfinite(there).all())
    sigma = float(there.std(ddof=1)) if moments else None
    if sigma is not None and sigma <= _ROUNDING * max(abs(there[0]), abs(there[-1])):
        sigma = 0.0
    return SampledFigure(sigma, quantiles, int(values.size - there.size), kept)


def _contributions(
    circuit: Circuit, drive: Drive, name: str, rows: Sequence[Row], counted: Counted
) -> Sequence[SpreadBy]:
    """Who spreads a figure that stands in the rows, to first order; nothing of one without sensitivities."""
    if all(row.merit != _FIGURES[name] for row in rows):
        return ()
    try:
        found = contributions.run(circuit, drive, (name,), counted, None, None)
    except LongtailError:  # no operating point to be nulled, no gain to hold against
        return ()
    first = [(cause, float(share[0, 0])) for cause, share in found.groups.items()]
    return [SpreadBy(name, cause, share) for cause, share in first[:_FIRST] if share > 0.0]
