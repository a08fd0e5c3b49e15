"""`longtail mc` into a file, killed at random moments and gone on with, beside a run that nobody touches."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"
PART = 4096  # samples that may be lost
ENDINGS = ("csv", "json", "zarr")
_PATIENCE = 300.0  # s


@dataclass(frozen=True)
class Killed:
    """What a kill left: samples that the note vouches for, and those that are in the file (of text)."""

    after: float
    noted: int
    written: int


@dataclass(frozen=True)
class Chain:
    """A file that was written by processes that were killed one after another, and by a last one that was not.

    wrong  what is not as it should be
    """

    kills: tuple[Killed, ...]
    resumed: int
    wrong: tuple[str, ...]


def whole(folder: Path, ending: str, samples: int) -> tuple[Path, float]:
    """A file that is written without a break, and how long that takes from its first part on, in s."""
    path = folder / f"whole.{ending}"
    process = _start(path, samples)
    begun = _wait(lambda: _noted(path, samples) > 0, process)
    said = process.communicate(timeout=_PATIENCE)[0]
    assert process.returncode == 0, said
    return path, time.monotonic() - begun


def chain(good: Path, seconds: float, samples: int, kills: int, rng: random.Random) -> Chain:
    """Begin a file anew and kill whoever writes it so many times, each at a random moment of the `seconds` from its
    first part on, or, one in four, of the first tenth of a second in which there is a file."""
    folder = good.parent / f"killed-{rng.randrange(10**9)}"
    folder.mkdir()
    path = folder / good.name
    found: list[Killed] = []
    wrong: list[str] = []
    while len(found) < kills and (not found or found[-1].noted < samples):
        process = _start(path, samples)
        noted = found[-1].noted if found else 0
        opened = rng.random() < 0.25
        begun = _wait(_opened(path) if opened else lambda noted=noted: _noted(path, samples) > noted, process)
        after = rng.uniform(0.0, 0.1 if opened else seconds * (1.0 - noted / samples))
        time.sleep(max(0.0, begun + after - time.monotonic()))
        process.kill()
        said = process.communicate(timeout=_PATIENCE)[0]
        if process.returncode >= 0:  # it was faster
            if found:
                break
            return chain(good, 0.5 * seconds, samples, kills, rng)
        found.append(Killed(after, _noted(path, samples), _written(path)))
        wrong += _wrong_after(found[-1], noted, samples, said)
    return _ended(good, path, samples, found, wrong)


def _ended(good: Path, path: Path, samples: int, found: list[Killed], wrong: list[str]) -> Chain:
    """Go on to the end, unless all is done, and compare."""
    noted, resumed = (found[-1].noted if found else 0), 0
    if not found or noted < samples or _note(path).exists():
        process = _start(path, samples)
        said = process.communicate(timeout=_PATIENCE)[0].decode()
        if process.returncode and "is complete: there is nothing to resume" not in said:
            wrong.append(f"status {process.returncode}: {said}")
        resumed = next((int(line.split()[2]) for line in _notes(said) if line.startswith("resumed after")), 0)
        if not process.returncode and resumed != noted:
            wrong.append(f"resumed after {resumed} and not after {noted}")
    if contents(path) != contents(good):
        wrong.append("other bytes")
    if [each.name for each in path.parent.iterdir()] != [path.name]:
        wrong.append(f"left over: {sorted(each.name for each in path.parent.iterdir())}")
    return Chain(tuple(found), resumed, tuple(wrong))


def contents(path: Path) -> dict[str, bytes]:
    """The bytes of a file, or of all files of a store, by name."""
    files = [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]
    return {each.relative_to(path.parent).as_posix().partition("/")[2]: each.read_bytes() for each in files}


def _start(path: Path, samples: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "longtail", "mc", "bjt_pair", "--samples", str(samples), "--out", str(path)]
    command += ["--measure", "offset,cmrr@50", "--limit", "|offset|<=2mV", "--resume"]
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(SOURCES), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _opened(path: Path) -> Callable[[], bool]:
    """Whether there is a file, or one that was there has been opened to go on with it, which is noted anew."""
    before = _note(path).stat().st_mtime_ns if _note(path).exists() else None
    return lambda: path.exists() and (before is None or _note(path).stat().st_mtime_ns != before)


def _wait(until: Callable[[], bool], process: subprocess.Popen[bytes]) -> float:
    """Wait until something holds or the process has ended; returns when that was."""
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(FileNotFoundError):  # between two looks
            if until():
                break
        time.sleep(0.0005)
    return time.monotonic()


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _noted(path: Path, samples: int) -> int:
    """The samples that count as done: all where there is no note, but for a file that has nothing in it."""
    if not path.exists():
        return 0
    if _note(path).exists():
        return int(json.loads(_note(path).read_text())["lanes"])
    return samples if any(contents(path).values()) else 0


def _written(path: Path) -> int:
    """The rows that are in a file of text and end there."""
    if path.suffix == ".zarr":
        return -1
    data = path.read_bytes()
    if path.suffix == ".csv":
        return max(0, data.count(b"\n") - 1)
    return sum(line.startswith(b"[") and line.rstrip(b",").endswith(b"]") for line in data.split(b"\n"))


def _wrong_after(now: Killed, before: int, samples: int, said: bytes) -> Iterator[str]:
    if said and b"Traceback" in said:
        yield said.decode()
    if not before <= now.noted <= samples:
        yield f"noted {now.noted} after {before}"
    if now.written >= 0 and not now.noted <= now.written <= now.noted + PART:
        yield f"noted {now.noted} of {now.written} that are written"


def _notes(said: str) -> list[str]:
    return [line.partition("note: ")[2] or line.strip() for line in said.splitlines()]
