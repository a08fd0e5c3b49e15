"""Mode gains over frequency: differential, common, and the conversion between the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.analyses.base import Analysis, Option, Result, plain
from longtail.analyses.drives import Drives, bias, null_target
from longtail.analyses.extremes import extreme_notes, lost_lanes, without_figures
from longtail.analyses.frequency import DEFAULT, frequency_axis
from longtail.analyses.inputs import find_drives
from longtail.analyses.lane_floor import lane_floors
from longtail.analyses.lanes import LANE_OPTIONS, Axes, Lanes, null_lanes, read_lanes, solve_lanes, solve_nulled
from longtail.analyses.port_maps import ROUNDING, above, rejection_db, signal_level
from longtail.analyses.reasons import UNKNOWN, Inquiry, Reason, short
from longtail.analyses.stability import instability_notes, lane_notes
from longtail.analyses.stuck import lane_notes as stuck_lanes
from longtail.analyses.stuck import stuck_notes
from longtail.circuit import Circuit
from longtail.engine.few_solves.frequency_sweep import Sweep
from longtail.engine.remember import Remembered
from longtail.engine.size import LARGEST, size
from longtail.engine.small_signal.linearization import Linearization, linearize
from longtail.engine.small_signal.refinement import refined
from longtail.engine.solving.batch import Batch
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus, texts
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.units import counted

if TYPE_CHECKING:
    import xarray

Complex = NDArray[np.complex128]

_EXACT = 1e-9  # of a gain: where rounding may be a larger part of it, its equations are solved once more
PLACES = {  # output and input mode of each gain
    "differential": (DIFFERENTIAL, DIFFERENTIAL),
    "common": (COMMON, COMMON),
    "common_to_differential": (DIFFERENTIAL, COMMON),
    "differential_to_common": (COMMON, DIFFERENTIAL),
}


@dataclass(frozen=True, slots=True)
class NullPoint:
    """What nulling did: the output was brought to `v_od_target` by `input_offset` = v1 - v2 (`[…]`), both in V."""

    v_od_target: float
    input_offset: float | NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class ModeGains(Result):
    """The transfer of an amplifier between modes; `…` stands for the axes of varied parameters, if any.

    frequency_hz  `[frequency]`
    matrix        `[…, frequency, out_mode, in_mode]`, V/V, modes ordered (differential, common); for a single-ended
                  output there is one out_mode, the node
    output        names of the output nodes; vcm: `[…]`, dc common-mode input in V; null: see `NullPoint`, or None
    floor         `[…, frequency]`, V/V: a common gain or conversion below this is rounding
    status        "converged", or `[…]` the status of every lane; a lane without solution has gains of nan
    notes         what the reader should know
    axes          name and values of each axis in `…`
    inquiry       what tells why gains are zero, see `reason`
    """

    view: ClassVar[str] = "gains"

    frequency_hz: NDArray[np.float64]
    matrix: Complex
    output: tuple[str, ...]
    input: tuple[str, ...]
    vcm: float | NDArray[np.float64]
    null: NullPoint | None
    floor: NDArray[np.float64]
    status: str | NDArray[np.str_] = "converged"
    notes: tuple[str, ...] = ()
    axes: Axes = ()
    inquiry: Inquiry | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        f = self.frequency_hz
        if self.axes:
            shape = " × ".join(f"{name} {len(values)}" for name, values in self.axes)
            solved = np.mean(self.status == LaneStatus.CONVERGED.text)
            return (
                f"<mode gains of {self.label} over {shape}, {solved:.4g} of lanes solved, {counted(f.size, 'point')}>"
            )
        size, cmrr = abs(self.differential[0]), self.cmrr_db[0]
        gain = f"{20 * np.log10(size):.4g} dB differential" if size > self.floor[0] else "no differential gain"
        rejection = f"CMRR {cmrr:.4g} dB" if np.isfinite(cmrr) else f"CMRR {short(self._unwanted_reason.rejection)}"
        said = gain if np.isneginf(cmrr) else f"{gain}, {rejection}"
        return f"<mode gains of {self.label}: {said} at {f[0]:g} Hz, {counted(f.size, 'point')}>"

    @property
    def single_ended(self) -> bool:
        return len(self.output) == 1

    @property
    def label(self) -> str:
        """The output that every figure here refers to."""
        return f"v({self.output[0]})" if self.single_ended else f"v({self.output[0]}) - v({self.output[1]})"

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
        """20*log10 of abs(A_dd/A_c→d), or of abs(A_d/A_cm) for a single-ended output, `[frequency]`.

        Infinite where the unwanted gain is below rounding, by symmetry for one: see `reason`. Minus infinite where
        there is no gain to hold against it.
        """
        return rejection_db(self.differential, self.unwanted, self.floor)

    @property
    def names(self) -> tuple[str, ...]:
        """The gains that there are: all four of a differential output, "differential" and "common" of one node."""
        return ("differential", "common") if self.single_ended else tuple(PLACES)

    def reason(self, name: str) -> Reason | None:
        """Why a gain is zero, at the lowest frequency where it is; None where it is above rounding everywhere."""
        out, into = PLACES[name]
        out = 0 if self.single_ended else out
        zero = np.abs(self.matrix[..., out, into]) <= self.floor
        if self.inquiry is None:
            return UNKNOWN if zero.any() else None
        return self.inquiry.first(zero, self.frequency_hz, out, into)

    @property
    def _unwanted_reason(self) -> Reason:
        return self.reason("common" if self.single_ended else "common_to_differential") or UNKNOWN

    def to_dict(self) -> dict[str, Any]:
        varied = {"axes": {name: values.tolist() for name, values in self.axes}} if self.axes else {}
        return {
            "status": plain(self.status),
            "output": "single-ended" if self.single_ended else "differential",
            **varied,
            "vcm": plain(self.vcm),
            "null": None
            if self.null is None
            else {"v_od_target": self.null.v_od_target, "input_offset": plain(self.null.input_offset)},
            "frequency_hz": self.frequency_hz.tolist(),
            "differential": _complex(self.differential),
            "common": _complex(self.common),
            "common_to_differential": _complex(self.common_to_differential),
            "differential_to_common": _complex(self.differential_to_common),
            "cmrr_db": self.cmrr_db.tolist(),
            "zero": {name: reason.to_dict() for name in self.names if (reason := self.reason(name)) is not None},
        }

    def to_xarray(self) -> xarray.Dataset:
        """The four gains and the CMRR over the varied axes and "frequency" in Hz, and the status of every lane."""
        import xarray

        gains = {
            "differential": self.differential,
            "common": self.common,
            "common_to_differential": self.common_to_differential,
            "differential_to_common": self.differential_to_common,
        }
        lanes = tuple(name for name, _ in self.axes)
        dims = (*lanes, "frequency")
        data: dict[str, Any] = {k: (dims, x, {"units": "V/V"}) for k, x in gains.items() if x is not None}
        data["cmrr"] = (dims, self.cmrr_db, {"units": "dB"})
        attributes: dict[str, Any] = {"output": self.label}
        if self.axes:
            data["status"] = (lanes, np.asarray(self.status))
        else:
            attributes |= {"vcm": self.vcm, "status": self.status}
        coordinates = {"frequency": ("frequency", self.frequency_hz, {"units": "Hz"})}
        return xarray.Dataset(data, coords={**dict(self.axes), **coordinates}, attrs=attributes)


def _complex(values: Complex | None) -> dict[str, list[float]] | None:
    return None if values is None else {"re": values.real.tolist(), "im": values.imag.tolist()}


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
    gains, floor = (outputs @ x)[0], ROUNDING * signal_level(point, x[0])
    sizes = np.abs(gains)
    inexact = ((sizes > floor[:, None, None]) & (_EXACT * sizes < floor[:, None, None])).any(axis=(1, 2))
    if inexact.any():
        gains[inexact] = (outputs @ refined(model, frequency_hz[inexact], drives.unit_modes, x[:, inexact]))[0]
    return above(gains, floor[:, None, None]), floor


def run(
    circuit: Circuit,
    input: Sequence[str] | None,
    output: Sequence[str] | None,
    frequency_hz: Any,
    vcm: float | None,
    null: bool,
    target: float | None,
    parameters: Mapping[str, Any] | None,
    threads: int,
    plain: bool,
) -> ModeGains:
    """Drive both inputs in each mode and read both output modes."""
    drives = find_drives(circuit, input, output, vcm)
    axis = frequency_axis(frequency_hz)
    if parameters:
        lanes = read_lanes(drives.circuit, parameters, drives)
        return gains_over(drives, lanes, axis, null_target(drives, target) if null else None, int(threads), plain)
    point, offset = bias(drives, null=null, target=target)
    return gains_at(drives, point, axis, offset, target)


def gains_over(
    drives: Drives,
    lanes: Lanes,
    frequency_hz: NDArray[np.float64],
    target: float | None = None,
    threads: int = 1,
    plain: bool = False,
) -> ModeGains:
    """Mode gains of every lane; `target` V is what each output is nulled to, `plain` forbids the few-solves sweep."""
    offset = None
    if target is None:
        prepared, point = solve_lanes(drives.circuit, lanes, drives, threads=threads)
    else:
        prepared, point, offset = null_lanes(drives, lanes, target, threads=threads)
    sweep, floor = prepared_sweep(prepared, drives, frequency_hz, plain, target)
    matrix = sweep.run(point, threads=threads)
    matrix[without_figures(point)] = np.nan
    floors = lane_floors(drives, point, frequency_hz, matrix, floor)
    matrix = above(matrix, floors[..., None, None])
    levels = modes.split(*(point.voltage(node) for node in drives.hot)).common
    null = None if offset is None or target is None else NullPoint(target, lanes.shaped(offset))
    status = texts(point.status)
    return ModeGains(
        frequency_hz,
        lanes.shaped(matrix),
        drives.output,
        drives.hot,
        lanes.shaped(levels),
        null,
        lanes.shaped(floors),
        lanes.shaped(status),
        (*lost_lanes(point), *lane_notes(point), *stuck_lanes(drives, point, nulled=target is not None)),
        lanes.axes,
        Inquiry(drives, point),
    )


_SWEEPS = Remembered[tuple[Sweep, NDArray[np.float64]]](8)


def prepared_sweep(
    prepared: Batch,
    drives: Drives,
    frequency_hz: NDArray[np.float64],
    plain: bool = False,
    target: float | None = None,
) -> tuple[Sweep, NDArray[np.float64]]:
    """The sweep of a batch over a frequency axis, and the nominal floor of rounding; remembered for the next time.

    `target` V is what the lanes are nulled to, if they are.
    """
    key = (frequency_hz.tobytes(), drives.sources, drives.output, plain, target)

    def prepare() -> tuple[Sweep, NDArray[np.float64]]:
        outputs = drives.output_matrix(prepared.system)
        _, floor = mode_gains(drives, prepared.nominal, frequency_hz)
        solve = None if target is None else partial(solve_nulled, drives, prepared, target=target)
        return Sweep(prepared, frequency_hz, drives.unit_modes, outputs, plain=plain, solve=solve), floor

    return _SWEEPS.get(prepared, key, prepare)


def gains_at(
    drives: Drives,
    point: OperatingPoint,
    frequency_hz: NDArray[np.float64],
    offset: float | None = None,
    target: float | None = None,
) -> ModeGains:
    """Mode gains at an operating point that is known; `offset` where it was nulled to `target`."""
    matrix, floor = mode_gains(drives, point, frequency_hz)
    return ModeGains(
        frequency_hz,
        matrix,
        drives.output,
        drives.hot,
        common_level(drives, point),
        None if offset is None else NullPoint(null_target(drives, target), offset),
        floor,
        status_text(point),
        bias_notes(drives, point, offset),
        inquiry=Inquiry(drives, point) if size(drives.circuit) <= LARGEST else None,
    )


def status_text(point: OperatingPoint) -> str:
    """The status of the first lane in words."""
    return LaneStatus(int(point.status[0])).text


def bias_notes(drives: Drives, point: OperatingPoint, offset: float | None) -> tuple[str, ...]:
    """What to know of the operating point of a small-signal analysis: how it is driven, voltages beyond
    reason, poles that grow, outputs at a rail."""
    stuck = stuck_notes(drives, point, nulled=offset is not None)
    return (*drives.notes, *extreme_notes(point), *instability_notes(point), *stuck)


def common_level(drives: Drives, point: OperatingPoint) -> float:
    """The dc common-mode level at the input sources, V."""
    first, second = (point.voltage(node)[0].item() for node in drives.hot)
    return float(modes.split(first, second).common)


INPUT_OPTIONS = (
    Option("input", "nodes", "", "input nodes or input voltage sources, positive first"),
    Option("output", "nodes", "", "output nodes, positive first, or one node"),
)
NULL_OPTIONS = (
    Option("vcm", "number", "V", "dc common-mode level of the inputs; the netlist's own if not given"),
    Option("null", "flag", "", "find the input offset that brings the output to its target, and analyze there", False),
    Option(
        "target",
        "number",
        "V",
        "output voltage to null to: 0 for a pair, mid-supply for one node if not given",
        needs="null",
    ),
)
FREE_NULL_OPTIONS = tuple(replace(option, needs="") for option in NULL_OPTIONS)  # of analyses that null without a flag
FREQUENCY_OPTION = Option("frequency_hz", "frequency", "Hz", "start:stop:points-per-decade", DEFAULT)

PLAIN_OPTION = Option("plain", "flag", "", "solve at every frequency of every lane", False, python_only=True)

ANALYSIS = Analysis(
    "gains",
    "Mode gains and CMRR over frequency",
    run,
    ModeGains,
    (*INPUT_OPTIONS, FREQUENCY_OPTION, *NULL_OPTIONS, *LANE_OPTIONS, PLAIN_OPTION),
)
