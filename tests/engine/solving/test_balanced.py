"""Cascades of balanced pairs, whose gain throws rounding errors to the rails."""

from dataclasses import replace

import numpy as np
import pytest

from longtail.elaborate.pipeline import load
from longtail.engine.equations.system import System
from longtail.engine.solving.balanced import Folded, find_groups, satisfied
from longtail.engine.solving.continuation import Path, balanced, direct, settle, start
from longtail.engine.solving.newton import NO_AIDS
from longtail.engine.solving.operating_point import solve_operating_point


def cascade(stages: int, mismatch: float = 0.0) -> System:
    """Pairs of 1 mA with 2 kohm loads, an emitter follower behind each collector."""
    lines = ["cascade", "vcc vcc 0 5", "vip a0 0 2.5", "vin b0 0 2.5", ".model q npn(is=1e-16 bf=100 vaf=60 rb=50)"]
    for k in range(stages):
        lines += [
            *(f"q{k}a c{k} a{k} e{k} q", f"q{k}b d{k} b{k} e{k} q", f"i{k} e{k} 0 1m"),
            *(f"rc{k} vcc c{k} {2e3 * (1.0 + mismatch)}", f"rd{k} vcc d{k} 2k"),
            *(
                f"qf{k} vcc d{k} f{k} q",
                f"qg{k} vcc c{k} g{k} q",
                f"re{k} f{k} a{k + 1} 500",
                f"rf{k} g{k} b{k + 1} 500",
            ),
            *(f"if{k} a{k + 1} 0 1m", f"ig{k} b{k + 1} 0 1m"),
        ]
    return System(load("\n".join([*lines, ".end", ""])))


@pytest.mark.parametrize("stages", [16, 24])
def test_a_cascade_of_any_gain_has_its_balanced_point(stages: int) -> None:
    point = solve_operating_point(cascade(stages))
    assert point.continuation == "balanced" and point.iterations < 1000
    for k in range(stages):
        assert point.voltage(f"c{k}") == point.voltage(f"d{k}")
        assert point.voltage(f"q{k}a#bi" if f"q{k}a#bi" in point.system.index else f"a{k}") > point.voltage(f"e{k}")
    assert point.residual[0] < 1e-12


def test_the_balanced_point_is_the_one_of_newtons_method_where_that_settles() -> None:
    system = cascade(2)
    plain, folded = (way(path := Path(system, {}), start(path), NO_AIDS) for way in (direct, balanced))
    assert plain.converged and folded.converged
    np.testing.assert_allclose(folded.state.x, plain.state.x, rtol=1e-9, atol=1e-12)


def test_groups_are_the_two_sides_of_every_stage() -> None:
    system = cascade(16)
    groups = find_groups(system, {}, start_of(system))
    for k in range(16):
        assert groups[system.index[f"c{k}"]] == groups[system.index[f"d{k}"]]
    ends = [groups[system.index[f"c{k}"]] for k in range(16)]
    assert len(set(ends)) == 16, "stages differ, though their voltages hardly do"
    assert len(Folded(system, groups).unknowns) == groups.max() + 1


def test_unequal_halves_are_not_held_equal() -> None:
    system = cascade(2, mismatch=1e-3)
    groups = find_groups(system, {}, start_of(system))
    assert groups[system.index["c0"]] != groups[system.index["d0"]]
    path = Path(system, {})
    solve, _ = settle(path, start(path))
    assert solve.converged and solve.state.x[0, system.index["c0"]] != solve.state.x[0, system.index["d0"]]


def test_a_point_that_misses_an_equation_is_refused() -> None:
    system = cascade(2)
    x = solve_operating_point(system).solution[0]
    assert satisfied(system, {}, x)
    x[system.index["c1"]] += 1e-6
    assert not satisfied(system, {}, x)


def start_of(system: System) -> np.ndarray:
    """The circuit loaded by 10 mS at every node."""
    path = Path(system, {})
    return path.solve(start(path), replace(NO_AIDS, kappa=1e-2)).state.x[0]
