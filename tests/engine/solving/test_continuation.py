"""Ways to an operating point, on paths whose solves settle only so far from the last one."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from longtail.engine.solving.continuation import gmin_stepping, pseudo_transient, source_stepping
from longtail.engine.solving.newton import NO_AIDS, Aids, Solve, State
from longtail.lanes.status import LaneStatus

SETTLED, LOST = LaneStatus.CONVERGED, LaneStatus.TOO_MANY_ITERATIONS


@dataclass
class Narrow:
    """A path on which a solve settles where `settles(where, before)` says so: where it is asked for, from where."""

    settles: Any
    asks: Any
    iterations: int = 3
    tried: list[float] = field(default_factory=list)
    system: Any = field(default_factory=lambda: SimpleNamespace(node_mask=np.array([True])))

    @property
    def begin(self) -> State:
        return State(np.zeros((1, 1)))

    def solve(self, state: State, aids: Aids, limit: int | None = None) -> Solve:
        where, before = self.asks(aids), float(state.x[0, 0])
        self.tried.append(where)
        assert len(self.tried) < 5000, "it does not give up"
        good = self.settles(where, before)
        x = np.array([[where if good else np.nan]])
        status = np.array([SETTLED if good else LOST], np.int8)
        return Solve(State(x), status, self.iterations, np.zeros((1, 1)), np.zeros((0, 1)))

    def at_rest(self) -> State:
        return State(np.zeros((1, 1)), np.zeros((0, 1)))


def sources(settles: Any, iterations: int = 3) -> tuple[Narrow, Solve]:
    path = Narrow(settles, lambda aids: aids.source_factor, iterations)
    return path, source_stepping(path, State(np.zeros((1, 1))), NO_AIDS)  # type: ignore[arg-type]


@pytest.mark.parametrize("step", [1.0, 0.3, 0.03, 1e-3])
@pytest.mark.parametrize("iterations", [3, 30])
def test_sources_rise_in_steps_that_settle(step: float, iterations: int) -> None:
    path, found = sources(lambda where, before: where - before <= step, iterations)
    assert found.converged and found.state.x[0, 0] == 1.0
    assert path.tried[0] == 0.0 and path.tried[-1] == 1.0
    assert max(path.tried) == 1.0


def test_sources_that_get_stuck_on_the_way_are_given_up() -> None:
    """At half their values: it comes as near as a hundred thousandth before it says so."""
    path, found = sources(lambda where, before: where <= 0.5)
    assert not found.converged
    settled = [where for where in path.tried if where <= 0.5]
    assert 0.5 - max(settled) < 1e-3
    assert 0.0 < min(where for where in path.tried if where > 0.5) - 0.5 < 1e-3
    assert len(path.tried) < 100


def test_sources_of_zero_that_do_not_settle_are_tried_once() -> None:
    path, found = sources(lambda where, before: False)
    assert not found.converged and path.tried.count(0.0) == 1
    assert len(path.tried) < 20


def test_sources_of_zero_that_do_not_settle_are_raised_from_rest() -> None:
    path, found = sources(lambda where, before: where > 0.0 and where - before <= 0.03)
    assert found.converged and path.tried[:2] == [0.0, 0.1]
    assert path.tried[-1] == 1.0


def test_easy_steps_grow_and_hard_ones_do_not() -> None:
    """Steps that double, or ten of a tenth."""
    easy, _ = sources(lambda where, before: True, 3)
    hard, _ = sources(lambda where, before: True, 30)
    assert easy.tried == pytest.approx([0.0, 0.2, 0.6, 1.0])
    assert hard.tried[:11] == pytest.approx(np.linspace(0.0, 1.0, 11))


def conductances(settles: Any, iterations: int = 3) -> tuple[Narrow, Solve]:
    path = Narrow(
        settles, lambda aids: float(np.log10(np.max(aids.kappa))) if np.max(aids.kappa) > 0.0 else -20.0, iterations
    )
    return path, gmin_stepping(path, State(np.zeros((1, 1))), NO_AIDS)  # type: ignore[arg-type]


@pytest.mark.parametrize("step", [12.0, 1.0, 0.4, 0.05])
def test_conductances_fade_in_steps_that_settle(step: float) -> None:
    """In decades; the first, of 10 mS, is not far from anything, nor is the last, of none, from one of 100 fS."""

    def settles(where: float, before: float) -> bool:
        return before == 0.0 or before - where <= step or (where == -20.0 and before <= -13.0)

    path, found = conductances(settles)
    assert found.converged and found.state.x[0, 0] == -20.0
    assert path.tried[0] == -2.0


def test_conductances_that_cannot_fade_are_given_up() -> None:
    path, found = conductances(lambda where, before: where >= -6.0)
    assert not found.converged
    assert min(where for where in path.tried if where >= -6.0) == pytest.approx(-6.0, abs=0.05)
    assert len(path.tried) < 100
    path, found = conductances(lambda where, before: False)
    assert not found.converged and path.tried == [-2.0]


def transient(settles: Any, iterations: int = 3) -> tuple[Narrow, Solve]:
    path = Narrow(
        settles, lambda aids: float(np.log10(np.max(aids.kappa))) if np.max(aids.kappa) > 0.0 else -20.0, iterations
    )
    return path, pseudo_transient(path, State(np.zeros((1, 1))), NO_AIDS)  # type: ignore[arg-type]


@pytest.mark.parametrize("first", [0.0, 3.0, 8.0])
def test_a_transient_begins_as_short_as_it_must(first: float) -> None:
    """Where nothing settles until it has once been tied to the last voltages by 10^`first` S."""
    once: list[float] = []

    def settles(where: float, before: float) -> bool:
        if where >= first:
            once.append(where)
        return bool(once)

    path, found = transient(settles)
    assert found.converged and path.tried[-1] == -20.0
    assert path.tried[0] == 0.0


def test_a_transient_that_never_begins_is_given_up() -> None:
    path, found = transient(lambda where, before: False)
    assert not found.converged
    assert path.tried == sorted(path.tried) and 8.0 < path.tried[-1] <= 9.0
