"""Random cascades of pairs, of every kind of transistor, tail and load: longtail finds a point that ngspice holds too.

With feedback through random resistors some have several operating points. Then ngspice is started from longtail's.
"""

from __future__ import annotations

import random

import pytest

import longtail as lt
from reference import ngspice

MODELS = (
    ".model qn npn(is=1e-15 bf=150 vaf=80 rb=100 re=1 rc=20)",
    ".model qp pnp(is=1e-15 bf=60 vaf=50 rb=100 re=1 rc=20)",
    ".model jn njf(vto=-2 beta=1m lambda=10m is=1e-14 rd=10 rs=10)",
    ".model mn nmos(vto=0.7 kp=100u gamma=0.4 lambda=0.03)",
    ".model mp pmos(vto=-0.8 kp=40u gamma=0.5 lambda=0.04)",
)
PAIRS = {
    "q": ("qa{k} c{k} {a} t{k} qn", "qb{k} d{k} {b} t{k} qn"),
    "j": ("ja{k} c{k} {a} t{k} jn", "jb{k} d{k} {b} t{k} jn {m}"),
    "m": ("ma{k} c{k} {a} t{k} vee mn w=50u l=1u", "mb{k} d{k} {b} t{k} vee mn w={{50u*{m}}} l=1u"),
}
TAILS = (
    ("rt{k} t{k} vee {{2/{i}}}",),
    ("it{k} t{k} vee {i}",),
    ("qt{k} t{k} bb{k} vee qn", "qu{k} bb{k} bb{k} vee qn", "rb{k} vcc bb{k} {{3/{i}}}"),
)
LOADS = (
    ("rc{k} vcc c{k} {{4/{i}}}", "rd{k} vcc d{k} {{4*{m}/{i}}}"),
    ("ml{k} c{k} c{k} vcc vcc mp w=40u l=1u", "mk{k} d{k} c{k} vcc vcc mp w=40u l=1u"),
    ("ql{k} c{k} c{k} vcc qp", "qk{k} d{k} c{k} vcc qp"),
)
FOLLOWERS = (
    *("qf{k} vcc c{k} f{k} qn", "qg{k} vcc d{k} g{k} qn"),
    *("rf{k} f{k} vee {{10/{i}}}", "rg{k} g{k} vee {{10/{i}}}"),
)


def amplifier(seed: int) -> str:
    """A deck of two to twelve stages."""
    draw = random.Random(seed)
    supplies = draw.choice([3.3, 5, 12, 15]), draw.choice([0, -5, -15])
    lines = ["random amplifier", f"vcc vcc 0 {supplies[0]}", f"vee vee 0 {supplies[1]}", *MODELS]
    lines += [f"v{n} {n} 0 {draw.uniform(0.0, 1.0):.3f}" for n in ("i1", "i2")]
    a, b = "i1", "i2"
    for k in range(draw.randint(2, 12)):
        words = {
            "k": k,
            "a": a,
            "b": b,
            "m": draw.choice([1, 1, 1.001, 1.05]),
            "i": f"{10 ** draw.uniform(-5, -2.5):.3g}",
        }
        parts = [*PAIRS[draw.choice("qqjm")], *draw.choice(TAILS), *draw.choice(LOADS)]
        followed = draw.random() < 0.4
        lines += [part.format(**words) for part in (*parts, *(FOLLOWERS if followed else ()))]
        outputs = (f"f{k}", f"g{k}") if followed else (f"c{k}", f"d{k}")
        if k and draw.random() < 0.25:
            lines.append(f"rx{k} {outputs[1]} {a} {10 ** draw.uniform(3, 6):.3g}")
        a, b = outputs if draw.random() < 0.7 else outputs[::-1]
    return "\n".join([*lines, ""])


def apart(ours: dict[str, float], theirs: dict[str, float]) -> float:
    """The largest difference of a node, over 1e-5 of its voltage and 1 uV."""
    return max(abs(ours[n] - v) / (1e-5 * abs(v) + 1e-6) for n, v in theirs.items() if n in ours)


@pytest.mark.ngspice
@pytest.mark.parametrize("seed", range(12))
def test_a_random_amplifier_has_an_operating_point_of_ngspice(seed: int) -> None:
    deck = amplifier(seed)
    found = lt.read(deck).op().nodes
    if apart(found, ngspice.operating_point(deck).nodes) > 1.0:
        start = ".nodeset " + " ".join(f"v({n})={v!r}" for n, v in found.items())
        assert apart(found, ngspice.operating_point(f"{deck}{start}\n").nodes) < 1.0
