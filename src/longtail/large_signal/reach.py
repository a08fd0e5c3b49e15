"""How far an amplifier reaches from its operating point, in the plane of output and common-mode voltage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.driven.levels import LevelSweep
from longtail.driven.points import Points
from longtail.driven.port_maps import rejection_db
from longtail.lanes.status import LaneStatus
from longtail.large_signal.march import Mask, Rows, march
from longtail.large_signal.transistors import amplifying, is_cut_off, region
from longtail.modes import COMMON, DIFFERENTIAL

Array = NDArray[np.float64]

REGION, GAIN, CMRR, REJECTS = "region", "gain", "cmrr", "rejects"  # what has to hold: see `Search.within`
_OVERDRIVE = 0.02  # of the input difference that takes the output to its last place


@dataclass(frozen=True, slots=True)
class RangeEnd:
    """An end of a range: the last level in V within it, and what ends it.

    `device` is the transistor that leaves its amplifying region, None where it is none; `reason` says it in words.
    """

    volts: float
    device: str | None
    reason: str


@dataclass(frozen=True, eq=False)
class Search:
    """The plane of output and common-mode voltage about an operating point, and what holds in it."""

    sweep: LevelSweep
    center: Array  # (v_out, v_cm), V
    corners: Array  # [low or high, (v_out, v_cm)], V: where the search ends
    frequency_hz: float
    losses_db: dict[str, float]

    @cached_property
    def working(self) -> list[str]:
        """The transistors that amplify at the operating point."""
        return [name for name, there in amplifying(self.sweep.center.point).items() if there[0]]

    @cached_property
    def nominal(self) -> dict[str, float]:
        """Gain and rejection in dB at the operating point."""
        return {name: values[0].item() for name, values in self.decibels(self.sweep.center).items()}

    def decibels(self, points: Points) -> dict[str, Array]:
        """Gain and rejection in dB, `[lane]`; the rejection is infinite where symmetry leaves no figure."""
        matrix, floor = points.mode_gains(np.array([self.frequency_hz]))
        wanted, unwanted = (np.abs(matrix[:, 0, DIFFERENTIAL, mode]) for mode in (DIFFERENTIAL, COMMON))
        with np.errstate(divide="ignore"):
            gain = 20.0 * np.log10(wanted)
        return {GAIN: gain, CMRR: rejection_db(wanted, unwanted, floor[:, 0])}

    def at(self, directions: Array, shares: Array, near: Array) -> Points:
        """Operating points at shares of the way along directions `[lane, (v_out, v_cm)]` to the end of the search."""
        places = self.center + directions * shares[:, None]
        return self.sweep.at(v_ic=places[:, 1], target=places[:, 0], near=near)

    def within(self, points: Points, wanted: Mask, regions_first: Mask) -> dict[str, Mask]:
        """Which lanes fulfil each criterion; gains only of those that are `wanted`, and of those `regions_first` only
        where the transistors do.

        A transistor that has turned off does not count as long as the gain is there: one half of a push-pull stage.
        A circuit that rejects nothing any more (CMRR below 0 dB), such as one without bias that its leakage keeps
        alive, amplifies no difference, whatever gain it has.
        """
        regions = amplifying(points.point)
        saturated, off = np.zeros_like(points.good), np.zeros_like(points.good)
        for name in self.working:
            cut = is_cut_off(points.point, name)
            saturated |= ~regions[name] & ~cut
            off |= cut
        gain, rejection, rejects = np.zeros((3, off.size), bool)
        asked = np.flatnonzero(((wanted & ~(saturated & regions_first)) | (off & ~saturated)) & points.good)
        if asked.size:
            decibels = self.decibels(points.select(asked))
            gain[asked] = decibels[GAIN] >= self.nominal[GAIN] - self.losses_db[GAIN]
            rejection[asked] = decibels[CMRR] >= self.nominal[CMRR] - self.losses_db[CMRR]
            rejects[asked] = decibels[CMRR] >= min(0.0, self.nominal[CMRR] - self.losses_db[CMRR])
        return {REGION: points.good & ~saturated & (~off | gain), GAIN: gain, CMRR: rejection, REJECTS: rejects}

    def reach(
        self, angles: Array, criteria: Sequence[frozenset[str]], tolerance: Array
    ) -> list[tuple[Array, RangeEnd]]:
        """How far each direction goes while its criteria hold: the place (v_out, v_cm) and what lies beyond.

        To within `tolerance` `[direction]` of the way to the end of the search.
        """
        directions = np.array([self._to_border(angle) for angle in angles])
        asked = {name: np.array([name in c for c in criteria]) for name in (REGION, GAIN, CMRR)}
        by_gain = asked[REJECTS] = asked[GAIN] | asked[CMRR]

        def attempt(rows: Rows, shares: Array, near: Array) -> tuple[Mask, Mask, Array]:
            points = self.at(directions[rows], shares, near)
            holds = self.within(points, by_gain[rows], asked[REGION][rows])
            return points.good, np.all([holds[c] | ~asked[c][rows] for c in holds], axis=0), points.state

        start = np.repeat(self.sweep.nominal.solution, len(angles), axis=0)
        tangent = self.sweep.tangent(v_ic=directions[:, 1], target=directions[:, 0])
        edge = march(attempt, start, tangent, tolerance)
        beyond, before = self.at(directions, edge.first, edge.beyond), self.at(directions, edge.last, edge.before)
        beyond.point.status[~edge.solved & (edge.last < 1.0)] = LaneStatus.TOO_MANY_ITERATIONS
        holds = self.within(beyond, by_gain, asked[REGION])
        unsolved = np.flatnonzero(~beyond.good & asked[REGION])
        limits = self._overdriven(before, unsolved) if unsolved.size else {}
        for k in range(len(angles)):
            here = {name: bool(mask[k]) for name, mask in holds.items()}
            limits.setdefault(k, self._limit(k, criteria[k], before, beyond, here))
        places = self.center + directions * edge.last[:, None]
        return [(place, limits[k]) for k, place in enumerate(places)]

    def _to_border(self, angle: float) -> Array:
        """From the center to the border of the search, in the plane where its half widths are one."""
        direction = np.array([np.cos(angle), np.sin(angle)]).round(15)
        room = np.where(direction < 0.0, self.center - self.corners[0], self.corners[1] - self.center)
        return room * direction / np.abs(direction).max()

    def _limit(
        self, k: int, criteria: frozenset[str], before: Points, beyond: Points, holds: dict[str, bool]
    ) -> RangeEnd:
        """What lies beyond the end of direction `k`; `volts` is filled in by the caller."""
        if not beyond.good[k]:
            return RangeEnd(np.nan, None, "no input difference takes the output there")
        if REGION in criteria and not holds[REGION]:
            return self._departed(before, k, beyond, k) or self._lower(GAIN)
        for name in (GAIN, CMRR):
            if name in criteria and not holds[name]:
                return self._lower(name)
        if criteria & {GAIN, CMRR} and not holds[REJECTS]:
            return RangeEnd(np.nan, None, "the CMRR is below 0 dB")
        return RangeEnd(np.nan, None, "the search ends here")

    def _lower(self, name: str) -> RangeEnd:
        words = {GAIN: "the gain is", CMRR: "the CMRR is"}[name]
        return RangeEnd(np.nan, None, f"{words} {self.losses_db[name]:g} dB lower")

    def _departed(self, before: Points, k: int, beyond: Points, j: int) -> RangeEnd | None:
        """The transistor that has left its region from lane `k` to lane `j`, first one that does not just turn off."""
        here, there = amplifying(before.point), amplifying(beyond.point)
        off = {name: bool(is_cut_off(beyond.point, name)[j]) for name in self.working}
        left = [name for name in self.working if not there[name][j] and (here[name][k] or not off[name])]
        left.sort(key=lambda name: (off[name], not here[name][k]))
        return RangeEnd(np.nan, left[0], f"{left[0]} goes into {region(beyond.point, left[0], j)}") if left else None

    def _overdriven(self, before: Points, lanes: Rows) -> dict[int, RangeEnd]:
        """Which transistor gives out where the output goes no farther: that which leaves when the input goes on."""
        points = before.select(lanes).moved(_OVERDRIVE * (before.v_id - self.sweep.center.v_id)[lanes])
        found = {int(k): self._departed(before, int(k), points, j) for j, k in enumerate(lanes) if points.good[j]}
        return {k: limit for k, limit in found.items() if limit}
