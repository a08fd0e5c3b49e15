"""Mismatch as a user asks for it, against ngspice: `python -m benchmarks.mismatch`.

yield          10 000 samples of the five-transistor amplifier, offset and CMRR at 50 Hz of each: `amp.monte_carlo`
               against a loop in ngspice that alters and runs `ac` for both modes at one frequency
contributions  a map of 25 common-mode levels and 91 frequencies of all parameters that spread: `amp.contributions`
               against differences of two samples a parameter, each with both `ac` runs, at every level in ngspice
one map, one analysis
               the same contributions at one level, against `amp.gains` of the same frequencies
a million      samples of the bipolar pair with three figures, two threads: seconds and megabytes

Processor time on both sides but for the last, which is by the clock.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

import numpy as np
from benchmarks.ota.__main__ import CASE
from benchmarks.side_by_side import BODY, FREQUENCY, ROOT, Theirs

import longtail as lt

SAMPLES, LEVELS = 10_000, 25
GOALS = {"yield": 200.0, "contributions": 1000.0}
MOST_ANALYSES, MOST_SECONDS, MOST_MEGABYTES = 10.0, 10.0, 500.0


def best(work: Callable[[], object], rounds: int = 3, clock: Callable[[], float] = time.process_time) -> float:
    """The least time of several, after a first one that prepares."""
    work()
    times = []
    for _ in range(rounds):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def main() -> int:
    good = True
    ota = lt.read(ROOT / "examples" / CASE.deck)
    theirs = Theirs(CASE)
    few = CASE.draw(BODY)
    sample = theirs.seconds(few, 40) / (40 * BODY)  # both gains at 91 frequencies
    spot = theirs.seconds(few, 40, ac="ac lin 1 50 50") / (40 * BODY)  # operating point and both gains at 50 Hz

    def samples() -> object:
        return ota.monte_carlo(samples=SAMPLES, measure="offset,cmrr@50", limit="cmrr@50>=60dB", null=True)

    ours = best(samples) / SAMPLES
    ratio = spot / ours
    good &= ratio >= GOALS["yield"]
    print(f"yield: longtail {1e6 * ours:.1f} us, ngspice {1e6 * spot:.0f} us a sample: {ratio:.0f} times")

    levels = np.linspace(1.0, 2.2, LEVELS)

    def chart() -> lt.Contributions:
        return ota.contributions(measure="cmrr", frequency_hz=FREQUENCY, vcm=levels)

    causes = len(chart().causes)
    ours = best(chart)
    loop = 2.0 * causes * LEVELS * sample
    good &= loop / ours >= GOALS["contributions"]
    print(f"contributions: longtail {ours:.3f} s, ngspice {loop:.1f} s of {causes} causes: {loop / ours:.0f} times")

    one = best(lambda: ota.contributions(measure="cmrr", frequency_hz=FREQUENCY))
    plain = best(lambda: ota.gains(frequency_hz=FREQUENCY))
    good &= one <= MOST_ANALYSES * plain
    print(f"contributions at one level: {one / plain:.1f} analyses of gains (at most {MOST_ANALYSES:.0f})")

    pair = lt.read("bjt_pair")

    def million() -> object:
        return pair.monte_carlo(samples=1_000_000, measure="offset,cmrr@50,differential_db", threads=2)

    pair.monte_carlo(samples=2000, measure="offset,cmrr@50,differential_db", threads=2)
    start = time.perf_counter()
    million()
    seconds = time.perf_counter() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    good &= seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES
    print(f"a million samples of the pair, three figures, two threads: {seconds:.1f} s, {megabytes:.0f} MB at the most")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
