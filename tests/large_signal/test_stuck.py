"""Outputs at a rail, told by how near they are, how little they move, and how much they would with an offset."""

from __future__ import annotations

import pytest

import longtail as lt

BLOCK = """a stage with a law
vp inp 0 {level}
vn inn 0 {other}
bo x 0 v={law}
ro x out 50
rl out 0 10meg
vdd vdd 0 {high}
vss vss 0 {low}
rd vdd vss 1k
*@ input inp inn
*@ output out
*@ supply vdd vss
"""
V_ID = "(v(inp)-v(inn))"


def notes(law: str, offset: float = 0.1, low: float = -15.0, high: float = 15.0, null: bool = False) -> list[str]:
    amp = lt.read(BLOCK.format(law=law, level=offset, other=0.0, low=low, high=high))
    return [note for note in amp.gains([1.0], null=null).notes if "stuck" in note]


@pytest.mark.parametrize(("clip", "stuck"), [(11.9, False), (12.1, True), (14.9, True)])
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_near_a_rail_is_within_a_tenth_of_the_span(clip: float, stuck: bool, side: float) -> None:
    """Of 30 V: beyond 12 V on either side."""
    law = f"{clip}*tanh(1e5*{V_ID}/{clip})"
    said = notes(law, offset=side * 0.1)
    assert len(said) == stuck
    if stuck:
        assert f"the output out is stuck at {side * clip:.3g} V, near a supply rail of -15 V to 15 V" in said[0]
        assert "--null" in said[0]
    assert notes(law, offset=side * 0.1, null=True) == []


@pytest.mark.parametrize(
    ("gain", "left", "stuck"),
    [(2000.0, 9.9, True), (2000.0, 10.1, False), (500.0, 4.9, True), (500.0, 5.1, False)],
)
def test_it_hardly_moves_though_it_would(gain: float, left: float, stuck: bool) -> None:
    """By less than 10 V/V, and by less than a hundredth of the gain that it has at null."""
    law = f"13.0*tanh({gain - left}*{V_ID}/13.0)+{left}*{V_ID}"
    assert len(notes(law, offset=0.15)) == stuck


@pytest.mark.parametrize(("low", "high"), [(0.0, 9.0), (-9.0, 0.0), (-3.0, 9.0)])
def test_the_gain_to_compare_with_is_that_in_the_middle_of_the_supplies(low: float, high: float) -> None:
    """A stage that goes to a tenth of a volt from both of its rails, and never to ground."""
    middle, reach = (low + high) / 2.0, (high - low) / 2.0 - 0.1
    said = notes(f"{middle}+{reach}*tanh(1e4*{V_ID}/{reach})", low=low, high=high)
    assert len(said) == 1 and f"stuck at {middle + reach:.3g} V" in said[0]
