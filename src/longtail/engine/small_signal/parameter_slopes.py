"""How the equations of a circuit, and its linear model, move with parameters and with the operating point.

The equations are F(x, p) + dQ(x, p)/dt = 0; the linear model is J = F_x + s*Q_x and b = F_u with their delayed parts.
Its slopes by unknowns and by parameters are taken from the same expressions as the model itself, by differentiating
them once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array, System
from longtail.engine.remember import Remembered
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.derivative import Differentiator
from longtail.lanes.graph import Expr, Real
from longtail.lanes.program import Program, lower
from longtail.lanes.threads import making

_PROGRAMS = Remembered["_SlopesProgram"](8)


@dataclass(frozen=True, eq=False)
class Tensor:
    """Slopes of the entries of a matrix: of that in `rows` and `columns` by `by`, `values` `[entry, lane]`.

    `by` counts the unknowns first, and then the parameters.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    by: NDArray[np.intp]
    values: Array


@dataclass(frozen=True, eq=False)
class ParameterSlopes:
    """Slopes at an operating point.

    flows        of the static equations by unknown and parameter, `[lane, n, n + parameter]`. Small signals may have
                 other conductances, as of a resistor with a value for ac
    conductance, capacitance, inputs
                 of the linear model, see `Tensor`
    delays       of each delayed part: of its entries, of its delay `[lane, n + parameter]` in s, and the entries and
                 the delay `[lane]` themselves
    """

    flows: Array
    conductance: Tensor
    capacitance: Tensor
    inputs: Tensor
    delays: tuple[tuple[Tensor, Array, Tensor, Array], ...]


@dataclass(frozen=True, eq=False)
class _Places:
    """Where slopes of a matrix go, `[entry]` each."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    by: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class _SlopesProgram:
    """The slopes as one program; `places` of its outputs in order: flows, then the tensors."""

    program: Program
    places: tuple[_Places, ...]


def parameter_slopes(point: OperatingPoint, names: Sequence[str]) -> ParameterSlopes:
    """The slopes by the parameters `names`, which are varied in the system of the point, in all lanes."""
    system, lanes, n = point.system, len(point.solution), len(point.system.unknowns)
    made = _PROGRAMS.get(system, tuple(names), lambda: _made(system, names))
    inputs = point.inputs
    out = system.executor.run(made.program, [inputs[name] for name in made.program.inputs], lanes)
    tensors, at = [], 0
    for places in made.places:
        end = at + places.rows.size
        tensors.append(Tensor(places.rows, places.columns, places.by, out[at:end]))
        at = end
    flows = np.zeros((lanes, n, n + len(names)))
    first, *matrices = tensors
    flows[:, first.rows, first.columns] = first.values.T
    conductance, capacitance, drives, *late = matrices
    delays = []
    for slopes, seconds, entries, delay in zip(*(late[k::4] for k in range(4)), strict=True):
        moved = np.zeros((lanes, n + len(names)))
        moved[:, seconds.by] = seconds.values.T
        delays.append((slopes, moved, entries, delay.values[0]))
    return ParameterSlopes(flows, conductance, capacitance, drives, tuple(delays))


def _made(system: System, names: Sequence[str]) -> _SlopesProgram:
    with making():
        return _differentiated(system, names)


def _differentiated(system: System, names: Sequence[str]) -> _SlopesProgram:
    trace, slopes = system.plain, system.slopes
    parameters = [trace.graph.input(name) for name in names]
    order = {v.id: k for k, v in enumerate([*trace.variables, *parameters])}
    differentiator = Differentiator(trace.graph, [*trace.variables, *parameters], by_value=True)
    static = differentiator.rows(trace.residual)[0]
    matrices = (slopes.conductance, slopes.capacitance, slopes.inputs)
    found = [
        [(i, order[k], 0, x) for i, row in enumerate(static) for k, x in row.items()],
        *(_second(differentiator, entries, order) for entries in matrices),
    ]
    for late, seconds in slopes.delays:
        moved = differentiator.rows([seconds])[0][0]
        found += [
            _second(differentiator, late, order),
            [(0, 0, order[k], x) for k, x in moved.items()],
            [(i, j, 0, x) for (i, j), x in late.items()],
            [(0, 0, 0, seconds)],
        ]
    outputs = [value for entries in found for *_, value in entries]
    program = lower(trace.graph, outputs, [*(u.input for u in trace.unknowns), *system.varied])
    return _SlopesProgram(program, tuple(map(_places, found)))


def _second(
    differentiator: Differentiator, entries: Mapping[tuple[int, int], Real], order: Mapping[int, int]
) -> list[tuple[int, int, int, Real]]:
    """Slopes of entries: row, column, by what, and the value."""
    varying = [(place, x) for place, x in entries.items() if isinstance(x, Expr)]
    rows = differentiator.rows([x for _, x in varying])[0]
    return [
        (*place, order[k], slope) for (place, _), row in zip(varying, rows, strict=True) for k, slope in row.items()
    ]


def _places(entries: Iterable[tuple[int, int, int, Real]]) -> _Places:
    table = np.array([entry[:3] for entry in entries], np.intp).reshape(-1, 3)
    return _Places(*table.T)
