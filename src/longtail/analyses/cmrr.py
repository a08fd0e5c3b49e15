"""Common-mode rejection over frequency and over the dc common-mode level, in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.gains import ModeGains
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.options import FREQUENCY_OPTION, INPUT_OPTIONS, NULL_OPTIONS, VCM_OPTION
from longtail.contract.output import Output, ports
from longtail.contract.result import Result
from longtail.driven.levels import levels_of, sweep
from longtail.driven.mode_gains import PLACES, ModeMatrix, matrix_of
from longtail.driven.nulling import NullPoint, nulled_to
from longtail.driven.points import Points
from longtail.driven.stability import instability_notes, lane_notes
from longtail.lanes.status import LaneStatus
from longtail.large_signal.departures import Departure, departures
from longtail.large_signal.stuck import LOST, level_lost, stuck, stuck_notes, way_back
from longtail.merits.reasons import NO_GAIN, UNKNOWN, Inquiry, Reason, short
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.remarks import warning
from longtail.units import counted

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

REJECTION = "rejection"  # what has no figure where the gain that spoils it is zero


@dataclass(frozen=True, eq=False, repr=False)
class CmrrMap(ModeMatrix, Result):
    """The transfer between modes over the dc common-mode level and frequency.

    vcm           `[level]`, V, rising
    frequency_hz  `[frequency]`
    matrix        `[level, frequency, out_mode, in_mode]`, V/V, as in `ModeGains`; nan where a level has no solution
    floor         `[level, frequency]`, V/V: a common gain or conversion below this is rounding
    offset        `[level]`, V: the input offset that brings the output to its target, or None where nothing was nulled
    low, high     transistors that do not amplify at the lowest and at the highest level, though they do at the level of
                  the netlist, those first that leave first; `edge` is V_CM there
    inquiry       what tells why gains are zero, see `reason`; told: what it told, of a result from its JSON
    """

    analysis: ClassVar[str] = "cmrr"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "cmrr"

    vcm: Array
    frequency_hz: Array
    matrix: Complex
    floor: Array
    output: tuple[str, ...]
    input: tuple[str, ...]
    target: float | None
    offset: Array | None
    status: tuple[str, ...]
    low: tuple[Departure, ...] = ()
    high: tuple[Departure, ...] = ()
    notes: tuple[str, ...] = ()
    inquiry: Inquiry | None = field(default=None, repr=False)
    told: Mapping[str, Reason] | None = None

    def __repr__(self) -> str:
        finite = self.cmrr_db[np.isfinite(self.cmrr_db)]
        rejection = f"{finite.min():.4g} to {finite.max():.4g} dB" if finite.size else short(self.no_figure)
        points = counted(self.frequency_hz.size, "point")
        return f"<CMRR of {self.label}: {rejection} over {counted(self.vcm.size, 'level')} and {points}>"

    @property
    def ratio(self) -> str:
        """Of what the rejection is the ratio."""
        return Output(self.output).rejection

    @property
    def no_figure(self) -> str:
        """Why a rejection has no figure, where one has none."""
        if np.isneginf(self.cmrr_db).any() and not np.isposinf(self.cmrr_db).any():
            return NO_GAIN
        return (self.unwanted_reason or UNKNOWN).rejection

    @property
    def unwanted_reason(self) -> Reason | None:
        """Why the gain that spoils the rejection is zero, where it is."""
        return self._first(REJECTION, np.isposinf(self.cmrr_db), DIFFERENTIAL, COMMON)

    def reason(self, name: str) -> Reason | None:
        """Why a gain is zero, where it is first; None where it is above rounding everywhere."""
        out, into = PLACES[name]
        out = 0 if self.single_ended else out
        return self._first(name, np.abs(self.matrix[..., out, into]) <= self.floor, out, into)

    def _first(self, name: str, zero: NDArray[np.bool_], out: int, into: int) -> Reason | None:
        if self.told is not None:
            return self.told.get(name)
        if self.inquiry is None:
            return UNKNOWN if zero.any() else None
        return self.inquiry.first(zero, self.frequency_hz, out, into)

    def at_level(self, k: int) -> ModeGains:
        """The gains over frequency at one of the levels."""
        nulled = self.offset is not None and self.target is not None
        return ModeGains(
            self.frequency_hz,
            self.matrix[k],
            self.output,
            self.input,
            self.vcm[k].item(),
            NullPoint(self.target, self.offset[k].item()) if nulled else None,  # type: ignore[arg-type, index]
            self.floor[k],
            self.status[k],
            self.notes,
            inquiry=self.inquiry and replace(self.inquiry, point=self.inquiry.point.select(np.array([k]))),
            told=self.told,
        )

    def to_dict(self) -> dict[str, Any]:
        whys = {**{name: self.reason(name) for name in self.names}, REJECTION: self.unwanted_reason}
        return plain(
            {
                "status": self.status,
                **ports(self.input, self.output),
                "vcm": self.vcm,
                "frequency_hz": self.frequency_hz,
                "cmrr_db": self.cmrr_db,
                **self.gains,
                "floor": self.floor,
                "target": self.target,
                "input_offset": self.offset,
                "devices_out_of_region": {"low": self.low, "high": self.high},
                "zero": {name: why for name, why in whys.items() if why is not None},
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> CmrrMap:
        named = {"offset": entries["input_offset"], "told": entries["zero"], **entries["devices_out_of_region"]}
        return super().from_dict({**entries, **named, "matrix": matrix_of(entries)})

    def to_xarray(self) -> xarray.Dataset:
        """The gains and the CMRR over "vcm" in V and "frequency" in Hz."""
        import xarray

        axes = ("vcm", "frequency")
        data: dict[str, Any] = {k: (axes, x, {"units": "V/V"}) for k, x in self.gains.items() if x is not None}
        data["cmrr"] = (axes, self.cmrr_db, {"units": "dB"})
        return xarray.Dataset(
            data,
            coords={
                "vcm": ("vcm", self.vcm, {"units": "V"}),
                "frequency": ("frequency", self.frequency_hz, {"units": "Hz"}),
            },
            attrs={"output": self.label},
        )


def run(circuit: Circuit, drive: Drive, frequency_hz: Array, vcm: Array | str | None) -> CmrrMap:
    """Gains over frequency at every level; all levels are solved together."""
    drives, levels = levels_of(circuit, drive, vcm)
    swept = sweep(drives, null=drive.null, target=drive.target)
    points = swept.at(levels)
    matrix, floor = points.mode_gains(frequency_hz)
    low, high = departures(swept.at, levels, points, swept.center)
    return CmrrMap(
        levels,
        frequency_hz,
        matrix,
        floor,
        drives.output,
        drives.hot,
        nulled_to(drives, drive),
        np.where(points.good, points.v_id, np.nan) if drive.null else None,
        tuple(LaneStatus(int(status)).text for status in points.point.status),
        low,
        high,
        tuple(_notes(points, levels, drive.null)),
        Inquiry(drives, points.point),
    )


def _notes(points: Points, levels: Array, null: bool) -> list[str]:
    notes = []
    lost = levels[~points.good]
    if lost.size:
        why = "no input offset brings the output to its target" if null else "no operating point was found"
        notes.append(f"{why} at V_CM = {', '.join(f'{v:.4g}' for v in lost[:6])}{' ...' if lost.size > 6 else ''} V")
    if levels.size == 1:
        return [*notes, *instability_notes(points.point), *stuck_notes(points.drives, points.point, null)]
    lost_level = level_lost(points.drives, points.point)
    at_a_rail = stuck(points) & ~lost_level
    of = counted(levels.size, "level")
    if at_a_rail.any():
        back = "" if null else f". {way_back(points.drives)}"
        where = f"near a supply rail at {at_a_rail.sum()} of {of}"
        notes.append(warning(f"the output is stuck {where}: gains mean little there{back}"))
    if lost_level.any():
        notes.append(warning(f"both outputs are stuck at one supply rail at {lost_level.sum()} of {of}. {LOST}"))
    return [*lane_notes(points.point, "level"), *notes]


ANALYSIS = Analysis(
    "cmrr",
    "Common-mode rejection over frequency and over the common-mode level",
    run,
    CmrrMap,
    (*INPUT_OPTIONS, FREQUENCY_OPTION, VCM_OPTION, *(option for option in NULL_OPTIONS if option.name != "vcm")),
)
