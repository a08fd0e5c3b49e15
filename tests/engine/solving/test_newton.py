"""The parts of Newton's method that circuits seldom come to: lanes that cannot be solved beside some that can."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.elaborate import load
from longtail.engine.equations.system import System
from longtail.engine.equations.trace import SOURCE_FACTOR
from longtail.engine.equations.views import TEMPERATURE
from longtail.engine.solving import newton as module
from longtail.engine.solving.newton import State
from longtail.engine.solving.operating_point import solve_operating_point

REGULAR = np.array([[2.0, 1.0], [1.0, 3.0]])
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
ZERO = np.zeros((2, 2))


@pytest.mark.parametrize("known", [True, False], ids=["by its sign", "by rounding alone"])
@pytest.mark.parametrize("bad", [SINGULAR, ZERO], ids=["dependent", "zero"])
@pytest.mark.parametrize("places", [(0,), (2,), (4,), (0, 4), (1, 2, 3), (0, 1, 2, 3, 4)])
def test_lanes_that_are_singular_leave_the_others_alone(
    places: tuple[int, ...], bad: np.ndarray, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether their determinants tell them, or have rounding and no zero: then they are looked for by halves."""
    if not known:
        monkeypatch.setattr(module.dense, "determinant_signs", lambda matrix: np.ones(len(matrix)))
    matrix = np.array([bad if k in places else REGULAR * (k + 1.0) for k in range(5)])
    right = np.array([[3.0, 4.0]] * 5)
    found = module._dense_solve(matrix, right)
    for lane in range(5):
        if lane in places:
            assert np.isnan(found[lane]).all()
        else:
            np.testing.assert_allclose(found[lane], np.array([1.0, 1.0]) / (lane + 1.0), rtol=1e-15)


def test_a_state_takes_over_lanes_with_all_that_belongs_to_them() -> None:
    whole = State(np.zeros((4, 3)), np.zeros((2, 4)))
    some = np.array([1, 3])
    part = whole.part(some)
    assert part.limited is not None and part.limited.shape == (2, 2)
    whole.put(some, State(np.ones((2, 3)), np.array([[5.0, 6.0], [7.0, 8.0]])))
    assert whole.x[:, 0].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert whole.limited is not None
    assert whole.limited.tolist() == [[0.0, 5.0, 0.0, 6.0], [0.0, 7.0, 0.0, 8.0]]
    whole.put(some, State(np.full((2, 3), 2.0)))  # of one that has not limited yet
    assert whole.x[:, 0].tolist() == [0.0, 2.0, 0.0, 2.0]
    assert whole.limited.tolist() == [[0.0, 5.0, 0.0, 6.0], [0.0, 7.0, 0.0, 8.0]]
    fresh = State(np.zeros((4, 3)))
    fresh.put(some, State(np.ones((2, 3)), np.ones((2, 2))))
    assert fresh.limited is None and fresh.x[1, 0] == 1.0


def test_the_temperature_is_varied_by_its_own_name() -> None:
    """`temp` is a parameter like others where the netlist has one of that name, and else nothing."""
    plain = "t\nv1 a 0 1\nr1 a 0 {r}\n.param r=1k\n"
    with pytest.raises(ValueError, match=f"'temp' is no parameter.*'{TEMPERATURE}'"):
        _ = System(load(plain), varied=("temp",)).equations
    named = load(plain.replace("r=1k", "temp=1k r={temp}"))
    assert "temp" in System(named, varied=("temp",)).equations.program.inputs


@pytest.mark.parametrize(("left", "holds"), [(1e-25, True), (1e-23, False)])
def test_what_gmin_lets_through_is_nothing_where_nothing_flows(left: float, holds: bool) -> None:
    """Behind a coil that ends at a capacitor no current is large enough for its last bits to be held against."""
    circuit = load("t\nv1 a 0 1\nr1 a b 1k\nl1 b d 1n\nc1 d 0 1p\n")
    point = solve_operating_point(System(circuit))
    system, x = point.system, point.solution
    equations = system.equations
    inputs = dict.fromkeys((*equations.initial_inputs, *equations.states), 0.0) | {SOURCE_FACTOR: 1.0}
    inputs |= {u.input: column for u, column in zip(system.unknowns, x.T, strict=True)}
    residual, entries, gap, _ = equations.evaluate(system.executor, inputs, 1)
    residual = np.zeros_like(residual)
    residual[0, system.index["d"]] = left
    found = module._at_rounding(system, circuit.options, x, np.zeros_like(x), gap, residual, entries)
    assert found.tolist() == [holds]
