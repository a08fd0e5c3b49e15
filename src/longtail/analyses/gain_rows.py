"""The rows of a datasheet that come from mode gains: gains, rejection and bandwidth, under one condition or many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.bands import Bands, known
from longtail.analyses.port_maps import rejection_db
from longtail.analyses.rows import Row
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.units import format_si

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
# symbol, parameter, conditions, values `[condition]`, unit, and why the typical value is missing, if it is
MakeRow = Callable[[str, str, str, Array, str, str], Row]

SYMMETRY = "limited by symmetry: only mismatch gives a figure"
NO_GAIN = "no gain to reject by"


@dataclass(frozen=True, eq=False)
class Spot:
    """Mode matrices `[condition, out_mode, in_mode]` at one frequency and their rounding `[condition]`, V/V."""

    frequency_hz: float
    matrix: Complex
    floor: Array

    @property
    def rejection_db(self) -> Array:
        """`[condition]`, see `rejection`."""
        return rejection(self.matrix, self.floor)


@dataclass(frozen=True, eq=False)
class GainRows:
    """Gains of the `headline` frequency, rejections there and at `others`, and the corners of the bands.

    The typical condition is the first. `bias` says in words where the amplifier is biased, `absent` why a corner is
    not there that was looked for.
    """

    row: MakeRow
    headline: Spot
    others: Sequence[Spot]
    bands: Bands
    bias: str
    absent: str

    def __iter__(self) -> Iterator[Row]:
        yield from self._gains()
        for spot in (self.headline, *self.others):
            yield rejection_row(self.row, f"rejection {self._ratio}", self.at(spot), spot.rejection_db)
        yield from self._corners()

    def at(self, spot: Spot) -> str:
        """The conditions at a frequency."""
        return f"f = {format_si(spot.frequency_hz, 'Hz')}, {self.bias}"

    @property
    def _single(self) -> bool:
        return self.headline.matrix.shape[1] == 1

    @property
    def _ratio(self) -> str:
        return "|A_d/A_cm|" if self._single else "|A_dd/A_c→d|"

    def _gains(self) -> Iterator[Row]:
        matrix, single = self.headline.matrix, self._single
        yield self._gain("A_d" if single else "A_dd", "differential gain", matrix[:, DIFFERENTIAL, DIFFERENTIAL])
        yield self._gain("A_cm" if single else "A_cc", "common-mode gain", matrix[:, -1, COMMON])
        if not single:
            yield self._gain("A_c→d", "common to differential", matrix[:, DIFFERENTIAL, COMMON])
            yield self._gain("A_d→c", "differential to common", matrix[:, COMMON, DIFFERENTIAL])

    def _gain(self, symbol: str, parameter: str, gain: Complex) -> Row:
        size, at = np.abs(gain), self.at(self.headline)
        values = np.where(size <= self.headline.floor, 0.0, np.where(gain.real < 0.0, -size, size))
        row = self.row(symbol, parameter, at, values, "V/V", "no operating point")
        if not np.nan_to_num(values).any():
            return Row(symbol, parameter, at, None, "V/V", "zero by symmetry", missing=row.missing)
        typical = values[0].item()
        return with_remark(row, "zero by symmetry" if typical == 0.0 else f"{20.0 * np.log10(abs(typical)):.1f} dB")

    def _corners(self) -> Iterator[Row]:
        """f_3dB of a low-pass, f_L and f_H of what does not pass 0 Hz, and f_T where the gain is above one."""
        bands = self.bands
        if np.isnan(bands.reference[0]):
            return
        if bands.low_pass[0]:
            corners = [("f_3dB", "bandwidth of the differential gain", bands.high_hz)]
        else:
            corners = [
                ("f_L", "lower corner of the differential gain", bands.low_hz),
                ("f_H", "upper corner of the differential gain", bands.high_hz),
            ]
        if not np.isnan(bands.unity_hz[0]):
            corners.append(("f_T", "unity differential gain", bands.unity_hz))
        for symbol, name, values in corners:
            yield self.row(symbol, name, self.bias, known(values), "Hz", self.absent)


def rejection(matrix: Complex, floor: Array) -> Array:
    """abs(A_dd/A_c→d) or abs(A_d/A_cm) in dB `[lane, frequency]`, see `rejection_db`; nan without solution."""
    return rejection_db(matrix[..., DIFFERENTIAL, DIFFERENTIAL], matrix[..., DIFFERENTIAL, COMMON], floor)


def rejection_row(make: MakeRow, name: str, at: str, values: Array) -> Row:
    """A row of rejections in dB, `[condition]`."""
    row = make("CMRR", name, at, values, "dB", "no operating point")
    return with_remark(row, no_figure(values[0])) if np.isinf(values[0]) else row


def no_figure(decibels: float) -> str:
    """Why a rejection is infinite."""
    return SYMMETRY if decibels > 0.0 else NO_GAIN


def with_remark(row: Row, remark: str) -> Row:
    """The row with a remark where it has none."""
    return replace(row, remark=row.remark or remark)
