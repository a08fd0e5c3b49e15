"""Limits as people write them."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.errors import OptionError
from longtail.statistics.bounds import Bound, read_bound, read_bounds


@pytest.mark.parametrize(
    ("text", "measure", "absolute", "least", "value"),
    [
        ("cmrr@50>=80dB", "cmrr@50", False, True, 80.0),
        ("CMRR@50 > 80", "cmrr@50", False, True, 80.0),
        ("|offset|<=5mV", "offset", True, False, 5e-3),
        ("abs(offset) < 5m", "offset", True, False, 5e-3),
        ("bandwidth_hz>=1MHz", "bandwidth_hz", False, True, 1e6),
        ("bandwidth_hz>=1meg", "bandwidth_hz", False, True, 1e6),
        ("bandwidth_hz>=1M", "bandwidth_hz", False, True, 1e-3),  # SPICE's milli where no unit says otherwise
        ("v(out)<=-2.5", "v(out)", False, False, -2.5),
        ("psrr(vcc)@1k>=6e1 dB", "psrr(vcc)@1k", False, True, 60.0),
    ],
)
def test_a_limit_is_read(text: str, measure: str, absolute: bool, least: bool, value: float) -> None:
    assert read_bound(text) == Bound(measure, absolute, least, pytest.approx(value), text)


@pytest.mark.parametrize("text", ["", "offset", "offset=5", "offset<=", ">=5", "|offset<=5m|", "offset<=lots", "a<b<c"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="expected a figure"):
        read_bound(text)


def test_what_is_not_known_keeps_no_limit() -> None:
    figures = np.array([1.0, -3.0, np.nan, np.inf])
    assert read_bound("x>=1").holds(figures).tolist() == [True, False, False, True]
    assert read_bound("x<=1").holds(figures).tolist() == [True, True, False, False]
    assert read_bound("|x|<=1").holds(figures).tolist() == [True, False, False, False]


def test_several_may_stand_in_one_text() -> None:
    assert [each.measure for each in read_bounds("a>=1, b<=2")] == ["a", "b"]
    assert [each.measure for each in read_bounds(["a>=1", "b<=2"])] == ["a", "b"]
