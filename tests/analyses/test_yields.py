"""Yield without sampling against closed forms and against samples; where it says that it does not hold."""

from __future__ import annotations

import json
import math
import os

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.yields.limit import nearest_on_circle
from longtail.errors import OptionError
from longtail.statistics.quadratic import Expansion
from longtail.statistics.yields import ranks

# a divider: its output is smooth in its parts, and the product of two figures is none of first order alone
DIVIDER = "t\n*@ mismatch r(r*) sigma={sigma}\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n"

SMOOTH = (
    *("bjt_pair", "mos_pair", "jfet_pair", "bjt_pair_resistor_tail"),
    *("data_link_receiver", "instrumentation_amplifier"),
)
SAMPLES = int(os.environ.get("LONGTAIL_SAMPLES", "20000"))


def _phi(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def _yield(deck: str, *limits: str, **options: object) -> lt.Yields:
    result = lt.read(deck).run("yields", limit=limits, **options)
    assert isinstance(result, lt.Yields)
    return result


def test_a_normal_figure_has_the_yield_of_the_normal_distribution() -> None:
    """v(b) = 1 V, 5 mV of deviation by each of two resistors of 1 %."""
    sigma = 5e-3 * math.sqrt(2.0)
    found = _yield(DIVIDER.format(sigma="1%"), "v(b)<=1.01", "v(b)>=0.98", "|v(b)|<=1.005")
    parts = (_phi(0.01 / sigma), _phi(0.02 / sigma), _phi(0.005 / sigma))
    assert [each.value for each in found.limits] == pytest.approx(parts, rel=1e-4)
    assert {each.validity for each in found.limits} == {"linear"}
    assert found.limits[0].distance == pytest.approx(0.01 / sigma, rel=1e-4)
    assert found.limits[0].worst_case == pytest.approx({"r1.r": -1.0, "r2.r": 1.0}, rel=1e-3)
    assert found.limits[0].at_worst == pytest.approx(1.01, abs=1e-4)
    assert found.joint == pytest.approx(parts[2] - (1.0 - parts[1]), abs=5e-4)
    assert found.least == pytest.approx(sum(parts) - 2.0, rel=1e-4)


MATCHED = "t\n*@ mismatch r(r2) sigma=5%\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1.05k\n"
DIODE = "t\n*@ mismatch dc(v1) sigma=4.5m\nv1 a 0 0.6\nd1 a 0 dm\n.model dm d(is=1e-14)\n"


@pytest.mark.parametrize(
    ("deck", "measure", "limit"),
    [(MATCHED, "r2.power", "r2.power>=0.998m"), (DIODE, "v1.i", "|v1.i|<=160u")],
    ids=["matched load", "diode"],
)
def test_where_first_order_is_not_enough_curvatures_are_counted(deck: str, measure: str, limit: str) -> None:
    """Power in a load that matches its source, largest near there, and a current that is exponential: the quadratic
    picture is within what 50 000 samples say, the linear one outside."""
    found = _yield(deck, limit).limits[0]
    counted = lt.read(deck).run("monte-carlo", measure=measure, limit=limit, samples=50_000).yields[0]
    assert found.validity == "quadratic"
    assert found.error > 0.1 > (found.second_error or 1.0)
    assert counted.low <= found.value <= counted.high
    assert found.distance is not None
    assert not counted.low <= _phi(found.distance) <= counted.high


def test_tolerances_are_counted_as_they_are_and_not_as_normal() -> None:
    """One resistor of a divider within 4 %: its output moves by 2 % of 1 V at the most, evenly."""
    deck = "t\n*@ mismatch r(r1) limit=4%\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n"
    found = _yield(deck, "|v(b)|<=1.01", "v(b)<=1.03")
    assert found.limits[0].value == pytest.approx(0.75, abs=0.01)
    assert found.limits[1].failure == 0.0
    assert "points 0 fail" in found.to_text()


def test_a_worst_case_has_no_rounding_in_it() -> None:
    """The reference of the tail moves no offset of a symmetric pair."""
    causes = _yield("bjt_pair", "|offset|<=1mV").limits[0].worst_case
    assert len(causes) == 5
    assert sorted(map(abs, causes.values()))[0] == 0.0


def test_devices_that_go_together_have_a_worst_case_of_their_own() -> None:
    deck = DIVIDER.format(sigma="1% correlation=0.5")
    found = _yield(deck, "v(b)<=1.01")
    sigma = 5e-3 * math.sqrt(2.0 * 0.5)
    assert found.limits[0].value == pytest.approx(_phi(0.01 / sigma), rel=1e-4)
    assert found.limits[0].distance == pytest.approx(2.0, rel=1e-3)
    assert found.limits[0].worst_case == pytest.approx({"r1.r": -1.0, "r2.r": 1.0}, rel=1e-3)
    assert found.limits[0].at_worst == pytest.approx(1.01, abs=1e-4)


@pytest.mark.parametrize(("name", "limit"), [("ota_5t", "v(o)>=1"), ("sense_amplifier", "cmrr@1k>=40dB")])
def test_where_nothing_holds_that_is_said(name: str, limit: str) -> None:
    """An output that mismatch drives to its rails, and a latch, have no expansion."""
    found = _yield(name, limit)
    assert found.validity == "neither"
    assert "longtail mc counts whole solutions" in found.to_text()


@pytest.mark.parametrize(
    "name",
    ["bjt_pair", "mos_pair", "jfet_pair", "data_link_receiver", "bjt_pair_resistor_tail", "instrumentation_amplifier"],
)
@pytest.mark.parametrize("measure", ["offset", "cmrr@1k", "cmrr@100meg"])
def test_predicted_quantiles_are_those_of_samples(name: str, measure: str) -> None:
    """Within the order statistics of 20 000 samples that hold the quantile with 99.9 %, and 1 % or 0.1 dB beyond.

    LONGTAIL_SAMPLES=1000000 asks for more of them.
    """
    amp = lt.read(name)
    figures = np.sort(amp.run("monte-carlo", measure=measure, samples=SAMPLES)[measure])
    first = amp.run("contributions", measure=measure)
    for percent in ("0.1", "1", "50", "99", "99.9"):
        part = float(percent) / 100.0
        low, high = ranks(figures.size, part, 0.999)
        ends = figures[low - 1], figures[high - 1]
        if measure == "offset":
            from scipy.special import ndtri

            predicted = first.nominal[0, 0] + first.sigma[0, 0] * float(ndtri(part))
            margin = 0.01 * first.sigma[0, 0] * max(1.0, abs(float(ndtri(part))))
        else:
            predicted, margin = first.rejection_db[percent][0, 0], 0.1
        assert ends[0] - margin <= predicted <= ends[1] + margin, (percent, ends, predicted)


def test_yields_are_those_of_samples() -> None:
    limits = ("cmrr@1k>=100dB", "|offset|<=0.8mV")
    found = _yield("bjt_pair", *limits)
    sampled = lt.read("bjt_pair").run("monte-carlo", limit=limits, samples=20_000)
    for each, counted in zip((*(one.value for one in found.limits), found.joint), sampled.yields, strict=True):
        assert counted.low - 0.01 <= each <= counted.high + 0.01


def test_each_condition_has_the_yield_of_the_netlist_as_it_stands_there() -> None:
    deck = DIVIDER.format(sigma="1%").replace("v1 a 0 2", ".param top=2\n*@ corner high top=2.01\nv1 a 0 {top}")
    limits = ("v(b)<=1.01", "v(b)>=0.98")
    found = _yield(deck, *limits, corners="high", temperatures=[27.0, 85.0])
    assert [each.condition for each in found.under] == ["typical", "85 °C", "high", "high at 85 °C"]
    alone = lt.read(deck, parameters={"top": 2.01}).run("yields", limit=limits)
    assert isinstance(alone, lt.Yields)
    assert found.under[2].limits == alone.limits
    assert found.under[2].joint == alone.joint < found.joint
    assert found.worst is not None
    assert found.worst.condition == "high"
    assert lt.Yields.from_json(found.to_json()).to_dict() == found.to_dict()
    assert "high at 85 °C" in found.to_text()
    with pytest.raises(OptionError, match="one condition"):
        _yield(deck, *limits, corners="high", improve="99%")


def test_the_process_moves_no_offset_of_a_symmetric_pair() -> None:
    deck = lt.read("bjt_pair")
    assert deck.run("yields", limit="|offset|<=1u", only="rref").limits[0].value == pytest.approx(1.0)


@pytest.mark.parametrize("narrow", [1.0, 0.3, 1e-4, 1e-9, 0.0])
@pytest.mark.parametrize("nominal", [0.0, 0.2 + 0.1j, -1.5 + 0.4j])
def test_the_nearest_point_of_a_circle(narrow: float, nominal: complex) -> None:
    """No other place of the circle is nearer, and the point is on it."""
    turn = np.exp(0.3j)
    figure = Expansion(nominal, turn * np.array([0.5, 0.5j * narrow, 0.1]))
    point = nearest_on_circle(figure, 1.0)
    if point is None:
        assert narrow == 0.0
        return
    assert abs(figure(point[None])[0]) == pytest.approx(1.0, abs=1e-6)
    if narrow < 1e-3:
        return
    inverse = np.linalg.pinv(np.stack([figure.slopes.real, figure.slopes.imag]))
    circle = np.exp(2j * np.pi * np.arange(20_000) / 20_000) - nominal
    others = np.linalg.norm(np.stack([circle.real, circle.imag], axis=-1) @ inverse.T, axis=-1)
    assert np.linalg.norm(point) == pytest.approx(others.min(), rel=1e-5)


def test_the_json_gives_the_result_again_and_has_what_it_is_known_for() -> None:
    found = _yield("bjt_pair", "|offset|<=1mV", "cmrr@50>=95dB")
    again = lt.Yields.from_json(found.to_json())
    assert again.to_json() == found.to_json()
    assert again.to_text() == found.to_text()
    assert {"limits", "value", "joint", "validity"} <= json.loads(found.to_json()).keys()


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("", "a yield is of limits"),
        ("offset", "expected a figure"),
        ("gains>=1", "no single figure"),
        ("differential>=-3", "not negative"),
    ],
)
def test_what_cannot_be_asked_is_refused(limit: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        lt.read("bjt_pair").run("yields", limit=limit)
