"""Random circuits that are mirrored on purpose, broken on purpose, renamed, and cut in half."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longtail.analyses import gains, half, op
from longtail.analyses.gains import ModeGains
from longtail.analyses.half import HalfCircuits
from longtail.analyses.op import OpResult
from longtail.circuit import Circuit
from longtail.elaborate import load
from longtail.symmetry import Mirror, find_mirror
from symmetry.mirrored import Mirrored, image, mirrored

PORTS = ("v1", "v2"), ("s2", "t2")
quick = settings(max_examples=40, deadline=None)
slow = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def found(text: str) -> Mirror:
    mirror = find_mirror(load(text), *PORTS)
    assert mirror is not None
    return mirror


@quick
@given(mirrored())
def test_a_mirrored_circuit_is_complete_and_exact(circuit: Mirrored) -> None:
    mirror = found(circuit.text())
    assert mirror.complete and mirror.exact
    for node, other in mirror.nodes.items():
        assert other == image(node)


@quick
@given(mirrored(), st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(circuit: Mirrored, generator: random.Random) -> None:
    cards = circuit.cards()
    generator.shuffle(cards)
    nodes = sorted(set(re.findall(r"\b[stl][0-9]\b", "\n".join(cards))))
    renamed = dict(zip(nodes, generator.sample([f"n{k}" for k in range(100)], len(nodes)), strict=True))
    text = re.sub(r"\b[stl][0-9]\b", lambda m: renamed[m[0]], circuit.text(cards))
    mirror = find_mirror(load(text), ("v1", "v2"), (renamed["s2"], renamed["t2"]))
    assert mirror is not None and mirror.exact
    assert {(renamed[a], renamed[b]) for a, b in found(circuit.text()).nodes.items() if a in renamed} == {
        (a, b) for a, b in mirror.nodes.items() if a != "vcc"
    }


@quick
@given(mirrored(), st.data())
def test_one_broken_value_is_the_one_difference(circuit: Mirrored, data: st.DataObject) -> None:
    broken = data.draw(st.sampled_from([k for k, card in enumerate(circuit.sides) if card.aside]))
    card = circuit.sides[broken]
    mirror = found(circuit.text(circuit.cards(broken)))
    assert mirror.complete and not mirror.exact
    (difference,) = mirror.differences
    assert abs(difference.delta) == pytest.approx(0.37 * card.value)
    assert abs(difference.mean) == pytest.approx(1.185 * card.value)


@quick
@given(mirrored(), st.sampled_from(["s0", "s1", "t2"]))
def test_one_more_device_on_one_side_leaves_a_part(circuit: Mirrored, node: str) -> None:
    mirror = found(circuit.text([*circuit.cards(), f"c99 {node} 0 77p"]))
    if mirror.complete:  # an image of another kind, by chance: one that leaves the outputs where they are
        assert mirror.nodes["s2"] != "t2"
    else:
        assert mirror.unmatched and mirror.ends_at and not mirror.exact


@slow
@given(st.booleans().flatmap(lambda linear: st.tuples(st.just(linear), mirrored(linear))))
def test_half_circuits_have_the_gains_of_the_whole(drawn: tuple[bool, Mirrored]) -> None:
    """Cross-coupled, loaded, with sources across; transistors meet at the accuracy of their operating point."""
    linear, circuit = drawn
    relative, absolute = (1e-9, 1e-12) if linear else (1e-7, 1e-9)
    amplifier = load(circuit.text(), input=["v1", "v2"], output=["s2", "t2"])
    frequencies = np.array([1.0, 1e8])
    whole = gains.ANALYSIS(amplifier, frequency_hz=frequencies)
    halves = half.ANALYSIS(amplifier)
    assert isinstance(halves, HalfCircuits) and isinstance(whole, ModeGains)
    assert halves.differential is not None and halves.common is not None, halves.notes
    for k, frequency in enumerate(frequencies.tolist()):
        for ours, theirs in ((halves.differential, whole.differential[k]), (halves.common, whole.common[k])):
            assert ours.gain(frequency) == pytest.approx(theirs, rel=relative, abs=absolute)
    points = _nodes(amplifier)
    for each in halves.halves:
        nodes = _nodes(load(each.deck))
        shared = nodes.keys() & points.keys()
        assert all(nodes[n] == pytest.approx(points[n], rel=relative, abs=absolute) for n in shared)


def _nodes(circuit: Circuit) -> dict[str, float]:
    result = op.ANALYSIS(circuit)
    assert isinstance(result, OpResult)
    return result.nodes
