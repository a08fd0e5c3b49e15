"""The plan of a sweep: what is solved for every lane, and what is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.driven.band_search import allowed_error, headline_hz, model_bands, refined_bands, search_axis
from longtail.driven.bands import Bands
from longtail.driven.drives import Drives
from longtail.driven.grid import Lanes
from longtail.driven.lane_floor import lane_floors
from longtail.driven.lane_solves import batch, batch_at_null, null_lanes, solve_lanes
from longtail.driven.mode_gains import SampledGains, prepared_sweep
from longtail.elaborate.writer import write
from longtail.engine.few_solves.frequency_sweep import FrequencySweep
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Complex
from longtail.engine.solving.batch import Batch
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError
from longtail.files.lane_file import Layout
from longtail.lanes.status import LaneStatus
from longtail.large_signal.extremes import without_figures
from longtail.merits.merit import Merit, Seen
from longtail.modes import DIFFERENTIAL

Array = NDArray[np.float64]
FLOOR = "@floor"  # beside the figures of a part, by a name that no figure has
Digest = tuple[NDArray[np.int8], dict[str, NDArray[Any]]]  # status and values of a part


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be done: lanes, their parameters as they were given, how each is driven, what is
    measured, at which frequencies (by default, or as asked for), and to what the output is nulled, in V (if at all)."""

    circuit: Circuit
    drives: Drives | None
    lanes: Lanes
    parameters: Mapping[str, Array]
    measures: tuple[Merit, ...]
    frequency_hz: Array
    default: bool
    target: float | None

    @property
    def count(self) -> int:
        return len(next(iter(self.lanes.values.values())))

    def solve(self, where: slice | NDArray[np.intp]) -> OperatingPoint:
        """Operating points of some lanes, nulled where that is asked for."""
        some = Lanes({name: values[where] for name, values in self.lanes.values.items()}, self.lanes.axes)
        if self.target is None or self.drives is None:
            return solve_lanes(self.circuit, some, self.drives)[1]
        return null_lanes(self.drives, some, self.target)[1]

    @cached_property
    def prepared(self) -> Batch:
        """The driven circuit at its nominal point, nulled where that is asked for."""
        assert self.drives is not None
        names = tuple(self.lanes.values)
        if self.target is None:
            return batch(self.circuit, names, self.drives)
        return batch_at_null(self.drives, names, self.drives.null(self.target))

    def needs(self, *what: str) -> bool:
        """Whether any measure needs one of these, and there are inputs to drive."""
        return self.drives is not None and any(m.needs in what for m in self.measures)

    @cached_property
    def search(self) -> Array:
        """Frequencies at which bands are looked for, 0 Hz the first."""
        model = linearize(self.prepared.nominal)
        return np.append(0.0, search_axis(model, self.frequency_hz, self.default))

    @cached_property
    def headline_hz(self) -> float | None:
        """Where single gains and rejections are taken; None where none are asked for."""
        if self.drives is None or not self.needs("headline", "axis"):
            return None
        bands = model_bands(self.drives, linearize(self.prepared.nominal), self.search[1:])
        return headline_hz(bands, self.frequency_hz, self.default)

    def sweep(self, frequency_hz: Array) -> tuple[FrequencySweep, Array]:
        """A frequency sweep and its floor of rounding."""
        assert self.drives is not None
        return prepared_sweep(self.prepared, self.drives, frequency_hz, target=self.target)

    def digest(self) -> Callable[[slice, OperatingPoint, Complex | None], Digest]:
        """What turns points and gains of a part into measures."""
        floor = self.sweep(self.frequency_hz)[1] if self.needs("axis") else None
        low = self.sweep(np.array([self.headline_hz])) if self.needs("headline") else None
        searched = self._few_solves() if self.needs("band") else None

        def digest(where: slice, point: OperatingPoint, matrix: Complex | None) -> Digest:
            seen = Seen(point, self.drives)
            values: dict[str, NDArray[Any]] = {}
            if matrix is not None and floor is not None:
                gains = self._gains(self.frequency_hz, point, matrix, floor)
                seen, values[FLOOR] = replace(seen, gains=gains), gains.floor
            if low is not None:
                sweep, level = low
                seen = replace(seen, headline=self._gains(sweep.frequency_hz, point, sweep.run(point), level))
            if self.needs("band"):
                seen = replace(seen, bands=self._bands(point, searched))
            for measure in self.measures:
                values[measure.name] = measure.figures(seen)
            return point.status, values

        return digest

    def _gains(self, frequency_hz: Array, point: OperatingPoint, matrix: Complex, nominal: Array) -> SampledGains:
        """The gains of lanes; what is rounding in each follows from its signals and from the `nominal` floor."""
        assert self.drives is not None
        matrix[without_figures(point)] = np.nan
        floors = lane_floors(self.drives, point, frequency_hz, matrix, nominal)
        return SampledGains(frequency_hz, matrix, self.drives.output, floors)

    def _few_solves(self) -> tuple[FrequencySweep, Array] | None:
        """The sweep over all that is searched; None where no order of elimination serves from 0 Hz to the end."""
        try:
            return self.sweep(self.search)
        except AnalysisError:  # inductors that short at one end what capacitors short at the other
            return None

    def _bands(self, point: OperatingPoint, searched: tuple[FrequencySweep, Array] | None) -> Bands:
        """The bands of solved lanes, from their gains where bands are looked for; by dense solves without a sweep."""
        assert self.drives is not None
        lanes, axis = np.flatnonzero(point.status == LaneStatus.CONVERGED), self.search[1:]
        if not lanes.size:
            return Bands(*np.full((5, len(point.status)), np.nan))
        solved = point.select(lanes)
        model = linearize(solved)
        error = allowed_error(self.count)
        if searched is None:
            found = model_bands(self.drives, model, axis, error)
        else:
            sweep, floor = searched
            gains = sweep.run(solved)[..., DIFFERENTIAL, DIFFERENTIAL]
            found = refined_bands(self.drives, model, axis, gains, floor, error)
        return found.spread(lanes, len(point.status))

    def layout(self) -> Layout:
        """What a file of these lanes has."""
        vectors = [m for m in self.measures if m.over_frequency]
        driven = (self.drives.circuit, self.drives.names, self.drives.levels) if self.drives else (self.circuit,)
        identity = hashlib.sha256(write(driven[0]).encode())
        identity.update(repr((driven[1:], self.target, [m.name for m in self.measures], *self.parameters)).encode())
        asked = [] if self.headline_hz is None else [self.headline_hz]
        for values in (self.frequency_hz, np.array(asked), *self.parameters.values()):
            identity.update(values.tobytes())
        return Layout(
            self.circuit.title,
            self.parameters,
            {m.name: m.unit for m in self.measures if not m.over_frequency},
            {m.name: m.unit for m in vectors},
            frozenset(m.name for m in vectors if m.is_complex),
            self.frequency_hz if vectors else None,
            identity.hexdigest(),
        )
