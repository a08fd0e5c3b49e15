"""Mode gains over frequency as numbers: how an amplifier takes differential and common mode to both at its output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.contract.decoding import decoded
from longtail.contract.output import AtOutput
from longtail.driven.drives import Drives
from longtail.driven.lane_solves import solve_nulled
from longtail.driven.port_maps import REFINED, above, rejection_db, signal_level
from longtail.engine.few_solves.frequency_sweep import FrequencySweep
from longtail.engine.remember import Remembered
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.small_signal.refinement import refined
from longtail.engine.solving.batch import Batch
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus
from longtail.modes import COMMON, DIFFERENTIAL

_SWEEPS = Remembered[tuple[FrequencySweep, NDArray[np.float64]]](8)

Complex = NDArray[np.complex128]

_EXACT = 1e-9  # of a gain: where rounding may be a larger part of it, its equations are solved once more
PLACES = {  # output and input mode of each gain
    "differential": (DIFFERENTIAL, DIFFERENTIAL),
    "common": (COMMON, COMMON),
    "common_to_differential": (DIFFERENTIAL, COMMON),
    "differential_to_common": (COMMON, DIFFERENTIAL),
}


class ModeMatrix(AtOutput):
    """A matrix of mode gains, whatever else belongs to it.

    matrix        `[…, frequency, out_mode, in_mode]`, V/V, modes ordered (differential, common); for a single-ended
                  output there is one out_mode, the node
    output        names of the output nodes
    floor         `[…, frequency]`, V/V: a common gain or conversion below this is rounding
    """

    frequency_hz: NDArray[np.float64]
    matrix: Complex
    output: tuple[str, ...]
    floor: NDArray[np.float64]

    @property
    def differential(self) -> Complex:
        """A_dd, or A_d of a single-ended output: per volt of v_id = v1 - v2."""
        return self.matrix[..., DIFFERENTIAL, DIFFERENTIAL]

    @property
    def common(self) -> Complex:
        """A_cc, or A_cm of a single-ended output: per volt of v_ic = (v1 + v2)/2."""
        return self.matrix[..., DIFFERENTIAL if self.single_ended else COMMON, COMMON]

    @property
    def common_to_differential(self) -> Complex | None:
        """A_c→d, the conversion that limits the rejection of a differential output; None if single-ended."""
        return None if self.single_ended else self.matrix[..., DIFFERENTIAL, COMMON]

    @property
    def differential_to_common(self) -> Complex | None:
        """A_d→c; None if single-ended."""
        return None if self.single_ended else self.matrix[..., COMMON, DIFFERENTIAL]

    @property
    def unwanted(self) -> Complex:
        """What a common-mode input does to the output that counts: A_c→d, or A_cm of a single-ended output."""
        return self.matrix[..., DIFFERENTIAL, COMMON]

    @property
    def cmrr_db(self) -> NDArray[np.float64]:
        """20*log10 of abs(A_dd/A_c→d), or of abs(A_d/A_cm) for a single-ended output, `[…, frequency]`.

        Infinite where the unwanted gain is below rounding, by symmetry for one. Minus infinite where there is no gain
        to hold against it, nan where there is no operating point.
        """
        return rejection_db(self.differential, self.unwanted, self.floor)

    @property
    def gains(self) -> dict[str, Complex | None]:
        """The four gains by name, `[…, frequency]`; those of a differential output alone are None else."""
        return named_gains(self.matrix)

    @property
    def names(self) -> tuple[str, ...]:
        """The gains that there are: all four of a differential output, "differential" and "common" of one node."""
        return ("differential", "common") if self.single_ended else tuple(PLACES)


def named_gains(matrix: Complex) -> dict[str, Complex | None]:
    """The gains of a matrix `[…, out_mode, in_mode]` by name, as JSON has them; None where there is one out_mode."""
    single = matrix.shape[-2] == 1
    places = {name: (0 if single else out, into) for name, (out, into) in PLACES.items()}
    return {
        name: None if single and name not in ("differential", "common") else matrix[..., out, into]
        for name, (out, into) in places.items()
    }


def matrix_of(entries: Mapping[str, Any]) -> Complex:
    """The matrix `[…, out_mode, in_mode]` that `named_gains` was of, from what JSON has under the names.

    >>> matrix = np.array([[[2.0, 0.5j]]])
    >>> bool((matrix_of(named_gains(matrix)) == matrix).all())
    True
    """
    gains = {name: decoded(Complex, entries[name]) for name in PLACES if entries[name] is not None}
    single = len(gains) < len(PLACES)
    matrix = np.empty((*gains["differential"].shape, 1 if single else 2, 2), complex)
    for name, gain in gains.items():
        out, into = PLACES[name]
        matrix[..., 0 if single else out, into] = gain
    return matrix


@dataclass(frozen=True, eq=False)
class SampledGains(ModeMatrix):
    """Mode gains at some frequencies and nothing else, see `ModeMatrix`."""

    frequency_hz: NDArray[np.float64]
    matrix: Complex
    output: tuple[str, ...]
    floor: NDArray[np.float64]


def mode_gains(
    drives: Drives, point: OperatingPoint, frequency_hz: NDArray[np.float64]
) -> tuple[Complex, NDArray[np.float64]]:
    """The mode matrix `[frequency, out_mode, in_mode]` of one lane, and the level `[frequency]` of its rounding.

    One factorization a frequency serves both drives.
    """
    return model_gains(drives, linearize(point), frequency_hz)


def model_gains(
    drives: Drives, model: Linearization, frequency_hz: NDArray[np.float64]
) -> tuple[Complex, NDArray[np.float64]]:
    """The same of a linear model that is there already."""
    point = model.operating_point
    outputs = drives.output_matrix(point.system)
    x = model.response(frequency_hz, drives.unit_modes)
    gains, floor = (outputs @ x)[0], REFINED * signal_level(point, x[0])
    sizes = np.abs(gains)
    inexact = ((sizes > floor[:, None, None]) & (_EXACT * sizes < floor[:, None, None])).any(axis=(1, 2))
    if inexact.any():
        right = -(model.inputs @ drives.unit_modes)
        gains[inexact] = (outputs @ refined(model, frequency_hz[inexact], right, x[:, inexact]))[0]
    return above(gains, floor[:, None, None]), floor


def prepared_sweep(
    prepared: Batch,
    drives: Drives,
    frequency_hz: NDArray[np.float64],
    plain: bool = False,
    target: float | None = None,
) -> tuple[FrequencySweep, NDArray[np.float64]]:
    """The sweep of a batch over a frequency axis, and the nominal floor of rounding; remembered for the next time.

    `target` V is what the lanes are nulled to, if they are.
    """
    key = (frequency_hz.tobytes(), drives.sources, drives.output, plain, target)

    def prepare() -> tuple[FrequencySweep, NDArray[np.float64]]:
        outputs = drives.output_matrix(prepared.system)
        _, floor = mode_gains(drives, prepared.nominal, frequency_hz)
        solve = None if target is None else partial(solve_nulled, drives, prepared, target=target)
        return FrequencySweep(prepared, frequency_hz, drives.unit_modes, outputs, plain=plain, solve=solve), floor

    return _SWEEPS.get(prepared, key, prepare)


def status_text(point: OperatingPoint) -> str:
    """The status of the first lane in words."""
    return LaneStatus(int(point.status[0])).text


def common_level(drives: Drives, point: OperatingPoint) -> float:
    """The dc common-mode level at the input sources, V."""
    first, second = (point.voltage(node)[0].item() for node in drives.hot)
    return float(modes.split(first, second).common)
