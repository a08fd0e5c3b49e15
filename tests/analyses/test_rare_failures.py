"""Rare failures by whole solutions about the worst case: against closed forms, plain samples, and where they end."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import longtail as lt
from longtail.analyses.yields.limit import HeldLimit, around_circle
from longtail.analyses.yields.rare import Rare, WorstPoints, sampled_failure
from longtail.analyses.yields.result import LimitYield, SampledFailure
from longtail.errors import OptionError
from longtail.statistics.bounds import read_bound
from longtail.statistics.finding import find_spreads
from longtail.statistics.normal_space import NormalSpace
from longtail.statistics.quadratic import Expansion

# four resistors in series at one current: a voltage of 4 V that is linear in them, of deviation 20 mV
SERIES = "t\n*@ mismatch r(r*) {spread}\ni1 0 a 1m\nr1 a b 1k\nr2 b c 1k\nr3 c d 1k\nr4 d 0 1k\n"
SIGMA = SERIES.format(spread="sigma=1%")


def _phi(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def _limit(deck: str, limit: str, samples: int = 4000, **options: object) -> LimitYield:
    result = lt.read(deck).run("yields", limit=limit, samples=samples, **options)
    assert isinstance(result, lt.Yields)
    return result.limits[0]


def _sampled(deck: str, limit: str, samples: int = 4000, **options: object) -> SampledFailure:
    found = _limit(deck, limit, samples, **options).sampled
    assert found is not None
    return found


def _agrees(found: SampledFailure, value: float, error: float = 0.0, within: float = 3.0) -> None:
    assert abs(found.value - value) <= within * math.hypot(found.standard_error, error)


@pytest.mark.parametrize(("limit", "beta"), [("v(a)<=4.11", 5.5), ("v(a)>=3.88", 6.0), ("v(a)<=4.05", 2.5)])
def test_a_linear_figure_has_the_failures_of_the_normal_distribution(limit: str, beta: float) -> None:
    found = _sampled(SIGMA, limit, 10_000)
    _agrees(found, _phi(-beta))
    assert found.standard_error < 0.05 * found.value
    assert found.trusted
    assert found.distance == pytest.approx(beta, rel=1e-6)


def test_both_sides_count() -> None:
    """Each has about half of what fails; unequal ones each theirs."""
    whole, upper = (_sampled("bjt_pair", limit, 8000) for limit in ("|offset|<=3mV", "offset<=3mV"))
    _agrees(whole, 2.0 * upper.value, 2.0 * upper.standard_error)
    assert whole.value > 1.5 * upper.value


def test_a_band_that_is_to_be_left_fails_within() -> None:
    """At least 3.9 V of magnitude: 4 V fails 5 deviations below; and of the negative side nothing is ever reached."""
    _agrees(_sampled(SIGMA, "|v(a)|>=3.9"), _phi(-5.0))


@pytest.mark.parametrize(
    ("name", "limit", "options"),
    [
        ("bjt_pair", "|offset|<=1.3mV", {}),
        ("bjt_pair", "cmrr@100meg>=49dB", {}),
        ("bjt_pair", "cmrr@50>=97dB", {}),
        ("ota_5t", "cmrr@50>=71dB", {"null": True}),
    ],
)
def test_where_plain_samples_reach_they_say_the_same(name: str, limit: str, options: dict[str, bool]) -> None:
    found = _sampled(name, limit, **options)
    plain = lt.read(name).run("monte-carlo", limit=limit, samples=20_000, **options).yields[0]
    part = 1.0 - plain.value
    assert 0.001 < part < 0.05
    _agrees(found, part, math.sqrt(part / 20_000), 4.0)
    assert found.trusted


@pytest.mark.parametrize("beta", [3.0, 4.5])
def test_where_the_picture_is_wrong_samples_are_not(beta: float) -> None:
    """The current of a diode is exponential in its voltage: the limit is far nearer than first order says."""
    deck = "t\n*@ process v sigma=20m\n.param v=0.6\nv1 a 0 {v}\nd1 a 0 dm\n.model dm d(is=1e-14)\n"
    point = 0.6 + 0.02 * beta
    current = lt.read(deck.replace("v=0.6", f"v={point!r}")).run("op").to_dict()["devices"]["d1"]["id"]
    found = _limit(deck, f"d1.id<={current!r}", 8000)
    assert found.sampled is not None
    _agrees(found.sampled, _phi(-beta))
    assert found.sampled.standard_error < 0.05 * found.sampled.value
    assert found.failure == found.sampled.value
    assert found.validity == "sampled"
    assert found.distance is not None
    assert found.distance > 2.0 * beta


def test_tolerances_are_what_they_are() -> None:
    """Two resistors of a divider within 4 %: what fails is the corner of a square."""
    deck = "t\n*@ mismatch r(r*) limit=4%\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n"
    for limit in (1.036, 1.0396):
        ratio = limit / (2.0 - limit)
        side = 1.04 / ratio - 0.96
        _agrees(_sampled(deck, f"v(b)<={limit}", 20_000), 0.5 * ratio * side**2 / 0.08**2)
    assert _sampled(deck, "v(b)<=1.0401").distance is None


def test_a_distribution_that_is_cut_is_what_it_is() -> None:
    deck = "t\n*@ mismatch r(r1) sigma=1% limit=2%\ni1 0 a 1m\nr1 a 0 1k\n"
    _agrees(_sampled(deck, "v(a)<=1.015", 20_000), (_phi(2.0) - _phi(1.5)) / (2.0 * _phi(2.0) - 1.0))


def test_devices_that_go_together_fail_together() -> None:
    """Of four that go 0.5 together the sum has a variance of 4 + 12*0.5."""
    beta = 0.15 / (0.01 * math.sqrt(10.0))
    _agrees(_sampled(SERIES.format(spread="sigma=1% correlation=0.5"), "v(a)<=4.15"), _phi(-beta))


def test_of_what_fails_as_it_stands_the_rest_is_counted() -> None:
    found = _limit(SIGMA, "v(a)>=4.08")
    assert found.value == pytest.approx(_phi(-4.0), rel=0.2)
    assert found.failure == pytest.approx(1.0 - found.value)


def test_samples_are_those_of_their_seed() -> None:
    first, again, other = (_sampled("bjt_pair", "|offset|<=3mV", 500, seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first.value != other.value


def test_a_limit_has_the_same_samples_whatever_else_is_asked_for() -> None:
    alone = _sampled(SIGMA, "v(a)<=4.11", 500)
    result = lt.read(SIGMA).run("yields", limit=("v(a)<=4.11", "v(b)<=3.1"), samples=500)
    assert result.limits[0].sampled == alone
    assert result.validity == "sampled"


def test_what_nothing_fails_is_said_and_not_believed() -> None:
    result = lt.read(SIGMA).run("yields", limit="v(a)<=6", samples=500)
    assert result.limits[0].validity == "linear"
    assert not result.limits[0].sampled.trusted
    assert "no samples about a worst case" in result.to_text()


def test_json_and_table_have_what_was_sampled() -> None:
    result = lt.read("bjt_pair").run("yields", limit=("|offset|<=3mV", "cmrr@50>=95dB"), samples=500)
    again = lt.Yields.from_json(result.to_json())
    assert again.to_text() == result.to_text()
    assert again.limits[0].sampled == result.limits[0].sampled
    assert "Whole solutions about the worst case" in result.to_text()


@pytest.mark.parametrize(
    ("deck", "options", "message"),
    [
        (SIGMA, {"samples": 99}, "tell nothing"),
        (SIGMA, {"seed": 3}, "no effect without samples"),
        ("t\n.param r=limit(1k,10)\ni1 0 a 1m\nr1 a 0 {r}\n", {"samples": 500}, "two values"),
    ],
)
def test_what_cannot_be_asked_is_refused(deck: str, options: dict[str, int], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        lt.read(deck).run("yields", limit="v(a)<=4.1", **options)


def _held(
    limit: str, first: Expansion, solve: Callable[[NDArray[np.float64]], NDArray[np.float64] | NDArray[np.complex128]]
) -> HeldLimit:
    checks = np.random.default_rng(1).normal(size=(50, first.slopes.size))
    return HeldLimit(read_bound(limit), "cmrr" if limit.startswith("cmrr") else "v", "V", first, solve, checks)


SPACE = NormalSpace(find_spreads(lt.read("t\n*@ mismatch r(r*) sigma=1%\ni1 0 a 1m\nr1 a b 1k\nr2 b 0 1k\n").circuit))


def test_a_part_that_first_order_does_not_see_is_found_by_what_failed() -> None:
    """Beside the limit at 4 deviations there is one at 2.5 in another direction: estimates are drawn again there."""

    def solve(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(z[:, 1] < -2.5, 10.0, z[:, 0])

    held = _held("v<=4", Expansion(0.0, np.array([1.0, 0.0])), solve)
    held.__dict__["picture"] = ("linear", held.first)  # as if the checks had not seen it
    found = sampled_failure(held, SPACE, Rare(4000), 0)
    _agrees(found, _phi(-2.5))
    assert found.trusted
    assert found.distance == pytest.approx(2.5, abs=0.05)


def test_a_curved_limit_is_followed_to_its_nearest_point() -> None:
    """First order points along the first cause; the second, with a curvature alone, gets there sooner."""

    def solve(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return z[:, 0] + 0.25 * z[:, 1] ** 2

    held = _held("v<=4", Expansion(0.0, np.array([1.0, 0.0])), solve)
    found = sampled_failure(held, SPACE, Rare(10_000), 0)
    y = np.linspace(-12.0, 12.0, 20_001)
    density = np.exp(-0.5 * y**2) / math.sqrt(2.0 * math.pi)
    whole = float((density * [_phi(-(4.0 - 0.25 * each**2)) for each in y]).sum() * (y[1] - y[0]))
    _agrees(found, whole)
    assert found.distance == pytest.approx(math.sqrt(2.0**2 + 8.0), rel=1e-3)  # x = 2, y^2 = 8


def test_the_mirror_image_of_a_worst_case_is_one_too() -> None:
    def solve(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return z[:, 0] + 0.25 * z[:, 1] ** 2

    held = _held("v<=4", Expansion(0.0, np.array([1.0, 0.0])), solve)
    found = WorstPoints(held, SPACE, Rare(500), 0).points()
    for side in (1.0, -1.0):
        assert np.linalg.norm(found - [2.0, side * math.sqrt(8.0)], axis=-1).min() < 0.3


@pytest.mark.parametrize("narrow", [1.0, 0.5, 0.05, 1e-10, 0.0])
def test_all_of_a_ring_is_counted(narrow: float) -> None:
    """Of a circular ratio of mean zero P(abs > r) is exp(-r^2/2), of a straight one 2*Phi(-r); between, the sum."""
    first = Expansion(0.0j, np.array([0.01, 0.01j * narrow]))
    held = _held("cmrr@50>=26.0205999dB", first, lambda z: first(z))  # 0.05: 5 deviations
    found = sampled_failure(held, SPACE, Rare(10_000), 0)
    _agrees(found, held.failure)
    assert found.standard_error < 0.05 * found.value


def test_places_around_a_circle_are_on_it() -> None:
    first = Expansion(0.2 + 0.1j, np.array([0.3, 0.2j, 0.1 + 0.1j]))
    np.testing.assert_allclose(np.abs(first(around_circle(first, 1.0))), 1.0, rtol=1e-12)
