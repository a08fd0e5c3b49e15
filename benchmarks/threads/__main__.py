"""Two threads against one, on operating points and both gains at 91 frequencies: `python -m benchmarks.threads`."""

import sys
import time

from benchmarks.bjt_pair.__main__ import CASE
from benchmarks.side_by_side import Ours

GOAL, SAMPLES, ROUNDS = 1.8, 32_768, 40  # short rounds: one in which the machine is free is enough


def main() -> bool:
    ours = Ours(CASE)
    values = CASE.draw(SAMPLES)
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for threads, seconds in times.items():
            start = time.perf_counter()
            ours.seconds(values, threads=threads)
            seconds.append(time.perf_counter() - start)
    one, two = (min(seconds) / SAMPLES * 1e6 for seconds in times.values())
    print(f"one thread {one:.2f} us, two {two:.2f} us a sample: {one / two:.2f} times (goal {GOAL})")
    return one / two >= GOAL


if __name__ == "__main__":
    sys.exit(not main())
