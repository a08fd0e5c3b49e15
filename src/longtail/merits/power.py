"""The power that the supplies of a circuit deliver."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.engine.solving.operating_point import OperatingPoint
from longtail.merits.merit import Merit

Array = NDArray[np.float64]


def supply_power(point: OperatingPoint) -> Array:
    """What all supplies together deliver, W, `[lane]`; nan where none are known."""
    supplies = point.system.circuit.ports.supplies
    if not supplies:
        return np.full(len(point.solution), np.nan)
    return np.asarray(-np.sum([point.quantities[name]["power"] for name in supplies], axis=0))


SUPPLY_POWER = Merit("supply_power", "P_S", "supply power", "W", lambda s: supply_power(s.point))
MERITS = (SUPPLY_POWER,)
