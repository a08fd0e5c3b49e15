"""Sparse elimination in a fixed order against LAPACK with pivoting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail.lanes.elimination import SingularMatrixError, choose_pivots, solve
from longtail.lanes.graph import Graph
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import lower


def random_network(rng: np.random.Generator, n: int) -> np.ndarray:
    """A matrix like a circuit's: a weakly dominant sparse part, and voltage-source rows with zero diagonals."""
    a = np.where(rng.random((n, n)) < 3 / n, rng.normal(size=(n, n)) * 10.0 ** rng.uniform(-6, 0, (n, n)), 0.0)
    a += np.diag(10.0 ** rng.uniform(-6, 0, n))
    driven = rng.permutation(n - n // 4)[: n // 4]
    for k, node in zip(range(n - n // 4, n), driven, strict=True):
        a[k] = 0.0
        a[:, k] = 0.0
        a[k, node] = a[node, k] = 1.0
    return a


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 24))
def test_solutions_equal_lapack(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    a = random_network(rng, n)
    if np.linalg.matrix_rank(a) < n or np.linalg.cond(a) > 1e12:
        return
    b = rng.normal(size=(2, n))
    pivots = choose_pivots(a[None], a != 0.0)
    entries = {(i, j): a[i, j].item() for i, j in np.argwhere(a)}
    x, values = solve(entries, pivots, [dict(enumerate(side.tolist())) for side in b])
    want = np.linalg.solve(a, b.T).T
    np.testing.assert_allclose(x, want, rtol=1e-6, atol=1e-8 * np.abs(want).max())
    assert np.prod(np.abs(values)) == pytest.approx(abs(np.linalg.det(a)), rel=1e-6)


def test_as_a_program_over_lanes() -> None:
    rng = np.random.default_rng(3)
    a = random_network(rng, 12)
    g = Graph()
    places = [(int(i), int(j)) for i, j in np.argwhere(a)]
    entries = {place: g.input(f"a{k}") for k, place in enumerate(places)}
    pivots = choose_pivots(a[None], a != 0.0)
    x, _ = solve(entries, pivots, [{0: 1.0, 5: -2.0}])
    program = lower(g, x[0], [f"a{k}" for k in range(len(places))])
    lanes = 40
    values = np.array([a[p] for p in places])[:, None] * (1 + 0.05 * rng.normal(size=(len(places), lanes)))
    got = NumpyExecutor().run(program, list(values), lanes)
    for lane in range(lanes):
        m = np.zeros_like(a)
        m[tuple(np.array(places).T)] = values[:, lane]
        b = np.zeros(12)
        b[0], b[5] = 1.0, -2.0
        want = np.linalg.solve(m, b)
        np.testing.assert_allclose(got[:, lane], want, rtol=1e-7, atol=1e-10 * np.abs(want).max())


def test_pivots_avoid_an_entry_that_is_small_in_any_sample() -> None:
    a = np.array([[[1e-9, 1.0], [1.0, 1.0]], [[5.0, 1.0], [1.0, 1.0]]])
    assert choose_pivots(a, np.ones((2, 2), bool))[0] != (0, 0)


def test_order_makes_no_fill_in_an_arrow() -> None:
    """An arrow matrix fills completely when its point is eliminated first, and not at all when last."""
    n = 8
    a = np.eye(n) * 4.0
    a[0, :] = a[:, 0] = 1.0
    pivots = choose_pivots(a[None], a != 0.0)
    assert pivots[0] != (0, 0)
    g = Graph()
    entries = {(int(i), int(j)): g.input(f"a{i}:{j}") for i, j in np.argwhere(a)}
    x, _ = solve(entries, pivots, [{0: 1.0}])
    program = lower(g, x[0], [f"a{i}:{j}" for i, j in np.argwhere(a)])
    assert len(program.instructions) < 6 * n


def test_a_singular_matrix_names_what_is_left() -> None:
    a = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    with pytest.raises(SingularMatrixError) as caught:
        choose_pivots(a[None], a != 0.0)
    assert caught.value.columns in ([0], [1])


def test_unknowns_that_are_wanted_can_come_last() -> None:
    rng = np.random.default_rng(5)
    a = random_network(rng, 14)
    pivots = choose_pivots(a[None], a != 0.0, last=[2, 7])
    assert {c for _, c in pivots[-2:]} == {2, 7}
    x, _ = solve({(int(i), int(j)): a[i, j].item() for i, j in np.argwhere(a)}, pivots, [{0: 1.0}])
    np.testing.assert_allclose(x[0], np.linalg.solve(a, np.eye(14)[0]), rtol=1e-7, atol=1e-10)
