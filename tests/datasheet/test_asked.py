"""The frequencies of a datasheet."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from longtail.datasheet.asked import beyond, others, read_noise_band, read_spots
from longtail.merits.frequencies import Asked

AXIS = np.array([1.0, 10.0, 100.0])


@pytest.mark.parametrize(
    ("at", "headline", "wanted"),
    [
        ((), 1.0, (100.0,)),
        ((), 100.0, ()),
        ((50.0, 100.0, 50.0), 1.0, (100.0, 50.0)),
        ((1.0, 7.0), 1.0, (100.0, 7.0)),
    ],
)
def test_each_frequency_beside_the_headline_once(
    at: tuple[float, ...], headline: float, wanted: tuple[float, ...]
) -> None:
    assert others(Asked(AXIS, at), headline) == wanted


def test_spots_are_each_given_once_and_above_zero() -> None:
    assert read_spots("50,1k,50") == (50.0, 1000.0)
    for wrong in ("0", "50,0", [0.0, 50.0]):
        with pytest.raises(lt.OptionError, match="above 0 Hz"):
            read_spots(wrong)


def test_a_band_of_noise_begins_above_zero() -> None:
    assert read_noise_band("1:100k") == (1.0, 1e5)
    for wrong in ("0:1k", (0.0, 1e3)):
        with pytest.raises(lt.OptionError, match="flicker noise is infinite at 0 Hz") as caught:
            read_noise_band(wrong)
        assert caught.value.hint == "start above 0 Hz"


def test_a_corner_that_is_not_there_is_beyond_what_was_asked_for() -> None:
    assert beyond(Asked(AXIS), AXIS) == "beyond the frequency range"
    own = Asked(lt.read("bjt_pair").gains().frequency_hz)
    assert own.default and beyond(own, AXIS) == "none up to 100 Hz"
