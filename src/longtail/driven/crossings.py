"""Where values fall through a level: the place between samples, and the exact point by solving for more.

All levels that are crossed over frequency are found here: corners of gains, unity gain, margins of loops, corners of
noise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

_TOLERANCE = 1e-8  # of the logarithm of a frequency
_FLAT = 1e-9  # a maximum is found where values beside it differ by no more
_MOST = 60  # rounds; each at least halves the interval
_DEEPEST = 50.0  # the logarithm of a magnitude of zero counts as minus this


def falls(values: Array, level: float | Array, *, last: bool = False) -> Rows:
    """The places `[…]` of the first (or the last) sample of `values` `[…, sample]` at or above a level, one or `[…]`,
    whose successor is below; -1 where there is none.

    A sample that is exactly at the level counts as above, so that values which come down to it and go on cross it once.

    >>> falls(np.array([[2.0, 1.0, 0.0, 1.0, -1.0], [2.0, 1.0, 2.0, 3.0, 2.0]]), np.array([0.0, 1.0])).tolist()
    [3, -1]
    """
    if values.shape[-1] < 2:
        return np.full(values.shape[:-1], -1)
    aim = np.asarray(level)[..., None]
    down = (values[..., :-1] >= aim) & (values[..., 1:] < aim)
    k = down.shape[-1] - 1 - down[..., ::-1].argmax(axis=-1) if last else down.argmax(axis=-1)
    return np.where(down.any(axis=-1), k, -1)


def fall_hz(frequency_hz: Array, values: Array, level: float, *, last: bool = False) -> Array:
    """Where values `[…, frequency]` fall through a level for the first (or the last) time, Hz, `[…]`; nan if nowhere.

    Between samples they are straight over the logarithm of the frequency.

    >>> fall_hz(np.array([1.0, 100.0, 1e4]), np.array([[3.0, 1.0, -1.0], [3.0, 1.0, 1.0]]), 0.0).round(9).tolist()
    [1000.0, nan]
    """
    place = falls(values, level, last=last)
    found, some = np.full(place.shape, np.nan), place >= 0
    k, x, rows = place[some], np.log(frequency_hz), np.arange(np.count_nonzero(some))
    above, below = (values[some][rows, side] for side in (k, k + 1))
    found[some] = np.exp(x[k] + (above - level) / (above - below) * (x[k + 1] - x[k]))
    return found


def root(function: Callable[[Array, Rows], Array], above: Array, below: Array) -> Array:
    """Where functions of many lanes pass zero between two places each, `[row]`, by Ridders' method.

    `function(x, rows)` has the values at one place of each of some rows. It is at least 0 at `above` and less at
    `below`, whichever comes first. Minus infinity, the logarithm of nothing, is no obstacle.
    Source: Ridders, IEEE Trans. Circuits Syst. 26 (1979) 979.
    """
    a, b, found = above.copy(), below.copy(), (above + below) / 2.0

    def values(x: Array, rows: Rows) -> Array:
        return np.maximum(function(x, rows), -_DEEPEST)

    def narrow(rows: Rows, place: Array, value: Array) -> None:
        inside = (place - a[rows]) * (place - b[rows]) <= 0.0
        for side, at_side, here in ((a, fa, inside & (value >= 0.0)), (b, fb, inside & (value < 0.0))):
            side[rows[here]], at_side[rows[here]] = place[here], value[here]

    rows = np.arange(a.size)
    fa, fb = values(a, rows), values(b, rows)
    for _ in range(_MOST):
        if not rows.size:
            break
        middle = (a[rows] + b[rows]) / 2.0
        fm = values(middle, rows)
        slope = np.sqrt(np.maximum(fm * fm - fa[rows] * fb[rows], np.finfo(float).tiny))
        x = middle + (middle - a[rows]) * fm / slope
        x = np.clip(x, np.minimum(a[rows], b[rows]), np.maximum(a[rows], b[rows]))
        fx = values(x, rows)
        narrow(rows, middle, fm)
        narrow(rows, x, fx)
        # a step that is small need not be near: about a jump, one that is tells by a change of sign right beside it
        small = np.abs(x - found[rows]) <= _TOLERANCE
        if small.any():
            on = np.where((fx >= 0.0) == (b > a)[rows], _TOLERANCE, -_TOLERANCE)[small]
            narrow(rows[small], x[small] + on, values(x[small] + on, rows[small]))
        found[rows] = x
        rows = rows[np.abs(a[rows] - b[rows]) > _TOLERANCE * (1.0 + 1e-6)]
    return found


def peak(function: Callable[[Array, Rows], Array], low: Array, high: Array) -> tuple[Array, Array]:
    """Places of the maxima of functions of many lanes between two places each, and the values there, `[row]`.

    By golden section: each function has one maximum between the places.
    """
    share = (np.sqrt(5.0) - 1.0) / 2.0
    low, high, rows = low.copy(), high.copy(), np.arange(low.size)
    first, second = high - share * (high - low), low + share * (high - low)
    f_first, f_second = function(first, rows), function(second, rows)
    for _ in range(_MOST // 2):
        if not (np.abs(f_first - f_second) > _FLAT).any():
            break
        left = f_first >= f_second
        high, low = np.where(left, second, high), np.where(left, low, first)
        kept, f_kept = np.where(left, first, second), np.where(left, f_first, f_second)
        new = np.where(left, high - share * (high - low), low + share * (high - low))
        f_new = function(new, rows)
        first, f_first = np.where(left, new, kept), np.where(left, f_new, f_kept)
        second, f_second = np.where(left, kept, new), np.where(left, f_kept, f_new)
    left = f_first >= f_second
    return np.where(left, first, second), np.where(left, f_first, f_second)


class Interpolation:
    """Logarithms of positive values `[lane, sample]` between samples `x`, of one place of each of some lanes."""

    def __init__(self, x: Array, values: Array) -> None:
        self.x = x
        with np.errstate(divide="ignore"):
            self.y = np.maximum(np.log(values), np.log(np.finfo(float).tiny))

    def __call__(self, x: Array, rows: Rows, points: int = 6) -> Array:
        """The polynomial through so many samples about each place; beyond the ends what is there."""
        points = min(points, self.x.size)
        x = np.clip(x, self.x[0], self.x[-1])
        first = np.clip(np.searchsorted(self.x, x) - points // 2, 0, self.x.size - points)
        nodes = first + np.arange(points)[:, None]
        at, values = self.x[nodes], self.y[rows, nodes]
        for order in range(1, points):  # Neville's scheme
            way = at[order:] - at[:-order]
            values = ((at[order:] - x) * values[:-1] + (x - at[:-order]) * values[1:]) / way
        return np.asarray(values[0])

    def error(self, x: Array, rows: Rows) -> Array:
        """About how far it is off: by how much a polynomial of two samples fewer differs halfway between the samples
        about a place, where it is worst. Infinite beyond the ends, and where there are too few."""
        inside = (x >= self.x[0]) & (x <= self.x[-1])
        worst = np.where(inside & (self.x.size >= 6), 0.0, np.inf)
        k = np.searchsorted(self.x, x)
        for step in (-1, 0, 1):
            high = np.clip(k + step, 1, self.x.size - 1)
            middle = (self.x[high - 1] + self.x[high]) / 2.0
            worst = np.maximum(worst, np.abs(self(middle, rows) - self(middle, rows, 4)))
        return np.asarray(worst)
