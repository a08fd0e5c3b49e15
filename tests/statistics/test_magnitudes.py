"""Magnitudes and rejections: against samples, closed forms, and numbers that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from longtail.errors import OptionError
from longtail.statistics.draws import normals
from longtail.statistics.magnitudes import QUANTILES, Magnitude

CASES = [  # mean, covariance
    (0.0, [[1.0, 0.0], [0.0, 0.25]]),
    (0.5 + 0.2j, [[1.0, 0.6], [0.6, 0.5]]),
    (0.5 + 0.2j, [[1.0, -0.6], [-0.6, 0.5]]),
    (3.0 - 1.0j, [[1.0, 0.0], [0.0, 1e-4]]),
    (3.0 - 1.0j, [[1e-4, 0.0], [0.0, 1.0]]),
    (0.0, [[1.0, 0.0], [0.0, 1e-8]]),
    (0.0, [[0.0, 0.0], [0.0, 2.0]]),
    (20.0 + 20.0j, [[1.0, 0.9], [0.9, 1.0]]),
]


def factor(covariance: list[list[float]]) -> np.ndarray:
    variances, axes = np.linalg.eigh(covariance)
    return axes * np.sqrt(np.maximum(variances, 0.0))


@pytest.mark.parametrize(("mean", "covariance"), CASES)
def test_it_agrees_with_samples(mean: complex, covariance: list[list[float]]) -> None:
    moved = normals(1, range(1_000_000), 2) @ factor(covariance).T
    sampled = np.sort(np.hypot(moved[:, 0] + np.real(mean), moved[:, 1] + np.imag(mean)))
    found = Magnitude.of_covariance([mean], [covariance])
    for p, r in zip(QUANTILES, found.quantile(QUANTILES)[:, 0], strict=True):
        error = 4.0 * np.sqrt(p * (1.0 - p) / sampled.size)
        assert abs(np.searchsorted(sampled, r) / sampled.size - p) < error
        assert abs(found.below(r)[0] - p) < 1e-11
    limits = -20.0 * np.log10(sampled[[1000, 500_000, 999_000]])
    assert np.allclose(found.yield_at(limits[:, None])[:, 0], [0.001, 0.5, 0.999], atol=4.0 * 0.5e-3, rtol=0.0)
    assert np.allclose(found.failures_at(limits[:, None]), 1.0 - found.yield_at(limits[:, None]), atol=1e-12, rtol=0.0)


@pytest.mark.parametrize(("mean", "covariance"), CASES)
def test_parts_are_a_covariance(mean: complex, covariance: list[list[float]]) -> None:
    """So are parts that are turned among themselves, and a mean and parts that are turned together."""
    whole = Magnitude.of_covariance([mean], [covariance]).quantile(QUANTILES)
    f = factor(covariance)
    parts = f[0] + 1j * f[1]
    mixed = parts @ np.linalg.qr(np.random.default_rng(2).normal(size=(5, 5)))[0][:2]
    turn = np.exp(0.7j)
    for center, moved in ((mean, parts), (mean, mixed), (turn * mean, turn * mixed), (-mean, parts)):
        assert np.allclose(Magnitude.of_parts([center], [moved]).quantile(QUANTILES), whole, rtol=3e-6, atol=0.0)


def moments_db(found: Magnitude) -> tuple[float, float]:
    """Standard deviation and skew of the rejection in dB, by the density over ln r."""
    x = np.linspace(-60.0, 4.0, 20_001)
    r = np.exp(x)
    weight = found.density(r[:, None])[:, 0] * r * (x[1] - x[0])
    db = -20.0 * np.log10(r)
    mean = weight @ db
    assert abs(weight.sum() - 1.0) < 1e-9
    deviation = np.sqrt(weight @ (db - mean) ** 2)
    return deviation, weight @ (db - mean) ** 3 / deviation**3


def test_what_a_deviation_of_rejections_is() -> None:
    """Known, and the same for every amplifier: which is why it is none of the figures."""
    line, circle = [[1.0, 0.0], [0.0, 0.0]], np.eye(2)
    assert moments_db(Magnitude.of_covariance([0.0], [line])) == pytest.approx(
        (np.pi / np.sqrt(8.0) * 20.0 / np.log(10.0), 1.535), rel=1e-3
    )
    assert moments_db(Magnitude.of_covariance([0.0], [circle]))[0] == pytest.approx(5.570, abs=1e-3)


def test_a_small_failure_has_all_its_digits() -> None:
    """One in a thousand million: of a circle the limit is known."""
    found = Magnitude.of_covariance([0.0], [1e-8 * np.eye(2)])
    for q in (1e-3, 1e-9, 1e-15):
        limit = -20.0 * np.log10(1e-4 * np.sqrt(-2.0 * np.log(q)))
        assert found.failures_at(limit)[0] == pytest.approx(q, rel=1e-9)
        assert found.rejection_db([q])[0, 0] == pytest.approx(limit, abs=1e-10)
        assert found.below(1e-4 * np.sqrt(-2.0 * np.log1p(-q)))[0] == pytest.approx(q, rel=1e-10)
    line = Magnitude.of_covariance([0.0], [[[1e-8, 0.0], [0.0, 0.0]]])
    assert line.exceeded([1e-9])[0, 0] == pytest.approx(-1e-4 * stats.norm.ppf(0.5e-9), rel=1e-11)


def test_a_large_mean_is_normal() -> None:
    """Along it: abs(rho) is m + s*z, with s^2 the variance in the direction of the mean."""
    mean, covariance = 3.0 + 4.0j, 1e-12 * np.array([[1.0, 0.3], [0.3, 0.5]])
    way = np.array([0.6, 0.8])
    deviation = np.sqrt(way @ covariance @ way)
    p = np.array([1e-6, 0.01, 0.5, 0.99])
    found = Magnitude.of_covariance([mean], [covariance]).quantile(p)[:, 0]
    assert np.allclose((found - 5.0) / deviation, stats.norm.ppf(p), atol=1e-6)


def test_aspects_that_a_covariance_cannot_hold() -> None:
    """Parts at 45 degrees, the narrow one 1e-12 of the wide one."""
    wide, narrow = np.exp(0.25j * np.pi), 1e-12 * np.exp(0.75j * np.pi)
    found = Magnitude.of_parts([0.0], [[wide, narrow]])
    assert found.points.narrow == pytest.approx(1e-12, rel=1e-3)
    assert found.below(1e-12)[0] == pytest.approx(Magnitude.of_parts([0.0], [[1.0, 1e-12j]]).below(1e-12)[0], rel=1e-3)


def test_many_points_are_as_each_alone() -> None:
    rng = np.random.default_rng(4)
    mean = rng.normal(size=200) + 1j * rng.normal(size=200)
    parts = rng.normal(size=(200, 4)) + 1j * rng.normal(size=(200, 4)) * 10.0 ** -rng.integers(0, 9, (200, 1))
    parts[7] = 0.0
    whole = Magnitude.of_parts(mean, parts)
    assert whole.rejection_db().shape == (7, 200)
    for i in (0, 7, 199):
        alone = Magnitude.of_parts(mean[i], parts[i])
        assert np.allclose(whole.rejection_db()[:, i], alone.rejection_db()[:, 0], rtol=1e-12)
        assert whole.yield_at(3.0)[i] == pytest.approx(alone.yield_at(3.0)[0], rel=1e-12)


def test_amplifiers_that_do_not_spread() -> None:
    found = Magnitude.of_covariance([0.01j, 0.0], np.zeros((2, 2)))
    assert np.allclose(found.rejection_db([0.001, 0.5]), [[40.0, np.inf]] * 2)
    assert found.yield_at(39.9).tolist() == [1.0, 1.0]
    assert found.failures_at(40.1).tolist() == [1.0, 0.0]
    assert Magnitude.of_parts([1.0], np.zeros((1, 0))).quantile([0.3]).tolist() == [[1.0]]
    assert Magnitude.of_parts([1.0], [[0.1j]]).points.wide.tolist() == [0.1]


NONE = [
    [[1.0, 2.0], [2.0, 1.0]],
    [[-1.0, 0.0], [0.0, 1.0]],
    [[1.0, 0.1], [0.2, 1.0]],
    [[np.nan, 0.0], [0.0, 1.0]],
]


@pytest.mark.parametrize("covariance", NONE)
def test_what_is_no_covariance(covariance: list[list[float]]) -> None:
    with pytest.raises(OptionError, match="covariance"):
        Magnitude.of_covariance([0.0], [covariance])


def test_what_cannot_be_asked() -> None:
    found = Magnitude.of_parts([1.0], [[0.1]])
    for p in ([0.0], [1.0], [np.nan], [[0.5]]):
        with pytest.raises(OptionError, match="between 0 and 1"):
            found.quantile(p)
    with pytest.raises(OptionError, match="not negative"):
        found.below(-1.0)
    with pytest.raises(OptionError, match="finite"):
        Magnitude.of_parts([1.0], [[np.inf]])
