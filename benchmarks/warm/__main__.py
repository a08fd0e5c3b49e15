"""One circuit again after one parameter has changed, in a warm process: `python -m benchmarks.warm`.

What a designer turns a knob for: operating point and mode gains at 200 frequencies of one circuit.
"""

import sys
import time

import numpy as np
from benchmarks.side_by_side import ROOT

import longtail as lt

FREQUENCIES = np.geomspace(1.0, 1e9, 200)
CASES = (("bjt_pair.cir", "rc1.r", 10e3, False, 5.0), ("ua741.cir", "r1.r", 1e3, True, 20.0))  # last: goal in ms


def main() -> bool:
    good = True
    for deck, name, nominal, null, goal in CASES:
        amp = lt.read(ROOT / "examples" / deck)
        times = []
        for k in range(30):
            start = time.perf_counter()
            amp.gains(frequency_hz=FREQUENCIES, parameters={name: nominal * (1.0 + 1e-4 * k)}, null=null)
            times.append((time.perf_counter() - start) * 1e3)
        again = sorted(times[1:])
        print(
            f"{deck}: first {times[0]:.0f} ms, again {again[0]:.2f} ms at best, {again[len(again) // 2]:.2f} ms median "
            f"(goal {goal:.0f} ms)"
        )
        good &= again[0] <= goal
    return good


if __name__ == "__main__":
    sys.exit(not main())
