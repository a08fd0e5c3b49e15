"""Arrays of parameters: their names checked, their axes named, their values flat over lanes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from longtail import modes
from longtail.circuit import Circuit
from longtail.contract.axes import numbers
from longtail.driven.drives import Drives
from longtail.driven.grid import Array, Grid, Lanes
from longtail.driven.lane_solves import solve_lanes
from longtail.elaborate.named_values import INPUT_LEVEL, known_as, nominal
from longtail.elaborate.value_bounds import check_bounds
from longtail.engine.equations.views import Numbers
from longtail.engine.solving.batch import lane_count
from longtail.errors import OptionError, in_short
from longtail.lanes.graph import Expr, Graph
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import lower
from longtail.lanes.status import LaneStatus


def read_lanes(circuit: Circuit, parameters: Mapping[str, ArrayLike], drives: Drives | None = None) -> Lanes:
    """Check names and lengths. "temp" stands for the temperature, "vcm" for the dc level of both inputs; where the
    netlist has a parameter of that name, for the parameter.

    Parameters of sources that stand before the inputs move the levels there, see `levels_over`.
    Raises `OptionError` for a name that the netlist does not have, with the nearest that it has.
    """
    arrays = {name.lower(): _numbers(name, v) for name, v in parameters.items()}
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


def _numbers(name: str, given: ArrayLike) -> Array:
    try:
        return numbers(given)
    except (TypeError, ValueError) as error:
        raise OptionError(f"'{name}' must be a number or an array of numbers, not {in_short(given)}") from error


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
