"""Monte Carlo samples through longtail and through ngspice: the same circuit, the same parameters, one core each.

ngspice runs its fastest script: one process, a `repeat` loop whose body alters parameters and runs the analyses for
eight samples written out as numbers (no expressions to evaluate), nothing saved but what is needed, plots destroyed.
Two lengths of the loop are run and the difference is taken, so that start-up and reading do not count. longtail has
its circuit prepared and its buffers allocated, and solves as many samples as take some tenths of a second.

Processor time is compared, so that what else runs on the machine costs neither side, and the best of several runs.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import longtail as lt
from longtail.contract.axes import frequency_axis
from longtail.driven.grid import Lanes
from longtail.driven.inputs import find_drives
from longtail.driven.lane_solves import batch, batch_at_null, null_lanes
from longtail.driven.mode_gains import prepared_sweep
from longtail.driven.nulling import null_target
from longtail.driven.varied import read_lanes
from longtail.engine.few_solves.frequency_sweep import FrequencySweep
from longtail.engine.few_solves.stream import stream

ROOT = Path(__file__).parents[1]
FREQUENCY = "1:1g:10"  # 91 points
AC = "ac dec 10 1 1g"
BODY = 8  # samples written out in the body of ngspice's loop

Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Parameter:
    """A parameter that varies: its name here, the command that sets it in ngspice, nominal value and spread."""

    name: str
    alter: str
    nominal: float
    sigma: float


@dataclass(frozen=True)
class Case:
    """A circuit side by side. `edit` turns its text into what ngspice is given (a servo that nulls, for one)."""

    deck: str
    parameters: tuple[Parameter, ...]
    sources: tuple[str, str]
    output: str  # expression of ngspice for the output that counts
    null: bool = False
    edit: Callable[[str], str] = lambda text: text

    def draw(self, samples: int, seed: int = 1) -> dict[str, NDArray[np.float64]]:
        random = np.random.default_rng(seed)
        return {p.name: p.nominal + p.sigma * random.normal(size=samples) for p in self.parameters}


class Ours:
    """The case in longtail, prepared."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.amp = lt.read(ROOT / "examples" / case.deck)
        self.drives = find_drives(self.amp.circuit)
        self.target = null_target(self.drives, None) if case.null else None
        names = tuple(p.name for p in case.parameters)
        if self.target is None:
            self.batch = batch(self.drives.circuit, self._lanes(case.draw(1)).names, self.drives)
        else:
            self.batch = batch_at_null(self.drives, names, self.drives.null(self.target))
        self.sweep: FrequencySweep = prepared_sweep(
            self.batch, self.drives, frequency_axis(FREQUENCY), target=self.target
        )[0]

    def _lanes(self, values: Values) -> _Named:
        return _Named(read_lanes(self.drives.circuit, values, self.drives))

    def gains(self, values: Values) -> NDArray[np.complex128]:
        """All mode gains, `[sample, frequency, out_mode, in_mode]`."""
        return self.amp.gains(frequency_hz=FREQUENCY, parameters=values, null=self.case.null).matrix

    def seconds(self, values: Values, *, op_alone: bool = False, threads: int = 1) -> float:
        """Time for operating points, and with them all gains into a buffer: of the processor, or with several threads
        by the clock on the wall."""
        clock = time.process_time if threads == 1 else time.perf_counter
        lanes = self._lanes(values).lanes
        count = len(next(iter(values.values())))

        def solve(where: slice):  # type: ignore[no-untyped-def]
            some = {name: v[where] for name, v in lanes.values.items()}
            if self.target is None:
                return self.batch.solve(some)
            return null_lanes(self.drives, Lanes(some, lanes.axes), self.target)[1]

        start = clock()
        sweep = None if op_alone else self.sweep
        for _ in stream(count, solve, lambda where, point, gains: None, sweep=sweep, threads=threads):
            pass
        return clock() - start


@dataclass(frozen=True)
class _Named:
    lanes: Lanes

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.lanes.values)


class Theirs:
    """The case in ngspice."""

    def __init__(self, case: Case) -> None:
        self.case = case
        text = (ROOT / "examples" / case.deck).read_text()
        text = re.sub(r"(?mi)^\.end\s*$", "", text)
        self.text = case.edit(text)

    def _alter(self, values: Values, sample: int) -> list[str]:
        return [f"{p.alter} = {values[p.name][sample]:.15g}" for p in self.case.parameters]

    def _drive(self, differential: bool) -> list[str]:
        first, second = self.case.sources
        one, two = ("0.5", "-0.5") if differential else ("1", "1")
        return [f"alter {first} ac = {one}", f"alter {second} ac = {two}"]

    def run(self, script: list[str]) -> tuple[float, str]:
        """Processor time of a process that runs the script, and what it printed."""
        deck = "\n".join([self.text, ".control", "set noaskquit", *script, "quit 0", ".endc", ".end", ""])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "deck.cir"
            path.write_text(deck)
            environment = {**os.environ, "OMP_NUM_THREADS": "1"}
            start = _children()
            done = subprocess.run(
                ["ngspice", "-b", str(path)], capture_output=True, text=True, env=environment, cwd=folder, check=False
            )
            seconds = _children() - start
            if done.returncode or "rror" in done.stderr.replace("No error", ""):
                raise RuntimeError(done.stderr[-2000:])
            return seconds, done.stdout

    def gains(self, values: Values) -> NDArray[np.complex128]:
        """Differential and common gain of the output that counts, `[sample, frequency, (differential, common)]`."""
        samples = len(next(iter(values.values())))
        script = ["set numdgt=12", "set width=200", "set height=100000000"]
        for k in range(samples):
            script += self._alter(values, k)
            for mode in (True, False):
                script += [*self._drive(mode), AC, f"print {self.case.output}", "destroy all"]
        numbers = re.findall(r"^\d+\s+\S+\s+(\S+?),\s*(\S+)\s*$", self.run(script)[1], re.MULTILINE)
        flat = np.array([complex(float(a), float(b)) for a, b in numbers])
        return flat.reshape(samples, 2, -1).transpose(0, 2, 1)

    def seconds(self, values: Values, loops: int, *, op_alone: bool = False, ac: str = AC) -> float:
        """Processor time for `loops` times eight samples, without starting and reading; `ac` runs for both modes."""
        body = []
        for k in range(BODY):
            body += self._alter(values, k)
            if op_alone:
                body += ["op", "destroy all"]
            else:
                for mode in (True, False):
                    body += [*self._drive(mode), ac]
                body.append("destroy all")
        save = [f"save {_vectors(self.case.output)}"]
        times = [self.run([*save, f"repeat {n}", *body, "end"])[0] for n in (1, 1 + loops)]
        return times[1] - times[0]


def _children() -> float:
    """Processor time of all child processes so far, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _vectors(expression: str) -> str:
    return " ".join(sorted(set(re.findall(r"v\(\w+\)", expression))))


def compare(case: Case, samples: int = 24) -> float:
    """The largest difference between both sides over samples, frequencies and both input modes, of the largest gain
    of each kind in each sample."""
    values = case.draw(samples, seed=7)
    ours = Ours(case).gains(values)[:, :, 0, :]
    theirs = Theirs(case).gains(values)
    size = np.abs(theirs).max(axis=1, keepdims=True)
    return float((np.abs(ours - theirs) / size).max())


@dataclass(frozen=True)
class Timing:
    """Microseconds a sample on both sides, the best of several."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours


def race(case: Case, *, op_alone: bool = False, samples: int = 40_000, loops: int = 40, rounds: int = 5) -> Timing:
    """Both sides in turn, several times, so that a busy moment of the machine hits neither alone."""
    ours, theirs = Ours(case), Theirs(case)
    many, few = case.draw(samples), case.draw(BODY)
    ours.seconds(many, op_alone=op_alone)
    own, other = [], []
    for _ in range(rounds):
        own.append(ours.seconds(many, op_alone=op_alone) / samples)
        other.append(theirs.seconds(few, loops, op_alone=op_alone) / (loops * BODY))
    return Timing(min(own) * 1e6, min(other) * 1e6)


def report(case: Case, goal: float, *, allowed: float = 1e-4, samples: int = 40_000, loops: int = 40) -> bool:
    """Check that both sides agree, race them, print. Returns whether all is well."""
    difference = compare(case)
    print(f"{case.deck}: largest difference over 24 samples, 91 frequencies, both modes: {difference:.2g} of the gain")
    good = difference <= allowed
    for what, op_alone in (("operating point and both gains at 91 frequencies", False), ("operating point", True)):
        timing = race(case, op_alone=op_alone, samples=samples, loops=loops)
        good &= timing.ratio >= goal
        print(
            f"  {what}: longtail {timing.ours:.2f} us, ngspice {timing.theirs:.0f} us a sample: "
            f"{timing.ratio:.0f} times (goal {goal:.0f})"
        )
    return good
