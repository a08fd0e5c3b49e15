"""Mixed questions from many threads to shared amplifiers and to the threads' own, against the same asked by one."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np

import longtail as lt

THREADS = 8
_OWN = 20  # calls of which one reads an amplifier of its own

BJT_PAIR = """pair
vcc vcc 0 12
vee vee 0 -12
vp p 0 0
vm n 0 0
rc1 vcc oa 10k
rc2 vcc ob 10.1k
q1 oa p e qm
q2 ob n e qm
rt e vee 10k
.model qm npn is=1e-15 bf=150 vaf=80 cje=1p cjc=0.5p tf=0.3n
.end
"""
MOS_PAIR = """pair
vdd vdd 0 5
vp p 0 2.5
vm n 0 2.5
rd1 vdd oa 20k
rd2 vdd ob 20k
m1 oa p s 0 nm w=20u l=1u
m2 ob n s 0 nm w=20.2u l=1u
rs s 0 10k
.model nm nmos vto=0.7 kp=100u lambda=0.05 kf=1e-25
.end
"""
DECKS = (BJT_PAIR, MOS_PAIR)

_HZ = (1.0, 1e3, 1e6)
_LANES = {"temp": np.linspace(-10.0, 60.0, 37)}
QUESTIONS: dict[str, Callable[[lt.Amplifier], str]] = {
    "gains": lambda a: a.gains(frequency_hz=_HZ).to_json(),
    "gains at another level": lambda a: a.gains(frequency_hz=_HZ, vcm=2.0).to_json(),
    "gains at a third level": lambda a: a.gains(frequency_hz=_HZ, vcm=3.0).to_json(),
    "gains of lanes": lambda a: a.gains(frequency_hz=_HZ, parameters=_LANES).to_json(),
    "gains of nulled lanes": lambda a: a.gains(frequency_hz=_HZ, parameters=_LANES, null=True).to_json(),
    "operating point": lambda a: a.op().to_json(),
    "operating points of lanes": lambda a: a.op(parameters=_LANES).to_json(),
    "rejection": lambda a: a.cmrr(frequency_hz=_HZ).to_json(),
    "noise": lambda a: a.noise(frequency_hz=_HZ).to_json(),
    "noise of lanes": lambda a: a.noise(frequency_hz=_HZ, parameters=_LANES).to_json(),
    "impedance": lambda a: a.impedance(frequency_hz=_HZ).to_json(),
    "offset": lambda a: a.offset().to_json(),
    "poles": lambda a: a.poles().to_json(),
    "formula": lambda a: a.formula().to_json(),
}
Call = tuple[int, str]  # which deck, and what is asked


@contextmanager
def hurried() -> Iterator[None]:
    """Threads take turns a thousand times as often as usual, so that they meet."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def asked(deck: int, what: str, amplifier: lt.Amplifier) -> str:
    """The answer, or what is said in its place."""
    try:
        return QUESTIONS[what](amplifier)
    except lt.errors.LongtailError as error:
        return f"{type(error).__name__}: {error}"


def alone() -> dict[Call, str]:
    """What one thread is told, by amplifiers that nothing was asked before."""
    return {(d, what): asked(d, what, lt.read(deck)) for d, deck in enumerate(DECKS) for what in QUESTIONS}


def differing(calls: int, seed: int, expected: dict[Call, str], rounds: int = 4) -> list[str]:
    """So many calls from many threads at once: those whose answers differ by a bit from what is expected.

    Every round begins with new amplifiers, for threads meet where things are made that are then kept.
    """
    rng, wrong = random.Random(seed), []
    for _ in range(rounds):
        shared = [lt.read(deck) for deck in DECKS]
        order = [rng.choice(list(expected)) for _ in range(calls // rounds)]

        def one(place: int, order: list[Call] = order, shared: list[lt.Amplifier] = shared) -> str | None:
            deck, what = order[place]
            amplifier = lt.read(DECKS[deck]) if place % _OWN == 0 else shared[deck]
            return None if asked(deck, what, amplifier) == expected[deck, what] else f"{what} of deck {deck}"

        with hurried(), ThreadPoolExecutor(THREADS) as pool:
            wrong += [said for said in pool.map(one, range(len(order))) if said]
    return wrong
