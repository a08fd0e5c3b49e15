"""The rows of a datasheet over all its conditions: every figure of every condition comes from lanes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import TEMPERATURE
from longtail.datasheet.asked import beyond, others
from longtail.datasheet.curves import Curves
from longtail.datasheet.gain_rows import GainRows, rejection_row, steady, with_remark
from longtail.datasheet.rows import Row, spread
from longtail.driven.stability import unstable_lanes
from longtail.driven.under_conditions import Standing
from longtail.large_signal.extent import extent
from longtail.merits import impedances
from longtail.merits.frequencies import Asked
from longtail.merits.inputs import BIAS_CURRENT, INPUT_OFFSET, OFFSET_CURRENT, OFFSET_DRIFT
from longtail.merits.merit import Merit
from longtail.merits.noise import INPUT_NOISE, OUTPUT_NOISE, lane_noise
from longtail.merits.poles import LOWEST_POLE
from longtail.merits.ranges import ENDS, LINEAR, LOWEST_REJECTION, over_levels
from longtail.merits.reasons import Inquiry
from longtail.merits.seen import Seen
from longtail.merits.supplies import SUPPLY_POWER, psrr
from longtail.units import format_si

Array = NDArray[np.float64]

NOT_NULLED = "could not be nulled"
NO_SUPPLIES = "no supplies are known"


@dataclass(frozen=True, eq=False)
class Characterization:
    """Figures `[condition]` of an amplifier over a frequency axis; nan where there is none, infinite by symmetry."""

    standing: Standing
    asked: Asked

    @property
    def bias(self) -> str:
        return f"V_CM = {self.standing.v_ic[0]:.4g} V"

    def at(self, frequency_hz: float) -> str:
        """The conditions of a row at a frequency."""
        return f"f = {format_si(frequency_hz, 'Hz')}, {self.bias}"

    def row(self, merit: Merit, conditions: str, values: Array, absent: str) -> Row:
        """A row with its extremes; `absent` says why the typical value is missing, if it is."""
        symbol = merit.written(self.standing.drives.single_ended)
        row = Row(symbol, merit.parameter, conditions, None, merit.unit, merit=merit.name)
        return spread(row, values, self.standing.names, absent)

    def figure(self, merit: Merit, at: str = "", absent: str = "no operating point", seen: Seen | None = None) -> Row:
        """The row of a figure where the amplifier is analyzed, or of what else is `seen`."""
        return self.row(merit, at or self.bias, merit.figures(seen or self.seen), absent)

    @cached_property
    def seen(self) -> Seen:
        """What there is to measure where the amplifier is analyzed."""
        points = self.standing.points
        return Seen(points.point, points.drives, self.asked, self.standing)

    @cached_property
    def nulled(self) -> Seen | None:
        """The same where its output is nulled; None where it cannot be."""
        points = self.standing.at_null()
        return None if points is None else Seen(points.point, points.drives, stands=self.standing)

    @cached_property
    def inquiry(self) -> Inquiry:
        """What tells why gains are zero."""
        return Inquiry(self.standing.drives, self.standing.points.point)

    @cached_property
    def unstable(self) -> NDArray[np.bool_]:
        """Which conditions have a pole in the right half-plane."""
        return unstable_lanes(self.standing.points.point)

    @cached_property
    def has_ranges(self) -> bool:
        return extent(self.standing) is not None

    @property
    def headline(self) -> float:
        """The frequency in Hz at which figures are given that have no other: mid-band of the typical condition."""
        return self.seen.frequencies.headline_hz

    def curves(self, full: bool) -> Curves:
        """What a report draws under every condition; noise and levels where all is asked for."""
        gains = self.seen.response
        found = Curves(self.standing.names, gains.frequency_hz, gains.matrix, gains.floor)
        if full and self.asked.positive.size:
            noise = self.seen.once(lane_noise)
            found = replace(found, noise_hz=noise.frequency_hz, noise=_finite(noise.density))
        if full and self.has_ranges:
            levels, values = self.seen.at(self.headline).once(over_levels)
            found = replace(found, v_cm=levels, rejection_db=_finite(values), headline_hz=self.headline)
        return found

    def basic(self) -> Iterator[Row]:
        """Offset, power, gains, rejection and bandwidth."""
        yield self._offset()
        yield self._power()
        rejections = others(self.asked, self.headline)
        absent = beyond(self.asked, self.seen.search)
        yield from GainRows(self.row, self.seen, rejections, self.bias, absent, self.inquiry, self.unstable)

    def asked_for(self) -> Iterator[Row]:
        """Supply rejection and noise at the frequencies that were asked for."""
        yield from self._supplies(self.asked.at)
        for f in self.asked.at:
            yield self._noise_density(f)

    def more(self) -> Iterator[Row]:
        """Drift and bias currents, ranges, impedances, supply rejection, noise, poles."""
        yield from self._inputs()
        yield from self._ranges()
        yield from self._impedances()
        yield from self._supplies((self.headline, *self.asked.at))
        yield from self._noise()
        yield self._poles()

    def _offset(self) -> Row:
        if self.nulled is None:
            return self.row(INPUT_OFFSET, self.bias, np.full(self.standing.count, np.nan), NOT_NULLED)
        return self.figure(INPUT_OFFSET, absent=NOT_NULLED, seen=self.nulled)

    def _power(self) -> Row:
        known = self.standing.drives.circuit.ports.supplies
        return self.figure(SUPPLY_POWER) if known else unknown(SUPPLY_POWER, self.bias, NO_SUPPLIES)

    def _inputs(self) -> Iterator[Row]:
        if self.nulled is not None:
            own = self.standing.values[TEMPERATURE]
            at = f"T = {own[0]:.4g} °C, {self.bias}" if (own == own[0]).all() else self.bias
            yield self.figure(OFFSET_DRIFT, at, NOT_NULLED, self.nulled)
        for merit in (BIAS_CURRENT, OFFSET_CURRENT):
            yield self.figure(merit, seen=self.nulled)

    def _ranges(self) -> Iterator[Row]:
        if not self.has_ranges:
            return
        for merit in ENDS:
            yield self.figure(merit, absent="no range")
        yield self.figure(LINEAR, absent="not found")
        levels = np.atleast_2d(self.seen.at(self.headline).once(over_levels)[0])[0]
        at = f"f = {format_si(self.headline, 'Hz')}, V_CM = {levels[0]:.3g} to {levels[-1]:.3g} V"
        yield rejection_row(self.row, replace(LOWEST_REJECTION, symbol="CMRR"), at, self.seen, self.inquiry)

    def _impedances(self) -> Iterator[Row]:
        for merit in impedances.of_output(self.standing.drives.single_ended):
            row = self.figure(merit, self.at(self.headline))
            yield with_remark(row, "no current flows") if np.isinf(merit.figures(self.seen)[0]) else row

    def _supplies(self, frequency_hz: Sequence[float]) -> Iterator[Row]:
        for name in self.standing.drives.circuit.ports.supplies:
            for f in frequency_hz:
                yield rejection_row(self.row, psrr(name).at(f), self.at(f), self.seen, self.inquiry)

    def _noise_density(self, frequency_hz: float) -> Row:
        merit, no_gain = INPUT_NOISE.at(frequency_hz), "no gain to refer it by"
        row = self.figure(merit, self.at(frequency_hz), no_gain)
        return with_remark(row, no_gain) if np.isinf(merit.figures(self.seen)[0]) else row

    def _noise(self) -> Iterator[Row]:
        if not self.asked.positive.size:
            return
        for f in dict.fromkeys((self.seen.frequencies.noise_hz, *self.asked.at)):
            yield self._noise_density(f)
        low, high = self.seen.frequencies.noise_band
        if low < high:
            yield self.figure(OUTPUT_NOISE, f"{format_si(low, 'Hz')} to {format_si(high, 'Hz')}, {self.bias}")

    def _poles(self) -> Row:
        values = LOWEST_POLE.figures(self.seen)
        return steady(self.row, self.unstable)(LOWEST_POLE, self.bias, values, "no poles")


def unknown(merit: Merit, bias: str, why: str) -> Row:
    """The row of a figure that there is not."""
    return Row(merit.symbol, merit.parameter, bias, None, merit.unit, why, merit=merit.name)


def _finite(values: Array) -> Array:
    """The values that can be drawn, nan for all others."""
    return np.where(np.isfinite(values), values, np.nan)


def no_point(standing: Standing) -> Sequence[str]:
    """The conditions under which no operating point was found."""
    return [name for name, good in zip(standing.names, standing.points.good, strict=True) if not good]
