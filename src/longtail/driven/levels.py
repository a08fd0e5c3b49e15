"""Many operating points of a driven amplifier at once: over input levels, and nulled over output levels too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.circuit import GROUND, Circuit, Instance
from longtail.contract.drive import Drive
from longtail.driven.drives import Drives, supply_rails
from longtail.driven.inputs import find_drives
from longtail.driven.nulling import as_plain, at_one_lane, bias, null_nearby, null_target, offset_of, works
from longtail.driven.points import FROM_NEARBY, Points
from longtail.driven.varied import levels_over
from longtail.elaborate.named_values import nominal
from longtail.engine.equations.system import System
from longtail.engine.equations.trace import Null
from longtail.engine.remember import Remembered
from longtail.engine.solving.batch import Batch
from longtail.engine.solving.newton import newton, warm
from longtail.engine.solving.operating_point import OperatingPoint, solve_operating_point
from longtail.errors import OptionError
from longtail.hints import said
from longtail.lanes.kernels import COMPILED
from longtail.lanes.status import LaneStatus

Array = NDArray[np.float64]

TARGET = "@target"  # a node that carries the wanted output voltage, so that it can differ from lane to lane
_STEPS = 60  # on the way from the nominal point
_SHORTEST = 1e-2  # of the way


@dataclass(frozen=True, eq=False)
class LevelSweep:
    """A driven amplifier ready for many input levels; nulled where `nominal` belongs to a nulled system.

    `vary` names further values that may differ from lane to lane. `rest` is the point without nulling.
    """

    drives: Drives
    nominal: OperatingPoint
    plain: System
    rest: OperatingPoint

    @cached_property
    def batch(self) -> Batch:
        return Batch(self.nominal)

    @property
    def own(self) -> modes.Modes:
        """v_id and v_ic in V of the netlist as it stands."""
        return self.drives.modes_of(self.drives.values)

    @property
    def nulled(self) -> bool:
        return self.nominal.system.null is not None

    @property
    def center(self) -> Points:
        """The nominal operating point."""
        return self._points(self.nominal)

    @cached_property
    def released(self) -> LevelSweep:
        """The plain amplifier at the offset that nulls it: the output is free to move from there."""
        center = self.center
        ends = modes.join(center.v_id[0].item(), self.own.common)
        point = at_one_lane(center.point)
        return LevelSweep(replace(self.drives, levels=(ends.first, ends.second)), point, self.plain, point)

    def at(
        self,
        v_ic: float | Array | None = None,
        v_id: float | Array | None = None,
        target: Array | None = None,
        near: Array | None = None,
        varied: Mapping[str, Array] | None = None,
    ) -> Points:
        """Operating points at common-mode levels and differential inputs in V, else as the netlist has them.

        A nulled amplifier finds its differential input itself; `target` is then the output voltage that it has to
        reach in each lane, if not its nominal one. With `near` `[lane, unknown]`, states as in `Points`, every lane
        starts there, and of a nulled amplifier one that does not settle soon is left without a solution. `varied` are
        further values by name.
        """
        own = self.own
        if varied and (v_ic is None or v_id is None):
            flat = dict(zip(varied, np.broadcast_arrays(*map(np.atleast_1d, varied.values())), strict=True))
            own = self.drives.modes_of({**self.drives.values, **levels_over(self.drives, flat)})
        levels = modes.join(own.differential if v_id is None else v_id, own.common if v_ic is None else v_ic)
        values = {name: np.asarray(value, float) for name, value in self.nominal.values.items()}
        for name, level in zip(self.drives.names, levels, strict=True):
            values[name] = np.asarray(level, float)
        values |= {name: np.asarray(value, float) for name, value in (varied or {}).items()}
        if target is not None:
            values[f"v{TARGET}.dc"] = np.asarray(target, float)
        lanes = max(np.size(value) for value in values.values())
        values = {k: np.broadcast_to(v, lanes).copy() for k, v in values.items()}
        return self._points(self._solve(values, near))

    def tangent(self, v_ic: float | Array = 0.0, v_id: float | Array = 0.0, target: float | Array = 0.0) -> Array:
        """How a state sets out from the nominal point where the inputs and the target move so far, `[lane, unknown]`.

        To first order, V for V.
        """
        moves: dict[str, float | Array] = dict.fromkeys(self.nominal.system.varied, 0.0)
        moves |= dict(zip(self.drives.names, modes.join(v_id, v_ic), strict=True))
        if f"v{TARGET}.dc" in moves:
            moves[f"v{TARGET}.dc"] = target
        columns = np.broadcast_arrays(*map(np.atleast_1d, moves.values()))
        # one by one: a matrix product rounds by the number of lanes
        return np.sum([m[:, None] * s for m, s in zip(columns, self.batch.sensitivity.T, strict=True)], axis=0)

    def _solve(self, values: dict[str, Array], near: Array | None) -> OperatingPoint:
        """All lanes from the nominal point, or from nearby; one that does not settle so, by steps from the nominal one.

        Continuation from zero sources is the last resort of a plain circuit. It leads nowhere with an equation that
        only an amplifier in operation can fulfil, so a nulled lane is then left without a solution.
        """
        point = self.batch.solve(values, rescue=False, start=near)
        if self.nulled and near is not None:
            return point
        waiting = self._follow(point, values)
        if waiting.size and not self.nulled:
            rest = self.batch.solve({k: v[waiting] for k, v in values.items()})
            point.solution[waiting], point.status[waiting] = rest.solution, rest.status
        return point

    def _follow(self, point: OperatingPoint, values: Mapping[str, Array]) -> NDArray[np.intp]:
        """Solve lanes by way of steps from the nominal point; returns those that are left.

        No lane goes by way of another: what becomes of it would hang on which others there are. Each has a step of its
        own, at first the whole way; one that fails is cut to a quarter, one that succeeds is doubled.
        """
        waiting = np.flatnonzero(point.status != LaneStatus.CONVERGED)
        x = np.repeat(self.nominal.solution, waiting.size, axis=0)
        way, step = np.zeros(waiting.size), np.ones(waiting.size)
        for _ in range(_STEPS):
            active = np.flatnonzero((way < 1.0) & (step >= _SHORTEST))
            if not active.size:
                break
            reached = np.minimum(way[active] + step[active], 1.0)
            start, end = self.nominal.values, waiting[active]
            here = {k: start[k] + reached * (v[end] - start[k]) for k, v in values.items()}
            result = newton(point.system, here, warm(point.system, here, x[active]), limit=FROM_NEARBY)
            good = result.status == LaneStatus.CONVERGED
            x[active[good]], way[active[good]] = result.state.x[good], reached[good]
            step[active] *= np.where(good, 2.0, 0.25)
        arrived = way >= 1.0
        point.solution[waiting[arrived]], point.status[waiting[arrived]] = x[arrived], LaneStatus.CONVERGED
        return waiting[~arrived]

    def _points(self, point: OperatingPoint) -> Points:
        """Solutions as those of the plain circuit, with the offset that was found in the sources."""
        plain = as_plain(self.drives, self.plain, point) if self.nulled else point
        v_id = offset_of(self.drives, plain) if self.nulled else self.drives.modes_of(plain.values).differential
        return Points(self.drives, plain, np.broadcast_to(v_id, len(plain.solution)), point.solution)


_SWEEPS = Remembered[LevelSweep](8)


def sweep(drives: Drives, *, null: bool = False, target: float | None = None, vary: tuple[str, ...] = ()) -> LevelSweep:
    """Solve the nominal point of a driven amplifier and make it ready for many levels.

    Raises `AnalysisError` and `OptionError` as `bias` does, `ConvergenceError` where there is no operating point.
    """
    wanted = null_target(drives, target) if null else None
    return _SWEEPS.get(drives, (wanted, vary), lambda: _sweep(drives, wanted, vary))


def _sweep(drives: Drives, wanted: float | None, vary: tuple[str, ...]) -> LevelSweep:
    if wanted is None and not vary:
        point, _ = bias(drives)
        point = replace(point, system=point.system.compiled)
        return LevelSweep(drives, point, point.system, point)
    if wanted is None:
        system = System(drives.circuit, drives=drives.names, varied=vary, executor=COMPILED)
        point = solve_operating_point(system, drives.values | _nominal(drives, vary), bias(drives)[0])
        return LevelSweep(drives, point, system, point)
    source = Instance(f"v{TARGET}", "voltage_source", (TARGET, GROUND), {"dc": wanted})
    circuit = replace(
        drives.circuit,
        nodes=(*drives.circuit.nodes, TARGET),
        instances={**drives.circuit.instances, source.name: source},
    )
    bare, drives = drives, replace(drives, circuit=circuit)
    vary = (*vary, f"{source.name}.dc")
    plain = System(circuit, drives=drives.names, varied=vary, executor=COMPILED)
    equation = drives.null(0.0)
    equation = Null(equation.inputs, {**equation.output, TARGET: -1.0}, 0.0)
    nulled = System(circuit, drives=drives.names, varied=vary, null=equation, executor=COMPILED)
    values = drives.values | _nominal(drives, vary)
    rest = _with_target(bias(bare)[0], plain, values, wanted)
    near = null_nearby(rest, nulled, values)
    if near is None:
        bias(bare, null=True, target=wanted)  # says why where nulling fails
        near = solve_operating_point(nulled, values)
    return LevelSweep(drives, near, plain, rest)


def _with_target(point: OperatingPoint, system: System, values: dict[str, float], target: float) -> OperatingPoint:
    """The operating point of the circuit that has the target's node too, which carries no current."""
    known = {**point.by_name, TARGET: target}
    solution = np.array([[known.get(u.name, 0.0) for u in system.unknowns]])
    return replace(point, system=system, values=values, solution=solution)


def _nominal(drives: Drives, names: tuple[str, ...]) -> dict[str, float]:
    """The values that varied names have in the netlist."""
    return {name: nominal(drives.circuit, name) for name in names}


_ACROSS = 41  # levels between the supplies


def levels_of(circuit: Circuit, drive: Drive, vcm: Array | str | None) -> tuple[Drives, Array]:
    """The driven circuit and the common-mode levels in V: those of `vcm`, all between the supplies for `SUPPLIES`, the
    netlist's own for None.

    The drives stand at the netlist's own level, whatever is asked for; where there is none, or the amplifier does not
    work there, at one among those asked for.
    Raises `OptionError` for supplies that are not known, and for inputs that cannot be moved.
    """
    if vcm is None:
        drives = find_drives(circuit, drive)
        return drives, np.array([_own_level(drives)])
    levels = _between_supplies(circuit, drive) if isinstance(vcm, str) else np.unique(vcm)
    driven = find_drives(circuit, replace(drive, vcm=levels[levels.size // 2].item()))  # levels can be set here
    standing = find_drives(circuit, drive) if driven.has_level else driven
    own = _own_level(standing)
    if levels.min() <= own <= levels.max():
        return standing, levels
    nearest = find_drives(circuit, replace(drive, vcm=_clip(own, levels)))
    moved = replace(driven, levels=nearest.levels)
    return (standing if works(standing, moved, drive) else moved), levels


def _between_supplies(circuit: Circuit, drive: Drive) -> Array:
    rails = supply_rails(find_drives(circuit, drive).circuit)
    if rails is None:
        raise OptionError(
            "the span of the supplies is not known",
            hint=said("name them by {supply}, or give {vcm}", supply=None, vcm="start:stop:points"),
        )
    return np.linspace(*rails, _ACROSS)


def _own_level(drives: Drives) -> float:
    return float(np.mean(drives.levels))


def _clip(value: float, levels: Array) -> float:
    return float(np.clip(value, levels.min(), levels.max()))
