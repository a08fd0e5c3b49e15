"""Frequency sweeps of many lanes from a few exact solves.

The determinant of G + s*C and the numerators of every transfer are polynomials in s with real coefficients. So at
s = j*omega the real part is a polynomial in omega^2, the imaginary part omega times another, and both are known
everywhere from their values at s = 0 and a few omega_k. The elimination yields the determinant as the product of its
pivots beside the solution; numerator over determinant gives the transfer at every other frequency. The points are
the same for all lanes, so that the sums are one matrix product with constant coefficients; where they lie best is
found on the nominal circuit and a few near it (`longtail.engine.few_solves.points`).

A lane is checked by a plain solve at the frequency where those were worst, and by its pivots against the nominal
ones; one that fails is solved again at every frequency with pivoting. A delay (excess phase) makes the functions
transcendental, but entire: more points serve it.
Source: Berrut and Trefethen, SIAM Review 46 (2004) 501, on interpolation; Nakatsukasa, Sete, Trefethen, SIAM J. Sci.
Comput. 40 (2018) A1494, on choosing points greedily.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array, take
from longtail.engine.few_solves.empirical import Experience, learn
from longtail.engine.few_solves.points import PointSearch, SweepPoints
from longtail.engine.few_solves.probes import FEW_PROBES, MANY_PROBES, Probes
from longtail.engine.few_solves.reduction import Elimination
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Complex, Linearization
from longtail.engine.solving import dense
from longtail.engine.solving.batch import Batch, in_threads, parts
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError
from longtail.lanes.blocks import block_size, real_registers, scratch_rows
from longtail.lanes.kernels import kernels
from longtail.lanes.threads import Pool

_TOLERANCE = 1e-9  # of the largest of a gain in the lane's sweep
_ROUNDING = 1e-13  # of the largest gain: what is left of a gain that symmetry makes zero
_WEAK = 1e-5  # a pivot that shrinks so far against the nominal one is not to be trusted
_FEW = 8  # points by which polynomials do well enough; beyond, experience is tried too

Solver = Callable[[dict[str, Array]], OperatingPoint]


class FrequencySweep:
    """A sweep prepared at a nominal point, for any number of lanes.

    `drives` `[drive, in_mode]` and `outputs` `[out_mode, unknown]` as in `longtail.driven.drives`; `plain` forces a
    solve at every frequency. `solve` gives operating points as the lanes will have them (nulled, say); the batch's
    own are taken if it is None. `points` is None where no few points serve, and every frequency is solved.
    """

    def __init__(
        self,
        batch: Batch,
        frequency_hz: Array,
        drives: Array,
        outputs: Array,
        *,
        plain: bool = False,
        solve: Solver | None = None,
    ) -> None:
        self.batch = batch
        self.system = batch.system
        self.frequency_hz = np.asarray(frequency_hz, float)
        self.omega = 2.0 * np.pi * self.frequency_hz
        self.drives = drives
        self.outputs = outputs
        self.elimination = Elimination.of(linearize(batch.nominal), self.frequency_hz, drives, outputs)
        self.points: SweepPoints | Experience | None = None
        self._workers = Pool[_Worker]()  # fresh memory costs more than the work
        if not plain:
            with dense.one_thread():
                self.points = self._find_points(solve or batch.solve)

    @property
    def gains(self) -> tuple[int, int]:
        """Out modes and in modes."""
        return len(self.outputs), self.drives.shape[1]

    def _find_points(self, solve: Solver) -> SweepPoints | Experience | None:
        varied = [n for n in self.system.varied if n not in self.system.drives]
        few = Probes(self.batch.nominal, varied, solve, FEW_PROBES).points
        points = PointSearch(self.elimination, few, self.omega).find()
        if not varied or (points and len(points.omega) <= _FEW):
            return points
        many = Probes(self.batch.nominal, varied, solve, MANY_PROBES).points
        most = len(points.omega) - 1 if points else len(self.omega) // 2
        return learn(self.elimination, many, self.omega, most) or points

    def _dense(self, model: Linearization) -> Complex:
        """`[lane, frequency, out_mode, in_mode]` by LAPACK."""
        return np.asarray(self.outputs @ model.response(self.frequency_hz, self.drives, pivoting=True))

    def buffer(self, lanes: int) -> Complex:
        """Room for the gains of so many lanes, to be used again: fresh memory costs more than the sweep itself."""
        return np.empty((self.gains[0] * self.gains[1], len(self.omega), lanes), complex)

    def run(self, point: OperatingPoint, *, threads: int = 1, out: Complex | None = None) -> Complex:
        """The gains of every lane, `[lane, frequency, out_mode, in_mode]`; `out` is a `buffer` of as many lanes."""
        lanes = len(point.solution)
        out = self.buffer(lanes) if out is None else out[:, :, :lanes]

        def part(where: slice) -> int:
            with self._workers.borrow(None, lambda: _Worker(self)) as worker:
                values = {k: take(point.values[k], where) for k in self.system.varied}
                return worker.run(point.solution[where], values, out[:, :, where])

        with dense.one_thread():
            suspects = in_threads(part, parts(lanes, threads), threads)
        if any(suspects):
            self._repair(point, out)
        modes = out.reshape(*self.gains, len(self.omega), lanes)
        return modes.transpose(3, 2, 0, 1)

    def _repair(self, point: OperatingPoint, out: Complex) -> None:
        """Lanes marked with nan are solved at every frequency with pivoting."""
        bad = np.flatnonzero(np.isnan(out[0, 0].real))
        for start in range(0, len(bad), 64):
            some = bad[start : start + 64]
            model = linearize(point.select(some))
            try:
                gains = self._dense(model)
            except AnalysisError:
                continue  # what stays nan is singular, and the caller sees it
            out[:, :, some] = gains.reshape(len(some), len(self.omega), -1).transpose(2, 1, 0)


class _Worker:
    """The registers of one thread for a sweep."""

    def __init__(self, sweep: FrequencySweep) -> None:
        self.sweep = sweep
        self.linear = sweep.system.linear.program
        self.elimination = sweep.elimination
        program = self.elimination.program
        self.size = min(block_size(self.linear.registers), block_size(2 * program.registers))
        constants = self.elimination.constants
        # the linear model stays where its program leaves it; the constants have rows behind
        self.rows = np.concatenate(
            [real_registers(self.linear, self.size), np.repeat(constants[:, None], self.size, 1)]
        )
        places = np.concatenate([self.linear.outputs, self.linear.registers + np.arange(len(constants))])
        self.entries = places[self.elimination.entries]
        self.delayed = self.elimination.delayed.copy()
        self.delayed[:, 1] = places[self.delayed[:, 1]]
        self.taus = places[self.elimination.taus]
        self.steps = kernels().prepare(self.linear, self.rows, *scratch_rows(self.size))
        self.re, self.im = real_registers(program, self.size), np.zeros((program.registers, self.size))
        self.delays = np.zeros((len(self.elimination.taus), 2, self.size))
        points = sweep.points
        count = len(points.omega) if points else 0
        gains = self.elimination.gains
        self.largest = np.empty((gains, self.size))
        self.exact = np.empty((gains, 1, self.size), complex)
        self.bad = np.zeros(self.size, bool)
        if isinstance(points, SweepPoints):
            self.even, self.odd = (np.empty((1 + gains, count, self.size)) for _ in range(2))
            self.work = np.empty((4, len(sweep.omega), self.size))
        elif isinstance(points, Experience):
            self.samples = np.empty((gains, count, self.size), complex)
            self.parts = np.empty((2 * count, self.size))
            self.work = np.empty((2 * len(sweep.omega), self.size))

    def run(self, solution: Array, values: Mapping[str, float | Array], out: Complex) -> bool:
        """All lanes of a part into `out` `[gain, frequency, lane]`; lanes not to be trusted become nan.
        Returns whether there are any."""
        suspects = False
        unknowns, inputs = solution.shape[1], len(self.linear.inputs)
        for first in range(0, out.shape[2], self.size):
            count = min(self.size, out.shape[2] - first)
            self.rows[:unknowns, :count] = solution[first : first + count].T
            for row, value in zip(self.rows[unknowns:inputs], values.values(), strict=True):
                row[:count] = take(value, slice(first, first + count))
            if count < self.size:
                self.rows[:inputs, count:] = self.rows[:inputs, :1]
            kernels().run_steps(self.steps)
            suspects |= self._block(out[:, :, first : first + count])
        return suspects

    def _block(self, out: Complex) -> bool:
        sweep, points, count = self.sweep, self.sweep.points, out.shape[2]
        if points is None:
            self._plain(sweep.omega, out)
            bad = ~np.isfinite(out).all(axis=(0, 1))
        else:
            trusted = self._polynomials(points, out) if isinstance(points, SweepPoints) else self._learnt(points, out)
            self._plain(sweep.omega[points.check : points.check + 1], self.exact)
            doubtful = kernels().judge(
                self.exact, out[:, points.check], self.largest, _TOLERANCE, _ROUNDING, trusted, self.bad
            )
            if not doubtful:
                return False
            bad = self._again(out, self.bad[:count])
        out[:, :, bad] = np.nan
        return bool(bad.any())

    def _again(self, out: Complex, bad: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A block with lanes that failed their check, solved at every frequency; which are still not to be trusted."""
        plain = np.empty(out.shape, complex)
        self._plain(self.sweep.omega, plain)
        out[:, :, bad] = plain[:, :, bad]
        weak = ~np.isfinite(out).all(axis=(0, 1))
        if isinstance(self.sweep.points, SweepPoints):
            weak |= ~(self.weakest[: out.shape[2]] > _WEAK**2)
        return np.asarray(weak)

    def _learnt(self, points: Experience, out: Complex) -> NDArray[np.bool_]:
        self._plain(points.omega, self.samples)
        kernels().combine(
            points.weights, points.offset, self.samples, self.parts, self.work, self.largest, out.view(float)
        )
        return np.ones(self.size, bool)

    def _polynomials(self, points: SweepPoints, out: Complex) -> NDArray[np.bool_]:
        self.weakest = self._points(points)
        kernels().spread(points.even, points.odd, self.even, self.odd, self.work, self.largest, out.view(float))
        return np.asarray(self.weakest > _WEAK**2)

    def _points(self, points: SweepPoints) -> Array:
        e = self.elimination
        weakest = np.empty(self.size)
        kernels().solve_points(
            self.rows,
            self.entries,
            e.reactive,
            self.delayed,
            self.taus,
            self.delays,
            points.omega,
            e.program.instructions,
            self.re,
            self.im,
            e.program.outputs[: e.gains],
            e.program.outputs[e.gains :],
            points.scale,
            self.even,
            self.odd,
            weakest,
        )
        return weakest

    def _plain(self, omega: Array, out: Complex) -> None:
        e = self.elimination
        kernels().solve_plain(
            self.rows,
            self.entries,
            e.reactive,
            self.delayed,
            self.taus,
            self.delays,
            omega,
            e.program.instructions,
            self.re,
            self.im,
            e.program.outputs[: e.gains],
            out,
        )
