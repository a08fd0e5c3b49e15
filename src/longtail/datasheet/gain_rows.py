"""The rows of a datasheet that come from mode gains: gains, rejection and bandwidth, under one condition or many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail.contract.output import Output
from longtail.datasheet.rows import Row
from longtail.driven.bands import known
from longtail.driven.mode_gains import PLACES
from longtail.merits.gains import BANDWIDTH, HIGH_CORNER, LOW_CORNER, OVER_FREQUENCY, REJECTION, UNITY_GAIN, signed
from longtail.merits.merit import GainMerit, Merit, SpotMerit
from longtail.merits.reasons import NO_GAIN, UNKNOWN, Inquiry
from longtail.merits.seen import Seen, Spot
from longtail.units import format_si

Array = NDArray[np.float64]
# a merit, conditions, values `[condition]`, and why the typical value is missing, if it is
MakeRow = Callable[[Merit, str, Array, str], Row]

UNSTABLE = "unstable operating point"


@dataclass(frozen=True, eq=False)
class GainRows:
    """Gains of the headline frequency, rejections there and at `others`, and the corners of the bands.

    The typical condition is the first. `bias` says in words where the amplifier is biased, `absent` why a corner is
    not there that was looked for, `inquiry` why gains are zero, and `unstable` `[condition]` where no bandwidth means
    anything.
    """

    row: MakeRow
    seen: Seen
    others: Sequence[float]
    bias: str
    absent: str
    inquiry: Inquiry
    unstable: NDArray[np.bool_]

    def __iter__(self) -> Iterator[Row]:
        headline = self.seen.frequencies.headline_hz
        for merit in OVER_FREQUENCY:
            if merit.name in self.seen.at(headline).gains.names:
                yield self._gain(merit, self.seen.at(headline))
        rejection = replace(REJECTION, parameter=f"rejection {Output(self.seen.driven.output).rejection}")
        for f in (headline, *self.others):
            yield rejection_row(self.row, rejection.at(f), self.at(f), self.seen, self.inquiry)
        yield from replace(self, row=steady(self.row, self.unstable))._corners()

    def at(self, frequency_hz: float) -> str:
        """The conditions at a frequency."""
        return f"f = {format_si(frequency_hz, 'Hz')}, {self.bias}"

    def _gain(self, merit: GainMerit, spot: Spot) -> Row:
        """A gain of the headline frequency in V/V, its sign that of its real part."""
        gains, at = spot.gains, self.at(spot.frequency_hz)
        values = signed(merit.of(gains)[:, 0], gains.floor[:, 0])
        row = replace(self.row(merit, at, values, "no operating point"), merit=f"{merit.name}_db")
        out, into = PLACES[merit.name]
        out = 0 if gains.single_ended else out
        why = self.inquiry.first((values == 0.0)[:, None], gains.frequency_hz, out, into)
        if why is not None and not np.nan_to_num(values).any():
            silent = Row(row.symbol, row.parameter, at, None, row.unit, why.gain, missing=row.missing, reason=why)
            return replace(silent, merit=row.merit)
        typical = values[0].item()
        if typical == 0.0 and why is not None:
            return with_remark(replace(row, reason=why), why.gain)
        return with_remark(row, f"{20.0 * np.log10(abs(typical)):.1f} dB")

    def _corners(self) -> Iterator[Row]:
        """f_3dB of a low-pass, f_L and f_H of what does not pass 0 Hz, and f_T where the gain is above one."""
        bands = self.seen.bands
        if np.isnan(bands.reference[0]):
            return
        corners = [BANDWIDTH] if bands.low_pass[0] else [LOW_CORNER, HIGH_CORNER]
        if not np.isnan(bands.unity_hz[0]):
            corners.append(UNITY_GAIN)
        for merit in corners:
            yield self.row(merit, self.bias, known(merit.figures(self.seen)), self.absent)


def rejection_row(make: MakeRow, merit: SpotMerit, at: str, seen: Seen, inquiry: Inquiry) -> Row:
    """A row of a rejection in dB, with what is to be said where it is infinite."""
    values, frequency_hz = merit.figures(seen), merit.frequency_hz(lambda: seen.frequencies)
    row = make(merit, at, values, "no operating point")
    assert merit.unwanted is not None
    why = inquiry.first(np.isposinf(values)[:, None], np.array([frequency_hz]), *merit.unwanted)
    if np.isneginf(values[0]):
        return with_remark(row, NO_GAIN)
    if np.isposinf(values[0]):
        why = why or UNKNOWN
        return with_remark(replace(row, reason=why), why.rejection)
    return row


def steady(make: MakeRow, unstable: NDArray[np.bool_]) -> MakeRow:
    """What makes rows of values that unstable conditions do not have."""

    def made(merit: Merit, at: str, values: Array, absent: str) -> Row:
        withheld = np.where(unstable, np.nan, values)
        return make(merit, at, withheld, UNSTABLE if unstable[0] else absent)

    return made


def with_remark(row: Row, remark: str) -> Row:
    """The row with a remark where it has none."""
    return replace(row, remark=row.remark or remark)
