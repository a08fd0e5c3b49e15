"""One limit: how many amplifiers keep it to first order, how far that can be trusted, and where it fails first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.contributions.effects import CMRR, Effects
from longtail.errors import OptionError
from longtail.statistics.bounds import Bound
from longtail.statistics.magnitudes import Magnitude
from longtail.statistics.quadratic import Expansion, second_order
from longtail.statistics.sampling import Sampling
from longtail.statistics.spreads import Spreads
from longtail.statistics.yields import failures

Array = NDArray[np.float64]
Values = NDArray[np.float64] | NDArray[np.complex128]

LINEAR, QUADRATIC, NEITHER, SAMPLED = "linear", "quadratic", "neither", "sampled"
CHECKS, _SEED = 200, 20  # whole solutions that pictures are held against
HOLDS = 0.1  # what a picture may be off by, in standard deviations of the figure
_ANGLES, _ZOOMS = 720, 12  # of places on a circle
_AROUND = 24  # places around a circle from which samples are drawn
_NARROW = 1e-12  # of the wide axis: an axis that is rounding


@dataclass(frozen=True, eq=False)
class HeldLimit:
    """A limit on a figure with its expansion in independent causes of variance 1.

    solve    whole solutions of the figure, `[sample]`, for independent causes `[sample, cause]`
    checks   independent causes at which pictures are held against whole solutions, `[sample, cause]`
    """

    bound: Bound
    measure: str
    unit: str
    first: Expansion
    solve: Callable[[Array], Values]
    checks: Array

    @property
    def complex(self) -> bool:
        """Whether the limit is on the magnitude of a complex figure: a gain, or one over a rejection."""
        return np.iscomplexobj(self.first.slopes)

    @cached_property
    def radius(self) -> float:
        """The magnitude that is the limit of a complex figure."""
        value = self.bound.value
        if self.measure == CMRR:
            return float(10.0 ** (-value / 20.0))
        if value < 0.0:
            raise OptionError(f"'{self.bound.text}': a magnitude is not negative", hint="gains are judged by magnitude")
        return value

    @property
    def inside(self) -> bool:
        """Whether a complex figure is to stay within the radius."""
        return self.bound.least is (self.measure == CMRR)

    def kept(self, figures: Values) -> NDArray[np.bool_]:
        """Which figures keep the limit."""
        if not self.complex:
            return self.bound.holds(np.real(figures))
        size = np.abs(figures)
        return np.asarray(size <= self.radius if self.inside else size >= self.radius)

    def margins(self, figures: Values) -> Array:
        """By how much figures keep the limit, in their unit; negative where they do not."""
        if self.complex or self.bound.absolute:
            end = self.radius if self.complex else self.bound.value
            inside = self.inside if self.complex else not self.bound.least
            return np.asarray(end - np.abs(figures) if inside else np.abs(figures) - end)
        away = np.real(figures) - self.bound.value
        return np.asarray(away if self.bound.least else -away)

    @cached_property
    def failure(self) -> float:
        """The part that fails to first order, with all its digits."""
        if self.complex:
            whole = Magnitude.of_parts([self.first.nominal], [self.first.slopes])
            outside = whole.above(self.radius) if self.inside else whole.below(self.radius)
            return float(outside[0])
        mean, sigma, value = float(np.real(self.first.nominal)), self.first.sigma, self.bound.value
        if self.bound.absolute:
            beyond = float(failures(mean, sigma, -value, value))
            return 1.0 - beyond if self.bound.least else beyond
        ends = (value, np.inf) if self.bound.least else (-np.inf, value)
        return float(failures(mean, sigma, *ends))

    @cached_property
    def quadratic(self) -> Expansion | None:
        return second_order(self.first, self.solve)

    @cached_property
    def solved(self) -> Values:
        """Whole solutions at the checks."""
        return self.solve(self.checks)

    def error(self, picture: Expansion) -> float:
        """How far a picture is off at the checks, the root of the mean square in standard deviations of the figure.

        Infinite where there is no solution.
        """
        away = np.abs(picture(self.checks) - self.solved)
        if np.isnan(away).any():
            return float("inf")
        return float(np.sqrt((away**2).mean()) / self.first.sigma) if self.first.sigma else 0.0

    @cached_property
    def picture(self) -> tuple[str, Expansion]:
        """The simplest picture that holds, and what it is called; where none does, the better one."""
        first = self.error(self.first)
        if first <= HOLDS:
            return LINEAR, self.first
        if self.quadratic is None:
            return NEITHER, self.first
        second = self.error(self.quadratic)
        return (QUADRATIC, self.quadratic) if second <= HOLDS else (NEITHER, self.quadratic)

    @cached_property
    def worst(self) -> Array | None:
        """The likeliest causes that reach the limit to first order, `[cause]`; None where none do.

        The point of the limit next to the nominal amplifier: K. Antreich, H. Graeb, C. Wieser, IEEE Trans. CAD 13
        (1994) 57, eq. 15.
        """
        if self.first.sigma == 0.0:
            return None
        if self.complex:
            return nearest_on_circle(self.first, self.radius)
        return min(self._ends, key=lambda point: float(np.linalg.norm(point)))

    @property
    def _ends(self) -> list[Array]:
        """The likeliest causes that reach each end of the limit of a real figure, to first order."""
        ends = (self.bound.value, -self.bound.value) if self.bound.absolute else (self.bound.value,)
        away = (end - float(np.real(self.first.nominal)) for end in ends)
        return [np.asarray(each * np.real(self.first.slopes) / self.first.sigma**2) for each in away]

    @property
    def reached(self) -> Array:
        """Causes that reach the limit to first order, `[point, cause]`: both ends, or all around the circle."""
        if self.worst is None:
            return np.zeros((0, self.first.slopes.size))
        if not self.complex:
            return np.array(self._ends)
        return np.concatenate([self.worst[None], around_circle(self.first, self.radius)])


def around_circle(figure: Expansion, radius: float) -> Array:
    """The likeliest causes at which a complex figure is at places all around a circle, `[place, cause]`, to first
    order: first where its wide axis meets the circle."""
    axes, sizes, causes = np.linalg.svd(np.stack([figure.slopes.real, figure.slopes.imag]), full_matrices=False)
    center = np.array([figure.nominal.real, figure.nominal.imag]) @ axes
    angles = 2.0 * np.pi * np.arange(_AROUND) / _AROUND
    there = radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1) - center
    crossing = radius**2 - center[1] ** 2
    ends = np.sqrt(crossing) * np.array([1.0, -1.0]) - center[0] if crossing >= 0.0 else np.zeros(0)
    wide = np.stack([ends, np.zeros(ends.size)], axis=-1)
    places = np.concatenate([wide, there]) if sizes[-1] > _NARROW * sizes[0] else wide
    return np.asarray(places / np.where(sizes > _NARROW * sizes[0], sizes, np.inf) @ causes)


def held_limit(bound: Bound, name: str, effects: Effects, spreads: Spreads) -> HeldLimit:
    """A limit ready to be judged. Raises `OptionError` for a figure that is not one number."""
    if effects.nominal.size != 1 or np.isnan(effects.nominal).any():
        raise OptionError(f"'{bound.text}': the netlist as it stands has no such figure")
    mixing = spreads.mixing
    first = Expansion(effects.nominal[0, 0].item(), effects.effects[0, 0] @ mixing)
    unit = "dB" if name == CMRR else effects.unit
    drawn = Sampling(spreads, CHECKS, _SEED).causes(slice(0, CHECKS))
    checks = drawn @ np.linalg.pinv(mixing).T
    return HeldLimit(bound, name, unit, first, lambda z: effects.solve(z @ mixing.T), checks)


def of_causes(picture: Expansion, spreads: Spreads) -> Expansion:
    """A picture in independent causes as one in the causes themselves."""
    back = np.linalg.pinv(spreads.mixing)
    curvatures = None if picture.curvatures is None else back.T @ picture.curvatures @ back
    return Expansion(picture.nominal, picture.slopes @ back, curvatures)


def nearest_on_circle(figure: Expansion, radius: float) -> Array | None:
    """The causes next to the nominal amplifier at which a complex figure has a magnitude, to first order; None where
    it never has.

    Along the principal axes of the figure the distance is a sum of two squares, which is least at one angle or next to
    where the wide axis meets the circle: of a narrow figure, there alone.
    """
    axes, sizes, causes = np.linalg.svd(np.stack([figure.slopes.real, figure.slopes.imag]), full_matrices=False)
    center = np.array([figure.nominal.real, figure.nominal.imag]) @ axes
    crossing = radius**2 - center[1] ** 2
    ends = np.sqrt(crossing) * np.array([1.0, -1.0]) if crossing >= 0.0 else np.zeros(0)
    there = np.stack([ends - center[0], np.zeros(ends.size)], axis=-1)  # on the wide axis
    if sizes[1] > _NARROW * sizes[0]:
        grid = 2.0 * np.pi * np.arange(_ANGLES) / _ANGLES
        best = grid[np.argmin(np.round(_costs(grid, radius, center, sizes), 9))]
        for _ in range(_ZOOMS):  # each time a tenth as wide
            grid = best + (grid[1] - grid[0]) * np.linspace(-1.0, 1.0, 21)
            best = grid[np.argmin(_costs(grid, radius, center, sizes))]
        there = np.concatenate([there, radius * np.array([[np.cos(best), np.sin(best)]]) - center])
    if not len(there):
        return None
    moved = there / np.where(sizes > _NARROW * sizes[0], sizes, np.inf)
    return np.asarray(moved[np.argmin(np.round(np.linalg.norm(moved, axis=-1), 9))] @ causes)


def _costs(angles: Array, radius: float, center: Array, sizes: Array) -> Array:
    """Squares of the distance of places on a circle, in standard deviations."""
    places = radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1) - center
    return np.asarray(((places / sizes) ** 2).sum(axis=-1))
