"""Figures of the mode gains: gains, rejection, and the corners of the differential gain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from longtail.driven.bands import sampled_bands
from longtail.driven.mode_gains import PLACES, ModeMatrix, SampledGains
from longtail.driven.points import Points
from longtail.merits.merit import GainMerit, LaneMerit, SpotMerit
from longtail.modes import COMMON, DIFFERENTIAL

if TYPE_CHECKING:
    from longtail.merits.seen import Spot

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

_CONVERSIONS = ("common_to_differential", "differential_to_common")
OF_PAIRS = (*_CONVERSIONS, *(f"{name}_db" for name in _CONVERSIONS))  # what only an output of two nodes has


def signed(gain: Complex, floor: Array) -> Array:
    """The magnitude of gains with the sign of their real parts; zero where they are no more than rounding."""
    size = np.abs(gain)
    return np.where(size <= floor, 0.0, np.where(gain.real < 0.0, -size, size))


def decibels(gain: Complex, floor: Array) -> Array:
    """20*log10 of the magnitude of gains; minus infinity where they are no more than rounding."""
    with np.errstate(divide="ignore"):
        return np.asarray(20.0 * np.log10(np.abs(signed(gain, floor))))


def sampled(points: Points, frequency_hz: Array) -> SampledGains:
    """The gains of operating points at some frequencies."""
    matrix, floor = points.mode_gains(frequency_hz)
    return SampledGains(frequency_hz, matrix, points.drives.output, floor)


def bandwidth(gains: ModeMatrix) -> Array:
    """The upper corner of the differential gain of each lane, Hz, `[lane]`, from nothing but samples.

    Infinite where they end before, nan where there is no gain.
    """
    return sampled_bands(gains.frequency_hz, np.abs(gains.differential), gains.floor).high_hz


def _db(of: Callable[[ModeMatrix], Complex]) -> Callable[[Spot], Array]:
    """A gain at one frequency, dB, `[lane]`."""
    return lambda s: decibels(of(s.gains)[:, 0], s.gains.floor[:, 0])


def _converted(gains: ModeMatrix) -> Complex:
    """A_d→c: what a differential input does to the common mode of a pair."""
    return gains.matrix[..., COMMON, DIFFERENTIAL]


_UNWANTED = PLACES["common_to_differential"]  # of one node too, whose only output mode is the first
# symbol, that of a single-ended output, parameter, and what a matrix of gains has of it
_GAINS: dict[str, tuple[str, str, str, Callable[[ModeMatrix], Complex]]] = {
    "differential": ("A_dd", "A_d", "differential gain", lambda g: g.differential),
    "common": ("A_cc", "A_cm", "common-mode gain", lambda g: g.common),
    "common_to_differential": ("A_c→d", "", "common to differential", lambda g: g.unwanted),
    "differential_to_common": ("A_d→c", "", "differential to common", _converted),
}
OVER_FREQUENCY = (
    *(
        GainMerit(name, symbol, said, "V/V", of, single=single, gain=PLACES[name])
        for name, (symbol, single, said, of) in _GAINS.items()
    ),
    GainMerit("cmrr", "CMRR", "rejection", "dB", lambda g: g.cmrr_db, unwanted=_UNWANTED),
)
REJECTION = SpotMerit("cmrr_db", "CMRR", "rejection", "dB", lambda s: s.gains.cmrr_db[:, 0], unwanted=_UNWANTED)
AT_HEADLINE = (
    *(
        SpotMerit(f"{name}_db", symbol, said, "dB", _db(of), single=single, gain=PLACES[name])
        for name, (symbol, single, said, of) in _GAINS.items()
    ),
    REJECTION,
)
_OF = "of the differential gain"
BANDWIDTH = LaneMerit("bandwidth_hz", "f_3dB", f"bandwidth {_OF}", "Hz", lambda s: s.bands.high_hz, needs="band")
LOW_CORNER = LaneMerit("low_corner_hz", "f_L", f"lower corner {_OF}", "Hz", lambda s: s.bands.low_hz, needs="band")
HIGH_CORNER = replace(BANDWIDTH, symbol="f_H", parameter=f"upper corner {_OF}")  # of what does not pass 0 Hz
UNITY_GAIN = LaneMerit(
    "unity_gain_hz", "f_T", "unity differential gain", "Hz", lambda s: s.bands.unity_hz, needs="band"
)
CORNERS = (BANDWIDTH, LOW_CORNER, UNITY_GAIN)


def symbols(single_ended: bool) -> dict[str, str]:
    """How pages print the gains that there are, by name, and the rejection.

    >>> symbols(single_ended=True)
    {'differential': 'A_d', 'common': 'A_cm', 'cmrr': 'CMRR'}
    """
    return {m.name: m.written(single_ended) for m in OVER_FREQUENCY if not (single_ended and m.name in OF_PAIRS)}
