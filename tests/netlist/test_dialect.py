"""What programs read differently: the value in each dialect, and the note where nobody says which one it is."""

import pytest

import longtail as lt
from longtail.analyses.op import ANALYSIS
from longtail.elaborate import load
from longtail.errors import OptionError
from longtail.netlist.dialect import DIALECTS, UNSAID

PROGRAMS = ("ngspice", "pspice", "hspice", "ltspice")


def voltage(law, dialect=None, x=-2.0):
    circuit = load(f"t\nv1 x 0 {x}\nv2 y 0 1\nr2 y x 1k\nb1 o 0 v={law}\nr1 o 0 1k\n", dialect=dialect)
    return ANALYSIS(circuit).nodes["o"], [note.message for note in circuit.notes]


@pytest.mark.parametrize(
    ("text", "values", "unsaid", "remark"),
    [
        ("4.7x", (4.7, 4.7, 4.7e6, 4.7), 4.7, "HSPICE reads 4.7meg"),
        ("2xyz", (2.0, 2.0, 2e6, 2.0), 2.0, "HSPICE reads 2meg"),
        ("1a", (1.0, 1.0, 1e-18, 1.0), 1.0, "HSPICE reads 1e-18"),
        ("4k7", (4000.0, 4000.0, 4000.0, 4700.0), 4700.0, "read as 4.7k"),
        ("1.5meg", (1.5e6,) * 4, 1.5e6, None),
        ("1F", (1e-15,) * 4, 1e-15, None),
        ("10M", (10e-3,) * 4, 10e-3, None),
    ],
)
def test_numbers(text, values, unsaid, remark):
    for program, value in zip(PROGRAMS, values, strict=True):
        reading = DIALECTS[program].number(text)
        assert reading.value == pytest.approx(value, rel=1e-15)
        assert reading.remark is None
    reading = UNSAID.number(text)
    assert reading.value == pytest.approx(unsaid, rel=1e-15)
    assert (reading.remark is None) if remark is None else (remark in reading.remark)


@pytest.mark.parametrize("text", ["out", "x1", "1.2.3", "", "+", "4.7x8y9"])
def test_words_are_no_numbers(text):
    assert UNSAID.number(text) is None


@pytest.mark.parametrize("dialect", [None, *PROGRAMS])
@pytest.mark.parametrize("card", ["r1 a 0 4.7x", "r1 a 0 {4.7x}", ".param p=4.7x\nr1 a 0 p", "r1 a 0 r=4.7x"])
def test_a_number_is_the_same_wherever_it_stands(card, dialect):
    circuit = load(f"t\nv1 a 0 1\n{card}\n", dialect=dialect)
    value = circuit.number(circuit.instances["r1"].parameters["r"])
    assert value == pytest.approx(4.7e6 if dialect == "hspice" else 4.7)
    assert any("HSPICE reads 4.7meg" in note.message for note in circuit.notes) == (dialect is None)


@pytest.mark.parametrize(
    ("law", "values", "unsaid", "noted"),
    [
        ("v(x)**3", (8.0, -8.0, -8.0, -8.0), 8.0, True),
        ("v(x)**2", (4.0,) * 4, 4.0, False),
        ("pwr(v(x),2)", (-4.0, 4.0, -4.0, 4.0), -4.0, True),
        ("pwrs(v(x),2)", (-4.0,) * 4, -4.0, False),
        ("v(y)^(v(x)+4)", (1.0, 0.0, 1.0, 0.0), 1.0, True),
        ("(v(x)>0)^(v(y)>0)", (1.0,) * 4, 1.0, False),
        ("(v(x)<0)^(v(y)>0)", (0.0,) * 4, 0.0, False),
    ],
)
def test_powers(law, values, unsaid, noted):
    for program, value in zip(PROGRAMS, values, strict=True):
        assert voltage(law, program) == (pytest.approx(value), [])
    value, notes = voltage(law)
    assert value == pytest.approx(unsaid)
    assert bool(notes) == noted


@pytest.mark.parametrize("dialect", [None, *PROGRAMS])
def test_a_value_without_equals_is_read_in_its_dialect(dialect):
    circuit = load("t\nv1 a 0 1\nq1 a a 0 m\n.model m npn vaf 4.7x, bf 20\n", dialect=dialect)
    assert circuit.models["m"].parameters["vaf"] == pytest.approx(4.7e6 if dialect == "hspice" else 4.7)
    assert any("HSPICE reads 4.7meg" in note.message for note in circuit.notes) == (dialect is None)


def test_an_exclusive_or_binds_loosest_in_the_dialects_that_have_it():
    for program in ("pspice", "ltspice"):
        assert voltage("if(v(x)<0 ^ v(y)<0, 3, 4)", program)[0] == 3.0
        assert voltage("if(v(x)<0 ^ v(y)>0, 3, 4)", program)[0] == 4.0


@pytest.mark.parametrize(("dialect", "read"), [(None, True), ("pspice", True), ("ltspice", True), ("ngspice", False)])
def test_a_dollar_begins_a_node_or_a_comment(dialect, read):
    deck = "t\nv1 a 0 1\nr1 a $n_0001 1k\nr2 $n_0001 0 1k $ behind\nr3 a 0 1k $ n_1\n"
    if read:
        assert ANALYSIS(load(deck, dialect=dialect)).nodes == {"a": 1.0, "$n_0001": 0.5}
    else:
        with pytest.raises(lt.NetlistError):
            load(deck, dialect=dialect)


def test_included_files_are_read_in_the_same_dialect(tmp_path):
    (tmp_path / "part.inc").write_text("r1 a 0 {4.7x}\n")
    (tmp_path / "main.cir").write_text("t\nv1 a 0 1\n.include part.inc\n")
    circuit = lt.read(tmp_path / "main.cir", dialect="HSPICE").circuit
    assert circuit.instances["r1"].parameters["r"] == pytest.approx(4.7e6)


def test_an_unknown_dialect_is_an_error_that_names_them():
    with pytest.raises(OptionError, match="no dialect 'spectre'") as caught:
        load("t\nr1 a 0 1\n", dialect="spectre")
    assert all(program in caught.value.hint for program in PROGRAMS)
