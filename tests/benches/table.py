"""Benches from practice: how IC designers, board, audio and instrumentation engineers and textbooks draw them.

Each entry: the deck, and what a person reads off it: inputs (positive first), outputs, supplies, the target of
nulling in V, whether the band ends at 0 Hz or has a lower corner, or a part of the refusal in place of all that.
"""

from __future__ import annotations

from typing import NamedTuple

MODELS = """.model nn npn is=2f bf=120 vaf=90 rb=80 cje=1p cjc=0.6p tf=0.3n
.model pp pnp is=1f bf=80 vaf=50 cje=1p cjc=1p tf=1n
.model n nmos vto=0.6 kp=110u lambda=0.04
.model p pmos vto=-0.7 kp=40u lambda=0.06
.model jn njf vto=-1.5 beta=1m lambda=10m
"""
RAILS = "vcc vcc 0 15\nvee vee 0 -15\n"
PAIR = "q1 o1 b1 e nn\nq2 o2 b2 e nn\nr1 vcc o1 6.8k\nr2 vcc o2 6.8k\nre e vee 10k\n"
OTA = "m1 a ip s 0 n w=20u l=1u\nm2 out in s 0 n w=20u l=1u\nm3 a a vdd vdd p w=20u l=1u\nm4 out a vdd vdd p w=20u l=1u\nit s 0 50u\n"
IDEAL = ".subckt op p n o\ne1 o 0 p n 1meg\n.ends\n"
BOYLE = """.subckt opj 1 2 3 4 5
c1 11 12 3.5p
c2 6 7 18p
dc 5 53 dx
de 54 5 dx
dlp 90 91 dx
dln 92 90 dx
dp 4 3 dx
egnd 99 0 poly(2) (3,0) (4,0) 0 .5 .5
fb 7 99 poly(5) vb vc ve vlp vln 0 4.7e6 -5e6 5e6 5e6 -5e6
ga 6 0 11 12 280e-6
gcm 0 6 10 99 9e-9
iss 3 10 195u
hlim 90 0 vlim 1k
j1 11 2 10 jx
j2 12 1 10 jx
r2 6 9 100k
rd1 4 11 3.5k
rd2 4 12 3.5k
ro1 8 5 150
ro2 7 99 150
rp 3 4 2.1k
rss 10 99 1meg
vb 9 0 0
vc 3 53 2.2
ve 54 4 2.2
vlim 7 8 0
vlp 91 0 25
vln 0 92 25
.model dx d(is=0.8f)
.model jx pjf(is=15p beta=270u vto=-1)
.ends
"""


class Bench(NamedTuple):
    deck: str
    input: tuple[str, str] = ("", "")
    output: tuple[str, ...] = ()
    supplies: tuple[str, ...] = ()
    target: float = 0.0
    refused: str = ""
    coupled: bool = False


def pair(
    front: str, input: tuple[str, str] = ("", ""), refused: str = "", rails: str = RAILS, coupled: bool = False
) -> Bench:
    """A bipolar pair with bases b1, b2 behind a front."""
    names = tuple(line.split()[0] for line in rails.split("\n") if line)
    return Bench(rails + front + PAIR, input, ("o1", "o2"), names, 0.0, refused, coupled)


def ota(
    front: str, input: tuple[str, str], rails: str = "vdd vdd 0 3\n", target: float = 1.5, supply: str = "vdd"
) -> Bench:
    """A five-transistor OTA with gates ip, in behind a front; ip is the positive one."""
    return Bench(rails + front + OTA, input, ("out",), (supply,), target)


BENCHES = {
    # pairs, as textbooks and SPICE manuals drive them
    "two grounded sources": pair("v1 b1 0 0 ac 1\nv2 b2 0 0\n", ("b1", "b2")),
    "second base at ground": Bench(RAILS + "v1 b1 0 0 ac 1\n" + PAIR.replace("b2", "0"), ("b1", "0@q2"), ("o1", "o2"), ("vcc", "vee")),
    "first base at ground": Bench(RAILS + "v2 b2 0 0 ac 1\n" + PAIR.replace("b1", "0"), ("0@q1", "b2"), ("o1", "o2"), ("vcc", "vee")),
    "second base at ground behind a resistor": pair("v1 s 0 0 ac 1\nrs1 s b1 1k\nrs2 b2 0 1k\n", ("s", "0@rs2")),
    "second base at ground by a capacitor": pair(
        "v1 s 0 ac 1\nc1 s b1 1u\nrb1 b1 0 47k\nc2 b2 0 1u\nrb2 b2 0 47k\n", ("s", "0@c2"), coupled=True
    ),
    "second base at a divider": Bench(
        "vcc vcc 0 15\nvin b1 0 4.7 ac 1\nr11 vcc b2 22k\nr12 b2 0 10k\n" + PAIR.replace("vee", "0"), ("b1", "b2"), ("o1", "o2"), ("vcc",)
    ),
    "source resistances": pair("v1 s1 0 0 ac 1\nv2 s2 0 0\nrs1 s1 b1 1k\nrs2 s2 b2 1k\n", ("s1", "s2")),
    "electrodes": pair("vra ra 0 ac 0.5\nvla la 0 ac -0.5\nre1 ra b1 10k\nce1 ra b1 47n\nre2 la b2 12k\n", ("ra", "la")),
    "differential source on a common one": pair("vd b1 b2 0 ac 1\nvcm b2 0 0\n", ("b1", "b2")),
    "common source at the positive input": pair("vd b1 b2 0 ac 1\nvcm b1 0 0\n", ("b1", "b2")),
    "halves head to tail": pair("vcm cm 0 0\nvp b1 cm ac 0.5\nvn cm b2 ac 0.5\n", ("b1", "b2")),
    "halves from a centre tap": pair("vcm cm 0 0\nvp b1 cm ac 0.5\nvn b2 cm ac -0.5\n", ("b1", "b2")),
    "an ammeter before a base": pair("v1 s 0 0 ac 1\nvi s b1 0\nv2 b2 0 0\n", ("b1", "b2")),
    "balun of E sources": pair("vd d 0 ac 1\nvcm c 0 0\ne1 b1 c d 0 0.5\ne2 b2 c d 0 -0.5\n", ("b1", "b2")),
    "balun of B sources": pair("vd d 0 ac 1\nvcm c 0 0\nb1x b1 0 v=v(c)+v(d)/2\nb2x b2 0 v=v(c)-v(d)/2\n", ("b1", "b2")),
    "a transformer wants its nodes named": pair(
        "vs s 0 ac 1\nrs s p 50\nl1 p 0 10u\nl2 b1 b2 10u\nk1 l1 l2 0.99\nrc1 b1 0 1k\nrc2 b2 0 1k\n", refused="the inputs are not known"
    ),
    "one source for both bases": Bench(RAILS + "vcm b 0 0 ac 1\n" + PAIR.replace("b1", "b").replace("b2", "b"), refused="drives both bases"),
    "a floating source alone": Bench(RAILS + "vd b1 b2 0 ac 1\n" + PAIR + "*@ input b1 b2\n", refused="common-mode level is not known"),
    # names and signs
    "minus drawn first": ota("vinm in 0 1.5\nvinp ip 0 1.5\n", ("ip", "in")),
    "vim and vip": ota("vim a1 0 1.5\nvip a2 0 1.5\nr1x a1 in 1\nr2x a2 ip 1\n", ("a2", "a1")),
    "vneg and vpos": ota("vneg a1 0 1.5\nvpos a2 0 1.5\nr1x a1 in 1\nr2x a2 ip 1\n", ("a2", "a1")),
    "vminus and vplus": ota("vminus a1 0 1.5\nvplus a2 0 1.5\nr1x a1 in 1\nr2x a2 ip 1\n", ("a2", "a1")),
    "a reference at the negative input": ota("vref a1 0 1.5\nvin a2 0 1.5\nr1x a1 in 1\nr2x a2 ip 1\n", ("a2", "a1")),
    "by the phase of the signals": ota("vx g1 0 1.5 ac 0.5 180\nvy g9 0 1.5 ac 0.5\nr1x g1 in 1\nr2x g9 ip 1\n", ("g9", "g1")),
    "by the way the output goes": ota("vx g3 0 1.5\nvy g9 0 1.5\nr1x g3 in 1\nr2x g9 ip 1\n", ("g9", "g3")),
    "by the way the output goes, the other way round": Bench(
        "vdd vdd 0 3\nvx g3 0 1.5\nvy g9 0 1.5\n" + OTA.replace(" ip s", " x s").replace(" in s", " g9 s").replace(" x s", " g3 s")
        .replace("m3 a a", "m3 out out").replace("m4 out a", "m4 a out").replace("out out vdd", "out out vdd") + "*@ output a\n",
        ("g9", "g3"), ("a",), ("vdd",), 1.5,
    ),
    "by the phase of a source that is turned round": pair("vx 0 g3 0 ac 0.5\nvy g9 0 0 ac 0.5\nr3 g3 b1 1\nr9 g9 b2 1\n", ("g9", "g3")),
    "by the direction of a floating source": pair("vd b9 b3 0 ac 1\nvcm b3 0 0\nr3 b3 b1 1\nr9 b9 b2 1\n", ("b9", "b3")),
    # supplies
    "psrr bench": ota("vinn in 0 1.5\nvinp ip 0 1.5\n", ("ip", "in"), "vdd vdd 0 3 ac 1\n"),
    "supply through an ammeter": ota("vinn in 0 1.5\nvinp ip 0 1.5\n", ("ip", "in"), "vs top 0 3\nvmeas top vdd 0\n", supply="vs"),
    "negative supply alone": Bench(
        "vss vss 0 -3\nvp ip 0 -1\nvn in 0 -1\nm1 o1 ip s vss n w=20u l=1u\nm2 o2 in s vss n w=20u l=1u\nr1 0 o1 20k\nr2 0 o2 20k\nit s vss 50u\n",
        ("ip", "in"), ("o1", "o2"), ("vss",),
    ),
    "a battery whose middle is ground by resistors": Bench(
        "vbat vp vm 9\nra vp 0 10k\nrb 0 vm 10k\nvinp inp 0 0\nvinn inn 0 0\nq1 c1 inp e nn\nq2 out inn e nn\n"
        "q3 c1 c1 vp pp\nq4 out c1 vp pp\nre e vm 20k\n",
        ("inp", "inn"), ("out",), ("vbat",), 0.0077,  # the currents into the resistors are not equal
    ),
    "negative supply by an E source": Bench(
        "vcc vcc 0 12\nevee vee 0 vcc 0 -1\nvinp inp 0 0\nvinn inn 0 0\n" + PAIR.replace("b1", "inp").replace("b2", "inn"),
        ("inp", "inn"), ("o1", "o2"), ("vcc", "evee"),
    ),
    "bias and cascode sources are no supplies": Bench(
        "vdd vdd 0 3\nvbn bn 0 0.9\nvcas cas 0 2.2\nvinp inp 0 1.5\nvinn inn 0 1.5\nm1 x1 inp s 0 n w=20u l=1u\nm2 x2 inn s 0 n w=20u l=1u\n"
        "m3 outn cas x1 0 n w=20u l=1u\nm4 outp cas x2 0 n w=20u l=1u\nr1 vdd outn 10k\nr2 vdd outp 10k\nmt s bn 0 0 n w=20u l=1u\n",
        ("inp", "inn"), ("outp", "outn"), ("vdd",),
    ),
    "load to a reference": ota("vinn in 0 1.5\nvinp ip 0 1.5\nvref mid 0 1.5\nrl out mid 100k\n", ("ip", "in")),
    # op-amps on boards
    "macromodel on one supply": Bench(
        "vcc vcc 0 5\nvp inp 0 2.5 ac 1\nvn inn 0 2.5\nx1 inp inn vcc 0 out opj\nrl out 0 20k\n" + BOYLE,
        ("inp", "inn"), ("out",), ("vcc",), 2.5,
    ),
    "difference amplifier of an ideal op-amp": Bench(
        "v1 a 0 ac 1\nv2 b 0 0\nr1 a n 10k\nr2 n out 100k\nr3 b p 10k\nr4 p 0 100k\nx1 p n out op\n" + IDEAL,
        ("a", "b"), ("out",), (), 0.0,
    ),
    "instrumentation amplifier of ideal op-amps": Bench(
        "vp inp 0 ac 0.5\nvn inn 0 ac -0.5\nx1 inp a o1x op\nx2 inn b o2x op\nrg a b 1k\nrf1 a o1x 10k\nrf2 b o2x 10k\n"
        "r1 o1x n 10k\nr2 n out 10k\nr3 o2x p 10k\nr4 p 0 10k\nx3 p n out op\n" + IDEAL,
        ("inp", "inn"), ("out",), (), 0.0,
    ),
    "inverting amplifier": Bench("vin a 0 ac 1\nr1 a n 10k\nr2 n out 100k\nx1 0 n out op\n" + IDEAL, refused="one signal input"),
    "non-inverting amplifier": Bench("vin a 0 ac 1\nr1 n 0 10k\nr2 n out 100k\nx1 a n out op\n" + IDEAL, refused="one signal input"),
    # audio and discrete
    "audio amplifier with feedback": Bench(
        RAILS + "vin b1 0 0 ac 1\nq1 c1 b1 e nn\nq2 c2 b2 e nn\nr1 vcc c1 2.2k\nr2 vcc c2 2.2k\nq3 out c1 vcc pp\nrl out vee 6.8k\n"
        "rf out b2 10k\nrg b2 0 1k\nre e vee 10k\n",
        refused="the output is fed back to b2 by rf",
    ),
    "follower": Bench(
        RAILS + "vin b1 0 0 ac 1\nq1 vcc b1 e nn\nq2 c2 out e nn\nr2 vcc c2 2.2k\nq3 out c2 vcc pp\nrl out vee 6.8k\nre e vee 10k\n",
        refused="the output is fed back to out",
    ),
    "darlington pair with bleeders": Bench(
        RAILS + "v1 inp 0 ac 1\nv2 inn 0 0\nq1 c1 inp b3 nn\nq2 c2 inn b4 nn\nq3 c1 b3 e nn\nq4 c2 b4 e nn\nr1 vcc c1 6.8k\nr2 vcc c2 6.8k\n"
        "re e vee 10k\nr3 b3 e 47k\nr4 b4 e 47k\n",
        ("inp", "inn"), ("c1", "c2"), ("vcc", "vee"),
    ),
    "AC-coupled inputs": pair("vs1 s1 0 ac 1\nvs2 s2 0\nc1 s1 b1 100n\nc2 s2 b2 100n\nrb1 b1 0 100k\nrb2 b2 0 100k\n", ("s1", "s2"), coupled=True),
    "AC-coupled with a biased reference": pair(
        "vref ref 0 1\nvs1 s1 0 ac 1\nvs2 s2 0\nc1 s1 b1 100n\nc2 s2 b2 100n\nrb1 b1 ref 100k\nrb2 b2 ref 100k\n", ("s1", "s2"), coupled=True
    ),
    "JFET pair": Bench(
        RAILS + "vp g1 0 ac 1\nvn g2 0 0\nj1 o1 g1 s jn\nj2 o2 g2 s jn\nr1 vcc o1 5k\nr2 vcc o2 5k\nit s vee 2m\n",
        ("g1", "g2"), ("o1", "o2"), ("vcc", "vee"),
    ),
}  # fmt: skip
