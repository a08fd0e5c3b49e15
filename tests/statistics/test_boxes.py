"""Boxes: closed forms of independent, equally related and dependent measures, and another program's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from longtail.errors import OptionError
from longtail.statistics.boxes import box_probability

INF = np.inf


def close(found: tuple[float, float], expected: float, least: float = 1e-12) -> None:
    assert found[0] == pytest.approx(expected, abs=max(2.0 * found[1], least))
    assert found[1] < 1e-4


@pytest.mark.parametrize("size", [1, 2, 5, 10])
def test_independent_measures_multiply(size: int) -> None:
    rng = np.random.default_rng(size)
    mean, deviation = rng.normal(size=size), 10.0 ** rng.normal(size=size)
    low, high = mean - deviation * rng.random(size) * 2.0, mean + deviation * rng.random(size) * 2.0
    low[0], high[-1] = -INF, INF
    one = stats.norm(mean, deviation)
    close(box_probability(mean, np.diag(deviation**2), low, high), float(np.prod(one.cdf(high) - one.cdf(low))))


@pytest.mark.parametrize("rho", [-0.999, -0.5, 0.0, 0.3, 0.9, 0.999999, 1.0, -1.0])
def test_a_quadrant(rho: float) -> None:
    found = box_probability([0.0, 0.0], [[1.0, rho], [rho, 1.0]], 0.0, INF)
    close(found, 0.25 + np.arcsin(rho) / (2.0 * np.pi), 1e-7)


@pytest.mark.parametrize("size", [3, 6, 10, 15])
def test_an_orthant_of_measures_that_share_half(size: int) -> None:
    """1/(n + 1): the first of n + 1 equal ones is the smallest."""
    close(box_probability(np.zeros(size), 0.5 * (np.eye(size) + 1.0), 0.0, INF), 1.0 / (size + 1.0))


@pytest.mark.parametrize("seed", range(6))
def test_it_agrees_with_another(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(3, 9))
    root = rng.normal(size=(size, size + 2)) * 10.0 ** rng.normal(size=(size, 1))
    covariance, mean = root @ root.T, rng.normal(size=size)
    deviation = np.sqrt(covariance.diagonal())
    low, high = mean - 2.5 * rng.random(size) * deviation, mean + 3.0 * rng.random(size) * deviation
    other = stats.multivariate_normal(mean, covariance, abseps=1e-7, releps=1e-7, maxpts=2_000_000, seed=1)
    assert box_probability(mean, covariance, low, high)[0] == pytest.approx(other.cdf(high, lower_limit=low), abs=2e-5)


def test_measures_that_follow_from_others() -> None:
    """Twice the same, its opposite, and a sum: the limits that hold are the tightest."""
    root = np.array([[1.0, 0.0], [2.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    low, high = [-1.0, -3.0, -0.5, -1.0, -INF], [2.0, 1.0, INF, 1.0, 0.0]
    z = np.random.default_rng(0).normal(size=(4_000_000, 2)) @ root.T
    seen = np.mean(((z >= low) & (z <= high)).all(axis=1))
    found = box_probability(np.zeros(5), root @ root.T, low, high)
    assert found.error < 1e-5
    assert abs(found.probability - seen) < 4.0 * 0.5 / np.sqrt(len(z))
    twice = box_probability([0.0, 0.0], np.ones((2, 2)), [-1.0, -2.0], [2.0, 1.0])
    close(twice, stats.norm.cdf(1.0) - stats.norm.cdf(-1.0))
    assert twice.error == 0.0


def test_order_and_scale_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    root = rng.normal(size=(6, 4))
    covariance, low = root @ root.T, np.full(6, -1.0)
    first = box_probability(np.zeros(6), covariance, low, INF)
    for _ in range(4):
        turn, scale = rng.permutation(6), 10.0 ** rng.integers(-9, 9, 6)
        other = box_probability(
            np.zeros(6), (covariance * np.outer(scale, scale))[np.ix_(turn, turn)], (low * scale)[turn], INF
        )
        assert other.probability == pytest.approx(first.probability, abs=first.error + other.error + 1e-9)


def test_it_is_the_same_each_time_and_disturbs_nobody() -> None:
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    covariance = 0.3 + 0.7 * np.eye(4)
    assert box_probability(np.zeros(4), covariance, -1.0, 1.0) == box_probability(np.zeros(4), covariance, -1.0, 1.0)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_far_boxes_and_empty_ones() -> None:
    covariance = [[1.0, 0.5], [0.5, 1.0]]
    assert box_probability([0.0, 0.0], covariance, [1.0, -1.0], [0.0, 1.0]) == (0.0, 0.0)
    far = box_probability([0.0, 0.0], np.eye(2), [9.0, -INF], INF)
    assert far.probability == pytest.approx(stats.norm.sf(9.0), rel=1e-9)
    assert box_probability([0.0, 0.0], covariance, -INF, INF).probability == pytest.approx(1.0, abs=1e-12)
    assert box_probability([], np.zeros((0, 0)), [], []) == (1.0, 0.0)


def test_measures_that_do_not_spread() -> None:
    covariance = np.diag([1.0, 0.0])
    assert box_probability([0.0, 5.0], covariance, [0.0, 4.0], INF).probability == pytest.approx(0.5)
    assert box_probability([0.0, 5.0], covariance, [0.0, 6.0], INF) == (0.0, 0.0)
    assert box_probability([1.0], [[0.0]], [1.0], [1.0]) == (1.0, 0.0)


def test_what_cannot_be() -> None:
    with pytest.raises(OptionError, match="a square of as many"):
        box_probability([0.0], np.eye(2), 0.0, 1.0)
    with pytest.raises(OptionError, match="symmetric"):
        box_probability([0.0, 0.0], [[1.0, 0.5], [0.2, 1.0]], 0.0, 1.0)
    with pytest.raises(OptionError, match="no negative variance"):
        box_probability([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], 0.0, 1.0)
