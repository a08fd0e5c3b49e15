"""Operating point: node voltages, branch currents, and every device's region and small-signal parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.axes import FORMS
from longtail.contract.decoding import rebuilt
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import RANGE
from longtail.contract.options import COLDEST, HOTTEST, INPUT_OPTIONS, LANE_OPTIONS, NULL_OPTIONS, OWN
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.devices.discovery import devices
from longtail.driven.drives import Drives
from longtail.driven.grid import Axes, Lanes, grid
from longtail.driven.inputs import find_drives
from longtail.driven.lane_solves import null_lanes, solve_lanes
from longtail.driven.mode_gains import common_level
from longtail.driven.nulling import NullPoint, bias_of, nulled_to
from longtail.driven.port_maps import NO_CURRENT
from longtail.driven.stability import instability_notes
from longtail.driven.varied import read_lanes
from longtail.elaborate.cards.ammeters import without_ammeters
from longtail.elaborate.named_values import INPUT_LEVEL, known_as, temperature_name, with_values
from longtail.engine.equations.potentials import lost_potentials, said
from longtail.engine.solving.at_rest import at_rest
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import OptionError
from longtail.garbage import collected_later
from longtail.hints import named
from longtail.hints import said as worded
from longtail.lanes.status import LaneStatus, texts
from longtail.large_signal.extremes import extreme_notes
from longtail.large_signal.stuck import lane_notes as stuck_lanes
from longtail.large_signal.stuck import stuck_notes
from longtail.remarks import warning
from longtail.units import counted

if TYPE_CHECKING:
    import xarray

_NO_VOLTAGE = 1e-18  # V: less is rounding
_LAST_BIT = float(np.finfo(float).eps)  # of the largest node voltage: so is this


@dataclass(frozen=True, eq=False)
class DrivenAt(AtOutput):
    """How the inputs of an operating point are driven; `…` stands for the axes of varied parameters, if any.

    input, output  names of the nodes
    vcm            dc common-mode level at the inputs, V, `[…]`
    null           see `NullPoint`; None where nothing is nulled
    """

    input: tuple[str, ...]
    output: tuple[str, ...]
    vcm: float | NDArray[np.float64]
    null: NullPoint | None

    def to_dict(self) -> dict[str, Any]:
        return {**ports(self.input, self.output), "vcm": self.vcm, "null": self.null}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> DrivenAt:
        return rebuilt(cls, {**entries, "output": entries["output"]["nodes"]})


@dataclass(frozen=True, eq=False, repr=False)
class OpResult(Result):
    """The operating point of a circuit; `…` stands for the axes of varied parameters, if any.

    nodes     V to ground by node, `[…]`; nodes within a device are left out
    branches  A by device that has a branch current, `[…]`: into the first terminal, through the device
    devices   by name: "model", "region" where it has one (`[…]`), and its quantities in SI units, `[…]`
    status    "converged", or `[…]` the status of every lane; a lane without solution has values of nan
    units     by device, the unit of each quantity; kinds: by device, the name of its `DeviceModel`
    axes      name and values of each axis in `…`
    driven    how the inputs are driven, see `DrivenAt`; None where the bench is as the netlist has it
    temperature_deg_c  the one that was asked for, degrees Celsius; None where it is the netlist's own, or varies
    """

    analysis: ClassVar[str] = "op"
    view: ClassVar[str] = "op"

    status: str | NDArray[np.str_]
    iterations: int
    continuation: str
    nodes: dict[str, Any]
    branches: dict[str, Any]
    devices: dict[str, dict[str, Any]]
    units: dict[str, dict[str, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    axes: Axes = ()
    notes: tuple[str, ...] = ()
    driven: DrivenAt | None = None
    temperature_deg_c: float | None = None

    def __repr__(self) -> str:
        size = f"{counted(len(self.nodes), 'node')}, {counted(len(self.devices), 'device')}"
        what = f"{size}, {self.continuation}, {counted(self.iterations, 'iteration')}"
        if self.axes:
            shape = " × ".join(f"{name} {len(values)}" for name, values in self.axes)
            solved = np.mean(self.status == LaneStatus.CONVERGED.text)
            return f"<operating points over {shape}, {solved:.4g} of lanes solved, {what}>"
        return f"<operating point: {self.status}, {what}>"

    def to_dict(self) -> dict[str, Any]:
        varied = {"axes": dict(self.axes)} if self.axes else {}
        asked = {} if self.temperature_deg_c is None else {"temperature_deg_c": self.temperature_deg_c}
        return plain(
            {
                "status": self.status,
                "iterations": self.iterations,
                "continuation": self.continuation,
                **({} if self.driven is None else self.driven.to_dict()),
                **asked,
                **varied,
                "nodes": self.nodes,
                "branches": self.branches,
                "devices": self.devices,
                "kinds": self.kinds,
                "units": {self.kinds[name]: units for name, units in self.units.items()},
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> OpResult:
        units = {name: entries["units"][kind] for name, kind in entries["kinds"].items()}
        driven = DrivenAt.from_dict(entries) if "input" in entries else None
        return super().from_dict({**entries, "units": units, "driven": driven})

    def to_xarray(self) -> xarray.Dataset:
        """Voltages over "node" in V and currents over "branch" in A, behind the varied axes."""
        import xarray

        lanes = tuple(name for name, _ in self.axes)
        shape = tuple(len(values) for _, values in self.axes)
        volts = np.stack([*self.nodes.values()], axis=-1) if self.nodes else np.empty((*shape, 0))
        amperes = np.stack([*self.branches.values()], axis=-1) if self.branches else np.empty((*shape, 0))
        data: dict[str, Any] = {
            "voltage": ((*lanes, "node"), volts, {"units": "V"}),
            "current": ((*lanes, "branch"), amperes, {"units": "A"}),
        }
        attributes: dict[str, Any] = {"continuation": self.continuation}
        if self.axes:
            data["status"] = (lanes, np.asarray(self.status))
        else:
            attributes["status"] = self.status
        coordinates = {**dict(self.axes), "node": list(self.nodes), "branch": list(self.branches)}
        return xarray.Dataset(data, coords=coordinates, attrs=attributes)


def describe(point: OperatingPoint, lanes: Lanes | None = None, circuit: Circuit | None = None) -> OpResult:
    """An operating point in names and numbers: its only lane, or all of `lanes`.

    `circuit` is the part of the solved circuit that is told of, if not all of it.
    """
    system = point.system
    circuit = without_ammeters(circuit or system.circuit)
    solved = point.status == LaneStatus.CONVERGED

    def shaped(values: NDArray[Any]) -> Any:
        if lanes is None or not lanes.axes:
            return values[0].item()
        return lanes.shaped(np.where(solved, values, np.nan) if values.dtype.kind == "f" else values)

    names = [u.name for u in system.unknowns]
    volts = np.array([u.unit == "V" for u in system.unknowns])
    nothing = np.where(volts, np.maximum(_NO_VOLTAGE, _LAST_BIT * point.largest_voltage[:, None]), NO_CURRENT)
    solution = np.where(np.abs(point.solution) < nothing, 0.0, point.solution)
    if lanes is None or not lanes.axes:
        values = dict(zip(names, solution[0].tolist(), strict=True))
    else:
        values = {name: shaped(x) for name, x in zip(names, solution.T, strict=True)}
    branches = {
        u.name.removeprefix("i(").removesuffix(")"): values[u.name]
        for u in system.unknowns
        if u.unit == "A" and u.owner in circuit.instances
    }
    models = devices()
    described: dict[str, dict[str, Any]] = {}
    units = {}
    units_of = {k: {q.name: q.unit for q in model.quantities if q.name != "region"} for k, model in models.items()}
    for name, instance in circuit.instances.items():
        quantities = point.quantities[name]
        model = models[instance.device]
        described[name] = {"model": instance.model or model.name}
        if "region" in quantities:
            region = np.nan_to_num(quantities["region"]).astype(int)
            described[name]["region"] = shaped(np.where(solved, np.array(model.regions)[region], "unknown"))
        described[name] |= {k: shaped(x) for k, x in quantities.items() if k != "region"}
        units[name] = units_of[instance.device]
    status = texts(point.status)
    return OpResult(
        shaped(status),
        point.iterations,
        point.continuation,
        {node: values[node] for node in circuit.nodes},
        branches,
        described,
        units,
        {name: circuit.instances[name].device for name in described},
        lanes.axes if lanes else (),
    )


def run(
    circuit: Circuit,
    drive: Drive,
    temp: NDArray[np.float64] | None,
    parameters: Mapping[str, Any] | None,
    threads: int,
) -> OpResult:
    """The operating point of the netlist as it stands or with its inputs driven, or over arrays of parameters."""
    if temp is None:
        return _operating_point(circuit, drive, parameters or {}, threads)
    circuit, parameters = _at_temperatures(circuit, temp, parameters or {})
    found = _operating_point(circuit, drive, parameters, threads)
    return replace(found, temperature_deg_c=temp[0].item()) if temp.size == 1 else found


def _operating_point(circuit: Circuit, drive: Drive, parameters: Mapping[str, Any], threads: int) -> OpResult:
    """The same where the circuit or the parameters have the temperature."""
    if _is_driven(circuit, drive, parameters):
        return _driven(find_drives(circuit, drive), drive, parameters, threads)
    if not parameters:
        with collected_later():  # of a hundred thousand resistors there is much to tell
            point = at_rest(circuit)
            return replace(describe(point), notes=_notes(point))
    lanes = read_lanes(circuit, parameters)
    return describe(solve_lanes(circuit, lanes, threads=threads)[1], lanes)


def _at_temperatures(
    circuit: Circuit, temp: NDArray[np.float64], parameters: Mapping[str, Any]
) -> tuple[Circuit, Mapping[str, Any]]:
    """The circuit at one temperature, or several as an axis. Raises `OptionError` where parameters say other things."""
    name = temperature_name(circuit)
    if parameters and (temp.size > 1 or name in {each.lower() for each in parameters}):
        raise OptionError("temp and parameters cannot both vary", hint="put the temperatures into parameters")
    if temp.size > 1:
        return circuit, grid({name: temp})
    return with_values(circuit, {name: temp[0].item()}), parameters


def _is_driven(circuit: Circuit, drive: Drive, names: Iterable[str]) -> bool:
    """Whether the inputs are to be driven: nulled, or at a level that is asked for, is varied or was set.

    Raises `OptionError` for ports without one of these: the point of the bench as it stands hangs on no port.
    """
    varied = any(known_as(circuit, name.lower()) == INPUT_LEVEL for name in names)
    if varied or drive.null or drive.vcm is not None or circuit.ports.how.get("vcm") == "option":
        return True
    for name in ("input", "output"):
        if getattr(drive, name) is not None:
            raise OptionError(
                worded("{0} has no effect on an operating point that is as the netlist has it", named(name)),
                hint=worded("add {vcm} or {null}, or leave {0} out", named(name), vcm=None, null=True),
            )
    return False


def _driven(drives: Drives, drive: Drive, parameters: Mapping[str, Any], threads: int) -> OpResult:
    """The operating point of the amplifier with its inputs at a level, and nulled if that is asked for."""
    target = nulled_to(drives, drive)
    if not parameters:
        point, offset = bias_of(drives, drive)
        null = None if offset is None or target is None else NullPoint(target, offset)
        driven = DrivenAt(drives.hot, drives.output, common_level(drives, point), null)
        notes = (*drives.notes, *_notes(point), *stuck_notes(drives, point, nulled=null is not None))
        return replace(describe(point, circuit=drives.told), notes=notes, driven=driven)
    lanes = read_lanes(drives.circuit, parameters, drives)
    if target is None:
        null, point = None, solve_lanes(drives.circuit, lanes, drives, threads=threads)[1]
    else:
        _, point, offsets = null_lanes(drives, lanes, target, threads=threads)
        null = NullPoint(target, lanes.shaped(offsets))
    level = lanes.shaped(modes.split(*(point.voltage(node) for node in drives.hot)).common)
    driven = DrivenAt(drives.hot, drives.output, level, null)
    notes = (*drives.notes, *stuck_lanes(drives, point, nulled=null is not None))
    return replace(describe(point, lanes, drives.told), notes=notes, driven=driven)


def _notes(point: OperatingPoint) -> tuple[str, ...]:
    """What is wrong with a point that was found: potentials, voltages and currents beyond reason, growing poles."""
    lost = lost_potentials(point.system, point.values, 1)
    if lost:
        return (warning(f"capacitances and frequencies have no figures: {said(lost, point.system.circuit)}"),)
    return (*extreme_notes(point), *instability_notes(point))


ANALYSIS = Analysis(
    "op",
    "Operating point: voltages, currents, and each device's region and parameters",
    run,
    OpResult,
    (
        *INPUT_OPTIONS,
        *NULL_OPTIONS,
        Option(
            "temp",
            RANGE,
            "degC",
            f"temperatures: {FORMS}",
            low=COLDEST,
            high=HOTTEST,
            otherwise=OWN,
            aliases=("temperatures",),
        ),
        *LANE_OPTIONS,
    ),
)
