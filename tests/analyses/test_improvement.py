"""What reaches a yield: against closed forms, and by asking again with what was advised."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

import longtail as lt
from longtail.analyses.yields.improvement import read_target
from longtail.analyses.yields.result import ImprovedGroup, Improvement
from longtail.errors import OptionError

EXAMPLES = Path(__file__).parents[2] / "examples"
OTA = (EXAMPLES / "ota_5t.cir").read_text().replace("mos(level=1", "mos(level=1 a_vt=5n a_beta=0.01u")
PAIR = (EXAMPLES / "bjt_pair.cir").read_text().replace("npn(", "npn(a_is=0.02 a_bf=0.03 ")
DIVIDER = "t\n*@ mismatch r(r1) sigma={0}%\n*@ mismatch r(r2) limit={1}%\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n"


def _better(deck: str, *limits: str, improve: str | float = "99.7%", **options: object) -> Improvement:
    found = lt.read(deck).run("yields", limit=limits, improve=improve, **options).improvement
    assert isinstance(found, Improvement)
    return found


def _group(found: Improvement, device: str, kind: str = "area") -> ImprovedGroup:
    return next(each for each in found.groups if device in each.devices and each.kind == kind)


def _cost(found: Improvement) -> float:
    return sum(each.present * (each.factor or math.nan) for each in found.groups if each.kind == "area")


def test_areas_of_one_limit_are_those_of_the_closed_form() -> None:
    """a_g = sqrt(v_g/A_g)*(sum of sqrt(v_h*A_h))/V, with the variances of `contributions`."""
    found = _better(OTA, "offset>=-6mV")
    first = lt.read(OTA).run("contributions", measure="offset")
    variances = dict.fromkeys((each.devices for each in found.groups), 0.0)
    for k, cause in enumerate(first.causes):
        for devices in variances:
            if cause.instance in devices:
                variances[devices] += float(first.share[0, 0, k] * first.sigma[0, 0] ** 2)
    v, area = np.array([*variances.values()]), np.array([each.present for each in found.groups])
    room = ((first.nominal[0, 0] + 6e-3) / ndtri(0.003)) ** 2
    held = np.array([each.factor == pytest.approx(0.1) for each in found.groups])
    assert list(held) == [False, False, True]  # the tail
    free = ~held
    room -= (v[held] / 0.1).sum()
    factors = np.sqrt(v / area)[free] * np.sqrt(v * area)[free].sum() / room
    assert [each.factor for each in found.groups if (each.factor or 0.0) > 0.11] == pytest.approx(factors, rel=1e-3)


@pytest.mark.parametrize(
    ("deck", "limits", "options"),
    [
        (OTA, ("|offset|<=6mV",), {}),
        (OTA, ("|offset|<=6.5mV", "cmrr@50>=76"), {"null": True}),
        (PAIR, ("|offset|<=1.2mV", "cmrr@50>=96"), {"only": "q*"}),
    ],
)
def test_with_the_areas_set_the_yield_is_what_was_promised(
    deck: str, limits: tuple[str, ...], options: dict[str, object]
) -> None:
    found = _better(deck, *limits, **options)
    assert found.present < found.target
    assert found.ways[0].reached
    assert found.ways[0].value == pytest.approx(0.997, abs=1e-9)
    again = lt.read(deck, parameters=found.values).run("yields", limit=limits, **options)
    assert again.least == pytest.approx(0.997, abs=5e-4)
    assert found.ways[0].cost == pytest.approx(_cost(found) / sum(each.present for each in found.groups))


def test_of_a_rejection_no_other_areas_are_less() -> None:
    """Random areas about the cheapest either cost more or fail more, asked with sizes that are set."""
    found = _better(OTA, "cmrr@50>=76", null=True)
    rng, least = np.random.default_rng(1), _cost(found)
    names = sorted({name.partition(".")[0] for name in found.values})
    groups = {name: next(each for each in found.groups if name in each.devices) for name in names}
    for _ in range(6):
        moved = {each.devices: float(np.exp(rng.normal(scale=0.3))) for each in found.groups}
        cost = sum(each.present * (each.factor or 0.0) * moved[each.devices] for each in found.groups)
        sizes = {
            name: size * math.sqrt(moved[groups[name.partition(".")[0]].devices] * least / cost)
            for name, size in found.values.items()
        }
        again = lt.read(OTA, parameters=sizes).run("yields", limit="cmrr@50>=76", null=True)
        assert again.limits[0].failure > 0.003 * 0.98


def test_one_group_alone_and_a_tenth_more_are_what_they_say() -> None:
    found = _better(OTA, "|offset|<=6mV")
    pair = _group(found, "m1")
    whole = sum(each.present for each in found.groups)

    def failing(factor: float) -> float:
        sizes = {f"{m}.{p}": v * math.sqrt(factor) for m in pair.devices for p, v in (("w", 20e-6), ("l", 1e-6))}
        return lt.read(OTA, parameters=sizes).run("yields", limit="|offset|<=6mV").limits[0].failure

    assert pair.alone is not None
    assert failing(pair.alone) == pytest.approx(0.003, rel=0.01)
    assert failing(1.0 + 0.1 * whole / pair.present) == pytest.approx(pair.failure, rel=0.01)


def test_classes_of_resistors() -> None:
    """5 mV/% by each: the deviations are the same at the least sum of one over their squares where they are equal."""
    found = _better(DIVIDER.format(1, math.sqrt(3.0)), "v(b)<=1.01")
    first, second = (_group(found, name, "class") for name in ("r1", "r2"))
    wanted = 0.01 / -ndtri(0.003) / 5e-3 / math.sqrt(2.0)  # percent
    assert first.after(first.factor) == pytest.approx(wanted * 0.01, rel=1e-3)
    assert second.after(second.factor) == pytest.approx(wanted * 0.01, rel=1e-3)
    assert first.alone is None
    again = lt.read(DIVIDER.format(wanted, wanted * math.sqrt(3.0))).run("yields", limit="v(b)<=1.01", improve=0.9)
    assert again.improvement.present == pytest.approx(0.997, abs=1e-5)
    assert "deviations" not in found.values
    assert not found.values


def test_one_class_alone() -> None:
    found = _better(DIVIDER.format(1, 0.5), "v(b)<=1.01")
    rest = (5e-3 * 0.5 / math.sqrt(3.0)) ** 2
    alone = math.sqrt((0.01 / ndtri(0.003)) ** 2 - rest) / 5e-3
    first = _group(found, "r1", "class")
    assert first.after(first.alone) == pytest.approx(alone * 0.01, rel=1e-3)
    assert first.failure == pytest.approx(float(ndtr(-0.01 / math.sqrt((5e-3 * 0.9) ** 2 + rest))), rel=1e-3)


def test_what_the_process_spoils_no_area_mends() -> None:
    deck = DIVIDER.format(1, 1) + "*@ process r(r1) sigma=1%\n"
    result = lt.read(deck).run("yields", limit="v(b)<=1.01", improve="99.7%")
    found = result.improvement
    assert not found.ways[0].reached
    assert found.ways[0].cost is None
    assert found.best == pytest.approx(1.0 - 0.02275, abs=1e-4)
    assert all(each.factor is None for each in found.groups)
    assert "no improvement of mismatch reaches 99.7 %, 97.72 % is the most" in result.to_text()


def test_a_process_alone_has_nothing_to_improve() -> None:
    found = _better(DIVIDER.format(1, 1) + "*@ process r(r1) sigma=1%\n", "v(b)<=1.01", process=True)
    assert (found.ways, found.groups) == ((), ())
    assert found.best == found.present


def test_areas_may_shrink_as_far_as_a_tenth() -> None:
    found = _better(OTA, "|offset|<=1")
    assert all(each.factor == pytest.approx(0.1) for each in found.groups)
    assert found.ways[0].cost == pytest.approx(0.1)


def test_where_areas_are_not_enough_that_is_said() -> None:
    """A class of resistors beside areas: each way by itself."""
    deck = PAIR.replace("\n.end", "\n*@ mismatch r(rc*) sigma=2%\n.end")
    result = lt.read(deck).run("yields", limit="|offset|<=2mV", improve="99.7%")
    assert [each.reached for each in result.improvement.ways] == [False, True]
    assert "areas alone do not reach 99.7 %" in result.to_text()


def test_a_rule_by_area_is_one_too() -> None:
    deck = (EXAMPLES / "mos_pair.cir").read_text().replace("\n.end", "\n*@ mismatch vto(m*) pelgrom=20n\n.end")
    found = _better(deck, "|offset|<=5mV", only="m*")
    assert [each.devices for each in found.groups] == [("m1", "m2")]
    assert found.groups[0].present == pytest.approx(100e-12)
    sigma = 20e-9 / math.sqrt(50e-12)
    assert found.groups[0].factor == pytest.approx((sigma * ndtri(0.0015) / 5e-3) ** 2, rel=1e-3)
    assert found.values["m1.l"] == pytest.approx(1e-6 * math.sqrt(found.groups[0].factor or 0.0))


def test_bipolar_transistors_of_one_base_go_together() -> None:
    """A mirror of 2 to 1 keeps its ratio."""
    grown = lt.read(PAIR, parameters={"q3.area": 2.0})
    found = grown.run("yields", limit="common@1k<=1", improve="99%").improvement
    mirror = [each for each in found.groups if "q3" in each.devices]
    assert mirror
    assert all({"q3", "q4"} <= {*each.devices} for each in mirror)


def test_json_gives_it_again() -> None:
    result = lt.read(OTA).run("yields", limit="|offset|<=6mV", improve="99.7%")
    again = lt.Yields.from_json(result.to_json())
    assert again.to_text() == result.to_text()
    assert again.to_json() == result.to_json()
    assert "Areas for a yield of 99.7 %" in result.to_text()
    assert "m1, m2" in result.to_text()


def test_where_first_order_does_not_hold_no_promise_is_left_alone() -> None:
    result = lt.read("t\n*@ mismatch r(r2) sigma=30%\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1.05k\n").run(
        "yields", limit="r2.power>=0.98m", improve="99%"
    )
    assert "first order does not hold" in result.to_text()


@pytest.mark.parametrize(("given", "target"), [("99.7%", 0.997), ("0.9", 0.9), (0.5, 0.5)])
def test_targets_are_read(given: str | float, target: float) -> None:
    assert read_target(given) == pytest.approx(target)


@pytest.mark.parametrize("given", ["all", "99.7", 1.0, "0%", "", "-5%"])
def test_what_is_no_yield_is_refused(given: str | float) -> None:
    with pytest.raises(OptionError, match="takes a yield"):
        read_target(given)
