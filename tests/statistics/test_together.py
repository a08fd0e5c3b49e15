"""What goes by the places of devices, against closed forms; and factors of correlations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from longtail.statistics.factor import factor
from longtail.statistics.together import Equal, Field, Plane, centroid, planes

L = 50e-6
HERE, THERE = (0.0, 0.0), (30e-6, 40e-6)  # 50 um apart
QUAD = ((0.0, 0.0), (1e-5, 1e-5)), ((1e-5, 0.0), (0.0, 1e-5))


def test_a_field_falls_with_the_distance() -> None:
    one, other = Field(L, (HERE,)), Field(L, (THERE,))
    assert (one.deviation, other.deviation) == (1.0, 1.0)
    assert one.correlation_with(other) == pytest.approx(math.exp(-1.0), rel=1e-14)
    assert one.correlation_with(one) == 1.0


def test_a_common_centroid_goes_together() -> None:
    """Of a square of side a: each diagonal pair has the variance (1 + exp(-a*sqrt(2)/L))/2, both the covariance
    exp(-a/L)."""
    one, other = (Field(L, units) for units in QUAD)
    side, diagonal = math.exp(-1e-5 / L), math.exp(-1e-5 * math.sqrt(2.0) / L)
    variance = (1.0 + diagonal) / 2.0
    assert one.deviation**2 == pytest.approx(variance, rel=1e-14)
    assert one.correlation_with(other) == pytest.approx(side / variance, rel=1e-14)
    beside = Field(L, (QUAD[0][0], QUAD[1][1])), Field(L, (QUAD[0][1], QUAD[1][0]))  # left against right
    variance_of_difference = [
        a.deviation**2 + b.deviation**2 - 2.0 * a.correlation_with(b) * a.deviation * b.deviation
        for a, b in ((one, other), beside)
    ]
    assert variance_of_difference[0] < 0.5 * variance_of_difference[1]


def test_a_plane_gives_a_difference_of_the_distance() -> None:
    """Pelgrom's second term, for all pairs of any places: var = S^2*D^2."""
    rng = np.random.default_rng(3)
    places = rng.uniform(0.0, 1e-3, (7, 2))
    found = planes([((x, y),) for x, y in places.tolist()])
    for j, one in enumerate(found):
        for k, other in enumerate(found):
            assert one is not None
            assert other is not None
            covariance = one.correlation_with(other) * one.deviation * other.deviation
            assert one.deviation**2 + other.deviation**2 - 2 * covariance == pytest.approx(
                math.dist(places[j], places[k]) ** 2, rel=1e-9, abs=1e-20
            )


def test_a_plane_does_not_know_where_the_die_begins() -> None:
    near, far = (planes([((x, x),), ((x + 1e-5, x),), ((x, x + 3e-5),)]) for x in (0.0, 0.5))
    for one, other in zip(near, far, strict=True):
        assert one is not None
        assert other is not None
        assert (one.x, one.y) == pytest.approx((other.x, other.y), abs=1e-15)


@pytest.mark.parametrize("shift", [0.0, 0.1, 1e-4 / 3.0])
def test_a_gradient_leaves_a_common_centroid_alone(shift: float) -> None:
    units = [tuple((x + shift, y - shift) for x, y in device) for device in QUAD]
    assert planes(units) == [None, None]
    assert planes([(HERE,)]) == [None]


def test_rounding_is_no_gradient() -> None:
    """Six units of a row A B B B B A ..., of no round size, anywhere on the die."""
    for k in range(1, 200):
        pitch, start = 0.37e-6 * k / 3.0, 0.1e-3 * k / 7.0
        row = [(start + n * pitch, start - n * pitch / 3.0) for n in range(6)]
        assert planes([(row[0], row[2], row[5]), (row[1], row[3], row[4])]) != [None, None]  # 7/3 and 8/3
        assert planes([(row[0], row[3], row[4]), (row[1], row[2], row[4]), (row[2], row[5], row[0])]) == [None] * 3


def test_the_middle() -> None:
    assert centroid(QUAD[0]) == centroid(QUAD[1]) == (5e-6, 5e-6)


def test_one_correlation_of_all() -> None:
    assert Equal(0.25).correlation_with(Equal(0.25)) == 0.25


@pytest.mark.parametrize("rank", [1, 2, 5, 9])
def test_a_factor_squares_to_its_matrix(rank: int) -> None:
    """Of full rank and less; rows of a cause that others determine have no column."""
    rows = np.random.default_rng(rank).normal(size=(9, rank))
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    correlation = rows @ rows.T
    found = factor(correlation)
    np.testing.assert_allclose(found @ found.T, correlation, atol=1e-12)
    assert np.count_nonzero(np.abs(found).max(axis=0)) == rank


def test_a_factor_of_a_plane_has_two_columns() -> None:
    found = [place for place in planes([((x, y),) for x in (0.0, 1e-5, 2e-5) for y in (0.0, 3e-5)]) if place]
    correlation = np.array([[one.correlation_with(other) for other in found] for one in found])
    independent = factor(correlation)
    assert np.count_nonzero(np.abs(independent).max(axis=0)) == 2
    np.testing.assert_allclose(independent @ independent.T, correlation, atol=1e-12)


def test_two_at_one_place_are_one() -> None:
    assert factor(np.ones((3, 3))).tolist() == [[1.0, 0.0, 0.0]] * 3


def test_planes_are_compared_with_planes() -> None:
    with pytest.raises(AssertionError):
        Plane(1.0, 0.0).correlation_with(Equal(0.5))
