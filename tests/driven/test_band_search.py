"""Where bands are looked for: wide enough, and close about resonances."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.contract.axes import DEFAULT, frequency_axis
from longtail.driven.band_search import allowed_error, is_default, search_axis
from longtail.elaborate import load
from longtail.engine.equations.system import System
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.solving.operating_point import solve_operating_point

AXIS = np.array([1e3, 1e6])
INDUCTANCE, CAPACITANCE = 1e-6, 1e-9
RESONANCE = 1.0 / (2.0 * np.pi * np.sqrt(INDUCTANCE * CAPACITANCE))  # Hz


def tank(quality: float) -> Linearization:
    """A current into a resistance, an inductance and a capacitance side by side."""
    r = quality * float(np.sqrt(INDUCTANCE / CAPACITANCE))
    deck = f"t\ni1 0 a 0\nr1 a 0 {r!r}\nl1 a 0 {INDUCTANCE}\nc1 a 0 {CAPACITANCE}\n"
    return linearize(solve_operating_point(System(load(deck), drives=("i1.dc",)), {"i1.dc": 0.0}))


def near(axis: np.ndarray, frequency: float) -> float:
    return float(np.abs(axis / frequency - 1.0).min())


@pytest.mark.parametrize("quality", [2.2, 50.0, 1e4, 1e6])
def test_a_resonance_is_looked_at_by_half_bandwidths(quality: float) -> None:
    axis = search_axis(tank(quality), AXIS)
    for count in (0.5, 1.0, 2.0, 4.0):
        for side in (count, -count):
            assert near(axis, RESONANCE * (1.0 + side / (2.0 * quality))) < 1e-6
    assert near(axis, RESONANCE) < 1e-6


def test_a_dull_one_is_looked_at_as_all_else() -> None:
    """By tens in a decade: a quality below two leaves no peak to be missed."""
    axis = search_axis(tank(1.9), AXIS)
    np.testing.assert_allclose(np.diff(np.log10(axis)), np.log10(axis[1] / axis[0]), rtol=1e-9)
    assert 9.99 < 1.0 / np.log10(axis[1] / axis[0]) < 10.5


def test_it_begins_below_all_that_happens_and_ends_beyond() -> None:
    """A hundredth of the slowest pole, of the lowest frequency asked for, or of 1 Hz; 1 THz, unless less is asked."""
    resistive = linearize(
        solve_operating_point(System(load("t\ni1 0 a 0\nr1 a 0 1k\n"), drives=("i1.dc",)), {"i1.dc": 0.0})
    )
    slow = linearize(
        solve_operating_point(System(load("t\ni1 0 a 0\nr1 a 0 1meg\nc1 a 0 10u\n"), drives=("i1.dc",)), {"i1.dc": 0.0})
    )
    assert search_axis(resistive, AXIS)[[0, -1]] == pytest.approx([1e-2, 1e12])
    assert search_axis(resistive, np.array([0.0, 1e-2]))[0] == pytest.approx(1e-4)
    assert search_axis(slow, AXIS)[0] == pytest.approx(1.0 / (2.0 * np.pi * 10.0) / 100.0)
    asked = search_axis(slow, AXIS, default=False)
    assert asked[-1] == 1e6 and (asked[:-1] < 1e6).all()
    assert (np.diff(asked) > 0.0).all()


def test_many_lanes_are_read_off_samples() -> None:
    assert [allowed_error(lanes) for lanes in (1, 100, 101)] == [0.0, 0.0, 1e-4]


def test_the_default_axis_is_known_as_such() -> None:
    axis = frequency_axis(DEFAULT)
    assert is_default(axis) and not is_default(axis[1:]) and not is_default(AXIS)
