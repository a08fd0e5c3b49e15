"""Targets that no input offset reaches: how far the output goes is told, and is what the law says."""

from __future__ import annotations

import re

import pytest

import longtail as lt

DECK = """a stage with a law
vp inp 0 0
vn inn 0 0
bo out 0 v={law}
rl out 0 1k
vdd vdd 0 {high}
vss vss 0 {low}
rd vdd vss 1k
*@ input inp inn
*@ output out
*@ supply vdd vss
"""
V_ID = "(v(inp)-v(inn))"
SAID = re.compile(
    r"v\(out\) goes from (\S+) V to (\S+) V, for differences of the inputs up to (\S+) V, and is at (\S+) V"
)


def told(law: str, target: float, low: float = -5.0, high: float = 5.0) -> list[float]:
    with pytest.raises(lt.AnalysisError, match="cannot be nulled to") as caught:
        lt.read(DECK.format(law=law, low=low, high=high)).gains([1.0], null=True, target=target)
    found = SAID.search(str(caught.value))
    assert found, caught.value
    assert "give a --target within that" in str(caught.value.hint)
    return [float(group) for group in found.groups()]


@pytest.mark.parametrize("target", [4.0, -4.0])
@pytest.mark.parametrize(
    ("low", "high", "reach"), [(-5.0, 5.0, 10.0), (0.0, 7.0, 7.0), (-3.0, 0.0, 3.0), (0.0, 0.5, 1.0)]
)
def test_the_ends_are_those_of_the_law(target: float, low: float, high: float, reach: float) -> None:
    """Looked for as far as the supplies span, and at least a volt to either side."""
    assert told(f"1+2*tanh(100*{V_ID})", target, low, high) == pytest.approx([-1.0, 3.0, reach, 1.0])


@pytest.mark.parametrize("sharp", [10.0, 100.0])
def test_an_end_that_lies_near_is_not_overlooked(sharp: float) -> None:
    """3*u*exp(1 - abs(u)) has its ends at u = -1 and 1, and goes back to zero: u = `sharp` times the difference."""
    u = f"({sharp}*{V_ID})"
    low, high, reach, rest = told(f"3*{u}*exp(1-abs({u}))", 4.0)
    assert (reach, rest) == (10.0, 0.0)
    assert -3.0 <= low < -2.9 and 2.9 < high <= 3.0


def test_an_output_that_does_not_follow_is_no_matter_of_reach() -> None:
    with pytest.raises(lt.AnalysisError, match="does not follow the inputs at dc"):
        lt.read(DECK.format(law="1", low=-5, high=5)).gains([1.0], null=True)
