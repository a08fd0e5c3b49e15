"""Two threads against one, on operating points and both gains at 91 frequencies: `python -m benchmarks.threads`."""

import sys

from benchmarks.bjt_pair.__main__ import CASE
from benchmarks.side_by_side import Ours

GOAL, SAMPLES, ROUNDS = 1.8, 65_536, 7


def main() -> bool:
    ours = Ours(CASE)
    values = CASE.draw(SAMPLES)
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for threads, seconds in times.items():
            seconds.append(ours.seconds(values, threads=threads))
    one, two = (min(seconds) / SAMPLES * 1e6 for seconds in times.values())
    print(f"one thread {one:.2f} us, two {two:.2f} us a sample: {one / two:.2f} times (goal {GOAL})")
    return one / two >= GOAL


if __name__ == "__main__":
    sys.exit(not main())
