"""What there is to take figures of merit from: some lanes, and all that follows from their operating points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.driven.band_search import allowed_error, model_bands
from longtail.driven.bands import Bands
from longtail.driven.drives import Drives
from longtail.driven.mode_gains import ModeMatrix, SampledGains
from longtail.driven.points import Points
from longtail.driven.under_conditions import Standing
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus
from longtail.merits.frequencies import Asked, Frequencies

Array = NDArray[np.float64]
T = TypeVar("T")
K = TypeVar("K", bound="Keeps")


class Keeps:
    """Whatever is asked for things that it finds once and keeps, by what finds them."""

    _found: dict[Callable[..., Any], Any]

    def once(self: K, find: Callable[[K], T]) -> T:
        """What `find` makes of this."""
        if find not in self._found:
            self._found[find] = find(self)
        found: T = self._found[find]
        return found


@dataclass(frozen=True, eq=False)
class Seen(Keeps):
    """Some lanes. What figures need is found when the first of them asks for it, and kept.

    `asked` is what is asked over frequency, `stands` the amplifier ready to be moved about in every lane. Who has a
    quicker way to gains or bands than dense solves overrides them.
    """

    point: OperatingPoint
    drives: Drives | None = None
    asked: Asked | None = None
    stands: Standing | None = None
    _found: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False)
    _spots: dict[float, Spot] = field(default_factory=dict, repr=False)

    @property
    def driven(self) -> Drives:
        assert self.drives is not None
        return self.drives

    @cached_property
    def standing(self) -> Standing:
        assert self.stands is not None
        return self.stands

    @property
    def over(self) -> Asked:
        """What is asked over frequency."""
        assert self.asked is not None
        return self.asked

    @property
    def count(self) -> int:
        return len(self.point.status)

    @cached_property
    def good(self) -> NDArray[np.intp]:
        """The lanes that have small signals."""
        return np.flatnonzero(self.point.status == LaneStatus.CONVERGED)

    def spread(self, values: Array) -> Array:
        """`[good lane, …]` as `[lane, …]`, nan in between."""
        whole = np.full((self.count, *values.shape[1:]), np.nan, values.dtype)
        whole[self.good] = values
        return whole

    @cached_property
    def model(self) -> Linearization:
        """The linear model of the good lanes."""
        return linearize(self.point if self.good.size == self.count else self.point.select(self.good))

    @cached_property
    def search(self) -> Array:
        """Frequencies at which bands are looked for."""
        return self.over.search(self.model)

    @cached_property
    def bands(self) -> Bands:
        """The pass band of every lane."""
        found = model_bands(self.driven, self.model, self.search, allowed_error(self.count))
        return found.spread(self.good, self.count)

    @cached_property
    def frequencies(self) -> Frequencies:
        """Where figures are taken."""
        return Frequencies(self.over, self.bands)

    @cached_property
    def response(self) -> ModeMatrix:
        """The mode gains over the axis."""
        return self.gains_at(self.over.frequency_hz)

    def gains_at(self, frequency_hz: Array) -> ModeMatrix:
        """The mode gains at some frequencies."""
        points = Points(self.driven, self.point, self.input_levels().differential, self.point.solution)
        matrix, floor = points.mode_gains(frequency_hz)
        return SampledGains(frequency_hz, matrix, self.driven.output, floor)

    @property
    def noise_over(self) -> tuple[Array, tuple[float, float]]:
        """Frequencies above 0 Hz at which there is noise, and the band that it is integrated over."""
        return self.frequencies.noise_axis, self.frequencies.noise_band

    def input_levels(self) -> modes.Modes:
        """Differential and common dc level of the inputs, V, `[lane]`."""
        return self.driven.modes_of({name: np.broadcast_to(v, self.count) for name, v in self.point.values.items()})

    def at(self, frequency_hz: float) -> Spot:
        """The lanes at one frequency."""
        return self._spots.setdefault(frequency_hz, Spot(self, frequency_hz))


@dataclass(frozen=True, eq=False)
class Spot(Keeps):
    """Some lanes at one frequency; see `Seen`."""

    seen: Seen
    frequency_hz: float
    _found: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False)

    @cached_property
    def gains(self) -> ModeMatrix:
        """The mode gains there, `[lane, 1, out_mode, in_mode]`."""
        return self.seen.gains_at(np.array([self.frequency_hz]))


def seen_at(points: Points) -> Seen:
    """What there is to measure at the inputs."""
    return Seen(points.point, points.drives)
