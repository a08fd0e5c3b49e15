"""Arrays of parameters: their names checked, their axes named, their values flat over lanes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longtail import modes
from longtail.circuit import Circuit, Instance
from longtail.devices.discovery import devices
from longtail.driven.drives import Drives, as_plain, at_one_lane
from longtail.driven.lane_bounds import check_bounds
from longtail.engine.equations.system import System
from longtail.engine.equations.trace import Null
from longtail.engine.equations.views import TEMPERATURE, Numbers
from longtail.engine.remember import Remembered
from longtail.engine.solving.batch import Batch, lane_count
from longtail.engine.solving.operating_point import OperatingPoint, solve_operating_point
from longtail.errors import OptionError, nearest
from longtail.lanes.graph import Expr, Graph
from longtail.lanes.kernels import COMPILED
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import lower
from longtail.lanes.status import LaneStatus

Array = NDArray[np.float64]
Axes = tuple[tuple[str, Array], ...]

INPUT_LEVEL = "#vcm"  # of both inputs, in V
_OURS = {"temp": TEMPERATURE, "vcm": INPUT_LEVEL}  # what these names stand for where no parameter has them

_BATCHES = Remembered[Batch](16)


class Grid(Mapping[str, Array]):
    """Every combination of values on several axes, flat over lanes, the last axis fastest.

    >>> g = grid({"vcm": [0.0, 1.0], "temp": [-40.0, 27.0, 125.0]})
    >>> g.shape, g["temp"].tolist()
    ((2, 3), [-40.0, 27.0, 125.0, -40.0, 27.0, 125.0])
    """

    def __init__(self, axes: Mapping[str, ArrayLike]) -> None:
        self.axes: Axes = tuple((name, np.atleast_1d(np.asarray(values, float))) for name, values in axes.items())
        wrong = [name for name, values in self.axes if values.ndim != 1]
        if wrong:
            raise OptionError(f"the axis '{wrong[0]}' must be one-dimensional")
        mesh = np.meshgrid(*(values for _, values in self.axes), indexing="ij")
        self._flat = {name: values.ravel() for (name, _), values in zip(self.axes, mesh, strict=True)}

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(values) for _, values in self.axes)

    def __getitem__(self, name: str) -> Array:
        return self._flat[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat)

    def __len__(self) -> int:
        return len(self._flat)

    def __repr__(self) -> str:
        return "Grid(" + " × ".join(f"{name}: {len(values)}" for name, values in self.axes) + ")"


def grid(axes: Mapping[str, ArrayLike]) -> Grid:
    """Nested axes from `{"vcm": values, "temp": values}`: one lane for every combination, the last axis fastest."""
    return Grid(axes)


@dataclass(frozen=True)
class Lanes:
    """Checked parameters: flat `values` by varied name, and the axes that results carry."""

    values: Mapping[str, Array]
    axes: Axes

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(values) for _, values in self.axes)

    def shaped(self, flat: Any) -> Any:
        """`[lane, ...]` as `[*axes, ...]`; the lane itself where there are no axes."""
        flat = np.asarray(flat)
        return flat.reshape(*self.shape, *flat.shape[1:]) if self.axes else flat[0]


def read_lanes(circuit: Circuit, parameters: Mapping[str, ArrayLike], drives: Drives | None = None) -> Lanes:
    """Check names and lengths. "temp" stands for the temperature, "vcm" for the dc level of both inputs; where the
    netlist has a parameter of that name, for the parameter.

    Parameters of sources that stand before the inputs move the levels there, see `levels_over`.
    Raises `OptionError` for a name that the netlist does not have, with the nearest that it has.
    """
    arrays = {name.lower(): np.asarray(v, float) for name, v in parameters.items()}
    lanes = lane_count(arrays)
    if isinstance(parameters, Grid):
        axes = parameters.axes
    else:
        axes = (("lane", np.arange(float(lanes))),) if any(v.ndim for v in arrays.values()) else ()
    flat = {name: np.broadcast_to(value, lanes) for name, value in arrays.items()}
    values = {known_as(circuit, name): value for name, value in flat.items()}
    level = values.pop(INPUT_LEVEL, None) if drives is not None else None
    before = _before(drives, values)
    for name in values:
        nominal(drives.bench if drives and drives.bench and name in before else circuit, name)
    check_bounds(circuit, {name: value for name, value in values.items() if name not in before})
    if drives is not None and drives.bench is not None:
        check_bounds(drives.bench, {name: values[name] for name in before})
    if drives is not None:
        values |= levels_over(drives, values) if level is None else _at_level(drives, level, values)
    return Lanes({name: v for name, v in values.items() if name not in before}, axes)


def _before(drives: Drives | None, names: Iterable[str]) -> set[str]:
    """Names of parameters of devices that stand before the inputs."""
    if drives is None or drives.bench is None:
        return set()
    removed = drives.bench.instances.keys() - drives.circuit.instances.keys()
    return {name for name in names if name.rpartition(".")[0].removesuffix(".model") in removed}


def levels_over(drives: Drives, values: Mapping[str, Array]) -> dict[str, Array]:
    """Levels of the input sources where varied parameters move them, by varied name, `[lane]`.

    The values of plain sources as the netlist makes them depend on parameters; else the dc voltages of the input nodes
    on the bench, which is solved for every lane, nan in one without solution.
    """
    if drives.circuit.ports.vcm is not None or not values:
        return {}
    if drives.bench is None:
        return _moved_levels(drives, values)
    known = {name: value for name, value in values.items() if name not in drives.names}
    if not known:
        return {}
    _, point = solve_lanes(drives.bench, Lanes(known, ()))
    good = point.status == LaneStatus.CONVERGED
    return {
        name: np.where(good, point.voltage(node), np.nan)
        for name, node in zip(drives.names, drives.bench_nodes, strict=True)
        if name not in values
    }


def known_as(circuit: Circuit, name: str) -> str:
    """What a name of the user's stands for: a parameter of the netlist, else "temp" and "vcm" for what they say."""
    return name if name in circuit.parameters else _OURS.get(name, name)


def temperature_name(circuit: Circuit) -> str:
    """What to call the temperature: "temp", which users know, unless a parameter has that name."""
    return TEMPERATURE if "temp" in circuit.parameters else "temp"


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names that users know.

    >>> shown({"temper": 27.0, "rc": 1e3})
    {'temp': 27.0, 'rc': 1000.0}
    """
    names = {ours: name for name, ours in _OURS.items() if name not in values}
    return {names.get(name, name): value for name, value in values.items()}


def _moved_levels(drives: Drives, values: Mapping[str, Array]) -> dict[str, Array]:
    """Levels of plain input sources where the netlist makes them depend on a varied parameter."""
    circuit = drives.circuit
    graph = Graph()
    numbers = Numbers(circuit, graph, frozenset(values))
    levels = {
        name: numbers.real(circuit.instances[source].parameters.get("dc", 0.0))
        for name, source in zip(drives.names, drives.sources, strict=True)
    }
    moved = {name: level for name, level in levels.items() if isinstance(level, Expr) and name not in values}
    if not moved:
        return {}
    program = lower(graph, list(moved.values()), list(values))
    lanes = len(next(iter(values.values())))
    return dict(zip(moved, NumpyExecutor().run(program, list(values.values()), lanes), strict=True))


def _at_level(drives: Drives, vcm: Array, values: Mapping[str, Array]) -> dict[str, Array]:
    """Levels of the input sources at a common-mode level, the difference kept that the bench has."""
    own = drives.values | (levels_over(drives, values) if drives.bench else {})
    ends = modes.join(np.broadcast_to(drives.modes_of(own).differential, vcm.shape), vcm)
    return dict(zip(drives.names, ends, strict=True))


def nominal(circuit: Circuit, name: str) -> float:
    """The netlist's own value of what `name` stands for. Raises `OptionError` where it stands for nothing."""
    if name in circuit.parameters:
        return circuit.number(circuit.parameters[name])
    if known_as(circuit, name) == TEMPERATURE:
        return circuit.number(circuit.options.temp_deg_c)
    owner, _, parameter = name.rpartition(".")
    if owner in circuit.instances:
        return _of_instance(circuit, circuit.instances[owner], parameter, name)
    if owner in circuit.models:
        return _of_model(circuit, owner, parameter, name)
    if owner.endswith(".model") and owner.removesuffix(".model") in circuit.instances:
        model = circuit.instances[owner.removesuffix(".model")].model
        if model:
            return _of_model(circuit, model, parameter, name)
    owners = (*circuit.instances, *circuit.models) if owner else ()
    known = [*circuit.parameters, "temp", *(f"{i}.{parameter}" for i in owners)]
    raise OptionError(
        f"there is no parameter '{next(iter(shown({name: 0.0})))}' to vary",
        hint=nearest(name, known) or "name a .param, or device.parameter as in rc1.r or q1.is, or temp",
    )


def _of_instance(circuit: Circuit, instance: Instance, parameter: str, name: str) -> float:
    declared = {p.name: p for p in devices()[instance.device].parameters}
    if parameter in instance.parameters:
        return circuit.number(instance.parameters[parameter])
    if parameter in declared:
        default = declared[parameter].default
        if default is None:
            raise OptionError(f"'{name}' has no value in the netlist to vary from", hint="give it there first")
        return default
    if instance.model:
        return _of_model(circuit, instance.model, parameter, name, tuple(declared))
    raise OptionError(
        f"{instance.name} has no parameter '{parameter}'",
        hint=nearest(parameter, declared) or f"it has: {', '.join(declared)}",
    )


def _of_model(circuit: Circuit, model: str, parameter: str, name: str, others: tuple[str, ...] = ()) -> float:
    card = circuit.models[model]
    declared = {p.name: p for p in devices()[card.device].model_parameters}
    if parameter in card.parameters:
        return circuit.number(card.parameters[parameter])
    if parameter not in declared:
        raise OptionError(
            f"neither device nor model of '{name}' has a parameter '{parameter}'",
            hint=nearest(parameter, (*others, *declared)),
        )
    default = declared[parameter].default
    if default is None:
        raise OptionError(f"'{name}' has no value in the netlist to vary from", hint="give it in the .model card")
    return default


def batch(circuit: Circuit, names: tuple[str, ...], drives: Drives | None = None, null: Null | None = None) -> Batch:
    """The circuit solved at its nominal point and ready for lanes of these names; remembered for the next time."""
    driven = drives.names if drives else ()
    key = (tuple(sorted(names)), driven, repr(null), drives.levels if drives else ())

    def prepare() -> Batch:
        system = System(circuit, varied=names, drives=driven, null=null, executor=COMPILED if names else None)
        values = {name: nominal(circuit, name) for name in names}
        return Batch(solve_operating_point(system, {**values, **(drives.values if drives else {})}))

    return _BATCHES.get(circuit, key, prepare)


def solve_lanes(
    circuit: Circuit, lanes: Lanes, drives: Drives | None = None, *, threads: int = 1
) -> tuple[Batch, OperatingPoint]:
    """Operating points of all lanes."""
    prepared = batch(circuit, tuple(lanes.values), drives)
    return prepared, prepared.solve(lanes.values, threads=threads)


def null_lanes(drives: Drives, lanes: Lanes, target: float, *, threads: int = 1) -> tuple[Batch, OperatingPoint, Array]:
    """Operating points with the output of every lane brought to `target`, and the input offset of each in V.

    The points are handed over as those of the plain circuit, with the offsets in its input sources.
    """
    names = tuple(lanes.values)
    plain = batch_at_null(drives, names, drives.null(target))
    point = solve_nulled(drives, plain, lanes.values, target, threads=threads)
    return plain, point, np.asarray(drives.modes_of(point.values).differential)


def solve_nulled(
    drives: Drives, plain: Batch, values: Mapping[str, Array], target: float, *, threads: int = 1
) -> OperatingPoint:
    """Nulled operating points as points of the plain circuit; `values` by names that are varied in `plain`."""
    null = drives.null(target)
    names = tuple(n for n in plain.system.varied if n not in drives.names or n in values)
    nulled = batch(drives.circuit, names, drives, null).solve(values, threads=threads)
    return as_plain(drives, plain.system, nulled)


def batch_at_null(drives: Drives, names: tuple[str, ...], null: Null) -> Batch:
    """The plain circuit at the nominal nulled point: what frequency sweeps of nulled lanes start from."""
    circuit = drives.circuit

    def prepare() -> Batch:
        nulled = batch(circuit, names, drives, null).nominal
        system = System(circuit, varied=names, drives=drives.names, executor=COMPILED if names else None)
        return Batch(at_one_lane(as_plain(drives, system, nulled)))

    return _BATCHES.get(circuit, (tuple(sorted(names)), "at null", repr(null), drives.levels), prepare)
