"""Eigenvalues that rounding hides: close to others, several times over, behind a gain that falls steeply."""

from __future__ import annotations

import numpy as np
import pytest

from engine.small_signal.test_pencil import hidden
from longtail.engine.small_signal.eigenmodes import _count, eigenmodes


def log_slope(static: np.ndarray, dynamic: np.ndarray, s: complex) -> complex:
    """s times the slope of log det(static + s*dynamic): the sum of s/(s - value) over all eigenvalues."""
    return complex(s * np.trace(np.linalg.solve(static + s * dynamic, dynamic)))


def steep(count: int, ahead: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The bordered pencil of a chain of sections, each a pole and, by a capacitor `ahead` as large, a zero."""
    n = count + 1
    static, dynamic = np.zeros((2, n + 1, n + 1))
    static[0, 0] = 1.0
    conductances = np.logspace(-5, -1, count)
    for k, g in enumerate(conductances, start=1):
        static[k, [k, k - 1]] = g, -g
        dynamic[k, [k, k - 1]] = 1e-12, -1e-12 * ahead
    static[0, n], static[n, n - 1] = -1.0, 1.0
    return static, dynamic, -conductances / 1e-12 / ahead if ahead else np.empty(0)


@pytest.mark.parametrize("count", [2, 9, 25])
def test_zeros_behind_a_steep_gain(count: int) -> None:
    """Far out, the gain of the chain is ahead**count, which beside 1 is nothing; its zeros are as real as others."""
    static, dynamic, zeros = steep(count, 1e-3)
    np.testing.assert_allclose(np.sort(eigenmodes(static, dynamic).values.real), np.sort(zeros), rtol=1e-9)


def test_a_gain_that_only_falls_has_no_zeros() -> None:
    static, dynamic, _ = steep(12, 0.0)
    assert eigenmodes(static, dynamic).values.size == 0


@pytest.mark.parametrize("seed", range(4))
def test_each_is_found_that_lies_close_to_others(seed: int) -> None:
    """Trios over ten decades: slow ones are so inexact by QZ that two of a trio lead to the same one."""
    trios = -np.logspace(1, 11, 30)
    finite = np.concatenate([trios, trios * 1.004, trios * 1.01])
    static, dynamic = graded(finite, seed)
    found = np.sort(eigenmodes(static, dynamic).values.real)
    np.testing.assert_allclose(found, np.sort(finite), rtol=1e-7)


def graded(finite: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes with these natural frequencies, each moved a little by others: triangular, in disorder."""
    n = len(finite)
    random = np.random.default_rng(seed)
    static = np.diag(-finite * 1e-12) @ (
        np.eye(n) + np.triu(random.uniform(0.0, 0.3, (n, n)), 1) * (random.random((n, n)) < 0.1)
    )
    order, other = random.permutation(n), random.permutation(n)
    return static[order][:, other], (1e-12 * np.eye(n))[order][:, other]


def test_several_times_over_beside_others() -> None:
    """Three equal amplifiers have their poles three times; the vectors are as many."""
    finite = np.repeat(-np.array([1e3, 2e3, 5e7]), 3)
    static, dynamic = hidden(finite, 4, 2)
    found = eigenmodes(static, dynamic)
    np.testing.assert_allclose(found.values, finite, rtol=1e-6)
    s = 1e5j
    rebuilt = (found.right / (s - found.values)) @ found.left.T @ dynamic
    assert complex(s * np.trace(rebuilt)) == pytest.approx(log_slope(static, dynamic, s), rel=1e-6)


def test_a_pencil_that_is_singular_everywhere_has_no_count() -> None:
    """Nor has one with an eigenvalue beyond all that count, whose part far out is no whole number."""
    assert _count(np.zeros((2, 2)), np.zeros((2, 2))) == 0
    assert _count(np.diag([1.0, 0.0]), np.diag([1e-7, 0.0])) == 0
    assert _count(np.eye(2), np.diag([1e-7, 1.0])) == 0
    assert _count(np.eye(2), np.diag([1e-2, 1.0])) == 2
