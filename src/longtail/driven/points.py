"""Operating points of a driven amplifier over lanes and levels, and what they give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.driven.drives import Drives
from longtail.driven.port_maps import ROUNDING, above
from longtail.engine.equations.system import Array
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.newton import newton, warm
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError
from longtail.lanes.status import LaneStatus
from longtail.modes import COMMON, DIFFERENTIAL

FROM_NEARBY = 25  # Newton iterations of a solution that starts from one nearby

_HELD = 1 << 24  # complex numbers of a response held at once


@dataclass(frozen=True, eq=False)
class Points:
    """Operating points of the plain circuit, one a lane, and the v_id = v1 - v2 in V at which each holds.

    `good` `[lane]` says which have converged; the others hold no solution. `state` `[lane, unknown]` is the solution
    as it was solved, an input offset among the unknowns where the output is nulled: neighbours start from there.
    """

    drives: Drives
    point: OperatingPoint
    v_id: Array
    state: Array

    @property
    def good(self) -> NDArray[np.bool_]:
        return np.asarray(self.point.status == LaneStatus.CONVERGED)

    @property
    def output(self) -> Array:
        """The output voltage in V, `[lane]`: the difference of a pair, or the node."""
        return self.outputs[:, DIFFERENTIAL]

    @property
    def outputs(self) -> Array:
        """The output modes in V, `[lane, mode]`; one for a single-ended output."""
        return np.where(self.good[:, None], self.drives.outputs_of(self.point), np.nan)

    def select(self, lanes: NDArray[np.intp]) -> Points:
        """Some of the lanes."""
        return replace(self, point=self.point.select(lanes), v_id=self.v_id[lanes], state=self.state[lanes])

    def moved(self, v_id: Array) -> Points:
        """The points of the plain circuit when the differential input moves on by `v_id` V, `[lane]`."""
        system, values = self.point.system, dict(self.point.values)
        for name, move in zip(self.drives.names, modes.join(v_id, 0.0), strict=True):
            values[name] = values[name] + np.asarray(move)
        lanes = {name: np.broadcast_to(value, len(v_id)) for name, value in values.items()}
        result = newton(system, lanes, warm(system, lanes, self.point.solution), limit=FROM_NEARBY)
        point = replace(self.point, values=values, solution=result.state.x, status=result.status)
        return replace(self, point=point, v_id=self.v_id + v_id, state=result.state.x)

    def mode_gains(self, frequency_hz: Array) -> tuple[NDArray[np.complex128], Array]:
        """Mode matrices `[lane, frequency, out_mode, in_mode]` and their rounding `[lane, frequency]`.

        nan where a lane has no solution, and where nothing holds a node at its operating point.
        """
        system = self.point.system
        weights = self.drives.output_matrix(system)
        voltages = [k for k, unknown in enumerate(system.unknowns) if unknown.unit == "V"]
        matrix = np.full((len(self.v_id), frequency_hz.size, len(weights), 2), complex(np.nan, np.nan))
        floor = np.full(matrix.shape[:2], np.nan)
        size = max(1, _HELD // (2 * len(system.unknowns) * frequency_hz.size))
        good = np.flatnonzero(self.good)
        for start in range(0, good.size, size):
            for lanes, x in self._responses(frequency_hz, good[start : start + size]):
                floor[lanes] = ROUNDING * np.abs(x[:, :, voltages]).max(axis=(2, 3))
                matrix[lanes] = above(weights @ x, floor[lanes][..., None, None])
        return matrix, floor

    def _responses(
        self, frequency_hz: Array, lanes: NDArray[np.intp]
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.complex128]]]:
        """Responses to both modes, halving a group with a lane whose equations are singular; that lane is left out."""
        try:
            yield lanes, linearize(self.select(lanes).point).response(frequency_hz, self.drives.unit_modes)
        except AnalysisError:
            if lanes.size > 1:
                yield from self._responses(frequency_hz, lanes[: lanes.size // 2])
                yield from self._responses(frequency_hz, lanes[lanes.size // 2 :])


def common(matrix: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """A_cc of mode matrices `[..., out_mode, in_mode]`, or A_cm of a single-ended output."""
    return matrix[..., -1, COMMON]
