"""Mode gains over frequency: differential, common, and the conversion between the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import FLAG
from longtail.contract.options import FREQUENCY_OPTION, INPUT_OPTIONS, LANE_OPTIONS, NULL_OPTIONS
from longtail.contract.output import ports
from longtail.contract.result import Result
from longtail.driven.drives import Drives
from longtail.driven.grid import Axes, Lanes
from longtail.driven.inputs import find_drives
from longtail.driven.lane_floor import lane_floors
from longtail.driven.lane_solves import null_lanes, solve_lanes
from longtail.driven.mode_gains import (
    PLACES,
    ModeMatrix,
    common_level,
    matrix_of,
    mode_gains,
    prepared_sweep,
    status_text,
)
from longtail.driven.nulling import NullPoint, bias_of, null_target, nulled_to
from longtail.driven.port_maps import above
from longtail.driven.stability import lane_notes
from longtail.driven.varied import read_lanes
from longtail.engine.size import LARGEST, size
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus, texts
from longtail.large_signal.extremes import lost_lanes, without_figures
from longtail.large_signal.stuck import bias_notes
from longtail.large_signal.stuck import lane_notes as stuck_lanes
from longtail.merits.reasons import UNKNOWN, Inquiry, Reason, short
from longtail.units import counted

if TYPE_CHECKING:
    import xarray

Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False, repr=False)
class ModeGains(ModeMatrix, Result):
    """The transfer of an amplifier between modes; `…` stands for the axes of varied parameters, if any.

    frequency_hz  `[frequency]`
    matrix        `[…, frequency, out_mode, in_mode]`, V/V, modes ordered (differential, common); for a single-ended
                  output there is one out_mode, the node
    output        names of the output nodes; vcm: `[…]`, dc common-mode input in V; null: see `NullPoint`, or None
    floor         `[…, frequency]`, V/V: a common gain or conversion below this is rounding
    status        "converged", or `[…]` the status of every lane; a lane without solution has gains of nan
    notes         what the reader should know
    axes          name and values of each axis in `…`
    inquiry       what tells why gains are zero, see `reason`; told: what it told, of a result from its JSON
    """

    analysis: ClassVar[str] = "gains"
    json_version: ClassVar[int] = 2
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
    told: Mapping[str, Reason] | None = None

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

    def reason(self, name: str) -> Reason | None:
        """Why a gain is zero, at the lowest frequency where it is; None where it is above rounding everywhere."""
        if self.told is not None:
            return self.told.get(name)
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
        varied = {"axes": dict(self.axes)} if self.axes else {}
        return plain(
            {
                "status": self.status,
                **ports(self.input, self.output),
                **varied,
                "vcm": self.vcm,
                "null": self.null,
                "frequency_hz": self.frequency_hz,
                **self.gains,
                "cmrr_db": self.cmrr_db,
                "floor": self.floor,
                "zero": {name: reason for name in self.names if (reason := self.reason(name)) is not None},
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> ModeGains:
        return super().from_dict({**entries, "matrix": matrix_of(entries), "told": entries["zero"]})

    def to_xarray(self) -> xarray.Dataset:
        """The four gains and the CMRR over the varied axes and "frequency" in Hz, and the status of every lane."""
        import xarray

        lanes = tuple(name for name, _ in self.axes)
        dims = (*lanes, "frequency")
        data: dict[str, Any] = {k: (dims, x, {"units": "V/V"}) for k, x in self.gains.items() if x is not None}
        data["cmrr"] = (dims, self.cmrr_db, {"units": "dB"})
        attributes: dict[str, Any] = {"output": self.label}
        if self.axes:
            data["status"] = (lanes, np.asarray(self.status))
        else:
            attributes |= {"vcm": self.vcm, "status": self.status}
        coordinates = {"frequency": ("frequency", self.frequency_hz, {"units": "Hz"})}
        return xarray.Dataset(data, coords={**dict(self.axes), **coordinates}, attrs=attributes)


def run(
    circuit: Circuit,
    drive: Drive,
    frequency_hz: NDArray[np.float64],
    parameters: Mapping[str, Any] | None,
    threads: int,
    plain: bool,
) -> ModeGains:
    """Drive both inputs in each mode and read both output modes."""
    drives = find_drives(circuit, drive)
    if parameters:
        lanes = read_lanes(drives.circuit, parameters, drives)
        return gains_over(drives, lanes, frequency_hz, nulled_to(drives, drive), threads, plain)
    point, offset = bias_of(drives, drive)
    return gains_at(drives, point, frequency_hz, offset, drive.target)


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


PLAIN_OPTION = Option("plain", FLAG, "", "solve at every frequency of every lane", False, python_only=True)

ANALYSIS = Analysis(
    "gains",
    "Mode gains and CMRR over frequency",
    run,
    ModeGains,
    (*INPUT_OPTIONS, FREQUENCY_OPTION, *NULL_OPTIONS, *LANE_OPTIONS, PLAIN_OPTION),
)
