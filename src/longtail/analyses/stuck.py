"""Outputs that sit at a supply rail, where no small-signal number means anything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.dc_sweep import Points
from longtail.analyses.drives import supply_rails
from longtail.analyses.regions import amplifying

_NEAR = 0.1  # of the supply span


def stuck(points: Points) -> NDArray[np.bool_]:
    """Lanes in which an output is near a rail and a transistor at its node has ceased to amplify."""
    rails = supply_rails(points.drives.circuit)
    found = np.zeros(points.v_id.size, bool)
    if rails is None:
        return found
    low, high = rails
    instances = points.point.system.circuit.instances
    within = amplifying(points.point)
    for node in points.drives.output:
        volts = points.point.voltage(node)
        near = np.minimum(volts - low, high - volts) < _NEAR * (high - low)
        for name, amplifies in within.items():
            if node in instances[name].nodes:
                found |= near & ~amplifies & points.good
    return found
