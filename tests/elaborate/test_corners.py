"""What no deck of the other tests meets: cards made by hand, rarely used forms, the last line of defence."""

import math

import pytest

from longtail.elaborate import elaborate, load, pipeline
from longtail.elaborate.scope import values
from longtail.errors import NetlistError, Span, UnsupportedError
from longtail.netlist.cards import Directive, Element, Netlist, Word
from longtail.netlist.expressions.tree import Binary, Name, Number

SPAN = Span("by hand", 1, 1, "")


def notes(text):
    return [note.message for note in load(text).notes]


def test_a_letter_without_device():
    card = Element("z1", (Word("a", SPAN), Word("b", SPAN)), (), SPAN)
    with pytest.raises(UnsupportedError, match="no device starts with 'z'") as caught:
        elaborate(Netlist("", (card,)))
    assert "q, r, v, x" in caught.value.hint


def test_a_directive_that_is_not_known():
    card = Directive("options", (), (), SPAN)
    with pytest.raises(UnsupportedError, match=r"\.options is not supported") as caught:
        elaborate(Netlist("", (card,)))
    assert caught.value.hint == "did you mean 'option'?"


def test_too_much_nesting_is_an_error_of_ours(monkeypatch):
    def endless(scope, faults):
        return endless(scope, faults)

    monkeypatch.setattr(pipeline, "flatten", endless)
    with pytest.raises(NetlistError, match="nested too deeply"):
        load("t\nr1 a 0 1k\n")


def test_the_hint_lists_the_model_types():
    with pytest.raises(UnsupportedError) as caught:
        load("t\nd1 a 0 m\n.model m 1x9(a=1)\n")
    assert "npn, pnp" in caught.value.hint


@pytest.mark.parametrize(
    ("deck", "note"),
    [
        ("v1 a 0 1 distof1 1 0", "v1: distof1 is ignored"),
        ("v1 a 0 1 trnoise(1n 1n)", "v1: trnoise acts in transient analysis only"),
        ("v1 a 0 pwl(0 1 1 2) r=0", "v1: r acts in transient analysis only"),
        ("r1 a 0 1k ic=1", "r1: ic is ignored: it acts in transient analysis only"),
        ("r1 a 0 4k7", "r1: '4k7' is read as 4.7k"),
        ("e1 a 0 poly(1) b 0 3\nr1 b 0 1", "e1: poly(1) with one coefficient is a constant"),
    ],
)
def test_what_is_remarked(deck, note):
    assert note in notes(f"t\n{deck}\n")


def test_a_waveform_of_parameters_starts_at_its_value_at_zero():
    deck = "t\n.param o=1 a=2 p=30 t=1\nv1 a 0 sin({o} {a} 1k 0 0 {p})\nv2 b 0 sffm({o} {a} 1 {t} 1 {p} 90)\n"
    circuit = load(deck + "v3 c 0 pwl({-t} {o} {t} {a+1})\nv4 d 0 sin(0 {a} 1k)\n")
    dc = {name: circuit.number(source.parameters["dc"]) for name, source in circuit.instances.items()}
    assert dc["v1"] == pytest.approx(1 + 2 * math.sin(math.radians(30)), rel=1e-15)
    assert dc["v2"] == pytest.approx(1 + 2 * math.sin(math.radians(30) + 1.0), rel=1e-15)
    assert dc["v3"] == pytest.approx(2.0, rel=1e-15)
    assert dc["v4"] == 0.0


def test_words_before_a_formula_without_sign():
    circuit = load("t\ne1 a 0 value {2*v(b)}\nr1 b 0 1\n")
    assert circuit.instances["e1"].expression.left == Number(2.0)


def test_parameters_may_be_named_without_braces():
    circuit = load("t\n.param rl=1k g=3 vdc=2\nr1 a 0 rl\ne1 b 0 a 0 g\nv1 c 0 ac vdc\n")
    assert circuit.instances["r1"].parameters == {"r": Name("rl")}
    assert circuit.instances["e1"].parameters == {"gain": Name("g")}
    assert circuit.instances["v1"].parameters == {"acmag": Name("vdc")}


def test_a_multiplier_may_be_a_parameter():
    circuit = load("t\n.param k=3\n.subckt s p\nr1 p 0 1k m=2\nv1 p q 0\nf1 q 0 v1 2\n.ends\nx1 a s m={k}\n")
    assert circuit.instances["r.x1.r1"].parameters["m"] == Binary("*", Number(2.0), Name("k"))
    assert circuit.number(circuit.instances["f.x1.f1"].parameters["gain"]) == pytest.approx(2 / 3)


def test_an_unreadable_folder_gives_no_hint(tmp_path):
    (tmp_path / "main.cir").write_text("t\n.include gone/models.inc\nr1 a 0 1\n")
    with pytest.raises(NetlistError, match="is not there") as caught:
        load(tmp_path / "main.cir")
    assert caught.value.hint is None


def test_arithmetic_on_values():
    p = Name("p")
    assert [values.add(a, b) for a, b in ((1.0, 2.0), (p, 0.0), (0.0, p))] == [3.0, p, p]
    assert values.subtract(p, 0.0) == p
    assert values.subtract(0.0, p) == Binary("-", Number(0.0), p)
    assert [values.multiply(a, b) for a, b in ((2.0, 3.0), (p, 1.0), (1.0, p))] == [6.0, p, p]
    assert [values.divide(a, b) for a, b in ((3.0, 2.0), (p, p), (p, 1.0))] == [1.5, 1.0, p]
    assert values.divide(1.0, 0.0) == Binary("/", Number(1.0), Number(0.0))
