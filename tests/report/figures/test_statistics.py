"""Figures of worst cases and yields: bars of what the result says, strongest first, and nothing infinite drawn."""

from __future__ import annotations

import pytest
from matplotlib.patches import Rectangle

import longtail as lt
from report.figures.test_figures import words

DIFFERENCE = """a difference amplifier of gain 4
*@ input a b
*@ output o
*@ mismatch r(r*) limit=0.1%
va a 0 0
vb b 0 0
r1 b n 10k
r2 n o 40k
r3 a p 10k
r4 p 0 40k
e1 o 0 p n 1e6
"""


def _bars(axes: object) -> list[float]:
    return [each.get_width() for each in axes.patches if isinstance(each, Rectangle)]  # type: ignore[attr-defined]


def test_a_worst_case_has_a_bar_for_every_part_at_both_ends() -> None:
    found = lt.read("ota_5t").worst_case(measure="offset")
    (axes,) = found.plot().get_axes()
    names = [label.get_text() for label in axes.get_yticklabels()]
    bars = _bars(axes)
    assert bars == pytest.approx([end.changes[name] for end in (found.least, found.largest) for name in names])
    assert set(names[:2]) == {"m1.vto", "m2.vto"}
    assert abs(bars[0]) == max(map(abs, bars))
    assert "Worst case of V_OS" in words(found.plot()).replace("$", "").replace("_{\\mathrm{OS}}", "_OS")


def test_an_end_that_is_infinite_has_no_bars() -> None:
    found = lt.read(DIFFERENCE).worst_case(measure="cmrr")
    figure = found.plot()
    bars = _bars(figure.get_axes()[0])
    assert sorted(bars)[-4:] == [0.0] * 4
    assert max(bars[:4]) < -2.0
    assert "at the largest, ∞" in words(figure)


def test_a_yield_has_the_worst_case_of_every_limit() -> None:
    found = lt.read("ota_5t").yields(limit=["|offset|<=15mV", "cmrr@50>=70dB"], null=True)
    panels = found.plot().get_axes()
    assert len(panels) == 2
    for axes, each in zip(panels, found.limits, strict=True):
        assert _bars(axes) == pytest.approx([*each.worst_case.values()])
        assert axes.get_title(loc="left").startswith(each.limit)
        assert f"{each.distance:.3g} sigma away" in axes.get_title(loc="left")
