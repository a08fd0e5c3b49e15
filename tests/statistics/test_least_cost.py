"""The least cost of smaller variances: against the closed form, and where bounds hold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from longtail.statistics.least_cost import LEAST, MOST, alone, cheapest

Array = NDArray[np.float64]


@pytest.mark.parametrize("count", [1, 2, 5, 12])
@pytest.mark.parametrize("allowed", [0.003, 1e-9])
def test_of_one_limit_it_is_the_closed_form(count: int, allowed: float) -> None:
    rng = np.random.default_rng(count)
    variances, costs = rng.uniform(0.1, 3.0, count), rng.uniform(0.5, 5.0, count)
    room = (5.0 / -ndtri(allowed)) ** 2
    found = cheapest(costs, lambda a: float(ndtr(-5.0 / np.sqrt((variances / a).sum()))), allowed)
    np.testing.assert_allclose(found, np.sqrt(variances / costs) * np.sqrt(variances * costs).sum() / room, rtol=1e-4)


def _two(a: Array) -> float:
    """Two limits with a group in common."""
    return float(ndtr(-2.0 / np.sqrt(1.0 / a[0] + 0.5 / a[1])) + ndtr(-3.0 / np.sqrt(1.0 / a[1] + 1.0 / a[2])))


def test_of_two_limits_nothing_beside_it_costs_less() -> None:
    found = cheapest(np.ones(3), _two, 1e-3)
    assert found is not None
    assert _two(found) <= 1e-3
    assert _two(found) == pytest.approx(1e-3, rel=1e-9)
    rng = np.random.default_rng(2)
    for _ in range(2000):
        other = found * np.exp(rng.normal(scale=0.1, size=3))
        assert _two(other) > 1e-3 or other.sum() > found.sum() * (1.0 - 1e-6)


def test_factors_stay_within_their_bounds() -> None:
    easy = cheapest(np.ones(2), lambda a: float(ndtr(-50.0 / np.sqrt((1.0 / a).sum()))), 0.01)
    np.testing.assert_allclose(easy, LEAST)
    held = cheapest(np.ones(2), lambda a: float(ndtr(-3.0 / np.sqrt(1.0 / a[0] + 1e-6 / a[1]))), 0.001)
    assert held is not None
    assert held[1] == pytest.approx(LEAST)
    assert cheapest(np.ones(1), lambda a: float(ndtr(-0.001 * np.sqrt(a[0]))), 0.01) is None


def test_one_group_alone() -> None:
    def failing(a: Array) -> float:
        return float(ndtr(-3.0 / np.sqrt(1.0 / a[0] + 0.25 / a[1])))

    room = (3.0 / -ndtri(0.001)) ** 2
    assert alone(0, 2, failing, 0.001) == pytest.approx(1.0 / (room - 0.25), rel=1e-9)
    assert alone(1, 2, failing, 0.001) is None
    assert pytest.approx(1e3) == MOST * LEAST
