"""Scrambled Sobol' points: SciPy's where nothing is scrambled, nets where it is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from longtail.statistics.sobol import DIGITS, points
from longtail.statistics.words import words


def scrambled(seed: int, samples: np.ndarray, dimensions: int) -> np.ndarray:
    return points(samples, words(seed, np.arange(DIGITS + 1), dimensions, 2)) / 2.0**52


def test_unscrambled_they_are_those_of_scipy() -> None:
    expected = qmc.Sobol(40, scramble=False).random(4096)
    assert (points(np.arange(4096), np.zeros((DIGITS + 1, 40), np.uint64)) / 2.0**52 == expected).all()


@pytest.mark.parametrize("seed", range(4))
def test_scrambling_keeps_the_net(seed: int) -> None:
    """Of 2^m points of the first two dimensions, each elementary interval of area 2^-m has one."""
    for first in (0, 256):
        found = scrambled(seed, np.arange(first, first + 256), 2)
        for across in range(9):
            cells = np.floor(found[:, 0] * 2**across) * 2 ** (8 - across) + np.floor(found[:, 1] * 2 ** (8 - across))
            assert sorted(cells.tolist()) == list(range(256))


def test_scrambled_points_are_uniform() -> None:
    """Over seeds, every point is uniform in every digit, and points are not what they were."""
    found = np.array([scrambled(seed, np.array([0, 1, 77]), 3) for seed in range(2000)])
    digits = np.floor(found[..., None] * 2.0 ** np.arange(1, 50)) % 2
    assert np.abs(digits.mean(axis=0) - 0.5).max() < 5 * 0.5 / np.sqrt(2000)
    assert np.unique(found[:, 0, 0]).size == 2000


def test_digits_below_those_of_the_sequence_are_scrambled_too() -> None:
    found = scrambled(1, np.arange(4096), 5) * 2.0**52
    last = found % 2
    assert np.abs(last.mean(axis=0) - 0.5).max() < 0.05


def test_samples_alone() -> None:
    some = np.array([5, 70_000, 3, 12, 2**20 + 1])
    whole = scrambled(9, some, 6)
    assert all((scrambled(9, np.array([each]), 6) == row).all() for each, row in zip(some, whole, strict=True))
