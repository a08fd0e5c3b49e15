"""Where an amplifier works: input common-mode range, output swing, and both together as a polygon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import NUMBER
from longtail.contract.options import FREE_NULL_OPTIONS, INPUT_OPTIONS
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.drives import Drives, supply_rails
from longtail.driven.inputs import find_drives
from longtail.driven.levels import LevelSweep, sweep
from longtail.driven.nulling import null_target
from longtail.driven.stability import instability_notes
from longtail.errors import AnalysisError, ConvergenceError, OptionError
from longtail.hints import named, said
from longtail.large_signal.reach import CMRR, GAIN, REGION, RangeEnd, Search
from longtail.large_signal.stuck import LOST, level_lost, stuck
from longtail.merits.reasons import Inquiry
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.remarks import warning

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]

_NO_VOLTS = 1e-12  # less than this is what solving leaves of zero
_RAYS = 72  # of the polygon, before its corners are refined
_BETWEEN = 4  # rays put between two that end at different limits, twice over
_WIDER = 0.2  # of the supply span, beyond which common-mode levels are not searched
_COARSE, _FINE = 3e-6, 2e-7  # of the way to the end of the search: how near an edge of the polygon, a figure is found


@dataclass(frozen=True, slots=True)
class RangeSpan:
    """Both ends of a range."""

    low: RangeEnd
    high: RangeEnd


@dataclass(frozen=True, eq=False, repr=False)
class OperatingRange(AtOutput, Result):
    """The range of an amplifier about its operating point, at which the output is `v_out` and the input level `v_cm`.

    input_common_mode  levels between which every transistor amplifies that does so at the operating point, the output
                       held where it is by the differential input
    by_gain, by_cmrr   levels between which the gain, or the rejection, is no more than `gain_loss_db`, `cmrr_loss_db`
                       below that at the operating point, at `frequency_hz`; by_cmrr None without a figure, and
                       `no_cmrr` says why
    output_swing       output voltages between which every transistor amplifies, the level held
    swing_by_gain      output voltages between which the gain is no more than `gain_loss_db` lower
    polygon            `[corner, (v_out, v_cm)]`, V: about the region in which transistors and gain are as they should
                       be; `limits` says for each corner what lies beyond
    rails              lowest and highest supply in V, None where they are not known
    """

    analysis: ClassVar[str] = "range"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "range"

    output: tuple[str, ...]
    input: tuple[str, ...]
    v_out: float
    v_cm: float
    frequency_hz: float
    gain_loss_db: float
    cmrr_loss_db: float
    input_common_mode: RangeSpan
    by_gain: RangeSpan
    by_cmrr: RangeSpan | None
    output_swing: RangeSpan
    swing_by_gain: RangeSpan
    polygon: Array
    limits: tuple[RangeEnd, ...]
    rails: tuple[float, float] | None
    notes: tuple[str, ...] = ()
    no_cmrr: str = ""

    def __repr__(self) -> str:
        icm, swing = self.input_common_mode, self.swing_by_gain
        return (
            f"<range of {self.label}: input {icm.low.volts:.4g} to {icm.high.volts:.4g} V, "
            f"output {swing.low.volts:.4g} to {swing.high.volts:.4g} V>"
        )

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                **ports(self.input, self.output),
                "center": {"v_out": self.v_out, "vcm": self.v_cm},
                "frequency_hz": self.frequency_hz,
                "gain_loss_db": self.gain_loss_db,
                "cmrr_loss_db": self.cmrr_loss_db,
                "input_common_mode": self.input_common_mode,
                "input_common_mode_by_gain": self.by_gain,
                "input_common_mode_by_cmrr": self.by_cmrr,
                "no_cmrr": self.no_cmrr,
                "output_swing": self.output_swing,
                "output_swing_by_gain": self.swing_by_gain,
                "polygon": self.polygon,
                "polygon_limits": self.limits,
                "rails": self.rails,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> OperatingRange:
        found = {
            "v_out": entries["center"]["v_out"],
            "v_cm": entries["center"]["vcm"],
            "by_gain": entries["input_common_mode_by_gain"],
            "by_cmrr": entries["input_common_mode_by_cmrr"],
            "swing_by_gain": entries["output_swing_by_gain"],
            "limits": entries["polygon_limits"],
        }
        return super().from_dict({**entries, **found})

    def to_xarray(self) -> xarray.Dataset:
        """The corners of the polygon, with what lies beyond each."""
        import xarray

        return xarray.Dataset(
            {
                "v_out": ("corner", self.polygon[:, 0], {"units": "V"}),
                "v_cm": ("corner", self.polygon[:, 1], {"units": "V"}),
                "limit": ("corner", [limit.reason for limit in self.limits]),
            },
            attrs={"output": self.label},
        )


_BOTH = frozenset({REGION, GAIN})  # what the polygon asks for
RIGHT, UP = 0.0, np.pi / 2  # directions in the plane of v_out and v_cm


def run(
    circuit: Circuit,
    drive: Drive,
    frequency_hz: float,
    gain_loss_db: float,
    cmrr_loss_db: float,
    window: float | None,
) -> OperatingRange:
    """Search outwards from the operating point in every direction at once."""
    search, notes = _prepare(circuit, drive, frequency_hz, window)
    search = replace(search, losses_db={GAIN: gain_loss_db, CMRR: cmrr_loss_db})
    figured = bool(np.isfinite(search.nominal[CMRR]))
    no_cmrr = ""
    if not figured:
        no_cmrr, said = _no_figure(search)
        notes.append(said)
    if not search.working:
        notes.append("no transistor amplifies here: only the gain limits the range")
    spans, polygon, limits = _look_around(search, figured)
    drives = search.sweep.drives
    v_out, v_cm = search.center.tolist()
    return OperatingRange(
        drives.output,
        drives.hot,
        v_out,
        v_cm,
        frequency_hz,
        gain_loss_db,
        cmrr_loss_db,
        spans[UP, REGION],
        spans[UP, GAIN],
        spans.get((UP, CMRR)),
        spans[RIGHT, REGION],
        spans[RIGHT, GAIN],
        polygon,
        limits,
        supply_rails(drives.circuit),
        tuple(notes),
        no_cmrr,
    )


def _no_figure(search: Search) -> tuple[str, str]:
    """Why there is no rejection at the operating point, in a word and in a sentence."""
    if search.nominal[CMRR] < 0.0:
        return "no gain", "without gain there is no CMRR, and no range by it"
    center = search.sweep.center
    why = Inquiry(center.drives, center.point).why(search.frequency_hz, DIFFERENTIAL, COMMON)
    short, _, advice = why.rejection.partition(":")
    return why.word, f"the CMRR is {short} and gives no range" + (f":{advice}" if advice else "")


def _prepare(circuit: Circuit, drive: Drive, frequency_hz: float, window: float | None) -> tuple[Search, list[str]]:
    drives = find_drives(circuit, drive)
    rails = supply_rails(drives.circuit)
    if window is None and rails is None:
        raise OptionError(
            "it is not known how far to look: no supplies are named",
            hint=said("give {window} in V, or name the supplies by {supply}", window=None, supply=None),
        )
    held = drive.null or drive.target is not None
    wanted, notes = null_target(drives, drive.target) if held else None, []
    if wanted is None:
        plain = sweep(drives).center
        wanted = plain.output[0].item()
        wanted = 0.0 if abs(wanted) < _NO_VOLTS else wanted
        if stuck(plain).any() and drives.single_ended:
            where = f"looked about the middle of the supplies, as {named('null', True)} does"
            notes.append(
                warning(
                    f"the output is stuck near a supply rail, at {wanted:.4g} V, where nothing has a range: {where}; "
                    f"{named('target')} looks elsewhere"
                )
            )
            wanted = null_target(drives, None)
    held_there = _hold(drives, wanted)
    if stuck(held_there.center).any():
        lost = f". {LOST}" if level_lost(drives, held_there.center.point)[0] else ""
        why = "the range is that of a circuit that hardly amplifies"
        notes.append(warning(f"an output is stuck near a supply rail: {why}{lost}"))
    notes[:0] = instability_notes(held_there.center.point)
    center = np.array([wanted, held_there.own.common])
    corners = _corners(drives.single_ended, center, rails, window)
    return Search(held_there, center, corners, frequency_hz, {}), notes


def _hold(drives: Drives, wanted: float) -> LevelSweep:
    """The amplifier with its output held at `wanted` V by its input."""
    try:
        return sweep(drives, null=True, target=wanted)
    except ConvergenceError:
        raise
    except AnalysisError as error:
        raise AnalysisError(
            f"there is no range about an output of {wanted:.4g} V: {error.message}",
            hint=said(
                "a range is that of an amplifier coupled at dc: look with 'op' for transistors that do not amplify, "
                "or give a {target} that the output can reach",
                target=None,
            ),
        ) from error


def _corners(single_ended: bool, center: Array, rails: tuple[float, float] | None, window: float | None) -> Array:
    """Where the search ends, `[low or high, (v_out, v_cm)]`."""
    if window is not None:
        return np.array([center - window, center + window])
    assert rails is not None, "asked for before anything is solved"
    low, high = rails
    span = high - low
    swing = (low, high) if single_ended else (-span, span)
    levels = (low - _WIDER * span, high + _WIDER * span)
    low_corner = np.minimum([swing[0], levels[0]], center - 1e-3 * span)
    return np.array([low_corner, np.maximum([swing[1], levels[1]], center + 1e-3 * span)])


Ends = list[tuple[Array, RangeEnd]]


def _look_around(
    search: Search, figured: bool
) -> tuple[dict[tuple[float, str], RangeSpan], Array, tuple[RangeEnd, ...]]:
    """The ranges along each axis by axis and criterion, and the corners of the polygon: all found in one search."""
    asked = [(UP, REGION), (UP, GAIN), (RIGHT, REGION), (RIGHT, GAIN), *([(UP, CMRR)] if figured else [])]
    along = np.array([angle for axis, _ in asked for angle in (axis - np.pi, axis)])
    rays = np.linspace(-np.pi, np.pi, _RAYS, endpoint=False)
    criteria = [frozenset({criterion}) for _, criterion in asked for _ in range(2)] + [_BOTH] * rays.size
    tolerance = np.repeat([_FINE, _COARSE], [along.size, rays.size])
    ends = search.reach(np.concatenate([along, rays]), criteria, tolerance)
    spans = {}
    for k, (axis, criterion) in enumerate(asked):
        column = 0 if axis == RIGHT else 1
        low, high = (replace(limit, volts=place[column].item()) for place, limit in ends[2 * k : 2 * k + 2])
        spans[axis, criterion] = RangeSpan(low, high)
    ends = _with_corners(search, rays, ends[along.size :])
    return spans, np.array([place for place, _ in ends]), tuple(limit for _, limit in ends)


def _with_corners(search: Search, angles: Array, ends: Ends) -> Ends:
    """The polygon with more rays between two that end at different limits."""
    for _ in range(2):
        reasons = [limit.reason for _, limit in ends]
        turns = [k for k in range(len(ends)) if reasons[k] != reasons[(k + 1) % len(ends)]]
        if not turns:
            break
        after = np.append(angles[1:], angles[0] + 2.0 * np.pi)
        shares = np.arange(1, _BETWEEN + 1) / (_BETWEEN + 1.0)
        more = (angles[turns, None] + (after - angles)[turns, None] * shares).ravel()
        ends = ends + search.reach(more, [_BOTH] * more.size, np.full(more.size, _COARSE))
        angles = np.append(angles, more)
        order = np.argsort(angles)
        angles, ends = angles[order], [ends[k] for k in order]
    return ends


ANALYSIS = Analysis(
    "range",
    "Input common-mode range, output swing, and where both hold together",
    run,
    OperatingRange,
    (
        *INPUT_OPTIONS,
        Option("frequency_hz", NUMBER, "Hz", "at which gain and rejection are taken", 1.0, low=0.0),
        *FREE_NULL_OPTIONS,
        Option("gain_loss_db", NUMBER, "dB", "loss of gain that ends a range", 3.0, low=1e-3, high=100.0),
        Option("cmrr_loss_db", NUMBER, "dB", "loss of rejection that ends a range", 6.0, low=1e-3, high=100.0),
        Option(
            "window",
            NUMBER,
            "V",
            "how far about the operating point to look",
            low=1e-6,
            otherwise="the supplies, and a fifth more for the input",
        ),
    ),
)
