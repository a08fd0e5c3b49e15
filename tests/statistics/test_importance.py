"""Samples about points: weights, parts, and the estimate with its error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from longtail.statistics.failure_surface import FailureSurface
from longtail.statistics.importance import DEFENSIVE, ShiftedDraws, estimate, wide

POINTS = np.array([[4.0, 0.0, 0.0], [-4.2, 0.0, 1.0]])


def test_weights_are_how_much_likelier_a_sample_is_than_in_the_mixture() -> None:
    draws = ShiftedDraws(POINTS, 1, 0)
    z = draws.samples(0, 200, 200)
    density = sum(
        part * multivariate_normal(mean, cov).pdf(z)
        for part, mean, cov in zip(
            draws.parts, [np.zeros(3), np.zeros(3), *POINTS], [1.0, wide(3) ** 2, 1.0, 1.0], strict=True
        )
    )
    np.testing.assert_allclose(draws.weights(z), multivariate_normal(np.zeros(3)).pdf(z) / density, rtol=1e-10)


def test_no_weight_is_more_than_the_plain_part_allows_and_none_overflows() -> None:
    draws = ShiftedDraws(np.array([[40.0, 0.0]]), 1, 0)
    weights = draws.weights(np.array([[60.0, 0.0], [0.0, 0.0]]))
    assert weights[0] < 1e-300
    assert weights[1] == pytest.approx(1.0 / DEFENSIVE, rel=0.2)


def test_every_part_has_its_share_of_the_samples_and_parts_do_not_depend_on_what_is_drawn_at_once() -> None:
    draws = ShiftedDraws(POINTS, 5, 2)
    whole = draws.samples(0, 1000, 1000)
    np.testing.assert_array_equal(np.concatenate([draws.samples(0, 300, 1000), draws.samples(300, 1000, 1000)]), whole)
    assert (np.abs(whole[:100, 0]) < 3.9).all()
    counts = np.diff(np.round(np.cumsum(draws.parts) * 1000), prepend=0.0)
    assert (whole[200 : 200 + int(counts[2]), 0] > 0.0).all()


def test_errors_are_those_of_the_estimates() -> None:
    """Over 200 seeds the estimates are without bias, and spread as each of them says; a little less, by their parts."""
    found = [estimate(ShiftedDraws(POINTS, seed, 0), lambda z: np.abs(z[:, 0]) > 4.0, 1000) for seed in range(200)]
    values = np.array([each.value for each in found])
    true = 2.0 * ndtr(-4.0)
    said = np.mean([each.standard_error for each in found])
    assert abs(values.mean() - true) < 4.0 * said / np.sqrt(200.0)
    assert 0.7 * said < values.std() < 1.15 * said


def test_plain_samples_are_counted_as_they_are() -> None:
    found = estimate(ShiftedDraws(np.zeros((0, 2)), 1, 0), lambda z: z[:, 0] > 0.0, 5000)
    assert found.value == pytest.approx(0.5, abs=0.03)
    assert found.effective == pytest.approx(found.value * 5000)
    assert found.standard_error == pytest.approx(np.sqrt(0.25 / 5000), rel=0.01)


def test_of_no_failure_there_is_no_center() -> None:
    found = estimate(ShiftedDraws(POINTS, 1, 0), lambda z: np.zeros(len(z), bool), 500)
    assert (found.value, found.effective, found.center) == (0.0, 0.0, None)


def test_a_limit_is_crossed_where_it_is_and_where_there_is_no_solution() -> None:
    surface = FailureSurface(lambda z: np.where(z[:, 1] > 2.0, np.nan, 5.0 - z[:, 0] ** 3 / 10.0), True)
    found = surface.crossings(np.array([[2.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]))
    assert found[0] == pytest.approx(50.0 ** (1.0 / 3.0), rel=1e-3)
    assert found[1] == pytest.approx(2.0, abs=0.03)
    assert np.isinf(found[2])


def test_the_nearest_point_of_a_curved_limit() -> None:
    """Of the ellipse x^2/16 + y^2/9 = 1 it is at 3, from wherever one starts but the far end."""
    surface = FailureSurface(lambda z: 1.0 - z[:, 0] ** 2 / 16.0 - z[:, 1] ** 2 / 9.0, True)
    start = np.array([0.9, 0.8])
    start *= surface.crossings(start[None])[0] / np.linalg.norm(start)
    np.testing.assert_allclose(surface.nearest(start), [0.0, 3.0], atol=0.3)
    assert np.linalg.norm(surface.nearest(start)) == pytest.approx(3.0, rel=0.005)


def test_a_point_that_fails_as_it_stands_is_left_by_the_shortest_way() -> None:
    surface = FailureSurface(lambda z: z[:, 0] + z[:, 1] - 3.0, False)
    start = np.array([3.0, 0.0])
    np.testing.assert_allclose(surface.nearest(start), [1.5, 1.5], rtol=1e-6)
