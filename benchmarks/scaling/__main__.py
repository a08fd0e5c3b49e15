"""Rate and memory from a thousand to a million samples: `python -m benchmarks.scaling`.

Each size runs in a process of its own through `Amplifier.sweep`, as a user would: operating point and gains at 91
frequencies of every sample, of which gain, rejection and bandwidth are kept, with their quantiles at the end.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import numpy as np
from benchmarks.bjt_pair.__main__ import CASE
from benchmarks.side_by_side import FREQUENCY, ROOT

import longtail as lt

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MEMORY_MB = 1024
FLAT = 0.10


def one(samples: int) -> dict[str, float]:
    """Processor time and memory of one size, in this process."""
    amp = lt.read(ROOT / "examples" / CASE.deck)
    amp.sweep(parameters=CASE.draw(64), frequency_hz=FREQUENCY)  # prepares
    values = CASE.draw(samples)
    start, wall = time.process_time(), time.perf_counter()
    result = amp.sweep(parameters=values, frequency_hz=FREQUENCY)
    seconds, wall = time.process_time() - start, time.perf_counter() - wall
    quantiles = np.quantile(result["cmrr_db"], [0.05, 0.5, 0.95])
    return {
        "us": seconds / samples * 1e6,
        "wall": wall,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "solved": result.solved,
        "median": float(quantiles[1]),
    }


def main() -> bool:
    best: dict[int, float] = {}
    memory = 0.0
    for samples in SIZES:
        for _ in range(5 if samples < 100_000 else 3):
            command = [sys.executable, "-m", "benchmarks.scaling", str(samples)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
            best[samples] = min(best.get(samples, np.inf), found["us"])
            memory = max(memory, found["mb"])
        print(
            f"{samples:>9,} samples: {best[samples]:.2f} us of processor time each, {found['wall']:.2f} s in all, "
            f"{found['mb']:.0f} MB at most, "
            f"{found['solved']:.4%} solved, median CMRR {found['median']:.2f} dB"
        )
    rates = [us for samples, us in best.items() if samples >= 10_000]
    spread = max(rates) / min(rates) - 1.0
    print(f"from 10,000 samples on the rate moves by {spread:.1%} (goal {FLAT:.0%}); memory goal {MEMORY_MB} MB")
    return spread <= FLAT and memory <= MEMORY_MB


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one(int(sys.argv[1]))))
    else:
        sys.exit(not main())
