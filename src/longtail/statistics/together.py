"""What random causes have in common: how one of a group goes with another.

Three laws, of which each cause of a group has its own: the same correlation of any two; a random field, whose
correlation falls with the distance; and a random plane, Pelgrom's gradient across the die.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

Point = tuple[float, float]  # x and y in m
_MIDDLE = 1e-9  # of the extent of all devices: one that lies nearer to their middle lies in it


@dataclass(frozen=True, slots=True)
class Equal:
    """Any two causes of the group have the same correlation."""

    correlation: float
    name = ""

    def correlation_with(self, other: Together) -> float:
        return self.correlation


@dataclass(frozen=True, slots=True)
class Field:
    """A normal random field of variance 1 whose correlation over a distance d is exp(-d/length), d and length in m
    (C. Rasmussen, C. Williams, Gaussian Processes for Machine Learning (2006), eq. 4.18 with an exponent of 1).

    A device is the mean over its `units`: its variance, and its covariance with another, is the mean of exp(-d/length)
    over all pairs of units. So what lies round a common centroid goes together better than what lies side by side.

    >>> apart = Field(50e-6, ((0.0, 0.0),)), Field(50e-6, ((50e-6, 0.0),))
    >>> round(apart[0].correlation_with(apart[1]), 6), apart[0].deviation
    (0.367879, 1.0)
    """

    length: float
    units: tuple[Point, ...]
    name = "field"

    @property
    def deviation(self) -> float:
        """The standard deviation of the mean over the units, of 1 at a place."""
        return math.sqrt(self._covariance(self))

    def correlation_with(self, other: Together) -> float:
        assert isinstance(other, Field), "a group has one law"
        return min(1.0, self._covariance(other) / (self.deviation * other.deviation))

    def _covariance(self, other: Field) -> float:
        pairs = [math.exp(-math.dist(a, b) / self.length) for a in self.units for b in other.units]
        return math.fsum(pairs) / len(pairs)


@dataclass(frozen=True, slots=True)
class Plane:
    """A random plane x*g_x + y*g_y, g_x and g_y independent and normal: x and y in m of a device from the middle of
    all that the rule is of. With a deviation S per m, that of a difference of two devices is S times their distance,
    the second term of M. Pelgrom, A. Duinmaijer, A. Welbers, IEEE J. Solid-State Circuits 24 (1989) 1433, eq. 5.

    >>> left, right = Plane(-3.0, -4.0), Plane(3.0, 4.0)
    >>> left.deviation, left.correlation_with(right)
    (5.0, -1.0)
    """

    x: float
    y: float
    name = "gradient"

    @property
    def deviation(self) -> float:
        """How far the device lies from the middle, in m: its standard deviation for 1 per m."""
        return math.hypot(self.x, self.y)

    def correlation_with(self, other: Together) -> float:
        assert isinstance(other, Plane), "a group has one law"
        cosine = (self.x * other.x + self.y * other.y) / (self.deviation * other.deviation)
        return max(-1.0, min(1.0, cosine))


Together = Equal | Field | Plane


def planes(devices: Iterable[tuple[Point, ...]]) -> list[Plane | None]:
    """The plane of each device, by the places of its units; None of one whose middle is that of all, which no gradient
    moves against the others.

    >>> planes([((0.0, 0.0), (1.0, 1.0)), ((0.0, 1.0), (1.0, 0.0)), ((2.5, 0.5),), ((-1.5, 0.5),)])
    [None, None, Plane(x=2.0, y=0.0), Plane(x=-2.0, y=0.0)]
    """
    units = list(devices)
    middles = [centroid(each) for each in units]
    x, y = centroid(middles)
    places = [Plane(each[0] - x, each[1] - y) for each in middles]
    extent = max(math.dist(place, (x, y)) for each in units for place in each)
    return [place if place.deviation > _MIDDLE * extent else None for place in places]


def centroid(units: Iterable[Point]) -> Point:
    """The middle of some places.

    >>> centroid([(0.0, 0.0), (2.0, 4.0)])
    (1.0, 2.0)
    """
    x, y = zip(*units, strict=True)
    return math.fsum(x) / len(x), math.fsum(y) / len(y)
