"""The static curve of output over differential input, at several levels: its tangent, its range, its harmonics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.contract.decoding import decoded, rebuilt
from longtail.contract.encoding import plain
from longtail.driven.levels import LevelSweep
from longtail.driven.points import Points
from longtail.large_signal.march import Mask, Rows, march
from longtail.modes import DIFFERENTIAL

Array = NDArray[np.float64]

HARMONICS = 9  # the highest that is reported
_NODES = 64  # Chebyshev nodes on the curve: harmonics to the 63rd are told apart
_BITS = 8.0  # last bits of voltages that harmonics are not told from
_ROUNDING = 1e-10  # of the fundamental: a harmonic below is zero by symmetry, or as good as
_JUMP = 0.02  # of the swing of a curve: a step that differs by more from both beside it may lead to another branch
_SAME = 1e-6  # of the swing: outputs this near belong to one operating point
_TOLERANCE = 1e-8  # of the way to the limit of a search


@dataclass(frozen=True, eq=False)
class Distortion:
    """Harmonics of the output for v_id = amplitude*cos: `harmonics` `[level, n]` are parts of the fundamental, from
    the second on; zero where they are no more than rounding. `thd` `[level]` is their root sum of squares."""

    amplitude: float
    fundamental: Array
    harmonics: Array
    thd: Array

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                "amplitude": self.amplitude,
                "fundamental": self.fundamental,
                **{f"hd{n}": self.harmonics[:, n - 2] for n in range(2, HARMONICS + 1)},
                "thd": self.thd,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Distortion:
        harmonics = [decoded(Array, entries[f"hd{n}"]) for n in range(2, HARMONICS + 1)]
        return rebuilt(cls, {**entries, "harmonics": np.stack(harmonics, axis=-1)})


@dataclass(frozen=True, eq=False)
class Curve:
    """The output over v_id about `offsets` `[level]`, at common-mode levels `[level]`, all in V.

    `values` of varied parameters by name, `[level]`, hold at each of the levels; a "level" may then be a condition.
    """

    sweep: LevelSweep
    levels: Array
    offsets: Array
    values: Mapping[str, Array] = field(default_factory=dict)

    def at(self, v_id: Array) -> Points:
        """Operating points `[level * point]` for v_id `[level, point]` counted from the offsets."""
        wanted = v_id + self.offsets[:, None]
        levels = np.broadcast_to(self.levels[:, None], v_id.shape)
        varied = {name: np.repeat(value, v_id.shape[1]) for name, value in self.values.items()}
        return self.sweep.at(v_ic=levels.ravel(), v_id=wanted.ravel(), varied=varied)

    def followed(self, v_id: Array) -> Points:
        """The same where there is one operating point for each input; where there are several, as an overdriven
        amplifier that latches has, those that follow from the middle outwards."""
        points = self.at(v_id)
        levels, count = v_id.shape
        jumps, swing = _jumps(points.output.reshape(v_id.shape))
        if not jumps.any():
            return points
        middle = int(np.abs(v_id[0]).argmin())
        for side, end in ((1, count), (-1, -1)):
            moved = np.zeros(levels, bool)
            for k in range(middle + side, end, side):
                rows = np.flatnonzero(moved | jumps[:, min(k, k - side)])
                if rows.size:
                    moved[:] = False
                    moved[rows] = _moved_on(points, rows * count + k, rows * count + k - side, _SAME * swing[rows])
        return points

    @cached_property
    def center(self) -> Points:
        """The points at the offsets, one a level."""
        return self.at(np.zeros((self.levels.size, 1)))

    @cached_property
    def center_gain(self) -> Array:
        """The slope at the offset, `[level]`, V/V."""
        matrix, _ = self.center.mode_gains(np.zeros(1))
        return np.asarray(matrix[:, 0, DIFFERENTIAL, DIFFERENTIAL].real)

    def reach(self, inside: Callable[[Points, Array, Rows], Mask], limit: float) -> Array:
        """How far abs(v_id) may go on either side while `inside(points, v_id, level)` holds, `[level]`; nan beyond
        `limit`."""
        levels = np.tile(np.arange(self.levels.size), 2)
        ends = np.repeat([limit, -limit], self.levels.size)

        def attempt(rows: Rows, shares: Array, near: Array) -> tuple[Mask, Mask, Array]:
            level, v_id = levels[rows], shares * ends[rows]
            varied = {name: value[level] for name, value in self.values.items()}
            points = self.sweep.at(v_ic=self.levels[level], v_id=self.offsets[level] + v_id, near=near, varied=varied)
            return points.good, inside(points, v_id, level), points.state

        tolerance = np.full(ends.size, _TOLERANCE)
        last = march(attempt, self.center.state[levels], self.sweep.tangent(v_id=ends), tolerance).last
        reached = np.where(last >= 1.0, np.nan, np.abs(last * ends)).reshape(2, -1)
        return np.asarray(np.where(np.isnan(reached).all(axis=0), np.nan, np.fmin(*reached)))

    def linear_range(self, error: float, limit: float) -> Array:
        """abs(v_id) up to which the output stays within `error` of the tangent at the offset, `[level]`, V."""

        def inside(points: Points, v_id: Array, level: Rows) -> Mask:
            tangent = self.center_gain[level] * v_id
            return np.asarray(np.abs(points.output - self.center.output[level] - tangent) <= error * np.abs(tangent))

        return self.reach(inside, limit)

    def distortion(self, amplitude: float) -> Distortion:
        """Harmonics of the output for a sine about the offset, from the curve at Chebyshev nodes.

        With v_id = amplitude*cos(theta) the output is a sum of a_n*cos(n*theta), whose a_n follow from its values at
        theta = (k + 1/2)*pi/N. Static: charges are left out.

        A harmonic is zero below 1e-10 of the fundamental, and below some last bits of the largest voltage, at the
        output and at the inputs, where the gain multiplies them.
        """
        theta = (np.arange(_NODES) + 0.5) * np.pi / _NODES
        points = self.at(np.tile(amplitude * np.cos(theta), (self.levels.size, 1)))
        values = points.output.reshape(self.levels.size, _NODES)
        order = np.arange(1, _NODES)
        terms = 2.0 / _NODES * values @ np.cos(order[None, :] * theta[:, None])
        fundamental = np.abs(terms[:, 0])
        parts = np.full((self.levels.size, _NODES - 2), np.nan)  # what does not amplify has no distortion either
        np.divide(np.abs(terms[:, 1:]), fundamental[:, None], out=parts, where=fundamental[:, None] > 0.0)
        # inputs and outputs are no more exact than some last bits of the largest voltage, and the gain makes this of it
        moved = _BITS * np.finfo(float).eps * (1.0 + np.abs(self.center_gain)) * self.center.point.largest_voltage
        least = np.maximum(_ROUNDING, moved / np.where(fundamental > 0.0, fundamental, np.inf))
        parts = np.where(parts < least[:, None], 0.0, parts)
        return Distortion(amplitude, fundamental, parts[:, : HARMONICS - 1], np.sqrt(np.sum(parts**2, axis=1)))


def _jumps(output: Array) -> tuple[Mask, Array]:
    """Which steps of curves `[level, point]` may lead to another branch, `[level, step]`, and the swing of each."""
    known = np.where(np.isfinite(output), output, 0.0)
    swing = np.ptp(known, axis=1)
    steps = np.diff(output, axis=1)
    bends = np.abs(np.diff(steps, axis=1))
    ends = np.full((len(output), 1), np.inf)
    to_both = np.fmin(np.hstack([ends, bends]), np.hstack([bends, ends]))
    return ~(to_both <= _JUMP * swing[:, None]) & (swing > 0.0)[:, None], swing


def _moved_on(points: Points, here: Rows, before: Rows, same: Array) -> Mask:
    """Put the solutions that follow from those `before` in the place of others `here`; tells where they were others."""
    start = points.select(before)
    found = start.moved(points.v_id[here] - points.v_id[before])
    apart = ~(np.abs(found.output - points.output[here]) <= same)
    other = start.good & found.good & apart
    for mine, theirs in (
        (points.point.solution, found.point.solution),
        (points.point.status, found.point.status),
        (points.state, found.state),
    ):
        mine[here[other]] = theirs[other]
    return np.asarray(other)
