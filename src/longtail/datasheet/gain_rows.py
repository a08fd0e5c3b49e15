"""The rows of a datasheet that come from mode gains: gains, rejection and bandwidth, under one condition or many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail.contract.output import Output
from longtail.datasheet.rows import Row
from longtail.driven.bands import known
from longtail.driven.mode_gains import PLACES, ModeMatrix
from longtail.merits.gains import signed
from longtail.merits.merit import Merit, Seen
from longtail.merits.reasons import NO_GAIN, UNKNOWN, Inquiry, Reason
from longtail.merits.registry import MERITS
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.units import format_si

Array = NDArray[np.float64]
# symbol, parameter, conditions, values `[condition]`, unit, and why the typical value is missing, if it is
MakeRow = Callable[[str, str, str, Array, str, str], Row]

UNSTABLE = "unstable operating point"


@dataclass(frozen=True, eq=False)
class GainRows:
    """Gains of the headline frequency, rejections there and at `others`, and the corners of the bands.

    The typical condition is the first. `seen` has the gains at the headline frequency, and the bands. `bias` says in
    words where the amplifier is biased, `absent` why a corner is not there that was looked for, `inquiry` why gains
    are zero, and `unstable` `[condition]` where no bandwidth means anything.
    """

    row: MakeRow
    seen: Seen
    others: Sequence[ModeMatrix]
    bias: str
    absent: str
    inquiry: Inquiry
    unstable: NDArray[np.bool_]

    def __iter__(self) -> Iterator[Row]:
        yield from self._gains()
        parameter = f"rejection {Output(self.seen.spot.output).rejection}"
        for spot in (self.seen.spot, *self.others):
            values = MERITS["cmrr_db"].of(replace(self.seen, headline=spot))
            why = self._why(np.isposinf(values), spot, DIFFERENTIAL, COMMON)
            yield rejection_row(self.row, parameter, self.at(spot), values, why)
        yield from replace(self, row=steady(self.row, self.unstable))._corners()

    def at(self, spot: ModeMatrix) -> str:
        """The conditions at a frequency."""
        return f"f = {format_si(spot.frequency_hz[0].item(), 'Hz')}, {self.bias}"

    def _gains(self) -> Iterator[Row]:
        for name in self.seen.spot.names:
            yield self._gain(MERITS[name])

    def _gain(self, merit: Merit) -> Row:
        """A gain of the headline frequency in V/V, its sign that of its real part."""
        spot = self.seen.spot
        symbol, parameter, at = merit.written(spot.single_ended), merit.parameter, self.at(spot)
        values = signed(merit.of(replace(self.seen, gains=spot))[:, 0], spot.floor[:, 0])
        row = self.row(symbol, parameter, at, values, "V/V", "no operating point")
        out, into = PLACES[merit.name]
        why = self._why(values == 0.0, spot, 0 if spot.single_ended else out, into)
        if why is not None and not np.nan_to_num(values).any():
            return Row(symbol, parameter, at, None, "V/V", why.gain, missing=row.missing, reason=why)
        typical = values[0].item()
        if typical == 0.0 and why is not None:
            return with_remark(replace(row, reason=why), why.gain)
        return with_remark(row, f"{20.0 * np.log10(abs(typical)):.1f} dB")

    def _why(self, zero: NDArray[np.bool_], spot: ModeMatrix, out: int, into: int) -> Reason | None:
        """The reason for a gain that is `zero` `[condition]` at a frequency."""
        return self.inquiry.first(zero[:, None], spot.frequency_hz, out, into)

    def _corners(self) -> Iterator[Row]:
        """f_3dB of a low-pass, f_L and f_H of what does not pass 0 Hz, and f_T where the gain is above one."""
        bands = self.seen.band
        if np.isnan(bands.reference[0]):
            return
        bandwidth, low, unity = (MERITS[name] for name in ("bandwidth_hz", "low_corner_hz", "unity_gain_hz"))
        if bands.low_pass[0]:
            corners = [bandwidth]
        else:
            corners = [low, replace(bandwidth, symbol="f_H", parameter="upper corner of the differential gain")]
        if not np.isnan(bands.unity_hz[0]):
            corners.append(unity)
        for merit in corners:
            values = known(merit.of(self.seen))
            yield self.row(merit.symbol, merit.parameter, self.bias, values, merit.unit, self.absent)


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
