"""How far an amplifier reaches under every condition: common-mode range, output swing, linear range."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.driven.drives import supply_rails
from longtail.driven.levels import TARGET, LevelSweep
from longtail.driven.points import Points
from longtail.driven.under_conditions import Standing
from longtail.large_signal.march import Mask, Rows, march
from longtail.large_signal.transistors import amplifying, is_cut_off
from longtail.modes import DIFFERENTIAL

Array = NDArray[np.float64]

GAIN_LOSS_DB = 3.0  # that ends the swing
LINEAR = 0.01  # departure from the tangent that ends the linear range
_WIDER = 0.2  # of the supply span, beyond which common-mode levels are not searched
_TOLERANCE = 2.0**-15  # of the way to the end of the search
_NEAR = 2.0**-7  # of the way: an end of the linear range nearer than this is found on a shorter way
_AT_REST = np.zeros(1)


@dataclass(frozen=True, eq=False)
class Extent:
    """Ranges of an amplifier, `[condition]`, in V; nan where a condition has none.

    The output is held where it stands while the inputs are moved together; the inputs stay while the output is moved.
    """

    standing: Standing
    rails: tuple[Array, Array]  # the lowest and the highest supply, V, `[condition]`

    @cached_property
    def center(self) -> Array:
        """Output and common-mode voltage of every condition, `[condition, 2]`."""
        return np.column_stack([self.standing.points.output, self.standing.v_ic])

    @cached_property
    def working(self) -> dict[str, Mask]:
        """The transistors that amplify at rest, `[condition]`: under typical conditions, or in each lane of its own."""
        found = amplifying(self.standing.points.point)
        if not self.standing.apart:
            found = {name: np.broadcast_to(there[0], there.shape) for name, there in found.items()}
        return {name: there for name, there in found.items() if there.any()}

    @cached_property
    def gain(self) -> Array:
        """Magnitude of the differential gain at rest, `[condition]`."""
        return _gain(self.standing.points)

    @cached_property
    def ranges(self) -> Array:
        """Ends `[condition, (lowest level, highest level, lowest output, highest output)]`."""
        count, low_high = self.standing.count, self._corners()
        condition, end = (x.ravel() for x in np.meshgrid(np.arange(count), np.arange(4), indexing="ij"))
        by_gain, upward = end >= 2, end % 2 == 1
        start = np.where(by_gain, self.center[condition, 0], self.center[condition, 1])
        stop = low_high[by_gain.astype(int), upward.astype(int), condition]

        def attempt(rows: Rows, shares: Array, near: Array) -> tuple[Mask, Mask, Array]:
            lanes, moved = condition[rows], start[rows] + shares * (stop - start)[rows]
            output = np.where(by_gain[rows], moved, self.center[lanes, 0])
            level = np.where(by_gain[rows], self.center[lanes, 1], moved)
            points = self._nulled.at(v_ic=level, target=output, near=near, varied=self.standing.take(lanes))
            return points.good, self._holds(points, lanes, by_gain[rows]), points.state

        way = stop - start
        tangent = self._nulled.tangent(v_ic=np.where(by_gain, 0.0, way), target=np.where(by_gain, way, 0.0))
        last = march(attempt, self._held[condition], tangent, np.full(way.size, _TOLERANCE)).last
        return np.where(np.isnan(self.center[:, :1]), np.nan, (start + last * way).reshape(count, 4))

    def linear_range(self) -> Array:
        """abs(v_id) up to which the output is within a percent of its tangent, to either side, `[condition]`."""
        reach = (self.rails[1] - self.rails[0]) / np.maximum(np.nan_to_num(self.gain, nan=1.0), 1.0)
        ends = np.concatenate([reach, -reach])
        last = self._straight(ends)
        near = (
            last < _NEAR
        )  # of the way: what the tolerance is too coarse for is looked for once more, on a shorter one
        if near.any():
            shorter = np.where(near, 8.0 * np.maximum(last, _TOLERANCE), 1.0)
            last = np.where(near, shorter * self._straight(shorter * ends), last)
        reached = np.where(last >= 1.0, np.inf, np.abs(last * ends)).reshape(2, self.standing.count).min(axis=0)
        return np.where(np.isfinite(reached) & np.isfinite(self.center[:, 0]), reached, np.nan)

    def _straight(self, ends: Array) -> Array:
        """The share of the way to differences `ends` in V, `[side and condition]`, on which the output keeps to its
        tangent."""
        standing = self.standing
        offset, slope = standing.points.v_id, _slope(standing.points)
        condition = np.tile(np.arange(standing.count), 2)

        def attempt(rows: Rows, shares: Array, near: Array) -> tuple[Mask, Mask, Array]:
            lanes, moved = condition[rows], shares * ends[rows]
            v_id = offset[lanes] + moved
            points = standing.plain.at(v_ic=standing.v_ic[lanes], v_id=v_id, near=near, varied=standing.take(lanes))
            tangent = slope[lanes] * moved
            away = np.abs(points.output - self.center[lanes, 0] - tangent)
            return points.good, away <= LINEAR * np.abs(tangent), points.state

        start = standing.plain.at(v_ic=standing.v_ic, v_id=offset, varied=standing.values).state[condition]
        return march(attempt, start, standing.plain.tangent(v_id=ends), np.full(ends.size, _TOLERANCE)).last

    def _corners(self) -> Array:
        """Where the search ends, V, `[level or output, lowest or highest, condition]`."""
        low, high = self.rails
        span = high - low
        swing = (low, high) if self.standing.drives.single_ended else (-span, span)
        return np.array([(low - _WIDER * span, high + _WIDER * span), swing])

    @property
    def _nulled(self) -> LevelSweep:
        assert self.standing.nulled is not None, "without nulling there is no way to hold the output"
        return self.standing.nulled

    @cached_property
    def _held(self) -> Array:
        """The state of the nulled circuit with the output held where it stands, `[condition, unknown]`."""
        points = self.standing.points
        if self.standing.null:
            return points.state
        unknowns = self._nulled.nominal.system.index
        state = np.insert(points.state, unknowns["input_offset"], points.v_id - self._nulled.own.differential, axis=1)
        state[:, unknowns[TARGET]] = self.center[:, 0]
        return state

    def _holds(self, points: Points, lanes: NDArray[np.intp], by_gain: Mask) -> Mask:
        """Whether transistors amplify, or the gain is what it was. One may turn off if the gain is there."""
        regions = amplifying(points.point)
        saturated, off = np.zeros((2, lanes.size), bool)
        for name, there in self.working.items():
            cut, counts = is_cut_off(points.point, name), there[lanes]
            saturated |= counts & ~regions[name] & ~cut
            off |= counts & cut
        enough = np.zeros(lanes.size, bool)
        asked = np.flatnonzero(points.good & (by_gain | (off & ~saturated)))
        if asked.size:
            enough[asked] = _gain(points.select(asked)) >= self.gain[lanes[asked]] * 10.0 ** (-GAIN_LOSS_DB / 20.0)
        return points.good & np.where(by_gain, enough, ~saturated & (~off | enough))


def extent(standing: Standing) -> Extent | None:
    """The ranges; None where the output cannot be held, or no supplies say how far to look."""
    rails = supply_rails(standing.drives.circuit)
    if rails is None or standing.nulled is None:
        return None
    low, high = _own_rails(standing) if standing.apart else np.repeat(rails, standing.count).reshape(2, -1)
    return Extent(standing, (low, high))


def _own_rails(standing: Standing) -> Array:
    """Lowest and highest voltage of the supplies in each lane, ground among them, `[2, lane]`."""
    circuit, point = standing.drives.circuit, standing.points.point
    nodes = [node for name in circuit.ports.supplies for node in circuit.instances[name].nodes[:2]]
    volts = np.array([np.zeros(standing.count), *(point.voltage(node) for node in nodes)])
    return np.array([volts.min(axis=0), volts.max(axis=0)])


def _slope(points: Points) -> Array:
    matrix, _ = points.mode_gains(_AT_REST)
    return np.asarray(matrix[:, 0, DIFFERENTIAL, DIFFERENTIAL].real)


def _gain(points: Points) -> Array:
    return np.abs(_slope(points))
