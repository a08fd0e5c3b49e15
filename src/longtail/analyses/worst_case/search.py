"""The ends of a figure over a box of causes, by whole solutions.

The corners by the signs of first order come first, then the corner at which each slope has the sign that was assumed,
then all corners where they are few, samples along each cause, and steps from the best point that is known. A magnitude
has its least value inside where it has a zero there: that is looked for by Newton's method within the limits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = NDArray[np.float64] | NDArray[np.complex128]

ALL_CORNERS = 12  # causes whose corners are all solved
_ANGLES = 16  # directions in the complex plane
_SAMPLES = 9  # along each cause
_STEP = 1e-3  # of the limit, inwards, for a slope
_ROUNDS, _SHORTEST = 60, 2.0**-9  # of steps, and the shortest of them as a part of the limit
_NEWTON = 12
_BETTER = 1e-10  # part by which another point has to be better
_NOTHING = 1e-12  # of the largest magnitude in the box: less is a zero


@dataclass(eq=False)
class BoxSearch:
    """A figure over a box: `solve` gives whole solutions `[sample]` for causes `[sample, cause]`, nan where there is
    none; causes go to `reach` on either side of 0. `effects` are those of first order about the middle. What figures
    differ by less than their `rounding`, they do not."""

    solve: Callable[[Array], Values]
    reach: Array
    effects: Values
    nominal: complex
    rounding: float = 0.0
    solved: int = field(default=0, init=False)
    failed: int = field(default=0, init=False)

    @property
    def magnitude(self) -> bool:
        """Whether the figure is complex, and its magnitude is meant."""
        return bool(np.iscomplexobj(self.effects))

    def figures(self, points: Array) -> Values:
        found = self.solve(points)
        self.solved += len(points)
        self.failed += int(np.isnan(found).sum())
        return found

    def measured(self, figures: Values) -> Array:
        """The real number that has the ends."""
        return np.abs(figures) if self.magnitude else np.real(figures)

    def ends(self) -> tuple[Array, Array]:
        """The points `[cause]` of the least and of the largest value."""
        points = self._first()
        values = self.measured(self.figures(points))
        if self.magnitude:
            zero = self._zero()
            points = np.vstack([points, zero])
            values = np.append(values, self.measured(self.figures(zero[None])))
        least, largest = (self._best(points, values, sign) for sign in (-1.0, 1.0))
        return least, largest

    @property
    def corners(self) -> Array:
        """All corners, none where they are too many."""
        count = self.reach.size
        if count > ALL_CORNERS:
            return np.zeros((0, count))
        return np.array(list(product((-1.0, 1.0), repeat=count))) * self.reach

    def _first(self) -> Array:
        """Where to look first: the middle, corners, and samples along each cause."""
        count = self.reach.size
        turned = np.exp(-2j * np.pi * np.arange(_ANGLES) / _ANGLES)[:, None] * self.effects
        likely = np.where(np.real(turned) < 0.0, -1.0, 1.0) * self.reach
        lines = np.linspace(-1.0, 1.0, _SAMPLES)[:, None, None] * np.diag(self.reach)
        return np.unique(np.vstack([np.zeros(count), likely, self.corners, lines.reshape(-1, count)]), axis=0)

    def _best(self, points: Array, values: Array, sign: float) -> Array:
        """The best point of those and of what is near it."""
        ranked = np.where(np.isnan(values), -np.inf, sign * values)
        at = self._highest(ranked)
        point, value = self._corner(points[at], float(ranked[at]), sign)
        step = 2.0
        for _ in range(_ROUNDS):
            moves = np.concatenate([np.diag(self.reach), -np.diag(self.reach)]) * step
            around = np.clip(point + moves, -self.reach, self.reach)
            found = self._ranked(around, sign)
            k = self._highest(found)
            if self._beats(float(found[k]), value):
                point, value = around[k], float(found[k])
            else:
                step /= 2.0
            if step < _SHORTEST:
                break
        return point

    def _ranked(self, points: Array, sign: float) -> Array:
        values = self.measured(self.figures(points))
        return np.where(np.isnan(values), -np.inf, sign * values)

    def _corner(self, point: Array, value: float, sign: float) -> tuple[Array, float]:
        """From a point to the corner at which every slope has the sign that was assumed, while that is better."""
        for _ in range(_ROUNDS):
            inwards = np.where(point > 0.0, -1.0, 1.0) * _STEP * self.reach
            change = self._ranked(point + np.diag(inwards), sign) - value
            rise = np.where(np.abs(change) <= self.rounding, 0.0, change) / np.sign(inwards)
            corner = np.where(rise > 0.0, self.reach, np.where(rise < 0.0, -self.reach, point))
            there = float(self._ranked(corner[None], sign)[0])
            if not self._beats(there, value):
                break
            point, value = corner, there
        return point, value

    def _beats(self, one: float, other: float) -> bool:
        """Whether a value is higher than another, and not by rounding alone."""
        return one > other + _BETTER * abs(other) + self.rounding

    def _highest(self, values: Array) -> int:
        """The place of the highest value, the first of those that differ by rounding alone."""
        size = np.abs(values[np.isfinite(values)]).max(initial=0.0)
        return int(np.argmax(values >= values.max() - _BETTER * size - self.rounding))

    def _zero(self) -> Array:
        """The point at which a complex figure comes next to zero, by Newton's method within the limits."""
        from scipy.optimize import lsq_linear

        count = self.reach.size
        point, figure, slopes = np.zeros(count), self.nominal, np.asarray(self.effects, complex)
        for _ in range(_NEWTON):
            if abs(figure) <= self.rounding:
                break
            aim = figure - slopes @ point
            rows = np.stack([slopes.real, slopes.imag]) * self.reach
            scale = np.abs(rows).max()
            if not scale > 0.0:
                break
            right = -np.array([aim.real, aim.imag]) / scale
            wanted = np.linalg.lstsq(rows / scale, right, rcond=_NOTHING)[0]  # of many zeros that next to the middle
            if np.abs(wanted).max() > 1.0:
                wanted = lsq_linear(rows / scale, right, (-1.0, 1.0)).x
            wanted = wanted * self.reach
            there = complex(self.figures(wanted[None])[0])
            if not abs(there) < abs(figure):
                break
            point, figure = wanted, there
            moves = np.concatenate([np.diag(self.reach), -np.diag(self.reach)]) * _STEP
            around = self.figures(point + moves)
            slopes = (around[:count] - around[count:]) / (2.0 * _STEP * self.reach)
            if np.isnan(slopes).any():
                break
        return point


def without_rounding(figure: float, largest: float, rounding: float = 0.0) -> float:
    """A magnitude; zero where it is nothing beside the largest, or rounding."""
    return 0.0 if figure <= max(_NOTHING * largest, rounding) else figure
