"""Source imbalance: closed forms, the two ways of computing it against each other, and ngspice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.source_imbalance import Network, behind, solved
from longtail.driven.inputs import find_drives
from longtail.driven.mode_gains import mode_gains
from longtail.driven.nulling import bias
from longtail.driven.port_maps import port_matrices
from longtail.engine.small_signal.at_point import linearize
from reference import gallery, ngspice
from reference.comparison import assert_same_gains

RIN, GAIN, ACM = 10e6, 50.0, 1e-3

AMPLIFIER = f"""an amplifier with an input resistance
v1 inp 0 0
v2 inn 0 0
rin1 inp 0 {RIN}
rin2 inn 0 {RIN}
e1 x 0 inp inn {GAIN}
e2 o x inp 0 {ACM / 2}
e3 p o inn 0 {ACM / 2}
rl p 0 1k
*@ input inp inn
*@ output p
"""
F = np.logspace(0, 6, 13)


def divider(r: float, c: float) -> np.ndarray:
    """What a source hands on through r to the input with its resistance and a cable."""
    return 1 / (1 + r * (1 / RIN + 2j * np.pi * F * c))


def test_resistance_and_capacitance_by_hand() -> None:
    r = lt.read(AMPLIFIER).source_imbalance(
        resistance=51e3,
        resistance_difference=10e3,
        capacitance=200e-12,
        capacitance_difference=40e-12,
        frequency_hz=F,
    )
    first, second = divider(56e3, 220e-12), divider(46e3, 180e-12)
    assert not r.inserted
    unwanted = GAIN * (first - second) + ACM * (first + second) / 2
    wanted = GAIN * (first + second) / 2 + ACM * (first - second) / 4
    np.testing.assert_allclose(r.matrix[:, 0, 1], unwanted, rtol=1e-9)
    np.testing.assert_allclose(r.matrix[:, 0, 0], wanted, rtol=1e-9)
    np.testing.assert_allclose(r.cmrr_db, 20 * np.log10(np.abs(wanted / unwanted)), atol=1e-6)


def test_rule_of_thumb() -> None:
    """Far above the input resistance's corner, A_cm = A_d*dR*2*pi*f*C: 1 kohm and 200 pF at 50 Hz are 84 dB."""
    r = lt.read(AMPLIFIER.replace(str(RIN), "1e15").replace(str(ACM / 2), "0")).source_imbalance(
        resistance=10e3, resistance_difference=1e3, capacitance=200e-12, frequency_hz=[50.0]
    )
    assert r.cmrr_db[0] == pytest.approx(-20 * np.log10(1e3 * 2 * np.pi * 50 * 200e-12), abs=0.01)
    assert r.cmrr_db[0] == pytest.approx(84.0, abs=0.1)


def test_equal_sources_leave_the_amplifier_its_rejection() -> None:
    r = lt.read(AMPLIFIER).source_imbalance(resistance_difference=0.0, frequency_hz=F)
    np.testing.assert_allclose(r.cmrr_db, 20 * np.log10(GAIN / ACM), atol=1e-6)
    np.testing.assert_array_equal(r.cmrr_db, r.balanced_cmrr_db)
    np.testing.assert_allclose(r.amplifier_cmrr_db, 20 * np.log10(GAIN / ACM), atol=1e-9)


def test_the_map_holds_the_curve() -> None:
    """Its last row is a difference as large as the resistance, the first a thousandth."""
    amp = lt.read(AMPLIFIER)
    r = amp.source_imbalance(resistance=20e3, frequency_hz=F)
    assert r.map_difference[[0, -1]] == pytest.approx([20.0, 20e3])
    for k in (0, 12, 24):
        one = amp.source_imbalance(resistance=20e3, resistance_difference=r.map_difference[k], frequency_hz=F)
        np.testing.assert_allclose(r.map_cmrr_db[k], one.cmrr_db, rtol=1e-12)


@pytest.mark.parametrize("name", ["mos_pair", "ota_5t", "sense_amplifier", "jfet_pair", "data_link_receiver"])
def test_port_admittances_and_the_inserted_network_agree(name: str) -> None:
    """Two ways to the same numbers, where no bias current flows to speak of; the JFET's moves its gates by 1e-7 V."""
    drives = find_drives(lt.read(gallery.deck(name).path, parameters=gallery.MISMATCH[name]).circuit)
    point, _ = bias(drives)
    network = Network(np.array([[1.1e3, 0.9e3], [2e3, 5e3]]), np.array([[1e-12, 1.2e-12], [0.0, 5e-12]]))
    f = np.logspace(0, 9, 10)
    by_ports = behind(network, mode_gains(drives, point, f)[0], port_matrices(drives, linearize(point), f)[0][0], f)
    in_circuit, _, status = solved(drives, network, f)
    assert (status == 0).all()
    largest = np.abs(in_circuit).max(axis=(2, 3), keepdims=True)
    assert (np.abs(by_ports - in_circuit) < (1e-5 if name == "jfet_pair" else 1e-9) * largest).all()


def test_bias_current_moves_the_operating_point(examples: Path) -> None:
    """Base current through 100 kohm: the same as a deck with the resistors and capacitors in it."""
    text = (examples / "bjt_pair.cir").read_text()
    r = lt.read(text).source_imbalance(resistance=100e3, resistance_difference=20e3, frequency_hz=F)
    assert r.inserted
    assert r.bias_current[0] == pytest.approx(0.7e-6, rel=0.1)
    by_hand = text.replace("vinp inp 0", "vinp sp 0").replace("vinn inn 0", "vinn sn 0")
    by_hand = by_hand.replace("q3 e b", "rs1 sp inp 110k\nrs2 sn inn 90k\ncs1 inp 0 100p\ncs2 inn 0 100p\nq3 e b")
    gains = lt.read(by_hand, input=["sp", "sn"]).gains(frequency_hz=F)
    np.testing.assert_allclose(r.matrix, gains.matrix, rtol=1e-7, atol=1e-12)
    assert any("bias current drops up to" in note for note in r.notes)


def test_a_nulled_amplifier_is_nulled_behind_its_sources(examples: Path) -> None:
    """The 741 draws base current: each value has an offset of its own."""
    text = (examples / "ua741.cir").read_text()
    f = np.array([1.0, 1e3, 1e5])
    r = lt.read(text).source_imbalance(resistance=10e3, resistance_difference=2e3, frequency_hz=f, null=True)
    assert r.inserted and r.input_offset == pytest.approx(-0.314e-3, rel=0.01)
    by_hand = text.replace("vinp inp 0", "vinp sp 0").replace("vinn inn 0", "vinn sn 0")
    by_hand = by_hand.replace("* input stage", "rs1 sp inp 11k\nrs2 sn inn 9k\ncs1 inp 0 100p\ncs2 inn 0 100p")
    gains = lt.read(by_hand, input=["sp", "sn"]).gains(frequency_hz=f, null=True)
    np.testing.assert_allclose(r.matrix, gains.matrix, rtol=1e-5)


def test_a_source_that_is_turned_round_counts_the_same() -> None:
    straight, turned = (
        lt.read(deck).source_imbalance(frequency_hz=F).cmrr_db
        for deck in (AMPLIFIER, AMPLIFIER.replace("v1 inp 0", "v1 0 inp"))
    )
    np.testing.assert_allclose(straight, turned, rtol=1e-12)


def test_a_symmetric_amplifier_is_limited_by_its_sources_alone(examples: Path) -> None:
    r = lt.read(examples / "mos_pair.cir").source_imbalance()
    assert np.isinf(r.balanced_cmrr_db).all() and np.isinf(r.amplifier_cmrr_db).all()
    assert np.isfinite(r.cmrr_db).all()
    assert json.loads(r.to_json())["balanced_cmrr_db"][0] is None
    assert "symmetry" in r.to_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resistance": 1e3, "resistance_difference": 2.5e3}, "resistance difference of 2500 on 1000"),
        ({"capacitance": 1e-12, "capacitance_difference": -3e-12}, "makes one of the two negative"),
        ({"resistance": 0.0}, "resistance must lie between 0.001"),
    ],
)
def test_impossible_sources_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(lt.OptionError, match=message):
        lt.read(AMPLIFIER).source_imbalance(**options)


def test_to_xarray_and_figure() -> None:
    r = lt.read(AMPLIFIER).source_imbalance(frequency_hz=F)
    data = r.to_xarray()
    assert data["map"].dims == ("difference", "frequency")
    assert float(data["cmrr"][0]) == pytest.approx(r.cmrr_db[0])
    top, bottom = r.plot().get_axes()
    assert {line.get_label() for line in top.get_lines()} == {"amplifier alone", "equal sources", "these sources"}
    assert bottom.get_ylim() == pytest.approx((10.0, 10e3))


EXAMPLES = ["bjt_pair", "bjt_pair_resistor_tail", "mos_pair", "jfet_pair", "ota_5t", "data_link_receiver"]


@pytest.mark.ngspice
@pytest.mark.parametrize("name", EXAMPLES)
def test_like_ngspice(name: str) -> None:
    deck = gallery.deck(name)
    title, *lines = deck.path.read_text().splitlines()
    network = [(10.5e3, 110e-12), (9.5e3, 90e-12)]
    for k, (source, (r, c)) in enumerate(zip(deck.sources, network, strict=True)):
        place = next(i for i, line in enumerate(lines) if line.startswith(f"{source} "))
        hot = lines[place].split()[1]
        lines[place] = re.sub(rf"^{source} {hot} ", f"{source} behind{k} ", lines[place])
        lines[:0] = [f"rsi{k} behind{k} {hot} {r!r}", f"csi{k} {hot} 0 {c!r}"]
    text = "\n".join([title, *lines])
    parameters = gallery.MISMATCH[name]
    theirs = ngspice.mode_gains(text, deck.sources, deck.outputs, 10.0, 1e7, 3, parameters=parameters)
    amp = lt.read(deck.path, parameters=parameters)
    ours = amp.source_imbalance(
        resistance=10e3,
        resistance_difference=1e3,
        capacitance=100e-12,
        capacitance_difference=20e-12,
        frequency_hz=theirs.frequency_hz,
    )
    gains = amp.gains(frequency_hz=theirs.frequency_hz)
    assert_same_gains(lt.ModeGains(**{**vars(gains), "matrix": ours.matrix}), theirs)
