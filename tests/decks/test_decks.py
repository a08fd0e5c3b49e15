"""Decks in other programs' ways of writing: what they come to, by hand or by ngspice, and what is remarked."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from longtail.analyses.op import ANALYSIS
from longtail.devices.discovery import devices
from longtail.elaborate import load
from longtail.engine.equations.large import system_of
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.operating_point import solve_operating_point
from reference.ngspice import operating_point, small_signals

HERE = Path(__file__).parent
EXPECTED = tomllib.loads((HERE / "expected.toml").read_text())
LIVE = [name for name, row in EXPECTED.items() if "ngspice" in row]
DRIVEN = [name for name, row in EXPECTED.items() if "ac" in row]

AMPLIFIERS = [name for name in EXPECTED if name.startswith("amplifiers/")]

# What `docs/netlists.md` says that is read, and a card of an amplifier in which it stands; blanks in front are gone.
FEATURES = {
    "dialect of nodes": r"^\w+\s+\$n_\w+",
    "number with two parts": r"\b4k7\b",
    "power of two stars": r"\*\*",
    "pwr": r"\bpwrs?\(",
    "temp of several": r"^\.temp( \S+){2}",
    "data": r"^\.data\b",
    "alter": r"^\.alter\b",
    "libraries of others": r"^\.lib\s+\S*(standard|nom|ltc)\.(bjt|lib)",
    "drive letter": r"^\.(lib|include|inc) .*[cd]:\\",
    "section": r"^\.lib '?\S+'? \w+$",
    "aliases": r"^\.aliases\b",
    "load": r"^i.* load$",
    "sizes on models": r"^\.model .*\bw=\d",
    "values without equals": r"^\.model .*\bbf \d",
    "ako": r"^\.model \S+ ako:",
    "optional": r"^\.subckt .*\boptional:",
    "params": r"^\.subckt .*\bparams:",
    "text": r"\btext:",
    "if": r"^\.elseif\b",
    "func": r"^\.func\b",
    "global": r"^\.global\b",
    "bounds": r"^[eg].*\bmax=",
    "poly with parentheses": r"\bpoly\(\d\)",
    "poly without": r"\bpoly \d",
    "value": r"\bvalue\s*=?\s*{",
    "vol": r"\bvol=",
    "table": r"\btable\s*{",
    "table as a function": r"\btable\(",
    "pwl as a function": r"=pwl\(",
    "laplace": r"\blaplace\s*{",
    "laplace of ltspice": r"\blaplace=",
    "conditional": r"\?.*:",
    "limit": r"\blimit\(",
    "uramp": r"\buramp\(",
    "ideal diode": r"^\.model .*\bvfwd=",
    "bins": r"^\.model \S+\.1 .*\bwmin=",
    "rser": r"\brser=",
    "m": r"\bm=2\b",
    "area": r"\barea=\d",
    "temperature of a device": r"\bdtemp=",
    "OTA": r"^a.* ota .*\bg=",
    "asym": r"\basym\b",
    "noise by formula": r"\ben=.*freq",
    "gate of LTspice": r"^a.* schmitt ",
    "switch of level 2": r"^\.model .*sw\(level=2",
    "directed G": r"^g.*\bdir=1",
    "noiseless model": r"^\.model .*noiseless",
    "vdmos with its bulk": r"^m1 3 z 5 5 nout",
    "quoted": r"='",
}


def circuit_of(name):
    return load(HERE / f"{name}.cir", dialect=EXPECTED[name].get("dialect"))


def test_every_deck_has_its_row():
    assert {f"{path.parent.name}/{path.stem}" for path in HERE.glob("*/*.cir")} == set(EXPECTED)
    assert len(LIVE) >= 70
    assert len(DRIVEN) >= 40
    assert len(AMPLIFIERS) >= 90


def test_every_device_is_in_an_amplifier():
    used = {instance.device for name in AMPLIFIERS for instance in circuit_of(name).instances.values()}
    assert used == set(devices())


@pytest.mark.parametrize("feature", FEATURES)
def test_every_way_of_writing_is_in_an_amplifier(feature):
    pattern = re.compile(FEATURES[feature])
    lines = [
        line.strip().lower()
        for name in AMPLIFIERS
        for line in (HERE / f"{name}.cir").read_text(errors="replace").splitlines()[1:]
        if not line.lstrip().startswith("*")
    ]
    assert any(pattern.search(line) for line in lines)


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


def ac_sources(circuit):
    """The amplitudes of the sources that have one, by name."""
    found = {
        name: circuit.number(instance.parameters["acmag"])
        for name, instance in circuit.instances.items()
        if "acmag" in instance.parameters
    }
    assert all("acphase" not in circuit.instances[name].parameters for name in found)
    return found


def ac_voltages(circuit, nodes, frequency_hz):
    """The small-signal voltages of nodes for the deck's own sources, by node."""
    amplitudes = ac_sources(circuit)
    levels = {f"{name}.dc": circuit.number(circuit.instances[name].parameters.get("dc", 0.0)) for name in amplitudes}
    system = system_of(circuit, drives=tuple(levels))
    drives = np.array([[amplitudes[name.removesuffix(".dc")]] for name in system.drives])
    x = linearize(solve_operating_point(system, levels)).response(frequency_hz, drives)
    return {node: x[0, :, system.index[node], 0] for node in nodes}


def miss_of_small_signals(name):
    """How far the nodes of `ac` are from ngspice's over 1 Hz to 1 GHz, over the largest of all."""
    row, circuit = EXPECTED[name], circuit_of(name)
    plot = small_signals(HERE / f"{name}.cir", ac_sources(circuit), 1.0, 1e9, 1, behavior=row["ngspice"])
    found = ac_voltages(circuit, row["ac"], plot.vectors["frequency"].real)
    largest = max(abs(plot.voltage(node)).max() for node in row["ac"])
    assert largest > 0.0
    return {node: float(abs(found[node] - plot.voltage(node)).max() / largest) for node in row["ac"]}


@pytest.mark.ngspice
@pytest.mark.parametrize("name", DRIVEN)
def test_ngspice_agrees_on_small_signals(name):
    assert max(miss_of_small_signals(name).values()) <= 1e-4
