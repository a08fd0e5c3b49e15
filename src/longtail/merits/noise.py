"""Figures of noise, from its spectra: densities at output and input, and what they add up to over a band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from longtail.driven.noise_spectra import referred, spectra
from longtail.merits.merit import LaneMerit, SpotMerit
from longtail.merits.seen import Seen, Spot
from longtail.modes import DIFFERENTIAL

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

_HELD = 1 << 24  # numbers of the spectra of sources held at once


class Spectral(Protocol):
    """Densities `[…, frequency, out_mode, source]` in V^2/Hz, gains `[…, frequency, out_mode]` in V/V, of which all
    below `floor` `[…, frequency]` is rounding, and powers `[…, out_mode, source]` in V^2 over a band."""

    @property
    def density(self) -> Array: ...

    @property
    def gain(self) -> Complex: ...

    @property
    def floor(self) -> Array: ...

    @property
    def power(self) -> Array: ...


def output_density(noise: Spectral, mode: int = DIFFERENTIAL) -> Array:
    """Of all sources at an output mode, V/rtHz, `[…, frequency]`."""
    return np.asarray(np.sqrt(noise.density[..., mode, :].sum(axis=-1)))


def input_density(noise: Spectral, mode: int = DIFFERENTIAL) -> Array:
    """What at the input of the same mode makes `output_density`; infinite where there is no gain."""
    return referred(output_density(noise, mode), noise.gain[..., mode], noise.floor)


def output_rms(noise: Spectral, mode: int = DIFFERENTIAL) -> Array:
    """The integral over the band at an output mode, V rms `[…]`."""
    return np.asarray(np.sqrt(noise.power[..., mode, :].sum(axis=-1)))


@dataclass(frozen=True, eq=False)
class LaneNoise:
    """The input density `[lane, frequency]` in V/rtHz at `frequency_hz`, and the output noise `[lane]` in V rms over a
    band; nan in lanes without small signals."""

    frequency_hz: Array
    density: Array
    rms: Array


def lane_noise(seen: Seen) -> LaneNoise:
    """The noise of all lanes, of so many at once as memory should hold."""
    axis, band = seen.noise_over
    density, rms = np.full((seen.count, axis.size), np.nan), np.full(seen.count, np.nan)
    size = len(seen.point.system.noise[1]) * axis.size * len(seen.driven.output)
    for lanes in np.array_split(seen.good, max(1, -(-seen.good.size * size // _HELD))):
        if lanes.size:
            found = spectra(seen.driven, seen.point.select(lanes), axis, band)
            density[lanes], rms[lanes] = input_density(found), output_rms(found)
    return LaneNoise(axis, density, rms)


def _density(spot: Spot) -> Array:
    """The input density at one of the frequencies of the noise."""
    noise = spot.seen.once(lane_noise)
    return noise.density[:, int(np.searchsorted(noise.frequency_hz, spot.frequency_hz))]


INPUT_NOISE = SpotMerit(
    "input_noise", "e_n", "input noise density", "V/rtHz", _density, needs="noise", usual=lambda f: f.noise_hz
)
OUTPUT_NOISE = LaneMerit(
    "output_noise", "V_n,out", "output noise, rms", "V", lambda s: s.once(lane_noise).rms, needs="noise"
)
MERITS = (INPUT_NOISE, OUTPUT_NOISE)
