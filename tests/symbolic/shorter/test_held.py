"""Subcircuits that feedback holds stand as nullors in equations: which do, how far that is off, and which do not."""

from __future__ import annotations

import numpy as np
import pytest

from boards.table import BOARDS, OPAMPS
from longtail.amplifier import read
from longtail.analyses.formula.setting import Setting, setting
from longtail.symbolic.algebra.equations import OUTPUT
from longtail.symbolic.algebra.gain import gain_equations
from longtail.symbolic.algebra.reference import dense
from longtail.symbolic.algebra.transfer import Complex
from longtail.symbolic.circuit.nullors import Nullor, blocks, with_nullors
from longtail.symbolic.shorter.held import as_held, error_with, held

AT = np.array([0j])


def of(board: str, opamp: str, replaced: tuple[str, str] = ("", "")) -> Setting:
    return setting(read(BOARDS[board].deck(OPAMPS[opamp]).replace(*replaced)).circuit)


def gain(at: Setting, name: str = "differential") -> Complex:
    question = at.question(name, (0.0, 0.0))
    values = {key: s.value for key, s in at.circuit.symbols.items()}
    found = dense(gain_equations(at.circuit, question.gain, ()), values).at(AT)
    return np.asarray(found * float(question.gain.scale), complex)


def nullors(at: Setting, allowed: float, name: str = "differential") -> tuple[Nullor, ...]:
    question = at.question(name, (0.0, 0.0))
    return held(at.circuit, question.gain, AT, gain(at, name), allowed)


def test_subcircuits_meet_the_rest_at_their_ports() -> None:
    found = blocks(of("two", "macromodel").circuit)
    assert [(b.path, set(b.ports)) for b in found] == [
        ("x1", {"inn", "f1", "o1", "vcc", "vee"}),
        ("x2", {"inp", "f2", "o", "vcc", "vee"}),
    ]
    assert all(name.startswith("x1.") or ".x1." in name for name in found[0].inner)


@pytest.mark.parametrize("opamp", ["macromodel", "transistors"])
def test_inputs_and_outputs_are_those_of_the_op_amps(opamp: str) -> None:
    assert nullors(of("two", opamp), 1e-2) == (Nullor("x1", ("inn", "f1"), "o1"), Nullor("x2", ("inp", "f2"), "o"))


def test_an_input_may_be_held_at_ground() -> None:
    at = of("difference", "macromodel", ("r3 inp p 10k\nr4 p 0 47k", "vq p 0 0\nr3 inp p 10k"))
    assert nullors(at, 1e-2) == (Nullor("x1", ("n", "0"), "o"),)


def test_errors_of_several_add_up_and_none_is_taken_that_the_error_does_not_allow() -> None:
    at = of("two", "macromodel", ("g1 0 p plus minus 1m", "g1 0 p plus minus 1u"))  # a gain of 1000, loops of some ten
    whole = nullors(at, 0.5)
    question = at.question("differential", (0.0, 0.0)).gain
    errors = [error_with(at.circuit, question, some, AT, gain(at)) for some in ((), whole[:1], whole[1:], whole)]
    assert errors[0] < 1e-12
    assert max(errors[1:3]) < errors[3]
    assert len(nullors(at, 0.99 * errors[3])) == 1
    assert nullors(at, 0.5 * min(errors[1:3])) == ()


def test_a_common_gain_that_is_the_op_amps_own_keeps_them() -> None:
    assert nullors(of("difference", "macromodel"), 1e-2, "common") == ()


def test_an_amplifier_without_feedback_is_not_held() -> None:
    at = of("difference", "macromodel", ("r2 n o 47k", "r2 n 0 47k"))
    assert nullors(at, 1e-2) == ()


def test_what_stands_in_a_subcircuit_leaves_the_equations() -> None:
    at = of("two", "transistors")
    question = at.question("differential", (0.0, 0.0))
    ideal, _, found = as_held(at.circuit, question.gain, (), AT, gain(at), 1e-2)
    assert ideal == with_nullors(at.circuit, found)
    assert {s.device for s in ideal.symbols.values()} == {"r1", "r2", "r3", "r4", "rg"}
    system = gain_equations(ideal, question.gain, ())
    assert OUTPUT in system.unknowns
    assert len(system.rows) < 8


def test_currents_of_nullors_are_images_where_their_nodes_are() -> None:
    at = of("driver", "macromodel")
    question = at.question("differential", (0.0, 0.0))
    _, pairs, _ = as_held(at.circuit, question.gain, question.pairs, AT, gain(at), 1e-2)
    assert pairs == (*question.pairs, ("i(x1)", "i(x2)", 1))


def test_what_is_nearest_together_is_held_though_ground_would_do_as_well() -> None:
    """On a body that floats, an input of the first stage could be ground as far as the differential gain goes."""
    assert nullors(of("ecg", "transistors"), 1e-2) == (
        Nullor("x1", ("a", "f1"), "o1"),
        Nullor("x2", ("b", "f2"), "o2"),
        Nullor("x3", ("p", "n"), "o"),
        Nullor("x4", ("d", "0"), "leg"),
    )
