"""Cold start of the command line: how long the commands take that everybody runs first.

    python benchmarks/startup/measure.py [RUNS]

Each command runs as a process of its own, output thrown away; the median and the range of wall time are printed, and
the modules that took longest to import in `longtail --help`. Limits: 0.3 s for help, 1 s for gains of a small circuit.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "bjt_pair.cir"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "longtail --version": ["-m", "longtail.cli.main", "--version"],
    "longtail --help": ["-m", "longtail.cli.main", "--help"],
    "longtail gains --help": ["-m", "longtail.cli.main", "gains", "--help"],
    "longtail op bjt_pair.cir": ["-m", "longtail.cli.main", "op", str(EXAMPLE)],
    "longtail gains bjt_pair.cir": ["-m", "longtail.cli.main", "gains", str(EXAMPLE)],
}


def seconds(arguments: list[str]) -> float:
    """Wall time of one run in a fresh interpreter."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def slowest_imports(count: int) -> list[tuple[float, str]]:
    """Modules with the longest import time of their own in `longtail --help`, in ms."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "longtail.cli.main", "--help"],
        check=True,
        capture_output=True,
        text=True,
    )
    rows = [line.removeprefix("import time:").split("|") for line in run.stderr.splitlines() if "|" in line]
    times = [(int(own) / 1e3, name.strip()) for own, _, name in rows if own.strip().isdigit()]
    return sorted(times, reverse=True)[:count]


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    for name, arguments in COMMANDS.items():
        times = [seconds(arguments) for _ in range(runs)]
        print(f"{name:30} {statistics.median(times):6.3f} s   ({min(times):.3f} to {max(times):.3f}, {runs} runs)")
    print("\nslowest imports of longtail --help, ms without what they import:")
    for milliseconds, module in slowest_imports(8):
        print(f"  {milliseconds:6.1f}  {module}")


if __name__ == "__main__":
    main()
