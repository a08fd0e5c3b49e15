"""The frequencies of a datasheet: its axis, those that were asked for beside, and the band of its noise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.noise.noise import read_band
from longtail.contract.axes import MOST, frequency_axis
from longtail.errors import OptionError
from longtail.hints import said
from longtail.merits.frequencies import Asked
from longtail.units import format_si

Array = NDArray[np.float64]


def others(asked: Asked, headline: float) -> tuple[float, ...]:
    """Further frequencies of rejections: the last of the axis, then those that were asked for."""
    last = float(asked.frequency_hz[-1])
    return tuple(f for f in dict.fromkeys((last, *asked.at)) if f != headline)


def beyond(asked: Asked, search: Array) -> str:
    """Why a corner is not there."""
    return f"none up to {format_si(search[-1].item(), 'Hz')}" if asked.default else "beyond the frequency range"


def read_spots(given: Any) -> tuple[float, ...]:
    """Frequencies in Hz beside the headline, each once. Raises `OptionError` for one that is not above 0 Hz."""
    try:
        axis = frequency_axis(given)
    except OptionError as error:
        raise OptionError(f"at: {error.message}") from error
    if axis.size > MOST:
        raise OptionError(f"at: {axis.size} frequencies are too many: at most {MOST}")
    spots = tuple(dict.fromkeys(axis.tolist()))
    if any(f <= 0.0 for f in spots):
        raise OptionError("at: noise and rejections are given above 0 Hz", hint=said("as in {at}", at="50,1k"))
    return spots


def read_noise_band(given: Any) -> tuple[float, float]:
    """The band of the integrated noise in Hz. Raises `OptionError` for one that is none, or not above 0 Hz."""
    band = read_band(given)
    if band[0] <= 0.0:
        raise OptionError("band: flicker noise is infinite at 0 Hz", hint="start above 0 Hz")
    return band
