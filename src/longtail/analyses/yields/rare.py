"""Failures that are rare, from whole solutions about the points where they are likeliest.

First order says in which directions a limit is reached: two for one of both sides, all around a circle for the
magnitude of a complex figure. How far that is, is found solved, and the nearest points are looked for from there
(`longtail.statistics.failure_surface`); then samples are drawn about all of them (`longtail.statistics.importance`).
Where the estimate is not to be trusted, what failed says where to draw again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.yields.limit import LINEAR, HeldLimit
from longtail.analyses.yields.result import SampledFailure
from longtail.errors import OptionError
from longtail.hints import said
from longtail.statistics.draws import normals
from longtail.statistics.failure_surface import FailureSurface
from longtail.statistics.importance import Estimate, ShiftedDraws, estimate, wide
from longtail.statistics.normal_space import NormalSpace

Array = NDArray[np.float64]

LEAST, MOST = 100, 20_000_000  # samples
SEED = 1
_EFFECTIVE, _ERROR = 30.0, 0.3  # samples at the least, and of the value at the most: an estimate that is trusted
_ROUNDS = 3
_STREAMS = 4  # of each limit: one of every round, and one to look around
_LOOKED_AT = 200  # samples: where first order does not hold, those that are next to failing are followed
_FOLLOWED = 4  # of these
_REFINED = 4  # points from which a nearer one is looked for
_UNLIKELY = 18.0  # squares of the distance more than that of the nearest: less than e^-9 of its part
_APART = 0.3  # standard deviations between points that are not one


@dataclass(frozen=True, slots=True)
class Rare:
    """How many `samples` are drawn about the worst case of each limit, none without it, and with what `seed`.

    Raises `OptionError` for too few of them, and for a seed of none.
    """

    samples: int = 0
    seed: int | None = None

    def __post_init__(self) -> None:
        if 0 < self.samples < LEAST:
            raise OptionError(f"{self.samples} samples about a worst case tell nothing", hint=f"{LEAST} or more")
        if self.seed is not None and not self.samples:
            raise OptionError(
                said("{seed} has no effect without {samples}", seed=None, samples=None),
                hint=said("add {samples}", samples=4000),
            )

    @property
    def key(self) -> int:
        """The seed, or the usual one."""
        return SEED if self.seed is None else self.seed


def sampled_failure(held: HeldLimit, space: NormalSpace, rare: Rare, place: int) -> SampledFailure:
    """The part that fails a limit, the `place`-th of all; `pictured` is left to who knows.

    Of an amplifier that fails as it stands, what keeps the limit is the rare one, and counted.
    """

    search = WorstPoints(held, space, rare, place * _STREAMS)
    points, kept = search.points(), search.surface.kept
    found = Estimate(0.0, 0.0, 0, 0.0, None)
    for round_ in range(_ROUNDS if len(points) else 0):
        draws = ShiftedDraws(points, rare.key, search.stream + round_)
        found = estimate(draws, search.surface.crossed, rare.samples)
        if _trusted(found) or found.center is None:
            break
        points = search.joined(np.concatenate([points, search.reached(found.center[None])]))
    return SampledFailure(
        found.value if kept else 1.0 - found.value,
        found.standard_error,
        found.samples,
        found.effective,
        float(np.linalg.norm(points, axis=-1).min()) if len(points) else None,
        _trusted(found),
        np.nan,
    )


def _trusted(found: Estimate) -> bool:
    return found.effective >= _EFFECTIVE and found.standard_error <= _ERROR * found.value


@dataclass(frozen=True, eq=False)
class WorstPoints:
    """The points of a limit where failing is likeliest, in the variables of `space`: samples are drawn about them."""

    held: HeldLimit
    space: NormalSpace
    rare: Rare
    stream: int

    @cached_property
    def surface(self) -> FailureSurface:
        kept = bool(self.held.kept(np.atleast_1d(self.held.first.nominal))[0])
        return FailureSurface(lambda z: self.held.margins(self.held.solve(self.space.independent(z))), kept)

    def points(self) -> Array:
        """The points `[point, variable]`: none where the limit is reached nowhere."""
        directions = self.held.reached
        if self.held.picture[0] != LINEAR or not len(directions):
            around = normals(
                self.rare.key, np.arange(_LOOKED_AT), self.space.dimensions, stream=self.stream + _STREAMS - 1
            )
            around *= wide(self.space.dimensions)
            margins = np.nan_to_num(self.surface.margin(around), nan=-np.inf)
            near = np.argsort(margins if self.surface.kept else -margins, kind="stable")[:_FOLLOWED]
            directions = np.concatenate([directions, around[near]])
        return self.joined(self.reached(directions))

    def reached(self, directions: Array) -> Array:
        """The points at which the limit is reached along some directions."""
        length = np.linalg.norm(directions, axis=-1)
        directions = directions[length > 0.0]
        if not len(directions):
            return directions
        unit = directions / length[length > 0.0, None]
        distances = self.surface.crossings(unit)
        found = np.isfinite(distances)
        return np.asarray(unit[found] * distances[found, None])

    def joined(self, points: Array) -> Array:
        """Points, the nearest ones that lead from them, and their mirror images, without those that are unlikely
        beside others or the same."""
        nearest = self._nearest(points)
        mirrored = self._nearest(self.reached(self._mirrored(nearest)))
        points = _distinct(np.concatenate([nearest, mirrored, points]))
        squares = (points**2).sum(axis=-1)
        return points[squares <= squares.min(initial=np.inf) + _UNLIKELY]

    def _nearest(self, points: Array) -> Array:
        found = [self.surface.nearest(point) for point in _distinct(points)[:_REFINED]]
        return np.array(found).reshape(-1, points.shape[1])

    def _mirrored(self, points: Array) -> Array:
        """The same to first order, and the other way in all else: what is symmetric is no less likely there."""
        slopes = np.stack([np.real(self.held.first.slopes), np.imag(self.held.first.slopes)])
        return np.asarray(2.0 * (points @ np.linalg.pinv(slopes) @ slopes) - points)


def _distinct(points: Array) -> Array:
    """The nearest to zero of those that lie together, the nearest first."""
    points = points[np.argsort(np.round(np.linalg.norm(points, axis=-1), 6), kind="stable")]
    chosen: list[int] = []
    for k, point in enumerate(points):
        if not chosen or np.linalg.norm(points[chosen] - point, axis=-1).min() > _APART:
            chosen.append(k)
    return points[chosen]
