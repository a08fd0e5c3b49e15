"""Many lanes at once: operating points over arrays of parameters.

Every lane starts from the nominal solution moved along its sensitivity to the parameters, and takes plain Newton
steps in a fixed elimination order. What does not settle so goes through Newton with limiting, and then through
continuation by itself; every lane ends with a status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array, System, sparse_matrix, take
from longtail.engine.solving import dense
from longtail.engine.solving.continuation import Path, settle
from longtail.engine.solving.newton import State, newton, warm
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import OptionError
from longtail.lanes.blocks import block_size, real_registers, scratch_rows
from longtail.lanes.derivative import Differentiator
from longtail.lanes.elimination import choose_pivots, solve
from longtail.lanes.kernels import kernels
from longtail.lanes.program import Program, lower
from longtail.lanes.status import LaneStatus
from longtail.lanes.threads import Pool, once

Values = Mapping[str, float | Array]

_MOST = 12  # plain Newton iterations: a lane that needs more is far from the nominal point and wants limiting
_CLAMP = 0.5  # V (or A): the largest plain step
_LIMITED = 40  # Newton iterations with limiting, on the way
_ROUNDS, _SHORTEST = 40, 1e-3  # steps on the way from the nominal values to a lane's own, and the shortest
_VOLTS, _AMPERES, _RELATIVE = 1e-8, 1e-11, 1e-7  # Newton's error after a step is its square over V_T: 1e-13 V here


def lane_count(values: Values) -> int:
    """How many lanes arrays of parameters ask for; numbers go along with any.

    Raises `OptionError` where two lengths differ.
    """
    lengths = {name: np.size(v) for name, v in values.items() if np.ndim(v) == 1}
    wrong = [name for name, v in values.items() if np.ndim(v) > 1]
    if wrong:
        raise OptionError(f"'{wrong[0]}' must be a number or a one-dimensional array")
    if len(set(lengths.values())) > 1:
        raise OptionError("arrays of parameters differ in length: " + ", ".join(f"{k} {n}" for k, n in lengths.items()))
    return next(iter(lengths.values()), 1)


@dataclass(frozen=True, eq=False)
class Batch:
    """A system ready for many lanes about a nominal operating point."""

    nominal: OperatingPoint
    _registers: Pool[PlainNewton] = field(default_factory=Pool, repr=False)  # by size

    @property
    def system(self) -> System:
        return self.nominal.system

    @once
    def step(self) -> Program:
        """Unknowns and varied values in, Newton step out, in an order fixed at the nominal point."""
        t = self.system.plain
        column = {v.id: k for k, v in enumerate(t.variables)}
        rows, _ = t.differentiator.rows(t.residual)
        entries = {(i, column[k]): slope for i, row in enumerate(rows) for k, slope in row.items()}
        pivots = choose_pivots(self.conductance[None], sparse_matrix(entries, len(t.variables))[0].pattern)
        solutions, _ = solve(entries, pivots, [dict(enumerate(t.residual))])
        return lower(t.graph, solutions[0], [*(u.input for u in t.unknowns), *self.system.varied])

    @once
    def conductance(self) -> Array:
        """The Jacobian at the nominal point, `[n, n]`."""
        return self._slopes[:, : len(self.system.unknowns)]

    @once
    def sensitivity(self) -> Array:
        """How the nominal solution moves with each varied value, `[unknown, varied]`."""
        n = len(self.system.unknowns)
        return -dense.solve(self.conductance, self._slopes[:, n:])

    @once
    def _slopes(self) -> Array:
        """Slopes of the residual by unknowns and varied values, `[n, n + varied]`."""
        t = self.system.plain
        varied = [t.graph.input(name) for name in self.system.varied]
        differentiator = Differentiator(t.graph, [*t.variables, *varied])
        column = {v.id: k for k, v in enumerate([*t.variables, *varied])}
        rows = differentiator.rows(t.residual)[0]
        places = [(i, column[k]) for i, row in enumerate(rows) for k in row]
        outputs = [slope for row in rows for slope in row.values()]
        program = lower(t.graph, outputs, [*(u.input for u in t.unknowns), *self.system.varied])
        inputs = self.nominal.inputs
        values = self.system.executor.run(program, [inputs[n] for n in program.inputs], 1)[:, 0]
        slopes = np.zeros((len(t.variables), len(column)))
        slopes[tuple(np.array(places).T)] = values
        return slopes

    def solve(
        self,
        values: Values,
        *,
        threads: int = 1,
        progress: Callable[[int], None] | None = None,
        rescue: bool = True,
        start: Array | None = None,
    ) -> OperatingPoint:
        """Operating points for arrays of varied values; `progress` is told how many lanes a part has done.

        Without `rescue`, lanes that plain Newton does not settle are left to the caller, by their status. `start`
        `[lane, unknown]` is where Newton's method begins, if not at the nominal solution moved by its sensitivity.
        """
        lanes = lane_count(values)
        full = {**self.nominal.values, **values}
        x = np.empty((len(self.system.unknowns), lanes))
        status = np.full(lanes, LaneStatus.TOO_MANY_ITERATIONS, np.int8)

        def part(where: slice) -> int:
            here = {k: take(v, where) for k, v in full.items()}
            settled, iterations = self._plain(here, x[:, where], None if start is None else start.T[:, where])
            status[where][settled] = LaneStatus.CONVERGED
            if progress:
                progress(where.stop - where.start)
            return iterations

        with dense.one_thread():
            iterations = max(in_threads(part, parts(lanes, threads), threads))
        bad = np.flatnonzero(status != LaneStatus.CONVERGED)
        how = self.nominal.continuation
        if bad.size and rescue:
            solution, status[bad], more, how = self._rescue({k: take(v, bad) for k, v in full.items()}, len(bad))
            x[:, bad] = solution.T
            iterations += more
        return OperatingPoint(self.system, full, x.T, status, iterations, how, self.nominal)

    def _plain(self, values: Values, x: Array, start: Array | None) -> tuple[NDArray[np.bool_], int]:
        """Plain Newton on one part, into `x` `[unknown, lane]`: which lanes settled, and the most iterations."""
        settled = np.zeros(x.shape[1], bool)
        most = 0
        size = block_size(self.step.registers, x.shape[1])
        with self._registers.borrow(size, partial(PlainNewton, self, size)) as block:
            for first in range(0, x.shape[1], size):
                where = slice(first, min(first + size, x.shape[1]))
                near = None if start is None else start[:, where]
                most = max(most, block.run({k: take(v, where) for k, v in values.items()}, where.stop - first, near))
                x[:, where] = block.solution[:, : where.stop - first]
                settled[where] = block.done[: where.stop - first] > 0.0
        return settled, most

    def _rescue(self, values: Values, lanes: int) -> tuple[Array, NDArray[np.int8], int, str]:
        """Lanes that plain Newton did not settle: together, their values led from the nominal ones in ever smaller
        steps; what is left then, by continuation one by one."""
        state = self._start.part(np.zeros(lanes, np.intp))
        reached, step = np.zeros(lanes), np.ones(lanes)
        status = np.full(lanes, LaneStatus.TOO_MANY_ITERATIONS, np.int8)
        iterations = 0
        for _ in range(_ROUNDS):
            active = np.flatnonzero((reached < 1.0) & (step > _SHORTEST))
            if not active.size:
                break
            aim = np.minimum(reached[active] + step[active], 1.0)
            solved = newton(self.system, self._between(values, active, aim), state.part(active), limit=_LIMITED)
            iterations += solved.iterations
            good = solved.status == LaneStatus.CONVERGED
            state.put(active[good], solved.state.part(np.flatnonzero(good)))
            reached[active[good]] = aim[good]
            step[active] = np.where(good, 2.0 * step[active], step[active] / 4.0)
            status[active] = np.where(good & (aim < 1.0), LaneStatus.TOO_MANY_ITERATIONS, solved.status)
        for lane in np.flatnonzero(status != LaneStatus.CONVERGED):
            path = Path(self.system, {k: take(v, slice(lane, lane + 1)) for k, v in values.items()})
            alone, _ = settle(path, State(np.zeros((1, state.x.shape[1]))))
            state.x[lane], status[lane] = alone.state.x[0], alone.status[0]
            iterations += path.iterations
        return state.x, status, iterations, "newton from the nominal point"

    @once
    def _start(self) -> State:
        """The state at the nominal point."""
        return warm(self.system, self.nominal.values, self.nominal.solution)

    def _between(self, values: Values, lanes: NDArray[np.intp], part: Array) -> Values:
        """Values of some lanes, a part of the way from the nominal ones."""
        between: dict[str, float | Array] = {}
        for name, value in values.items():
            start = self.nominal.values[name]
            between[name] = start + part * (take(value, lanes) - start)
        return between


class PlainNewton:
    """The registers of one thread, and plain Newton over a block of lanes in them."""

    def __init__(self, batch: Batch, size: int) -> None:
        self.batch = batch
        program = batch.step
        self.size = size
        self.rows = real_registers(program, self.size)
        self.done = np.zeros(self.size)
        n, m = len(batch.system.unknowns), len(batch.system.varied)
        self.solution, self._varied = self.rows[:n], self.rows[n : n + m]
        self._scratch = (*scratch_rows(self.size), *(np.empty(self.size) for _ in range(3)))
        self._steps = kernels().prepare(program, self.rows, *self._scratch[:5])
        volts = np.array([u.unit == "V" for u in batch.system.unknowns])
        self._absolute = np.where(volts, _VOLTS, _AMPERES)
        self._nominal = np.array([batch.nominal.values[name] for name in batch.system.varied])[:, None]

    def run(self, values: Values, count: int, start: Array | None = None) -> int:
        """Solve the first `count` lanes; the others repeat the first. Returns the iterations of the slowest."""
        for row, name in zip(self._varied, self.batch.system.varied, strict=True):
            row[:count] = values[name]
            row[count:] = row[0]
        if start is None:
            batch = self.batch
            kernels().predict(self.solution, batch.nominal.solution[0], batch.sensitivity, self._varied - self._nominal)
        else:
            self.solution[:, :count] = start
            self.solution[:, count:] = start[:, :1]
        program = self.batch.step
        iterations: int = kernels().newton_block(
            self._steps,
            self.rows,
            program.outputs,
            self._scratch,
            self._absolute,
            _RELATIVE,
            _MOST,
            _CLAMP,
            self.done,
        )
        return iterations


def parts(lanes: int, threads: int) -> list[slice]:
    """Lanes in parts: enough for the threads to share and for progress to move."""
    size = max(1, min(16_384, -(-lanes // threads)))
    return [slice(k, min(k + size, lanes)) for k in range(0, lanes, size)]


def in_threads(part: Callable[[slice], int], parts: list[slice], threads: int) -> list[int]:
    """Call `part` on every part, over so many threads; compiled code lets go of the interpreter lock."""
    if threads == 1 or len(parts) == 1:
        return [part(p) for p in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(part, parts))
