"""Two threads against one, on operating points and both gains at 91 frequencies: `python -m benchmarks.threads`.

Time by the clock, the best of many short rounds, since a busy machine has no second core to give. Processor time is
printed too: what two threads use more of it than one is what they cost each other.
"""

import sys
import time

from benchmarks.bjt_pair.__main__ import CASE
from benchmarks.side_by_side import Ours

GOAL, SAMPLES, ROUNDS = 1.8, 32_768, 40  # short rounds: one in which the machine is free is enough


def main() -> bool:
    ours = Ours(CASE)
    values = CASE.draw(SAMPLES)
    times: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for threads, seconds in times.items():
            wall, processor = time.perf_counter(), time.process_time()
            ours.seconds(values, threads=threads)
            seconds.append((time.perf_counter() - wall, time.process_time() - processor))
    one, two = (min(wall for wall, _ in seconds) / SAMPLES * 1e6 for seconds in times.values())
    used = [min(processor for _, processor in seconds) / SAMPLES * 1e6 for seconds in times.values()]
    print(f"one thread {one:.2f} us, two {two:.2f} us a sample: {one / two:.2f} times (goal {GOAL})")
    print(f"processor time: {used[0]:.2f} us and {used[1]:.2f} us a sample")
    return one / two >= GOAL


if __name__ == "__main__":
    sys.exit(not main())
