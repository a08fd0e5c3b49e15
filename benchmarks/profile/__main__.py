"""Where the time of a sample goes: `python -m benchmarks.profile`.

Microseconds of processor time a sample, the best of several, in a part of 4096 samples whose buffers are warm. What is
called rest is spreading the exact solves over the frequencies, the check of every lane, and writing the gains.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module

import numpy as np
from benchmarks.side_by_side import Case, Ours

from longtail.driven.lane_solves import null_lanes
from longtail.driven.varied import read_lanes
from longtail.engine.few_solves.frequency_sweep import _Worker
from longtail.engine.few_solves.stream import PART
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.compiled.executor import run_block


def microseconds(work: Callable[[], object], times: int = 1, rounds: int = 15) -> float:
    """The best of several, a sample; one round is so many calls."""
    best = np.inf
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(times):
            work()
        best = min(best, time.process_time() - start)
    return best / PART * 1e6


def profile(case: Case) -> None:
    """Print the parts of one case."""
    ours = Ours(case)
    sweep, drives = ours.sweep, ours.drives
    lanes = read_lanes(drives.circuit, case.draw(PART), drives)

    def solve() -> OperatingPoint:
        if ours.target is None:
            return ours.batch.solve(lanes.values)
        return null_lanes(drives, lanes, ours.target)[1]

    point, buffer, worker = solve(), sweep.buffer(PART), _Worker(sweep)
    blocks = PART // worker.size
    whole = microseconds(lambda: sweep.run(point, out=buffer))
    linear = worker.linear.instructions
    inner = {"linear model": microseconds(lambda: run_block(linear, worker.rows, *worker.scratch), blocks)}
    points = sweep.points
    if points is not None:
        inner[f"{len(points.omega)} exact solves"] = microseconds(lambda: worker._points(points), blocks)
    program = sweep.elimination.program
    print(
        f"{case.deck}: blocks of {worker.size}; instructions: Newton {len(ours.batch.step.instructions)}, "
        f"linear model {len(linear)}, elimination {len(program.instructions)}"
    )
    print(f"  operating point  {microseconds(solve):8.2f} us")
    print(f"  frequency sweep  {whole:8.2f} us, in it:")
    for what, us in {**inner, "rest": whole - sum(inner.values())}.items():
        print(f"    {what:<16}{us:7.2f} us")


if __name__ == "__main__":
    for name in ("bjt_pair", "ota", "ua741"):
        profile(import_module(f"benchmarks.{name}.__main__").CASE)
