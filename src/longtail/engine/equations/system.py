"""A circuit as programs: the equations for Newton's method, the linear model, the operating-point quantities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.elaborate.scope.values import reads_names
from longtail.engine.equations.singletons import Order, order
from longtail.engine.equations.trace import (
    ANCHOR,
    FEEDBACK,
    FIRST,
    KAPPA,
    SOURCE_FACTOR,
    Null,
    Trace,
    TracedNoise,
    Unknown,
    trace,
    unknowns,
)
from longtail.engine.equations.views import FREQUENCY
from longtail.engine.size import check_matrix, check_size
from longtail.lanes.derivative import Differentiator, Slopes
from longtail.lanes.graph import Expr, Real
from longtail.lanes.kernels import BY_SIZE, COMPILED
from longtail.lanes.plain.executor import Executor
from longtail.lanes.program import Program, lower
from longtail.lanes.threads import once

Array = NDArray[np.float64]
Inputs = Mapping[str, float | Array]
_TOGETHER = "#together"


def take(value: float | Array, where: slice | NDArray[np.intp]) -> float | Array:
    """A part of an array of lanes; a number is the same for all."""
    return value[where] if isinstance(value, np.ndarray) and value.ndim else value


@dataclass(frozen=True, eq=False)
class SparseMatrix:
    """A matrix `[..., n, n]` of which some entries are known for good and others come out of a program."""

    constant: Array
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    @property
    def size(self) -> int:
        """n."""
        return len(self.constant)

    def dense(self, values: Array) -> Array:
        """The full matrix from the varying entries `[entry, lane]`, as `[lane, n, n]`."""
        matrix = np.broadcast_to(self.constant, (values.shape[1], *self.constant.shape)).copy()
        matrix[:, self.rows, self.columns] = values.T
        return matrix

    @cached_property
    def by_columns(self) -> tuple[Array, NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Compressed columns: known values, the order in which they and the varying ones stand, rows, starts."""
        rows, columns = np.nonzero(self.constant)
        places = np.concatenate([rows, self.rows]), np.concatenate([columns, self.columns])
        order = np.lexsort(places)
        starts = np.searchsorted(places[1][order], np.arange(self.size + 1))
        return self.constant[rows, columns], order, places[0][order], starts

    @property
    def transposed(self) -> SparseMatrix:
        """The transposed matrix, its varying entries in the same order."""
        return SparseMatrix(self.constant.T, self.columns, self.rows)

    @property
    def pattern(self) -> NDArray[np.bool_]:
        """Where an entry can be nonzero."""
        pattern = self.constant != 0.0
        pattern[self.rows, self.columns] = True
        return pattern


class LargeMatrix(SparseMatrix):
    """A square matrix of which no entry is known for good, and which is too large to be held in full."""

    def __init__(self, size: int, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> None:
        super().__init__(np.empty((size, 0)), rows, columns)

    def dense(self, values: Array) -> Array:
        """See `SparseMatrix.dense`. Raises `SizeError` where the matrix is too large for it."""
        check_matrix(self.size)
        matrix = np.zeros((values.shape[1], self.size, self.size))
        matrix[:, self.rows, self.columns] = values.T
        return matrix

    @cached_property
    def order(self) -> Order:
        """What needs no factorization, and the core that does."""
        _, _, rows, starts = self.by_columns
        return order(rows, starts)

    @property
    def transposed(self) -> SparseMatrix:
        """See `SparseMatrix.transposed`."""
        return LargeMatrix(self.size, self.columns, self.rows)

    @property
    def pattern(self) -> NDArray[np.bool_]:
        """See `SparseMatrix.pattern`. Raises `SizeError` as `dense` does."""
        return self.dense(np.ones((len(self.rows), 1)))[0] != 0.0


def sparse_matrix(entries: Mapping[tuple[int, int], Real], n: int) -> tuple[SparseMatrix, list[Real]]:
    """Split entries into known numbers and expressions; the expressions are the program's outputs."""
    constant = np.zeros((n, n))
    varying = {}
    for place, value in entries.items():
        if isinstance(value, Expr):
            varying[place] = value
        else:
            constant[place] = value
    places = np.array(list(varying), np.intp).reshape(-1, 2)
    return SparseMatrix(constant, places[:, 0], places[:, 1]), list(varying.values())


@dataclass(frozen=True, eq=False)
class Equations:
    """Residual and Jacobian for Newton's method with limiting."""

    jacobian: SparseMatrix
    states: tuple[str, ...]
    initial_inputs: tuple[str, ...]

    def evaluate(self, executor: Executor, inputs: Inputs, lanes: int) -> tuple[Array, Array, Array, Array]:
        """Residual `[lane, n]`, varying Jacobian entries `[entry, lane]`, gaps and next values `[state, lane]`."""
        raise NotImplementedError

    @property
    def instructions(self) -> int:
        """How many instructions an evaluation takes, calls of NumPy where it is not compiled."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class ProgramEquations(Equations):
    """The equations as one program.

    Its outputs are, in order: residual (limiting corrected), varying Jacobian entries, gaps and values of states.
    """

    program: Program

    def evaluate(self, executor: Executor, inputs: Inputs, lanes: int) -> tuple[Array, Array, Array, Array]:
        """See `Equations.evaluate`."""
        n, m = self.jacobian.size, len(self.states)
        out = executor.run(self.program, [inputs[name] for name in self.program.inputs], lanes)
        entries = len(self.jacobian.rows)
        return (
            out[:n].T,
            out[n : n + entries],
            out[n + entries : n + entries + m],
            out[n + entries + m :],
        )

    @property
    def instructions(self) -> int:
        return self.program.size


@dataclass(frozen=True, eq=False)
class LinearSlopes:
    """The entries of the linear model by row and column, as numbers or expressions of the plain trace: conductances,
    capacitances, input columns by drive, and delayed slopes with their delays in s."""

    conductance: Mapping[tuple[int, int], Real]
    capacitance: Mapping[tuple[int, int], Real]
    inputs: Mapping[tuple[int, int], Real]
    delays: tuple[tuple[Mapping[tuple[int, int], Real], Real], ...]


@dataclass(frozen=True, eq=False)
class LinearPrograms:
    """Conductances, capacitances, input columns and delayed slopes at an operating point, as one program."""

    program: Program
    conductance: SparseMatrix
    capacitance: SparseMatrix
    inputs: SparseMatrix  # [n, n]: column k is the slope of the residual by drive k, for the first few columns
    delays: tuple[SparseMatrix, ...]


@dataclass(frozen=True, eq=False)
class Sums:
    """What the rows of the linear model sum to over all nodes, as one program: of conductances, of capacitances, and of
    the delayed slopes, each column `[n, 1]` as the first of a matrix; `places` are its outputs."""

    program: Program
    columns: tuple[SparseMatrix, ...]
    places: tuple[slice, ...]


class System:
    """A circuit with the names that may vary, and its programs, each made when first asked for.

    `varied` names become inputs of every program (see `longtail.engine.equations.views.Numbers`); `drives` are those
    of them with respect to which the linear model has input columns; `null` adds the input offset as an unknown.
    """

    def __init__(
        self,
        circuit: Circuit,
        *,
        varied: Iterable[str] = (),
        drives: Sequence[str] = (),
        null: Null | None = None,
        executor: Executor | None = None,
    ) -> None:
        self.circuit = circuit
        self.drives = tuple(drives)
        self.varied = tuple(sorted({*varied, *drives}))
        self.null = null
        self.executor: Executor = executor or BY_SIZE

    def __repr__(self) -> str:
        return f"System({len(self.unknowns)} unknowns, varied {list(self.varied)})"

    @once
    def compiled(self) -> System:
        """The same with compiled kernels for whatever it is asked, as lanes have it; what is traced is shared."""
        twin = copy(self)
        twin.executor = COMPILED
        return twin

    @once
    def robust(self) -> Trace:
        """The equations with every convergence aid. Raises `SizeError` where the circuit is too large for them."""
        check_size(self.circuit, "this question")
        return trace(self.circuit, frozenset(self.varied), self.null, robust=True)

    @once
    def plain(self) -> Trace:
        """The equations as they are; operating-point quantities too. Raises `SizeError` as `robust` does."""
        check_size(self.circuit, "this question")
        return trace(self.circuit, frozenset(self.varied), self.null, robust=False)

    @once
    def unknowns(self) -> list[Unknown]:
        return unknowns(self.circuit, frozenset(self.varied), self.null)

    @once
    def index(self) -> dict[str, int]:
        """The place of every unknown by name."""
        return {u.name: k for k, u in enumerate(self.unknowns)}

    @once
    def node_mask(self) -> NDArray[np.bool_]:
        """Which unknowns are node voltages."""
        return np.array([u.is_node for u in self.unknowns], bool)

    @once
    def equations(self) -> Equations:
        """The robust trace lowered for Newton's method."""
        t = self.robust
        column = {v.id: k for k, v in enumerate(t.variables)}
        rows, corrections = t.differentiator.rows(t.residual)
        jacobian, outputs = sparse_matrix(_entries(rows, column), len(t.variables))
        residual = [f + c for f, c in zip(t.residual, corrections, strict=True)]
        names = tuple(s.name for s in t.states)
        nodes = [u.name for u in t.unknowns if u.is_node]
        aids = [FIRST, SOURCE_FACTOR, FEEDBACK, *(f"{prefix}{x}" for prefix in (KAPPA, ANCHOR) for x in nodes)]
        inputs = [*(u.input for u in t.unknowns), *names, *aids, *self.varied]
        outputs = [*residual, *outputs, *(s.gap for s in t.states), *(s.value for s in t.states)]
        return ProgramEquations(jacobian, names, tuple(aids), lower(t.graph, outputs, inputs))

    @once
    def residual(self) -> Program:
        """The residual alone, without aids: the check of a solution."""
        return lower(self.plain.graph, self.plain.residual, [*(u.input for u in self.unknowns), *self.varied])

    @once
    def slopes(self) -> LinearSlopes:
        """The plain trace differentiated for small signals: every entry of the linear model."""
        t = self.plain
        drives = [t.graph.input(name) for name in self.drives]
        column = {v.id: k for k, v in enumerate(t.variables)}
        drive = {v.id: k for k, v in enumerate(drives)}
        differentiator = Differentiator(t.graph, [*t.variables, *drives])
        currents, charges = differentiator.rows(t.residual)[0], differentiator.rows(t.charges)[0]
        conductance, capacitance = _entries(currents, column), _entries(charges, column)
        _stamp(conductance, t.conductances)
        _stamp(capacitance, t.capacitances)
        delays = []
        for places, flow, seconds in t.delays:
            slopes = differentiator.rows([flow])[0][0]
            late = {(i, column[k]): sign * s for i, sign in places.items() for k, s in slopes.items() if k in column}
            delays.append((late, seconds))
        return LinearSlopes(conductance, capacitance, _entries(currents, drive), tuple(delays))

    @once
    def linear(self) -> LinearPrograms:
        """The plain trace lowered for small signals."""
        t, slopes = self.plain, self.slopes
        n = len(t.variables)
        conductance, g = sparse_matrix(slopes.conductance, n)
        capacitance, c = sparse_matrix(slopes.capacitance, n)
        inputs, b = sparse_matrix(slopes.inputs, n)
        outputs = [*g, *c, *b]
        delays = []
        for late, seconds in slopes.delays:
            matrix, d = sparse_matrix(late, n)
            delays.append(matrix)
            outputs += [*d, seconds]
        program = lower(t.graph, outputs, [*(u.input for u in t.unknowns), *self.varied])
        return LinearPrograms(program, conductance, capacitance, inputs, tuple(delays))

    @once
    def sums(self) -> Sums:
        """Slopes of the plain trace by all node voltages together: a device that floats cancels exactly."""
        t = self.plain
        nodes = [v for v, u in zip(t.variables, t.unknowns, strict=True) if u.is_node]
        differentiator = Differentiator(t.graph, nodes, together=_TOGETHER)
        column = {t.graph.input(_TOGETHER).id: 0}
        found = []
        for flows, pairs in ((t.residual, t.conductances), (t.charges, t.capacitances)):
            entries = _entries(differentiator.rows(flows)[0], column)
            for a, b, value in pairs:
                k = a if b is None else b if a is None else None  # that end of it which is not at ground
                if k is not None:
                    entries[k, 0] = entries.get((k, 0), 0.0) + value
            found.append(entries)
        for places, flow, _ in t.delays:
            slopes = _entries(differentiator.rows([flow])[0], column)
            found.append({(i, 0): sign * slope for i, sign in places.items() for slope in slopes.values()})
        columns, outputs, ends = [], list[Real](), [0]
        for entries in found:
            matrix, varying = sparse_matrix(entries, len(t.variables))
            columns.append(matrix)
            outputs += varying
            ends.append(len(outputs))
        program = lower(t.graph, outputs, [*(u.input for u in t.unknowns), *self.varied])
        return Sums(program, tuple(columns), tuple(map(slice, ends, ends[1:])))

    def quantities_at(self, inputs: Inputs, lanes: int) -> dict[str, dict[str, Array]]:
        """Operating-point quantities `[lane]` by device and name; `inputs` are unknowns and varied values."""
        program, places = self.quantities
        rows = self.executor.run(program, [inputs[n] for n in program.inputs], lanes)
        result: dict[str, dict[str, Array]] = {name: {} for name in self.circuit.instances}
        for (device, quantity), row in zip(places, rows, strict=True):
            result[device][quantity] = row
        return result

    @once
    def quantities(self) -> tuple[Program, list[tuple[str, str]]]:
        """A program for all operating-point quantities, and the (device, quantity) of each output."""
        t = self.plain
        traced = {device: compute() for device, compute in t.quantities.items()}
        places = [(device, name) for device, values in traced.items() for name in values]
        outputs = [value for values in traced.values() for value in values.values()]
        return lower(t.graph, outputs, [*(u.input for u in t.unknowns), *self.varied]), places

    @once
    def noise(self) -> tuple[Program, list[TracedNoise]]:
        """A program for the noise sources, their densities first and then their exponents, and the sources.

        The frequency is its last input where one of them depends on it by a formula.
        """
        t = self.plain
        outputs = [*(source.density for source in t.noise), *(source.exponent for source in t.noise)]
        laws = (i.expression for i in self.circuit.instances.values() if i.expression is not None)
        frequency = [FREQUENCY] if any(reads_names(law, "hertz") for law in laws) else []
        return lower(t.graph, outputs, [*(u.input for u in t.unknowns), *self.varied, *frequency]), t.noise


def _entries(rows: Sequence[Slopes], column: Mapping[int, int]) -> dict[tuple[int, int], Real]:
    """The slopes of rows by those variables that have a column."""
    return {(i, column[k]): slope for i, row in enumerate(rows) for k, slope in row.items() if k in column}


def _stamp(entries: dict[tuple[int, int], Real], pairs: Sequence[tuple[int | None, int | None, Real]]) -> None:
    """Add two-terminal admittances to the entries of a matrix; None is ground."""
    for a, b, value in pairs:
        for i, j, sign in ((a, a, 1.0), (b, b, 1.0), (a, b, -1.0), (b, a, -1.0)):
            if i is not None and j is not None:
                entries[i, j] = entries.get((i, j), 0.0) + sign * value
