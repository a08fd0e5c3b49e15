"""ngspice on both sides: the deck as it stands, and the flat netlist that longtail makes of it."""

from pathlib import Path

import pytest

from elaborate.random_hierarchy import deck
from longtail.analyses.op import ANALYSIS
from longtail.elaborate import load, write
from reference.ngspice import operating_point

HERE = Path(__file__).parent
DECKS = sorted((HERE / "decks").glob("*.cir"))
EXAMPLES = ["ua741", "instrumentation_amplifier", "two_stage_opamp", "accelerometer_bridge"]
pytestmark = pytest.mark.ngspice


def compare(deck, **options):
    circuit = load(deck, **options)
    original = operating_point(deck, parameters=options.get("overrides"))
    flat = operating_point(write(circuit))
    assert set(circuit.nodes) <= set(original.nodes)
    for node in circuit.nodes:
        assert flat.nodes[node] == pytest.approx(original.nodes[node], rel=2e-6, abs=2e-8), node


@pytest.mark.parametrize("deck", DECKS, ids=lambda path: path.stem)
def test_the_flat_netlist_has_the_same_operating_point(deck):
    compare(deck)


@pytest.mark.parametrize("deck", DECKS, ids=lambda path: path.stem)
def test_longtail_solves_what_ngspice_solves(deck):
    expected = operating_point(deck)
    for node, voltage in ANALYSIS(load(deck)).nodes.items():
        assert voltage == pytest.approx(expected.nodes[node], rel=1e-6, abs=1e-8), node


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_keep_their_operating_point(name):
    compare(HERE.parents[1] / "examples" / f"{name}.cir")


@pytest.mark.parametrize("seed", range(16))
def test_random_hierarchies(seed, tmp_path):
    path = tmp_path / "deck.cir"
    path.write_text(deck(seed))
    compare(path)


CELL = """.subckt cell a b k=1
r1 a m {k*1k} m=2
v1 m n 0.1
r2 n b 1k
f1 b 0 v1 0.3
h1 h 0 v1 200
r3 h m 2k
b1 0 m i={0.1*i(v1)+1u*v(a,b)}
e1 p 0 m 0 2
b2 q 0 v={100*i(e1)}
r4 p 0 1k
r5 q b 5k
.ends
.subckt outer a b
x1 a c cell k=2 {inner}
r1 c b 500
.ends
v1 a 0 2
rl b 0 1k
"""


def test_m_is_the_same_as_so_many_copies():
    multiplied = load("m\n" + CELL.replace("{inner}", "m=2") + "x1 a b outer m=3\n")
    copies = CELL.replace("{inner}", "\nx2 a c cell k=2") + "".join(f"x{i} a b outer\n" for i in range(3))
    flat, expected = operating_point(write(multiplied)), operating_point("copies\n" + copies)
    for node in multiplied.nodes:
        name = node.replace("x1", "x0", 1)
        assert flat.nodes[node] == pytest.approx(expected.nodes[name], rel=1e-9), node


def test_overrides_do_what_they_do_in_ngspice():
    compare(HERE / "decks" / "everything.cir", overrides={"rc": 6e3, "fast": 0, "vsup": 9})


@pytest.mark.parametrize(
    ("law", "value"),
    [
        ("limit(v(x),1,2)", 1.5),
        ("limit(v(x),2,3)", 2.0),
        ("table(v(x),0,0,1,2)", 2.0),
        ("min(v(x),2,1)", 1.0),
        ("max(v(x),2,3)", 3.0),
        ("hypot(v(x),2)", 2.5),
        ("int(-v(x))", -1.0),
        ("sqr(v(x))", 2.25),
        ("arctan(v(x))", 0.982793723247329),
        ("u(v(x))+u2(v(x))+uramp(v(x))", 3.5),
        ("k*pi*v(x)", 9.42477796076938),
    ],
)
def test_functions_that_ngspice_lacks_are_written_in_its_words(law, value):
    circuit = load(f"functions\n.param k=2\nvx x 0 1.5\nb1 a 0 v={{{law}}}\nr1 a 0 1k\n")
    assert operating_point(write(circuit)).nodes["a"] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("formula", "value"), [("limit(k,3,4)", 3.0), ("min(k,5,1)", 1.0), ("u(k)+uramp(k)+pi", 6.14159265)]
)
def test_functions_of_parameters_too(formula, value):
    circuit = load(f"functions\n.param k=2\nvx a 0 {{{formula}}}\nr1 a 0 1k\n")
    assert operating_point(write(circuit)).nodes["a"] == pytest.approx(value, rel=1e-8)
