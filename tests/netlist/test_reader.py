"""Cards of a netlist: what each form comes to."""

import time

import pytest

from longtail.errors import InputError, NetlistError
from longtail.netlist.cards import (
    Conditionals,
    Directive,
    Element,
    FunctionCard,
    Include,
    ModelCard,
    ParameterCard,
    PortDirective,
    Subcircuit,
)
from longtail.netlist.expressions.parser import parse
from longtail.netlist.expressions.tree import Name, Number
from longtail.netlist.reader import read_text


def read(*lines):
    return read_text("\n".join(("title", *lines)), "deck.cir")


def card(*lines):
    (found,) = read(*lines).body
    return found


def shown(word):
    """A word as text: braces round expressions, parentheses round groups."""
    text = f"{{{word.text}}}" if word.expression is not None else word.text
    return text if word.group is None else f"{text}({' '.join(map(shown, word.group))})"


def words(item):
    return " ".join(shown(word) for word in item.words)


def values(item):
    return {assignment.name: assignment.value for assignment in item.assignments}


# every form here was read by ngspice 39 with the same meaning, but a sign before a brace, which it refuses, and quotes
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("R1 A B 1k", "a b 1k"),
        ("r1 a,b 1k", "a b 1k"),
        ("r1 (a b) {2*rc}", "a b {2*rc}"),
        ("r1 a b '2 * rc'", "a b {2 * rc}"),
        ("v1 a 0 dc 0 ac 1 90 sin(0 1 1k)", "a 0 dc 0 ac 1 90 sin(0 1 1k)"),
        ("v1 a 0 SIN (0,1,1k)", "a 0 sin(0 1 1k)"),
        ("v1 a 0 pulse 0 1 1n", "a 0 pulse 0 1 1n"),
        ("v1 a 0 pwl(0 0, 1 {x*2})", "a 0 pwl(0 0 1 {x*2})"),
        ("v1 a 0 (2)", "a 0 2"),
        ("v1 a 0 -{x}", "a 0 {-x}"),
        ("e1 a 0 (b,c) 10", "a 0 b c 10"),
        ("e1 a 0 poly(2) b 0 c 0 0 1 1", "a 0 poly(2) b 0 c 0 0 1 1"),
        ("e1 a 0 POLY (2) (b,0) (c,0) 0 1 1", "a 0 poly(2) b 0 c 0 0 1 1"),
        ("e1 a 0 table {v(b)} = (0,0) (1,5)", "a 0 table {v(b)} 0 0 1 5"),
        ("e1 a 0 table {v(b)} (0,0) (1,5)", "a 0 table {v(b)} 0 0 1 5"),
        ("g1 a 0 table(v(b,c)*2, 0,0, 1,{x})", "a 0 table {v(b,c)*2} 0 0 1 {x}"),
        ("e1 a 0 value {v(b)*2}", "a 0 value {v(b)*2}"),
        ("x1 a b amp params: r=1", "a b amp"),
        ("q1 c b e 0 n 2 off", "c b e 0 n 2 off"),
        ('x1 a b "My Amp"', "a b my amp"),
        ("k1 l1 l2 0.9", "l1 l2 0.9"),
        ("m1 net-1 in+ x.y /s nch", "net-1 in+ x.y /s nch"),
    ],
)
def test_words(line, expected):
    assert words(card(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("m1 d g s b n w=2u L = 1u m= 2", {"w": "2u", "l": "1u", "m": "2"}),
        ("r1 a b r='2*rc' tc1={t}", {"r": "2*rc", "tc1": "t"}),
        ("r1 a b r=abs(x, y)*2 m=2", {"r": "abs(x,y)*2", "m": "2"}),
        ("r1 a b r=(2*x)", {"r": "2*x"}),
        ("r1 a b 1k temp=-40", {"temp": "-40"}),
        ("b1 a 0 v=tanh(v(b,c))", {"v": "tanh(v(b,c))"}),
        ("b1 a 0 v = 2 * v(b) + 1  tc1 = 1m", {"v": "2*v(b)+1", "tc1": "1m"}),
        ("b1 a 0 I={v(b) > 1 ? 2 : 3}", {"i": "v(b) > 1 ? 2 : 3"}),
        ("b1 a 0 i = v(b) >= 1 && v(b) != 2 || v(c) == 0", {"i": "v(b)>=1&&v(b)!=2||v(c)==0"}),
        ("b1 a 0 v='v(b)*2' m=3", {"v": "v(b)*2", "m": "3"}),
        ("e1 a 0 value = v(b) * 3", {"value": "v(b)*3"}),
        ("e1 a 0 VALUE={table(v(b), 0,0, 1,1)}", {"value": "table(v(b),0,0,1,1)"}),
        ("e1 a 0 vol='v(b)+1'", {"vol": "v(b)+1"}),
        ("g1 a 0 cur = v(b) * 1m m=2", {"cur": "v(b)*1m", "m": "2"}),
        ("x1 a b amp r={2*k} c=1p", {"r": "2*k", "c": "1p"}),
        ("x1 a b amp PARAMS: r=1 c=2", {"r": "1", "c": "2"}),
    ],
)
def test_assignments(line, expected):
    assert values(card(line)) == {name: parse(text) for name, text in expected.items()}


def test_lists_behind_a_name():
    (tc, m) = card("r1 a b 1k tc=1m,2u m=2").assignments
    assert (tc.name, tc.value, tc.more, m.more) == ("tc", Number(1e-3), (Number(2e-6),), ())
    (tc,) = card("r1 a b 1k tc=1m 2u").assignments
    assert (tc.value, tc.more) == (Number(1e-3), (Number(2e-6),))
    (ic,) = card("q1 c b e n ic=0.6,{x}").assignments
    assert ic.more == (Name("x"),)
    assert words(card("x1 a s w=1 2")) == "a s 2"


def test_the_span_of_every_field_is_where_it_stands():
    q1 = card("q1 c b", "* between", "+ E n  AREA = 2")
    assert [(w.span.line, w.span.column, w.original) for w in q1.words] == [
        (2, 4, "c"),
        (2, 6, "b"),
        (4, 3, "E"),
        (4, 5, "n"),
    ]
    assert str(q1.span) == "deck.cir:2:1"
    assert str(q1.assignments[0].span) == "deck.cir:4:8"


def test_a_card_knows_its_kind_and_a_word_its_original():
    r1 = card("R1 a b 10M")
    assert (r1.letter, r1.words[2].text, r1.words[2].original) == ("r", "10m", "10M")


def test_parameters_and_functions():
    body = read(".param a = 2 * 3 b=a, c='a + b' ", "+ f(x, y) = x*y", ".func g(x) {2*x}", ".func h() = 3").body
    assert [type(item) for item in body] == [ParameterCard] * 3 + [FunctionCard] * 3
    assert [item.name for item in body] == ["a", "b", "c", "f", "g", "h"]
    assert [item.value for item in body[:3]] == [parse("2*3"), Name("a"), parse("a+b")]
    assert [(item.arguments, item.body) for item in body[3:]] == [
        (("x", "y"), parse("x*y")),
        (("x",), parse("2*x")),
        ((), Number(3.0)),
    ]


@pytest.mark.parametrize(
    "line",
    [
        ".model N NPN (IS=1e-15 BF={2*b})",
        ".model n npn(is=1e-15, bf={2*b})",
        ".model n npn is=1e-15 bf='2*b'",
        ".model n npn ( is = 1f\n+ bf=2*b )",
        ".model n, npn(is=1e-15 bf=(2*b))",
    ],
)
def test_models(line):
    model = card(line)
    assert isinstance(model, ModelCard)
    assert (model.name, model.type) == ("n", "npn")
    assert values(model) == {"is": Number(1e-15), "bf": parse("2*b")}


def test_a_model_may_hold_a_flag():
    assert values(card(".model p vdmos(pchan vto=-2)")) == {"pchan": Number(1.0), "vto": parse("-2")}


@pytest.mark.parametrize(
    ("line", "file", "section"),
    [
        (".include Models.INC", "Models.INC", None),
        (".inc 'My Models.inc'", "My Models.inc", None),
        ('.include "My Models.inc"', "My Models.inc", None),
        (".lib Process.lib TT", "Process.lib", "tt"),
        ('.lib "My Process.lib" ff', "My Process.lib", "ff"),
        (".lib Process.lib", "Process.lib", None),
        (".lib 'process'", "process", None),
    ],
)
def test_includes(line, file, section):
    include = card(line)
    assert isinstance(include, Include)
    assert (include.file, include.section) == (file, section)


def test_library_sections_are_kept_apart():
    netlist = read(".lib TT", ".param k=1", "*@ vcm 1", ".endl tt", ".lib FF", ".param k=2", ".endl", "r1 a 0 {k}")
    assert [item.name for item in netlist.body] == ["r1"]
    assert {name: body[0].value for name, body in netlist.sections.items()} == {"tt": Number(1.0), "ff": Number(2.0)}
    assert isinstance(netlist.sections["tt"][1], PortDirective)


def test_subcircuits():
    outer = card(
        ".SUBCKT Amp in out PARAMS: g=10 r={2*k}",
        ".subckt inner a b c=1p",
        "c1 a b {c}",
        ".ends inner",
        "x1 in out inner",
        ".ends",
    )
    assert isinstance(outer, Subcircuit)
    assert (outer.name, [word.text for word in outer.nodes]) == ("amp", ["in", "out"])
    assert {item.name: item.value for item in outer.parameters} == {"g": Number(10.0), "r": parse("2*k")}
    inner, x1 = outer.body
    assert (inner.name, inner.body[0].name, x1.name) == ("inner", "c1", "x1")
    assert card(".macro s a", ".eom").name == "s"


def test_a_second_end_behind_the_parts_of_a_subcircuit_is_passed_over():
    part = (".subckt part a b", "r1 a b 1k", ".ends", ".model d d")
    netlist = read(".subckt amp a b", "x1 a b part", ".ends", *part, ".ENDS Amp", "r2 a 0 1k")
    assert [item.name for item in netlist.body] == ["amp", "part", "d", "r2"]
    assert [str(note) for note in netlist.notes] == [
        "deck.cir:9:1: .ends amp is passed over: the subcircuit has ended before"
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("r1 a 0 1k", ".ends amp"),
        (".subckt amp a b", "r1 a b 1k", ".ends", ".ends"),
        (".subckt amp a b", "r1 a b 1k", ".ends", ".ends amp"),
        (".subckt amp a b", ".ends", ".subckt part a b", "r1 a b 1k", ".ends", "r2 a 0 1k", ".ends amp"),
        (".subckt amp a b", "r1 a b 1k", ".ends", ".ends other"),
        (".subckt amp a b", ".subckt inner c d", "r1 c d 1k", ".ends", ".ends", ".ends inner"),
    ],
)
def test_any_other_end_that_opens_nothing_is_refused(lines):
    with pytest.raises(NetlistError, match=r"\.ends without \.subckt"):
        read(*lines)


def test_a_section_without_its_end_is_no_section():
    with pytest.raises(NetlistError, match=r"\.aliases without \.endaliases"):
        read("r1 a 0 1k", ".aliases", "r_r1 r1(1=a 2=0)", "r2 a 0 1k")
    netlist = read("r1 a 0 1k", ".aliases", "r_r1 r1(1=a 2=0)", "_ _(a=a)", ".endaliases", "r2 a 0 1k")
    assert [item.name for item in netlist.body] == ["r1", "r2"] and len(netlist.notes) == 1


def test_conditionals():
    item = card(".if(k == 1)", "r1 a 0 1", ".elseif (k>1)", "r1 a 0 2", ".else", "r1 a 0 3", ".endif")
    assert isinstance(item, Conditionals)
    assert [branch.condition for branch in item.branches] == [parse("k==1"), parse("k>1"), None]
    assert [words(branch.body[0]) for branch in item.branches] == ["a 0 1", "a 0 2", "a 0 3"]
    nested = card(".if (a)", ".if (b)", "r1 a 0 1", ".endif", ".endif")
    assert nested.branches[0].body[0].branches[0].condition == Name("b")


@pytest.mark.parametrize(
    ("line", "name", "expected", "assigned"),
    [
        (".GLOBAL vdd vss", "global", "vdd vss", {}),
        (".temp 85", "temp", "85", {}),
        (".options reltol=1m noacct", "option", "noacct", {"reltol": "1m"}),
        (".opt gmin=1p", "option", "", {"gmin": "1p"}),
        (".nodeset v(A)=1 V( b ) = {x}", "nodeset", "", {"v(a)": "1", "v(b)": "x"}),
        (".ic v(x1.a)=-0.5", "ic", "", {"v(x1.a)": "-0.5"}),
    ],
)
def test_directives(line, name, expected, assigned):
    item = card(line)
    assert isinstance(item, Directive)
    assert (item.name, words(item)) == (name, expected)
    assert values(item) == {key: parse(text) for key, text in assigned.items()}


def test_port_directives():
    item = card("*@ Input INP inn")
    assert isinstance(item, PortDirective)
    assert (item.name, words(item), str(item.words[0].span)) == ("input", "inp inn", "deck.cir:2:10")


def test_analyses_are_skipped_with_a_note_each():
    netlist = read(
        "r1 a 0 1k", ".op", ".AC dec 10 1 1g", ".tran 1n 1u", ".print ac v(a)", ".meas ac x max v(a)", ".end"
    )
    assert [type(card).__name__ for card in netlist.body] == ["Element", "Shown", "Shown"]
    assert [note.span.line for note in netlist.notes] == [3, 4, 5, 6, 7]
    assert str(netlist.notes[1]).startswith("deck.cir:4:1: .ac skipped")


def test_a_title_card_gives_the_title():
    assert read(".title The Amplifier").title == "The Amplifier"


def test_included_text_has_no_title():
    netlist = read_text("r1 a 0 1k\n", included=True)
    assert isinstance(netlist.body[0], Element) and netlist.title == ""


def test_ten_thousand_lines_read_in_seconds():
    """Usually 0.6 s; the bound is wide for busy machines, and catches what grows with the square."""
    lines = [f"q{i} c{i} b{i} e{i} n area={{2*k}}\nr{i} c{i} 0 {i}k tc=1m,2u" for i in range(5000)]
    began = time.process_time()
    assert len(read(*lines).body) == 10_000
    assert time.process_time() - began < 5.0


@pytest.mark.parametrize(
    "text",
    [
        "r1 a 0 {" + "a" * 60_000 + "}",
        "b1 a 0 v=" + "(" * 60_000,
        ".param a=" + "f(" * 30_000,
        ".param " + "a" * 60_000,
        "b1 a 0 v=" + "a=" * 30_000,
        "r1 a 0 " + "'" * 60_001,
        "r1 a 0 {" + "1e" * 30_000 + "}",
        "r1 a 0 {" + "1" * 60_000 + "}",
        "v1 a 0 " + "sin(" * 15_000,
        "x1 " + "a=b," * 15_000,
        "b1 a 0 v={" + "v(" * 30_000,
        ".func " + " " * 60_000 + "(",
        ".model " + "a," * 30_000,
        "e1 a 0 " + "table " * 10_000,
        "+" * 60_000,
        "r1 a 0 1 a(" + "b " * 30_000 + ")",
        "b1 a 0 v=" + "+".join("a" * 30_000),
        "b1 a 0 v=" + "*".join(["v(a)"] * 12_000),
    ],
    ids=lambda text: text[:16],
)
def test_hostile_lines_take_no_time(text):
    began = time.process_time()
    try:
        read(text)
    except NetlistError as error:
        assert len(str(error)) < 200_000
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Version 4\r\nSHEET 1 880 680\r\nWIRE 1 2 3 4\r\n", "an LTspice schematic"),
        ("(kicad_sch (version 20230121) (generator eeschema)\n)\n", "a KiCad schematic"),
        ("<Qucs Schematic 0.0.22>\n<Properties>\n", "a Qucs schematic"),
        ("v {xschem version=3.0.0 file_version=1.2}\nG {}\n", "an xschem schematic"),
        ("// a pair\n\nsimulator lang=spectre\nr1 (a b) resistor r=1k\n", "a Spectre netlist"),
    ],
)
def test_what_is_no_netlist_is_named(text, what):
    with pytest.raises(InputError) as caught:
        read_text(text, "pair.asc")
    assert caught.value.message == f"'pair.asc' is {what}, not a SPICE netlist"
    assert caught.value.hint


def test_a_title_may_be_a_version():
    assert read_text("Version 4\nr1 a 0 1k\n").title == "Version 4"
