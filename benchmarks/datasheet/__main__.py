"""The full datasheet in a new process: `python -m benchmarks.datasheet`.

Five-transistor amplifier, every analysis, three temperatures, three corners beside the netlist itself (12 conditions),
25 common-mode levels, 91 frequencies. Reading, start-up and printing count: it is what a user waits for.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

DECK = Path(__file__).with_name("ota_corners.cir")
OPTIONS = ("--full", "--temperatures=-40,27,125", "--frequency", "1:1g:10")
RUNS = 5
GOAL = 2.0  # s


def measure(**environment: str) -> tuple[float, float]:
    """Wall-clock and processor time of one process, s."""
    before, start = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "longtail.cli.main", "analyze", str(DECK), *OPTIONS, "--json"]
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    wall, after = time.perf_counter() - start, getrusage(RUSAGE_CHILDREN)
    sheet = json.loads(done.stdout)
    assert len(sheet["conditions"]) == 12
    assert len(sheet["gains"]["frequency_hz"]) == 91
    assert all(row["maximum"] is not None for row in sheet["rows"] if row["symbol"] != "TCV_OS")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> bool:
    measure()  # compiles what is kept on disk
    good = True
    for name, environment in (("compiled kernels", {}), ("plain NumPy", {"LONGTAIL_NUMBA": "0"})):
        walls, times = zip(*(measure(**environment) for _ in range(RUNS)), strict=True)
        print(f"{name}: {min(walls):.2f} s at best, processor {min(times):.2f} s (goal {GOAL:g} s)")
        good &= min(times) <= GOAL
    return good


if __name__ == "__main__":
    sys.exit(not main())
