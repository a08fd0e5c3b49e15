"""How far an amplifier reaches from its operating point, in the plane of output and common-mode voltage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.dc_sweep import Points, Sweep
from longtail.analyses.edges import narrow
from longtail.analyses.regions import amplifying, is_cut_off, region
from longtail.modes import COMMON, DIFFERENTIAL

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

REGION, GAIN, CMRR = "region", "gain", "cmrr"  # what has to hold: see `Search.within`


@dataclass(frozen=True, slots=True)
class Limit:
    """An end of a range: the last level in V within it, and what ends it.

    `device` is the transistor that leaves its amplifying region, None where it is none; `reason` says it in words.
    """

    volts: float
    device: str | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        return {"volts": self.volts, "device": self.device, "reason": self.reason}


@dataclass(frozen=True, eq=False)
class Search:
    """The plane of output and common-mode voltage about an operating point, and what holds in it."""

    sweep: Sweep
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
            rejection = np.where(unwanted > floor[:, 0], gain - 20.0 * np.log10(unwanted), np.inf)
        return {GAIN: gain, CMRR: rejection}

    def at(self, directions: Array, shares: Array) -> Points:
        """Operating points at shares of the way along directions `[lane, (v_out, v_cm)]` to the end of the search."""
        places = self.center + directions * shares[:, None]
        return self.sweep.at(v_ic=places[:, 1], target=places[:, 0])

    def within(self, points: Points, wanted: Mask) -> dict[str, Mask]:
        """Which lanes fulfil each criterion; gains only of those that are `wanted`.

        A transistor that has turned off does not count as long as the gain is there: one half of a push-pull stage.
        """
        regions = amplifying(points.point)
        saturated, off = np.zeros_like(points.good), np.zeros_like(points.good)
        for name in self.working:
            cut = is_cut_off(points.point, name)
            saturated |= ~regions[name] & ~cut
            off |= cut
        gain, rejection = np.zeros_like(off), np.zeros_like(off)
        asked = np.flatnonzero((wanted | (off & ~saturated)) & points.good)
        if asked.size:
            decibels = self.decibels(points.select(asked))
            gain[asked] = decibels[GAIN] >= self.nominal[GAIN] - self.losses_db[GAIN]
            rejection[asked] = decibels[CMRR] >= self.nominal[CMRR] - self.losses_db[CMRR]
        return {REGION: points.good & ~saturated & (~off | gain), GAIN: gain, CMRR: rejection}

    def reach(
        self, angles: Array, criteria: Sequence[frozenset[str]], effort: tuple[int, int]
    ) -> list[tuple[Array, Limit]]:
        """How far each direction goes while its criteria hold: the place (v_out, v_cm) and what lies beyond."""
        directions = np.array([self._to_border(angle) for angle in angles])
        by_gain = np.array([bool(c & {GAIN, CMRR}) for c in criteria])
        rounds, parts = effort

        def inside(shares: Array) -> Mask:
            lanes = np.repeat(np.arange(len(angles)), shares.shape[1])
            points = self.at(directions[lanes], shares.ravel())
            holds = self.within(points, by_gain[lanes])
            rows = [
                np.all([holds[c].reshape(shares.shape)[k] for c in criteria[k]], axis=0) for k in range(len(angles))
            ]
            return np.array(rows)

        last, first = narrow(inside, np.zeros(len(angles)), np.ones(len(angles)), rounds, parts)
        beyond = self.at(directions, first)
        holds = self.within(beyond, by_gain)
        before = self.at(directions, last)
        places = self.center + directions * last[:, None]
        return [
            (places[k], self._limit(k, criteria[k], beyond, before, {c: m[k] for c, m in holds.items()}))
            for k in range(len(angles))
        ]

    def _to_border(self, angle: float) -> Array:
        """From the center to the border of the search, in the plane where its half widths are one."""
        direction = np.array([np.cos(angle), np.sin(angle)]).round(15)
        room = np.where(direction < 0.0, self.center - self.corners[0], self.corners[1] - self.center)
        return room * direction / np.abs(direction).max()

    def _limit(
        self, k: int, criteria: frozenset[str], beyond: Points, before: Points, holds: dict[str, np.bool_]
    ) -> Limit:
        """What lies beyond the end of direction `k`; `volts` is filled in by the caller."""
        if not beyond.good[k]:
            return Limit(np.nan, None, "no input difference takes the output there")
        if REGION in criteria and not holds[REGION]:
            there, here = amplifying(beyond.point), amplifying(before.point)
            left = [name for name in self.working if not there[name][k]]
            left.sort(key=lambda name: (bool(is_cut_off(beyond.point, name)[k]), not here[name][k]))
            name = left[0]
            return Limit(np.nan, name, f"{name} goes into {region(beyond.point, name, k)}")
        for name, words in ((GAIN, "the gain is"), (CMRR, "the CMRR is")):
            if name in criteria and not holds[name]:
                return Limit(np.nan, None, f"{words} {self.losses_db[name]:g} dB lower")
        return Limit(np.nan, None, "the search ends here")
