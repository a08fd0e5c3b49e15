"""Figures of the mode gains: gains, rejection, and the corners of the differential gain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.driven.bands import sampled_bands
from longtail.driven.mode_gains import ModeMatrix, SampledGains
from longtail.driven.points import Points
from longtail.merits.merit import Merit, Seen

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

OF_PAIRS = ("common_to_differential", "differential_to_common")  # what only an output of two nodes has


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


def _headline_db(seen: Seen, gain: Complex) -> Array:
    return decibels(gain[:, 0], seen.spot.floor[:, 0])


OVER_FREQUENCY = (
    Merit("differential", "A_dd", "differential gain", "V/V", lambda s: s.response.differential, "axis", "A_d"),
    Merit("common", "A_cc", "common-mode gain", "V/V", lambda s: s.response.common, "axis", "A_cm"),
    Merit("common_to_differential", "A_c→d", "common to differential", "V/V", lambda s: s.response.unwanted, "axis"),
    Merit(
        "differential_to_common",
        "A_d→c",
        "differential to common",
        "V/V",
        lambda s: s.response.matrix[..., -1, 0],
        "axis",
    ),
    Merit("cmrr", "CMRR", "rejection", "dB", lambda s: s.response.cmrr_db, "axis"),
)
AT_HEADLINE = (
    Merit(
        "differential_db",
        "A_dd",
        "differential gain",
        "dB",
        lambda s: _headline_db(s, s.spot.differential),
        "headline",
        "A_d",
    ),
    Merit("common_db", "A_cc", "common-mode gain", "dB", lambda s: _headline_db(s, s.spot.common), "headline", "A_cm"),
    Merit("cmrr_db", "CMRR", "rejection", "dB", lambda s: s.spot.cmrr_db[:, 0], "headline"),
)
CORNERS = (
    Merit("bandwidth_hz", "f_3dB", "bandwidth of the differential gain", "Hz", lambda s: s.band.high_hz, "band"),
    Merit("low_corner_hz", "f_L", "lower corner of the differential gain", "Hz", lambda s: s.band.low_hz, "band"),
    Merit("unity_gain_hz", "f_T", "unity differential gain", "Hz", lambda s: s.band.unity_hz, "band"),
)


def symbols(single_ended: bool) -> dict[str, str]:
    """How pages print the gains that there are, by name, and the rejection.

    >>> symbols(single_ended=True)
    {'differential': 'A_d', 'common': 'A_cm', 'cmrr': 'CMRR'}
    """
    return {m.name: m.written(single_ended) for m in OVER_FREQUENCY if not (single_ended and m.name in OF_PAIRS)}
