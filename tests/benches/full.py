"""The full form of the bench tests: many amplifiers, driven in every way, with a table at the end.

    make benches [AMPLIFIERS=200]

For every way: the largest difference of a gain from the plain bench, as a part of the largest gain, and, for one
amplifier in forty, from ngspice's node voltages, and the analyses whose JSON differs from that of the plain bench.
"""

from __future__ import annotations

import random
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np

import longtail as lt
from benches import comparing
from benches.ways import WAYS, amplifier

GAINS, NGSPICE = 1e-9, 1e-5
EVERY = 40  # of the amplifiers one is compared in all analyses and with ngspice


def compared(way: str, seed: int) -> dict[str, float]:
    """What was compared for one amplifier: differences of gains as parts of the largest, and how much of each analysis
    differs."""
    rng = random.Random(f"{seed} {way}")
    one = amplifier(rng)
    bench = WAYS[way](rng, one.level)
    ours, plain = comparing.decks(one, way, bench)
    here, there = (lt.read(deck).gains(frequency_hz=comparing.FREQUENCIES).matrix for deck in (ours, plain))
    largest = np.abs(there).max()
    found = {"gains": float(np.abs(here - there).max() / largest)}
    if seed % EVERY:
        return found
    if bench.excitations[1]:
        theirs = comparing.by_ngspice(ours, one.output, bench.excitations)
        found["ngspice"] = float(np.abs(here - theirs).max() / largest)
    for analysis in comparing.ANALYSES:
        found[analysis] = float(len(list(comparing.differences(*comparing.answers(ours, plain, way, analysis)))))
    return found


def main(amplifiers: int) -> int:
    limits = {"gains": GAINS, "ngspice": NGSPICE}
    differences = 0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for way in WAYS:
            worst: dict[str, float] = {}
            for seed, found in enumerate(pool.map(partial(compared, way), range(amplifiers), chunksize=5)):
                for what, size in found.items():
                    worst[what] = max(worst.get(what, 0.0), size)
                    if not size <= limits.get(what, 0.0):
                        differences += 1
                        print(f"{way}, amplifier {seed}: {what} differs ({size:.2g})", flush=True)
            agree = sum(worst.get(analysis) == 0.0 for analysis in comparing.ANALYSES)
            ngspice = f"{worst['ngspice']:.1e}" if "ngspice" in worst else "none"
            print(
                f"{way:30} {amplifiers} amplifiers: gains within {worst['gains']:.1e}, of ngspice {ngspice}; "
                f"{agree} of {len(comparing.ANALYSES)} analyses agree throughout",
                flush=True,
            )
    print(f"{differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
