"""Figures of the natural frequencies of a circuit."""

from __future__ import annotations

import numpy as np

from longtail.engine.small_signal.eigenmodes import slowest_refined
from longtail.merits.merit import LaneMerit
from longtail.merits.seen import Array, Seen


def _lowest(seen: Seen) -> Array:
    """The smallest magnitude of a pole, Hz; nan where there is none."""
    model = seen.model
    return seen.spread(np.abs(slowest_refined(model.conductance, model.capacitance)) / (2.0 * np.pi))


LOWEST_POLE = LaneMerit("lowest_pole_hz", "f_p1", "lowest pole", "Hz", _lowest, needs="poles")
MERITS = (LOWEST_POLE,)
