"""Where loops are cut: at elements without a change of the deck, and which ends of two wires lie on one side."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.poles.loops import check_same
from longtail.analyses.poles.poles import PolesAndZeros
from longtail.engine.equations.system import System
from longtail.engine.solving.operating_point import solve_operating_point

OPAMP = (Path(__file__).parent / "fully_differential.cir").read_text()
LOPSIDED = OPAMP.replace("\n* common", "\nrx o1 0 100k\n* common")  # without a mirror image of the whole
TURNED = ("vp2 p2 o2 0", "vp2 o2 p2 0")
NO_MIRROR = "no mirror image of the whole circuit shows that vp1 and vp2 stand at the same place"
EXCHANGED = "vp2 points round the loop the other way than vp1: its ends are exchanged"


def poles(deck: str, loop: str, **parameters: float) -> PolesAndZeros:
    return lt.read(deck, parameters=parameters).poles(loop=loop)


def same_loops(one: PolesAndZeros, other: PolesAndZeros) -> None:
    for mode in ("differential", "common"):
        ours, theirs = one.loops[mode], other.loops[mode]
        np.testing.assert_allclose(ours.gain_at_dc, theirs.gain_at_dc, rtol=1e-6)
        np.testing.assert_allclose(ours.crossover_hz, theirs.crossover_hz, rtol=1e-6)
        np.testing.assert_allclose(ours.phase_margin_deg, theirs.phase_margin_deg, rtol=1e-6)
        np.testing.assert_allclose(ours.gain_margin_db, theirs.gain_margin_db, rtol=1e-6)


@pytest.mark.parametrize(
    ("deck", "parameters", "notes"),
    [(OPAMP, {}, []), (OPAMP, {"dw": 0.1, "more": 0.5}, []), (LOPSIDED, {"dw": 0.1}, [NO_MIRROR])],
)
def test_it_does_not_matter_which_way_sources_point(deck: str, parameters: dict[str, float], notes: list[str]) -> None:
    straight = poles(deck, "vp1,vp2", **parameters)
    assert straight.loops["common"].gain_at_dc > 1e3
    for loop, other in (("vp1,vp2", deck.replace(*TURNED)), ("vp2,vp1", deck), ("vp2,vp1", deck.replace(*TURNED))):
        r = poles(other, loop, **parameters)
        same_loops(straight, r)
        assert any("its ends are exchanged" in note for note in r.notes) == (other != deck)
    both = deck.replace(*TURNED).replace("vp1 p1 o1 0", "vp1 o1 p1 0")
    r = poles(both, "vp1,vp2", **parameters)
    same_loops(straight, r)
    said = [note for note in r.notes if "vp1" in note]
    assert len(said) == len(notes) and all(start in note for start, note in zip(notes, said, strict=True))


def test_a_source_that_was_turned_is_said() -> None:
    assert EXCHANGED in poles(OPAMP.replace(*TURNED), "vp1,vp2").notes


def test_passive_wires_have_the_order_of_their_nodes() -> None:
    """A ladder passes signals alike in both directions: no side is told apart, and the order of nodes counts."""
    ladder = """a ladder and a stage beside it
v1 in1 0 0
v2 in2 0 0
vp1 a1 b1 0
vp2 a2 b2 0
r1 in1 a1 1k
r2 in2 a2 2k
r3 b1 m 1k
r4 b2 m 3k
r5 a1 n 3k
r6 a2 n 5k
r7 m n 2k
r8 n 0 1k
r9 a1 0 7k
*@ input v1 v2
*@ output b1 b2
"""
    r = poles(ladder, "vp1,vp2")
    assert any("alike in both directions: the order of their nodes" in note for note in r.notes)
    turned = poles(ladder.replace("vp2 a2 b2", "vp2 b2 a2"), "vp1,vp2")
    assert turned.loops["differential"].gain_at_dc != pytest.approx(r.loops["differential"].gain_at_dc, rel=1e-3)


@pytest.mark.parametrize(
    ("loop", "cards"),
    [
        ("rf1,rf2", {"rf1 o1 inp": "vx1 o1 k1 0\nrf1 k1 inp", "rf2 o2 inn": "vx2 o2 k2 0\nrf2 k2 inn"}),
        ("ra1,ra2", {"ra1 o1 oc": "vx1 o1 k1 0\nra1 k1 oc", "ra2 o2 oc": "vx2 o2 k2 0\nra2 k2 oc"}),
        ("cz2,cz1", {"cz1 z1 p1": "vx1 z1 k1 0\ncz1 k1 p1", "cz2 z2 p2": "vx2 z2 k2 0\ncz2 k2 p2"}),
    ],
)
def test_an_element_stands_for_a_source_at_its_first_terminal(loop: str, cards: dict[str, str]) -> None:
    deck = OPAMP
    for card, new in cards.items():
        assert card in deck
        deck = deck.replace(card, new)
    ours, theirs = poles(OPAMP, loop), poles(deck, "vx1,vx2")
    for mode in ("differential", "common"):
        np.testing.assert_allclose(ours.loops[mode].gain_at_dc, theirs.loops[mode].gain_at_dc, rtol=1e-6, atol=1e-12)
        f = ours.loops[mode].frequency_hz
        np.testing.assert_allclose(f, theirs.loops[mode].frequency_hz, rtol=1e-9)
        np.testing.assert_allclose(ours.loops[mode].gain, theirs.loops[mode].gain, rtol=1e-6, atol=1e-12)
    without = lt.read(OPAMP).poles()  # poles and where they live are those of the deck as it is
    np.testing.assert_array_equal(ours.poles, without.poles)
    assert ours.pole_nodes == without.pole_nodes
    first, second = loop.split(",")
    at = {name: re.search(rf"^{name} (\w+)", OPAMP, re.MULTILINE) for name in (first, second)}
    assert ours.loops["common"].wires == tuple(f"{m[1]} and {name}" for name, m in at.items() if m)


def test_an_output_of_a_controlled_source_is_a_place_though_it_stands_at_ground() -> None:
    deck = "a loop\nv1 a 0 0\nv2 b 0 0\ne1 {} a m 1k\nr1 x o 1k\nc1 o 0 1u\nr2 o m 1\nr3 m 0 1g\n"
    deck += "*@ input a b\n*@ output o\n"
    for ends, at in (("x 0", "x and e1"), ("0 x", "x and e1")):
        gain = 1e3 if ends == "x 0" else -1e3
        loop = poles(deck.format(ends), "e1").loop
        assert loop is not None and loop.wires == (at,)
        assert loop.gain_at_dc == pytest.approx(gain, rel=1e-5)


@pytest.mark.parametrize(
    ("loop", "message"),
    [
        ("vp1,vp1", "vp1 is named twice\n  hint: name an element in each of the two wires"),
        ("vp1,vp2,rf1", "a loop has one wire, or two where it is fully differential, not 3: vp1, vp2, rf1"),
        ("vp1,rf1", "rf1 is not the mirror image of vp1, vp2 is\n  hint: name vp1 and vp2"),
        ("vp1,m5", "a loop is cut at an element with two terminals, not at the leads of m5"),
        ("iref", "a loop is cut at an element with two terminals, not at the ends of iref"),
        ("vp1,v2", "v2 stands at ground and is in no loop"),
        ("vp1,cl2", "cl2 stands at ground and is in no loop"),
        ("vp1,vp3", "there is no element 'vp3' to cut a loop at\n  hint: did you mean 'vp"),
        ("o1", "a loop is cut at an element, and 'o1' is a node\n  hint: name an element at it: rf1, ra1, ca1"),
    ],
)
def test_what_is_no_place_in_a_loop_is_refused(loop: str, message: str) -> None:
    with pytest.raises(lt.OptionError) as refused:
        poles(OPAMP, loop)
    assert message in str(refused.value)


def test_a_wire_on_the_line_of_symmetry_has_no_other() -> None:
    deck = OPAMP.replace("m20 cmc oc", "vcm oc oc2 0\nm20 cmc oc2")
    assert poles(deck, "vcm").loop is not None
    with pytest.raises(
        lt.OptionError, match="vp1 is not the mirror image of vcm, it lies on the line of symmetry"
    ) as one:
        poles(deck, "vcm,vp1")
    assert "ask for the loop at vcm alone" in str(one.value)


def test_what_stands_before_the_inputs_is_said() -> None:
    amplifier = lt.read(OPAMP, input=("inp", "inn"))
    with pytest.raises(lt.OptionError, match="rs1 stands before the inputs inp, inn, which are driven in its place"):
        amplifier.poles(loop="rs1,rs2")


def test_inputs_that_are_held_end_the_loop() -> None:
    """Of the feedback alone: the loop of the common mode goes round at the outputs."""
    r = lt.read(OPAMP, input=("inp", "inn")).poles(loop="rf1,rf2")
    assert any("nothing that leaves rf1, rf2 comes back" in note for note in r.notes)


def test_a_loop_that_holds_an_unstable_rest_says_so() -> None:
    """The outer common loop is positive feedback of 15.7, which the loop at the mean of the outputs outweighs."""
    r = poles(OPAMP, "ra1,ra2")
    assert r.loops["common"].gain_at_dc == pytest.approx(-910, rel=0.01)
    assert any("T is -910 V/V at 0 Hz in the common loop, positive feedback about a stable point" in n for n in r.notes)
    wrong = OPAMP.replace("rf1 o1 inp", "rf1 o2 inp").replace("rf2 o2 inn", "rf2 o1 inn")
    r = poles(wrong, "vp1,vp2")
    loop = r.loops["differential"]
    assert loop.phase_margin_deg is not None and loop.phase_margin_deg < -90.0
    assert any("unstable" in note for note in r.notes) and not any("stable point" in note for note in r.notes)


def test_another_operating_point_with_the_probe_is_an_error() -> None:
    deck = "two\n.param v=1\nv1 a 0 {v}\nr1 a b 1k\nr2 b 0 1k\n"
    one, other = (solve_operating_point(System(lt.read(deck, parameters={"v": v}).circuit)) for v in (1.0, 1.1))
    check_same(one, one, "r1")
    with pytest.raises(
        lt.AnalysisError, match=r"with a source of 0 V at r1 another operating point is found: v\(a\) is"
    ):
        check_same(one, other, "r1")
