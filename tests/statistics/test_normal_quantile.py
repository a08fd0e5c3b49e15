"""The normal quantile: right to some last bits everywhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from longtail.statistics.normal_quantile import logarithm, normal_quantile

RNG = np.random.default_rng(20)


@pytest.mark.parametrize(
    "p",
    [
        RNG.random(200_000),
        np.exp(-700.0 * RNG.random(100_000)),
        1.0 - 0.5 * np.exp(-36.0 * RNG.random(100_000)),
        0.075 + 1e-12 * RNG.standard_normal(1000),
        math.exp(-25.0) * (1.0 + 1e-12 * RNG.standard_normal(1000)),
    ],
    ids=["middle", "tail", "upper tail", "seam", "seam of the tails"],
)
def test_it_agrees_with_another(p: np.ndarray) -> None:
    p = p[(p > 0.0) & (p < 1.0)]
    assert np.allclose(normal_quantile(p), ndtri(p), rtol=1.5e-15, atol=0.0)


def test_it_is_the_inverse_of_the_distribution() -> None:
    """By Newton's step on erfc, which does not know the rational functions."""
    for p in (1e-300, 1e-100, 1e-12, 0.01, 0.3, 0.5 - 1e-9):
        z = normal_quantile(p).item()
        density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        assert abs(0.5 * math.erfc(-z / math.sqrt(2.0)) - p) / density < 4e-15 * max(abs(z), 1e-9) + 1e-16


def test_ends_and_symmetry() -> None:
    assert np.isnan(normal_quantile([0.0, 1.0, -0.1, 1.1, np.nan])).all()
    p = np.arange(1, 1024) / 1024.0
    assert (normal_quantile(p) == -normal_quantile(1.0 - p)).all()
    assert normal_quantile(0.5) == 0.0
    assert normal_quantile(np.full((2, 3), 0.25)).shape == (2, 3)


def test_it_rises() -> None:
    p = np.sort(RNG.random(100_000))
    assert (np.diff(normal_quantile(p)) >= 0.0).all()


def test_the_logarithm() -> None:
    x = np.exp(700.0 * (2.0 * RNG.random(100_000) - 1.0))
    assert np.allclose(logarithm(x), np.log(x), rtol=5e-16, atol=0.0)
    near = 1.0 + 0.4 * (RNG.random(100_000) - 0.5)
    assert np.allclose(logarithm(near), np.log(near), rtol=5e-16, atol=0.0)
    assert np.allclose(
        logarithm(np.array([5e-324, 2.0**-1022])), [-1074 * math.log(2), -1022 * math.log(2)], rtol=5e-16
    )
