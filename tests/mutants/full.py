"""The mutation tester: do the tests notice a fault in the engine or the analyses?

    make mutants [MUTANTS=200 SEED=1]

First every test runs once with the lines noted that it runs (this takes a while, and is kept for the next time). Then
mutants are drawn at random, each is put into a process of its own, and the tests that run its line are run in it, the
quickest first, until one fails. What no test notices is printed with its line. The share noticed is a lower bound: some
mutants change nothing that could be noticed (a limit of 41 rounds in place of 40), and of many tests only as many are
run as take a minute. Results are kept as they come: the same call goes on where it was stopped.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

from mutants.lines import Lines
from mutants.operators import Mutant, mutants

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "longtail"
ROOMS = ("engine", "driven", "large_signal", "merits", "analyses", "datasheet")
FOLDER = ROOT / "out" / "mutants"
ENOUGH = 60.0  # s of tests for a mutant
WANTED = 0.85  # the share of mutants that tests are to notice
NOTICED = ("killed", "hangs")
HANGS = 4.0  # times as long as the tests took: a loop that does not end
WARM = (  # imported once for all; what pytest itself looks for must come later
    "numba",
    "scipy.linalg",
    "scipy.optimize",
    "sympy",
    "flint",
    "matplotlib.pyplot",
    "xarray",
    "rich",
    "cyclopts",
)


class Faulty(MetaPathFinder):
    """Imports one module with a fault in it; no file is changed."""

    def __init__(self, name: str, file: Path, text: str) -> None:
        self.name, self.file, self.text = name, file, text

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != self.name:
            return None
        return spec_from_file_location(name, self.file, loader=_loader(name, self.file, self.text))


def _loader(name: str, file: Path, text: str) -> Loader:
    class FromText(SourceFileLoader):
        def get_code(self, fullname: str) -> Any:
            return compile(text, str(file), "exec", dont_inherit=True)

    return FromText(name, str(file))


def drawn(count: int, seed: int) -> list[tuple[Path, Mutant]]:
    """Mutants of all files together, drawn without looking."""
    files = [file for room in ROOMS for file in sorted((SOURCE / room).rglob("*.py"))]
    every = [(file, mutant) for file in files for mutant in mutants(file.read_text())]
    return random.Random(seed).sample(every, min(count, len(every)))


@dataclass
class Trial:
    """A mutant in a process of its own, forked so that libraries are imported once for all."""

    file: Path
    mutant: Mutant
    tests: list[str]
    seconds: float
    pid: int = 0

    def start(self) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            seconds = int(HANGS * self.seconds + 60.0)
            resource.setrlimit(
                resource.RLIMIT_CPU, (seconds, seconds)
            )  # of its own: others may keep the processor busy
            _run(self.file, self.mutant, self.tests)

    def outcome(self) -> str | None:
        """What became of the mutant; None while tests run."""
        done, status = os.waitpid(self.pid, os.WNOHANG)
        if not done:
            return None
        code = os.waitstatus_to_exitcode(status)
        return "hangs" if code in (-signal.SIGXCPU, -signal.SIGKILL) else "killed" if code else "survived"

    def result(self, found: str) -> dict[str, Any]:
        return {**_names(self.file, self.mutant), "found": found, "tests": len(self.tests)}


def _run(file: Path, mutant: Mutant, tests: list[str]) -> None:
    """In a process of its own: the tests with the fault in the module."""
    import pytest

    os.chdir(ROOT)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    code = 1
    try:
        name = ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts)
        sys.meta_path.insert(0, Faulty(name, file, mutant.text(file.read_text())))
        importlib.import_module(name)
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]))
    finally:
        os._exit(code)


def _names(file: Path, mutant: Mutant) -> dict[str, Any]:
    """What a mutant is known by in the results."""
    return {"place": f"{file.relative_to(ROOT)}:{mutant.line}", "fault": mutant.shown(file.read_text())}


def trial(file: Path, mutant: Mutant, lines: Lines) -> Trial:
    """A mutant with the tests to run: the quickest that run its line, as many as take no longer than a minute."""
    tests: list[str] = []
    seconds = 0.0
    for test in lines.tests(file, mutant.line):
        if tests and seconds + lines.seconds[test] > ENOUGH:
            break
        seconds += lines.seconds[test]
        tests.append(test)
    return Trial(file, mutant, tests, seconds)


def outcomes(trials: Iterator[Trial], processes: int) -> Iterator[dict[str, Any]]:
    """The results of trials as they end, so many at a time."""
    running: list[Trial] = []
    more = True
    while more or running:
        while more and len(running) < processes:
            each = next(trials, None)
            if each is None:
                more = False
            elif not each.tests:
                yield each.result("no test runs it")
            else:
                each.start()
                running.append(each)
        time.sleep(0.02)
        for each in list(running):
            found = each.outcome()
            if found is not None:
                running.remove(each)
                yield each.result(found)


def lines_of_tests() -> Lines:
    """Which tests run which lines, from one run of all tests, which is made where there is none yet."""
    where = FOLDER / "lines"
    if not list(where.glob("seconds.*.json")):
        print("running every test once, to see which lines it runs", flush=True)
        command = [sys.executable, "-m", "pytest", "-p", "mutants.lines", "-n", "auto", "-q"]
        environment = {**os.environ, "MUTANTS_LINES": str(where), "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return Lines(where)


def calibrate(file: Path, lines: Lines) -> None:
    """No fault at all must go unnoticed, or the tester would praise the tests for its own mistakes."""
    source = file.read_text()
    line = next(m.line for m in mutants(source) if lines.tests(file, m.line))
    (result,) = outcomes(iter([trial(file, Mutant(0, 0, "", line), lines)]), 1)
    if result["found"] != "survived":
        raise SystemExit(f"without any fault in {file.name} tests fail: run them first")


def main(count: int, seed: int) -> int:
    lines = lines_of_tests()
    for module in WARM:
        importlib.import_module(module)
    calibrate(SOURCE / "engine" / "solving" / "newton.py", lines)
    kept = FOLDER / f"results-{seed}.jsonl"
    known = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    before = {(each["place"], each["fault"]): each for each in known}
    every = [(tuple(_names(*each).values()), each) for each in drawn(count, seed)]
    results = [before[names] for names, _ in every if names in before]
    trials = (trial(*each, lines) for names, each in every if names not in before)
    with kept.open("a") as out:
        for result in outcomes(trials, os.cpu_count() or 1):
            results.append(result)
            print(json.dumps(result), file=out, flush=True)
            if result["found"] not in NOTICED:
                print(f"{len(results)}: {result['place']}: {result['fault']} ({result['found']})", flush=True)
    return said(results)


def said(results: list[dict[str, Any]]) -> int:
    """Print the score; 0 where it is enough."""
    counts = Counter(each["found"] for each in results)
    good = sum(counts[name] for name in NOTICED)
    print(", ".join(f"{name} {n}" for name, n in sorted(counts.items())))
    print(f"noticed {good} of {len(results)} mutants: {100.0 * good / len(results):.1f} %")
    return 0 if good >= WANTED * len(results) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
