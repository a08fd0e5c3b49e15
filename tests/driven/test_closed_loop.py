"""Amplifiers with one signal input, whose other is fed back: what is said of them in place of two modes."""

from __future__ import annotations

import re

import pytest

import longtail as lt
from longtail.driven.closed_loop import closed_loop

# a pair, an ideal stage behind it, and a tenth of the output back: K times the pair's gain around the loop
CLOSED = """fed back
vcc vcc 0 9
vee vee 0 -9
{source}
q1 o1 inp e m
q2 o2 fb e m
r1 vcc o1 5k
r2 vcc o2 5k
re e vee 9k
e1 out 0 o2 o1 {k}
ra out fb 900
rb fb 0 100
.model m npn(is=1e-15 bf=1e6)
*@ output out
{more}
"""


def said(source: str = "v1 inp 0 0 ac 1", k: str = "100", more: str = "") -> str:
    return closed_loop(lt.read(CLOSED.format(source=source, k=k, more=more)).circuit)


@pytest.mark.parametrize("k", [1.0, 10.0, 1000.0])
def test_the_closed_gain_is_what_the_loop_gain_makes_of_ten(k: float) -> None:
    """10*T/(1 + T); T is a tenth of k*g_m*R_C, and g_m is I/V_T."""
    pair = lt.read(CLOSED.format(source="v1 inp 0 0 ac 1", k=f"{k}", more="")).op().devices["q1"]
    text = said(k=f"{k}")
    found = re.search(r"the gain from v1 to out is (\S+) V/V with the loop closed, the loop gain (\S+) \(1 Hz\)", text)
    assert found, text
    gain, loop = map(float, found.groups())
    assert loop == pytest.approx(0.1 * k * pair["g_m"] * 5e3, rel=1e-3)
    assert gain == pytest.approx(10.0 * loop / (1.0 + loop), rel=1e-3)
    assert text.endswith("name both nodes: *@ input inp fb")


def test_it_is_the_hint_where_two_inputs_are_asked_for() -> None:
    with pytest.raises(lt.OptionError, match="the inputs are not known") as caught:
        lt.read(CLOSED.format(source="v1 inp 0 0 ac 1", k="100", more="")).gains()
    assert "with the loop closed" in (caught.value.hint or "")


def test_what_has_no_operating_point_says_so() -> None:
    assert said(more="b1 vcc x i=exp(v(x))+1\nrx x 0 1e12").startswith(
        "its gain could not be found: no operating point"
    )


def test_nothing_is_said_of_two_inputs_and_of_currents() -> None:
    """Which have other things to say, or a gain of another unit."""
    assert closed_loop(lt.read("bjt_pair").circuit) == ""
    assert said(source="i1 0 inp 0 ac 1\nri inp 0 1k") == ""
