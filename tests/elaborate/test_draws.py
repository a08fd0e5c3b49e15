"""Statistical functions in netlists: nominal values as written in, which places draw together, and what is refused."""

from __future__ import annotations

import re

import pytest

import longtail as lt
from longtail.circuit import Circuit
from longtail.elaborate import load, write
from longtail.elaborate.draws import without_draws
from longtail.errors import NetlistError, OptionError, UnsupportedError
from reference.ngspice import operating_point

PAIR = """a pair
.param rr={rr} w={w}
.func near(x) {near}
.model qn npn(is={is} bf=100)
vcc vcc 0 10
vee vee 0 -10
vip inp 0 0
vin inn 0 0
q1 o1 inp t qn
q2 o2 inn t qn
rc1 vcc o1 {{rr*w}} tc1={tc} tc2=2u
rc2 vcc o2 {{rr*{part}+near(2k)-2k}}
b1 vcc 0 i={{1m*{part}}}
x1 t vee tail
x2 vcc vee tail r={r}
.subckt tail a b r=10k
.param k={k}
r1 a c {{r*k}}
r2 c b {{r*k/100}}
.ends
"""
DRAWN = {
    "rr": "'agauss(10k,300,3)'",
    "w": "{unif(1,0.1)}",
    "near": "{aunif(x,10)}",
    "is": "{gauss(1f,0.1,1)}",
    "tc": "{agauss(1m,10u,1)}",
    "part": "(1+agauss(0,0.01,3))",
    "r": "{limit(20k,100)}",
    "k": "{limit(1,0.1)}",
}
NOMINAL = {
    "rr": "'10k'",
    "w": "{1}",
    "near": "{x}",
    "is": "{1f}",
    "tc": "{1m}",
    "part": "(1+0)",
    "r": "{20k}",
    "k": "{1}",
}


def functions(circuit: Circuit) -> list[tuple[str, tuple[str, ...], str, bool]]:
    return [(draw.function, draw.owners, draw.parameter, draw.local) for draw in circuit.draws.values()]


def test_nominally_a_function_is_its_nominal_value_to_the_last_bit() -> None:
    drawn, written = lt.read(PAIR.format(**DRAWN)), lt.read(PAIR.format(**NOMINAL))
    for asked in (
        lambda amp: amp.op(),
        lambda amp: amp.gains("1:1g:5"),
        lambda amp: amp.offset(),
        lambda amp: amp.half(),
        lambda amp: amp.formula(),
        lambda amp: amp.gains(parameters={"rr": [9e3, 10e3], "rc1.r": [9e3, 8e3]}),
    ):
        assert asked(drawn).to_json() == asked(written).to_json()
    plain = without_draws(drawn.circuit)
    assert plain.parameters == written.circuit.parameters
    assert not plain.draws
    for name, instance in plain.instances.items():
        assert {k: plain.number(v) for k, v in instance.parameters.items()} == {
            k: written.circuit.number(v) for k, v in written.circuit.instances[name].parameters.items()
        }


def test_a_device_and_an_instance_of_a_subcircuit_draw_for_themselves_the_top_level_once() -> None:
    assert functions(load(PAIR.format(**DRAWN))) == [
        ("agauss", (), "rr", False),
        ("unif", (), "w", False),
        ("agauss", ("rc1",), "tc1", True),
        ("agauss", ("rc2",), "r", True),
        ("aunif", ("rc2",), "r", True),
        ("agauss", ("b1",), "law", True),
        ("limit", ("r.x1.r1", "r.x1.r2"), "r", True),
        ("limit", ("r.x2.r1", "r.x2.r2"), "r", True),
        ("limit", ("r.x2.r1", "r.x2.r2"), "r", True),
        ("gauss", ("q1", "q2"), "is", False),
    ]


def test_every_call_of_a_function_of_the_netlist_draws_anew() -> None:
    circuit = load("t\n.func near(x) {agauss(x,1,1)}\nv1 a 0 1\nr1 a 0 {near(1k)+near(2k)}\nr2 a 0 {near(1k)}\n")
    assert [draw.owners for draw in circuit.draws.values()] == [("r1",), ("r1",), ("r2",)]


def test_two_values_of_one_assignment_draw_for_themselves() -> None:
    circuit = load("t\nv1 a 0 1\nr1 a 0 1k tc={agauss(1m,1u,1)},{agauss(1u,1n,1)}\n")
    assert [(draw.owners, draw.parameter) for draw in circuit.draws.values()] == [(("r1",), "tc1"), (("r1",), "tc2")]


def test_a_model_of_a_subcircuit_draws_for_every_instance_of_it() -> None:
    text = "t\nv1 a 0 1\nx1 a s\nx2 a s\n.subckt s p\nd1 p 0 dm\nd2 p 0 dm\n.model dm d(is={agauss(1f,1a,1)})\n.ends\n"
    assert functions(load(text)) == [
        ("agauss", ("d.x1.d1", "d.x1.d2"), "is", True),
        ("agauss", ("d.x2.d1", "d.x2.d2"), "is", True),
    ]


def test_three_arguments_of_limit_clip() -> None:
    circuit = load("t\nv1 a 0 1\nr1 a 0 {limit(5k,1k,2k)}\n")
    assert circuit.instances["r1"].parameters["r"] == 2000.0
    assert not circuit.draws


def test_a_function_of_the_netlist_with_that_name_is_that() -> None:
    circuit = load("t\n.func agauss(a,b,c) {a+b+c}\nv1 a 0 1\nr1 a 0 {agauss(1,2,3)}\n")
    assert circuit.instances["r1"].parameters["r"] == 6.0


@pytest.mark.parametrize(
    ("call", "message", "kind"),
    [
        ("agauss(1k,1)", r"agauss takes 3 arguments \(nominal, variation, sigma\), not 2", NetlistError),
        ("agauss(1k,1,3,2)", "the multiplier of HSPICE is not supported", UnsupportedError),
        ("aunif(1k,1,3)", "the multiplier of HSPICE is not supported", UnsupportedError),
        ("unif(1k)", r"unif takes 2 arguments \(nominal, variation\), not 1", NetlistError),
        ("limit(1k)", "limit takes 3 arguments, not 1", NetlistError),
        ("agauss(1k,1,0)", "agauss: its sigma must be above zero, and is 0", NetlistError),
        ("gauss(1k,0.1,-s)", "gauss: its sigma must be above zero, and is -2", NetlistError),
        ("aunif(1k,-1)", "aunif: its variation must not be below zero, and is -1", NetlistError),
        ("agauss(v(a),1,1)", "a number is expected here|draws about a number", NetlistError),
        ("agauss(1k,q,1)", "unknown parameter 'q'", NetlistError),
    ],
)
def test_what_cannot_be_drawn_is_told_with_its_place(call: str, message: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=message) as caught:
        load(f"t\n.param s=2\nv1 a 0 1\nr1 a 0 {{1k+{call}}}\n")
    span = caught.value.span
    assert span is not None
    assert (span.line, span.text) == (4, f"r1 a 0 {{1k+{call}}}")


def test_a_law_draws_about_numbers() -> None:
    with pytest.raises(NetlistError, match="agauss draws about a number, not about voltages"):
        load("t\nv1 a 0 1\nr1 a b 1k\nb1 b 0 i={agauss(v(a),1,1)}\n")


def test_draws_have_no_names_for_users() -> None:
    drawn = PAIR.format(**DRAWN)
    with pytest.raises(OptionError) as caught:
        lt.read(drawn, parameters={"draw1": 1})
    assert "#" not in str(caught.value)
    with pytest.raises(OptionError):
        lt.read(drawn, parameters={"#draw1": 1})
    with pytest.raises(OptionError):
        lt.read(drawn).op(parameters={"#draw1": [0.0, 1.0]})


def test_a_value_that_is_set_draws_no_more() -> None:
    spread = {cause.name for cause in lt.read(PAIR.format(**DRAWN)).contributions().causes}
    for name in ("w", "rc1.tc1"):
        left = {cause.name for cause in lt.read(PAIR.format(**DRAWN), parameters={name: 1e-3}).contributions().causes}
        assert spread - left == {name}


def test_what_is_written_draws_the_same() -> None:
    circuit = load(PAIR.format(**DRAWN))
    text = write(circuit)
    assert "#" not in text
    assert ".param rr={agauss(10k,300,3)}" in text
    assert re.search(r"rc2 vcc o2 \{rr\*\(1\+agauss\(0,10m,3\)\)\+aunif\(2k,10\)-2k\}", text)
    assert "b1 vcc 0 i={1m*(1+drawn_1)}" in text  # ngspice draws nothing in a law
    assert "*@ mismatch drawn_1\n" in text
    assert write(load(text)) == text
    assert functions(load(text)) == functions(circuit)


def test_draws_within_draws_are_written_by_name() -> None:
    cell = ".subckt cell p\n.param r={agauss(agauss(1k,1,1),agauss(5,1,9),1)}\nr1 p 0 {r}\nr2 p 0 {aunif(r,2)}\n.ends\n"
    circuit = load(f"t\nv1 a 0 1\nx1 a cell\n{cell}")
    again = load(write(circuit))
    assert functions(again) == functions(circuit)
    assert len(circuit.draws) == 4
    assert write(again) == write(circuit)


@pytest.mark.parametrize(
    ("name", "message"),
    [("r", "the parameter 'r' draws nothing"), ("q", "there is no parameter 'q'")],
)
def test_only_a_parameter_that_draws_can_draw_for_devices(name: str, message: str) -> None:
    with pytest.raises(NetlistError, match=message) as caught:
        load(f"t\n*@ mismatch {name}\n.param r=1k\nv1 a 0 1\nr1 a 0 {{r}}\n")
    assert caught.value.span is not None
    assert caught.value.span.line == 2


def test_a_parameter_may_draw_for_the_devices_that_read_it() -> None:
    circuit = load("t\n*@ mismatch r\n.param r=agauss(1k,10,1)\nv1 a 0 1\nr1 a b {r}\nr2 b 0 {2*r}\n")
    assert functions(circuit) == [("agauss", ("r1", "r2"), "r", True)]


@pytest.mark.ngspice
def test_ngspice_reads_what_is_written() -> None:
    """With variations that are small beside the accuracy of the comparison."""
    small = {name: re.sub(r"0\.0?1\b|\b300\b|\b10\)|10u|\b100\b", "1f", text) for name, text in DRAWN.items()}
    small["near"] = "{aunif(x,1f)}"
    text = PAIR.format(**small)
    expected = operating_point(PAIR.format(**NOMINAL)).nodes
    found = operating_point(write(load(text))).nodes
    for node in ("o1", "o2", "t"):
        assert found[node] == pytest.approx(expected[node], rel=1e-6), node
