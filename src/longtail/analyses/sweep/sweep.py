"""Sweeps over parameters: the figures of every lane, in memory or into a file, part by part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.sweep.plan import Plan
from longtail.analyses.sweep.work import WORK_OPTIONS, LaneTable, Work, carry_out, check_work
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.axes import FORMS, linear_axis
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import ASSIGNMENTS, LANES, NAMES
from longtail.contract.options import FREQUENCY_OPTION, INPUT_OPTIONS, NEEDED, NONE, NULL_OPTIONS
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.grid import Axes, Grid, grid
from longtail.driven.inputs import find_drives
from longtail.driven.nulling import nulled_to
from longtail.driven.varied import read_lanes
from longtail.errors import OptionError, nearest
from longtail.hints import said
from longtail.lanes.status import LaneStatus
from longtail.merits.absent import zeros
from longtail.merits.reasons import Reason
from longtail.merits.registry import DEFAULT, SCALARS, measures, of_point

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
Digest = tuple[NDArray[np.int8], dict[str, NDArray[Any]]]  # status and values of a part

MOST = 20_000_000  # lanes: their parameters and figures are held in memory, some 8 bytes each
RESERVED = ("status", "frequency", "frequency_hz")  # columns of every sweep
_KEPT = 1 << 29  # bytes of figures over frequency that are kept in memory


@dataclass(frozen=True, eq=False, repr=False)
class SweepResult(AtOutput, Result):
    """Figures of every lane; `…` stands for the axes of varied parameters.

    values        by measure: `[…]`, or `[…, frequency]`; a lane without solution has nan
    units         by measure
    frequency_hz  of the figures over frequency
    headline_hz   the frequency of all other gains, and of rejections: mid-band of the netlist as it stands
    floor         `[…, frequency]`, V/V: a gain over frequency below this is rounding
    input, output names of the nodes; none where operating points alone were asked for
    status_codes  `[…]`, see `LaneStatus`; `status` has them in words
    axes          name and values of each axis in `…`
    reasons       by measure, why a gain is zero, or the one that spoils a rejection, where it is
    path          the file that has it all, if there is one: figures over frequency may be there alone
    """

    analysis: ClassVar[str] = "sweep"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "lanes"

    title: str
    values: dict[str, NDArray[Any]]
    units: dict[str, str]
    frequency_hz: Array
    floor: Array
    input: tuple[str, ...]
    output: tuple[str, ...]
    status_codes: NDArray[np.int8]
    axes: Axes
    path: Path | None = None
    notes: tuple[str, ...] = ()
    headline_hz: float | None = None
    reasons: Mapping[str, Reason] = field(default_factory=dict)

    def __repr__(self) -> str:
        shape = " × ".join(f"{name} {len(values)}" for name, values in self.axes)
        return f"<sweep over {shape}, {self.solved:.4%} of lanes solved: {', '.join(self.values)}>"

    def __getitem__(self, measure: str) -> NDArray[Any]:
        """The values of one measure. Raises `OptionError` for one that was not taken, with the nearest that was."""
        if measure not in self.values:
            raise OptionError(f"'{measure}' was not measured", hint=nearest(measure, self.values))
        return self.values[measure]

    @property
    def status(self) -> NDArray[np.str_]:
        """The status of every lane in words."""
        return np.array([s.text for s in LaneStatus])[self.status_codes]

    @property
    def solved(self) -> float:
        """The share of lanes that were solved."""
        return float(np.mean(self.status_codes == LaneStatus.CONVERGED))

    @property
    def files(self) -> tuple[Path, ...]:
        return () if self.path is None else (self.path,)

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                "title": self.title,
                "status": self.status,
                **(ports(self.input, self.output) if self.output else {}),
                "axes": dict(self.axes),
                "frequency_hz": self.frequency_hz,
                "headline_hz": self.headline_hz,
                "values": self.values,
                "units": self.units,
                "floor": self.floor,
                "zero": self.reasons,
                "path": self.path and str(self.path),
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> SweepResult:
        codes = {status.text: int(status) for status in LaneStatus}
        words = np.array(entries["status"])
        found = {
            "output": (),
            "input": (),
            **entries,
            "status_codes": np.array([codes[word] for word in words.ravel()], np.int8).reshape(words.shape),
            "reasons": entries["zero"],
        }
        return super().from_dict(found)

    def over_frequency(self, measure: str) -> bool:
        """Whether a measure has an axis of frequency."""
        return self.values[measure].ndim > len(self.axes)

    def to_xarray(self) -> xarray.Dataset:
        """Every measure over the varied axes, and "frequency" in Hz where it has one; the status of every lane."""
        import xarray

        lanes = tuple(name for name, _ in self.axes)
        data: dict[str, Any] = {}
        coordinates: dict[str, Any] = dict(self.axes)
        for name, values in self.values.items():
            over = ("frequency",) if self.over_frequency(name) else ()
            data[name] = ((*lanes, *over), values, {"units": self.units[name]})
            if over:
                coordinates["frequency"] = ("frequency", self.frequency_hz, {"units": "Hz"})
        data["status"] = (lanes, self.status)
        return xarray.Dataset(data, coords=coordinates, attrs={"title": self.title, "output": ", ".join(self.output)})


def run(
    circuit: Circuit,
    drive: Drive,
    vary: Grid | None,
    parameters: Mapping[str, Any] | None,
    measure: tuple[str, ...],
    frequency_hz: Array,
    work: Work,
) -> SweepResult:
    """Solve every lane and keep its figures."""
    lanes = vary or parameters
    if not lanes:
        raise OptionError(
            "nothing is varied", hint=said("as in {vary}", vary={"rc1.r": "9k:11k:101", "temp": "-40,27,125"})
        )
    if vary and parameters:
        raise OptionError("give either vary or parameters", hint="vary nests its axes, parameters gives lane by lane")
    check_work(work)
    table, notes = carry_out(_plan(circuit, drive, lanes, measure, frequency_hz), work)
    return _result(table, work.out, notes)


def axes_of(vary: Mapping[str, Any] | Sequence[str]) -> Grid:
    """Nested axes from `NAME=start:stop:points` or `NAME=a,b,c`, or from values by name.

    >>> axes_of(["rc1.r=9k:11k:3", "temp=-40,27"])
    Grid(rc1.r: 3 × temp: 2)
    """
    words = [vary] if isinstance(vary, str) else vary
    if not isinstance(words, Mapping | list | tuple):
        raise OptionError(said("{vary}: expected assignments, or values by name", vary=vary))
    given = words if isinstance(words, Mapping) else _assignments(words)
    axes = {name: linear_axis(v, f"vary {name}", "the unit of the parameter", most=MOST) for name, v in given.items()}
    lanes = math.prod(len(values) for values in axes.values())
    if lanes > MOST:
        raise OptionError(f"{lanes} lanes are too many: at most {MOST}", hint="sweep coarser, or one part at a time")
    return grid(axes)


def _assignments(words: Sequence[str]) -> dict[str, str]:
    """Ranges by name. Raises `OptionError` for a name that is given twice."""
    given: dict[str, str] = {}
    for name, values in map(_assignment, words):
        if name in given:
            raise OptionError(
                said("{vary} gives '{0}' twice", name, vary=None), hint="list its values with commas between"
            )
        given[name] = values
    return given


def _assignment(word: str) -> tuple[str, str]:
    name, sign, values = (part.strip() for part in word.partition("="))
    if not (name and sign and values):
        raise OptionError(
            said("{vary}: expected NAME=start:stop:points or a list", vary=word), hint="as in rc1.r=9k:11k:101"
        )
    return name.lower(), values


def _plan(
    circuit: Circuit, drive: Drive, given: Mapping[str, Any], measure: tuple[str, ...], frequency_hz: Array
) -> Plan:
    alone = all(of_point(word) for word in measure) and not drive.null and drive.vcm is None and "vcm" not in given
    drives = None if alone else find_drives(circuit, drive)
    wanted = measures(measure, drives.circuit if drives else circuit, len(drives.output) if drives else 0)
    if any(m.needs == "nulled" for m in wanted) and not drive.null:
        raise OptionError("the input offset is what nulls the output", hint=said("add {null}", null=True))
    _check_columns(given, [m.name for m in wanted])
    lanes = read_lanes(drives.circuit if drives else circuit, given, drives)
    count = len(next(iter(lanes.values.values())))
    flat = {name.lower(): np.broadcast_to(np.asarray(given[name], float), count) for name in given}
    volts = nulled_to(drives, drive) if drives else None
    plan = Plan(drives.circuit if drives else circuit, drives, lanes, flat, wanted, frequency_hz, volts)
    plan.check()
    return plan


def _check_columns(varied: Iterable[str], measured: Sequence[str]) -> None:
    """Raise `OptionError` where a varied name would be that of another column of the result."""
    for name in varied:
        if name.lower() in (*measured, *RESERVED):
            raise OptionError(
                f"'{name.lower()}' is the name of a figure of the sweep, and is varied too",
                hint="leave the figure out, or give the parameter another name in the netlist",
            )


def _result(table: LaneTable, path: Path | None, notes: tuple[str, ...]) -> SweepResult:
    plan = table.plan
    shape = plan.lanes.shape or (plan.count,)
    floor = table.floor.reshape(*shape, -1) if len(table.floor) == plan.count else table.floor[0]
    at = (plan.headline_hz, plan.frequency_hz[0].item())
    return SweepResult(
        plan.circuit.title,
        {name: values.reshape(*shape, *values.shape[1:]) for name, values in table.values.items()},
        {m.name: m.unit for m in plan.measures},
        plan.frequency_hz,
        floor,
        plan.drives.hot if plan.drives else (),
        plan.drives.output if plan.drives else (),
        table.status.reshape(shape),
        plan.lanes.axes or (("lane", np.zeros(1)),),
        path,
        notes,
        plan.headline_hz,
        zeros(plan.drives, plan.solve, at, plan.measures, table.values, table.floor),
    )


ANALYSIS = Analysis(
    "sweep",
    "Figures over swept parameters: gains, CMRR, offsets, operating points",
    run,
    SweepResult,
    (
        *INPUT_OPTIONS,
        Option(
            "vary",
            ASSIGNMENTS,
            "",
            f"what to sweep, NAME= and values: {FORMS}; several are nested, repeat the option",
            reads=axes_of,
            otherwise=NEEDED,
        ),
        Option(
            "parameters",
            LANES,
            "",
            "arrays by parameter name: a lane for every value",
            python_only=True,
            otherwise=NONE,
        ),
        Option(
            "measure",
            NAMES,
            "",
            f"what to keep: gains, op, cmrr, {', '.join(merit.name for merit in SCALARS)}, psrr(supply), v(node), "
            "i(device), device.quantity; name@frequency for figures of one frequency",
            DEFAULT,
        ),
        FREQUENCY_OPTION,
        *NULL_OPTIONS,
        *WORK_OPTIONS,
    ),
    example='vary="rc=9k:11k:3", measure="cmrr_db"',
)
