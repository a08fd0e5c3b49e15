"""An m of 0: the device is taken out, whatever is inside it, and whatever hangs on it alone."""

import numpy as np
import pytest

from longtail import read
from longtail.errors import NetlistError, StructuralError

DUMMIES = """
q3 o1 inp e q m={en}
q4 o2 inn e q m={en}
m3 o1 inp e 0 n w=10u l=1u m={en}
j1 o1 inp e jj m={en}
d1 o1 0 dd m={en}
x1 o1 o2 cell m={en}
"""
PAIR = """pair
.param en=0
vdd vdd 0 5
vinp inp 0 2
vinn inn 0 2
r1 vdd o1 10k
r2 vdd o2 10k
q1 o1 inp e q
q2 o2 inn e q{}
ree e 0 1k
.model q npn is=1e-15 bf=100 rb=100 rc=10 re=5 cje=1p cjc=0.5p tf=10p vaf=50 kf=1e-15
.model n nmos vto=0.5 kp=100u rd=10 rs=10 cgso=1n
.model jj njf vto=-2 beta=1m rd=10 rs=10 cgs=1p
.model dd d is=1e-15 rs=10 cjo=1p
.subckt cell p n
v1 p u 0
r1 u w 10k
l1 w z 1u
c1 u n 1p
r2 z n 10k
f1 p n v1 2
b1 n 0 i={{1u*i(v1)}}
.ends
"""


def test_devices_with_series_resistances_are_taken_out():
    with_dummies, without = read(PAIR.format(DUMMIES)), read(PAIR.format("\n"))
    for circuit in (with_dummies, read(PAIR.format(DUMMIES.replace("{en}", "0")))):
        ours, plain = circuit.gains(), without.gains()
        np.testing.assert_allclose(ours.matrix, plain.matrix, rtol=1e-9, atol=1e-12 * np.abs(plain.matrix).max())
        assert ours.notes == plain.notes
        ours, plain = circuit.noise(), without.noise()
        np.testing.assert_allclose(ours.output_v_per_rthz, plain.output_v_per_rthz, rtol=1e-9)
    poles = [np.sort_complex(c.poles().poles) for c in (read(PAIR.format(DUMMIES.split("x1")[0])), without)]
    np.testing.assert_allclose(poles[0], poles[1], rtol=1e-6)


def test_a_lane_may_take_devices_out_and_another_put_them_in():
    swept = read(PAIR.format(DUMMIES)).sweep(vary={"en": [0.0, 1.0]}, measure=["v(o1)", "differential"])
    for lane, en in enumerate((0, 1)):
        one = read(PAIR.format(DUMMIES), parameters={"en": en}).gains(frequency_hz=swept.frequency_hz)
        assert swept["differential"][lane] == pytest.approx(one.differential, rel=1e-9)
    assert swept["v(o1)"][0] != pytest.approx(swept["v(o1)"][1], rel=1e-3)


def test_the_voltage_is_that_without_the_device():
    # ngspice 39 without m2: 1.756211
    text = "t\nvdd vdd 0 3\nvg g 0 1\nr1 vdd d 10k\nm1 d g 0 0 n w=10u l=1u\nm2 d g 0 0 n w=10u l=1u m=0\n"
    op = read(text + ".model n nmos vto=0.5 kp=100u rd=10 rs=10\n").op()
    assert op.nodes["d"] == pytest.approx(1.756211, rel=1e-6)


@pytest.mark.parametrize("card", ["l1 a b 1u m=0", "r1 a b 1k m=0", "d1 a b dd m=0\n.model dd d rs=1"])
def test_what_hangs_on_it_floats_no_less(card):
    with pytest.raises(StructuralError, match="node b has no dc path to ground"):
        read(f"t\nv1 a 0 1\n{card}\nc1 b 0 1p\n").op()


def test_inductors_that_are_not_there_close_no_loop_and_couple_nothing():
    pair = PAIR.format("\nle1 e f 1u\nre1 f 0 1k\nlm vdd 0 1u m=0\nk1 le1 lm 0.5\n")
    ours, plain = read(pair).gains(), read(pair.replace("lm vdd 0 1u m=0\nk1 le1 lm 0.5\n", "")).gains()
    np.testing.assert_allclose(ours.matrix, plain.matrix, rtol=1e-9, atol=1e-15)


def test_fewer_than_no_copies_of_a_subcircuit_are_refused():
    with pytest.raises(NetlistError, match="x1: m = -2, but it must be at least 0") as caught:
        read("t\nv1 a 0 1\nx1 a 0 s m={-k}\n.param k=2\n.subckt s p n\nr1 p n 1k\n.ends\n")
    assert caught.value.span.line == 3


@pytest.mark.parametrize("bare", ["r2 a b 1k m=0", "r2 a b 1k m=0\nr3 b 0 1k m=0", "r2 b 0 1k m=0"])
def test_a_node_of_none_but_devices_that_are_not_there_is_at_zero(bare: str) -> None:
    op = read(f"t\nv1 a 0 1\nr1 a 0 1k\n{bare}\n").op()
    assert op.nodes == {"a": pytest.approx(1.0), "b": 0.0}


def test_a_node_beside_a_device_that_is_not_there_is_where_the_others_hold_it() -> None:
    op = read("t\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\nr3 b 0 1 m=0\n").op()
    assert op.nodes["b"] == pytest.approx(0.5)


def test_a_node_with_the_name_of_an_inner_node_is_refused() -> None:
    deck = "t\nv1 a 0 1\nq1 a b 0 n\nr2 {node} 0 1k\nr3 {node} a 1\nr4 a b 1k\n.model n npn rb=100\n"
    with pytest.raises(NetlistError, match="a node is called 'q1#bi', a name that is taken"):
        read(deck.format(node="q1#bi")).op()
    assert "q1#bx" in read(deck.format(node="q1#bx")).op().nodes
