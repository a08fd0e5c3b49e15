"""Poles that grow: how fast they have to, and how many lanes are looked at."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from longtail.driven.stability import home, sample
from longtail.engine.equations.system import System
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.eigenmodes import Eigenmodes
from longtail.engine.solving.operating_point import solve_operating_point

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


@pytest.mark.parametrize(
    ("shares", "lives_at"),
    [
        ({"b": 1.0}, "b"),
        ({"b": 0.5, "a": 0.3, "c": 0.2}, "b"),  # half of it is enough
        ({"b": 0.5, "a": 0.41, "c": 0.09}, "a, b"),  # unless another has nearly as much
        ({"c": 0.49, "a": 0.31, "b": 0.2}, "a, c"),
        ({"c": 0.49, "a": 0.19, "b": 0.19, "d": 0.13}, "c"),  # two share it where the second has a fifth
        ({"c": 0.4, "b": 0.3, "a": 0.3}, "a, c"),  # of equal ones the first by name
        ({"d": 0.25, "c": 0.25, "b": 0.25, "a": 0.25}, "a, b"),
    ],
)
def test_a_pole_lives_where_most_of_it_is(shares: dict[str, float], lives_at: str) -> None:
    circuit = lt.read("t\nv1 a 0 1\nr1 a b 1\nr2 b c 1\nr3 c d 1\nr4 d 0 1\n").circuit
    model = linearize(solve_operating_point(System(circuit)))
    names = [unknown.name for unknown in model.operating_point.system.unknowns]
    vector = np.array([[complex(shares.get(name, 0.0))] for name in names])
    modes = Eigenmodes(np.array([-1.0 + 0j]), vector, vector, vector)
    assert home(modes, model, 0) == lives_at
