"""A lane's last bits do not tell how many others there are, nor in what order they stand."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from longtail.driven.inputs import find_drives
from longtail.driven.levels import sweep
from threads.mixed import DECKS

HZ = np.geomspace(1.0, 1e6, 9)


@pytest.mark.parametrize("deck", DECKS)
def test_noise_of_lanes(deck: str) -> None:
    rng = np.random.default_rng(1)
    amplifier, kelvin = lt.read(deck), rng.uniform(0.0, 60.0, 2500)  # of 9 frequencies: 22 500 solves
    order = rng.permutation(len(kelvin))

    def noise(temp: np.ndarray) -> np.ndarray:
        return np.asarray(amplifier.noise(parameters={"temp": temp}, frequency_hz=HZ).density)

    many = noise(kelvin)
    np.testing.assert_array_equal(noise(kelvin[order]), many[order])
    np.testing.assert_array_equal(noise(kelvin[order[:20]]), many[order[:20]])
    np.testing.assert_array_equal(noise(kelvin[order[:1]]), many[order[:1]])


@pytest.mark.parametrize("deck", DECKS)
def test_input_levels(deck: str) -> None:
    swept = sweep(find_drives(lt.read(deck).circuit))
    levels = np.random.default_rng(2).uniform(-5e-3, 5e-3, 700)
    many = swept.at(v_id=levels)
    for some in (slice(0, 1), slice(5, 25)):
        few = swept.at(v_id=levels[some])
        np.testing.assert_array_equal(few.outputs, many.outputs[some])
        np.testing.assert_array_equal(few.mode_gains(HZ)[0], many.mode_gains(HZ)[0][some])
