"""Following the path of fading conductances round its corners, by pseudo-arclength continuation.

Gmin stepping walks down in the conductance kappa from every node to ground, and ends where the solution turns back: an
amplifier with positive feedback, or one whose stages come to life together, has solutions for less kappa only beyond a
stretch for more. Here log10(kappa) is an unknown as the voltages are, and what is given is how far to go along the
path: a step along the tangent, then Newton's method at right angles to it.
Source: Keller, Numerical solution of bifurcation and nonlinear eigenvalue problems (1977); Allgower and Georg,
Numerical Continuation Methods (1990), chapter 6; Trajkovic, Melville and Fang, IEEE Int. Symp. Circuits Syst. (1991).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from longtail.engine.equations.system import Array, System
from longtail.engine.equations.trace import FIRST
from longtail.engine.solving.newton import Aids, State, inputs_of, linear_solve, settled_at
from longtail.lanes.plain.executor import Executor
from longtail.lanes.status import LaneStatus

_HIGHEST = 2.0  # of log10(kappa/S): a path that comes back up to it leads nowhere
_SHORTEST, _LONGEST = 1e-4, 16.0  # steps along the path, in decades of kappa and V
_LEAP = 10.0  # decades: no step of Newton's method beside the path goes so far
_QUICK, _MOST = 4, 12  # iterations of a step: with fewer the next is longer, with more it is tried shorter
_STRAIGHT = 0.5  # cosine of the angle that the path may turn by in a step: beyond, it may be another path
_STEPS = 400


@dataclass
class Arc:
    """A place on the path: voltages and currents, log10(kappa/S), and the direction in which it goes on."""

    state: State
    decade: float
    along: Array  # of the unknowns, then of the decade; of unit length over nodes and decade
    iterations: int = 0


@np.errstate(over="ignore", invalid="ignore")  # what is not finite ends a step, as in Newton's method
def follow(
    system: System, values: Mapping[str, float | Array], start: State, decade: float, lowest: float, executor: Executor
) -> Arc:
    """The path from a solution at kappa = 10**`decade` S down to 10**`lowest`, or as far as it can be followed."""
    path = _Path(system, values, executor)
    arc = Arc(start, decade, path.downwards())
    arc.along = path.tangent(arc)
    step = 0.5
    for _ in range(_STEPS):
        new, used = path.step(arc, step)
        arc.iterations += used
        if new is None:
            step /= 4.0
            if step < _SHORTEST:
                break
            continue
        new.iterations = arc.iterations
        arc = new
        if not lowest < arc.decade < _HIGHEST:
            break
        step = min(_LONGEST, step * (2.0 if used <= _QUICK else 1.0 if used < _MOST - 2 else 0.5))
    return arc


class _Path:
    """The equations of a system with log10(kappa) as one unknown more."""

    def __init__(self, system: System, values: Mapping[str, float | Array], executor: Executor) -> None:
        self.system, self.values, self.executor = system, values, executor
        self.nodes = np.append(np.where(system.node_mask, 1.0, 0.0), 1.0)  # what lengths along the path count

    def downwards(self) -> Array:
        """Less kappa, with all voltages as they are."""
        direction = np.zeros(len(self.nodes))
        direction[-1] = -1.0
        return direction

    def tangent(self, arc: Arc) -> Array:
        """The direction of the path at a place, on the side of the one in which it was reached."""
        *_, slope = self._solved(arc.state, arc.decade)
        return self._unit(np.append(slope, 1.0), arc.along)

    def step(self, arc: Arc, length: float) -> tuple[Arc | None, int]:
        """The place so far along the path, None where Newton's method does not find it; and its iterations."""
        options = self.system.circuit.options
        ahead = length * arc.along
        x, decade = arc.state.x + ahead[:-1], arc.decade + float(ahead[-1])
        state = State(x, None if arc.state.limited is None else arc.state.limited.copy())
        weights = self.nodes * arc.along
        for iteration in range(1, _MOST + 1):
            status, state.limited, gaps, full, slope = self._solved(state, decade)
            across = float(weights[:-1] @ slope + weights[-1])
            change = -float(weights[:-1] @ full) / across if across else np.inf
            if status != LaneStatus.CONVERGED or not abs(change) < _LEAP:
                return None, iteration
            delta = (full + change * slope)[None]
            state.x = state.x + delta
            decade += change
            if abs(change) < 1e-9 and settled_at(self.system, options, state.x, delta, gaps).all():
                new = Arc(state, decade, arc.along)
                new.along = self._unit(np.append(slope, 1.0), arc.along)
                return (new if float(weights @ new.along) > _STRAIGHT else None), iteration
        return None, _MOST

    def _unit(self, direction: Array, towards: Array) -> Array:
        length = np.sqrt(np.sum(self.nodes * direction**2))
        sign = 1.0 if np.sum(self.nodes * direction * towards) >= 0.0 else -1.0
        return np.asarray(sign * direction / length)

    def _solved(self, state: State, decade: float) -> tuple[int, Array, Array, Array, Array]:
        """Status, limited controls and gaps of an iteration, the Newton step at this kappa, and how the solution moves
        with the decade: -J^-1 times ln(10)*kappa*v, the current that the conductances take more per decade."""
        system = self.system
        kappa = 10.0**decade
        inputs = inputs_of(system, self.values, Aids(kappa=kappa))
        inputs |= zip((u.input for u in system.unknowns), state.x.T, strict=True)
        assert state.limited is not None, "it comes from a solution"
        inputs |= zip(system.equations.states, state.limited, strict=True)
        inputs[FIRST] = 0.0
        residual, entries, gaps, limited = system.equations.evaluate(self.executor, inputs, 1)
        full, code = linear_solve(system.equations.jacobian, entries, -residual)
        taken = np.where(system.node_mask, np.log(10.0) * kappa * state.x, 0.0)
        slope, also = linear_solve(system.equations.jacobian, entries, -taken)
        return max(int(code[0]), int(also[0])), limited, gaps, full[0], slope[0]
