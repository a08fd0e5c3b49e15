"""The search for an edge by going there, on problems whose edges are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.large_signal.march import march

Array = NDArray[np.float64]
TOLERANCE = 1e-7


def newton_on_cubic(shares: Array, near: Array, iterations: int = 8) -> tuple[NDArray[np.bool_], Array]:
    """x of x^3 - x = -share, the branch from x = 1: it folds back at x = 1/sqrt(3), share = 2/(3*sqrt(3))."""
    x = near[:, 0].copy()
    with np.errstate(all="ignore"):
        for _ in range(iterations):
            x -= (x**3 - x + shares) / (3.0 * x**2 - 1.0)
    return np.abs(x**3 - x + shares) < 1e-12, x[:, None]


def test_it_reaches_a_fold() -> None:
    """Beyond the fold the equations have another solution far away, which is not mistaken for this branch."""

    def attempt(
        rows: NDArray[np.intp], shares: Array, near: Array
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Array]:
        solved, x = newton_on_cubic(shares, near)
        solved &= x[:, 0] > 0.0
        return solved, solved, x

    edge = march(attempt, np.ones((1, 1)), np.full((1, 1), -0.5), np.full(1, TOLERANCE))
    assert not edge.solved[0]
    assert 0.0 < edge.first[0] - edge.last[0] <= TOLERANCE
    assert abs(edge.last[0] - 2.0 / 3.0**1.5) < 10 * TOLERANCE
    assert abs(edge.before[0, 0] - 1.0 / np.sqrt(3.0)) < 1e-2


def test_every_row_ends_at_its_own_edge() -> None:
    """Edges next to the start, far from it and none at all, of rows in one search."""
    limits = np.array([1e-4, 0.125, 0.3, 0.999, np.inf])
    asked = 0

    def attempt(
        rows: NDArray[np.intp], shares: Array, near: Array
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Array]:
        nonlocal asked
        asked += rows.size
        return np.ones(rows.size, bool), shares <= limits[rows], shares[:, None] ** 2

    edge = march(attempt, np.zeros((5, 1)), np.zeros((5, 1)), np.full(5, TOLERANCE))
    found = limits[:4]
    assert (edge.last[:4] <= found).all()
    assert (edge.first[:4] > found).all()
    assert (edge.first[:4] - edge.last[:4] <= TOLERANCE).all()
    assert edge.last[4] == edge.first[4] == 1.0, "the way ends inside"
    assert not edge.solved[4]
    np.testing.assert_allclose(edge.before[:, 0], edge.last**2)
    np.testing.assert_allclose(edge.beyond[:4, 0], edge.first[:4] ** 2)
    assert asked < 5 * 40


def test_a_step_that_was_too_long_is_no_edge() -> None:
    """Where only steps shorter than a fiftieth settle, the way is gone to its end all the same."""
    at = np.zeros(1)

    def attempt(
        rows: NDArray[np.intp], shares: Array, near: Array
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Array]:
        solved = np.abs(shares - at) < 0.02
        at[solved] = shares[solved]
        return solved, shares < 0.5, shares[:, None]

    edge = march(attempt, np.zeros((1, 1)), np.zeros((1, 1)), np.full(1, 1e-3))
    assert edge.solved[0]
    assert abs(edge.last[0] - 0.5) <= 1e-3
