"""How figures of a datasheet run under every condition: what a report draws beside the typical curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.driven.mode_gains import PLACES
from longtail.merits.gains import symbols
from longtail.modes import COMMON, DIFFERENTIAL

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class Curves:
    """Curves `[condition, point]`, the typical condition first; nan where there is nothing to draw.

    matrix, floor    mode gains `[condition, frequency, out_mode, in_mode]` in V/V over `frequency_hz`; their rounding
    noise            input noise density in V/√Hz over `noise_hz`; None where it was not asked for, like the next
    rejection_db     at `headline_hz`, over the common-mode levels `v_cm` in V
    """

    conditions: tuple[str, ...]
    frequency_hz: Array
    matrix: Complex
    floor: Array
    noise_hz: Array | None = None
    noise: Array | None = None
    v_cm: Array | None = None
    rejection_db: Array | None = None
    headline_hz: float = 0.0

    @property
    def single_ended(self) -> bool:
        return self.matrix.shape[-2] == 1

    @property
    def gains_db(self) -> dict[str, Array]:
        """Every gain and the rejection in dB by name; nan where a gain is rounding or has no value."""
        size = np.abs(self.matrix)
        with np.errstate(invalid="ignore"):
            size = np.where(size > self.floor[..., None, None], size, np.nan)
        written, rows = symbols(self.single_ended), self.matrix.shape[-2]
        found = {
            written[name]: 20.0 * np.log10(size[..., min(out, rows - 1), into])
            for name, (out, into) in PLACES.items()
            if name in written
        }
        rejection = size[..., DIFFERENTIAL, DIFFERENTIAL] / size[..., DIFFERENTIAL, COMMON]
        return {**found, "CMRR": 20.0 * np.log10(rejection)}
