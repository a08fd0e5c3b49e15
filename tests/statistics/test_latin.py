"""Strata: a permutation in every dimension, and one as likely as another."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import chisquare

from longtail.statistics.latin import ROUNDS, strata
from longtail.statistics.words import words


def keys(seed: int, dimensions: int) -> np.ndarray:
    return words(seed, np.arange(ROUNDS), dimensions, 1)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64, 65, 1000, 4097])
def test_each_stratum_is_hit_once(count: int) -> None:
    found = strata(np.arange(count), count, keys(5, 6))
    assert (np.sort(found, axis=0) == np.arange(count)[:, None]).all()


@pytest.mark.parametrize("count", [3, 1000, 2**40])
def test_one_sample_needs_no_other(count: int) -> None:
    some = np.unique(np.linspace(0, count - 1, 50).astype(int))
    whole = strata(some, count, keys(1, 4))
    for sample, row in zip(some, whole, strict=True):
        assert (strata(np.array([sample]), count, keys(1, 4)) == row).all()


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_all_permutations_of_few_are_as_likely(count: int) -> None:
    found = strata(np.arange(count), count, keys(2, 24_000))
    times = [np.count_nonzero((each == found.T).all(axis=1)) for each in permutations(range(count))]
    assert sum(times) == 24_000
    assert chisquare(times).pvalue > 1e-4


@pytest.mark.parametrize("count", [5, 6, 10, 33])
def test_every_sample_may_have_every_stratum(count: int) -> None:
    found = strata(np.arange(count), count, keys(3, 30_000))
    places = np.array([np.bincount(row.astype(int), minlength=count) for row in found])
    assert chisquare(places, axis=None).pvalue > 1e-4
    pairs = np.bincount((found[0] * np.uint64(count) + found[1]).astype(int), minlength=count**2)
    assert chisquare(pairs[np.arange(count**2) % (count + 1) != 0]).pvalue > 1e-4


def test_neighbours_are_not_related() -> None:
    found = strata(np.arange(4096), 4096, keys(4, 50)).astype(float)
    index = np.arange(4096.0)
    related = [np.corrcoef(column, index)[0, 1] for column in found.T]
    related += [np.corrcoef(column[1:], column[:-1])[0, 1] for column in found.T]
    related += [np.corrcoef(found[:, d], found[:, d + 1])[0, 1] for d in range(49)]
    assert np.abs(related).max() < 4.5 / np.sqrt(4096)
