"""Disks: their probabilities against closed forms, against another integral, and against what cannot be otherwise."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, special, stats

from longtail.statistics.disks import Gaussians, outside, radii, slope, within

SCALES = (1e-12, 1.0, 1e3)
ASPECTS = (0.0, 1e-12, 1e-6, 1e-3, 0.1, 0.7, 1.0)


def gaussians(wide: float, narrow: float, along: float, across: float, count: int = 1) -> Gaussians:
    values = float(np.hypot(along, across)), wide, narrow, along, across
    return Gaussians(*(np.full(count, value) for value in values))


def both(r: np.ndarray, points: Gaussians) -> tuple[np.ndarray, np.ndarray]:
    inner, outer = within(r, points), outside(r, points)
    assert np.allclose(inner + outer, 1.0, rtol=0.0, atol=1e-12)
    return inner, outer


@pytest.mark.parametrize("scale", SCALES)
def test_a_circle_is_rayleigh(scale: float) -> None:
    x = np.geomspace(1e-8, 12.0, 60)
    inner, outer = both(scale * x, gaussians(scale, scale, 0.0, 0.0, 60))
    assert np.allclose(inner, -np.expm1(-0.5 * x * x), rtol=1e-12, atol=0.0)
    assert np.allclose(outer, np.exp(-0.5 * x * x), rtol=1e-11, atol=0.0)
    assert np.allclose(
        scale * slope(scale * x, gaussians(scale, scale, 0.0, 0.0, 60)), x * np.exp(-0.5 * x * x), rtol=1e-11, atol=0.0
    )


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("mean", [0.0, 0.3, 5.0, 40.0])
def test_a_line_through_the_middle_is_folded_normal(scale: float, mean: float) -> None:
    x = np.concatenate([np.geomspace(1e-8, 12.0, 40), mean + np.linspace(-3.0, 6.0, 10).clip(0.1 - mean)])
    inner, outer = both(scale * x, gaussians(scale, 0.0, scale * mean, 0.0, 50))
    assert np.allclose(inner, special.ndtr(x - mean) - special.ndtr(-x - mean), rtol=1e-11, atol=1e-14)
    assert np.allclose(outer, special.ndtr(mean - x) + special.ndtr(-x - mean), rtol=1e-11, atol=0.0)


def test_a_line_beside_the_middle() -> None:
    """No radius below its distance has anything inside."""
    r = np.array([0.0, 1.0, 2.0 - 1e-12, 2.0 + 1e-12, 2.5, 4.0])
    half = np.sqrt(np.maximum((r - 2.0) * (r + 2.0), 0.0))
    inner, outer = both(r, gaussians(1.0, 0.0, 0.5, 2.0, 6))
    assert np.allclose(inner, special.ndtr(half - 0.5) - special.ndtr(-half - 0.5), rtol=1e-9, atol=1e-14)
    assert np.allclose(outer, special.ndtr(0.5 - half) + special.ndtr(-half - 0.5), rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("mean", [0.1, 1.0, 5.0, 30.0])
@pytest.mark.parametrize("angle", [0.0, 0.4, np.pi / 2.0])
def test_a_circle_beside_the_middle_is_rice(mean: float, angle: float) -> None:
    x = np.unique(np.maximum(mean + np.linspace(-7.0, 7.0, 41), 0.05))
    points = gaussians(1.0, 1.0, mean * np.cos(angle), mean * np.sin(angle), x.size)
    inner, outer = both(x, points)
    rice = stats.rice(mean)
    assert np.allclose(inner, rice.cdf(x), rtol=1e-8, atol=1e-13)
    for r, found in zip(x, outer, strict=True):  # its own tail has lost digits
        tail = integrate.quad(rice.pdf, r, r + 15.0, epsabs=0.0, epsrel=1e-11, limit=200)[0]
        assert found == pytest.approx(tail, rel=1e-9)
    assert np.allclose(slope(x, points), rice.pdf(x), rtol=1e-10, atol=1e-300)


@pytest.mark.parametrize("aspect", [1e-12, 1e-6, 1e-3, 0.1, 0.7])
def test_an_ellipse_around_the_middle_is_hoyt(aspect: float) -> None:
    """Its density is r/k*exp(-r^2*(1/k^2 + 1)/4)*I_0(r^2*(1/k^2 - 1)/4)."""
    x = np.concatenate([aspect * np.geomspace(1e-6, 8.0, 40), np.geomspace(1e-3, 8.0, 20)])
    more, less = 0.25 * x * x * (aspect**-2 + 1.0), 0.25 * x * x * (aspect**-2 - 1.0)
    expected = x / aspect * np.exp(less - more) * special.ive(0, less)
    expected = np.where(less > 1e8, np.sqrt(2.0 / np.pi) * np.exp(-0.5 * x * x), expected)
    assert np.allclose(slope(x, gaussians(1.0, aspect, 0.0, 0.0, 60)), expected, rtol=1e-7, atol=0.0)


def over_angles(r: float, aspect: float, along: float, across: float) -> float:
    """The integral over the angle around the mean of what lies between the places where a ray is inside the disk."""

    def ray(angle: float) -> float:
        way = np.cos(angle), aspect * np.sin(angle)
        a = way[0] ** 2 + way[1] ** 2
        b, c = along * way[0] + across * way[1], along**2 + across**2 - r * r
        root = b * b - a * c
        if root <= 0.0:
            return 0.0
        ends = np.maximum((-b + np.array([-1.0, 1.0]) * np.sqrt(root)) / a, 0.0)
        return float(np.exp(-0.5 * ends[0] ** 2) - np.exp(-0.5 * ends[1] ** 2)) / (2.0 * np.pi)

    rule = {"epsabs": 1e-13, "epsrel": 1e-11, "limit": 400}
    return sum(integrate.quad(ray, a, b, **rule)[0] for a, b in pairwise(np.linspace(-np.pi, np.pi, 65)))


@pytest.mark.parametrize("aspect", [0.02, 0.3, 1.0])
@pytest.mark.parametrize(("along", "across"), [(0.0, 0.0), (1.0, 0.5), (0.0, 3.0), (20.0, 15.0), (2.0, 40.0)])
def test_it_agrees_with_an_integral_over_angles(aspect: float, along: float, across: float) -> None:
    size = np.hypot(along, across)
    spread = np.hypot(along, aspect * across) / size if size else 1.0
    for r in np.maximum(size + spread * np.array([-2.5, -1.0, 0.2, 1.5, 3.0]), 0.1):
        inner, _ = both(np.array([r]), gaussians(1.0, aspect, along, across))
        assert abs(inner[0] - over_angles(r, aspect, along, across)) < 1e-10


def test_the_number_of_nodes_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over aspects, means and directions at random, so that the integrand is nowhere sharper than the nodes."""
    from longtail.statistics import disks

    rng, count = np.random.default_rng(9), 2000
    aspect = 10.0 ** (-12.0 * rng.random(count) ** 2)
    size, angle = 10.0 ** (6.0 * rng.random(count) - 3.0), 0.5 * np.pi * rng.random(count)
    steep = rng.random(count) < 0.3
    angle[steep] = np.arctan(10.0 ** rng.normal(size=count) / aspect)[steep]
    along, across = size * np.cos(angle), size * np.sin(angle)
    points = Gaussians(np.hypot(along, across), np.ones(count), aspect, along, across)
    r = np.abs(points.size + 7.0 * (2.0 * rng.random(count) - 1.0) * np.hypot(np.cos(angle), aspect * np.sin(angle)))
    few = [each(r, points) for each in (within, outside, slope)]
    monkeypatch.setattr(disks, "NODES", 400)
    disks._nodes.cache_clear()
    many = [each(r, points) for each in (within, outside, slope)]
    disks._nodes.cache_clear()
    slack = 1e-12 + 2.0 * np.spacing(r) * many[2]  # what the last bit of the radius does
    for a, b in zip(few[:2], many[:2], strict=True):
        assert (np.abs(a - b) <= slack).all()
        assert (np.abs(a - b)[b > 1e-15] <= (1e-9 * b + slack - 1e-12)[b > 1e-15]).all()
    assert (np.diff(within(np.geomspace(1e-3, 1e3, 500), gaussians(1.0, 1e-3, 3.0, 25.0, 500))) >= -1e-13).all()


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("along", "across"), [(0.0, 0.0), (0.7, 0.0), (0.4, 0.5), (100.0, 3.0), (0.0, 5.0)])
def test_radii_have_their_probability(aspect: float, scale: float, along: float, across: float) -> None:
    p = np.array([1e-9, 1e-3, 0.05, 0.5, 0.95, 0.999])
    points = gaussians(scale, scale * aspect, scale * along, scale * across, 6)
    for first, second in ((p, 1.0 - p), (1.0 - p, p)):
        r = radii(first, second, points)
        by_inside, least = first <= second, np.minimum(first, second)
        for side in (-1.0, 1.0):  # a last bit or some to that side, it is enough
            moved = r * (1.0 + side * 1e-14)
            past = np.where(by_inside, within(moved, points) - first, second - outside(moved, points))
            assert (side * past >= -1e-11 * least).all()


def test_a_point_is_a_step() -> None:
    points = gaussians(0.0, 0.0, 3.0, 4.0, 3)
    r = np.array([4.999, 5.0, 5.001])
    assert within(r, points).tolist() == [0.0, 1.0, 1.0]
    assert outside(r, points).tolist() == [1.0, 0.0, 0.0]
    assert np.isnan(slope(r, points)).all()
    assert within(np.zeros(1), gaussians(0.0, 0.0, 0.0, 0.0)).tolist() == [1.0]
    assert within(np.array([0.9, 1.1]), gaussians(1e-300, 0.0, 1.0, 0.0, 2)).tolist() == [0.0, 1.0]


def test_radii_far_out() -> None:
    points = gaussians(1.0, 0.5, 1.0, 1.0, 4)
    assert within(np.array([0.0, 1e-200, 1e4, 1e300]), points).round(12).tolist() == [0.0, 0.0, 1.0, 1.0]
    assert outside(np.array([0.0, 1e-200, 1e4, 1e300]), points).round(12).tolist() == [1.0, 1.0, 0.0, 0.0]
