"""Samples: the same by themselves or among others, with the deviations and correlations that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from longtail.statistics.draws import KINDS
from longtail.statistics.finding import find_spreads
from longtail.statistics.sampling import NOMINAL, Sampling

DECK = """t
*@ mismatch r(r1) sigma=1%
*@ mismatch r(r2) limit=2%
*@ mismatch r(r3) sigma=1% limit=1%
*@ mismatch r(r4,r5) sigma=1% correlation=0.64
*@ process vref sigma=10m
.param vref=2
v1 a 0 {vref}
r1 a b 1k
r2 b c 1k
r3 c d 1k
r4 d e 1k
r5 e 0 1k
"""
SPREADS = find_spreads(lt.read(DECK).circuit)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_is_its_number(kind: str) -> None:
    sampling = Sampling(SPREADS, 500, 7, kind)
    whole = sampling.causes(slice(0, 500))
    for rows in (np.array([411]), np.array([3, 2, 499])):
        assert sampling.causes(rows).tobytes() == whole[rows].tobytes()
    assert sampling.causes(slice(100, 200)).tobytes() == whole[100:200].tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_causes_have_variance_1_and_the_correlations_of_their_group(kind: str) -> None:
    causes = Sampling(SPREADS, 1 << 15, 3, kind).causes(slice(0, 1 << 15))
    np.testing.assert_allclose(causes.mean(axis=0), 0.0, atol=0.02)
    np.testing.assert_allclose(np.cov(causes.T), SPREADS.correlation, atol=0.03)


def test_shapes_keep_their_limits() -> None:
    values = Sampling(SPREADS, 4000, 1).values(slice(0, 4000))
    assert abs(values["r2.r"] - 1e3).max() <= 20.0
    assert abs(values["r2.r"] - 1e3).max() > 19.8
    assert abs(values["r3.r"] - 1e3).max() <= 10.0
    assert abs(values["r1.r"] - 1e3).max() > 30.0


def test_the_netlist_itself_is_a_sample() -> None:
    sampling = Sampling(SPREADS, 10, 1)
    values = sampling.values(np.array([NOMINAL, 3]))
    assert {name: value[0] for name, value in values.items()} == SPREADS.nominal
    assert values["r1.r"][1] == sampling.values(np.array([3]))["r1.r"][0]
