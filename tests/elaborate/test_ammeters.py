"""Currents of devices without a branch, read by laws: in closed form, beside ngspice with ammeters written out."""

from __future__ import annotations

import math

import numpy as np
import pytest

import longtail as lt
from longtail.elaborate import load, write
from longtail.errors import NetlistError
from reference import ngspice

BOLTZMANN = 1.380649e-23
READS = """currents that laws read
v1 a 0 2
v2 b 0 0
r1 a m 1k
c1 m 0 1n
d1 m e dd
q1 c m e qq
rc vcc c 2k
vcc vcc 0 5
re e 0 1k
s1 c 0 x 0 sw
b9 x 0 i={-1m*v(m)-0.1*v(x)}
rx x 0 1k
rb b 0 1k
ro o 0 1k
b1 o 0 i={0.5*i(r1)+0.1*ic(q1)+2*i(d1)+0.3*i(s1)+3*ib(q1)-0.2*i(b9)+i(c1)}
.model dd d is=1e-15 cjo=1p
.model qq npn is=1e-16 cje=1p
.model sw sw vt=-2 vh=0 ron=10k roff=1meg
*@ input a b
*@ output o
"""
METERS = {"r1": "a", "d1": "m", "s1": "c", "c1": "m", "b9": "x"}


def by_hand(deck: str) -> str:
    """The deck with its ammeters written out, as ngspice needs them."""
    lines = []
    for line in deck.splitlines():
        name, *rest = line.split(" ")
        if name in METERS:
            lines += [f"va{name} {rest[0]} n{name} 0", " ".join([name, f"n{name}", *rest[1:]])]
        elif name == "q1":
            lines += ["vac c nc 0", "vab m nb 0", "q1 nc nb e qq"]
        else:
            lines.append(line)
    text = "\n".join(lines).replace("ic(q1)", "i(vac)").replace("ib(q1)", "i(vab)")
    for name in METERS:
        text = text.replace(f"i({name})", f"i(va{name})")
    return f"{text}\n"


def test_they_are_those_of_ammeters_in_ngspice_at_rest_and_over_frequency() -> None:
    ours, theirs = lt.read(READS).op().nodes, ngspice.operating_point(by_hand(READS)).nodes
    for node, volts in ours.items():
        assert volts == pytest.approx(theirs[node], rel=2e-6, abs=1e-9)
    on = by_hand(READS).replace("s1 ns1 0 x 0 sw", "rs1 ns1 0 10k")  # in .ac ngspice 39 has a switch as it began, off
    swept = ngspice.small_signals(on, {"v1": 1.0}, 1e3, 1e9, 3)
    f = swept.vectors["frequency"].real
    gain = 2.0 * np.asarray(lt.read(READS).gains(f).differential)
    np.testing.assert_allclose(gain, swept.voltage("o"), rtol=2e-5)


def test_what_is_written_reads_back_and_runs_in_ngspice() -> None:
    text = write(load(READS))
    assert "vmeter_r1 a r1_meter dc 0" in text and "i(vmeter_q1_c)" in text
    assert write(load(text)) == text
    ours, theirs = lt.read(READS).op(), ngspice.operating_point(text)
    assert ours.nodes == lt.read(text).op().nodes
    assert theirs.nodes["o"] == pytest.approx(ours.nodes["o"], rel=2e-6)


def test_an_operating_point_does_not_tell_of_them() -> None:
    op = lt.read(READS).op()
    assert not any("meter" in name for name in (*op.nodes, *op.devices, *op.branches))
    assert set(op.branches) == {"v1", "v2", "vcc"}
    own = lt.read("t\nv1 a 0 1\nvmeter_b a b 0\nr1 b 0 1k\n").op()
    assert own.branches["vmeter_b"] == pytest.approx(1e-3), "a source of the netlist is told of"


def test_the_noise_of_a_resistance_is_in_its_current() -> None:
    """r1 drives 4kT/R through the ammeter, r2 does not: i(r1) has r1's noise current, reduced by the loop."""
    deck = "t\nv1 a 0 1\nv2 b 0 0\nr1 a m 1k\nr2 m 0 3k noisy=0\nro o 0 1 noisy=0\nb1 o 0 i={-100*i(r1)}\n"
    found = lt.read(deck + "*@ input a b\n*@ output o\n").noise([1e3]).density
    expected = math.sqrt(4.0 * BOLTZMANN * 300.15 * 1e3) / 4e3 * 100.0
    assert math.sqrt(np.asarray(found).sum()) == pytest.approx(expected, rel=1e-6)


def test_in_copies_of_a_subcircuit_each_reads_its_own_current() -> None:
    deck = "t\nv1 a 0 2\nx1 a o s m={m}\nro o 0 1k\n.subckt s p q\nr1 p 0 1k\nb1 0 q i={0.1*i(r1)}\n.ends\n"
    for m in (1, 3):
        assert lt.read(deck.replace("{m}", str(m))).op().nodes["o"] == pytest.approx(0.2 * m)


def test_a_source_reads_its_own_current_and_the_node_before_its_ammeter() -> None:
    """i = (v - i*R)/R has i = v/(2R)."""
    op = lt.read("t\nv1 a 0 2\nb1 a 0 i={(v(a)-1k*i(b1))/1k}\n").op()
    assert op.devices["b1"]["i"] == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ("i(t1)", "reads the current of 't1', a transmission_line, which has no branch current"),
        ("i(q1)", "reads the current of 'q1', a bipolar, which has several"),
        ("is(q1)", "which has no terminal 's'"),
        ("ic(r1)", "reads the current of 'r1', a resistor, which has no branch current"),
        ("i(r2)", "refers to 'r2', which is not in the circuit"),
        ("i(r1)+i(r9)", "needs an ammeter"),
    ],
)
def test_what_cannot_be_read_is_named(law: str, message: str) -> None:
    deck = (
        "t\nv1 a 0 1\nt1 a 0 b 0 z0=50 td=1n\nrb b 0 50\nr1 a 0 1k\nr9 a 0 1k\nvmeter_r9 z 0 1\nrz z 0 1k\n"
        f"q1 a a 0 qq\n.model qq npn\nb1 o 0 i={{{law}}}\nro o 0 1k\n"
    )
    with pytest.raises(NetlistError, match=message.replace("(", r"\(")):
        load(deck)


def test_a_function_of_that_name_is_called() -> None:
    deck = "t\n.param q1=2\n.func ic(x) {3*x}\nb1 o 0 v={ic(q1)}\nro o 0 1k\n"
    assert lt.read(deck).op().nodes["o"] == pytest.approx(6.0)
