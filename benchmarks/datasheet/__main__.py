"""The full datasheet in a new process, against ngspice: `python -m benchmarks.datasheet`.

Five-transistor amplifier, every analysis, three temperatures, three corners beside the netlist itself (12 conditions),
25 common-mode levels, 91 frequencies. Reading, start-up and printing count on both sides: it is what a user waits for.
Then the same over more and more corners, drawn at random, and a second datasheet in a process that has done one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import numpy as np
from benchmarks.datasheet import peer
from numpy.typing import NDArray

import longtail as lt
from longtail.circuit import Circuit
from longtail.contract.axes import frequency_axis
from longtail.datasheet.asked import Asked
from longtail.datasheet.characterize import Characterization
from longtail.datasheet.rows import Row
from longtail.driven.conditions import Condition, arrays, conditions
from longtail.driven.inputs import find_drives
from longtail.driven.under_conditions import stand

DECK = Path(__file__).with_name("ota_corners.cir")
FREQUENCY = "1:1g:10"
TEMPERATURES = (-40.0, 27.0, 125.0)
OPTIONS = ("--full", "--temperatures=-40,27,125", "--frequency", FREQUENCY, "--json")
CORNERS = (40, 400)  # drawn at random, at each temperature
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


def ours(circuit: Circuit, among: Sequence[Condition]) -> Figures:
    """The figures of the datasheet, `[condition]`."""
    found = Recorded(stand(find_drives(circuit), among), Asked(frequency_axis(FREQUENCY)))
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


def as_numbers(circuit: Circuit, among: Sequence[Condition]) -> peer.Conditions:
    """The conditions as ngspice's side takes them."""
    values = arrays(circuit, among)
    return list(zip(*(values[name].tolist() for name in ("temp", "vto_shift", "kp_scale", "iref")), strict=True))


def random_corners(count: int) -> dict[str, dict[str, float]]:
    """Corners between slow and fast, weak and strong."""
    draw = np.random.default_rng(count).uniform([-0.05, 0.9, 80e-6], [0.05, 1.1, 120e-6], (count, 3)).tolist()
    return {f"c{k}": dict(zip(("vto_shift", "kp_scale", "iref"), row, strict=True)) for k, row in enumerate(draw)}


def datasheet(*options: str, expect: int = 12, **environment: str) -> None:
    """One process of longtail, installed as by pip (byte code on disk), and a look at whether it wrote everything."""
    command = [sys.executable, "-m", "longtail.cli.main", "analyze", str(DECK), *OPTIONS, *options]
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, check=True, capture_output=True, env={**inherited, **environment})
    sheet = json.loads(done.stdout)
    assert len(sheet["conditions"]) == expect
    assert len(sheet["gains"]["frequency_hz"]) == 91
    assert all(row["maximum"] is not None for row in sheet["rows"] if row["symbol"] != "TCV_OS")


def measure(side: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and processor time of the processes that a side starts, s."""
    before, start = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    side()
    wall, after = time.perf_counter() - start, getrusage(RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def alternately(sides: Mapping[str, Callable[[], object]], runs: int) -> tuple[dict[str, float], dict[str, float]]:
    """The shortest wall-clock and processor times of all sides, run in turn, s."""
    rounds = [[measure(side) for side in sides.values()] for _ in range(runs)]
    walls, times = (dict(zip(sides, best, strict=True)) for best in np.min(rounds, axis=0).T.tolist())
    return walls, times


def cold() -> bool:
    """The datasheet of 12 conditions in a new process."""
    circuit = lt.read(DECK).circuit
    among = conditions(circuit, TEMPERATURES, circuit.corners)
    own, numbers = ours(circuit, among), as_numbers(circuit, among)
    levels = (float(own["V_ICR-"][0]), float(own["V_ICR+"][0]))
    sides: dict[str, Callable[[], object]] = {
        "compiled kernels": datasheet,
        "plain NumPy": partial(datasheet, LONGTAIL_NUMBA="0"),
        **{name: partial(peer.figures, DECK, numbers, levels, sweep) for name, sweep in LEVEL_SWEEPS.items()},
    }
    datasheet()  # compiles what is kept on disk
    good = compare(own, peer.figures(DECK, numbers, levels, LEVEL_SWEEPS["the same figures"]))
    walls, times = alternately(sides, RUNS)
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


def warm() -> None:
    """A second datasheet of a netlist that has been read."""
    amplifier = lt.read(DECK)
    options = {"full": True, "temperatures": TEMPERATURES, "frequency_hz": FREQUENCY}
    found = []
    for _ in range(2 + RUNS):
        start = time.process_time()
        amplifier.analyze(**options)
        found.append(time.process_time() - start)
    print(f"longtail, again in the same process: processor {min(found[2:]):.3f} s")


def many(count: int, folder: Path) -> bool:
    """As many corners at each of three temperatures, in a new process; ngspice once, it takes long."""
    circuit = lt.read(DECK).circuit
    corners = random_corners(count)
    among = conditions(circuit, TEMPERATURES, corners)
    path = folder / "corners.toml"
    lines = [f"[{name}]\n" + "".join(f"{k} = {v!r}\n" for k, v in values.items()) for name, values in corners.items()]
    path.write_text("\n".join(lines))
    own, numbers = ours(circuit, among), as_numbers(circuit, among)
    levels = (float(own["V_ICR-"][0]), float(own["V_ICR+"][0]))
    print(f"{len(among)} conditions")
    good = compare(own, peer.figures(DECK, numbers, levels, LEVEL_SWEEPS["the same figures"]))
    walls, times = alternately({"longtail": partial(datasheet, "--corners", str(path), expect=len(among))}, RUNS)
    for name, sweep in LEVEL_SWEEPS.items():
        wall, spent = measure(partial(peer.figures, DECK, numbers, levels, sweep))
        ratios = f"{wall / walls['longtail']:.1f} times, by processor {spent / times['longtail']:.1f}"
        print(f"  longtail {walls['longtail']:.2f} s; ngspice, {name}: {wall:.2f} s, {ratios}")
    return good


def main() -> bool:
    good = cold()
    warm()
    with tempfile.TemporaryDirectory() as folder:
        for count in CORNERS:
            good &= many(count, Path(folder))
    return good


if __name__ == "__main__":
    sys.exit(not main())
