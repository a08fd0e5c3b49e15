"""The linear model at an operating point, and its response to the drives over frequency.

Small signals obey (G + s*C + sum of D_k*(exp(-s*tau_k) - 1)) x = -B u at s = j*2*pi*f, with G, C, B the slopes of
currents and charges by unknowns and drives; D_k are slopes of flows with excess phase, already counted in G.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail.engine import dense
from longtail.engine.operating_point import OperatingPoint
from longtail.engine.system import Array, SparseMatrix
from longtail.errors import AnalysisError
from longtail.lanes.elimination import SingularMatrixError, choose_pivots, solve
from longtail.lanes.executor import Lanes
from longtail.lanes.graph import Graph, Real
from longtail.lanes.program import Program, lower
from longtail.units import counted

Complex = NDArray[np.complex128]

_CHUNK = 1 << 22  # complex numbers held at once in dense solves
_PROGRAM_FROM = 20_000  # solves from which making an elimination program pays
_LARGE = 200  # unknowns from which the same holds for a single lane
_MEDIUM, _WORK = 60, 2.5e7  # unknowns, and solves times their square, from which it holds for fewer solves
_RESIDUAL = 1e-9  # of the drive: a lane left with more is solved again with pivoting


@dataclass(frozen=True, eq=False)
class Linearization:
    """Conductance and capacitance matrices `[lane, n, n]` in S and F (rows of branches: 1, ohm, s), input columns
    `[lane, n, drive]`, and delayed slopes with their delays in s.

    `shapes` tell which entries of conductance and capacitance vary over lanes.
    """

    operating_point: OperatingPoint
    conductance: Array
    capacitance: Array
    inputs: Array
    delays: tuple[tuple[Array, Array], ...]
    shapes: tuple[SparseMatrix, SparseMatrix]

    def __repr__(self) -> str:
        lanes, n, drives = self.inputs.shape
        return f"Linearization({counted(lanes, 'lane')}, {counted(n, 'unknown')}, {counted(drives, 'drive')})"

    def response(self, frequency_hz: Array, drives: Array) -> Complex:
        """All unknowns for combinations of drives: `[lane, frequency, unknown, combination]`.

        `drives` `[drive, combination]` holds the amplitude of each drive in each combination. One factorization a
        lane and frequency serves every combination. Raises `AnalysisError` where the matrix is singular.
        """
        return self.solve(frequency_hz, -(self.inputs @ drives))

    def solve(self, frequency_hz: Array, right: Array) -> Complex:
        """All unknowns for right-hand sides `[lane, n, combination]` of currents into nodes (and volts of branches).

        The shape and the errors are those of `response`; so is the cost.
        """
        lanes, n, combinations = right.shape
        solves = lanes * len(frequency_hz)
        many = solves >= _PROGRAM_FROM or (n >= _MEDIUM and solves * n * n >= _WORK)
        many = many or (n >= _LARGE and len(frequency_hz) > 1)
        if many and not self.delays:
            return self._by_program(frequency_hz, right)
        out = np.empty((lanes, len(frequency_hz), n, combinations), complex)
        chunk = max(1, _CHUNK // (n * n * lanes))
        for start in range(0, len(frequency_hz), chunk):
            part = slice(start, start + chunk)
            out[:, part] = self._dense(self.matrix(frequency_hz[part]), right[:, None])
        return out

    def matrix(self, frequency_hz: Array) -> Complex:
        """The matrix of the equations, `[lane, frequency, n, n]`."""
        s = 2j * np.pi * np.asarray(frequency_hz, float)
        y = self.conductance[:, None] + s[None, :, None, None] * self.capacitance[:, None]
        for slopes, seconds in self.delays:
            lag = np.exp(-s[None, :] * seconds[:, None]) - 1.0
            y = y + lag[..., None, None] * slopes[:, None]
        return y

    def transposed(self) -> Linearization:
        """The model whose matrix is the transpose: what its solution is good for, see `longtail.engine.adjoint`.

        Its input columns are those of the original and mean nothing here.
        """
        conductance, capacitance = self.shapes
        return replace(
            self,
            conductance=np.ascontiguousarray(self.conductance.swapaxes(1, 2)),
            capacitance=np.ascontiguousarray(self.capacitance.swapaxes(1, 2)),
            delays=tuple((slopes.swapaxes(1, 2), seconds) for slopes, seconds in self.delays),
            shapes=(conductance.transposed, capacitance.transposed),
        )

    def _dense(self, matrix: Complex, right: Array) -> Complex:
        try:
            sides = np.broadcast_to(right, (*matrix.shape[:3], right.shape[-1])).astype(complex)
            return dense.solve(matrix, sides)
        except np.linalg.LinAlgError as error:
            raise AnalysisError(
                "the small-signal equations are singular at this operating point",
                hint="look for a node that only a capacitor or an ideal current source holds",
            ) from error

    def _by_program(self, frequency_hz: Array, right: Array) -> Complex:
        """Many lanes, or many unknowns: elimination in a fixed order, and a look at every residual."""
        lanes, n, combinations = right.shape
        program = self._program(right, frequency_hz)
        conductance, capacitance = self.shapes
        s = 2j * np.pi * np.asarray(frequency_hz, float)
        out = np.empty((lanes, len(s), n, combinations), complex)
        g = self.conductance[:, conductance.rows, conductance.columns]
        c = self.capacitance[:, capacitance.rows, capacitance.columns]
        b = right.transpose(1, 2, 0).reshape(n * combinations, lanes)
        executor = self.operating_point.system.executor
        if lanes == 1:  # the frequencies are the lanes then
            x = executor.run(program, [*g.T, *c.T, *b, s], len(s), np.complex128)
            out[0] = x.reshape(combinations, n, len(s)).transpose(2, 1, 0)
        else:
            for f in range(len(s)):
                x = executor.run(program, [*g.T, *c.T, *b, s[f]], lanes, np.complex128)
                out[:, f] = x.reshape(combinations, n, lanes).transpose(2, 1, 0)
        self._repair(out, frequency_hz, right)
        return out

    def _repair(self, x: Complex, frequency_hz: Array, right: Array) -> None:
        """Look at the residual of every lane and frequency, and solve those again that lost accuracy."""
        conductance, capacitance = self.shapes
        rows, columns = np.nonzero(conductance.pattern | capacitance.pattern)
        g, c = self.conductance[:, rows, columns], self.capacitance[:, rows, columns]
        first = np.unique(rows, return_index=True)[1]
        sides = right[:, rows[first]]
        for f, frequency in enumerate(frequency_hz):
            terms = (g + 2j * np.pi * frequency * c)[..., None] * x[:, f, columns]
            residual, scale = np.add.reduceat(terms, first, axis=1), np.add.reduceat(np.abs(terms), first, axis=1)
            bad = ~(np.abs(residual - sides).max(axis=(1, 2)) <= _RESIDUAL * scale.max(axis=(1, 2)))
            if bad.any():
                matrix = self.matrix(frequency_hz[f : f + 1])[bad]
                x[bad, f] = self._dense(matrix, right[bad][:, None])[:, 0]

    def _program(self, right: Array, frequency_hz: Array) -> Program:
        """The elimination as a program. Inputs: varying G, varying C, right-hand sides, s."""
        conductance, capacitance = self.shapes
        middle = np.asarray(frequency_hz)[:: max(1, len(frequency_hz) // 6)]
        pattern = conductance.pattern | capacitance.pattern
        try:
            pivots = choose_pivots(self.matrix(middle)[0], pattern)
        except SingularMatrixError as error:
            names = [self.operating_point.system.unknowns[k].name for k in error.columns]
            raise AnalysisError(
                f"the small-signal equations are singular: {', '.join(names)} not determined"
            ) from error
        graph = Graph()
        s = graph.input("s")
        entries: dict[tuple[int, int], Real] = {}
        names = _entries(graph, entries, conductance, "g", 1.0) + _entries(graph, entries, capacitance, "c", s)
        n, combinations = right.shape[1:]
        sides = [{i: graph.input(f"b{i}:{k}") for i in range(n) if right[:, i, k].any()} for k in range(combinations)]
        solutions, _ = solve(entries, pivots, sides)
        inputs = [*names, *(f"b{i}:{k}" for i in range(n) for k in range(combinations)), "s"]
        return lower(graph, [x for solution in solutions for x in solution], inputs)


def _entries(
    graph: Graph, entries: dict[tuple[int, int], Real], matrix: SparseMatrix, prefix: str, factor: Real
) -> list[str]:
    """Add a matrix times a factor to the entries of the sum; returns the names of its varying entries."""
    for i, j in np.argwhere(matrix.constant).tolist():
        entries[i, j] = entries.get((i, j), 0.0) + matrix.constant[i, j].item() * factor
    names = []
    for k, (i, j) in enumerate(zip(matrix.rows.tolist(), matrix.columns.tolist(), strict=True)):
        names.append(f"{prefix}{k}")
        entries[i, j] = entries.get((i, j), 0.0) + graph.input(names[-1]) * factor
    return names


def linearize(operating_point: OperatingPoint) -> Linearization:
    """The linear model at an operating point, all lanes at once."""
    system = operating_point.system
    linear = system.linear
    inputs = operating_point.inputs
    lanes = len(operating_point.solution)
    out = system.executor.run(linear.program, [inputs[n] for n in linear.program.inputs], lanes)
    reader = _Reader(out)
    conductance = reader.matrix(linear.conductance)
    capacitance = reader.matrix(linear.capacitance)
    columns = reader.matrix(linear.inputs)[:, :, : len(system.drives)]
    delays = tuple((reader.matrix(d), reader.row()) for d in linear.delays)
    shapes = linear.conductance, linear.capacitance
    return Linearization(operating_point, conductance, capacitance, columns, delays, shapes)


@dataclass
class _Reader:
    """Takes matrices off the outputs of the linear program, in order."""

    rows: Lanes
    position: int = 0

    def matrix(self, shape: SparseMatrix) -> Array:
        values = self.rows[self.position : self.position + len(shape.rows)]
        self.position += len(shape.rows)
        return shape.dense(values)

    def row(self) -> Array:
        self.position += 1
        return self.rows[self.position - 1]
