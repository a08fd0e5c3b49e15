"""Yields: closed forms at the ends, and intervals that hold what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from longtail.errors import OptionError
from longtail.statistics.yields import (
    clopper_pearson,
    distance,
    failures,
    ranks,
    sample_quantile,
    wilson,
    worst_point,
)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("count", [1, 10, 1000, 10**7])
def test_counts_agree_with_another(count: int, confidence: float) -> None:
    for hits in {0, 1, count // 3, count - 1, count}:
        other = stats.binomtest(hits, count)
        for mine, name in ((wilson, "wilson"), (clopper_pearson, "exact")):
            theirs = other.proportion_ci(confidence, name)
            assert np.allclose(mine(hits, count, confidence), [theirs.low, theirs.high], rtol=1e-9, atol=1e-12)


def test_none_and_all() -> None:
    risk = 0.05
    for count in (1, 50, 10**6):
        assert clopper_pearson(0, count)[0] == 0.0
        assert clopper_pearson(0, count)[1] == pytest.approx(-np.expm1(np.log(risk / 2.0) / count), rel=1e-12)
        assert clopper_pearson(count, count)[1] == 1.0
        assert clopper_pearson(count, count)[0] == pytest.approx((risk / 2.0) ** (1.0 / count), rel=1e-12)
        z2 = stats.norm.ppf(0.975) ** 2
        assert np.allclose(wilson(0, count), [0.0, z2 / (count + z2)], rtol=1e-12, atol=0.0)
        assert np.allclose(wilson(count, count), [count / (count + z2), 1.0], rtol=1e-12, atol=0.0)
    low, high = wilson(1, 10**12)
    assert 0.0 < low < 1e-12 < high


@pytest.mark.parametrize("share", [0.003, 0.1, 0.5, 0.97])
def test_intervals_of_counts_hold_the_share(share: float) -> None:
    hits = np.arange(401)
    weight = stats.binom.pmf(hits, 400, share)
    coverage = {}
    for interval in (wilson, clopper_pearson):
        low, high = interval(hits, 400, 0.9)
        coverage[interval] = weight @ ((low <= share) & (share <= high))
    assert coverage[clopper_pearson] >= 0.9
    assert coverage[wilson] == pytest.approx(0.9, abs=0.05)
    assert coverage[wilson] <= coverage[clopper_pearson] + 1e-12


@pytest.mark.parametrize("p", [0.001, 0.05, 0.5, 0.99])
@pytest.mark.parametrize("count", [20, 1000])
def test_ranks_hold_the_quantile_and_no_nearer_ones_do(p: float, count: int) -> None:
    low, high = ranks(count, p, 0.9)
    below = stats.binom(count, p)
    assert below.cdf(low - 1) <= 0.05 < below.cdf(low)
    assert below.sf(high - 1) <= 0.05 < below.sf(high - 2)


def test_quantiles_of_samples() -> None:
    rng = np.random.default_rng(6)
    samples = rng.exponential(size=(300, 4000))
    for p in (0.05, 0.5, 0.9):
        middle, low, high = sample_quantile(samples, p, 0.9)
        assert np.allclose(middle, np.quantile(samples, p, axis=0))
        true = -np.log1p(-p)
        low_rank, high_rank = ranks(300, p, 0.9)
        expected = stats.binom.cdf(high_rank - 1, 300, p) - stats.binom.cdf(low_rank - 1, 300, p)
        assert np.mean((low <= true) & (true < high)) == pytest.approx(expected, abs=4.0 * 0.3 / np.sqrt(4000))
        assert expected >= 0.9


def test_few_samples_have_no_limit() -> None:
    middle, low, high = sample_quantile([1.0, 2.0, 3.0], 0.01)
    assert (middle, low) == (1.02, -np.inf)
    assert high < np.inf
    assert sample_quantile([1.0, 2.0, 3.0], 0.99)[2] == np.inf
    assert sample_quantile([1.0, np.inf, np.inf], 0.9)[0] == np.inf


def test_one_limit() -> None:
    assert distance(2.0, 0.5, 1.0, 4.0) == 2.0
    assert failures(2.0, 0.5, 1.0, 4.0) == pytest.approx(stats.norm.sf(2.0) + stats.norm.sf(4.0))
    assert failures(0.0, 1.0, high=10.0) == pytest.approx(stats.norm.sf(10.0), rel=1e-12)
    assert distance(0.5, 1.0, low=1.0) == -0.5
    assert distance([1.0, 1.0], 0.0, low=[0.0, 2.0]).tolist() == [np.inf, -np.inf]
    assert failures([1.0, 1.0, 1.0], 0.0, low=[0.0, 1.0, 2.0]).tolist() == [0.0, 0.0, 1.0]


def test_the_worst_point_is_at_the_limit_and_nowhere_nearer() -> None:
    parts, mean, low = np.array([1.0, -2.0, 0.5]), 10.0, 4.0
    beta = distance(mean, np.sqrt(parts @ parts), low=low)
    point = worst_point(parts, beta)
    assert mean + parts @ point == pytest.approx(low)
    assert np.sqrt(point @ point) == pytest.approx(beta)
    assert worst_point([0.0, 0.0], 3.0).tolist() == [0.0, 0.0]


def test_what_cannot_be() -> None:
    for hits, count in ((-1, 5), (6, 5), (0, 0), (np.nan, 5)):
        with pytest.raises(OptionError, match="from none to all"):
            wilson(hits, count)
    for confidence in (0.0, 1.0, 95.0):
        with pytest.raises(OptionError, match="confidence"):
            clopper_pearson(1, 5, confidence)
    for count, p in ((0, 0.5), (5, 0.0), (5, 1.0)):
        with pytest.raises(OptionError, match="quantile"):
            ranks(count, p)
    with pytest.raises(OptionError, match="not negative"):
        failures(0.0, -1.0)
