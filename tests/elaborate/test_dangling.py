"""Nodes with a single connection: said with file and line and the name that may have been meant."""

import pytest

from longtail import read
from longtail.elaborate import load
from longtail.errors import StructuralError

PAIR = """pair
.model n npn(is=1e-15 bf=100 vaf=100)
vcc vcc 0 10
vee vee 0 -10
vinp inp 0 0
vinn inn 0 0
rc1 vcc o1 10k
rc2 vcc o2 10k
q1 o1 inp e n
q2 o2 inn e n
ree e vee 9.3k
"""


def said(text, **options):
    return [str(note) for note in load(text, **options).notes]


def test_a_node_that_all_is_well_with_is_not_spoken_of():
    assert said(PAIR) == []


def test_a_misspelt_collector():
    assert said(PAIR.replace("rc2 vcc o2", "rc2 vcc 02")) == [
        "<text>:8:1: node '02' has a single connection, rc2; did you mean 'o2'?",
        "<text>:10:1: node 'o2' has a single connection, q2; did you mean '02'?",
    ]


def test_a_base_that_nothing_drives():
    assert said(PAIR.replace("q2 o2 inn", "q2 o2 inm"), input=["inp", "inn"]) == [
        "<text>:10:1: node 'inm' has a single connection, the base of q2, which nothing drives; did you mean 'inn'?"
    ]


def test_a_gate_that_nothing_drives_is_an_error():
    text = "t\nvdd vdd 0 3\nvinn inn 0 1\nr1 vdd d 1k\nm1 d inm 0 0 m\n.model m nmos\n"
    with pytest.raises(StructuralError, match="node inm has no dc path to ground") as caught:
        read(text).op()
    assert caught.value.hint.startswith("did you mean 'inn'?")
    assert "the gate of m1, which nothing drives" in said(text)[1]


def test_the_bulk_of_a_transistor_is_no_control():
    text = "t\nvdd vdd 0 3\nr1 vdd d 1k\nm1 d vdd 0 bulk m\n.model m nmos\n"
    assert said(text) == ["<text>:4:1: node 'bulk' has a single connection, m1"]


@pytest.mark.parametrize("node", ["nc_01", "unconnected-_u1-pad8_", "x1.nc"])
def test_names_that_say_open_are_left_alone(node):
    assert said(f"t\nv1 a 0 1\nr1 a 0 1k\nr2 a {node} 1k\n") == []


def test_ports_that_are_named_and_nodes_that_are_read_are_left_alone():
    deck = "t\nv1 a 0 1\nr1 a 0 1k\nr2 a out 1k\n"
    assert said(deck) == ["<text>:4:1: node 'out' has a single connection, r2"]
    assert said(deck + "*@ output out\n") == said(deck, output=["out"]) == []
    assert said("t\nv1 a 0 1\nr1 b 0 1k\nb1 b 0 v={2*v(a)}\ne1 c 0 a 0 2\nr2 c 0 1\n") == []


def test_a_pin_of_many_instances_is_spoken_of_once():
    cell = ".subckt s p\nr1 p open 1k\nr2 p 0 1k\n.ends\n"
    assert said(f"t\nv1 a 0 1\nx1 a s\nx2 a s\nx3 a s\n{cell}") == [
        "<text>:7:1: node 'x1.open' has a single connection, r.x1.r1"
    ]


def test_a_result_is_shown_below_the_note(capsys, tmp_path):
    from longtail.cli.main import run

    path = tmp_path / "pair.cir"
    path.write_text(PAIR.replace("rc2 vcc o2", "rc2 vcc 02"))
    run(["op", str(path)])
    assert "note: " in capsys.readouterr().err
