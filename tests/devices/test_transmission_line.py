"""Lossless lines against ngspice and closed forms: a wire at dc, exact delays in small signals, and refused cards."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

import longtail as lt
from longtail.errors import InputError, NetlistError, StructuralError
from reference import ngspice

AMPLIFIER = """amplifier between lines
*@ input inp inn
*@ output lp ln
*@ supply vdd
vdd vdd 0 5
vinp inp 0 2 ac 0.5
vinn inn 0 2 ac -0.5
t1 inp 0 bp 0 z0=50 td=2n
t2 inn 0 bn 0 z0=50 td=2n
rtp bp bn 100
r1 vdd op 1k
r2 vdd on 1k
q1 op bp e n
q2 on bn e n
ie e 0 2m
re e 0 20k
t3 op 0 lp 0 zo=75 f=250meg nl=0.25
t4 on 0 ln 0 z0=75 f=250meg
cl lp 0 1p
cr ln 0 1p
rl lp ln 3k
.model n npn(bf=100 is=1e-16 cje=0.5p cjc=0.3p tf=20p rb=50)
"""


@pytest.mark.ngspice
def test_an_amplifier_between_lines_as_in_ngspice() -> None:
    found = lt.read(AMPLIFIER)
    theirs = ngspice.operating_point(AMPLIFIER).nodes
    for node, volts in found.op().nodes.items():
        assert volts == pytest.approx(theirs[node], rel=1e-7, abs=1e-9), node
    gains = ngspice.mode_gains(AMPLIFIER, ("vinp", "vinn"), ("lp", "ln"), 1e5, 3e9, 5)
    ours = found.gains(frequency_hz=gains.frequency_hz)
    for name in ("differential", "common"):
        assert getattr(ours, name) == pytest.approx(getattr(gains, name), rel=1e-6), name
    noise = ngspice.noise(AMPLIFIER, ("vinp", "vinn"), ("lp", "ln"), 1e6, 1e9, 3)
    assert found.noise(frequency_hz=noise.frequency_hz).output_v_per_rthz == pytest.approx(noise.output, rel=1e-5)


def test_the_voltage_at_the_end_of_a_line_in_closed_form() -> None:
    """A source behind z0, v_id/2 of it, sends half of it down the line; the end adds r = (z - z0)/(z + z0) of that."""
    deck = "line\nvp a 0 0\nvn b 0 0\nrs a x 50\nt1 x 0 y 0 z0=50 td=3n\nrl y 0 200\n"
    frequency_hz = np.array([1.0, 1e7, 83.3e6, 1e9, 7e9])
    ours = lt.read(deck).gains(input=("a", "b"), output="y", frequency_hz=frequency_hz)
    reflected = (200 - 50) / (200 + 50)
    for f, gain in zip(frequency_hz, ours.differential, strict=True):
        assert gain == pytest.approx(cmath.exp(-2j * math.pi * f * 3e-9) * (1 + reflected) / 4, rel=1e-9)


def test_at_dc_a_line_is_a_wire_whatever_its_impedance() -> None:
    for z0 in (1e-3, 50.0, 1e6):
        op = lt.read(f"wire\nv1 a 0 1\nr1 a b 1k\nt1 b 0 c 0 z0={z0} td=1n\nr2 c 0 1k\n").op()
        assert op.nodes["b"] == pytest.approx(0.5, rel=1e-9) and op.nodes["c"] == pytest.approx(0.5, rel=1e-9)
        line = op.devices["t1"]
        assert line["i1"] == pytest.approx(5e-4, rel=1e-9) and line["i2"] == pytest.approx(-5e-4, rel=1e-9)
        assert op.branches["t1:near"] == line["i1"]


def test_a_line_turns_a_voltage_that_floats() -> None:
    """The voltage of a port, not of a node, is carried over: here from a port that stands on 3 V to one at ground."""
    op = lt.read("port\nv0 n 0 3\nv1 a n 1\nt1 a n b 0 z0=50 td=1n\nr2 b 0 1k\n").op()
    assert op.nodes["b"] == pytest.approx(1.0, rel=1e-9)
    assert op.branches["v0"] == pytest.approx(0.0, abs=1e-12)  # what flows in at a comes out at n


def test_two_lines_are_one_of_half_the_impedance() -> None:
    """m on the card, and m of a subcircuit."""
    ends = "vp a 0 0\nvn b 0 0\nrs a x 50\nrl y 0 20\n"
    decks = (
        f"plain\n{ends}t1 x 0 y 0 z0=25 td=3n\n",
        f"m\n{ends}t1 x 0 y 0 z0=50 td=3n m=2\n",
        f"copies\n{ends}x1 x y line m=2\n.subckt line p q\nt1 p 0 q 0 z0=50 td=3n\n.ends\n",
        f"two\n{ends}t1 x 0 y 0 z0=50 td=3n\nt2 x 0 y 0 z0=50 td=3n\n",
    )
    gains = [lt.read(d).gains(input=("a", "b"), output="y", frequency_hz=[1e7, 1e8]).differential for d in decks[:3]]
    for gain in gains[1:]:
        assert gain == pytest.approx(gains[0], rel=1e-9)
    none = lt.read(decks[1].replace("m=2", "m=0")).op()
    assert none.branches["t1:near"] == 0.0


@pytest.mark.parametrize("frequency_hz", [1e3, 1e8, 1e9])
def test_half_circuits_have_the_lines_of_one_side(frequency_hz: float) -> None:
    amplifier = lt.read(AMPLIFIER)
    whole = amplifier.gains(frequency_hz=frequency_hz)
    for half in amplifier.half().halves:
        wanted = whole.differential[0] if half.mode == "differential" else whole.common[0]
        assert half.sign * half.gain(frequency_hz) == pytest.approx(wanted, rel=1e-6)


def test_formulas_know_that_a_line_is_a_wire_at_dc() -> None:
    formula = lt.read(AMPLIFIER).formula()
    text = formula.to_text()
    assert "R_1,2 ∥ R_L/2" in text and "Z_t" not in text


def test_poles_say_that_the_delay_is_left_out() -> None:
    notes = lt.read(AMPLIFIER).poles().notes
    assert any("the length of t1, t2, t3, t4, a delay of up to 2 ns, is no finite pole" in note for note in notes)


def test_two_sources_may_hold_the_ends_of_a_line_and_a_resistor() -> None:
    """A port is no voltage source: that a source drives it closes no loop."""
    assert lt.read("ends\nv1 a 0 1\nt1 a 0 b 0 z0=50 td=1n\nr1 b c 1\nv2 c 0 2\n").op().branches["v2"] == -1.0


@pytest.mark.parametrize(
    ("cards", "members"),
    [
        ("t1 a 0 b 0 z0=50 td=1n\nv2 b 0 1", "v1, t1, v2"),
        ("t1 a c b c z0=50 td=1n\nv2 b 0 1\nr2 c 0 1k", "v1, t1, v2"),
        ("t1 a 0 b c z0=50 td=1n\nv2 b c 1\nr2 c 0 1k", "v1, t1, v2"),
        ("t1 a 0 b 0 z0=50 td=1n\nt2 b 0 c 0 z0=75 td=1n\nv2 d 0 1\nl2 c d 1m", "v1, t1, t2, v2, l2"),
        ("t1 a 0 b 0 z0=50 td=1n\nt2 b 0 a 0 z0=50 td=2n", "t1, t2"),
        ("t1 a 0 a 0 z0=50 td=1n", "t1"),
        ("t1 a 0 0 0 z0=50 td=1n", "v1, t1"),
    ],
)
def test_a_line_whose_current_at_dc_is_not_determined_is_named(cards: str, members: str) -> None:
    with pytest.raises(StructuralError, match=f"in the loop of {members} is not determined") as caught:
        lt.read(f"ends\nv1 a 0 1\nr1 a b 1k\n{cards}\n").op()
    assert "put a resistor" in str(caught.value)


def test_lines_that_only_look_as_if_they_closed_a_loop() -> None:
    """Ports that float, and lines of no devices."""
    cards = "v1 a 0 1\nt1 a 0 b c z0=50 td=1n\nv2 b 0 3\nrc c 0 1k\nt2 a 0 b 0 z0=50 td=1n m=0\n"
    assert lt.read(f"turned\n{cards}").op().nodes["c"] == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize(
    ("card", "kind", "message"),
    [
        ("t1 a 0 b z0=50 td=1n", NetlistError, "expected 4 nodes"),
        ("t1 a 0 b 0 td=1n", NetlistError, "no characteristic impedance is given"),
        ("t1 a 0 b 0 z0=50", NetlistError, "no length is given"),
        ("t1 a 0 b 0 z0=0 td=1n", NetlistError, "z0"),
        ("t1 a 0 b 0 z0=50 td=-1n", NetlistError, "td"),
        ("t1 a 0 b 0 lossy z0=50 td=1n", NetlistError, "unexpected 'lossy' after four nodes"),
        ("t1 a 0 b 0 z0=50 td=1n len=2", NetlistError, "has no parameter 'len'"),
    ],
)
def test_cards_that_are_refused(card: str, kind: type[InputError], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        lt.read(f"refused\nv1 a 0 1\nr1 b 0 1k\n{card}\n").op()
    assert caught.value.span is not None and caught.value.span.line == 4


def test_a_delay_goes_before_a_length_in_wavelengths() -> None:
    amplifier = lt.read("both\nv1 a 0 1\nr1 b 0 50\nt1 a 0 b 0 z0=50 td=1n f=1meg\n")
    assert amplifier.op().devices["t1"]["delay"] == 1e-9
    assert any("td is taken" in note.message for note in amplifier.circuit.notes)
