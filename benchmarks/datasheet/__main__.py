"""The full datasheet in a new process, against ngspice: `python -m benchmarks.datasheet`.

Five-transistor amplifier, every analysis, three temperatures, three corners beside the netlist itself (12 conditions),
25 common-mode levels, 91 frequencies. Reading, start-up and printing count on both sides: it is what a user waits for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import numpy as np
from benchmarks.datasheet import peer
from numpy.typing import NDArray

import longtail as lt
from longtail.analyses.characterize import Characterization
from longtail.analyses.conditions import conditions
from longtail.analyses.drives import find_drives
from longtail.analyses.frequency import frequency_axis
from longtail.analyses.rows import Row
from longtail.analyses.standing import stand

DECK = Path(__file__).with_name("ota_corners.cir")
FREQUENCY = "1:1g:10"
TEMPERATURES = (-40.0, 27.0, 125.0)
OPTIONS = ("--full", "--temperatures=-40,27,125", "--frequency", FREQUENCY)
RUNS = 3
GOAL = 2.0  # s
TIMES = 30.0  # against ngspice
ALLOWED = 1e-4
READ_OFF = {"f_3dB": 0.02, "f_T": 0.02}  # ngspice's `meas` reads between ten points a decade along a straight line
LEVEL_SWEEPS = {"the same figures": "ac lin 1 1 1", "91 frequencies at every common-mode level too": "ac dec 10 1 1g"}

Figures = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Recorded(Characterization):
    """The characterization that keeps the figures of every condition, of which a datasheet shows the extremes."""

    figures: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def row(self, symbol: str, parameter: str, conditions: str, values: NDArray[np.float64], *rest: str) -> Row:
        count = 1 + sum(name.split()[0] == symbol for name in self.figures)
        self.figures[symbol if count == 1 else f"{symbol} {count}"] = values
        return super().row(symbol, parameter, conditions, values, *rest)


def ours() -> Figures:
    """The figures of the datasheet, `[condition]`."""
    circuit = lt.read(DECK).circuit
    among = conditions(circuit, TEMPERATURES, circuit.corners)
    found = Recorded(stand(find_drives(circuit), among, False, None), frequency_axis(FREQUENCY))
    rows = [*found.basic(), *found.more()]
    drift = next(row.value for row in rows if row.symbol == "TCV_OS")
    return {**found.figures, "TCV_OS": np.array([drift], float)}


def compare(own: Figures, other: Figures) -> bool:
    """Whether both sides have the same figures under every condition; prints the largest difference of each."""
    good = True
    for name, values in other.items():
        difference = float(np.max(np.abs(own[name] / values - 1.0)))
        good &= difference <= READ_OFF.get(name, ALLOWED)
        print(f"  {name:10} {len(values):2} conditions, largest difference {difference:.1e}")
    return good


def datasheet(**environment: str) -> None:
    """One process of longtail, and a look at whether it wrote everything."""
    command = [sys.executable, "-m", "longtail.cli.main", "analyze", str(DECK), *OPTIONS, "--json"]
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    sheet = json.loads(done.stdout)
    assert len(sheet["conditions"]) == 12
    assert len(sheet["gains"]["frequency_hz"]) == 91
    assert all(row["maximum"] is not None for row in sheet["rows"] if row["symbol"] != "TCV_OS")


def measure(side: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and processor time of the processes that a side starts, s."""
    before, start = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    side()
    wall, after = time.perf_counter() - start, getrusage(RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> bool:
    own = ours()
    levels = (float(own["V_ICR-"][0]), float(own["V_ICR+"][0]))
    sides: dict[str, Callable[[], object]] = {
        "compiled kernels": datasheet,
        "plain NumPy": partial(datasheet, LONGTAIL_NUMBA="0"),
        **{name: partial(peer.figures, DECK, levels, sweep) for name, sweep in LEVEL_SWEEPS.items()},
    }
    datasheet()  # compiles what is kept on disk
    good = compare(own, peer.figures(DECK, levels, LEVEL_SWEEPS["the same figures"]))
    rounds = [[measure(side) for side in sides.values()] for _ in range(RUNS)]
    walls, times = (dict(zip(sides, best, strict=True)) for best in np.min(rounds, axis=0).T.tolist())
    for name in ("compiled kernels", "plain NumPy"):
        print(f"longtail, {name}: {walls[name]:.2f} s at best, processor {times[name]:.2f} s (goal {GOAL:g} s)")
        good &= times[name] <= GOAL
    fastest = min(("compiled kernels", "plain NumPy"), key=walls.__getitem__)
    for name in LEVEL_SWEEPS:
        ratio, of_processor = walls[name] / walls[fastest], times[name] / times[fastest]
        met = "met" if ratio >= TIMES else "missed"
        print(f"ngspice, {name}: {walls[name]:.2f} s at best, processor {times[name]:.2f} s")
        print(f"  {ratio:.2f} times what longtail takes ({fastest}), by processor {of_processor:.2f}: ", end="")
        print(f"goal of {TIMES:g} times {met}")
        good &= ratio >= TIMES
    return good


if __name__ == "__main__":
    sys.exit(not main())
