"""Newton's method over lanes, with SPICE's limiting of junction and gate voltages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Options
from longtail.engine.equations.system import Array, LargeMatrix, SparseMatrix, System
from longtail.engine.equations.trace import ANCHOR, FEEDBACK, FIRST, KAPPA, SOURCE_FACTOR
from longtail.engine.solving import dense, sparse
from longtail.lanes.plain.executor import Executor
from longtail.lanes.status import LaneStatus

_SPARSE_FROM = 250  # unknowns from which a sparse factorization is faster than a dense one
_PERIOD = 8  # iterations: the longest cycle that is looked for, and how long it has to last
_PATIENT = 8  # iterations, before anything is held against rounding
_ROUNDING = 16.0 * np.finfo(float).eps  # of the terms of an equation: what is left of them is zero
_RETURNED = 0.05  # of the last step: an iterate this near to an earlier one has returned to it


@dataclass(frozen=True)
class Aids:
    """Convergence aids in force during a solve; the defaults are: none.

    kappa          S, from every node to its anchor voltage; a number, or `[node]`
    anchor         V; a number, or `[node]`
    source_factor  on every independent source
    feedback       of the input offset to the null equation, V/V
    """

    kappa: float | Array = 0.0
    anchor: float | Array = 0.0
    source_factor: float = 1.0
    feedback: float = 0.0


NO_AIDS = Aids()


@dataclass
class State:
    """Where a solve stands: `x` `[lane, unknown]`, and the limited controls `[state, lane]` (None: none yet)."""

    x: Array
    limited: Array | None = None

    def part(self, lanes: NDArray[np.intp]) -> State:
        """The state of some lanes."""
        return State(self.x[lanes], None if self.limited is None else self.limited[:, lanes])

    def put(self, lanes: NDArray[np.intp], other: State) -> None:
        """Take over the state of some lanes."""
        self.x[lanes] = other.x
        if self.limited is not None and other.limited is not None:
            self.limited[:, lanes] = other.limited


@dataclass
class Solve:
    """What a solve came to. `step` `[lane, unknown]` is the last Newton step, nan where an equation is not finite, and
    `gap` `[state, lane]` what limiting still holds back: both tell which node or device would not settle."""

    state: State
    status: NDArray[np.int8]
    iterations: int
    step: Array = field(repr=False)
    gap: Array = field(repr=False)

    @property
    def converged(self) -> bool:
        return bool((self.status == LaneStatus.CONVERGED).all())


@np.errstate(over="ignore", invalid="ignore")  # what is not finite gives its lane up, with that as its status
def newton(
    system: System,
    values: Mapping[str, float | Array],
    state: State,
    aids: Aids = NO_AIDS,
    limit: int | None = None,
    executor: Executor | None = None,
) -> Solve:
    """Solve the equations of `system` for `values` of its varied names, from `state`.

    A lane has converged when its step is below reltol*|x| + tolerance in every unknown (vntol for voltages, abstol
    for currents) and limiting has let go; or, later, when all equations hold but for rounding. Lanes that have
    converged stay as they are while others go on. A lane that goes round in circles, as MOSFETs between two regions do,
    is given up. `executor` runs the equations, if not that of the system.
    """
    executor = executor or system.executor
    options = system.circuit.options
    x = state.x.copy()
    lanes = len(x)
    equations = system.equations
    limited = np.zeros((len(equations.states), lanes)) if state.limited is None else state.limited.copy()
    first = 1.0 if state.limited is None else 0.0
    inputs = inputs_of(system, values, aids)
    status = np.full(lanes, LaneStatus.TOO_MANY_ITERATIONS, np.int8)
    step, gap = np.full_like(x, np.inf), np.zeros_like(limited)
    iterations = 0
    active = np.arange(lanes)
    earlier, returned = np.full((_PERIOD, *x.shape), np.nan), np.zeros(lanes, int)
    for iterations in range(1, (options.itl1 if limit is None else limit) + 1):
        inputs |= zip((u.input for u in system.unknowns), x[active].T, strict=True)
        inputs |= zip(equations.states, limited[:, active], strict=True)
        inputs[FIRST] = first
        residual, entries, gaps, next_limited = equations.evaluate(executor, _pick(inputs, active, lanes), len(active))
        delta, code = linear_solve(equations.jacobian, entries, -residual)
        step[active], gap[:, active], limited[:, active] = delta, gaps, next_limited
        good = code == LaneStatus.CONVERGED
        earlier[iterations % _PERIOD, active] = x[active]
        x[active[good]] += delta[good]
        settled = good & settled_at(system, options, x[active], delta, gaps) & (first == 0.0)
        if iterations > _PATIENT:
            settled |= good & _at_rounding(system, options, x[active] - delta, delta, gaps, residual, entries)
        first = 0.0
        status[active[settled]] = LaneStatus.CONVERGED
        status[active[~good]] = code[~good]
        if not good.all():
            step[active[~good]] = _lost(equations.jacobian, residual[~good], entries[:, ~good])
        returned[active] = np.where(_returned(x[active], delta, earlier[:, active]), returned[active] + 1, 0)
        active = active[good & ~settled & (returned[active] < _PERIOD)]
        if not len(active):
            break
    return Solve(State(x, limited), status, iterations, step, gap)


def warm(system: System, values: Mapping[str, float | Array], x: Array) -> State:
    """A state from which Newton's method goes on as if it had just arrived at `x`: limited controls at their values."""
    equations = system.equations
    inputs: dict[str, float | Array] = dict.fromkeys((*equations.initial_inputs, *equations.states), 0.0)
    inputs |= {**values, SOURCE_FACTOR: 1.0}
    inputs |= {u.input: column for u, column in zip(system.unknowns, x.T, strict=True)}
    _, _, gap, value = equations.evaluate(system.executor, inputs, len(x))
    return State(x.copy(), gap + value)


def _returned(x: Array, step: Array, earlier: Array) -> NDArray[np.bool_]:
    """Lanes that are back where they were some iterations ago, though their last step was much longer than that.

    A sequence that converges, even to and fro, is this near to earlier iterates only where it takes hundreds of steps.
    """
    nearest: Array = np.abs(x - earlier).max(axis=2).min(axis=0)
    return np.asarray(nearest <= _RETURNED * np.abs(step).max(axis=1))


def inputs_of(system: System, values: Mapping[str, float | Array], aids: Aids) -> dict[str, float | Array]:
    nodes = [u.name for u in system.unknowns if u.is_node]
    inputs: dict[str, float | Array] = {SOURCE_FACTOR: aids.source_factor, FEEDBACK: aids.feedback, **values}
    for prefix, aid in ((KAPPA, aids.kappa), (ANCHOR, aids.anchor)):
        by_node = np.broadcast_to(np.asarray(aid, float), len(nodes)).tolist()
        inputs |= {f"{prefix}{name}": value for name, value in zip(nodes, by_node, strict=True)}
    return inputs


def _pick(inputs: Mapping[str, float | Array], active: NDArray[np.intp], lanes: int) -> Mapping[str, float | Array]:
    """Inputs of the active lanes only; those of the unknowns are picked already."""
    if len(active) == lanes:
        return inputs
    return {
        name: value[active] if isinstance(value, np.ndarray) and value.shape == (lanes,) else value
        for name, value in inputs.items()
    }


def linear_solve(jacobian: SparseMatrix, entries: Array, right: Array) -> tuple[Array, NDArray[np.int8]]:
    """Solve lane by lane with partial pivoting; lanes that cannot be solved say why and get a zero step."""
    finite = np.isfinite(right).all(axis=1) & np.isfinite(entries).all(axis=0)
    code = np.where(finite, LaneStatus.CONVERGED, LaneStatus.NOT_FINITE).astype(np.int8)
    delta = np.zeros_like(right)
    good = np.flatnonzero(finite)
    if isinstance(jacobian, LargeMatrix):
        for lane in good:
            delta[lane], _ = sparse.solve_large(jacobian, entries[:, lane], right[lane])
    elif right.shape[1] > _SPARSE_FROM:
        for lane in good:
            delta[lane] = sparse.solve(jacobian, entries[:, lane], right[lane])
    else:
        delta[good] = _dense_solve(jacobian.dense(entries[:, good]), right[good])
    code[finite & ~np.isfinite(delta).all(axis=1)] = LaneStatus.SINGULAR
    delta[code != LaneStatus.CONVERGED] = 0.0
    return delta, code


def _lost(jacobian: SparseMatrix, residual: Array, entries: Array) -> Array:
    """Zero, but nan at the unknowns of equations that are not finite: as steps, they tell which those are."""
    lost = ~np.isfinite(residual)
    for row, finite in zip(jacobian.rows, np.isfinite(entries), strict=True):
        lost[:, row] |= ~finite
    return np.where(lost, np.nan, 0.0)


def _dense_solve(matrix: Array, right: Array) -> Array:
    """Solutions `[lane, n]`; nan for a lane whose matrix is singular."""
    try:
        return np.asarray(dense.solve(matrix, right[:, :, None])[..., 0])
    except np.linalg.LinAlgError:
        pass
    x = np.full_like(right, np.nan)
    regular = np.flatnonzero(dense.determinant_signs(matrix))
    if regular.size < len(matrix):
        x[regular] = _dense_solve(matrix[regular], right[regular])
    elif len(matrix) > 1:  # singular by rounding alone
        for half in np.array_split(regular, 2):
            x[half] = _dense_solve(matrix[half], right[half])
    return x


def settled_at(system: System, options: Options, x: Array, step: Array, gap: Array) -> NDArray[np.bool_]:
    volts = np.array([u.unit == "V" for u in system.unknowns])
    tolerance = np.where(volts, options.vntol, options.abstol)
    small = np.abs(step) <= options.reltol * np.abs(x) + tolerance
    released = np.abs(gap) <= 1e3 * options.vntol
    return np.asarray(small.all(axis=1) & released.all(axis=0))


def _at_rounding(
    system: System, options: Options, x: Array, step: Array, gap: Array, residual: Array, entries: Array
) -> NDArray[np.bool_]:
    """Whether every equation holds at `x` `[lane, n]` but for rounding, |f_i| <= 16*eps*sum_k |J_ik*x_k|, those of
    voltages to vntol too and those of currents to what vntol drives through gmin, at nodes where nothing flows, and no
    step is more than reltol of the largest unknown of its unit.

    A small current beside large ones at a node is their difference, and moves by their last bits for ever.
    """
    jacobian = system.equations.jacobian
    if isinstance(jacobian, LargeMatrix):
        return np.zeros(len(x), bool)
    small = np.zeros(x.shape, bool)
    for unit in ("V", "A"):
        ours = np.array([u.unit == unit for u in system.unknowns])
        small[:, ours] = np.abs(step[:, ours]) <= options.reltol * np.abs(x[:, ours]).max(
            axis=1, keepdims=True, initial=0.0
        )
    released = np.abs(gap) <= 1e3 * options.vntol
    at_rest = np.flatnonzero(small.all(axis=1) & released.all(axis=0))
    terms = np.einsum("lij,lj->li", np.abs(jacobian.dense(entries[:, at_rest])), np.abs(x[at_rest]))
    allowed = _ROUNDING * terms + np.where(system.node_mask, options.gmin * options.vntol, options.vntol)
    holds = np.zeros(len(x), bool)
    holds[at_rest] = (np.abs(residual[at_rest]) <= allowed).all(axis=1)
    return holds
