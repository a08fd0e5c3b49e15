"""The rows of a datasheet that come from mode gains: gains, rejection and bandwidth, under one condition or many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.crossing import crossing
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
class GainRows:
    """Mode matrices `[condition, frequency, out_mode, in_mode]` and their rounding `[condition, frequency]`, V/V, the
    typical condition first; `bias` says in words where the amplifier is biased."""

    row: MakeRow
    frequency_hz: Array
    matrix: Complex
    floor: Array
    bias: str

    def __iter__(self) -> Iterator[Row]:
        yield from self._gains()
        values = rejection(self.matrix, self.floor)
        for k in dict.fromkeys((0, self.frequency_hz.size - 1)):
            yield rejection_row(self.row, f"rejection {self._ratio}", self.at(k), values[:, k])
        yield from self._bandwidth()

    def at(self, k: int) -> str:
        """The conditions at a frequency."""
        return f"f = {format_si(self.frequency_hz[k].item(), 'Hz')}, {self.bias}"

    @property
    def _single(self) -> bool:
        return self.matrix.shape[2] == 1

    @property
    def _ratio(self) -> str:
        return "|A_d/A_cm|" if self._single else "|A_dd/A_c→d|"

    def _gains(self) -> Iterator[Row]:
        first, single = self.matrix[:, 0], self._single
        yield self._gain("A_d" if single else "A_dd", "differential gain", first[:, DIFFERENTIAL, DIFFERENTIAL])
        yield self._gain("A_cm" if single else "A_cc", "common-mode gain", first[:, -1, COMMON])
        if not single:
            yield self._gain("A_c→d", "common to differential", first[:, DIFFERENTIAL, COMMON])
            yield self._gain("A_d→c", "differential to common", first[:, COMMON, DIFFERENTIAL])

    def _gain(self, symbol: str, parameter: str, gain: Complex) -> Row:
        size = np.abs(gain)
        values = np.where(size <= self.floor[:, 0], 0.0, np.where(gain.real < 0.0, -size, size))
        row = self.row(symbol, parameter, self.at(0), values, "V/V", "no operating point")
        if not np.nan_to_num(values).any():
            return Row(symbol, parameter, self.at(0), None, "V/V", "zero by symmetry", missing=row.missing)
        typical = values[0].item()
        return with_remark(row, "zero by symmetry" if typical == 0.0 else f"{20.0 * np.log10(abs(typical)):.1f} dB")

    def _bandwidth(self) -> Iterator[Row]:
        gain = np.abs(self.matrix[:, :, DIFFERENTIAL, DIFFERENTIAL])
        for symbol, name, level in (
            ("f_3dB", "bandwidth of the differential gain", gain[:, 0] / np.sqrt(2.0)),
            ("f_T", "unity differential gain", np.ones(len(gain))),
        ):
            if gain[0, 0] <= self.floor[0, 0] or (symbol == "f_T" and not gain[0, 0] > 1.0):
                continue
            found = [crossing(self.frequency_hz, size, each) for size, each in zip(gain, level, strict=True)]
            values = np.array([np.nan if f is None else f for f in found])
            yield self.row(symbol, name, self.bias, values, "Hz", "beyond the frequency range")


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
