"""The elimination of G + s*C as a complex program: gains and pivots at any frequency, for any number of lanes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array, SparseMatrix
from longtail.engine.small_signal.linearization import Complex, Linearization
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError
from longtail.lanes.elimination import SingularMatrixError, choose_pivots, solve
from longtail.lanes.graph import Expr, Graph, Real
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import Program, lower

_THRESHOLD = 0.1  # of the largest entry in its column: a smaller pivot costs digits that interpolation needs


@dataclass(frozen=True, eq=False)
class Elimination:
    """The elimination of G + s*C as a program, and where its inputs come from in the rows of the linear model.

    `entries` `[input, (conductance, capacitance)]`, `delayed` `[k, (input, slope, delay)]` and `taus` are rows of
    the model; constants have rows behind those of the linear program (`constants`), `zero` the first of them.
    """

    program: Program
    entries: NDArray[np.int64]
    delayed: NDArray[np.int64]
    taus: NDArray[np.int64]
    constants: Array
    zero: int
    gains: int

    @cached_property
    def reactive(self) -> NDArray[np.int64]:
        """The inputs that change with frequency."""
        return np.union1d(np.flatnonzero(self.entries[:, 1] != self.zero), self.delayed[:, 0])

    @staticmethod
    def of(model: Linearization, frequency_hz: Array, drives: Array, outputs: Array) -> Elimination:
        linear = model.operating_point.system.linear
        rows = _ModelRows(len(linear.program.outputs))
        g, c = rows.matrix(linear.conductance), rows.matrix(linear.capacitance)
        rows.skip(len(linear.inputs.rows))
        delays = [(rows.matrix(d), rows.next()) for d in linear.delays]
        places = sorted({*g, *c, *(place for d, _ in delays for place in d)})
        graph = Graph()
        matrix: dict[tuple[int, int], Real] = {}
        entries, names = [], []
        for i, j in places:
            if (i, j) in g and (i, j) not in c and g[i, j] >= rows.first and not any((i, j) in d for d, _ in delays):
                matrix[i, j] = rows.constants[g[i, j] - rows.first]
                continue
            names.append(f"y{i},{j}")
            matrix[i, j] = graph.input(names[-1])
            entries.append((g.get((i, j), rows.zero), c.get((i, j), rows.zero)))
        index = {name: k for k, name in enumerate(names)}
        delayed = [(index[f"y{i},{j}"], row, k) for k, (d, _) in enumerate(delays) for (i, j), row in d.items()]
        gains, pivots = _solve_modes(model, frequency_hz, drives, outputs, graph, matrix)
        known = [p for p in pivots if isinstance(p, Expr)]
        return Elimination(
            lower(graph, [*gains, *known], names),
            np.array(entries, np.int64).reshape(-1, 2),
            np.array(delayed, np.int64).reshape(-1, 3),
            np.array([tau for _, tau in delays], np.int64),
            np.array(rows.constants),
            rows.zero,
            len(gains),
        )

    def exact(self, point: OperatingPoint, omega: Array) -> tuple[Complex, Complex]:
        """Gains `[gain, frequency, lane]` and pivots `[pivot, frequency, lane]` by plain solves of a few lanes."""
        program = point.system.linear.program
        lanes, inputs = len(point.solution), point.inputs
        rows = point.system.executor.run(program, [inputs[n] for n in program.inputs], lanes)
        rows = np.concatenate([rows, np.repeat(self.constants[:, None], lanes, axis=1)])[:, None]
        s = 1j * np.asarray(omega)[:, None]
        y = rows[self.entries[:, 0]] + s * rows[self.entries[:, 1]]
        for entry, slope, k in self.delayed:
            y[entry] += rows[slope] * (np.exp(-s * rows[self.taus[k]]) - 1.0)
        out = NumpyExecutor().run(self.program, list(y.reshape(len(y), -1)), s.size * lanes, np.complex128)
        out = out.reshape(len(out), s.size, lanes)
        return out[: self.gains], out[self.gains :]


class _ModelRows:
    """Row numbers of the linear program's outputs, read in their order; constants get rows behind them."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.constants = [0.0]
        self.zero = first
        self._position = 0

    def skip(self, count: int) -> None:
        self._position += count

    def next(self) -> int:
        self._position += 1
        return self._position - 1

    def matrix(self, matrix: SparseMatrix) -> dict[tuple[int, int], int]:
        places = {}
        for i, j in np.argwhere(matrix.constant).tolist():
            places[i, j] = self.first + len(self.constants)
            self.constants.append(matrix.constant[i, j].item())
        for i, j in zip(matrix.rows.tolist(), matrix.columns.tolist(), strict=True):
            places[i, j] = self.next()
        return places


def _solve_modes(
    model: Linearization,
    frequency_hz: Array,
    drives: Array,
    outputs: Array,
    graph: Graph,
    matrix: dict[tuple[int, int], Real],
) -> tuple[list[Real], list[Real]]:
    """Gains, out mode by out mode, and pivots of the elimination in an order good at every frequency of the sweep."""
    samples = frequency_hz[:: max(1, len(frequency_hz) // 6)]
    pattern = np.zeros(model.shapes[0].constant.shape, bool)
    pattern[tuple(np.array(list(matrix)).T)] = True
    try:
        wanted = np.flatnonzero(outputs.any(axis=0)).tolist()
        order = choose_pivots(model.matrix(samples, slice(1))[0], pattern, threshold=_THRESHOLD, last=wanted)
    except SingularMatrixError as error:
        names = ", ".join(model.operating_point.system.unknowns[k].name for k in error.columns)
        raise AnalysisError(f"the small-signal equations are singular: {names} not determined") from error
    right = -(model.inputs[0] @ drives)
    sides: list[Mapping[int, Real]] = [
        {int(i): right[i, k].item() for i in np.flatnonzero(right[:, k])} for k in range(right.shape[1])
    ]
    solutions, pivots = solve(matrix, order, sides)
    gains: list[Real] = [
        sum((weights[k].item() * x[k] for k in np.flatnonzero(weights)), 0.0) for weights in outputs for x in solutions
    ]
    return gains, pivots
