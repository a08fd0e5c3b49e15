"""Monte Carlo by two worker processes against one: `python -m benchmarks.mismatch.workers [SAMPLES]`.

By the clock, after a first small run in which the workers start and compile; nothing is written.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import longtail as lt

DECKS = ("bjt_pair", "ota_5t", "ua741")


def seconds(amp: lt.Amplifier, samples: int, workers: int) -> float:
    """How long samples take, of offset and CMRR."""
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for count in (4096 * workers * 2, samples):
            start = time.perf_counter()
            amp.monte_carlo(samples=count, measure="offset,cmrr@50", executor=pool)
        return time.perf_counter() - start


def main(samples: int) -> None:
    for deck in DECKS:
        amp = lt.read(deck)
        one, two = (seconds(amp, samples, workers) for workers in (1, 2))
        print(f"{deck}: {samples} samples, one worker {one:.2f} s, two {two:.2f} s: {one / two:.2f} times", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
