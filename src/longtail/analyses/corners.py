"""Corners of a gain over frequency: where it falls off, and where it passes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Magnitude = Callable[[Real], Real]

_DENSITY = 40  # points per decade of the first look
_HALVINGS = 60
_HALF_POWER = 1.0 / np.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class Corners:
    """What a magnitude does over frequency. None stands for what is not there.

    reference       magnitude that the corners refer to: at 0 Hz, or the largest of a band-pass
    peak_hz         where it is largest, for a band-pass
    low_hz          lower corner of a band-pass, 3 dB below the reference
    bandwidth_hz    upper corner, 3 dB below the reference
    gain_bandwidth_hz  the reference times the upper corner
    unity_hz        the highest frequency at which the magnitude falls through one
    """

    reference: float
    peak_hz: float | None
    low_hz: float | None
    bandwidth_hz: float | None
    gain_bandwidth_hz: float | None
    unity_hz: float | None


def corners(magnitude: Magnitude, low_hz: float, high_hz: float) -> Corners:
    """Corners of `magnitude(frequency_hz)` between two frequencies that enclose them, and from 0 Hz on.

    >>> found = corners(lambda f: 100.0 / np.abs(1.0 + 1j * f / 50.0), 0.1, 1e6)
    >>> round(found.bandwidth_hz, 6), round(found.gain_bandwidth_hz, 3), round(found.unity_hz, 3)
    (50.0, 5000.0, 4999.75)
    """
    count = int(np.ceil(np.log10(high_hz / low_hz) * _DENSITY)) + 1
    f = np.geomspace(low_hz, high_hz, count)
    size = magnitude(f)
    at_rest = float(magnitude(np.zeros(1))[0])
    top = int(np.argmax(size))
    band_pass = at_rest < _HALF_POWER * size[top] and size[0] < _HALF_POWER * size[top]
    reference = float(size[top]) if band_pass else at_rest
    from_top = slice(top if band_pass else 0, None)
    upper = _falls(magnitude, f[from_top], size[from_top], reference * _HALF_POWER)
    lower = _falls(magnitude, f[top::-1], size[top::-1], reference * _HALF_POWER) if band_pass else None
    unity = _falls(magnitude, f, size, 1.0, last=True)
    product = None if upper is None else reference * upper
    return Corners(reference, float(f[top]) if band_pass else None, lower, upper, product, unity)


def _falls(magnitude: Magnitude, f: Real, size: Real, level: float, *, last: bool = False) -> float | None:
    """Where the magnitude falls through a level along `f`, by bisection on a logarithmic axis."""
    places = np.flatnonzero((size[:-1] >= level) & (size[1:] < level))
    if not places.size:
        return None
    k = places[-1 if last else 0]
    above, below = np.log(f[k]), np.log(f[k + 1])
    for _ in range(_HALVINGS):
        middle = (above + below) / 2.0
        if magnitude(np.exp([middle]))[0] >= level:
            above = middle
        else:
            below = middle
    return float(np.exp((above + below) / 2.0))
