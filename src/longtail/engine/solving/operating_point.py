"""The operating point: solve, report how, and name what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND
from longtail.engine.equations.potentials import lost_potentials, said
from longtail.engine.equations.structure import check_structure
from longtail.engine.equations.system import Array, System, take
from longtail.engine.solving.continuation import Path, Values, settle, settle_nulled, start
from longtail.engine.solving.newton import NO_AIDS, Solve, State, warm
from longtail.errors import ConvergenceError
from longtail.lanes.status import LaneStatus
from longtail.units import counted


@dataclass(frozen=True, eq=False)
class OperatingPoint:
    """A solution of a system.

    solution      `[lane, unknown]`, V and A
    status        `[lane]`, see `LaneStatus`
    iterations    Newton iterations in all, continuation included
    continuation  what served: "newton", "gmin stepping", "balanced", "source stepping",
                  "pseudo-transient" or "arc-length"
    nominal       the point of one lane that these lanes set out from; None for a point that stands by itself
    """

    system: System
    values: Values
    solution: Array
    status: NDArray[np.int8]
    iterations: int
    continuation: str
    nominal: OperatingPoint | None = None

    def __repr__(self) -> str:
        steps = counted(self.iterations, "iteration")
        return f"OperatingPoint({counted(self.solution.shape[1], 'unknown')}, {self.continuation}, {steps})"

    def select(self, lanes: NDArray[np.intp]) -> OperatingPoint:
        """The same of some of the lanes."""
        values = {k: take(v, lanes) for k, v in self.values.items()}
        return replace(self, values=values, solution=self.solution[lanes], status=self.status[lanes])

    def __getitem__(self, name: str) -> Array:
        """An unknown by name, `[lane]`."""
        return self.solution[:, self.system.index[name]]

    def voltage(self, node: str) -> Array:
        """A node voltage in V, `[lane]`; ground is zero."""
        return np.zeros(len(self.solution)) if node == "0" else self[node]

    @property
    def by_name(self) -> dict[str, float]:
        """The unknowns of the first lane, V and A."""
        return {u.name: x for u, x in zip(self.system.unknowns, self.solution[0].tolist(), strict=True)}

    @property
    def largest_voltage(self) -> Array:
        """The largest node voltage in V, `[lane]`: what is below its last bits is rounding."""
        return np.asarray(np.abs(self.solution[:, self.system.node_mask]).max(axis=1, initial=0.0))

    @property
    def inputs(self) -> dict[str, float | Array]:
        """Solution and varied values by the names that programs take them by."""
        return {**{u.input: x for u, x in zip(self.system.unknowns, self.solution.T, strict=True)}, **self.values}

    @cached_property
    def residual(self) -> Array:
        """The largest current in A left over at a node by the plain equations, `[lane]`."""
        program = self.system.residual
        inputs = self.inputs
        left = self.system.executor.run(program, [inputs[n] for n in program.inputs], len(self.solution))
        return np.asarray(np.abs(left[self.system.node_mask]).max(axis=0, initial=0.0))

    @cached_property
    def quantities(self) -> dict[str, dict[str, Array]]:
        """Operating-point quantities `[lane]` by device and name."""
        return self.system.quantities_at(self.inputs, len(self.solution))


def solve_operating_point(
    system: System, values: Mapping[str, float] | None = None, near: OperatingPoint | None = None
) -> OperatingPoint:
    """The operating point of one lane: Newton, then each continuation in turn.

    The solution `near` this one, of a circuit with most of the same unknowns, is where Newton's method begins; what was
    found so says how the other one was found.

    Raises `StructuralError` before solving where no solution can exist, and `ConvergenceError` that names the nodes
    and devices that would not settle.
    """
    values = dict(values or {})
    check_structure(system)
    path = Path(system, values)
    if near is not None and not system.null:
        beside = path.solve(start_beside(system, values, near), NO_AIDS)
        if beside.converged:
            iterations = near.iterations + path.iterations
            return OperatingPoint(system, values, beside.state.x, beside.status, iterations, near.continuation)
    state = start(path)
    solve, name = settle_nulled(path, state) if system.null else settle(path, state)
    if not solve.converged:
        raise _failure(system, values, solve)
    return OperatingPoint(system, values, solve.state.x, solve.status, path.iterations, name)


def start_beside(system: System, values: Values, near: OperatingPoint) -> State:
    """Where Newton's method begins beside a solution of another system: unknowns of the same name as they are there."""
    known = near.by_name
    return warm(system, values, np.array([[known.get(u.name, 0.0) for u in system.unknowns]]))


def _failure(system: System, values: Values, solve: Solve) -> ConvergenceError:
    unknowns = system.unknowns
    sources = [i for i in system.circuit.instances.values() if i.device == "voltage_source" and GROUND in i.nodes]
    held = {node for source in sources for node in source.nodes}  # which a source settles, and nothing else
    step = np.where([u.name in held for u in unknowns], 0.0, np.abs(solve.step[0]))
    nodes = [unknowns[k].name for k in np.argsort(-step)[:4] if step[k] > 1e-6]
    limited = np.flatnonzero(np.abs(solve.gap[:, 0]) > 1e-6)
    devices = sorted({system.equations.states[k].rsplit(":", 1)[0] for k in limited})[:6]
    reason = LaneStatus(int(solve.status[0])).text
    parts = ["no operating point found with Newton, gmin, source and transient stepping, and arc-length"]
    parts.append(f"the last attempt: {reason}")
    lost = [unknowns[k].name for k in np.flatnonzero(np.isnan(solve.step[0]))]
    if lost:
        parts.append(f"not finite: the equation of {', '.join(lost[:4])}")
    elif nodes:
        parts.append(f"would not settle: {', '.join(nodes)}")
    if devices:
        parts.append(f"devices still limited: {', '.join(devices)}")
    without = lost_potentials(system, values, 1)
    if without:
        parts.append(said(without, system.circuit))
    whom = "these devices" if devices else "the devices"
    return ConvergenceError(
        "; ".join(parts),
        hint=f"check supplies and models of {whom}, or give .nodeset v(node)=value"
        + (" for the nodes named" if nodes else ""),
    )
