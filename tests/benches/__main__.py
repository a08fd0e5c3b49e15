"""The full form of the bench tests: many amplifiers, driven in every way, with a table at the end.

    make benches [AMPLIFIERS=200]

For every way: the largest difference of a gain from the plain bench, as a part of the largest gain, and, for one
amplifier in ten, from ngspice's node voltages, and the analyses whose JSON differs from that of the plain bench.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator

import numpy as np

import longtail as lt
from benches import comparing
from benches.ways import WAYS, amplifier

GAINS, NGSPICE = 1e-9, 1e-5
EVERY = 10  # of the amplifiers one is compared in all analyses and with ngspice


def differences(seed: int, way: str) -> Iterator[tuple[str, float]]:
    """What was compared, and by how much it differs as a part of what is allowed."""
    rng = random.Random(f"{seed} {way}")
    one = amplifier(rng)
    bench = WAYS[way](rng, one.level)
    ours, plain = comparing.decks(one, way, bench)
    here, there = (lt.read(deck).gains(frequency_hz=comparing.FREQUENCIES).matrix for deck in (ours, plain))
    largest = np.abs(there).max()
    yield "gains", float(np.abs(here - there).max() / largest / GAINS)
    if seed % EVERY:
        return
    if bench.excitations[1]:
        theirs = comparing.by_ngspice(ours, one.output, bench.excitations)
        yield "ngspice", float(np.abs(here - theirs).max() / largest / NGSPICE)
    for analysis in comparing.ANALYSES:
        pair = comparing.answers(ours, plain, way, analysis)
        yield analysis, 2.0 * len(list(comparing.differences(*pair)))


def main(amplifiers: int) -> int:
    failed: Counter[str] = Counter()
    for way in WAYS:
        worst: dict[str, float] = {}
        for seed in range(amplifiers):
            for what, size in differences(seed, way):
                worst[what] = max(worst.get(what, 0.0), size)
                if not size <= 1.0:
                    failed[way] += 1
                    print(f"{way}, amplifier {seed}: {what} differs", flush=True)
        agree = sum(worst[a] == 0.0 for a in comparing.ANALYSES if a in worst)
        ngspice = f"{worst['ngspice'] * NGSPICE:.1e}" if "ngspice" in worst else "-"
        print(
            f"{way:32} {amplifiers} amplifiers: gains within {worst['gains'] * GAINS:.1e}, ngspice {ngspice}, "
            f"{agree} of {len(comparing.ANALYSES)} analyses agree throughout",
            flush=True,
        )
    print(f"{sum(failed.values())} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
