"""The flat writer: what is written reads back as the same circuit."""

from dataclasses import replace
from pathlib import Path

import pytest

from longtail.circuit import Ports
from longtail.elaborate import load, write

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
