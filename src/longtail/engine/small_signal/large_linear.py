"""The linear model of a large circuit: sparse matrices, factorized at every frequency by SuperLU."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.large import LargeSystem, PlacedPart, Places, SummedPattern, added
from longtail.engine.equations.system import Array, LargeMatrix, SparseMatrix
from longtail.engine.size import LARGEST
from longtail.engine.small_signal.linearization import RESIDUAL, SINGULAR, SINGULAR_HINT, Linearization
from longtail.engine.solving import dense, sparse
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError

Complex = NDArray[np.complex128]


@dataclass
class PartStamps:
    """Slopes of parts at rows and columns of the circuit, by places and values that belong together."""

    rows: list[Places] = field(default_factory=list)
    columns: list[Places] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)

    def add(self, each: PlacedPart, matrix: SparseMatrix, varying: Array) -> None:
        """Take the entries of a matrix of a part; `varying` `[entry, copy]`."""
        rows, columns, known = each.entries(matrix)
        self.rows.append(rows)
        self.columns.append(columns)
        self.values += [known, varying.ravel()]


@dataclass(frozen=True, eq=False)
class Late:
    """Slopes of flows with excess phase, by contribution: S, the delay in s, and the entry that it adds to."""

    slopes: Array
    seconds: Array
    places: Places

    def factors(self, s: complex, count: int) -> Complex:
        """What the delays add to the entries of the matrix at s."""
        late = self.slopes * (np.exp(-s * self.seconds) - 1.0)
        return added(self.places, late.real, count) + 1j * added(self.places, late.imag, count)

    def apart(self, count: int) -> Iterator[tuple[Array, float]]:
        """The slopes as entries of the matrix, for each delay."""
        for seconds in np.unique(self.seconds).tolist():
            yield added(self.places, np.where(self.seconds == seconds, self.slopes, 0.0), count), seconds


@dataclass(frozen=True, eq=False)
class LargeLinearization(Linearization):
    """The linear model of a large circuit, of one lane. Both matrices have the same shape.

    What takes full matrices raises `SizeError` where they are too large.
    """

    late: Late

    def solve(self, frequency_hz: Array, right: Array, *, pivoting: bool = False) -> Complex:
        """See `Linearization.solve`: with an order of elimination for every frequency, whatever `pivoting` says."""
        out = np.empty((1, len(frequency_hz), *right.shape[1:]), complex)
        with dense.one_thread():
            for k, s in enumerate(2j * np.pi * np.asarray(frequency_hz, float)):
                out[0, k] = self._at(s, right[0])
        return out

    def _at(self, s: complex, right: Array) -> Complex:
        shape, (conductances, capacitances) = self.shapes[0], self.entries
        assert isinstance(shape, LargeMatrix)
        entries = (conductances + s * capacitances)[:, 0] + self.late.factors(s, len(conductances))
        x, left = sparse.solve_large(shape, entries, right.astype(complex))
        if not (np.isfinite(x).all() and left <= RESIDUAL):
            raise AnalysisError(SINGULAR, hint=SINGULAR_HINT)
        return x


def linearize_large(operating_point: OperatingPoint, system: LargeSystem) -> LargeLinearization:
    """The linear model of a large system at an operating point."""
    g, c, d, seconds = PartStamps(), PartStamps(), PartStamps(), [np.empty(0)]
    n, x = len(system.unknowns), operating_point.solution[0]
    inputs = np.zeros((n, len(system.drives)))
    for each in system.parts:
        own = each.part.system
        linear = own.linear
        given = each.inputs(x, operating_point.values)
        rows = own.executor.run(linear.program, [given[name] for name in linear.program.inputs], each.copies)
        matrices = (linear.conductance, linear.capacitance, linear.inputs, *linear.delays)
        taken = 0
        for place, matrix in enumerate(matrices):
            varying = rows[taken : taken + len(matrix.rows)]
            taken += len(matrix.rows)
            if place == 2 and own.drives:
                inputs[each.places[:, 0]] = matrix.dense(varying)[0, :, : len(own.drives)]
            elif place < 2:
                (g, c)[place].add(each, matrix, varying)
            elif place > 2:
                d.add(each, matrix, varying)
                entries = len(matrix.rows) + np.count_nonzero(matrix.constant)
                seconds.append(np.tile(rows[taken], entries))
                taken += 1
    return _assembled(operating_point, n, (g, c, d), np.concatenate(seconds), inputs)


def _assembled(
    point: OperatingPoint, n: int, each: tuple[PartStamps, ...], seconds: Array, inputs: Array
) -> LargeLinearization:
    rows, columns = (np.concatenate([a for m in each for a in getattr(m, what)]) for what in ("rows", "columns"))
    pattern = SummedPattern.of(n, rows, columns)
    values = [np.concatenate([np.empty(0), *m.values]) for m in each]
    ends = np.cumsum([0, *(len(v) for v in values)])
    at = [pattern.places[a:b] for a, b in pairwise(ends.tolist())]
    matrix, count = pattern.matrix, len(pattern.matrix.rows)
    g, c = (added(places, v, count)[:, None] for places, v in zip(at[:2], values[:2], strict=True))
    late = Late(values[2], seconds, at[2])
    full = late.apart(count) if n <= 2 * LARGEST else ()
    delays = tuple((matrix.dense(entries[:, None]), np.array([tau])) for entries, tau in full)
    return LargeLinearization(point, (g, c), inputs[None], delays, (matrix, matrix), late)
