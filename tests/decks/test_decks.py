"""Decks in other programs' ways of writing: what they come to, by hand or by ngspice, and what is remarked."""

import tomllib
from pathlib import Path

import pytest

from longtail.analyses.op import ANALYSIS
from longtail.elaborate import load
from reference.ngspice import operating_point

HERE = Path(__file__).parent
EXPECTED = tomllib.loads((HERE / "expected.toml").read_text())
LIVE = [name for name, row in EXPECTED.items() if "ngspice" in row]


def circuit_of(name):
    return load(HERE / f"{name}.cir", dialect=EXPECTED[name].get("dialect"))


def test_every_deck_has_its_row():
    assert {f"{path.parent.name}/{path.stem}" for path in HERE.glob("*/*.cir")} == set(EXPECTED)
    assert len(LIVE) >= 25


@pytest.mark.parametrize("name", EXPECTED)
def test_it_comes_to_what_is_right(name):
    row = EXPECTED[name]
    circuit = circuit_of(name)
    found = ANALYSIS(circuit)
    branches = row.get("branches", {})
    assert row["nodes"] or branches
    for node, voltage in row["nodes"].items():
        assert found.nodes[node] == pytest.approx(voltage, rel=2e-6, abs=1e-8), node
    for source, current in branches.items():
        assert found.devices[source]["i"] == pytest.approx(current, rel=row.get("rel", 2e-6)), source
    if "notes" in row:
        notes = [str(note) for note in circuit.notes]
        for piece in row["notes"]:
            assert any(piece in note for note in notes), (piece, notes)
        assert row["notes"] or not notes


@pytest.mark.ngspice
@pytest.mark.parametrize("name", LIVE)
def test_ngspice_agrees(name):
    expected = operating_point(HERE / f"{name}.cir", behavior=EXPECTED[name]["ngspice"])
    for node, voltage in ANALYSIS(circuit_of(name)).nodes.items():
        assert abs(expected.nodes[node] - voltage) <= 5e-6 + 1e-6 * abs(voltage), node
