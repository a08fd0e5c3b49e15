"""Parasitics and ratings as LTspice writes them on passive cards and voltage sources."""

import numpy as np
import pytest

import longtail as lt
from longtail.elaborate import load


def divider(card: str) -> str:
    return f"divider\nva a 0 1 ac 1\n{card}\nrl b 0 50\n*@ input a c\n*@ output b\nvc c 0 0\nrc c 0 1\n"


def impedance(card: str, hertz: float) -> complex:
    """Of the card between a and b, from the divider with 50 ohm."""
    gains = lt.read(divider(card)).gains(frequency_hz=hertz)
    return 50.0 / (gains.differential[0] + gains.common[0] / 2.0) - 50.0


@pytest.mark.parametrize("hertz", [1e4, 1e7, 3e8])
@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("l1 a b 10u Rser=3 Rpar=1k Cpar=2p", lambda s: 1 / (1 / (3 + s * 10e-6) + 1 / 1e3 + s * 2e-12)),
        ("c1 a b 1n Rser=5 Lser=2n Rpar=1Meg", lambda s: 1 / (1 / (5 + s * 2e-9 + 1 / (s * 1e-9)) + 1e-6)),
        ("c1 a b 1n Rser={2*r} Rpar=0 Lser=0\n.param r=1", lambda s: 2 + 1 / (s * 1e-9)),
        ("l1 a b 1u Rser=0", lambda s: s * 1e-6),
    ],
)
def test_impedance(card, expected, hertz):
    assert impedance(card, hertz) == pytest.approx(expected(2j * np.pi * hertz), rel=1e-6)


def test_a_source_with_a_resistance():
    circuit = load("t\nv1 a 0 2 Rser=50 Cpar=1p\nr1 a 0 150\n")
    assert [(i.name, i.nodes) for i in circuit.instances.values()] == [
        ("v1", ("v1_rser", "0")),
        ("cpar_v1", ("a", "0")),
        ("rser_v1", ("a", "v1_rser")),
        ("r1", ("a", "0")),
    ]
    assert lt.Amplifier(circuit).op().nodes["a"] == pytest.approx(1.5)


@pytest.mark.parametrize(
    "card", ["b1 0 b i=v(a)*1m Rpar=1k", "g1 0 b a 0 1m Rpar=1k Cpar=1p", "b1 b 0 v=0.5*v(a) Rpar=1"]
)
def test_beside_controlled_sources(card):
    # 1 mA into 1 kohm and 1 kohm, or half of 1 V
    assert lt.read(f"t\nva a 0 1\n{card}\nr1 b 0 1k\n").op().nodes["b"] == pytest.approx(0.5)


def test_inside_a_subcircuit_and_coupled():
    deck = "t\nx1 a b sub\nva a 0 1\nrb b 0 1\n.subckt sub 1 2\n"
    deck += "l1 1 2 1u Rser=1\nl2 1 2 1u Rser=2\nk1 l1 l2 0.5\n.ends\n"
    circuit = load(deck)
    assert circuit.instances["r.x1.rser_l2"].nodes == ("a", "x1.l2_rser")
    assert circuit.instances["k.x1.k1"].controls == ("l.x1.l1", "l.x1.l2")


def test_ratings_are_noted():
    text = "t\nva a 0 1\nr1 a b 1k tol=1 pwr=0.1\nr2 b 0 1k noiseless\n"
    text += 'c1 b 0 1u V=25 Irms=1 mfg="A B" pn="X 5" type="X5R"\n'
    circuit = load(text)
    notes = [note.message for note in circuit.notes]
    assert notes == ["r1: without effect: tol, pwr", "c1: without effect: v, irms, mfg, pn, type"]
    assert circuit.number(circuit.instances["r2"].parameters["noisy"]) == 0.0


def test_protection_of_listings_is_skipped():
    notes = [note.message for note in load("t\n.prot\nv1 a 0 1\nr1 a 0 1\n.unprot\n").notes]
    assert [note.split()[0] for note in notes] == [".prot", ".unprot"]


def test_noiseless_silences_the_resistances_of_a_capacitor():
    circuit = load("t\nc1 a 0 1n Rser=5 Rpar=1k Lser=1n noiseless\nr1 a 0 1k\n")
    silent = {i.name for i in circuit.instances.values() if i.parameters.get("noisy") == 0.0}
    assert silent == {"rser_c1", "rpar_c1"}
    assert set(circuit.instances) == {"c1", "rser_c1", "lser_c1", "rpar_c1", "r1"}
