"""What a figure of merit is: a name, a symbol, a unit, and how it is had from what is seen of some lanes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.status import LaneStatus

if TYPE_CHECKING:  # pages have names from here, and no use for the rest
    from longtail.driven.mode_gains import ModeMatrix
    from longtail.merits.frequencies import Frequencies
    from longtail.merits.seen import Seen, Spot

Values = NDArray[Any]  # complex gains, real numbers


@dataclass(frozen=True)
class Merit(ABC):
    """One figure of every lane.

    name       by which it is asked for
    symbol     as pages print it; single: that of a single-ended output, where it is another
    parameter  what it is, in the words of a datasheet
    needs      "point", "drives" (the sources at the inputs), "nulled" (an output at its target); and of small signals
               "gains" (over frequency), "spot" (one frequency), "band" (corners of the differential gain), "noise",
               "poles" or "held" (an output that can be held anywhere between the supplies)
    gain       output and input mode of the gain that it is
    unwanted   of a rejection those of the gain, from a mode or a supply, that leaves it without value by being zero
    """

    name: str
    symbol: str
    parameter: str
    unit: str
    single: str = field(default="", kw_only=True)
    needs: str = field(default="point", kw_only=True)
    gain: tuple[int, int] | None = field(default=None, kw_only=True)
    unwanted: tuple[int, int | str] | None = field(default=None, kw_only=True)

    @property
    def over_frequency(self) -> bool:
        return self.needs == "gains"

    @property
    def of_small_signals(self) -> bool:
        return self.needs not in ("point", "drives", "nulled")

    @property
    def is_complex(self) -> bool:
        return self.over_frequency and self.unit == "V/V"

    @abstractmethod
    def taken(self, seen: Seen) -> Values:
        """The figure of every lane, of those without operating point whatever comes out."""

    def figures(self, seen: Seen) -> Values:
        """The figure of every lane, nan where it has no operating point; an array of its own."""
        values = np.array(self.taken(seen))
        values[seen.point.status != LaneStatus.CONVERGED] = np.nan
        return values

    def written(self, single_ended: bool) -> str:
        """The symbol with an output of one node or of two."""
        return self.single if single_ended and self.single else self.symbol


@dataclass(frozen=True)
class LaneMerit(Merit):
    """A figure of points, `[lane]`."""

    of: Callable[[Seen], Values] = field(repr=False)

    def taken(self, seen: Seen) -> Values:
        return self.of(seen)


@dataclass(frozen=True)
class GainMerit(Merit):
    """A figure of mode gains over frequency, `[lane, frequency]`."""

    of: Callable[[ModeMatrix], Values] = field(repr=False)
    needs: str = field(default="gains", kw_only=True)

    def taken(self, seen: Seen) -> Values:
        return self.of(seen.response)


@dataclass(frozen=True)
class SpotMerit(Merit):
    """A figure at one frequency, `[lane]`: at `at_hz`, and where nobody says, at the `usual` one."""

    of: Callable[[Spot], Values] = field(repr=False)
    needs: str = field(default="spot", kw_only=True)
    usual: Callable[[Frequencies], float] = field(default=lambda f: f.headline_hz, repr=False, kw_only=True)
    at_hz: float | None = field(default=None, kw_only=True)

    def frequency_hz(self, frequencies: Callable[[], Frequencies]) -> float:
        return self.usual(frequencies()) if self.at_hz is None else self.at_hz

    def at(self, frequency_hz: float, name: str = "") -> SpotMerit:
        """The same at a frequency, by a name of its own."""
        return replace(self, at_hz=frequency_hz, name=name or self.name)

    def taken(self, seen: Seen) -> Values:
        return self.of(seen.at(self.frequency_hz(lambda: seen.frequencies)))
