"""The output as the cards of a deck look at it, and the input pair behind followers."""

from __future__ import annotations

import pytest

import longtail as lt
from longtail.elaborate import load
from longtail.errors import OptionError

TWO_STAGES = """a pair and a second stage, its nodes called by numbers
vcc 10 0 15
vee 11 0 -15
vin 1 0 ac 1
vref 2 0 0
q1 3 1 5 n
q2 4 2 5 n
r1 10 3 10k
r2 10 4 10k
it 5 11 1m
q3 7 4 6 p
r3 10 6 4.3k
r4 7 11 15k
.model n npn(bf=100)
.model p pnp(bf=100)
"""

FOLLOWERS = """a wideband amplifier: followers, a pair, cascodes, followers
vcc 2 0 15
vee 3 0 -15
vin 1 0 ac 1
rs1 30 1 1k
rs2 31 0 1k
q1 2 30 5 n
q2 2 31 6 n
r1 5 3 4.8k
r2 6 3 4.8k
q3 10 5 7 n
q4 11 6 7 n
it 7 3 2m
q5 14 12 10 n
q6 15 12 11 n
vb 12 0 3
r6 2 14 1.32k
r8 2 15 1.32k
q10 2 15 16 n
q11 2 14 17 n
r9 16 0 5.25k
r10 17 0 5.25k
.model n npn(bf=80)
"""


def output(cards: str, deck: str = TWO_STAGES) -> tuple[tuple[str, ...], str]:
    ports = load(f"{deck}{cards}\n.end\n").ports
    return ports.output, ports.how["output"]


@pytest.mark.parametrize(
    ("cards", "nodes", "why"),
    [
        (".print ac vdb(7)", ("7",), ".print ac names v(7)"),
        (".PLOT AC VM(7) VP(7)", ("7",), ".plot ac names v(7)"),
        (".probe v(7) i(vin)", ("7",), ".probe names v(7)"),
        (".probe gain=par('db(vm(7))')", ("7",), ".probe names v(7)"),
        (".tf v(7) vin", ("7",), ".tf names v(7)"),
        (".noise v(7, 0) vin dec 10 1 1k", ("7",), ".noise names v(7)"),
        (".pz 1 0 7 0 vol pz", ("7",), ".pz names v(7)"),
        (".meas ac gain max vdb(7)", ("7",), ".meas ac names v(7)"),
        (".four 1k v(7)", ("7",), ".four names v(7)"),
        (".print ac v(3,4)", ("3", "4"), ".print ac names v(3,4)"),
        (".print ac v(4)-v(3)", ("4", "3"), ".print ac names v(4,3)"),
        (".print tran v(3) v(4)", ("3", "4"), ".print tran names both ends of the pair"),
        (".control\nac dec 10 1 1g\nplot vdb(7) ; the gain\n.endc", ("7",), "plot names v(7)"),
        (".control\nlet a = v(7)/v(1)\n.endc", ("7",), "let names v(7)"),
    ],
)
def test_a_card_names_the_output(cards: str, nodes: tuple[str, ...], why: str) -> None:
    assert output(cards) == (nodes, f"found: {why}")


def test_an_analysis_with_one_output_comes_first_then_what_is_over_frequency() -> None:
    many = ".print tran v(3) v(5) v(7)\n.print dc v(6)"
    assert output(many) == (("7",), "taken: of v(3), v(5), v(7), v(6) the last in the signal's path")
    assert output(f"{many}\n.print ac v(4)") == (("4",), "found: .print ac names v(4)")
    assert output(f"{many}\n.print ac v(4)\n.tf v(7) vin") == (("7",), "found: .tf names v(7)")
    assert output(".print ac v(7) v(6) v(3,4)") == (("3", "4"), "found: .print ac names v(3,4)"), (
        "a difference is meant"
    )


def test_inputs_and_supplies_are_no_outputs() -> None:
    assert output(".print ac v(1) v(2) v(7) v(10) v(nowhere)") == (("7",), "found: .print ac names v(7)")
    behind = TWO_STAGES.replace("vin 1 0 ac 1", "vin 0in 0 ac 1\nrs 0in 1 50")
    assert output(".print ac v(0in) v(1) v(7)", behind)[0] == ("7",), "the base of the pair is none"


def test_several_differences_are_told_and_none_is_taken() -> None:
    nodes, why = output(".print tran v(3,6) v(6) v(4,7)")
    assert nodes == () and why == "ambiguous: .print tran names v(3,6), v(4,7); name one: *@ output 3 6"
    with pytest.raises(OptionError, match=r"ambiguous: .print tran names v\(3,6\), v\(4,7\)"):
        lt.read(f"{TWO_STAGES}.print tran v(3,6) v(4,7)\n").gains([1.0])


def test_names_and_directives_come_before_cards() -> None:
    named = TWO_STAGES.replace("q3 7 4", "q3 out 4").replace("r4 7", "r4 out")
    assert output(".print ac v(3)", named) == (("out",), "found: by name")
    two = named.replace("r1 10 3", "r1 10 vout").replace("q1 3", "q1 vout")
    assert output("", two) == (("out",), "taken: of v(out), v(vout) the last in the signal's path")
    assert output(".print ac v(out)", two) == (("out",), "found: .print ac names v(out)")
    assert output(".print ac v(7)\n*@ output 4") == (("4",), "directive")


def test_without_any_the_signal_is_followed() -> None:
    assert output("") == (("7",), "taken: the collector of q3, where the signal's path from the inputs ends")


def test_without_inputs_the_message_names_the_cards() -> None:
    assert output("", TWO_STAGES.replace("vin 1 0 ac 1", "").replace("vref 2 0 0", "")) == (
        (),
        "not found: no node is named like an output (out; outp, outn; ...), and no .print, .plot or .noise names one; "
        "name it: *@ output node [node]",
    )


def test_cards_within_subcircuits_are_not_of_this_circuit() -> None:
    assert output(".subckt s a b\nr1 a b 1k\n.print ac v(4)\n.ends")[1].startswith("taken: the collector of q3")


def test_the_input_pair_is_seen_behind_followers() -> None:
    ports = load(FOLLOWERS).ports
    assert ports.input == ("1", "0@rs2")
    assert ports.how["input"] == "found: vin drives q3, q4 at one side; the base of q2 is held by rs2 to ground"
    assert ports.output == ("17", "16")
    assert ports.how["output"] == "found: where the pair q3, q4 ends, behind followers; it drives nothing further"


def test_behind_followers_the_gain_is_that_of_the_whole() -> None:
    """As with both sources and the output named."""
    found = lt.read(FOLLOWERS).gains([1e3])
    named = FOLLOWERS.replace("rs2 31 0 1k", "rs2 31 32 1k\nvin2 32 0 0")
    said = lt.read(f"{named}*@ input 1 32\n*@ output 17 16\n").gains([1e3])
    assert found.differential[0] == pytest.approx(said.differential[0], rel=1e-9)
    assert abs(found.differential[0]) > 10.0


def test_darlington_pairs_are_driven_at_their_first_transistors() -> None:
    deck = FOLLOWERS.replace("q1 2 30 5 n", "q1 10 30 5 n").replace("q2 2 31 6 n", "q2 11 31 6 n")
    assert load(deck).ports.input == ("1", "0@rs2")


def test_a_follower_whose_emitter_is_shared_is_none() -> None:
    """Two followers into one node are a stage of their own, a pair or an OR, and end the walk."""
    deck = FOLLOWERS.replace("r2 6 3 4.8k", "r2 6 3 4.8k\nqx 2 33 6 n\nvx 33 0 0")
    assert load(deck).ports.input != ("1", "0@rs2")
