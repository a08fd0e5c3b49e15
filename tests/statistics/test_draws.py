"""Draws: the same wherever and however they are made, and of the distribution that they say."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import stats

from longtail.errors import OptionError
from longtail.statistics.draws import (
    KINDS,
    LATIN,
    NORMAL,
    RANDOM,
    SOBOL,
    TRUNCATED,
    TWO_VALUES,
    UNIFORM,
    normals,
    shaped,
    uniforms,
)
from machine.kinds import cores, plain_numpy

RECORDED = {
    RANDOM: "d285c1c7ce23552f09f9f83e973e9154",
    LATIN: "18fce764dac445fe643c8bcae0430f5e",
    SOBOL: "8ec8b6d63971d9365edb840fc839eec7",
    UNIFORM: "95fd5a0afb709de90db88bf8d21bd220",
    TRUNCATED: "e56eaa049f8dc9f0c3dee287e663f7d3",
}
LOAD = f"""
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("draws", {__file__!r})
module = module_from_spec(spec)
spec.loader.exec_module(module)
print(module.digests())
"""


def digests() -> dict[str, str]:
    """What the draws of some samples come to, by kind and shape."""
    samples = np.concatenate([np.arange(1500), [10**6 + 1, 4999, 123_456]])
    found = {kind: normals(2024, samples, 11, kind=kind, count=2 * 10**6, stream=3) for kind in KINDS}
    u = uniforms(1, samples, 5)
    found |= {shape: shaped(u, shape, 2.5) for shape in (UNIFORM, TRUNCATED)}
    return {name: hashlib.sha256(each.astype("<f8").tobytes()).hexdigest()[:32] for name, each in found.items()}


def test_they_are_what_they_were() -> None:
    assert digests() == RECORDED


@pytest.mark.parametrize("core", [None, *cores()])
def test_they_are_the_same_on_every_processor(core: str | None) -> None:
    env = os.environ | {"NPY_DISABLE_CPU_FEATURES": plain_numpy()}
    if core:
        env |= {"OPENBLAS_CORETYPE": core, "OMP_NUM_THREADS": "1"}
    code = f"import sys; sys.path[:0] = {sys.path!r}\n{LOAD}"
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(digests())


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_alone_is_that_of_all(kind: str) -> None:
    how: dict[str, Any] = {"kind": kind, "count": 3000, "stream": 1}
    whole = normals(5, np.arange(3000), 9, **how)
    order = np.random.default_rng(1).permutation(3000)
    assert (normals(5, order, 9, **how) == whole[order]).all()
    assert (normals(5, np.arange(3000), 4, **how) == whole[:, :4]).all()
    for sample in (0, 1, 1234, 2999):
        assert normals(5, [sample], 9, **how).tobytes() == whole[sample].tobytes()
    assert normals(5, [], 9, **how).shape == (0, 9)
    assert normals(5, range(7), 0, **how).shape == (7, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_integers_of_any_type_will_do(kind: str) -> None:
    whole = uniforms(5, range(200), 3, kind=kind, count=200, stream=2)
    for integer in (np.uint8, np.int16, np.uint64):
        numbers, seed, stream = np.arange(199, -1, -1).astype(integer), integer(5), integer(2)
        assert (uniforms(seed, numbers, 3, kind=kind, count=200, stream=stream) == whole[::-1]).all()


def test_random_and_sobol_samples_do_not_depend_on_how_many_there_are() -> None:
    for kind in (RANDOM, SOBOL):
        assert (uniforms(5, range(9), 3, kind=kind, count=9) == uniforms(5, range(9000), 3, kind=kind)[:9]).all()


@pytest.mark.parametrize("kind", [RANDOM, LATIN])  # scrambled points are the same ones, moved
def test_seeds_and_streams_have_nothing_in_common(kind: str) -> None:
    first = normals(0, range(4096), 3, kind=kind, count=4096)
    for seed, stream in ((1, 0), (2**63, 0), (0, 1), (0, 2), (0, 2**29)):
        other = normals(seed, range(4096), 3, kind=kind, count=4096, stream=stream)
        assert np.abs(np.corrcoef(first.T, other.T)[:3, 3:]).max() < 5.0 / 64.0


@pytest.mark.parametrize("kind", KINDS)
def test_moments(kind: str) -> None:
    z = normals(3, np.arange(2**16), 12, kind=kind, count=2**16)
    error = 5.0 / 2**8
    assert np.abs(z.mean(axis=0)).max() < error
    assert np.abs(z.var(axis=0) - 1.0).max() < np.sqrt(2.0) * error
    assert np.abs(stats.skew(z)).max() < np.sqrt(6.0) * error
    assert np.abs(stats.kurtosis(z)).max() < np.sqrt(24.0) * error
    assert np.abs(np.corrcoef(z.T) - np.eye(12)).max() < error
    assert min(stats.kstest(column, "norm").pvalue for column in z.T) > 1e-4


def test_random_draws_are_independent() -> None:
    z = normals(8, np.arange(2**16), 12)
    for shift in (1, 4, 64, 4096):
        assert np.abs(z[shift:].T @ z[:-shift] / len(z)).max() < 5.0 / 2**8
    squares = np.corrcoef((z * z).T)
    assert np.abs(squares - np.eye(12)).max() < 5.0 / 2**8
    seeds = np.array([normals(seed, [0, 1], 4).ravel() for seed in range(1000)])
    assert np.abs(np.corrcoef(seeds.T) - np.eye(8)).max() < 5.0 / np.sqrt(1000)
    assert min(stats.kstest(column, "norm").pvalue for column in seeds.T) > 1e-4


@pytest.mark.parametrize("count", [10, 1000])
def test_latin_draws_lie_in_strata_of_their_own(count: int) -> None:
    u = uniforms(2, range(count), 30, kind=LATIN, count=count)
    assert (np.sort(np.floor(u * count), axis=0) == np.arange(count)[:, None]).all()
    assert stats.kstest((u * count % 1.0).ravel(), "uniform").pvalue > 1e-4


def test_means_of_smooth_functions_are_closer() -> None:
    def spread(kind: str) -> float:
        means = [
            np.exp(0.3 * normals(seed, range(256), 4, kind=kind, count=256).sum(axis=1)).mean() for seed in range(60)
        ]
        assert abs(np.mean(means) - np.exp(0.18)) < 5.0 * np.std(means) / np.sqrt(60)
        return float(np.var(means))

    random, latin, sobol = (spread(kind) for kind in KINDS)
    assert latin < random / 3.0
    assert sobol < random / 20.0


def test_uniform_draws_are_never_at_an_end() -> None:
    from longtail.statistics.draws import _unit

    ends = _unit(np.array([0, 2**64 - 1], np.uint64), 52)
    assert ends.tolist() == [2.0**-53, 1.0 - 2.0**-53]
    assert np.isfinite(normals(1, range(1000), 3, kind=LATIN, count=1000)).all()
    largest = uniforms(1, np.arange(2**40 - 1000, 2**40), 20, kind=LATIN, count=2**40)
    assert largest.min() > 0.0
    assert largest.max() < 1.0


def test_shapes() -> None:
    u = uniforms(4, np.arange(50_000), 1)[:, 0]
    assert (shaped(u, NORMAL) == normals(4, np.arange(50_000), 1)[:, 0]).all()
    assert stats.kstest(shaped(u, UNIFORM), stats.uniform(-1, 2).cdf).pvalue > 1e-4
    for cut in (0.5, 2.0, 3.0):
        assert stats.kstest(shaped(u, TRUNCATED, cut), stats.truncnorm(-cut, cut).cdf).pvalue > 1e-4
        near = [2.0**-53, 1.0 - 2.0**-53, 0.25]
        assert np.allclose(shaped(near, TRUNCATED, cut), [-cut, cut, stats.truncnorm(-cut, cut).ppf(0.25)], rtol=1e-12)
    assert shaped([1e-9, 0.4999, 0.5, 1.0 - 1e-9], TWO_VALUES).tolist() == [-1.0, -1.0, 1.0, 1.0]
    assert (shaped(u, TRUNCATED, 40.0) == shaped(u, NORMAL)).all()
    assert (shaped(u, TRUNCATED) == shaped(u, NORMAL)).all()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 2**64}, "seed"),
        ({"stream": 2**30}, "stream"),
        ({"dimensions": -1}, "dimensions"),
        ({"kind": SOBOL, "dimensions": 21202}, "21202 dimensions"),
        ({"kind": "halton"}, "halton"),
        ({"kind": LATIN}, "number of all samples"),
        ({"kind": LATIN, "count": 0}, "number of all samples"),
        ({"kind": LATIN, "count": 2}, "from 0 to 1"),
        ({"samples": [-1]}, "not -1"),
        ({"samples": [0.5]}, "whole numbers"),
        ({"samples": [[1]]}, "list of whole numbers"),
        ({"samples": [2**30], "kind": SOBOL}, "from 0 to"),
    ],
)
def test_what_is_out_of_bounds(how: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        uniforms(**({"seed": 1, "samples": [0, 1, 2], "dimensions": 3} | how))


def test_shapes_that_there_are_not() -> None:
    with pytest.raises(OptionError, match="no distribution 'cauchy'"):
        shaped([0.5], "cauchy")
    with pytest.raises(OptionError, match="positive"):
        shaped([0.5], TRUNCATED, 0.0)
