"""Worst cases against closed forms; what is proven and what is not."""

from __future__ import annotations

import json
import math
from itertools import product

import pytest

import longtail as lt
from longtail.cli.main import run
from longtail.errors import OptionError

PORTS = "*@ input a b\n*@ output o\nva a 0 0\nvb b 0 0\n"
DIFFERENCE = f"""a difference amplifier of gain 4 with an ideal op-amp
{PORTS}*@ mismatch r(r*) limit=0.1%
r1 b n 10k
r2 n o 40k
r3 a p 10k
r4 p 0 40k
e1 o 0 p n 1e9
"""
DIVIDER = "t\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n"
LOAD = "t\n*@ mismatch r(r2) limit=30%\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1.05k\n"
MANY = "t\n*@ mismatch r(r*) limit=30%\nv1 a0 0 2\n" + "".join(f"rs{k} a{k} a{k + 1} 100\n" for k in range(12))


def worst(deck: str, measure: str, **options: object) -> lt.WorstCase:
    result = lt.read(deck).run("worst-case", measure=measure, **options)
    assert isinstance(result, lt.WorstCase)
    return result


def rejection(r1: float, r2: float, r3: float, r4: float) -> float:
    """CMRR in dB of the difference amplifier."""
    plus = r4 / (r3 + r4) * (1.0 + r2 / r1)
    common, differential = plus - r2 / r1, 0.5 * (plus + r2 / r1)
    return 20.0 * math.log10(abs(differential / common))


def test_the_rejection_of_a_difference_amplifier() -> None:
    """(1 + G)/(4*tolerance), 62 dB for a gain of 4 and 0.1 %; the four may be in balance, too."""
    found = worst(DIFFERENCE, "cmrr")
    nominal = (10e3, 40e3, 10e3, 40e3)
    corners = [[r * s for r, s in zip(nominal, signs, strict=True)] for signs in product((0.999, 1.001), repeat=4)]
    assert found.least.value == pytest.approx(20.0 * math.log10(5.0 / 0.004), abs=0.02)
    assert found.least.value == pytest.approx(
        min(rejection(*r) for r in corners if abs(r[0] * r[3] - r[1] * r[2]) > 1e-3), abs=1e-6
    )
    assert found.nominal == found.largest.value == math.inf
    assert found.guaranteed and "straight line in every resistance" in found.reason
    assert found.least.corner
    assert all(-2.6 < change < -2.4 for change in found.least.changes.values())  # of 4 equal parts 3 are left
    assert "has no end" in found.to_text()


@pytest.mark.parametrize("measure", ["cmrr", "common", "differential"])
def test_the_values_lead_there(measure: str) -> None:
    found = worst(DIFFERENCE, measure, tolerance="0.5%")
    for end in (found.least, found.largest):
        there = lt.read(DIFFERENCE, parameters=end.values).run("worst-case", measure=measure)
        assert there.nominal == pytest.approx(end.value, rel=1e-6, abs=1e-12)


def test_a_sigma_counts_three_times_and_a_limit_as_it_is() -> None:
    for rule, part in (
        ("sigma=1%", 0.03),
        ("limit=1%", 0.01),
        ("sigma=1% limit=2%", 0.02),
        ("sigma=10", 0.03),
    ):
        found = worst(f"{DIVIDER}*@ mismatch r(r*) {rule}\n", "v(b)")
        assert found.least.value == pytest.approx(1.0 - part, rel=1e-9)
        assert found.largest.value == pytest.approx(1.0 + part, rel=1e-9)
        assert found.least.values == pytest.approx({"r1.r": 1e3 * (1.0 + part), "r2.r": 1e3 * (1.0 - part)})
        assert ("counts as 3 sigma" in found.to_text()) is ("limit" not in rule)
        assert not found.guaranteed


def test_mismatch_and_process_of_one_part_add() -> None:
    found = worst(
        f"{DIVIDER}*@ mismatch r(r1) limit=1%\n*@ process r(r1) limit=2%\n.param x=1\n*@ process x limit=1%\n", "v(b)"
    )
    assert found.least.value == pytest.approx(2.0 / 2.03, rel=1e-9)
    assert found.least.values == pytest.approx({"r1.r": 1030.0, "x": 1.0})
    assert list(found.least.changes) == ["r1.r", "r1.r (process)", "x"]


def test_a_tolerance_replaces_what_the_netlist_says() -> None:
    deck = f"{DIVIDER}c1 b 0 1n\nd1 0 a dm\n.model dm d(is=1e-15)\n"
    deck += "*@ mismatch r(r1) sigma=9%\n*@ process is(dm) sigma=5%\n"
    found = worst(deck, "v(b)", tolerance=0.02)
    assert {each.name: each.limit for each in found.tolerances} == pytest.approx(
        dict.fromkeys(("r1.r", "r2.r", "c1.c", "d1.is"), 0.02)
    )
    assert found.least.value == pytest.approx(0.98, rel=1e-9)
    assert found.least.values["c1.c"] == 1e-9  # which does nothing
    assert [each.name for each in worst(deck, "v(b)", tolerance="2%", only="r1").tolerances] == ["r1.r"]


def test_a_largest_value_inside_is_found_and_not_called_proven() -> None:
    """The power in a load is largest where it matches its source."""
    found = worst(LOAD, "r2.power")
    assert found.largest.value == pytest.approx(1e-3, rel=1e-5)
    assert found.largest.values["r2.r"] == pytest.approx(1e3, rel=1e-2)
    assert not found.largest.corner and found.least.corner
    assert "the largest value lies inside" in found.to_text()
    assert found.least.value == pytest.approx(min(4.0 * r / (1e3 + r) ** 2 for r in (735.0, 1365.0)), rel=1e-9)


def test_of_many_causes_another_corner_than_that_of_first_order() -> None:
    """The load is smallest at the least power, though the power falls with the load about the middle and there."""
    deck = f"{MANY}rl a12 0 1.26k\n"
    found = worst(deck, "rl.power")
    assert found.least.value == pytest.approx(4.0 * 882.0 / (1560.0 + 882.0) ** 2, rel=1e-6)
    assert found.least.values["rl.r"] == pytest.approx(882.0)
    assert found.largest.value == pytest.approx(4.0 * 882.0 / (840.0 + 882.0) ** 2, rel=1e-6)


def test_of_many_zeros_the_one_next_to_the_netlist_is_told() -> None:
    """Of a pair with loads a percent apart: one moves down as much as the other moves up."""
    deck = lt.read("bjt_pair", parameters={"rc1.r": 10.1e3})
    apart = deck.run("worst-case", measure="cmrr@1k", only="rc*", tolerance="5%")
    assert isinstance(apart, lt.WorstCase)
    assert math.isinf(apart.largest.value)
    moved = [apart.largest.values["rc1.r"] / 10.1e3 - 1.0, apart.largest.values["rc2.r"] / 10e3 - 1.0]
    assert moved[0] == pytest.approx(-moved[1], rel=0.05)
    assert abs(moved[0]) > 1e-3


def test_of_two_mirrored_ends_the_first_is_told() -> None:
    """Both corners of a symmetric pair are as bad: which one is told hangs on no last bit."""
    found = worst("bjt_pair", "cmrr@1k", only="rc*", tolerance="5%")
    values = found.least.values
    assert values["rc1.r"] < values["rc2.r"]
    other = lt.read("bjt_pair", parameters={"rc1.r": values["rc2.r"], "rc2.r": values["rc1.r"]})
    assert other.cmrr(frequency_hz=1e3).cmrr_db.item() == pytest.approx(found.least.value, abs=1e-6)


def test_a_zero_between_capacitances_and_resistances_is_found() -> None:
    """At 100 kHz the common gain is complex: both of its parts vanish at one place inside."""
    deck = DIFFERENCE.replace("r4 p 0 40k", "r4 p 0 40.02k\nc1 n o 10p\nc2 p 0 10.01p") + "*@ mismatch c(c*) limit=1%\n"
    found = worst(deck, "cmrr@100k")
    assert 50.0 < found.least.value < found.nominal < 80.0
    assert found.largest.value > 180.0
    assert not found.guaranteed and "complex" in found.reason
    at_rest = worst(deck, "cmrr@0")
    assert at_rest.guaranteed and at_rest.least.value > found.least.value


UNPROVEN = {
    "capacitors or inductors": (DIFFERENCE + "c1 p 0 1n\n", "cmrr@1k"),
    "not linear": (DIFFERENCE + "d1 0 o dm\n.model dm d(is=1e-15)\n", "cmrr"),
    "more than one": (DIFFERENCE + "*@ process r(r1,r3) sigma=1%\n", "cmrr"),
    "more than 12": (DIFFERENCE + "".join(f"r1{k} o 0 1k\n" for k in range(9)), "cmrr"),
    "pole": (f"t\n{PORTS}*@ mismatch r(r*) limit=10%\nr1 a p 1k\nr2 p o 1k\ne1 o 0 p b 2.05\n", "differential"),
    "not positive": (DIFFERENCE + "r5 o 0 1k\n*@ mismatch r(r5) sigma=40%\n", "cmrr"),
    "only gains": (DIFFERENCE, "v(o)"),
    "only gains and": (DIFFERENCE, "differential_db@0"),
}


@pytest.mark.parametrize("why", UNPROVEN)
def test_what_is_not_proven_is_not_called_so(why: str) -> None:
    deck, measure = UNPROVEN[why]
    found = worst(deck, measure)
    assert not found.guaranteed
    assert why in found.reason


def test_samples_of_a_transistor_pair_stay_within() -> None:
    """Whole solutions at random points of the box, and the worst of them not far from the end."""
    deck = "t\n*@ input a b\n*@ output o1 o2\nvcc vcc 0 5\nva a 0 0\nvb b 0 0\nrc1 vcc o1 10k\nrc2 vcc o2 10k\n"
    deck += "q1 o1 a e n\nq2 o2 b e n\nre e vee 10k\nvee vee 0 -5\n.model n npn(is=1e-16)\n"
    deck += "*@ mismatch r(r*) limit=2%\n*@ mismatch is(q*) limit=5%\n"
    amp = lt.read(deck)
    sampled = amp.run("monte-carlo", measure="offset,cmrr@1k", samples=2000)
    offset, cmrr = worst(deck, "offset"), worst(deck, "cmrr@1k")
    assert offset.least.value <= sampled["offset"].min() and sampled["offset"].max() <= offset.largest.value
    v_t = 0.025865
    assert offset.largest.value == pytest.approx(v_t * math.log(1.02 / 0.98 * 1.05 / 0.95), rel=2e-2)
    assert cmrr.least.value <= sampled["cmrr@1k"].min() < cmrr.least.value + 6.0
    assert not cmrr.guaranteed


def test_what_cannot_be_asked() -> None:
    with pytest.raises(OptionError, match="one figure"):
        lt.read(DIFFERENCE).run("worst-case", measure="offset,cmrr")
    with pytest.raises(OptionError, match="between 0 and 100 %"):
        worst(DIFFERENCE, "cmrr", tolerance="200%")
    with pytest.raises(OptionError, match="nothing of what is asked for"):
        worst(DIFFERENCE, "cmrr", only="q1")
    with pytest.raises(OptionError, match="no resistor or capacitor"):
        worst("t\nv1 a 0 1\ni1 a 0 1\n", "v(a)", tolerance="1%")


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    path = f"{tmp_path}/difference.cir"
    with open(path, "w") as file:
        file.write(DIFFERENCE)
    assert run(["worst", path, "--measure", "cmrr", "--tolerance", "1%", "--only", "r*", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["guaranteed"] is True
    assert told["least"]["value"] == pytest.approx(20.0 * math.log10(5.0 / 0.04), abs=0.2)
    assert told["largest"]["value"] is None and told["infinite"]
