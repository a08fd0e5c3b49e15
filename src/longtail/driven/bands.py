"""The pass band of a gain: where it lies, its corners, and where the gain is one. One finder for all that ask.

The band is where the magnitude is within 3 dB (a factor of sqrt(2)) of the gain in the middle of the band:

1. Around the largest magnitude, walk down and up to where it has fallen by 3 dB. Several humps: the largest, and the
   lowest of those within 0.1 % of it. A ripple of less than 3 dB does not end a band.
2. Mid-band is the geometric mean of these two places, and 0 Hz where the band reaches down to it (a low-pass). So a
   plateau with a peak at one end is measured by its plateau, and an LC tank by its peak.
3. The corners are 3 dB below the gain at mid-band: f_L, none of a low-pass, and f_H, which of a low-pass is f_3dB.

A low-pass may peak by more than 3 dB before it falls, as a follower with little phase margin does; its band still
begins at 0 Hz, and its gain is that at 0 Hz. It is told from a tuned amplifier, which passes something at 0 Hz too, by
what a resonance of quality Q = f_m/(f_H - f_L) makes of that: Q of a low-pass, Q^2 of a tank with resistance in its
coil. Below 1.5 + Q^1.5 it is a low-pass, unless the gain falls by 3 dB on the way from 0 Hz to the peak.

f_T is the highest frequency above the band at which the magnitude falls through one; a gain that is not above one has
none. Where the search ends before a corner, the corner is infinite; where the gain still rises at the end, the whole
band lies beyond.

Samples say between which of them a corner lies. The corner is then solved for; of many lanes, it is read off a
polynomial through six samples on logarithmic axes where that of the inner four agrees, and solved for where not.
Source: Sedra and Smith, Microelectronic Circuits, 7th edition, section 10.1, for the band and its corners.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from longtail.driven.crossings import Interpolation, falls, peak, root

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
Gain = Callable[[Array, Rows], Array]  # magnitudes at one frequency in Hz of each of some lanes

DROP = np.sqrt(2.0)  # 3 dB
_SAME = 1e-3  # relatively: magnitudes closer than this are equally large
_LEVEL = 1e-2  # relatively: where both neighbours of the largest sample are so near, there is no peak between them
_TALL = 0.3  # of the largest sample: a lower local maximum is taken as it was sampled
_REST = np.log(1e9)  # samples begin this far above what stands for 0 Hz on a logarithmic axis
_ONE = 1e-6  # a gain that differs from one by no more stays at one: a follower, or what a capacitance feeds forward


@dataclass(frozen=True, eq=False)
class Bands:
    """Pass bands `[lane]`, in Hz; nan where a lane has no gain.

    reference  magnitude of the gain at mid-band, V/V
    middle_hz  mid-band: the geometric mean of the corners of what is within 3 dB of the largest; 0 of a low-pass
    low_hz     f_L; 0 of a low-pass
    high_hz    f_H, or f_3dB of a low-pass; infinite where the search ends before it
    unity_hz   f_T; infinite where the gain is above one to the end of the search, nan where it is nowhere above one
    """

    reference: Array
    middle_hz: Array
    low_hz: Array
    high_hz: Array
    unity_hz: Array

    @property
    def low_pass(self) -> Mask:
        """Which lanes pass 0 Hz."""
        return np.asarray(self.low_hz == 0.0)

    def spread(self, lanes: Rows, count: int) -> Bands:
        """The bands of some lanes among all, nan in between."""
        found = []
        for each in fields(self):
            whole = np.full(count, np.nan)
            whole[lanes] = getattr(self, each.name)
            found.append(whole)
        return Bands(*found)


def find_bands(
    gain: Gain | None, frequency_hz: Array, size: Array, at_rest: Array, floor: Array, error: float = 0.0
) -> Bands:
    """The band of every lane, from the magnitudes `size` `[lane, frequency]` at rising frequencies above 0 Hz, the
    magnitude `at_rest` `[lane]` at 0 Hz and the level of rounding `floor` `[lane, frequency]`.

    `gain` solves for more, wherever samples give a magnitude with a relative error of more than about `error`.

    >>> def pole(f, lanes):
    ...     return 100.0 / np.abs(1.0 + 1j * f / np.array([50.0, 2e3])[lanes])
    >>> f = np.geomspace(0.1, 1e7, 81)
    >>> samples = np.array([pole(f, [k]) for k in (0, 1)])
    >>> found = find_bands(pole, f, samples, np.full(2, 100.0), np.zeros((2, 81)))
    >>> found.high_hz.round(3).tolist(), found.unity_hz.round(1).tolist()
    ([50.0, 2000.0], [4999.7, 199990.0])
    """
    solvable = np.isfinite(size).all(axis=1) & np.isfinite(at_rest)
    lanes = np.flatnonzero(solvable & (size > floor).any(axis=1))
    between = Interpolation(np.log(frequency_hz), size[lanes])
    search = _BandSearch(gain, between, np.column_stack([at_rest, size])[lanes], lanes, error)
    return search.bands().spread(lanes, len(size))


def sampled_bands(frequency_hz: Array, size: Array, floor: Array) -> Bands:
    """The bands of magnitudes `[lane, frequency]` of which there is nothing but samples, two or more above 0 Hz.

    Between samples they are polynomials on logarithmic axes; below the first they stay what they are there.

    >>> f = np.geomspace(1.0, 1e6, 61)
    >>> sampled_bands(f, 100.0 / np.abs(1.0 + 1j * f / 50.0)[None], np.zeros((1, 61))).high_hz.round().tolist()
    [50.0]
    """
    frequency_hz, order = np.unique(frequency_hz, return_index=True)
    size, floor, positive = size[:, order], floor[:, order], frequency_hz > 0.0
    return find_bands(
        None, frequency_hz[positive], size[:, positive], size[:, 0], floor[:, positive], error=float("inf")
    )


def known(values: Array) -> Array:
    """Values in Hz with nan for those that lie beyond the search."""
    return np.where(np.isfinite(values), values, np.nan)


class _BandSearch:
    """The walk along the samples of some lanes, 0 Hz the first of them."""

    def __init__(self, gain: Gain | None, between: Interpolation, size: Array, lanes: Rows, error: float) -> None:
        self.gain, self.between, self.size, self.lanes, self.error = gain, between, size, lanes, error
        self.x = np.concatenate([[between.x[0] - _REST], between.x])
        self.place = np.arange(self.x.size)
        self.rest = size[:, 0]
        self.top, self.largest = self._top()
        self.before = np.searchsorted(self.x, self.top, "left") - 1  # the last sample below the top
        self.after = np.searchsorted(self.x, self.top, "right")  # and the first above

    def bands(self) -> Bands:
        """By the steps at the top of this file."""
        rising = self.top >= self.x[-1]
        low, high = self._below(self.largest / DROP), self._above(self.largest / DROP)
        end = np.exp(self.x[-1])
        middle = np.sqrt(low * np.minimum(high, end))
        from_rest = ~rising & ((low == 0.0) | self._peaks(low, middle, high))
        middle = np.where(from_rest, 0.0, middle)
        reference = np.where(from_rest, self.rest, self._at(middle))
        low = np.where(from_rest, 0.0, self._below(reference / DROP))
        ripples = (low == 0.0) & ~from_rest  # 3 dB below the middle of the ripple there is no lower corner
        middle, reference = np.where(ripples, 0.0, middle), np.where(ripples, self.rest, reference)
        high = self._above(reference / DROP)
        reference = np.where(rising, self.largest, reference)
        middle, low, high = (np.where(rising, np.inf, each) for each in (middle, low, high))
        return Bands(reference, middle, low, high, self._unity(reference))

    def _exactly(self, x: Array, rows: Rows) -> Array:
        """The logarithm of the magnitude at that of a frequency of each of some rows, solved for."""
        if self.gain is None or not rows.size:
            return np.empty(0)
        with np.errstate(divide="ignore"):
            return np.log(self.gain(np.exp(x), self.lanes[rows]))

    def _doubtful(self, x: Array, rows: Rows) -> Rows:
        """Which of some places are worth solving for."""
        if self.gain is None:
            return np.empty(0, np.intp)
        return np.flatnonzero(~(self.between.error(x, rows) <= self.error))

    def _at(self, frequency_hz: Array) -> Array:
        """The magnitude at a frequency of each row."""
        rows = np.arange(self.lanes.size)
        with np.errstate(divide="ignore"):
            x = np.maximum(np.log(frequency_hz), self.x[0])
        value = self.between(x, rows)
        some = self._doubtful(x, rows)
        value[some] = self._exactly(x[some], rows[some])
        return np.exp(value)

    def _top(self) -> tuple[Array, Array]:
        """Where each magnitude is largest, as a logarithm, and how large: between samples where it has a peak there."""
        size, x = self.size, self.x
        largest = size.max(axis=1)
        rows, k = np.nonzero(
            (size[:, 1:-1] >= size[:, :-2])
            & (size[:, 1:-1] >= size[:, 2:])
            & (size[:, 1:-1] >= _TALL * largest[:, None])
            & (np.minimum(size[:, :-2], size[:, 2:]) < (1.0 - _LEVEL) * size[:, 1:-1])
        )
        k = k + 1
        at, value = peak(lambda place, some: self.between(place, rows[some]), x[k - 1], x[k + 1])
        more = self._doubtful(at, rows)
        low, high = x[k[more] - 1], x[k[more] + 1]
        at[more], value[more] = peak(lambda place, some: self._exactly(place, rows[more[some]]), low, high)
        value = np.exp(value)
        lowest = value < size[rows, k]  # a peak that is no smooth one is not missed
        at, value = np.where(lowest, x[k], at), np.where(lowest, size[rows, k], value)
        np.maximum.at(largest, rows, value)
        enough = (1.0 - _SAME) * largest
        first = (size >= enough[:, None]).argmax(axis=1)
        top = np.where((size >= enough[:, None]).any(axis=1), x[first], np.inf)
        between = value >= enough[rows]
        np.minimum.at(top, rows[between], at[between])
        return top, largest

    def _peaks(self, low: Array, middle: Array, high: Array) -> Mask:
        """Whether a band that ends above 0 Hz is the peak of a low-pass; see the top of this file."""
        with np.errstate(divide="ignore", invalid="ignore"):
            quality = middle / (high - low)
            resonance = (self.largest < self.rest * (1.5 + quality**1.5)) & np.isfinite(high)
        on_the_way = self.place <= self.before[:, None]
        kept = np.where(on_the_way, self.size, np.inf).min(axis=1) >= self.rest / DROP
        return np.asarray(resonance & kept)

    def _below(self, level: Array) -> Array:
        """Where the magnitude, from the top down in frequency, first falls below a level, Hz; 0 where it does not."""
        on_the_way = np.where(self.place <= self.before[:, None], self.size, np.inf)
        down = falls(on_the_way[:, ::-1], level)
        k = np.where(down < 0, -1, self.x.size - 2 - down)
        above = np.where(k >= self.before, self.top, self.x[np.minimum(k + 1, self.x.size - 1)])
        return self._solved(np.flatnonzero(k >= 0), above, self.x[k], level, 0.0)

    def _above(self, level: Array) -> Array:
        """The same up in frequency; infinite where it does not."""
        k = 1 + falls(np.where(self.place >= self.after[:, None], self.size, np.inf), level)
        above = np.where(k <= self.after, self.top, self.x[k - 1])
        return self._solved(np.flatnonzero(k > 0), above, self.x[k], level, np.inf)

    def _unity(self, reference: Array) -> Array:
        """Where the magnitude falls through one for the last time, Hz."""
        has = reference > 1.0 + _ONE
        k = falls(self.size, 1.0, last=True)
        above = np.where(k >= self.after, k, self.after - 1)
        beyond = (above >= self.x.size - 1) | (self.size[:, -1] >= 1.0 - _ONE)
        x_above = np.where(above < self.after, self.top, self.x[above])
        x_below = self.x[np.minimum(above + 1, self.x.size - 1)]
        found = self._solved(np.flatnonzero(has & ~beyond), x_above, x_below, np.ones(has.size), np.nan)
        return np.where(has & beyond, np.inf, found)

    def _solved(self, rows: Rows, above: Array, below: Array, level: Array, absent: float) -> Array:
        """The crossing of a level between two places of some rows, Hz; all others are `absent`."""
        found = np.full(self.lanes.size, absent)
        aim, start, stop = np.log(level[rows]), above[rows], below[rows]
        x = root(lambda x, some: self.between(x, rows[some]) - aim[some], start, stop)
        more = self._doubtful(x, rows)
        x[more] = root(lambda x, some: self._exactly(x, rows[more[some]]) - aim[more[some]], start[more], stop[more])
        found[rows] = np.exp(x)
        return found
