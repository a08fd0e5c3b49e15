"""Random amplifiers, and the ways in which a bench can drive them.

An `Amplifier` is a body between the nodes inp and inn and its outputs. Each way puts a bench in front of it: the
sources that a person would draw, and two excitations of them that are independent, for programs that know nothing of
modes. `reference` is the plain bench of the same amplifier, a source to ground at each input, at dc levels that are
given: where these are those of another way, all gains must be the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

MODELS = """.model qn npn(is=2f bf=120 vaf=90 rb=80 re=1 rc=10 cje=1p cjc=0.6p tf=0.3n)
.model qp pnp(is=1f bf=80 vaf=50 rb=60 re=1 rc=10 cje=1p cjc=1p tf=1n)
.model mn nmos(vto=0.6 kp=110u lambda=0.04 gamma=0.4 phi=0.7 tox=10n cgso=0.2n cgdo=0.2n)
.model mp pmos(vto=-0.7 kp=40u lambda=0.05 gamma=0.5 phi=0.7 tox=10n cgso=0.2n cgdo=0.2n)
.model jn njf(vto=-1.5 beta=1m lambda=10m is=1e-14 rd=10 rs=10 cgs=3p cgd=1.5p)
.model jp pjf(vto=-1.5 beta=0.6m lambda=12m is=1e-14 rd=12 rs=12 cgs=3p cgd=2p)
"""


@dataclass(frozen=True)
class Amplifier:
    """A body between inp and inn, its output nodes, and the dc common-mode level that suits it, V."""

    body: str
    output: tuple[str, ...]
    level: float

    def deck(self, bench: str, directives: str = "") -> str:
        return f"an amplifier\n{self.body}{MODELS}{bench}{directives}.end\n"


@dataclass(frozen=True)
class Bench:
    """What stands in front of the inputs: its cards with {a} and {b} for the amplitudes of two excitations.

    `named` where the inputs have to be named; `kept` are those of its cards that belong to the amplifier;
    `excitations` the two sources with these amplitudes.
    """

    cards: str
    excitations: tuple[str, str] = ("vp", "vn")
    named: bool = False
    kept: str = ""

    def with_amplitudes(self, a: str, b: str) -> str:
        return (self.cards + self.kept).format(a=a, b=b)


def amplifier(rng: random.Random) -> Amplifier:
    """A pair of transistors of any kind and polarity with loads, a tail, and a difference between its sides."""
    kind, sign = rng.choice("qmj"), rng.choice((1, -1))
    channel = "n" if sign > 0 else "p"
    other = "p" if sign > 0 else "n"
    supply = rng.choice((5.0, 9.0, 15.0))
    rails = f"vtop top 0 {sign * supply}\nvbot bot 0 {-sign * supply}\n"
    current = {"q": 1e-3, "m": 2e-4, "j": 1e-3}[kind] * rng.uniform(0.3, 1.0)
    load = rng.uniform(0.3, 0.7) * supply / (current / 2)
    size = {"q": "", "m": " w={:.4g}u l=1u", "j": ""}[kind]
    unequal = rng.choice((0.0, 0.0, rng.uniform(-0.05, 0.05)))

    def transistor(name: str, drain: str, gate: str, source: str, polarity: str, w: float = 40.0) -> str:
        bulk = (" bot" if polarity == channel else " top") if kind == "m" else ""
        return f"{kind}{name} {drain} {gate} {source}{bulk} {kind}{polarity}{size.format(w)}\n"

    degenerated = rng.random() < 0.3
    first, second = ("e1", "e2") if degenerated else ("e", "e")
    body = (
        rails
        + transistor("1", "o1", "inp", first, channel)
        + transistor("2", "o2", "inn", second, channel, 40.0 * (1 + unequal))
    )
    if degenerated:
        body += f"re1 e1 e {rng.uniform(20, 300):.4g}\nre2 e2 e {rng.uniform(20, 300):.4g}\n"
    if kind != "j" and rng.random() < 0.4:
        body += transistor("3", "o1", "o1", "top", other, 60.0) + transistor("4", "out", "o1", "top", other, 60.0)
        body = body.replace(" o2 inn", " out inn") + f"rl out 0 {rng.uniform(0.2, 2) * load:.5g}\n"
        output: tuple[str, ...] = ("out",)
    else:
        body += f"r1 top o1 {load:.6g}\nr2 top o2 {load * (1 + unequal):.6g}\n"
        output = rng.choice((("o1", "o2"), ("o2",)))
    body += f"cl {output[0]} 0 {rng.uniform(0.5, 10):.3g}p\n"
    if rng.random() < 0.5:
        body += f"rt e bot {supply / current:.6g}\nct e 0 {rng.uniform(0.2, 3):.3g}p\n"
    else:
        ends = "e bot" if sign > 0 else "bot e"
        body += f"it {ends} {current:.6g}\nrt e bot {rng.uniform(0.1, 2):.4g}meg\n"
    return Amplifier(body, output, rng.uniform(-0.2, 0.2))


def reference(first: float, second: float) -> Bench:
    """A source to ground at each input."""
    return Bench(f"vp inp 0 dc {first!r} ac {{a}}\nvn inn 0 dc {second!r} ac {{b}}\n")


def grounded(rng: random.Random, level: float) -> Bench:
    return reference(level, level)


def reversed_(rng: random.Random, level: float) -> Bench:
    return Bench(f"vp 0 inp dc {-level!r} ac {{a}}\nvn inn 0 dc {level!r} ac {{b}}\n")


def stacked_on_negative(rng: random.Random, level: float) -> Bench:
    ends = rng.choice(("inp inn", "inn inp"))
    return Bench(f"vd {ends} dc 0 ac {{a}}\nvcm inn 0 dc {level!r} ac {{b}}\n", excitations=("vd", "vcm"))


def stacked_on_positive(rng: random.Random, level: float) -> Bench:
    ends = rng.choice(("inp inn", "inn inp"))
    return Bench(f"vd {ends} dc 0 ac {{a}}\nvcm inp 0 dc {level!r} ac {{b}}\n", excitations=("vd", "vcm"))


def centre_tap(rng: random.Random, level: float) -> Bench:
    first, second = rng.choice(("inp ct", "ct inp")), rng.choice(("inn ct", "ct inn"))
    common = rng.choice((f"vcm ct 0 dc {level!r}", f"vcm 0 ct dc {-level!r}"))
    return Bench(f"{common}\nv1 {first} dc 0 ac {{a}}\nv2 {second} dc 0 ac {{b}}\n", excitations=("v1", "v2"))


def ammeter(rng: random.Random, level: float) -> Bench:
    first = rng.choice(("s1 inp", "inp s1"))
    cards = f"vs1 s1 0 dc {level!r} ac {{a}}\nvi1 {first} 0\nvs2 inn 0 dc {level!r} ac {{b}}\n"
    return Bench(cards, excitations=("vs1", "vs2"))


def two_ammeters(rng: random.Random, level: float) -> Bench:
    first, second = rng.choice(("s1 inp", "inp s1")), rng.choice(("s2 inn", "inn s2"))
    sources = f"vs1 s1 0 dc {level!r} ac {{a}}\nvs2 s2 0 dc {level!r} ac {{b}}\n"
    return Bench(f"{sources}vi1 {first} 0\nvi2 {second} 0\n", excitations=("vs1", "vs2"))


def balun(rng: random.Random, level: float) -> Bench:
    sources = f"vd d 0 dc 0 ac {{a}}\nvcm c 0 dc {level!r} ac {{b}}\n"
    gain = rng.uniform(0.3, 1.0)
    if rng.random() < 0.5:
        return Bench(f"{sources}e1 inp c d 0 {gain!r}\ne2 inn c d 0 {-gain!r}\n", excitations=("vd", "vcm"))
    return Bench(f"{sources}b1 inp 0 v=v(c)+{gain!r}*v(d)\nb2 inn 0 v=v(c)-{gain!r}*v(d)\n", excitations=("vd", "vcm"))


def transformer(rng: random.Random, level: float) -> Bench:
    k = rng.uniform(0.9, 0.999)
    cards = (
        f"vs s 0 dc 0 ac {{a}}\nrs s p 50\nl1 p 0 10u\nl2 inp ct 5u\nl3 ct inn 5u\n"
        f"k1 l1 l2 {k!r}\nk2 l1 l3 {k!r}\nk3 l2 l3 {k!r}\nvcm ct 0 dc {level!r} ac {{b}}\n"
    )
    return Bench(cards, named=True, excitations=("vs", "vcm"))


def attenuator(rng: random.Random, level: float) -> Bench:
    series = [
        f"vs{k} s{k} 0 dc {level!r} ac {{{x}}}\nra{k} s{k} {node} {rng.uniform(10, 500):.4g}\n"
        for k, node, x in ((1, "inp", "a"), (2, "inn", "b"))
    ]
    kept = f"rb1 inp 0 {rng.uniform(1, 5):.4g}k\nrb2 inn 0 {rng.uniform(1, 5):.4g}k\n"
    return Bench("".join(series), named=True, kept=kept, excitations=("vs1", "vs2"))


def capacitors(rng: random.Random, level: float) -> Bench:
    sources = "vs1 s1 0 ac {a}\nvs2 s2 0 ac {b}\n"
    cards = f"{sources}c1 s1 inp {rng.uniform(0.1, 10):.3g}u\nc2 s2 inn {rng.uniform(0.1, 10):.3g}u\n"
    kept = f"vb bias 0 dc {level!r}\nrb1 inp bias {rng.uniform(1, 20):.4g}k\nrb2 inn bias {rng.uniform(1, 20):.4g}k\n"
    return Bench(cards, named=True, kept=kept, excitations=("vs1", "vs2"))


def feedback(rng: random.Random, level: float) -> Bench:
    """The negative input held by a network from the output; both nodes named, the loop is open for the gains.

    `a` drives the positive input, `b` is a current into the negative one.
    """
    kept = f"rf {{output}} inn {rng.uniform(20, 80):.4g}k\nrg inn 0 {rng.uniform(0.5, 3):.4g}k\n"
    return Bench(
        f"vs inp 0 dc {level!r} ac {{a}}\nib 0 inn dc 0 ac {{b}}\n", named=True, kept=kept, excitations=("vs", "ib")
    )


def one_at_ground(rng: random.Random, level: float) -> Bench:
    """The negative input at ground: its base stands there itself. `b` is not to be had on this bench."""
    return Bench("vs inp 0 dc 0 ac {a}\n", excitations=("vs", ""))


WAYS: dict[str, Callable[[random.Random, float], Bench]] = {
    "grounded": grounded,
    "reversed": reversed_,
    "stacked on the negative input": stacked_on_negative,
    "stacked on the positive input": stacked_on_positive,
    "centre tap": centre_tap,
    "an ammeter": ammeter,
    "two ammeters": two_ammeters,
    "balun": balun,
    "transformer": transformer,
    "attenuator": attenuator,
    "capacitors": capacitors,
    "feedback": feedback,
    "one at ground": one_at_ground,
}
