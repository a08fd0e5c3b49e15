"""Boards of op-amps: ports found, gains and formulas of the textbooks, an answer or one reason of every analysis."""

from __future__ import annotations

import re

import pytest
import sympy

from boards.table import BOARDS, COMPARATOR, OPAMPS, PHOTODIODES, deck
from longtail.amplifier import Amplifier, read
from longtail.errors import LongtailError, OptionError
from longtail.symbolic.writing.expression import Expression, as_sympy

CASES = [(board, opamp) for board in BOARDS for opamp in ("ideal", "macromodel")]
QUICK = ("difference", "two", "driver", "howland", "balanced")  # of transistors; full.py has the others as well
ANALYSES = (
    *("analyze", "gains", "cmrr", "transfer", "offset", "range", "psrr", "noise", "impedance", "poles", "half"),
    *("derive", "formula", "source_imbalance"),
)
NO_SUPPLIES = frozenset({"range", "psrr"})  # of op-amps that have none
NO_PATH = frozenset({"transfer", "offset", "range", "derive"})  # at 0 Hz through capacitors


def amplifier(board: str, opamp: str) -> Amplifier:
    return read(BOARDS[board].deck(OPAMPS[opamp]))


@pytest.mark.parametrize(("board", "opamp"), [*CASES, *((name, "transistors") for name in BOARDS)])
def test_inputs_output_and_supplies_are_found(board: str, opamp: str) -> None:
    ports = amplifier(board, opamp).circuit.ports
    assert len(ports.input) == 2
    assert ports.output == BOARDS[board].output
    assert ports.supplies == (("vcc", "vee") if OPAMPS[opamp].powered else ())


@pytest.mark.parametrize("opamp", OPAMPS)
@pytest.mark.parametrize("board", ["difference", "three"])
def test_a_reference_is_no_input_and_inputs_need_neither_names_nor_amplitudes(board: str, opamp: str) -> None:
    cards = re.sub(r" ac -?0.5", "", BOARDS[board].cards).replace("inp", "x").replace("inn", "y")
    cards = cards.replace("r4 p 0", "r4 p ref") + "vref ref 0 2.5\n"
    ports = read(deck("with a reference", cards, OPAMPS[opamp])).circuit.ports
    assert tuple(name.removeprefix("v") for name in ports.input) == ("x", "y")


@pytest.mark.parametrize(("board", "opamp"), [*CASES, ("difference", "transistors"), ("two", "transistors")])
def test_the_gain_is_that_of_the_textbook(board: str, opamp: str) -> None:
    at = BOARDS[board].frequency_hz
    assert amplifier(board, opamp).gains(at).differential[0].real == pytest.approx(BOARDS[board].gain, rel=2e-4)


@pytest.mark.parametrize(("board", "opamp"), [*CASES, *((name, "transistors") for name in QUICK)])
def test_the_formula_is_that_of_the_textbook(board: str, opamp: str) -> None:
    asked = amplifier(board, opamp)
    at = BOARDS[board].frequency_hz
    found = asked.formula(error="1%", band=f"{at}")
    assert_textbook(found.expression, board)
    solved = next(step for step in asked.derive(frequency=at).steps if step.title.startswith("Solve for A_d"))
    assert_textbook(solved.equations[-1].right, board)


def assert_textbook(expression: Expression, board: str) -> None:
    assert sympy.simplify(as_sympy(expression) - BOARDS[board].formula(sympy.Symbol)) == 0


@pytest.mark.parametrize(
    ("board", "text"),
    [("difference", "R_2,4/R_1,3"), ("three", "R_2,4·(1 + 2·R_F/R_G)/R_1,3"), ("driver", "1 + 2·R_F/R_G")],
)
def test_formulas_are_written_as_in_textbooks(board: str, text: str) -> None:
    assert amplifier(board, "ideal").formula(error="1%").text == text


@pytest.mark.parametrize(("board", "opamp"), CASES)
def test_every_analysis_answers_or_gives_one_reason(board: str, opamp: str) -> None:
    refused = NO_SUPPLIES if not OPAMPS[opamp].powered else frozenset()
    refused |= NO_PATH if BOARDS[board].frequency_hz else frozenset()
    asked = amplifier(board, opamp)
    for name in ANALYSES:
        if name in refused:
            with pytest.raises(LongtailError) as caught:
                getattr(asked, name)()
            assert caught.value.hint
        else:
            assert not any("unstable" in note for note in getattr(asked, name)().notes)
            assert "nan" not in getattr(asked, name)().to_text().split()


@pytest.mark.parametrize(("board", "opamp"), [c for c in CASES if not BOARDS[c[0]].frequency_hz])
def test_nulling_leaves_the_gain_of_a_linear_board_as_it_is(board: str, opamp: str) -> None:
    gains = amplifier(board, opamp).gains(0.0, null=True)
    assert gains.differential[0].real == pytest.approx(BOARDS[board].gain, rel=2e-4)


def test_transistor_op_amps_are_nulled_from_where_their_feedback_holds_them() -> None:
    board = amplifier("two", "transistors")
    assert board.gains(0.0, null=True).differential[0].real == pytest.approx(BOARDS["two"].gain, rel=2e-4)
    assert abs(board.offset().input_offset) < 10e-3


@pytest.mark.parametrize("opamp", OPAMPS)
def test_a_comparator_with_hysteresis_is_unstable_where_it_balances(opamp: str) -> None:
    gains = read(deck("comparator", COMPARATOR, OPAMPS[opamp])).gains(1.0)
    assert any("the operating point is unstable" in note for note in gains.notes)


def test_a_driven_body_before_four_op_amps_of_transistors_has_an_operating_point() -> None:
    """Nothing but the fourth amplifier holds the body, and the inputs of two others hang from it: all four are held."""
    asked = amplifier("ecg", "transistors")
    point = asked.op()
    nodes = {**point.nodes, "0": 0.0}
    assert not any("unstable" in note for note in point.notes)
    assert (
        max(abs(nodes[plus] - nodes[minus]) for plus, minus in (("a", "f1"), ("b", "f2"), ("p", "n"), ("d", "0")))
        < 2e-3
    )
    assert asked.gains(0.0).differential[0].real == pytest.approx(BOARDS["ecg"].gain, rel=1e-2)


@pytest.mark.parametrize("opamp", ["macromodel", "transistors"])
@pytest.mark.parametrize("state", [13.0, -13.0])
def test_a_comparator_is_found_in_the_state_that_its_netlist_names(opamp: str, state: float) -> None:
    """It stays there: no pole grows; and the other input is where the resistors put it, a hundredth of the output."""
    asked = read(
        deck("comparator", COMPARATOR, OPAMPS[opamp]).replace("rl o 0 10k", f"rl o 0 10k\n.nodeset v(o)={state}")
    )
    point = asked.op()
    assert not any("unstable" in note for note in point.notes)
    assert point.nodes["o"] == pytest.approx(state, abs=1.5)
    assert point.nodes["p"] == pytest.approx(point.nodes["o"] / 101.0, rel=0.1)


@pytest.mark.parametrize("opamp", OPAMPS)
def test_every_figure_of_a_comparator_where_it_balances_is_marked(opamp: str) -> None:
    asked = read(deck("comparator", COMPARATOR, OPAMPS[opamp]))
    for name in (
        "op",
        "cmrr",
        "offset",
        "noise",
        "impedance",
        "poles",
        "derive",
        "formula",
        "source_imbalance",
        "analyze",
    ):
        assert any("the operating point is unstable" in note for note in getattr(asked, name)().notes), name


@pytest.mark.parametrize("opamp", OPAMPS)
def test_signals_that_are_currents_are_refused_with_what_to_put_in_their_place(opamp: str) -> None:
    with pytest.raises(OptionError, match=r"the signals are currents, of i1 and i2.*put a voltage source"):
        read(deck("photodiodes", PHOTODIODES, OPAMPS[opamp])).gains(1.0)


@pytest.mark.parametrize("opamp", OPAMPS)
def test_a_resistor_that_does_not_match_is_in_the_common_gain(opamp: str) -> None:
    text = BOARDS["difference"].deck(OPAMPS[opamp]).replace("r4 p 0 47k", "r4 p 0 47.47k")
    solved = next(s for s in read(text).derive().steps if s.title == "Solve for A_cm")
    r2, r4, r1 = (sympy.Symbol(name) for name in ("R_2", "R_4", "R_1,3"))
    assert sympy.simplify(as_sympy(solved.equations[-1].right) - (r4 - r2) / (r1 + r4)) == 0


def test_a_rejection_that_is_the_op_amps_own_is_not_derived_with_these_as_ideal() -> None:
    derived = amplifier("difference", "transistors").derive()
    assert [step.title for step in derived.steps][1:] == ["Ideal amplifiers", "Solve for A_d"]
    assert [e.text for e in derived.steps[1].equations] == ["v_p - v_n = 0"]
    assert any("what x1 lacks of an ideal amplifier" in note for note in derived.notes)
    assert derived.elements[-1] == ("x1", "inputs p and n, output o", "amplifier of large gain", "ideal")
