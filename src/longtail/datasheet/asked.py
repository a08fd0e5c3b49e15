"""The frequencies of a datasheet: its axis, those that were asked for beside, and the band of its noise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.noise.noise import read_band
from longtail.contract.axes import frequency_axis, linear_axis
from longtail.driven.band_search import is_default
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


def read_asked(frequency_hz: Any, at: Any, band: Any) -> Asked:
    """Frequencies from the options of a datasheet. Raises `OptionError` for one of `at` that is not above 0 Hz."""
    axis = frequency_axis(frequency_hz)
    spots = () if at is None else tuple(dict.fromkeys(linear_axis(at, "at", "Hz").tolist()))
    if any(f <= 0.0 for f in spots):
        raise OptionError("at: noise and rejections are given above 0 Hz", hint=said("as in {at}", at="50,1k"))
    limits = None if band is None else read_band(band, np.array([0.0, np.inf]))
    if limits is not None and limits[0] <= 0.0:
        raise OptionError("band: flicker noise is infinite at 0 Hz", hint="start above 0 Hz")
    return Asked(axis, is_default(frequency_hz), spots, limits)
