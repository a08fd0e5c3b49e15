"""Poles that grow: how fast they have to, and how many lanes are looked at."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from longtail.driven.stability import sample

# a conductance below zero beside a capacitance: s = 1u/C
GROWING = "t\nv1 a 0 1\nra a 0 1k\ng1 x 0 x 0 {conductance}\nc1 x 0 {capacitance}\n"


@pytest.mark.parametrize(("capacitance", "grows"), [(1e-12, True), (0.9e-4, True), (1.1e-4, False), (1.0, False)])
def test_slower_than_a_hundredth_of_a_radian_is_standing_still(capacitance: float, grows: bool) -> None:
    for conductance, unstable in ((-1e-6, grows), (1e-6, False)):
        notes = lt.read(GROWING.format(conductance=conductance, capacitance=capacitance)).op().notes
        assert any("unstable" in note for note in notes) == unstable


@pytest.mark.parametrize(("count", "looked_at"), [(1, 1), (31, 31), (32, 32), (33, 32), (10_000, 32)])
def test_of_many_lanes_some_are_looked_at_from_the_first_to_the_last(count: int, looked_at: int) -> None:
    lanes = sample(count)
    assert lanes.size == looked_at and lanes[0] == 0 and lanes[-1] == count - 1
    assert (np.diff(lanes) > 0).all()
    gaps = np.diff(lanes)
    assert np.ptp(gaps) <= 1 if gaps.size else count == 1
