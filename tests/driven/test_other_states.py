"""The states beside one that is unstable: two of a comparator and of a latch, and the card that chooses one."""

from __future__ import annotations

import re

import numpy as np
import pytest

import longtail as lt
from boards.table import COMPARATOR, OPAMPS, deck
from longtail.driven.lane_solves import batch
from longtail.driven.other_states import OtherStates
from longtail.driven.stability import _other_states, growing, instability_notes
from longtail.engine.solving.at_rest import at_rest

LATCH = """two inverters that hold each other, between their supplies
vdd vdd 0 3
m1 a b 0 0 n w=10u l=1u
m2 b a 0 0 n w=10u l=1u
m3 a b vdd vdd p w=20u l=1u
m4 b a vdd vdd p w=20u l=1u
ca a 0 10f
cb b 0 10f
.model n nmos(vto=0.7 kp=100u lambda=0.02)
.model p pmos(vto=-0.7 kp=50u lambda=0.02)
"""

HELD = """a comparator whose output is held by a source
vin in 0 0
r1 0 p 10k
r2 p o 100k
e1 x 0 p in 1e5
rx x y 1k
cy y 0 1n
d1 y h d
vh h 0 13
d2 l y d
vl l 0 -13
eo o 0 y 0 1
.model d d
"""

SWINGING = """an oscillator: its deviation grows and swings
vcc c 0 5
vb b 0 1
l1 c d 1u
c1 d 0 1n
g1 d 0 d c -1m
r1 d c 100k
rb b 0 1k
"""


def notes(text: str) -> tuple[str, ...]:
    return tuple(note for note in lt.read(text).op().notes if "state" in note)


def volts(note: str) -> list[float]:
    return [float(each) for each in re.findall(r"(-?[\d.]+) V", note)]


@pytest.mark.parametrize("opamp", ["macromodel", "transistors"])
def test_a_comparator_has_a_state_at_either_rail(opamp: str) -> None:
    (note,) = notes(deck("comparator", COMPARATOR, OPAMPS[opamp]))
    low, high = volts(note)
    assert -15.0 < low < -12.5 and 12.5 < high < 15.0
    card = re.search(r"'(\.nodeset v\(\w+\)=\S+)'", note)
    assert card is not None and note.endswith("chooses the first")
    chosen = lt.read(deck("comparator", f"{COMPARATOR}{card[1]}\n", OPAMPS[opamp])).op()
    assert chosen.nodes["o"] == pytest.approx(low, abs=0.01)
    assert not any("unstable" in note or "state" in note for note in chosen.notes)


def test_the_states_of_a_latch() -> None:
    (note,) = notes(LATCH)
    assert note.startswith("other states: v(a) = ") and note.endswith(" in the netlist chooses the first")
    assert note.startswith("other states: v(a) = 0 V and 3 V; '.nodeset v(a)=0'")
    for level in (0.0, 3.0):
        assert notes(f"{LATCH}.nodeset v(a)={level}\n") == ()


def test_a_node_that_a_source_holds_is_none_to_choose_by() -> None:
    (note,) = notes(HELD)
    assert re.match(r"other states: v\(o\) = -13\.96 V and 13\.96 V; '\.nodeset v\(y\)=-13\.96' in", note)
    assert lt.read(f"{HELD}.nodeset v(y)=-13.96\n").op().nodes["o"] == pytest.approx(-13.96, abs=0.01)


def test_what_grows_and_swings_has_no_other_state() -> None:
    point = at_rest(lt.read(SWINGING).circuit)
    assert growing(point) and _other_states(point) == ()


def test_where_one_node_alone_does_not_choose_no_card_is_named() -> None:
    assert OtherStates("out", (1.5,)).note == "another state: v(out) = 1.5 V"
    assert OtherStates("out", (1.5,), ".nodeset v(a)=2").note == (
        "another state: v(out) = 1.5 V; '.nodeset v(a)=2' in the netlist chooses it"
    )


def test_of_many_lanes_the_first_is_told() -> None:
    circuit = lt.read(deck("comparator", COMPARATOR, OPAMPS["macromodel"])).circuit
    alone = instability_notes(at_rest(circuit))
    lanes = batch(circuit, ("rl.r",)).solve({"rl.r": np.array([10e3, 5e3])})
    assert len(alone) == 2 and instability_notes(lanes) == alone
