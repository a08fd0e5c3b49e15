"""What a figure of merit is, and what there is to take it from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.driven.bands import Bands
from longtail.driven.drives import Drives
from longtail.driven.mode_gains import ModeMatrix
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus

Values = NDArray[Any]  # complex gains, real numbers


@dataclass(frozen=True)
class Seen:
    """What there is to measure of some lanes: points, and where they are asked for mode gains over frequency, those at
    the headline frequency, and pass bands."""

    point: OperatingPoint
    drives: Drives | None = None
    gains: ModeMatrix | None = None
    headline: ModeMatrix | None = None
    bands: Bands | None = None

    @property
    def driven(self) -> Drives:
        assert self.drives is not None
        return self.drives

    @property
    def response(self) -> ModeMatrix:
        assert self.gains is not None
        return self.gains

    @property
    def spot(self) -> ModeMatrix:
        assert self.headline is not None
        return self.headline

    @property
    def band(self) -> Bands:
        assert self.bands is not None
        return self.bands

    def input_levels(self) -> modes.Modes:
        """Differential and common dc level of the inputs, V, `[lane]`."""
        lanes = len(self.point.solution)
        return self.driven.modes_of({name: np.broadcast_to(v, lanes) for name, v in self.point.values.items()})


@dataclass(frozen=True)
class Merit:
    """One figure of every lane: `of` gives `[lane]`, or `[lane, frequency]` where it is `over_frequency`.

    name       by which it is asked for
    symbol     as pages print it; single: that of a single-ended output, where it is another
    parameter  what it is, in the words of a datasheet
    needs      "point", "drives" (the sources at the inputs), "headline" (gains at the headline frequency, see
               `headline_hz`), "axis" (at all frequencies) or "band" (corners of the differential gain, see
               `longtail.driven.bands`)
    """

    name: str
    symbol: str
    parameter: str
    unit: str
    of: Callable[[Seen], Values] = field(repr=False)
    needs: str = "point"
    single: str = ""

    @property
    def over_frequency(self) -> bool:
        return self.needs == "axis"

    @property
    def is_complex(self) -> bool:
        return self.over_frequency and self.unit == "V/V"

    def figures(self, seen: Seen) -> Values:
        """The figure of every lane, nan where it has no operating point; an array of its own."""
        values = np.array(self.of(seen))
        values[seen.point.status != LaneStatus.CONVERGED] = np.nan
        return values

    def written(self, single_ended: bool) -> str:
        """The symbol with an output of one node or of two."""
        return self.single if single_ended and self.single else self.symbol
