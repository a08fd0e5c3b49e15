"""The rows of a datasheet over all its conditions: every figure of every condition comes from lanes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.datasheet.asked import Asked
from longtail.datasheet.curves import Curves
from longtail.datasheet.gain_rows import GainRows, figureless, rejection_row, steady, with_remark
from longtail.datasheet.rows import Row, spread
from longtail.driven.band_search import allowed_error, model_bands, pass_band
from longtail.driven.bands import Bands
from longtail.driven.mode_gains import ModeMatrix
from longtail.driven.noise_spectra import Spectra, spectra
from longtail.driven.points import Points
from longtail.driven.stability import unstable_lanes
from longtail.driven.under_conditions import Standing
from longtail.engine.equations.views import TEMPERATURE
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.small_signal.pencil import slowest
from longtail.large_signal.extent import Extent, extent
from longtail.merits.gains import sampled
from longtail.merits.impedances import port_impedances
from longtail.merits.inputs import BIAS_CURRENT, INPUT_OFFSET, OFFSET_CURRENT, offset_drift, offsets, seen_at
from longtail.merits.merit import Merit, Seen
from longtail.merits.noise import input_density, output_rms
from longtail.merits.ranges import lowest, rejection_over_levels
from longtail.merits.reasons import Inquiry
from longtail.merits.supplies import SUPPLY_POWER, supply_gains, supply_rejection
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.units import format_si

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

LEVELS = 25  # common-mode levels between the ends of the range, for the lowest rejection
NOISE_HZ = 1e3  # the frequency of the noise density that is printed
_WITHIN = 41  # frequencies in the band that noise is integrated over, at the least
NOT_NULLED = "could not be nulled"
NO_SUPPLIES = "no supplies are known"


@dataclass(frozen=True, eq=False)
class Characterization:
    """Figures `[condition]` of an amplifier over a frequency axis; nan where there is none, infinite by symmetry."""

    standing: Standing
    asked: Asked

    @property
    def frequency_hz(self) -> Array:
        return self.asked.frequency_hz

    @property
    def single_ended(self) -> bool:
        return self.standing.drives.single_ended

    @property
    def bias(self) -> str:
        return f"V_CM = {self.standing.v_ic[0]:.4g} V"

    def at(self, frequency_hz: float) -> str:
        """The conditions of a row at a frequency."""
        return f"f = {format_si(frequency_hz, 'Hz')}, {self.bias}"

    def row(self, symbol: str, parameter: str, conditions: str, values: Array, unit: str, absent: str) -> Row:
        """A row with its extremes; `absent` says why the typical value is missing, if it is."""
        return spread(Row(symbol, parameter, conditions, None, unit), values, self.standing.names, absent)

    @cached_property
    def gains(self) -> tuple[Complex, Array]:
        """Mode matrices `[condition, frequency, out_mode, in_mode]` and their rounding."""
        return self.standing.points.mode_gains(self.frequency_hz)

    def figure(self, merit: Merit, seen: Seen) -> Row:
        """The row of a figure of operating points."""
        absent = "no operating point"
        return self.row(merit.symbol, merit.parameter, self.bias, merit.figures(seen), merit.unit, absent)

    @cached_property
    def seen(self) -> Seen:
        """What there is to measure where the amplifier is analyzed."""
        return replace(seen_at(self.standing.points), headline=self.spot(self.headline), bands=self.bands)

    def spot(self, frequency_hz: float) -> ModeMatrix:
        """The gains at one frequency."""
        return sampled(self.standing.points, np.array([frequency_hz]))

    @cached_property
    def search(self) -> Array:
        """Frequencies at which bands are looked for."""
        return self.asked.search(self.model)

    @cached_property
    def bands(self) -> Bands:
        """The pass band of every condition."""
        standing = self.standing
        found = model_bands(standing.drives, self.model, self.search, allowed_error(standing.count))
        return found.spread(standing.good, standing.count)

    @cached_property
    def headline(self) -> float:
        """The frequency in Hz at which figures are given that have no other: mid-band of the typical condition."""
        return self.asked.headline(self.bands)

    @cached_property
    def model(self) -> Linearization:
        """The linear model of the conditions that have an operating point."""
        standing = self.standing
        return linearize(standing.points.select(standing.good).point)

    @cached_property
    def inquiry(self) -> Inquiry:
        """What tells why gains are zero."""
        return Inquiry(self.standing.drives, self.standing.points.point)

    @cached_property
    def unstable(self) -> NDArray[np.bool_]:
        """Which conditions have a pole in the right half-plane."""
        return unstable_lanes(self.standing.points.point)

    @cached_property
    def extent(self) -> Extent | None:
        return extent(self.standing)

    def curves(self, full: bool) -> Curves:
        """What a report draws under every condition; noise and levels where all is asked for."""
        found = Curves(self.standing.names, self.frequency_hz, *self.gains)
        if full and self.noise is not None:
            found = replace(found, noise_hz=self.noise[0], noise=_finite(self._density))
        if full and self.over_levels is not None:
            levels, values = self.over_levels
            found = replace(found, v_cm=levels, rejection_db=_finite(values), headline_hz=self.headline)
        return found

    def basic(self) -> Iterator[Row]:
        """Offset, power, gains, rejection and bandwidth."""
        yield self._offset()
        yield self._power()
        others = [self.spot(f) for f in self.asked.others(self.headline)]
        absent = self.asked.absent(self.search)
        yield from GainRows(self.row, self.seen, others, self.bias, absent, self.inquiry, self.unstable)

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
        nulled = self.standing.at_null()
        values = np.full(self.standing.count, np.nan)
        if nulled is not None and self.standing.nulled is not None:
            values = offsets(nulled, self.standing.nulled.center)
        return self.row(INPUT_OFFSET.symbol, INPUT_OFFSET.parameter, self.bias, values, INPUT_OFFSET.unit, NOT_NULLED)

    def _power(self) -> Row:
        if not self.standing.drives.circuit.ports.supplies:
            return Row(SUPPLY_POWER.symbol, SUPPLY_POWER.parameter, self.bias, None, SUPPLY_POWER.unit, NO_SUPPLIES)
        return self.figure(SUPPLY_POWER, seen_at(self.standing.points))

    def _inputs(self) -> Iterator[Row]:
        standing = self.standing
        if standing.nulled is not None:
            yield self._drift(standing.nulled.center)
        seen = seen_at(standing.at_null() or standing.points)
        yield self.figure(BIAS_CURRENT, seen)
        yield self.figure(OFFSET_CURRENT, seen)

    def _drift(self, center: Points) -> Row:
        """The slope of the offset, under each condition at its own temperature: a step to either side of it."""
        standing = self.standing
        own = standing.values[TEMPERATURE]
        at = f"T = {own[0]:.4g} °C, {self.bias}" if (own == own[0]).all() else self.bias
        slope = offset_drift(standing, center)
        return self.row("TCV_OS", "drift of the input offset", at, slope, "V/K", NOT_NULLED)

    def _ranges(self) -> Iterator[Row]:
        found = self.extent
        if found is None:
            return
        ends = found.ranges.T
        names = (
            ("V_ICR-", "lowest common-mode input, transistors amplify", self.bias),
            ("V_ICR+", "highest common-mode input, transistors amplify", self.bias),
            ("V_O-", "lowest output, gain within 3 dB", self.bias),
            ("V_O+", "highest output, gain within 3 dB", self.bias),
        )
        for (symbol, name, at), values in zip(names, ends, strict=True):
            yield self.row(symbol, name, at, values, "V", "no range")
        linear = found.linear_range()
        yield self.row("V_lin", "linear input range, to 1 %", self.bias, linear, "V", "not found")
        yield self._lowest_rejection()

    @cached_property
    def over_levels(self) -> tuple[Array, Array] | None:
        """Common-mode levels across the typical range, V, and the rejection there `[condition, level]`, dB.

        The output is nulled at each level if so asked. None where there is no range.
        """
        if self.extent is None:
            return None
        ends = self.extent.ranges[0]
        levels = np.linspace(ends[0], ends[1], LEVELS)
        return levels, rejection_over_levels(self.standing, levels, self.headline)

    def _lowest_rejection(self) -> Row:
        """The lowest rejection at any common-mode level within the typical range."""
        assert self.over_levels is not None
        levels, values = self.over_levels
        least = lowest(values)
        at = f"f = {format_si(self.headline, 'Hz')}, V_CM = {levels[0]:.3g} to {levels[-1]:.3g} V"
        why = self.inquiry.first(np.isposinf(least)[:, None], np.array([self.headline]), DIFFERENTIAL, COMMON)
        return rejection_row(self.row, "lowest rejection over the common-mode range", at, least, why)

    def _impedances(self) -> Iterator[Row]:
        z = port_impedances(self.standing.drives, self.model, self.headline)
        output = ("Z_o", "output impedance") if self.single_ended else ("Z_od", "differential output impedance")
        found = [
            ("Z_id", "differential input impedance", z.differential_input),
            ("Z_ic", "common-mode input impedance", z.common_input),
            (*output, z.differential_output),
            *([] if z.common_output is None else [("Z_oc", "common-mode output impedance", z.common_output)]),
        ]
        for symbol, name, values in found:
            under = self.standing.spread(values)
            row = self.row(symbol, name, self.at(self.headline), under, "ohm", "no operating point")
            yield with_remark(row, "no current flows") if np.isinf(values[0]) else row

    def _supplies(self, frequency_hz: Sequence[float]) -> Iterator[Row]:
        standing = self.standing
        names = standing.drives.circuit.ports.supplies
        if not names or not frequency_hz:
            return
        found = supply_rejection(*supply_gains(standing.drives, self.model, np.array(frequency_hz)))
        for k, name in enumerate(names):
            for f, each in zip(frequency_hz, standing.spread(found[..., k]).T, strict=True):
                symbol, said = f"PSRR({name})", f"rejection of the supply {name}"
                row = self.row(symbol, said, self.at(f), each, "dB", "no operating point")
                why = self.inquiry.first(np.isposinf(each)[:, None], np.array([f]), DIFFERENTIAL, name)
                yield figureless(row, each, why)

    @cached_property
    def noise(self) -> tuple[Array, Spectra] | None:
        """Frequencies, with those that are printed among them, and the noise there; None without any above 0 Hz."""
        f = self.frequency_hz[self.frequency_hz > 0.0]
        if not f.size:
            return None
        low, high = self._noise_band
        inside = f[(f >= low) & (f <= high)]
        within = np.geomspace(low, high, _WITHIN) if low < high and inside.size < _WITHIN else inside
        axis = np.unique(np.concatenate([f, within, [self._noise_hz], self.asked.at]))
        return axis, spectra(self.standing.drives, self.model.operating_point, axis, (low, high))

    @cached_property
    def _noise_band(self) -> tuple[float, float]:
        """What noise is integrated over, Hz: the pass band under typical conditions if no other was asked for."""
        return self.asked.band or pass_band(self.bands, self.frequency_hz)

    @property
    def _noise_hz(self) -> float:
        """Where the density is printed, Hz: mid-band of an amplifier that does not pass 1 kHz for good."""
        low, high = (float(ends[0]) for ends in (self.bands.low_hz, self.bands.high_hz))
        f = self.frequency_hz[self.frequency_hz > 0.0]
        outside = low > 0.0 and not low <= NOISE_HZ <= high
        return float(np.clip(self.headline if outside else NOISE_HZ, f[0], f[-1]))

    @cached_property
    def _density(self) -> Array:
        """Input noise density `[condition, frequency]`, V/rtHz: infinite without gain to refer it by."""
        assert self.noise is not None
        return self.standing.spread(input_density(self.noise[1]))

    def _noise_density(self, frequency_hz: float) -> Row:
        assert self.noise is not None
        k = int(np.searchsorted(self.noise[0], frequency_hz))
        no_gain = "no gain to refer it by"
        row = self.row("e_n", "input noise density", self.at(frequency_hz), self._density[:, k], "V/rtHz", no_gain)
        return with_remark(row, no_gain) if np.isinf(self._density[0, k]) else row

    def _noise(self) -> Iterator[Row]:
        if self.noise is None:
            return
        for f in dict.fromkeys((self._noise_hz, *self.asked.at)):
            yield self._noise_density(f)
        low, high = self._noise_band
        if low < high:
            across = f"{format_si(low, 'Hz')} to {format_si(high, 'Hz')}, {self.bias}"
            rms = self.standing.spread(output_rms(self.noise[1]))
            yield self.row("V_n,out", "output noise, rms", across, rms, "V", "no operating point")

    def _poles(self) -> Row:
        model = self.model
        values = self.standing.spread(slowest(model.conductance, model.capacitance) / (2.0 * np.pi))
        return steady(self.row, self.unstable)("f_p1", "lowest pole", self.bias, values, "Hz", "no poles")


def _finite(values: Array) -> Array:
    """The values that can be drawn, nan for all others."""
    return np.where(np.isfinite(values), values, np.nan)


def no_point(standing: Standing) -> Sequence[str]:
    """The conditions under which no operating point was found."""
    return [name for name, good in zip(standing.names, standing.points.good, strict=True) if not good]
