"""What statistical functions draw is what spreads, for every analysis of mismatch."""

from __future__ import annotations

import pytest

import longtail as lt

DECK = """a difference amplifier of parts within 0.1 %
*@ input a b
*@ output out
va a 0 0
vb b 0 0
r1 a n {r1}
r2 n out {r2}
r3 b p {r1}
r4 p 0 {r2}
e1 out 0 p n 1meg
"""
DRAWN = DECK.format(r1="{agauss(10k,10,3)}", r2="{agauss(40k,40,3)}")
RULED = DECK.format(r1="10k", r2="40k").replace("va a", "*@ mismatch r(r*) sigma=0.0333333333333%\nva a", 1)


def test_the_worst_case_of_draws_is_three_sigma() -> None:
    """20*log10((1 + 4)/(4*0.1 %)) = 61.9 dB."""
    drawn, ruled = (lt.read(deck).worst_case(measure="cmrr@50") for deck in (DRAWN, RULED))
    assert drawn.least.value == pytest.approx(61.94, abs=0.01)
    assert drawn.least.value == pytest.approx(ruled.least.value, rel=1e-6)
    assert {name: round(value) for name, value in drawn.least.values.items()} in (
        {"r1.r": 9990, "r2.r": 40040, "r3.r": 10010, "r4.r": 39960},
        {"r1.r": 10010, "r2.r": 39960, "r3.r": 9990, "r4.r": 40040},
    )
    assert not drawn.guaranteed
    assert ruled.guaranteed


def test_one_tolerance_takes_the_place_of_draws() -> None:
    found = lt.read(DRAWN).worst_case(measure="cmrr@50", tolerance="1%")
    assert {each.name for each in found.tolerances} == {"r1.r", "r2.r", "r3.r", "r4.r"}
    assert found.guaranteed


def test_draws_are_held_to_what_is_physical() -> None:
    assert lt.read(DRAWN).check_statistics().findings == ()
    wild = lt.read(DECK.format(r1="{agauss(10k,9k,1)}", r2="{agauss(40k,40,3)}")).check_statistics()
    assert [each.kind for each in wild.findings][:1] == ["changes sign"]
