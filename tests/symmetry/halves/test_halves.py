"""Half circuits of devices that the gallery does not have: controlled sources, models apart, and what is refused."""

from __future__ import annotations

import pytest

import longtail as lt
from longtail.analyses.half import HalfCircuits
from reference import ngspice

FRAME = """frame
v1 a 0 dc 0.9
v2 b 0 dc 0.9
vcc vcc 0 3
m1 c a e 0 n w=10u l=1u
m2 d b e 0 n w=10u l=1u
r1 vcc c 10k
r2 vcc d 10k
rt e 0 10k
ct e 0 1p
.model n nmos(vto=0.5 kp=200u lambda=0.05 tox=10n)
{more}
*@ input v1 v2
*@ output c d
.end
"""
SENSED = "vs1 vcc x 0\nvs2 vcc y 0\nr3 x c 20k\nr4 y d 20k\n"
CUT = {
    "bipolars cross-coupled": "q1 c d 0 n2\nq2 d c 0 n2\n.model n2 npn(is=1e-22 bf=50 cje=1p cjc=1p)",
    "diodes on the line": "d1 e 0 dm 2\n.model dm d(is=1e-18 cjo=1p)",
    "a source across by voltage": "e1 p q a b 3\nr5 p c 100k\nr6 q d 100k",
    "a source across by current": "g1 c d b a 10u",
    "a law across by voltage": "b1 p q v={2*tanh(v(a)-v(b))}\nr5 p c 100k\nr6 q d 100k",
    "a law on the line": "b1 e 0 i={2u*(v(c)+v(d))}",
    "a law on the line by voltage": "b1 f 0 v={0.1*(v(c)+v(d))}\nr5 f e 50k",
    "a wire across": "vx p q 0\nr5 p c 100k\nr6 q d 100k\nr7 p 0 1meg\nr8 q 0 1meg",
    "an inductor across and one on the line": "lx c d 1u\nly e f 1u\nrf f 0 10k",
    "a controlled source on the line": "g1 e 0 vcc e 1u\ne1 f 0 e 0 0.5\nr5 f e 10k",
    "currents of the own side": SENSED
    + "f1 c 0 vs1 0.1\nf2 d 0 vs2 0.1\nh1 u 0 vs1 100\nh2 w 0 vs2 100\nr5 u c 1k\nr6 w d 1k",
    "a law that reads its own side": SENSED + "b1 c 0 i={0.1*i(vs1)}\nb2 d 0 i={0.1*i(vs2)}",
    "models apart by name": ".model n3 nmos(vto=0.5 kp=200u lambda=0.05 tox=10n)\n"
    "m3 c a 0 0 n w=1u l=1u\nm4 d b 0 0 n3 w=1u l=1u",
    "small-signal resistance": "rx c d 10k ac=5k\nry e 0 10k ac=7k",
    "a pair of coupled windings": "l1 c x 1u\nl2 y d 2u\nk1 l1 l2 0.9\nrx x vcc 1\nry y vcc 1".replace("2u", "1u"),
    "windings on both sides, each pair coupled": "l1 c x 1u\nl2 d y 1u\nl3 p 0 4u\nl4 q 0 4u\nrx x vcc 1\nry y vcc 1\n"
    "rp p 0 50\nrq q 0 50\nk1 l1 l2 -0.5\nk2 l3 l4 -0.4\nk3 l1 l3 0.8\nk4 l2 l4 0.8\nk5 l1 l4 -0.3\nk6 l2 l3 -0.3",
    "a winding across, coupled to both sides": "l1 c x 1u\nl2 d y 1u\nrx x vcc 1\nry y vcc 1\nl3 p q 9u\nrp p 0 1k\n"
    "rq q 0 1k\nk1 l1 l2 -0.6\nk2 l1 l3 0.5\nk3 l2 l3 -0.5",
    "the same from the far side": "l1 c x 1u\nl2 d y 1u\nrx x vcc 1\nry y vcc 1\nl3 q p 9u\nrq q 0 1k\n"
    "rp p 0 1k\nk1 l1 l2 -0.6\nk2 l1 l3 0.5\nk3 l2 l3 -0.5",
    "a winding on the line, coupled to both sides": "l1 c x 1u m=2\nl2 d y 1u m=2\nrx x vcc 1\nry y vcc 1\nl3 e f 9u\n"
    "rf f 0 10k\nk1 l1 l2 0.6\nk2 l1 l3 0.5\nk3 l2 l3 0.5",
    "controlled sources the other way round": SENSED + "g1 c 0 d 0 10u\ng2 0 d 0 c 10u\ng3 c 0 a 0 10u\n"
    "g4 0 d b 0 -10u\nf1 c 0 vs1 0.1\nf2 0 d vs2 -0.1",
    "currents of the other side": SENSED
    + "f1 c 0 vs2 0.1\nf2 d 0 vs1 0.1\nh1 u 0 vs2 100\nh2 w 0 vs1 100\nr5 u c 1k\nr6 w d 1k",
    "currents of the other side, one the other way round": SENSED.replace("vs2 vcc y", "vs2 y vcc")
    + "f1 c 0 vs2 0.1\nf2 d 0 vs1 -0.1\nh1 u 0 vs2 100\nh2 w 0 vs1 -100\nr5 u c 1k\nr6 w d 1k",
    "a current of the other side from the other side": SENSED + "f1 c d vs1 0.1\nf2 d c vs2 0.1",
    "a law that reads the other side": SENSED + "b1 c 0 i={0.1*i(vs2)}\nb2 d 0 i={0.1*i(vs1)}",
    "a curved law of both sides": SENSED
    + "b1 c 0 i={20*i(vs2)*abs(i(vs2))+0.1*i(vs1)}\nb2 d 0 i={20*i(vs1)*abs(i(vs1))+0.1*i(vs2)}",
    "a law by voltage of the other side": SENSED
    + "b1 u 0 v={100*i(vs2)+1e6*i(vs2)**2}\nb2 w 0 v={100*i(vs1)+1e6*i(vs1)**2}\nr5 u c 1k\nr6 w d 1k",
    "a law on the line that reads both sides": SENSED + "b1 e 0 i={0.1*(i(vs1)+i(vs2))}",
    "a law across that reads both sides": SENSED + "b1 c d i={0.1*(i(vs1)-i(vs2))}",
    "sources by a current across": "vz p q 0\nr5 p c 100k\nr6 q d 100k\nf1 c d vz 0.1\nf2 c 0 vz 0.2\nf3 d 0 vz -0.2\n"
    "h1 u w vz 1k\nru u c 50k\nrw w d 50k\nh2 g 0 vz 1k\nh3 h 0 vz -1k\nrg g c 10k\nrh h d 10k",
    "a current on the line": "vl e f 0\nrf f 0 20k\nf1 c 0 vl 0.1\nf2 d 0 vl 0.1",
    "a voltage by a current on the line": "vl e f 0\nrf f 0 20k\nh1 g 0 vl 100\nrg g e 10k",
    "voltages by a current on the line": "vl e f 0\nrf f 0 20k\nh1 g 0 vl 1k\nh2 h 0 vl 1k\nrg g c 10k\nrh h d 10k",
    "a law by a current on the line": "vl e f 0\nrf f 0 20k\nb1 c 0 i={300*i(vl)**2}\nb2 d 0 i={300*i(vl)**2}",
    "multiplied": "m5 e vcc 0 0 n w=1u l=10u m=3\nrx c d 30k m=2",
}


def halved(more: str) -> tuple[lt.Amplifier, HalfCircuits]:
    amplifier = lt.read(FRAME.format(more=more))
    result = amplifier.half()
    assert isinstance(result, HalfCircuits)
    return amplifier, result


@pytest.mark.parametrize("name", CUT)
def test_gains_and_levels_are_those_of_the_whole(name: str) -> None:
    amplifier, result = halved(CUT[name])
    assert result.differential is not None and result.common is not None, result.notes
    for frequency in (1.0, 1e7):
        whole = amplifier.gains(frequency_hz=[frequency])
        assert result.differential.gain(frequency) == pytest.approx(whole.differential[0], rel=1e-9)
        assert result.common.gain(frequency) == pytest.approx(whole.common[0], rel=1e-9)
    points = amplifier.op().nodes
    for half in result.halves:
        nodes = lt.read(half.deck).op().nodes
        for node in nodes.keys() & points.keys():
            assert nodes[node] == pytest.approx(points[node], rel=1e-9, abs=1e-12), node


REFUSED = {
    "l1 c x tc1=1m 1u\nl2 d y tc1=1m 1u\nk1 l1 l2 0.5": "l1 is coupled and not given by a plain value",
}


@pytest.mark.parametrize("more", REFUSED)
def test_what_cannot_be_cut_is_said(more: str) -> None:
    _, result = halved(SENSED + more)
    assert result.mirror is not None and result.mirror.exact
    assert result.halves == ()
    assert any(REFUSED[more] in note for note in result.notes), result.notes


STEERED = [name for name in CUT if "current" in name or "reads" in name]


@pytest.mark.ngspice
@pytest.mark.parametrize("name", STEERED)
def test_ngspice_finds_the_gains_of_the_whole_in_the_halves(name: str) -> None:
    """Both decks of ngspice, the whole and each half: none of the equations are ours."""
    sweep = (10.0, 1e7, 1)
    whole = ngspice.mode_gains(FRAME.format(more=CUT[name]), ("v1", "v2"), ("c", "d"), *sweep)
    _, result = halved(CUT[name])
    for half, theirs in zip(result.halves, (whole.differential, whole.common), strict=True):
        title, *cards = half.deck.splitlines()
        deck = "\n".join([title, "v.spare spare 0 0", "r.spare spare 0 1k", *cards])
        alone = ngspice.mode_gains(deck, (half.source, "v.spare"), (half.output,), *sweep)
        assert half.sign * alone.common_to_differential == pytest.approx(theirs, rel=1e-6)


def test_a_wire_is_taken_out_of_the_halves() -> None:
    amplifier = lt.read(FRAME.format(more="vos a g 1m").replace("m1 c a e", "m1 c g e"))
    result = amplifier.half()
    assert result.differential is not None and "vos" not in result.differential.circuit.instances
    even = lt.read(FRAME.format(more="")).half()
    assert result.differential.gain(1.0) == pytest.approx(even.differential.gain(1.0), rel=1e-9)
    assert "vos, a wire: dc 0.001 and 0" in result.differential.deck


def test_models_apart_are_averaged() -> None:
    more = ".model n3 nmos(vto=0.5 kp=200u lambda=0.05 tox=10n)"
    text = FRAME.format(more=more).replace("m2 d b e 0 n ", "m2 d b e 0 n3 ")
    result = lt.read(text.replace(".model n3 nmos(vto=0.5 kp=200u", ".model n3 nmos(vto=0.52 kp=180u")).half()
    mean = lt.read(text.replace("vto=0.5 kp=200u", "vto=0.51 kp=190u")).half()
    assert result.common is not None and "n.mean nmos" in result.common.deck
    assert result.common.gain(1.0) == pytest.approx(mean.common.gain(1.0), rel=1e-9)
    assert {d.parameter for d in result.mirror.differences} == {"model vto", "model kp"}
