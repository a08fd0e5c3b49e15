"""Finite eigenvalues of matrix pencils whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.engine.small_signal.eigenmodes import _refine, eigenmodes
from longtail.engine.small_signal.pencil import _QUICK, may_grow, slowest


def hidden(finite: np.ndarray, infinite: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A pencil with these real eigenvalues, so many infinite ones (in Jordan blocks of two), and random bases."""
    n = len(finite) + infinite
    g, c = np.eye(n), np.zeros((n, n))
    k = len(finite)
    g[:k, :k], c[:k, :k] = -np.diag(finite) * 1e-9, 1e-9 * np.eye(k)
    for j in range(k, n - 1, 2):
        c[j, j + 1] = 1e-9
    left, right = (np.linalg.qr(m)[0] for m in np.random.default_rng(seed).standard_normal((2, n, n)))
    return left @ g @ right, left @ c @ right


@pytest.mark.parametrize("seed", range(5))
def test_infinite_eigenvalues_are_dropped(seed: int) -> None:
    finite = np.array([-1e6, -3e7, -1e8, 5e8, -2e9])
    found = eigenmodes(*hidden(finite, 6, seed))
    np.testing.assert_allclose(found.values, finite, rtol=1e-6)


def test_slow_ones_are_as_exact_as_fast_ones() -> None:
    """Twelve decades of separate RC pairs, in one matrix with algebraic rows."""
    poles = -np.logspace(0, 12, 13)
    n = len(poles)
    g, c = np.zeros((2, 2 * n, 2 * n))
    for k, p in enumerate(poles):  # a node with 1 nF and a follower behind it
        g[k, k], c[k, k] = -p * 1e-9, 1e-9
        g[n + k, n + k], g[n + k, k] = 1.0, -1.0
    np.testing.assert_allclose(eigenmodes(g, c).values, poles, rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_slowest_alone(seed: int) -> None:
    """Lanes with different numbers of finite eigenvalues: five, three, none; and one at zero."""
    five = np.array([-1e4, -3e7, -1e8, 5e8, -2e9])
    lanes = [hidden(finite, 11 - len(finite), seed) for finite in (five, five[2:], five[:0])]
    lanes.append(hidden(np.append(five[1:], 0.0), 6, seed))
    found = slowest(*(np.stack(matrices) for matrices in zip(*lanes, strict=True)))
    np.testing.assert_allclose(found[:2], [-1e4, -1e8], rtol=1e-6)
    assert np.isnan(found[2])
    assert abs(found[3]) < 1e-3
    assert slowest(np.zeros((1, 1, 1)), np.ones((1, 1, 1))).tolist() == [0.0]


def test_vectors_and_residues() -> None:
    """The residues of (G + s*C)^-1 rebuild it."""
    rng = np.random.default_rng(1)
    g, c = rng.standard_normal((2, 6, 6))
    c *= 1e-9
    found = eigenmodes(g, c)
    np.testing.assert_allclose((found.left * (c @ found.right)).sum(axis=0), 1.0, rtol=1e-9)
    np.testing.assert_allclose(found.participation.sum(axis=0), 1.0, rtol=1e-9)
    s = 2.7e8j
    rebuilt = (found.right / (s - found.values)) @ found.left.T
    np.testing.assert_allclose(rebuilt, np.linalg.inv(g + s * c), rtol=1e-8)


def test_repeated_eigenvalues_keep_their_number() -> None:
    g, c = np.diag([1e-3, 1e-3, 1e-3, 2e-3]), np.diag([1e-9] * 4)
    found = eigenmodes(g, c)
    np.testing.assert_allclose(found.values, [-1e6, -1e6, -1e6, -2e6], rtol=1e-12)
    rebuilt = (found.right / (1e6j - found.values)) @ found.left.T
    np.testing.assert_allclose(rebuilt, np.linalg.inv(g + 1e6j * c), rtol=1e-9, atol=1e-6)


def test_no_capacitance_no_eigenvalue() -> None:
    assert eigenmodes(np.eye(3), np.zeros((3, 3))).values.size == 0


def test_a_value_that_still_moves_has_not_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """One step from 1e-5 beside an eigenvalue arrives there, and only the next one shows that it has."""
    g, c = hidden(np.array([-1.0, -30.0, 200.0]), 2, 1)
    beside = np.array([-30.0 * (1.0 + 1e-5)], complex)
    found = _refine(g, c, beside)
    assert found.settled
    assert found.values[0] == pytest.approx(-30.0, rel=1e-8)
    monkeypatch.setattr("longtail.engine.small_signal.eigenmodes._STEPS", 1)
    found = _refine(g, c, beside)
    assert not found.settled
    assert found.values[0] == pytest.approx(-30.0, rel=1e-6)


def stacked(*pencils: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    static, dynamic = zip(*pencils, strict=True)
    return np.array(static), np.array(dynamic)


NAN = (np.full((8, 8), np.nan), np.eye(8))


def test_the_slowest_of_each_lane() -> None:
    """Of none below 1e16 rad/s, and of a pencil that is no number, there is none; a circuit without a way is at 0."""
    slow, fast = hidden(np.array([-1e6, -3e7, 2e8, -1e9]), 4, 1), hidden(np.array([-5e9, -7e9]), 6, 2)
    bare, open_ends = (np.eye(8), np.zeros((8, 8))), (np.diag([0.0, *[1.0] * 7]), 1e-9 * np.eye(8))
    found = slowest(*stacked(slow, NAN, fast, open_ends, bare))
    np.testing.assert_allclose(found[[0, 2, 3]], [-1e6, -5e9, 0.0], rtol=1e-6)
    assert np.isnan(found[[1, 4]]).all()
    assert np.isnan(slowest(*stacked(NAN, NAN))).all()


def test_what_may_grow() -> None:
    """One on the right, on either side of others; none of a pencil that is no number."""
    growing, fading = hidden(np.array([-1e6, 3e7, -1e8]), 5, 1), hidden(np.array([-1e6, -3e7, -1e8]), 5, 2)
    two, undecided = hidden(np.array([1e6, 3e7, -1e8]), 5, 3), (np.diag([0.0, *[1.0] * 7]), 1e-9 * np.eye(8))
    assert may_grow(*stacked(growing, NAN, fading, two, undecided)).tolist() == [True, False, False, True, True]
    assert may_grow(*stacked(NAN, NAN)).tolist() == [False, False]


def test_what_may_grow_of_large_pencils_is_told_by_a_sign() -> None:
    """Which knows odd numbers of real ones: of two it says nothing."""
    count = _QUICK + 1
    random = np.random.default_rng(5)

    def large(*growing: float) -> tuple[np.ndarray, np.ndarray]:
        fading = -(10.0 ** random.uniform(6.0, 9.0, count - len(growing)))
        return hidden(np.array([*growing, *fading]), 0, 7)

    assert may_grow(*stacked(large(), large(3e7), large(3e7, 1e8))).tolist() == [False, True, False]
    assert may_grow(*stacked((np.full((count, count), np.nan), np.eye(count)), large(1e6))).tolist() == [False, True]
