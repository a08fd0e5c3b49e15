"""The linear model at an operating point, and its response to the drives over frequency.

Small signals obey (G + s*C + sum of D_k*(exp(-s*tau_k) - 1)) x = -B u at s = j*2*pi*f, with G, C, B the slopes of
currents and charges by unknowns and drives; D_k are slopes of flows with excess phase, already counted in G.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array, SparseMatrix
from longtail.engine.remember import Remembered
from longtail.engine.solving import dense
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError
from longtail.lanes.elimination import Pivots, SingularMatrixError, choose_pivots, solve
from longtail.lanes.graph import Graph, Real
from longtail.lanes.program import Program, lower
from longtail.units import counted

Complex = NDArray[np.complex128]

CHUNK = 1 << 22  # complex numbers held at once in dense solves
_CACHED = 1 << 15  # entries of matrices that stay in the cache, each for its own lane and frequency
_PROGRAM_FROM = 20_000  # frequencies of a single lane from which making an elimination program pays
MANY_UNKNOWNS = 200  # from which it does for any sweep: dense factorizations take too long
_MEDIUM, _WORK = 60, 2.5e7  # unknowns, and frequencies times their square, from which it does for fewer
RESIDUAL = 1e-9  # of the terms: a lane left with more is solved again with pivoting
_ABREAST = 512  # lanes, each at one frequency, that go through an elimination together
_ALL = slice(None)
SINGULAR = "the small-signal equations are singular at this operating point"
SINGULAR_HINT = "look for a node that only a capacitor or an ideal current source holds"
_PROGRAMS = Remembered[Program](32)  # by the order of elimination: what it costs is lowering it, not finding it


@dataclass(frozen=True, eq=False)
class Linearization:
    """Conductances and capacitances in S and F (rows of branches: 1, ohm, s), input columns `[lane, n, drive]`, and
    delayed slopes `[lane, n, n]` with their delays in s.

    `entries` `[entry, lane]` are the varying entries of conductance and capacitance; `shapes` hold their places, and
    the entries that are the same in all lanes.
    """

    operating_point: OperatingPoint
    entries: tuple[Array, Array]
    inputs: Array
    delays: tuple[tuple[Array, Array], ...]
    shapes: tuple[SparseMatrix, SparseMatrix]

    @cached_property
    def conductance(self) -> Array:
        """The full matrix, `[lane, n, n]`."""
        return self.shapes[0].dense(self.entries[0])

    @cached_property
    def capacitance(self) -> Array:
        """The full matrix, `[lane, n, n]`."""
        return self.shapes[1].dense(self.entries[1])

    def __repr__(self) -> str:
        lanes, n, drives = self.inputs.shape
        return f"Linearization({counted(lanes, 'lane')}, {counted(n, 'unknown')}, {counted(drives, 'drive')})"

    def response(self, frequency_hz: Array, drives: Array, *, pivoting: bool = False) -> Complex:
        """All unknowns for combinations of drives: `[lane, frequency, unknown, combination]`.

        `drives` `[drive, combination]` holds the amplitude of each drive in each combination. One factorization a
        lane and frequency serves every combination; with `pivoting` each has its own order of elimination. Raises
        `AnalysisError` where the matrix is singular.
        """
        return self.solve(frequency_hz, -(self.inputs @ drives), pivoting=pivoting)

    def solve(self, frequency_hz: Array, right: Array, *, pivoting: bool = False) -> Complex:
        """All unknowns for right-hand sides `[lane, n, combination]` of currents into nodes (and volts of branches).

        The shape and the errors are those of `response`; so is the cost.
        """
        lanes, n, combinations = right.shape
        if not pivoting and not self.delays and self._pays(len(frequency_hz), n):
            program = self._program(right, frequency_hz)
            if program is not None:
                return self._by_program(program, frequency_hz, right)
        out = np.empty((lanes, len(frequency_hz), n, combinations), complex)
        chunk = max(1, CHUNK // (n * n * lanes))
        for start in range(0, len(frequency_hz), chunk):
            part = slice(start, start + chunk)
            out[:, part] = self._dense(self.matrix(frequency_hz[part]), right[:, None])
        return out

    def solve_each(self, frequency_hz: Array, right: Array, lanes: NDArray[np.intp]) -> Complex:
        """The same for some lanes, each at a frequency of its own: `[k, n, combination]` for `frequency_hz` `[k]` and
        the right-hand sides of all lanes. A lane may be asked for more than once."""
        if self.operating_point.nominal is None and len(right) == 1:
            return self.solve(frequency_hz, right)[0]
        out = np.empty((len(lanes), *right.shape[1:]), complex)
        chunk = max(1, _CACHED // right.shape[1] ** 2)
        for start in range(0, len(lanes), chunk):
            some = lanes[start : start + chunk]
            out[start : start + chunk] = self._dense(
                self._matrix_each(frequency_hz[start : start + chunk], some)[:, None], right[some][:, None]
            )[:, 0]
        return out

    def _matrix_each(self, frequency_hz: Array, lanes: NDArray[np.intp]) -> Complex:
        """The matrix of the equations of some lanes, each at its own frequency: `[k, n, n]`."""
        g, c = (shape.dense(values[:, lanes]) for shape, values in zip(self.shapes, self.entries, strict=True))
        y = _at(g, c, 2.0 * np.pi * frequency_hz[:, None, None])
        for rows, columns, slopes, seconds in self._late:
            lag = np.exp(-2j * np.pi * frequency_hz * seconds[lanes]) - 1.0
            y[:, rows, columns] += lag[:, None] * slopes[lanes]
        return y

    def _pays(self, solves: int, n: int) -> bool:
        """Whether an elimination program is worth making for this call, whatever was asked before.

        For lanes it always is: a lane's last bits must not tell how many others there are.
        """
        many = solves >= _PROGRAM_FROM or (n >= _MEDIUM and solves * n * n >= _WORK)
        return self.operating_point.nominal is not None or many or (n >= MANY_UNKNOWNS and solves > 1)

    def matrix(self, frequency_hz: Array, lanes: NDArray[np.intp] | slice = _ALL) -> Complex:
        """The matrix of the equations of some lanes, `[lane, frequency, n, n]`."""
        omega = 2.0 * np.pi * np.asarray(frequency_hz, float)
        g, c = (shape.dense(values[:, lanes]) for shape, values in zip(self.shapes, self.entries, strict=True))
        y = _at(g[:, None], c[:, None], omega[:, None, None])
        for rows, columns, slopes, seconds in self._late:
            lag = np.exp(-1j * omega * seconds[lanes, None]) - 1.0
            y[:, :, rows, columns] += lag[..., None] * slopes[lanes, None]
        return y

    @cached_property
    def _late(self) -> list[tuple[NDArray[np.intp], NDArray[np.intp], Array, Array]]:
        """The delayed slopes without their zeros: rows, columns, values `[lane, entry]` in S, delays `[lane]` in s."""
        found = []
        for slopes, seconds in self.delays:
            rows, columns = np.nonzero(slopes.any(axis=0))
            found.append((rows, columns, slopes[:, rows, columns], seconds))
        return found

    def transposed(self) -> Linearization:
        """The model whose matrix is the transpose: what its solution is good for, see `adjoint` beside this file.

        Its input columns are those of the original and mean nothing here.
        """
        conductance, capacitance = self.shapes
        return replace(
            self,
            delays=tuple((slopes.swapaxes(1, 2), seconds) for slopes, seconds in self.delays),
            shapes=(conductance.transposed, capacitance.transposed),
        )

    def _dense(self, matrix: Complex, right: Array) -> Complex:
        try:
            sides = np.broadcast_to(right, (*matrix.shape[:3], right.shape[-1])).astype(complex)
            finite = np.isfinite(matrix).all(axis=(1, 2, 3))
            if finite.all():
                return dense.solve(matrix, sides)
            out = np.full(sides.shape, complex(np.nan, np.nan))
            out[finite] = dense.solve(matrix[finite], sides[finite])
            return out
        except np.linalg.LinAlgError as error:
            raise AnalysisError(SINGULAR, hint=SINGULAR_HINT) from error

    def _by_program(self, program: Program, frequency_hz: Array, right: Array) -> Complex:
        """Lanes, or many unknowns: elimination in a fixed order, and a look at every residual."""
        out = self._eliminated(program, frequency_hz, right)
        for f, left in enumerate(self._residuals(out, frequency_hz, right)):
            bad = np.flatnonzero(~(left <= RESIDUAL))
            if bad.size:
                out[bad, f] = self._dense(self.matrix(frequency_hz[f : f + 1], bad), right[bad][:, None])[:, 0]
        return out

    def _eliminated(self, program: Program, frequency_hz: Array, right: Array) -> Complex:
        lanes, n, combinations = right.shape
        s = 2j * np.pi * np.asarray(frequency_hz, float)
        out = np.empty((lanes, len(s), n, combinations), complex)
        b = right.transpose(1, 2, 0).reshape(n * combinations, lanes)
        executor = self.operating_point.system.executor
        g, c = self.entries
        if lanes == 1:  # the frequencies are the lanes then
            x = executor.run(program, [*g, *c, *b, s], len(s), np.complex128)
            out[0] = x.reshape(combinations, n, len(s)).transpose(2, 1, 0)
        else:
            size = max(1, _ABREAST // lanes)
            for start in range(0, len(s), size):
                some = s[start : start + size]
                again = [np.tile(values, (1, len(some))) for values in (g, c, b)]
                x = executor.run(
                    program, [*again[0], *again[1], *again[2], some.repeat(lanes)], lanes * len(some), np.complex128
                )
                out[:, start : start + size] = x.reshape(combinations, n, len(some), lanes).transpose(3, 2, 1, 0)
        return out

    def _residuals(self, x: Complex, frequency_hz: Array, right: Array) -> Iterator[Array]:
        """What each lane leaves of its equations, as a part of their largest term, `[lane]`, frequency by frequency."""
        pattern = self.shapes[0].pattern | self.shapes[1].pattern
        rows, columns = np.nonzero(pattern)
        place = np.zeros(pattern.shape, np.intp)
        place[rows, columns] = np.arange(rows.size)
        matrices = []
        for shape, values in zip(self.shapes, self.entries, strict=True):
            matrix = np.repeat(shape.constant[rows, columns][:, None], values.shape[1], axis=1)
            matrix[place[shape.rows, shape.columns]] = values
            matrices.append(matrix.T)
        g, c = matrices
        first = np.unique(rows, return_index=True)[1]
        sides = right[:, rows[first]]
        for f, frequency in enumerate(frequency_hz):
            terms = (g + 2j * np.pi * frequency * c)[..., None] * x[:, f, columns]
            residual, scale = np.add.reduceat(terms, first, axis=1), np.add.reduceat(np.abs(terms), first, axis=1)
            left, whole = np.abs(residual - sides).max(axis=(1, 2)), scale.max(axis=(1, 2))
            yield np.where(left > 0.0, left / np.where(whole > 0.0, whole, 1.0), left)

    def _program(self, right: Array, frequency_hz: Array) -> Program | None:
        """The elimination as a program, in an order that the nominal point settles. Inputs: varying G, varying C,
        right-hand sides, s. None for lanes whose nominal point has no order, though they may have."""
        conductance, capacitance = self.shapes
        middle = np.asarray(frequency_hz)[:: max(1, len(frequency_hz) // 6)]
        pattern = conductance.pattern | capacitance.pattern
        nominal = self.operating_point.nominal
        matrices = self._nominal.matrix(middle, slice(1))[0]
        if nominal is not None and not np.isfinite(matrices).all():
            return None
        try:
            pivots = choose_pivots(matrices, pattern)
        except SingularMatrixError as error:
            if nominal is not None:
                return None
            names = [self.operating_point.system.unknowns[k].name for k in error.columns]
            raise AnalysisError(
                f"the small-signal equations are singular: {', '.join(names)} not determined"
            ) from error
        driven = np.asarray(right.any(axis=0))
        key = (*(shape.rows.tobytes() for shape in self.shapes), tuple(pivots), driven.tobytes())
        return _PROGRAMS.get(self.operating_point.system, key, lambda: self._lowered(pivots, driven))

    @property
    def _nominal(self) -> Linearization:
        """The model at the point that the lanes set out from, as far as its matrix goes."""
        nominal = self.operating_point.nominal
        if nominal is None:
            return self
        reader = SlopeReader(slopes_of(nominal))
        return replace(self, entries=(reader.entries(self.shapes[0]), reader.entries(self.shapes[1])), delays=())

    def _lowered(self, pivots: Pivots, driven: NDArray[np.bool_]) -> Program:
        conductance, capacitance = self.shapes
        graph = Graph()
        s = graph.input("s")
        entries: dict[tuple[int, int], Real] = {}
        names = _entries(graph, entries, conductance, "g", 1.0) + _entries(graph, entries, capacitance, "c", s)
        n, combinations = driven.shape
        sides = [{i: graph.input(f"b{i}:{k}") for i in range(n) if driven[i, k]} for k in range(combinations)]
        solutions, _ = solve(entries, pivots, sides)
        inputs = [*names, *(f"b{i}:{k}" for i in range(n) for k in range(combinations)), "s"]
        return lower(graph, [x for solution in solutions for x in solution], inputs)


def _at(conductance: Array, capacitance: Array, omega: Array) -> Complex:
    """The sum G + j*omega*C, part by part: a product of complex numbers would take three times as long."""
    y = np.empty(np.broadcast_shapes(conductance.shape, capacitance.shape, omega.shape), complex)
    y.real = conductance
    np.multiply(capacitance, omega, out=y.imag)
    return y


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


def slopes_of(point: OperatingPoint) -> Array:
    """What the linear program gives, `[output, lane]`."""
    program, inputs = point.system.linear.program, point.inputs
    return point.system.executor.run(program, [inputs[n] for n in program.inputs], len(point.solution))


@dataclass
class SlopeReader:
    """Takes entries of matrices off the outputs of the linear program, in order."""

    rows: Array
    position: int = 0

    def entries(self, shape: SparseMatrix) -> Array:
        """The varying entries of a matrix, `[entry, lane]`."""
        self.position += len(shape.rows)
        return self.rows[self.position - len(shape.rows) : self.position]

    def row(self) -> Array:
        self.position += 1
        return self.rows[self.position - 1]
