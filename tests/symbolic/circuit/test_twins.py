"""Pairs that no mirror image shows, and transistors that one current runs through."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.amplifier import read
from longtail.analyses.formula.setting import setting
from longtail.symbolic.algebra.equations import renamed
from longtail.symbolic.algebra.gain import gain_equations
from longtail.symbolic.algebra.reference import dense
from longtail.symbolic.circuit.elements import SmallSignal
from longtail.symbolic.circuit.names import share
from longtail.symbolic.circuit.twins import one_current, twins
from symbolic.decks import gallery

S = 2j * np.pi * np.array([0.0, 1e4])
STACKS = """two pairs of one size at nearly one current, and a resistor beside each transistor of a mirror
*@ input inp inn
*@ output o
*@ supply vcc vee
vcc vcc 0 10
vee vee 0 -10
vinp inp 0 0
vinn inn 0 0
q1 b inp e n
q2 o inn e n
ie e vee 200u
q3 b b x p
q4 o b y p
r7 x vcc {r}
r9 y vcc {r2}
q5 c c vee n
i5 vcc c {i5}
rl o 0 1meg
.param r=1k r2=1k i5=100u
.model n npn(is=1e-15 bf=200)
.model p pnp(is=1e-15 bf=200)
.end
"""


def circuit(**parameters: str) -> SmallSignal:
    amplifier = read(STACKS, parameters=parameters)
    return setting(amplifier.circuit).circuit


def test_of_three_transistors_alike_those_with_a_node_of_their_own_are_a_pair() -> None:
    found = twins(circuit())
    assert (found["q1"], found["q3"]) == ("q2", "q4")
    assert "q5" not in found


def test_parts_at_the_same_places_of_a_pair_are_a_pair() -> None:
    found = twins(circuit())
    assert (found["r7"], found["r9"]) == ("r9", "r7")
    assert "r7" not in twins(circuit(r2="1.5k"))


def test_the_mirror_of_the_741_is_a_pair_with_its_resistors() -> None:
    assert {"q5": "q6", "r1": "r2"}.items() <= gallery("ua741").images.items()


def test_one_current_has_one_transconductance() -> None:
    at = gallery("ua741")
    assert {s.device for s in one_current(at.circuit).values()} == {"q1+q2+q3+q4+q5+q6", "q9+q10", "q13b+q17"}


def test_only_transistors_in_a_row_share_it() -> None:
    keys = one_current(circuit())
    assert {s.device for s in keys.values()} == {"q1+q2+q3+q4"}
    assert "g_m(q5)" not in keys  # as large, but in another branch


def test_symbols_that_are_joined_have_the_mean_over_their_devices() -> None:
    shared = share(circuit(), {"q1": "q2", "q2": "q1"}, 0.05)
    joined = one_current(shared)["g_m(q1+q2)"]
    own = circuit().symbols
    assert joined.value == pytest.approx(sum(own[f"g_m({d})"].value for d in joined.device.split("+")) / 4, rel=1e-12)


def test_joined_equations_are_those_with_equal_values() -> None:
    at = gallery("ua741")
    joined = one_current(at.circuit)
    system = gain_equations(at.circuit, at.question("differential", (0.0, 0.0)).gain, ())
    values = {key: s.value for key, s in at.circuit.symbols.items()}
    equal = {**values, **{key: s.value for key, s in joined.items()}}
    few = renamed(system, {key: s.key for key, s in joined.items()})
    both = {**values, **{s.key: s.value for s in joined.values()}}
    assert dense(few, both).at(S) == pytest.approx(dense(system, equal).at(S), rel=1e-9)
