"""`ddt` in laws: admittances in closed form at every frequency, nothing at rest; poles; what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

import longtail as lt
from longtail.elaborate import load, write
from longtail.errors import UnsupportedError
from reference.ngspice import small_signals

F = np.array([1.0, 1e3, 159154.94309189535, 1e7])
S = 2j * np.pi * F
BENCH = "t\nv1 a 0 0.5 ac 1\nv2 b 0 0\nrb b 0 1k\nro o 0 1k\n*@ input a b\n*@ output o\n"


def gain(card: str) -> np.ndarray:
    """From a to o."""
    return 2.0 * np.asarray(lt.read(f"{BENCH}{card}\n").gains(F).differential)


@pytest.mark.parametrize(
    ("card", "admittance"),
    [
        ("b1 0 o i={1n*ddt(v(a))}", 1e-9 * S),
        ("b1 0 o i={1n*ddt(v(a)**2)*(1+v(a))}", 1e-9 * S * 1.0 * 1.5),
        ("g1 0 o value={1m*v(a)+300p*ddt(v(a))*tanh(v(a)/100m)}", 1e-3 + 300e-12 * S * math.tanh(5.0)),
        ("b1 0 o i={1p*ddt(1m*ddt(v(a))+v(a))}", 1e-12 * S * (1e-3 * S + 1.0)),
        ("b1 0 o i={ddt(1n*i(v3))}\nv3 a c 0\nrc c 0 2", 1e-9 * S / 2.0),
    ],
)
def test_it_is_an_admittance_in_small_signals(card: str, admittance: np.ndarray) -> None:
    np.testing.assert_allclose(gain(card), 1e3 * admittance, rtol=1e-8)
    static = 0.5 if "1m*v(a)" in card else 0.0
    assert lt.read(f"{BENCH}{card}\n").op().nodes["o"] == pytest.approx(static, abs=1e-15)


def test_it_is_the_capacitance_of_a_pole() -> None:
    """b1 is a capacitance of 1 n*(1 + tanh(v)) at its own node, behind 1 kohm."""
    sources = "t\nv1 a 0 0.5\nv2 b 0 0\nrb b 0 1k\n*@ input a b\n*@ output o\n"
    deck = f"{sources}r1 a o 1k\nb1 o 0 i={{1n*ddt(v(o))*(1+tanh(v(o)))}}\n"
    (pole,) = np.asarray(lt.read(deck).poles().poles)
    assert pole == pytest.approx(-1e6 / (1.0 + math.tanh(0.5)), rel=1e-9)


def test_in_a_subcircuit_it_is_written_for_ngspice_and_read_back() -> None:
    deck = f"{BENCH}x1 a o f m=2\n.subckt f p q\nb1 0 q i={{1n*ddt(v(p))}}\n.ends\n"
    text = write(load(deck))
    assert write(load(text)) == text
    swept = small_signals(text, {"v1": 1.0}, 1e3, 1e6, 2)
    np.testing.assert_allclose(swept.voltage("o"), 2e-6 * 2j * np.pi * swept.vectors["frequency"].real, rtol=1e-8)


@pytest.mark.parametrize("card", [".param p={ddt(2)}\nr1 o 0 {p}", "b1 o 0 i={idt(v(a))}", "b1 o 0 i={ddt(v(a),1)}"])
def test_what_has_no_answer_is_refused(card: str) -> None:
    with pytest.raises(UnsupportedError, match="needs the past of the circuit"):
        load(f"{BENCH}{card}\n")
