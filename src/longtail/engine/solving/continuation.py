"""Ways to an operating point when Newton's method alone does not get there, tried in turn.

Each follows a path of easier problems to the one that is asked: conductances to ground that fade (gmin stepping), the
same in a balanced circuit with its equal halves held equal (balanced), supplies that rise (source stepping), an
artificial capacitance at every node charged by implicit Euler steps (pseudo-transient), and at last the conductances
again, along a path that may turn back (arc-length). A nulled circuit is first solved as a follower: feedback from its
offset fades likewise.
Source: Nagel, SPICE2 (UCB/ERL M520, 1975); Kelley and Keyes, SIAM J. Numer. Anal. 35 (1998) 508.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from longtail.engine.equations.system import Array, System
from longtail.engine.size import is_large
from longtail.engine.solving.arc_length import follow
from longtail.engine.solving.balanced import Folded, find_groups, satisfied
from longtail.engine.solving.newton import NO_AIDS, Aids, Solve, State, newton, warm
from longtail.lanes.kernels import COMPILED
from longtail.lanes.plain.executor import Executor
from longtail.lanes.status import LaneStatus

Values = Mapping[str, float | Array]

_STEP_LIMIT = 40  # Newton iterations allowed on the path; the last solve has the circuit's own limit
_FADED = 1e-13  # S: a conductance this small is dropped
_FEEDBACKS = (1e-4, -1e-4, 1.0, -1.0, 1e6, -1e6)  # V/V, from the output to the offset; the last hold it at zero
_NATURAL_OFFSET = 0.2  # V: what an amplifier that is not overdriven may need
_BUDGET = 4000  # Newton iterations in all: a path that takes more leads nowhere
_LONG = 200_000  # instructions in plain NumPy that take as long as importing Numba
_LOADED = 1e-2  # S: conductances that leave no gain
_SHORTED = 10.0  # S: conductances beside which nothing else counts, so that there is one solution alone
_TIED = 100.0  # S: nodes that are held so change little
_RUNS_AWAY = 1.3  # times what a node moved in the step before
_APART = 1e-3  # V between nodes at the start, where equations that divide are not finite otherwise
_NODESET_CONDUCTANCE = 1e3  # S: holds .nodeset nodes in a first solve


@dataclass
class Path:
    """A solve in progress: counts the iterations of everything tried on one system. `apart`: see `begin`, V."""

    system: System
    values: Values
    iterations: int = 0
    apart: float = 0.0

    @property
    def begin(self) -> State:
        """Zero volts everywhere, or where equations that divide are not finite there, voltages `apart`."""
        nodes = self.system.node_mask
        x = np.zeros((1, len(self.system.unknowns)))
        x[:, nodes] = self.apart * np.arange(1, 1 + np.count_nonzero(nodes))
        return State(x)

    def solve(self, state: State, aids: Aids, limit: int | None = None) -> Solve:
        """Newton's method, within what is left of the iterations allowed in all."""
        allowed = limit or self.system.circuit.options.itl1
        within = max(0, min(allowed, _BUDGET - self.iterations))
        result = newton(self.system, self.values, state, aids, within, self._executor)
        self.iterations += result.iterations
        return result

    def at_rest(self) -> State:
        """No voltage anywhere, at the junctions neither, where Newton's method would begin with them conducting."""
        return warm(self.system, self.values, np.zeros((1, len(self.system.unknowns))))

    @property
    def _executor(self) -> Executor:
        """That of the system; compiled once the path is so long that importing Numba is a small part of it."""
        return COMPILED if self.iterations * self.system.equations.instructions > _LONG else self.system.executor


def start(path: Path) -> State:
    """Zero volts everywhere, or what a solve with the .nodeset nodes held gives, from where they are let go by steps.

    Let go at once, Newton's method may leap to another solution though there is one beside.
    """
    system = path.system
    state = path.begin
    nodesets = system.circuit.nodesets
    if not nodesets:
        return state
    nodes = [u.name for u in system.unknowns if u.is_node]
    chosen = np.array([1.0 if n in nodesets else 0.0 for n in nodes])
    anchor = np.array([nodesets.get(n, 0.0) for n in nodes])
    kappa = _NODESET_CONDUCTANCE
    while kappa > _FADED:
        held = path.solve(state, Aids(kappa=kappa * chosen, anchor=anchor))
        if not held.converged:
            break
        state, kappa = held.state, kappa / 10.0
    return state


def direct(path: Path, state: State, aids: Aids) -> Solve:
    """Newton's method from where we are; from voltages apart where the equations are not finite there.

    Macromodels divide by a voltage, or by the difference of two, which is zero where nothing has begun.
    """
    result = path.solve(state, aids)
    if result.iterations > 1 or (result.status != LaneStatus.NOT_FINITE).any():
        return result
    path.apart = _APART
    return path.solve(path.begin, aids)


def gmin_stepping(path: Path, state: State, aids: Aids) -> Solve:
    """Conductances from every node to ground, from 10 mS down."""
    kappa, factor, good = 1e-2, 10.0, None
    current = path.begin
    while True:
        result = path.solve(current, replace(aids, kappa=kappa), _STEP_LIMIT)
        if result.converged:
            current, good = result.state, kappa
            if kappa <= _FADED:
                return path.solve(current, aids)
            factor = min(10.0, factor**2) if result.iterations < _STEP_LIMIT // 4 else factor
            kappa = kappa / factor
        elif good is None or factor < 1.01:
            return result
        else:
            factor = factor**0.25
            kappa = good / factor


def source_stepping(path: Path, state: State, aids: Aids) -> Solve:
    """Independent sources raised from zero.

    Without sources nothing carries current, and what transistors hold floats: where Newton's method does not find that
    from junctions that conduct, as it begins, the sources are raised from zero volts at all of them.
    """
    current = path.begin
    at_zero = path.solve(current, replace(aids, source_factor=0.0), _STEP_LIMIT)
    current = at_zero.state if at_zero.converged else path.at_rest()
    reached, raise_by = 0.0, 0.2 if at_zero.converged and at_zero.iterations < _STEP_LIMIT // 4 else 0.1
    factor = raise_by
    while True:
        result = path.solve(current, replace(aids, source_factor=factor), _STEP_LIMIT)
        if result.converged:
            current, reached = result.state, factor
            if factor >= 1.0:
                return result
            raise_by *= 2.0 if result.iterations < _STEP_LIMIT // 4 else 1.0
        else:
            raise_by /= 4.0
            if raise_by < 1e-5:
                return result
        factor = min(1.0, reached + raise_by)


def pseudo_transient(path: Path, state: State, aids: Aids) -> Solve:
    """Every node tied to its last voltage by a conductance C/h, the step h growing as it settles."""
    system = path.system
    current = path.begin
    kappa = 1.0
    for _ in range(400):
        result = path.solve(current, replace(aids, kappa=kappa, anchor=current.x[0, system.node_mask]), _STEP_LIMIT)
        if result.converged:
            current = result.state
            if kappa <= _FADED:
                return path.solve(current, aids)
            kappa /= 4.0 if result.iterations < 8 else 1.5
        else:
            kappa *= 8.0
            if kappa > 1e9:
                return result
    return path.solve(current, aids)  # the last solve is of the plain equations, settled or not


def leaving(path: Path, state: State) -> Solve:
    """The same from beside an unstable solution, to where that leads: the step grows only while nothing runs away.

    An implicit step that is long against the time in which a deviation grows turns it round, and leads back.
    """
    nodes = path.system.node_mask
    kappa, last = _TIED, np.inf
    for _ in range(400):
        result = path.solve(state, Aids(kappa=kappa, anchor=state.x[0, nodes]), _STEP_LIMIT)
        if not result.converged:
            kappa *= 8.0
            if kappa > 1e9:
                return result
            continue
        moved = float(np.abs(result.state.x - state.x)[0, nodes].max(initial=0.0))
        state = result.state
        if kappa <= _FADED:
            break
        kappa /= 1.0 if moved > _RUNS_AWAY * last else 2.0
        last = moved
    return path.solve(state, NO_AIDS)


def arc_length(path: Path, state: State, aids: Aids) -> Solve:
    """The path of fading conductances, followed round its corners: see `longtail.engine.solving.arc_length`.

    It has iterations of its own, since it comes when those before it have used theirs.
    """
    system = path.system
    if aids.feedback or is_large(system.circuit):  # nulled circuits have ways of their own
        return _refused(path.solve(state, aids, 1))
    own = Path(system, path.values, apart=path.apart)
    result = own.solve(own.begin, replace(aids, kappa=_SHORTED), _STEP_LIMIT)
    if result.converged:
        arc = follow(system, path.values, result.state, np.log10(_SHORTED), np.log10(_FADED), COMPILED)
        own.iterations += arc.iterations
        result = own.solve(arc.state, aids)
    path.iterations += own.iterations
    return result


def balanced(path: Path, state: State, aids: Aids) -> Solve:
    """Conductances to ground that fade, in a circuit of equal halves, with the halves held equal.

    For cascades whose gain amplifies rounding errors to the rails: see `longtail.engine.solving.balanced`.
    """
    system = path.system
    if is_large(system.circuit):  # groups are looked for in a full matrix
        return _refused(path.solve(state, aids, 1))
    loaded = path.solve(path.begin, replace(aids, kappa=_LOADED), _STEP_LIMIT)
    if not loaded.converged:
        return loaded
    groups = find_groups(system, path.values, loaded.state.x[0])
    if groups.max() + 1 == len(groups):
        return _refused(loaded)
    halves = Folded(system, groups)
    folded = Path(halves, path.values, path.iterations)
    result = gmin_stepping(folded, State(loaded.state.x[:, halves.leaders]), aids)
    path.iterations = folded.iterations
    whole = replace(result, state=State(result.state.x[:, groups], result.state.limited), step=result.step[:, groups])
    if whole.converged and not satisfied(system, path.values, whole.state.x[0]):
        return _refused(whole)
    return whole


def _refused(solve: Solve) -> Solve:
    return replace(solve, status=np.full_like(solve.status, LaneStatus.TOO_MANY_ITERATIONS))


Strategy = Callable[[Path, State, Aids], Solve]
STRATEGIES: dict[str, Strategy] = {
    "newton": direct,
    "gmin stepping": gmin_stepping,
    "balanced": balanced,
    "source stepping": source_stepping,
    "pseudo-transient": pseudo_transient,
    "arc-length": arc_length,
}


def settle(path: Path, state: State, aids: Aids = NO_AIDS) -> tuple[Solve, str]:
    """The first strategy that gets there, and its name; otherwise the last but one, which ends nearer to where nodes do
    not settle than a path does that cannot be followed."""
    failed = []
    for name, strategy in STRATEGIES.items():
        result = strategy(path, state, aids)
        if result.converged:
            return result, name
        failed.append((result, name))
    return failed[-2]


def settle_nulled(path: Path, state: State) -> tuple[Solve, str]:
    """The nulled circuit by way of a follower: the offset is fed back from the output, then let go.

    Weak feedback first: it only keeps the equations regular while the transistors have no gain yet. The strongest
    starts from the circuit as it is without nulling. The sign of the gain is not known, so both are tried. A large
    offset may overdrive the amplifier into another balance: then the search goes on, and the smallest offset counts.
    """
    place = path.system.index["input_offset"]
    best: tuple[float, Solve, str] | None = None
    for name, strategy in STRATEGIES.items():
        for feedback in _FEEDBACKS:
            result = strategy(path, state, Aids(feedback=feedback))
            if result.converged:
                result = _fade_feedback(path, result, feedback)
            if not result.converged:
                continue
            offset = abs(result.state.x[0, place].item())
            if best is None or offset < best[0]:
                best = offset, result, name
            if offset < _NATURAL_OFFSET:
                return result, name
    return (result, name) if best is None else best[1:]


def _fade_feedback(path: Path, result: Solve, feedback: float) -> Solve:
    factor = 10.0
    good = result.state
    while factor > 1.01:
        target = feedback / factor
        result = path.solve(good, Aids(feedback=target if abs(target) > 1e-9 else 0.0), _STEP_LIMIT)
        if not result.converged:
            factor = factor**0.5
            continue
        good, feedback = result.state, target
        if abs(target) <= 1e-9:
            break
        factor = min(100.0, factor**1.5)
    return result
