"""Parameters: order, scope, functions, overrides, what stays symbolic and what is folded."""

import pytest

from longtail.elaborate import load
from longtail.errors import NetlistError, OptionError
from longtail.netlist.expressions.tree import Binary, Name, Number


def value(circuit, instance, parameter):
    return circuit.instances[instance].parameters[parameter]


def number(circuit, instance, parameter):
    return circuit.number(value(circuit, instance, parameter))


def test_top_level_parameters_stay_symbolic():
    circuit = load("t\n.param b={2*a} a=1k\nr1 x 0 {b}\nr2 x 0 {3*500}\n")
    assert value(circuit, "r1", "r") == Name("b")
    assert value(circuit, "r2", "r") == 1500.0
    assert circuit.parameters == {"a": 1000.0, "b": Binary("*", Number(2.0), Name("a"))}
    assert list(circuit.parameters) == ["a", "b"], "each comes after those it needs"
    assert number(circuit, "r1", "r") == 2000.0


def test_locals_are_substituted_away():
    circuit = load(
        "t\n.param r0=1k\nx1 a 0 two k=3\n.subckt two p n k=2\n.param g={k*r0} h={k*k}\nr1 p n {g}\nr2 p n {h}\n.ends\n"
    )
    assert value(circuit, "r.x1.r1", "r") == Binary("*", Number(3.0), Name("r0"))
    assert value(circuit, "r.x1.r2", "r") == 9.0


def test_parameters_are_inherited_from_whoever_places_the_subcircuit():
    deck = "t\n.param g=1k\n.subckt inner a\nr1 a 0 {g}\n.ends\n.subckt outer a\n.param g=2k\nx1 a inner\n.ends\n"
    circuit = load(deck + "x1 a outer\nx2 a inner\n")
    assert number(circuit, "r.x1.x1.r1", "r") == 2000.0
    assert number(circuit, "r.x2.r1", "r") == 1000.0


def test_an_x_card_comes_before_the_body_and_the_body_before_the_default():
    deck = "t\n.subckt s a g=5k\n.param g=1k\nr1 a 0 {g}\n.ends\n.subckt d a g=5k\nr1 a 0 {g}\n.ends\n"
    circuit = load(deck + "x1 a s g=3k\nx2 a s\nx3 a d\nx4 a d params: g=7k\n")
    assert [number(circuit, f"r.x{i}.r1", "r") for i in (1, 2, 3, 4)] == [3e3, 1e3, 5e3, 7e3]


def test_functions_nest_and_see_parameters():
    circuit = load("t\n.param k=2\n.func par(x,y) {x*y/(x+y)}\n.func twice(x) {k*par(x,x)}\nr1 a 0 {twice(1k)}\n")
    assert number(circuit, "r1", "r") == 1000.0


def test_a_function_of_constants_is_folded():
    circuit = load("t\n.func sq(x) {x*x}\nr1 a 0 {sq(30)+sqrt(16)}\n")
    assert value(circuit, "r1", "r") == 904.0


def test_temper_stays_symbolic():
    circuit = load("t\n.temp 50\nr1 a 0 {10*temper}\n")
    assert value(circuit, "r1", "r") == Binary("*", Number(10.0), Name("temper"))
    assert number(circuit, "r1", "r") == 500.0


def test_a_long_chain_of_parameters_is_no_recursion():
    chain = "\n".join(f".param p{i}={{p{i + 1}+1}}" for i in range(3000))
    circuit = load(f"t\n{chain}\n.param p3000=1\nr1 a 0 {{p0}}\n")
    assert number(circuit, "r1", "r") == 3001.0


def test_overrides_take_text_and_numbers():
    deck = "t\n.param rc=1k b={2*rc}\nr1 a 0 {b}\n"
    assert number(load(deck, overrides={"RC": "4.7k"}), "r1", "r") == 9400.0
    assert number(load(deck, overrides={"b": 5}), "r1", "r") == 5.0


def test_overrides_are_checked():
    with pytest.raises(OptionError, match="no parameter 'rx'") as caught:
        load("t\n.param rc=1k\nr1 a 0 {rc}\n", overrides={"rx": 1})
    assert caught.value.hint == "did you mean 'rc'?"
    with pytest.raises(OptionError, match="no number"):
        load("t\n.param rc=1k\nr1 a 0 {rc}\n", overrides={"rc": "much"})


def test_an_override_breaks_a_circle():
    deck = "t\n.param a={b} b={a}\nr1 x 0 {a}\n"
    assert number(load(deck, overrides={"b": 3}), "r1", "r") == 3.0
    with pytest.raises(NetlistError, match="a -> b -> a"):
        load(deck)


@pytest.mark.parametrize(("choice", "resistance"), [(1, 1e3), (2, 2e3), (3, 3e3)])
def test_conditionals_follow_parameters(choice, resistance):
    deck = "t\n.param c=1\n.if (c==1)\nr1 a 0 1k\n.elseif (c==2)\n.param q=2k\nr1 a 0 {q}\n.else\nr1 a 0 3k\n.endif\n"
    circuit = load(deck, overrides={"c": choice})
    assert number(circuit, "r1", "r") == resistance


def test_conditionals_in_a_subcircuit_follow_its_instance():
    deck = "t\n.subckt s a k=1\n.if (k>1)\nr1 a 0 1k\n.else\nc1 a 0 1p\n.endif\n.ends\nx1 a s\nx2 a s k=2\n"
    assert list(load(deck).instances) == ["c.x1.c1", "r.x2.r1"]


SIBLINGS = [  # formals, body, values on the X card, and w, l, k as ngspice 39 has them where outside are 20, 30 and 40
    ("w=1 l=1 k=1", "", "w=2 l='w*3'", (2, 6, 1)),
    ("w=1 l=1 k=1", "", "l='w*3' w=2", (2, 6, 1)),
    ("w=1 l=1 k=1", "", "w='w*2' l='w'", (40, 40, 1)),
    ("w=1 l=1 k=1", "", "w='l+1' l='k+1' k=5", (31, 6, 5)),
    ("w=1 l=1 k=1", "", "w='l+1' l='k+1' k={2*3}", (31, 41, 6)),
    ("w=1 l=1 k=1", "", "k='w+1' l='k+1' w='5'", (5, 41, 6)),
    ("w=1 l=1 k=1", "", "w=l l=q", (30, 2, 1)),
    ("w=1 l='w+1' k='l+1'", "", "w='w*2'", (40, 41, 42)),
    ("w='l+1' l='k+1' k=1", "", "l='w+2'", (23, 22, 1)),
    ("w='l+1' l='k+1' k=1", "", "k='w*2' l='9'", (10, 9, 40)),
    ("w='w+1' l=1 k=1", "", "k='w*2' l='9'", (21, 9, 42)),
    ("w=1 l=1", ".param k='w+l'\n", "w='k+1'", (41, 1, 42)),
    ("w=1 l='k*2'", ".param k='w+1'\n", "k='w*3' w=6", (6, 36, 18)),
    ("w='k' l='w'", ".param k='7'\n.param w='l+2'\n.param l=3\n", "l=9", (11, 9, 7)),
    ("w=1 l=2 k=3", ".param w='w+5'\n", "", (25, 2, 3)),
    ("w=1 l=1 k=1", ".func f(x) {x*1000}\n", "l='f(1)'", (1, 2, 1)),
    ("w=1 l='2+0' k=0", ".param w='3+0'\n", "l='w' w='q+q'", (4, 20, 0)),
]


@pytest.mark.parametrize(("formals", "body", "values", "expected"), SIBLINGS)
def test_an_x_card_reads_parameters_of_its_own_line(formals, body, values, expected):
    within = f".subckt rr p n {formals}\n{body}r1 p n {{w}}\nr2 p n {{l}}\nr3 p n {{k}}\n.ends\n"
    outer = f".subckt o p n w=20 l=30 k=40\nx1 p n rr {values}\n.ends\n"
    circuit = load(f"t\n.param q=2\n.func f(x) {{x+w}}\nx0 a 0 o\nv1 a 0 1\n{outer}{within}")
    assert tuple(number(circuit, f"r.x0.x1.r{i}", "r") for i in (1, 2, 3)) == expected


def test_parameters_of_a_card_that_nothing_outside_knows_are_those_of_the_card():
    cell = ".subckt rr p n ad=0 w=1\nr1 p n {ad}\n.ends\n"
    assert number(load(f"t\n.param q=2\nx1 a 0 rr ad='w*3' w={{q}}\n{cell}"), "r.x1.r1", "r") == 6.0
    with pytest.raises(NetlistError, match="circular definition of parameters: w -> w"):
        load(f"t\nx1 a 0 rr w='w*2'\n{cell}")
    with pytest.raises(NetlistError, match="unknown parameter 'z'"):
        load(f"t\nx1 a 0 rr w={{z}}\n{cell}")


def test_m_of_a_card_reads_the_card_too():
    cell = ".subckt rr p n w=1 l='w+0'\nr1 p n 1k\n.ends\n"
    circuit = load(f"t\n.param l=7\nx1 a 0 rr w=2 m='w*3'\nx2 a 0 rr m='l+1' l='w+3'\nx3 a 0 rr l='m' m=2\n{cell}")
    assert [number(circuit, f"r.x{i}.r1", "m") for i in (1, 2, 3)] == [6.0, 5.0, 2.0]


def test_a_card_of_xschem():
    card = "XM1 d g s b nch L=1u W=2u nf=1 ad='int((nf+1)/2)*W/nf*0.18u' as='int((nf+2)/2) * W/nf * 0.18u' m=2\n"
    cell = ".subckt nch d g s b l=1u w=1u nf=1 ad=0 as=0 m=1\nm1 d g s b n l='l' w='w' ad='ad' as='as' m='m'\n.ends\n"
    circuit = load(f"t\n{card}{cell}.model n nmos(vto=1)\nv1 d 0 1\nv2 g 0 1\nv3 s 0 0\nv4 b 0 0\n")
    found = {name: number(circuit, "m.xm1.m1", name) for name in ("l", "w", "ad", "as", "m")}
    assert found == pytest.approx({"l": 1e-6, "w": 2e-6, "ad": 3.6e-13, "as": 3.6e-13, "m": 2.0})
