"""The static transfer under every condition: temperatures and corners, all solved together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.contract.drive import Drive
from longtail.driven.conditions import Condition
from longtail.driven.drives import Drives
from longtail.driven.under_conditions import stand
from longtail.large_signal.curve import Curve, Distortion
from longtail.modes import DIFFERENTIAL

Array = NDArray[np.float64]

ERRORS = {"1%": 0.01, "0.1%": 0.001}  # of the tangent, which end a linear range


@dataclass(frozen=True, eq=False)
class TransferUnder:
    """The transfer under one condition, over the levels and the axis of the transfer under typical ones.

    `vcm` and `input_offset` `[level]` in V, `v_out` in V and `gain` in V/V `[level, point]`, `linear_range` by error
    `[level]` in V, `distortion` of the same sine; nan where there is no operating point.
    """

    condition: str
    vcm: Array
    input_offset: Array
    v_out: Array
    gain: Array
    center_gain: Array
    linear_range: Mapping[str, Array]
    distortion: Distortion


def transfers_under(
    drives: Drives,
    among: Sequence[Condition],
    levels: Array | None,
    axis: Array,
    amplitude: float,
    drive: Drive,
) -> tuple[TransferUnder, ...]:
    """The transfers under all conditions but the first, at `levels` in V or else at that of each condition itself.

    Raises as `bias` does where the typical condition cannot be solved.
    """
    standing = stand(drives, among, drive)
    own = standing.v_ic[:, None]
    vcm = own if levels is None else np.broadcast_to(levels, (standing.count, levels.size))
    count = vcm.shape[1]
    condition = np.repeat(np.arange(standing.count), count)
    if drive.null:
        assert standing.nulled is not None, "asked for, it is there or has raised"
        found = standing.nulled.at(v_ic=vcm.ravel(), varied=standing.take(condition))
        offset = np.where(found.good, found.v_id, np.nan)
    else:
        offset = standing.v_id[condition]
    rows = np.flatnonzero(np.isfinite(offset) & (condition > 0))
    curve = Curve(standing.plain, vcm.ravel()[rows], offset[rows], standing.take(condition[rows]))
    points = curve.followed(np.tile(axis, (rows.size, 1)))
    matrix, _ = points.mode_gains(np.zeros(1))
    distortion = curve.distortion(amplitude)

    def spread(values: Array) -> Array:
        whole = np.full((condition.size, *values.shape[1:]), np.nan)
        whole[rows] = values
        return whole.reshape(standing.count, count, *values.shape[1:])

    shape = (rows.size, axis.size)
    v_out = spread(points.output.reshape(shape))
    gain = spread(matrix[:, 0, DIFFERENTIAL, DIFFERENTIAL].real.reshape(shape))
    center = spread(curve.center_gain)
    reach = float(np.abs(axis).max())
    linear = {name: spread(curve.linear_range(error, reach)) for name, error in ERRORS.items()}
    fundamental, harmonics, thd = (spread(x) for x in (distortion.fundamental, distortion.harmonics, distortion.thd))
    return tuple(
        TransferUnder(
            standing.names[k],
            vcm[k].copy(),
            offset.reshape(vcm.shape)[k],
            v_out[k],
            gain[k],
            center[k],
            {name: values[k] for name, values in linear.items()},
            Distortion(amplitude, fundamental[k], harmonics[k], thd[k]),
        )
        for k in range(1, standing.count)
    )
