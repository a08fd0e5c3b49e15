"""Where figures of merit are taken over frequency: what is asked for, and what follows from the pass band."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.driven.band_search import headline_hz, is_default, pass_band, search_axis
from longtail.driven.bands import Bands
from longtail.engine.small_signal.linearization import Linearization

Array = NDArray[np.float64]

NOISE_HZ = 1e3  # the frequency of the noise density that is printed
_WITHIN = 41  # frequencies in the band that noise is integrated over, at the least


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked of an amplifier over frequency.

    frequency_hz  the axis of curves, Hz
    at            frequencies in Hz at which rejections and noise are given too
    band          that of the integrated noise in Hz; None for the pass band
    """

    frequency_hz: Array
    at: tuple[float, ...] = ()
    band: tuple[float, float] | None = None

    @property
    def default(self) -> bool:
        """Whether the axis is nobody's choice."""
        return is_default(self.frequency_hz)

    @property
    def positive(self) -> Array:
        """The frequencies of the axis above 0 Hz."""
        return self.frequency_hz[self.frequency_hz > 0.0]

    def search(self, model: Linearization) -> Array:
        """Where the band is looked for, see `search_axis`."""
        return search_axis(model, self.frequency_hz, self.default)


@dataclass(frozen=True, eq=False)
class Frequencies:
    """Where figures are taken that have no frequency of their own: it follows from the pass band of the first lane."""

    asked: Asked
    bands: Bands

    @cached_property
    def headline_hz(self) -> float:
        """Mid-band, see `longtail.driven.band_search.headline_hz`."""
        return headline_hz(self.bands, self.asked.frequency_hz, self.asked.default)

    @cached_property
    def noise_hz(self) -> float:
        """Where the noise density is printed, Hz: mid-band of an amplifier that does not pass 1 kHz for good."""
        low, high = (float(ends[0]) for ends in (self.bands.low_hz, self.bands.high_hz))
        f = self.asked.positive
        outside = low > 0.0 and not low <= NOISE_HZ <= high
        return float(np.clip(self.headline_hz if outside else NOISE_HZ, f[0], f[-1]))

    @cached_property
    def noise_band(self) -> tuple[float, float]:
        """What noise is integrated over, Hz: the pass band if no other was asked for."""
        return self.asked.band or pass_band(self.bands, self.asked.frequency_hz)

    @cached_property
    def noise_axis(self) -> Array:
        """Frequencies above 0 Hz of the noise: those of the axis, enough in the band, and those that are printed."""
        f = self.asked.positive
        low, high = self.noise_band
        inside = f[(f >= low) & (f <= high)]
        within = np.geomspace(low, high, _WITHIN) if low < high and inside.size < _WITHIN else inside
        return np.unique(np.concatenate([f, within, [self.noise_hz], self.asked.at]))
