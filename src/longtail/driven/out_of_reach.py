"""What to say of an output that no input offset brings to its target: how far it goes instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from longtail import modes
from longtail.engine.solving.batch import Batch
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError
from longtail.hints import said
from longtail.lanes.status import LaneStatus
from longtail.units import format_si

if TYPE_CHECKING:
    from longtail.driven.drives import Drives

_SMALLEST, _PLACES = 1e-4, 33  # of the largest input difference, and how many are tried to either side


def out_of_reach(drives: Drives, point: OperatingPoint, target: float, reach: float) -> AnalysisError | None:
    """An error that says where the output goes for input differences up to `reach` V about the plain operating point;
    None where its target lies within."""
    v_id, v_ic = drives.modes_of(drives.values)
    ways = reach * np.geomspace(_SMALLEST, 1.0, _PLACES)
    ends = modes.join(float(v_id) + np.concatenate([-ways[::-1], [0.0], ways]), float(v_ic))
    values = {
        name: np.broadcast_to(np.asarray(v), 2 * _PLACES + 1).copy() for name, v in zip(drives.names, ends, strict=True)
    }
    solved = Batch(point).solve(values)
    good = solved.status == LaneStatus.CONVERGED
    outputs = (solved.solution @ drives.output_matrix(point.system).T)[good, modes.DIFFERENTIAL]
    rest = (point.solution @ drives.output_matrix(point.system).T)[0, modes.DIFFERENTIAL]
    low, high = (float(end(outputs, initial=rest)) for end in (np.min, np.max))
    if low < target < high:
        return None
    return AnalysisError(
        f"the output cannot be nulled to {format_si(target, 'V')}: {drives.label} goes from {format_si(low, 'V')} to "
        f"{format_si(high, 'V')}, for differences of the inputs up to {format_si(reach, 'V')}, and is at "
        f"{format_si(float(rest), 'V')} without",
        hint=said("give a {target} within that", target=None),
    )
