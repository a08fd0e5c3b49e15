"""ngspice on both sides: the deck as it stands, and the flat netlist that longtail makes of it."""

from pathlib import Path

import pytest

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


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_keep_their_operating_point(name):
    compare(HERE.parents[1] / "examples" / f"{name}.cir")


def test_overrides_do_what_they_do_in_ngspice():
    compare(HERE / "decks" / "everything.cir", overrides={"rc": 6e3, "fast": 0, "vsup": 9})
