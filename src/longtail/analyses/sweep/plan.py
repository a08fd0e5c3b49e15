"""The plan of a sweep: what is solved for every lane, and what is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.contract.drive import Drive
from longtail.driven.band_search import allowed_error, model_bands, refined_bands
from longtail.driven.bands import Bands
from longtail.driven.drives import Drives
from longtail.driven.grid import Lanes
from longtail.driven.lane_floor import lane_floors
from longtail.driven.lane_solves import batch, batch_at_null, null_lanes, solve_lanes
from longtail.driven.mode_gains import ModeMatrix, SampledGains, prepared_sweep
from longtail.driven.under_conditions import Standing, stand_apart
from longtail.elaborate.writer import write
from longtail.engine.few_solves.frequency_sweep import FrequencySweep
from longtail.engine.few_solves.stream import PART
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Complex
from longtail.engine.solving.batch import Batch
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError, OptionError
from longtail.files.lane_file import Layout
from longtail.hints import said
from longtail.lanes.status import LaneStatus
from longtail.large_signal.extent import extent
from longtail.large_signal.extremes import without_figures
from longtail.merits.frequencies import Asked, Frequencies
from longtail.merits.merit import Merit, SpotMerit
from longtail.merits.noise import OUTPUT_NOISE
from longtail.merits.registry import measures
from longtail.merits.seen import Seen
from longtail.modes import DIFFERENTIAL

Array = NDArray[np.float64]
FLOOR = "@floor"  # beside the figures of a part, by a name that no figure has
Digest = tuple[NDArray[np.int8], dict[str, NDArray[Any]]]  # status and values of a part
Where = slice | NDArray[np.intp]  # some lanes


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be done: lanes, their parameters as they were given, how each is driven, what is
    measured, at which frequencies, and to what the output is nulled, in V (if at all)."""

    circuit: Circuit
    drives: Drives | None
    lanes: Lanes
    parameters: Mapping[str, Array]
    measures: tuple[Merit, ...]
    frequency_hz: Array
    target: float | None
    _spots: dict[float, tuple[FrequencySweep, Array]] = field(default_factory=dict, repr=False)

    @property
    def count(self) -> int:
        return len(next(iter(self.lanes.values.values())))

    @property
    def part(self) -> int:
        """How many lanes are solved together."""
        return PART

    @property
    def names(self) -> tuple[str, ...]:
        """What is varied."""
        return tuple(self.lanes.values)

    def values(self, where: Where) -> dict[str, Array]:
        """The values of some lanes by varied name."""
        return {name: values[where] for name, values in self.lanes.values.items()}

    def abroad(self) -> Plan:
        """The plan for another process: it pickles small, see `request`."""
        return PlanAbroad(
            self.circuit,
            self.drives,
            Lanes({}, ()),
            {},
            self.measures,
            self.frequency_hz,
            self.target,
            lanes_in_all=self.count,
            varied=self.names,
        )

    def request(self, where: slice) -> Any:
        """What `abroad` takes in place of `where`."""
        return self.values(where)

    @staticmethod
    def named(names: Sequence[str], circuit: Circuit, drives: Drives | None) -> tuple[Merit, ...]:
        """Figures by the names that they have in a plan of this kind. Raises `OptionError` as `measures` does."""
        return measures(names, circuit, len(drives.output) if drives else 0)

    def __reduce__(self) -> tuple[Callable[..., Plan], tuple[type[Plan], dict[str, Any]]]:
        """What it was made of; what it has prepared stays here, and figures, which are functions, go by name."""
        made = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "_spots"}
        return _made, (type(self), made | {"measures": tuple(m.name for m in self.measures)})

    def solve(self, where: Where) -> OperatingPoint:
        """Operating points of some lanes, nulled where that is asked for."""
        some = Lanes(self.values(where), self.lanes.axes)
        if self.target is None or self.drives is None:
            return solve_lanes(self.circuit, some, self.drives)[1]
        return null_lanes(self.drives, some, self.target)[1]

    @cached_property
    def prepared(self) -> Batch:
        """The driven circuit at its nominal point, nulled where that is asked for."""
        assert self.drives is not None
        if self.target is None:
            return batch(self.circuit, self.names, self.drives)
        return batch_at_null(self.drives, self.names, self.drives.null(self.target))

    def needs(self, *what: str) -> bool:
        """Whether any measure needs one of these, and there are inputs to drive."""
        return self.drives is not None and any(m.needs in what for m in self.measures)

    @property
    def of_small_signals(self) -> bool:
        """Whether any measure is of small signals."""
        return self.drives is not None and any(m.of_small_signals for m in self.measures)

    @cached_property
    def search(self) -> Array:
        """Frequencies at which bands are looked for, 0 Hz the first."""
        model = linearize(self.prepared.nominal)
        return np.append(0.0, self._asked.search(model))

    @cached_property
    def _asked(self) -> Asked:
        noise = (m.at_hz for m in self.measures if isinstance(m, SpotMerit) and m.needs == "noise")
        return Asked(self.frequency_hz, tuple(f for f in noise if f is not None))

    @cached_property
    def frequencies(self) -> Frequencies:
        """Where figures are taken that have no frequency of their own: by the band of the netlist as it stands."""
        assert self.drives is not None
        return Frequencies(self._asked, model_bands(self.drives, linearize(self.prepared.nominal), self.search[1:]))

    @cached_property
    def headline_hz(self) -> float | None:
        """Where single gains and rejections are taken; None where none are asked for."""
        usual = any(isinstance(m, SpotMerit) and m.at_hz is None and m.needs != "noise" for m in self.measures)
        return self.frequencies.headline_hz if self.needs("gains") or (usual and self.drives is not None) else None

    @cached_property
    def noise_over(self) -> tuple[Array, tuple[float, float]]:
        """The frequencies of the noise: no more than figures ask for, and the band that it is integrated over."""
        wanted = [m for m in self.measures if m.needs == "noise"]
        spots = np.unique([m.frequency_hz(lambda: self.frequencies) for m in wanted if isinstance(m, SpotMerit)])
        if len(wanted) == spots.size:
            return spots, (float(spots[0]), float(spots[0]))
        low, high = self.frequencies.noise_band
        axis = self.frequencies.noise_axis
        return axis[((axis >= low) & (axis <= high)) | np.isin(axis, spots)], (low, high)

    def sweep(self, frequency_hz: Array) -> tuple[FrequencySweep, Array]:
        """A frequency sweep and its floor of rounding."""
        assert self.drives is not None
        return prepared_sweep(self.prepared, self.drives, frequency_hz, target=self.target)

    def check(self) -> None:
        """Raise `OptionError` for figures that no lane has: noise at 0 Hz, ranges of an output that cannot be held."""
        noise = [m for m in self.measures if m.needs == "noise"]
        at_rest = [m.name for m in noise if isinstance(m, SpotMerit) and m.at_hz == 0.0]
        if at_rest or (noise and not self._asked.positive.size):
            raise OptionError("noise is given above 0 Hz", hint="as in input_noise@1k")
        if OUTPUT_NOISE in noise and self.noise_over[1][0] == self.noise_over[1][1]:
            raise OptionError(
                "noise is integrated over a band, and there is one frequency only",
                hint=said("as in {frequency}", frequency="1:1meg:10"),
            )
        if self.needs("held"):
            standing = self.stand(slice(0, 1))
            if standing.nulled is None:
                raise OptionError(f"there are no ranges of an output that cannot be held: {standing.why_not}")
            if extent(standing) is None:
                raise OptionError(
                    "no supplies say how far to look for ranges", hint=said("name them by {supply}", supply=None)
                )

    @cached_property
    def floor(self) -> Array:
        """What is rounding in the nominal gains over the axis, V/V."""
        return self.sweep(self.frequency_hz)[1]

    def spot(self, frequency_hz: float) -> tuple[FrequencySweep, Array]:
        """The sweep at one frequency, and its floor."""
        if frequency_hz not in self._spots:
            self._spots[frequency_hz] = self.sweep(np.array([frequency_hz]))
        return self._spots[frequency_hz]

    def digest(self, where: slice, point: OperatingPoint, matrix: Complex | None) -> Digest:
        """What turns points and gains of a part into measures."""
        seen = SweptPart(point, self.drives, plan=self, where=where, matrix=matrix)
        values: dict[str, NDArray[Any]] = {}
        if self.needs("gains"):
            values[FLOOR] = seen.response.floor
        for measure in self.measures:
            if measure.needs in ("spot", "noise", "poles") and not seen.good.size:
                values[measure.name] = np.full(seen.count, np.nan)
            else:
                values[measure.name] = measure.figures(seen)
        return point.status, values

    def stand(self, where: slice) -> Standing:
        """The lanes of a part, ready to be moved about. Raises as `bias` does where the netlist cannot be solved."""
        assert self.drives is not None
        return stand_apart(self.drives, self.values(where), Drive(null=self.target is not None, target=self.target))

    def gains(self, frequency_hz: Array, point: OperatingPoint, matrix: Complex, nominal: Array) -> SampledGains:
        """The gains of lanes; what is rounding in each follows from its signals and from the `nominal` floor."""
        assert self.drives is not None
        matrix[without_figures(point)] = np.nan
        floors = lane_floors(self.drives, point, frequency_hz, matrix, nominal)
        return SampledGains(frequency_hz, matrix, self.drives.output, floors)

    @cached_property
    def _searched(self) -> tuple[FrequencySweep, Array] | None:
        """The sweep over all that is searched; None where no order of elimination serves from 0 Hz to the end."""
        try:
            return self.sweep(self.search)
        except AnalysisError:  # inductors that short at one end what capacitors short at the other
            return None

    def bands(self, point: OperatingPoint) -> Bands:
        """The bands of solved lanes, from their gains where bands are looked for; by dense solves without a sweep."""
        assert self.drives is not None
        lanes, axis = np.flatnonzero(point.status == LaneStatus.CONVERGED), self.search[1:]
        if not lanes.size:
            return Bands(*np.full((5, len(point.status)), np.nan))
        solved = point.select(lanes)
        model = linearize(solved)
        error = allowed_error(self.count)
        if self._searched is None:
            found = model_bands(self.drives, model, axis, error)
        else:
            sweep, floor = self._searched
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
        noise = self.noise_over[0] if self.needs("noise") else np.empty(0)
        for values in (self.frequency_hz, np.array([*asked, *noise]), *self.parameters.values()):
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


def _made(kind: type[Plan], of: dict[str, Any]) -> Plan:
    return kind(**{**of, "measures": kind.named(of["measures"], of["circuit"], of["drives"])})


@dataclass(frozen=True, eq=False, kw_only=True)
class PlanAbroad(Plan):
    """A plan in another process than its lanes: the values of a part come with it, by varied name, in place of the
    slice that `Plan.values` takes. There are `lanes_in_all` of them, of the names `varied`."""

    lanes_in_all: int
    varied: tuple[str, ...]

    @property
    def count(self) -> int:
        return self.lanes_in_all

    @property
    def names(self) -> tuple[str, ...]:
        return self.varied

    def values(self, where: Any) -> dict[str, Array]:
        return dict(where)


@dataclass(frozen=True, eq=False, kw_only=True)
class SweptPart(Seen):
    """Some lanes of a sweep: their gains come from sweeps that are prepared for all."""

    plan: Plan
    where: slice
    matrix: Complex | None  # over the axis, as it came

    @cached_property
    def good(self) -> NDArray[np.intp]:
        return np.flatnonzero(~without_figures(self.point))

    @cached_property
    def frequencies(self) -> Frequencies:
        return self.plan.frequencies

    @cached_property
    def response(self) -> ModeMatrix:
        assert self.matrix is not None
        f = self.plan.frequency_hz
        return self.plan.gains(f, self.point, self.matrix, self.plan.floor)

    def gains_at(self, frequency_hz: Array) -> ModeMatrix:
        sweep, level = self.plan.spot(frequency_hz[0].item())
        return self.plan.gains(frequency_hz, self.point, sweep.run(self.point), level)

    @cached_property
    def bands(self) -> Bands:
        return self.plan.bands(self.point)

    @cached_property
    def standing(self) -> Standing:
        return self.plan.stand(self.where)

    @property
    def noise_over(self) -> tuple[Array, tuple[float, float]]:
        return self.plan.noise_over
