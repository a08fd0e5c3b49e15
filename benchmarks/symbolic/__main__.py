"""Exact transfer functions of examples: how long longtail takes, and how long SLiCAP and lcapy do where installed.

    python -m benchmarks.symbolic [CIRCUIT ...] [--limit SECONDS]

Every side gets the same small-signal circuit with the same symbols and is timed from there to numerator and
denominator, imports and the reading of netlists left out: processor time, the best of a few runs. Peers run in
processes of their own, and a run is stopped after the limit; what is said of it then is a lower bound. Ratios count
only where the values agree, which is checked in the same run; an answer that is 0/0 does not count.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from benchmarks.symbolic.peer import PEERS, Answer, ask, installed
from benchmarks.symbolic.question import question_of, symbol_names

from longtail.amplifier import read
from longtail.analyses.formula.setting import Setting, setting
from longtail.contract.drive import Drive
from longtail.symbolic.algebra.gain import Gain, gain_equations
from longtail.symbolic.algebra.transfer import RationalTransfer, expand
from longtail.symbolic.circuit.elements import SmallSignal
from longtail.symbolic.circuit.names import share
from longtail.symbolic.shorter.approximate import reference

EXAMPLES = Path(__file__).parents[2] / "examples"
BESIDE = ("mos_pair", "ota_5t", "two_stage_opamp")
NULLED = ("two_stage_opamp", "ua741")
BAND = (0.0, 1e6)  # Hz
POINTS = np.array([2j * np.pi, 2j * np.pi * 1e6, (-1.0 + 2.0j) * 1e8])  # rad/s
SAME = 1e-9  # relative
GOALS = {"SLiCAP": 30.0, "lcapy": 1000.0}  # times as long as longtail
TIMES = {"ota_5t": 10e-3, "two_stage_opamp": 0.5}  # s for both gains


@dataclass
class Verdicts:
    """What was promised, and whether all of it was held."""

    held: bool = True

    def say(self, what: str, good: bool) -> None:
        """A line."""
        self.held &= good
        print(f"  {'held  ' if good else 'MISSED'}  {what}", flush=True)


def best(action: Callable[[], object], times: int = 3) -> float:
    """The shortest of a few runs, in s of processor time."""
    found = []
    for _ in range(times):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)


def prepared(name: str) -> Setting:
    """An example at its operating point; open-loop amplifiers are nulled."""
    return setting(read(EXAMPLES / f"{name}.cir").circuit, Drive(null=name in NULLED))


def matched(at: Setting) -> SmallSignal:
    """The circuit with one symbol for what matched devices share."""
    return share(at.circuit, at.images, 0.01)


def ours(name: str) -> None:
    """Equations, exact expansion, and the reference in numbers of one example."""
    at = prepared(name)
    question = at.question("differential", BAND)
    circuit = matched(at)
    ring, n, d = expand(gain_equations(circuit, question.gain, at.pairs))
    seconds = best(lambda: expand(gain_equations(circuit, question.gain, at.pairs)))
    numbers = best(lambda: reference(gain_equations(at.circuit, question.gain, at.pairs), question))
    print(f"{name:26}{len(ring.keys):8}{len(n):10}{len(d):12}{1e3 * seconds:12.1f}{1e3 * numbers:16.1f}", flush=True)


def beside(name: str, of: str, limit: int, verdicts: Verdicts) -> float:
    """One gain of one example by everyone; the time that longtail takes, in s."""
    at = prepared(name)
    circuit, gain = matched(at), at.question(of, BAND).gain
    if set(gain.read.values()) == {1} and len(gain.read) > 1:  # the mean of both outputs, alike in this mode
        gain = Gain(gain.name, gain.drive, {next(iter(gain.read)): 1}, gain.scale * len(gain.read))
    pairs = at.pairs
    ring, n, d = expand(gain_equations(circuit, gain, pairs))
    seconds = best(lambda: expand(gain_equations(circuit, gain, pairs)), 10)
    values = {key: symbol.value for key, symbol in circuit.symbols.items()}
    wanted = RationalTransfer(ring, gain.scale, ((n, 1),), ((d, 1),)).at(values, POINTS)

    question, names = question_of(circuit, gain), symbol_names(circuit)
    numbers = {names[key]: value for key, value in values.items() if key in names}
    points = [(numbers, complex(s)) for s in POINTS]
    print(f"\n{name}, {of} gain: {len(question.symbols)} symbols, {len(question.nodes)} nodes")
    print(f"  {'longtail':24}{1e3 * seconds:10.2f} ms   {len(n)} terms over {len(d)}, multiplied out", flush=True)
    for peer in filter(installed, PEERS):
        ratios = []
        for way in peer.WAYS:
            answer = ask(peer, question, points, way, limit, repeats=3)
            ratio = (answer.seconds or limit) / seconds
            print(_line(peer, way, answer, limit, ratio), flush=True)
            if not np.all(np.isfinite(answer.values)):
                print("  an answer without a value, 0/0: it does not count")
                continue
            ratios.append(ratio)
            if answer.seconds:
                apart = float(np.max(np.abs(np.array(answer.values) - wanted) / np.abs(wanted)))
                verdicts.say(f"the same values: {apart:.1e} apart", apart <= SAME)
        goal = GOALS[peer.NAME]
        verdicts.say(f"the fastest way of {peer.NAME} takes {goal:.0f} times as long or more", min(ratios) >= goal)
    return seconds


def _line(peer: ModuleType, way: str, answer: Answer, limit: int, ratio: float) -> str:
    """Who, how long, how many times as long, and by what means."""
    taken = f"{1e3 * answer.seconds:10.1f} ms" if answer.seconds else f"{f'not in {limit} s':>13}"
    times = f"{'' if answer.seconds else 'more than '}{ratio:.0f} times"
    return f"  {f'{peer.NAME}, {way}':24}{taken}   {times} ({peer.WAYS[way]})"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("circuits", nargs="*", default=BESIDE, metavar="CIRCUIT", help=f"of {', '.join(BESIDE)}")
    arguments.add_argument(
        "--limit", type=int, default=120, metavar="SECONDS", help="of processor time for a run of a peer"
    )
    given = arguments.parse_args()
    print(f"{'circuit':26}{'symbols':>8}{'numerator':>10}{'denominator':>12}{'exact, ms':>12}{'reference, ms':>16}")
    for name in ("mos_pair", "jfet_pair", "sense_amplifier", "ota_5t", "folded_cascode", "two_stage_opamp"):
        ours(name)
    for peer in PEERS:
        if not installed(peer):
            print(f"{peer.NAME} is not installed and left out: pip install -e '.[peers]' (Python 3.12 or later)")
    verdicts = Verdicts()
    for name in given.circuits:
        seconds = sum(beside(name, of, given.limit, verdicts) for of in ("differential", "common"))
        if name in TIMES:
            verdicts.say(
                f"both gains in {1e3 * seconds:.1f} ms, {1e3 * TIMES[name]:.0f} allowed", seconds <= TIMES[name]
            )
    return 0 if verdicts.held else 1


if __name__ == "__main__":
    sys.exit(main())
