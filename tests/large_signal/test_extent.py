"""How far an amplifier reaches, on amplifiers whose limits are closed forms."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt

DECK = """an amplifier with a law
vcc vcc 0 {high}
vee vee 0 {low}
v1 inp 0 {vcm}
v2 inn 0 {vcm}
b1 o 0 v={law}
rl o 0 1k
*@ input inp inn
*@ output o
*@ supply vcc vee
"""
V_ID = "(v(inp)-v(inn))"
V_IC = "((v(inp)+v(inn))/2)"


def measured(law: str, *names: str, vcm: float = 0.0, low: float = -10.0, high: float = 10.0) -> list[float]:
    amp = lt.read(DECK.format(law=law, vcm=vcm, low=low, high=high))
    found = amp.sweep(vary={"rl.r": "1k"}, measure=",".join(names))
    return [found[name].item() for name in names]


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize("bend", [10.0, -10.0, 1e3, 1e5])
def test_the_linear_range_ends_on_the_side_that_bends_first(side: float, bend: float) -> None:
    """10*x + bend*x^2 on one side of zero is a percent from its tangent at abs(x) = 0.1/abs(bend), however near."""
    bent = f"{bend}*{V_ID}*{V_ID}*u({side}*{V_ID})"
    (found,) = measured(f"10*{V_ID}+{bent}", "linear_range")
    assert found == pytest.approx(0.1 / abs(bend), rel=2e-3)


def test_where_both_sides_bend_the_nearer_end_counts() -> None:
    bends = f"5*{V_ID}*{V_ID}*u({V_ID})+20*{V_ID}*{V_ID}*u(-{V_ID})"
    (found,) = measured(f"10*{V_ID}+{bends}", "linear_range")
    assert found == pytest.approx(0.1 / 20.0, rel=0.02)


def test_a_straight_line_has_no_end() -> None:
    (found,) = measured(f"10*{V_ID}", "linear_range")
    assert np.isnan(found)


@pytest.mark.parametrize("clip", [1.0, 4.0])
def test_the_swing_ends_where_three_decibels_of_gain_are_lost(clip: float) -> None:
    """Of clip*tanh(10*x/clip) the gain is 10*(1 - (v/clip)^2): 3 dB less at v = clip*sqrt(1 - 10^-0.15)."""
    edge = clip * np.sqrt(1.0 - 10.0**-0.15)
    low, high = measured(f"{clip}*tanh(10*{V_ID}/{clip})", "output_low", "output_high")
    assert [low, high] == pytest.approx([-edge, edge], rel=1e-3)


@pytest.mark.parametrize(("low", "high"), [(-10.0, 10.0), (0.0, 5.0), (-5.0, 0.0)])
def test_where_no_transistor_gives_out_levels_are_searched_a_fifth_beyond_the_supplies(low: float, high: float) -> None:
    beyond = 0.2 * (high - low)
    middle = (low + high) / 2.0
    found = measured(f"{middle}+10*{V_ID}", "common_mode_low", "common_mode_high", vcm=middle, low=low, high=high)
    assert found == pytest.approx([low - beyond, high + beyond])


def test_ranges_need_supplies_and_an_output_that_can_be_held() -> None:
    law = f"10*{V_ID}"
    deck = DECK.format(law=law, vcm=0.0, low=-10.0, high=10.0)
    bare = lt.read(deck.replace("*@ supply vcc vee\n", "").replace("vcc vcc 0 10.0\nvee vee 0 -10.0\n", ""))
    with pytest.raises(lt.OptionError, match="no supplies say how far to look for ranges"):
        bare.sweep(vary={"rl.r": "1k"}, measure="linear_range")
    with pytest.raises(lt.OptionError, match="supply"):
        bare.sweep(vary={"rl.r": "1k"}, measure="supply_power")
    deaf = lt.read(deck.replace(law, "1"))
    with pytest.raises(lt.OptionError, match="no ranges of an output that cannot be held: no input offset"):
        deaf.sweep(vary={"rl.r": "1k"}, measure="linear_range")
