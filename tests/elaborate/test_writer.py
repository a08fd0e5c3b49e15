"""The flat writer: what is written reads back as the same circuit."""

from dataclasses import replace
from pathlib import Path

import pytest

from benches.table import BENCHES, MODELS
from longtail.amplifier import Amplifier
from longtail.circuit import Ports
from longtail.elaborate import load, write
from longtail.errors import NetlistError
from reference import ngspice

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parents[1] / "examples").glob("*.cir"))
DECKS = [*sorted((HERE / "decks").glob("*.cir")), *EXAMPLES]


def bare(circuit):
    """The circuit without what a flat netlist does not carry: places in files, notes, how ports were found."""
    return replace(
        circuit,
        instances={name: replace(instance, span=None) for name, instance in circuit.instances.items()},
        models={name: replace(model, span=None) for name, model in circuit.models.items()},
        ports=replace(circuit.ports, how={}),
        spreads=tuple(replace(rule, span=None) for rule in circuit.spreads),
        notes=(),
    )


def test_there_are_examples():
    assert len(EXAMPLES) > 10


@pytest.mark.parametrize("deck", DECKS, ids=lambda path: path.stem)
def test_reading_what_was_written_gives_the_same(deck):
    circuit = load(deck)
    again = load(write(circuit))
    assert write(again) == write(circuit)
    if not any(name[0] in "fhr" for name in behavioral(circuit)):
        assert bare(again) == bare(circuit)


@pytest.mark.parametrize("name", [name for name, bench in BENCHES.items() if not bench.refused])
def test_the_ports_that_were_found_can_be_said(name):
    circuit = load(f"{name}\n{MODELS}{BENCHES[name].deck}")
    again = load(write(circuit))
    assert (again.ports.input, again.ports.output, again.ports.supplies) == (
        circuit.ports.input,
        circuit.ports.output,
        circuit.ports.supplies,
    )


def behavioral(circuit):
    return [instance.name for instance in circuit.instances_of("behavioral")]


def test_behavioural_sources_get_a_letter_that_takes_a_formula():
    circuit = load(
        "t\nv1 a 0 1\nf2 b 0 poly(1) v1 0 1 2\nh3 c 0 poly(1) v1 0 1\nb4 d 0 i={i(h3)}\nr1 b c 1k\nr2 d 0 1\n"
    )
    again = load(write(circuit))
    assert behavioral(again) == ["b.f2", "b.h3", "b4"]
    assert again.instances["b4"].controls == ("b.h3",)


@pytest.mark.parametrize(
    "card",
    [
        "v1 a 0 dc 0.1 ac 1 90 sin(0.1 1m {f})",
        "v1 a 0 dc 1e-300",
        "r1 a b 0.30000000000000004 tc1=1m m={f}",
        "q1 a b c mq 2 off",
        "b1 a b v={f>1 ? -v(a)**2 : (v(a)-v(b))*(v(a)-(v(b)-1))/2/f}",
        "b1 a b i={!(v(a)>1) && v(b)<2 || f==3}",
    ],
)
def test_cards_read_back_exactly(card):
    circuit = load(f"t\n.param f=1k\n{card}\nr9 a b 1\nr8 b c 1\n.model mq npn(bf=123.456789012345678 is=1.1e-17)\n")
    assert bare(load(write(circuit))) == bare(circuit)


def test_settings_read_back():
    deck = "t\n.param t=50\n.option temp={t} tnom=30 gmin=1e-14 itl1=200\nr1 a 0 1\n.nodeset v(a)=1.5\n.ic v(a)=-2\n"
    circuit = load(deck + "*@ output a\n*@ vcm -0.25\n")
    again = load(write(circuit))
    assert bare(again) == bare(circuit)
    assert again.options.itl1 == 200
    assert again.ports == Ports(
        output=("a",), vcm=-0.25, how={**circuit.ports.how, "output": "directive", "vcm": "directive"}
    )


QUOTED = """nodes as KiCad names them
v1 "vcc (12 V)" 0 12
r1 "VCC (12 V)" "net-(q1-c)" 1k
r2 "net-(q1-c)" net-_q1-c_ 1k
r3 net-_q1-c_ 0 1k
x1 "net-(q1-c)" cell
.subckt cell p
r1 p "//in;" 1k
r2 "//in;" 0 1k
b1 0 "a=b" i={1m*v(p)}
r3 "a=b" 0 1k
.ends
.nodeset v(net-_q1-c_)=4
*@ output "net-(q1-c)"
"""
PLAIN = {  # the name of each node in the flat netlist, and its voltage by Kirchhoff's laws
    "vcc (12 v)": ("vcc__12_v_", 12.0),
    "net-(q1-c)": ("net-_q1-c__", 6.0),
    "net-_q1-c_": ("net-_q1-c_", 3.0),
    "x1.//in;": ("x1._in_", 3.0),
    "x1.a=b": ("x1.a_b", 6.0),
}


def test_nodes_that_need_quotes_get_other_names():
    circuit = load(QUOTED)
    assert set(circuit.nodes) == set(PLAIN)
    text = write(circuit)
    assert "* node 'net-(q1-c)' is called net-_q1-c__ here\n" in text
    again = load(text)
    assert again.nodes == tuple(PLAIN[node][0] for node in circuit.nodes)
    assert again.ports.output == ("net-_q1-c__",)
    op = Amplifier(again).op()
    assert {n: pytest.approx(op.nodes[n], rel=1e-9) for n, _ in PLAIN.values()} == dict(PLAIN.values())
    assert write(again).splitlines()[1:] == [line for line in text.splitlines()[1:] if not line.startswith("* ")]


@pytest.mark.ngspice
def test_ngspice_reads_them_too():
    point = ngspice.operating_point(write(load(QUOTED)))
    assert {n: pytest.approx(point.nodes[n], rel=1e-9) for n, _ in PLAIN.values()} == dict(PLAIN.values())


def test_quotes_do_not_keep_the_case_of_a_node():
    # ngspice 39: v(b) = 1.5
    assert load('t\nv1 "OUT" 0 3\nr1 out b 1k\nr2 "B" 0 1k\n').nodes == ("out", "b")


@pytest.mark.parametrize(
    ("element", "card"),
    [
        *(
            ("m1 a b 0 0 x w=9u l=2u", f"{kind}(level={level} vto=0.7)")
            for kind in ("nmos", "pmos")
            for level in (1, 2, 3, 44)
        ),
        *(("j1 a b 0 x", f"{kind}(level={level} vto=-2)") for kind in ("njf", "pjf") for level in (1, 2)),
        ("z1 a b 0 x", "nmf(vto=-2)"),
        ("m1 a b 0 x", "vdmos(vto=2 kp=1)"),
        ("m1 a b 0 x", "vdmos(pchan vto=-2 kp=1)"),
        ("q1 a b 0 x", "lpnp(bf=40)"),
        ("d1 a b x", "d(is=1f)"),
        ("d1 a b x", "d(ron=1 roff=1meg vfwd=0.6)"),
        ("s1 a b b 0 x", "sw(vt=1 ron=1 roff=1meg)"),
        ("s1 a b b 0 x", "vswitch(von=1 voff=0 ron=1 roff=1meg)"),
    ],
)
def test_what_is_read_back_is_the_same_device(element, card):
    """Of whatever level: one that is not named would be another device."""
    circuit = load(f"t\nva a 0 1\nvb b 0 1\n{element}\n.model x {card}\n")
    assert bare(load(write(circuit))) == bare(circuit)


def test_what_spreads_reads_back():
    rules = """*@ mismatch r(r*) sigma=0.1% correlation=0.5
*@ mismatch r(r1,r2) limit=1% sigma=2%
*@ mismatch r(r1) pelgrom=3.5n
*@ process rr limit=5"""
    circuit = load(f"t\n{rules}\n.param rr=1k\nva a 0 1\nr1 a b {{rr}}\nr2 b 0 1k\n")
    assert len(circuit.spreads) == 4
    assert bare(load(write(circuit))) == bare(circuit)


@pytest.mark.parametrize("percent", ["0.1", "0.29", "33.3"])
def test_percent_read_back_to_the_last_bit(percent):
    circuit = load(f"t\n*@ mismatch r(r*) sigma={percent}%\nva a 0 1\nr1 a 0 1k\n")
    assert load(write(circuit)).spreads[0].sigma == circuit.spreads[0].sigma


def test_places_read_back():
    rules = """*@ mismatch r(r*) sigma=0.1% correlation_length=47u
*@ mismatch r(r*) gradient=200%
*@ mismatch r(r1) gradient=3.3
*@ position r1 0.1u 0.3u
*@ position x1.r2 x=-1u y=0
*@ position r1 7u 10u"""
    circuit = load(f"t\n{rules}\nva a 0 1\nr1 a b 1k\nx1 b half\n.subckt half p\nr2 p 0 1k\n.ends\n")
    assert list(circuit.positions) == ["r1", "r.x1.r2"]
    assert len(circuit.positions["r1"]) == 2
    assert bare(load(write(circuit))) == bare(circuit)


def test_a_position_needs_a_device_and_has_no_effect_inside_a_subcircuit():
    with pytest.raises(NetlistError, match="no device 'r3'") as raised:
        load("t\n*@ position r3 0 0\nv1 a 0 1\nr1 a 0 1k\n")
    assert raised.value.span.line == 2
    text = "t\nv1 a 0 1\nx1 a half\n.subckt half p\n*@ position r1 0 0\nr1 p 0 1k\n.ends\n"
    assert any("*@ position has no effect" in note.message for note in load(text).notes)
