"""The long form of the thread tests: many mixed calls, by the compiled kernels and by the plain ones.

    make threads [CALLS=10000]

Every kind of kernel has a process of its own, since it is chosen once. Exits with 1 where an answer differs by a bit.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter

from threads.mixed import THREADS, alone, differing

_ROUND = 100  # calls from one set of new amplifiers


def main(calls: int) -> int:
    """One kind of kernels: the number of answers that differ."""
    start = time.perf_counter()
    wrong = Counter(differing(calls, 1, alone(), rounds=max(1, calls // _ROUND)))
    kernels = "plain" if os.environ.get("LONGTAIL_NUMBA") == "0" else "compiled"
    seconds = time.perf_counter() - start
    print(f"{calls} calls, {THREADS} threads, {kernels} kernels: {wrong.total()} differ, {seconds:.0f} s", flush=True)
    for what, count in wrong.most_common():
        print(f"  {count} {what}")
    return wrong.total()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(min(1, main(int(sys.argv[1]))))
    codes = [
        subprocess.run(
            [sys.executable, "-m", "threads.full", sys.argv[1], "here"], env=os.environ | {"LONGTAIL_NUMBA": n}
        )
        for n in ("1", "0")
    ]
    sys.exit(max(code.returncode for code in codes))
