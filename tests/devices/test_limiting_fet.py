"""Step limiting of field-effect transistors: the zones, that small steps pass, and that it ends where asked."""

from __future__ import annotations

import itertools

import pytest

from devices.harness import interpret
from longtail.devices.parts.limiting import fetlim, limvds
from longtail.lanes.graph import Graph

THRESHOLD = 0.5
GRID = [-12.0, -3.0, -0.6, 0.0, 0.4, 0.5, 0.6, 1.3, 2.5, 3.9, 4.0, 4.1, 6.0, 20.0]


@pytest.mark.parametrize(
    ("new", "old", "limited"),
    [
        # off: rising at most by |old - vto| + 1, and never beyond vto + 0.5
        (0.3, -6.0, 0.3),
        (-0.5, -20.0, -0.5),
        (9.0, -6.0, 1.0),
        (0.9, -0.2, 0.9),
        # off: falling at most by 2*|old - vto| + 2
        (-50.0, -0.5, -4.5),
        # just on: between vto - 0.5 and vto + 4
        (-9.0, 1.0, 0.0),
        (99.0, 1.0, 4.5),
        # well on: falling to vto + 2 at most
        (4.2, 30.0, 4.2),
        (1.0, 6.0, 2.5),
        # well on: rising by 2*|old - vto| + 2
        (99.0, 6.0, 19.0),
    ],
)
def test_zones_of_the_gate(new: float, old: float, limited: float) -> None:
    assert fetlim(new, old, THRESHOLD) == pytest.approx(limited)


@pytest.mark.parametrize(
    ("new", "old", "limited"),
    [(3.0, 1.0, 3.0), (9.0, 1.0, 4.0), (-9.0, 1.0, -0.5), (9.0, 4.0, 9.0), (99.0, 4.0, 14.0), (-9.0, 4.0, 2.0)],
)
def test_zones_of_the_drain(new: float, old: float, limited: float) -> None:
    assert limvds(new, old) == pytest.approx(limited)


@pytest.mark.parametrize("old", GRID)
def test_small_steps_pass(old: float) -> None:
    for step in (-0.2, 0.0, 0.2):
        new = old + step
        assert fetlim(new, old, THRESHOLD) == new
        if new >= -0.5:  # the drain goes further down by exchanging the roles of drain and source
            assert limvds(new, old) == new


@pytest.mark.parametrize("target", GRID)
def test_they_end_at_what_is_asked_for(target: float) -> None:
    for start in GRID:
        gate, drain = start, abs(start)
        for _ in range(12):
            gate, drain = fetlim(target, gate, THRESHOLD), limvds(abs(target), drain)
        assert gate == pytest.approx(target)
        assert drain == pytest.approx(abs(target))


def test_a_step_is_never_lengthened_nor_turned() -> None:
    for new, old in itertools.product(GRID, GRID):
        limited = fetlim(new, old, THRESHOLD)
        assert min(new, old) <= limited <= max(new, old)


def test_a_graph_gives_the_same() -> None:
    graph = Graph()
    new, old = graph.input("new"), graph.input("old")
    outputs = [fetlim(new, old, THRESHOLD), limvds(new, old)]
    for a, b in itertools.product(GRID, GRID):
        assert interpret(graph, outputs, {"new": a, "old": b}) == [fetlim(a, b, THRESHOLD), limvds(a, b)]
