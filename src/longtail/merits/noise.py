"""Figures of noise, from its spectra: densities at output and input, and what they add up to over a band."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from longtail.driven.noise_spectra import referred
from longtail.modes import DIFFERENTIAL

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


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
