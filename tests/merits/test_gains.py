"""Gains as one number: magnitude, sign and decibels, and zero where they are only rounding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail.merits.gains import decibels, signed

parts = st.floats(-1e6, 1e6, allow_nan=False)


@given(parts, parts, st.floats(0.0, 1e3))
def test_the_magnitude_has_the_sign_of_the_real_part(real: float, imaginary: float, floor: float) -> None:
    gain = np.array([complex(real, imaginary)])
    value = signed(gain, np.array([floor])).item()
    size = abs(gain).item()
    if size <= floor:
        assert value == 0.0
    else:
        assert abs(value) == size
        assert (value < 0.0) == (real < 0.0)


@pytest.mark.parametrize("imaginary", [1.0, -1.0])
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_a_gain_of_a_right_angle_is_counted_as_above_zero(imaginary: float, zero: float) -> None:
    assert signed(np.array([complex(zero, imaginary)]), np.zeros(1)).tolist() == [1.0]


def test_decibels_of_rounding_are_those_of_nothing() -> None:
    gain = np.array([10.0, -100.0, 1e-3j, 1e-3j])
    assert decibels(gain, np.array([0.0, 0.0, 0.0, 1e-3])).tolist() == pytest.approx([20.0, 40.0, -60.0, -np.inf])
