"""All that is wrong with a netlist at once, and what nothing uses as a note."""

import pickle

import pytest

import longtail as lt
from longtail.cli.main import run
from longtail.elaborate import load
from longtail.errors import Faults, NetlistError, UnsupportedError

ELEVEN = """eleven
v1 a 0 1
u1 a b c m
u2 b c d m
u3 b c d m
a1 a 0 0 0 0 b 0 0 dflop
e1 b 0 freq {v(a)} = (1,0,0) (10,-3,-45)
r1 b 0 {2*(3+}
q1 c b 0 nothing
m1 d g 0 0 nm
.model nm nmos(level=8 version=3.3.0)
x1 a b nowhere
b1 o 0 v=idt(v(a))
.connect a b
.param p={q*2}
"""
LINES = [3, 4, 5, 7, 8, 14, 12, 15, 6, 9, 11, 13]


def test_eleven_things_are_told_in_one_run():
    with pytest.raises(lt.NetlistErrors) as caught:
        load(ELEVEN)
    error = caught.value
    assert [each.span.line for each in error.errors] == LINES
    assert sum(isinstance(each, UnsupportedError) for each in error.errors) == 8
    assert len(error.groups) == 10
    assert error.exit_status == 2
    assert (error.message, error.span) == (error.errors[0].message, error.errors[0].span)
    text = str(error)
    assert text.startswith("12 faults in the netlist:")
    assert "also at <text>:4:1 ('u2'), <text>:5:1 ('u3')" in text
    assert text.count("distributed RC line") == 1
    assert str(pickle.loads(pickle.dumps(error))) == text


def test_the_command_line_tells_them_too(tmp_path, capsys):
    deck = tmp_path / "eleven.cir"
    deck.write_text(ELEVEN)
    assert run(["op", str(deck)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: 12 faults in the netlist\n")
    assert told.err.count("error: ") == 11
    assert f"also at {deck}:4:1 ('u2'), {deck}:5:1 ('u3')" in told.err


def test_one_fault_is_raised_as_it_is():
    with pytest.raises(UnsupportedError) as caught:
        load("t\nv1 a 0 1\nu1 a b c m\n")
    assert not isinstance(caught.value, lt.NetlistErrors)


def test_there_is_a_bound_to_them():
    with pytest.raises(lt.NetlistErrors) as caught:
        load("t\n" + "".join(f"q{i} c b 0 nothing{i}\n" for i in range(1000)))
    assert len(caught.value.errors) == Faults.MOST
    assert str(caught.value).startswith("at least 100 faults")
    assert len(str(caught.value)) < 2000
    with pytest.raises(lt.NetlistErrors, match="distributed RC line") as caught:
        load("t\n" + "".join(f"u{i} c b 0 nothing{i}\n" for i in range(1000)))
    assert len(caught.value.errors) == Faults.MOST


def test_the_same_fault_in_many_places_is_told_once():
    deck = "t\nv1 a 0 1\n.subckt s a\nu1 a 0 0 m\n.ends\n" + "".join(f"x{i} a s\n" for i in range(200))
    with pytest.raises(UnsupportedError) as caught:
        load(deck)
    assert caught.value.span.line == 4


@pytest.mark.parametrize(
    ("cards", "note"),
    [
        (".model m npn(is=1f bf={2*(})", "unused: expected a number"),
        (".model m nmos(level=8)", "unused: model 'm' (nmos) is of level 8"),
        (".model m ako:n npn", "unused: model 'm' starts from 'n', which is not there"),
        (".subckt s a\nu1 a 0 0 m\n.ends", "unused: 'u1' is a distributed RC line"),
        (".subckt s a a\n.ends", "unused: node 'a' stands twice"),
        (".subckt s a\n.subckt t b\nr1 b 0 {2*}\n.ends\n.ends", "unused: expected a number"),
    ],
)
def test_what_nothing_uses_is_a_note(cards, note):
    circuit = load(f"t\nv1 a 0 1\nr9 a 0 1k\n{cards}\n")
    assert [n.message for n in circuit.notes if note in n.message], circuit.notes
    name = cards.split()[1]
    use = f"x1 a {name}" if cards.startswith(".subckt") and "t b" not in cards else f"q1 a a 0 {name}"
    if "t b" not in cards:
        with pytest.raises(NetlistError):
            load(f"t\nv1 a 0 1\nr9 a 0 1k\n{cards}\n{use}\n")


def test_notes_of_what_nothing_uses_have_a_bound():
    body = "".join(f"u{i} a 0 0 m\n" for i in range(500))
    circuit = load(f"t\nv1 a 0 1\nr9 a 0 1k\n.subckt s a\n{body}.ends\n")
    assert len(circuit.notes) == 11
    assert circuit.notes[-1].message == "unused: 490 more cards cannot be read"


def test_a_file_on_another_computer_is_the_first_error_where_something_is_missing():
    deck = "t\nv1 a 0 1\n.lib D:\\my models\\all.lib\nx1 a thing\n"
    with pytest.raises(lt.NetlistErrors) as caught:
        load(deck)
    assert [each.span.line for each in caught.value.errors] == [3, 4]


def test_a_file_that_is_no_netlist_shows_one_of_its_lines(tmp_path):
    (tmp_path / "secret.txt").write_text("user: me\n(password)\n(another)\n1234\n")
    (tmp_path / "main.cir").write_text("t\nv1 a 0 1\nr1 a 0 1k\n.include secret.txt\n")
    with pytest.raises(NetlistError) as caught:
        load(tmp_path / "main.cir")
    assert not isinstance(caught.value, lt.NetlistErrors)
    assert "another" not in str(caught.value) and "1234" not in str(caught.value)


@pytest.mark.parametrize("word", ["modle", "parm", "includ", "nodset", "globl", "subkt"])
def test_a_misspelt_card_that_counts_is_an_error(word):
    with pytest.raises(NetlistError, match=f"unknown card '.{word}'"):
        load(f"t\nv1 a 0 1\nr1 a 0 1k\n.{word} x y\n")
