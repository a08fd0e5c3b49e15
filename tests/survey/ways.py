"""Which ways lead to the operating points of a folder of decks: each alone, and one after the other, beside ngspice's.

    make continuations DIR=folder [PROCESSES=0]

A deck counts where it is read. Without a file, every deck of the folder is asked in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import longtail as lt
from longtail.engine.equations.large import system_of
from longtail.engine.solving.continuation import STRATEGIES, settle, start
from longtail.engine.solving.continuation import Path as Way
from longtail.engine.solving.newton import NO_AIDS
from reference import ngspice
from survey.full import questions

NGSPICE = {"newton": "1 0 0", "gmin stepping": "0 1 0", "source stepping": "0 0 1", "in turn": "1 1 1"}
SECONDS = 120.0
_LONG = 10.0


def asked(path: Path) -> dict[str, Any]:
    """By way, of longtail and of ngspice: whether it leads there, the iterations and the seconds that it took."""
    found: dict[str, Any] = {"longtail": {}, "ngspice": {}}
    system = system_of(lt.read(path).circuit)
    for name, strategy in {**STRATEGIES, "in turn": lambda *given: settle(*given)[0]}.items():
        way, begun = Way(system, {}), time.perf_counter()
        try:
            there = strategy(way, start(way), NO_AIDS).converged
        except lt.LongtailError:
            there = False
        found["longtail"][name] = [there, way.iterations, time.perf_counter() - begun]
    for name, ways in NGSPICE.items():
        begun = time.perf_counter()
        try:
            ngspice.operating_point(path, behavior="psa", ways=ways)
            there = True
        except (ngspice.NgspiceError, OSError):
            there = False
        found["ngspice"][name] = [there, 0, time.perf_counter() - begun]
    return found


def _alone(path: Path) -> dict[str, Any] | None:
    """What a process of its own finds; None of what is not read, or takes too long."""
    command = [sys.executable, "-m", "survey.ways", str(path.resolve())]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, env=environment)
    except subprocess.TimeoutExpired:
        return {"longtail": {}, "ngspice": {}, "slow": True}
    return dict(json.loads(done.stdout)) if done.returncode == 0 else None


def table(decks: Sequence[tuple[Path, dict[str, Any]]]) -> str:
    """How many decks each way leads to an operating point, in how many iterations at the median and at most."""
    lines = [f"{len(decks)} decks are read", f"{'':34}{'there':>6}  {'median':>7}{'most':>7}{'seconds':>9}"]
    for program in ("longtail", "ngspice"):
        by_way: dict[str, list[list[Any]]] = defaultdict(list)
        for _, found in decks:
            for name, each in found[program].items():
                by_way[name].append(each)
        for name, each in by_way.items():
            there = sorted(iterations for good, iterations, _ in each if good)
            middle, most = (there[len(there) // 2], there[-1]) if there else (0, 0)
            longest = max(seconds for *_, seconds in each)
            counts = f"{middle:7}{most:7}" if program == "longtail" else " " * 14
            lines.append(f"{program:10}{name:24}{len(there):6}  {counts}{longest:9.1f}")
    lost = [path.name for path, found in decks if not found["longtail"].get("in turn", [False])[0]]
    slow = [path.name for path, found in decks if found["longtail"].get("in turn", [0, 0, SECONDS])[2] > _LONG]
    lines += [
        f"longtail finds none: {', '.join(lost) or 'of no deck'}",
        f"over {_LONG:g} s: {', '.join(slow) or 'none'}",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    where = Path(arguments[0])
    if where.is_file():
        ngspice.TIMEOUT_S = _LONG
        print(json.dumps(asked(where)))
        return 0
    paths = [path for path, name in questions(where) if not name]
    with ThreadPoolExecutor(int(arguments[1]) if len(arguments) > 1 else os.cpu_count()) as pool:
        found = list(pool.map(partial(_alone), paths))
    print(table([(path, each) for path, each in zip(paths, found, strict=True) if each is not None]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
