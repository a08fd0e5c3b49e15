"""Where a limit is reached among independent standard normal variables: along a ray, and nearest to zero.

The margin g(z) is positive where a limit is kept. The nearest point with g = 0, the likeliest that fails, is found by
the iteration of A. Hasofer and N. Lind (J. Eng. Mech. 100 (1974) 111) and of R. Rackwitz and B. Fiessler (Computers &
Structures 9 (1978) 489): the point is looked for where the slope there points to,

    z_next = t*a,  a = -grad g/abs(grad g),  g(t*a) = 0

with t from whole solutions along the ray, and only steps that come nearer are taken: so it ends, whatever g is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FARTHEST = 12.0  # standard deviations: Phi(-12) is 2e-33
_PLACES = 24  # along a ray, of each look
_LOOKS = 2  # the second within a place of the first
_STEP = 0.1  # of slopes
_TURNS = (1.0, 0.5, 0.25)  # how far towards the slope
_STEPS = 8
_NEARER = 0.995  # what is left of the distance by a step that is worth another


@dataclass(frozen=True, eq=False)
class FailureSurface:
    """A limit by its `margin` `[sample]` at points `[sample, variable]`: nan where there is no solution, which fails.

    kept  whether it is kept at zero
    """

    margin: Callable[[Array], Array]
    kept: bool

    def crossed(self, points: Array) -> NDArray[np.bool_]:
        """Which points are on the other side of the limit than zero, `[sample]`."""
        return np.asarray((self.margin(points) >= 0.0) != self.kept)

    def crossings(self, directions: Array, farthest: float = FARTHEST) -> Array:
        """How far along each of some `directions` `[ray, variable]` from zero the limit is first crossed, `[ray]`.

        Infinite where it is not within `farthest`. What is crossed twice within half a standard deviation may be
        overlooked.

        >>> surface = FailureSurface(lambda z: 3.0 - z[:, 0], True)
        >>> surface.crossings(np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])).round(9).tolist()
        [3.0, 5.0, inf]
        """
        unit = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
        rows = np.arange(len(unit))
        low, high = np.zeros(len(unit)), np.full(len(unit), farthest)
        at_low, found = np.full(len(unit), np.nan), np.ones(len(unit), bool)
        at_high = at_low
        for _ in range(_LOOKS):
            places = low[:, None] + (high - low)[:, None] * np.arange(_PLACES + 1) / _PLACES
            points = places[:, :, None] * unit[:, None, :]
            margins = self.margin(points.reshape(-1, unit.shape[1])).reshape(places.shape)
            crossed = (margins >= 0.0) != self.kept
            crossed[:, 0] = False
            found &= crossed.any(axis=1)
            first = np.maximum(crossed.argmax(axis=1), 1)
            low, high = places[rows, first - 1], places[rows, first]
            at_low, at_high = margins[rows, first - 1], margins[rows, first]
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.clip(at_low / (at_low - at_high), 0.0, 1.0)
        return np.where(found, low + np.where(np.isfinite(part), part, 1.0) * (high - low), np.inf)

    def nearest(self, start: Array) -> Array:
        """The point of the limit nearest to zero that steps from `start`, a point of the limit, lead to."""
        point = start
        for _ in range(_STEPS):
            slope = self._slope(point)
            size = np.linalg.norm(slope)
            far = float(np.linalg.norm(point))
            if not size > 0.0 or not far > 0.0:
                break
            toward = (-slope if self.kept else slope) / size
            turned = np.array([(1.0 - turn) * point / far + turn * toward for turn in _TURNS])
            length = np.linalg.norm(turned, axis=-1)
            if not (length > 0.0).all():
                break
            distances = self.crossings(turned, far)
            best = int(np.argmin(np.round(distances, 6)))
            if not distances[best] < far:
                break
            point = turned[best] / length[best] * distances[best]
            if distances[best] > _NEARER * far:
                break
        return point

    def _slope(self, point: Array) -> Array:
        """The slope of the margin, `[variable]`, by differences; zero along what has no solution beside."""
        steps = np.eye(point.size) * _STEP
        ends = self.margin(np.concatenate([point + steps, point - steps])).reshape(2, -1)
        slope = (ends[0] - ends[1]) / (2.0 * _STEP)
        return np.where(np.isfinite(slope), slope, 0.0)
