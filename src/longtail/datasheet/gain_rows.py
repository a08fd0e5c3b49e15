"""The rows of a datasheet that come from mode gains: gains, rejection and bandwidth, under one condition or many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail.datasheet.rows import Row
from longtail.driven.bands import Bands, known
from longtail.driven.port_maps import rejection_db
from longtail.merits.reasons import NO_GAIN, UNKNOWN, Inquiry, Reason
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.units import format_si

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
# symbol, parameter, conditions, values `[condition]`, unit, and why the typical value is missing, if it is
MakeRow = Callable[[str, str, str, Array, str, str], Row]

UNSTABLE = "unstable operating point"


SINGLE_ENDED = {"A_d": ("differential gain", 0, DIFFERENTIAL), "A_cm": ("common-mode gain", 0, COMMON)}
DIFFERENTIAL_OUTPUT = {  # parameter, output mode, input mode
    "A_dd": ("differential gain", DIFFERENTIAL, DIFFERENTIAL),
    "A_cc": ("common-mode gain", COMMON, COMMON),
    "A_c→d": ("common to differential", DIFFERENTIAL, COMMON),
    "A_d→c": ("differential to common", COMMON, DIFFERENTIAL),
}


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
    not there that was looked for, `inquiry` why gains are zero, and `unstable` `[condition]` where no bandwidth means
    anything.
    """

    row: MakeRow
    headline: Spot
    others: Sequence[Spot]
    bands: Bands
    bias: str
    absent: str
    inquiry: Inquiry
    unstable: NDArray[np.bool_]

    def __iter__(self) -> Iterator[Row]:
        yield from self._gains()
        for spot in (self.headline, *self.others):
            values = spot.rejection_db
            why = self._why(np.isposinf(values), spot, DIFFERENTIAL, COMMON)
            yield rejection_row(self.row, f"rejection {self._ratio}", self.at(spot), values, why)
        yield from replace(self, row=steady(self.row, self.unstable))._corners()

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
        symbols = SINGLE_ENDED if self._single else DIFFERENTIAL_OUTPUT
        for symbol, (parameter, out, into) in symbols.items():
            yield self._gain(symbol, parameter, out, into)

    def _gain(self, symbol: str, parameter: str, out: int, into: int) -> Row:
        spot, at = self.headline, self.at(self.headline)
        gain = spot.matrix[:, out, into]
        size = np.abs(gain)
        zero = size <= spot.floor
        values = np.where(zero, 0.0, np.where(gain.real < 0.0, -size, size))
        row = self.row(symbol, parameter, at, values, "V/V", "no operating point")
        why = self._why(zero, spot, out, into)
        if why is not None and not np.nan_to_num(values).any():
            return Row(symbol, parameter, at, None, "V/V", why.gain, missing=row.missing, reason=why)
        typical = values[0].item()
        if typical == 0.0 and why is not None:
            return with_remark(replace(row, reason=why), why.gain)
        return with_remark(row, f"{20.0 * np.log10(abs(typical)):.1f} dB")

    def _why(self, zero: NDArray[np.bool_], spot: Spot, out: int, into: int) -> Reason | None:
        """The reason for a gain that is `zero` `[condition]` at a frequency."""
        return self.inquiry.first(zero[:, None], np.array([spot.frequency_hz]), out, into)

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


def rejection_row(make: MakeRow, name: str, at: str, values: Array, why: Reason | None) -> Row:
    """A row of rejections in dB, `[condition]`; `why` the unwanted gain is zero, where it is."""
    return figureless(make("CMRR", name, at, values, "dB", "no operating point"), values, why)


def figureless(row: Row, values: Array, why: Reason | None) -> Row:
    """The row of a rejection with what is to be said where it is infinite, and None else."""
    if np.isneginf(values[0]):
        return with_remark(row, NO_GAIN)
    if np.isposinf(values[0]):
        why = why or UNKNOWN
        return with_remark(replace(row, reason=why), why.rejection)
    return row


def steady(make: MakeRow, unstable: NDArray[np.bool_]) -> MakeRow:
    """What makes rows of values that unstable conditions do not have."""

    def made(symbol: str, parameter: str, at: str, values: Array, unit: str, absent: str) -> Row:
        withheld = np.where(unstable, np.nan, values)
        return make(symbol, parameter, at, withheld, unit, UNSTABLE if unstable[0] else absent)

    return made


def with_remark(row: Row, remark: str) -> Row:
    """The row with a remark where it has none."""
    return replace(row, remark=row.remark or remark)
