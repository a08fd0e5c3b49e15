"""A named situation: how the world is spoilt, what is asked, and what has to be said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from longtail.cli.main import run
from longtail.files.lane_file import LaneFile

SWEEP = "sweep bjt_pair --vary rc1.r=9k,10k,11k --measure cmrr_db --out"


@dataclass(frozen=True)
class Situation:
    """`spoil` prepares an empty folder, in which `command` runs; standard error then has `said`."""

    name: str
    command: str
    status: int
    said: str
    spoil: Callable[[Path], object] = lambda folder: None


def tried(s: Situation, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a situation in process; what was there has to be there still, when the status says that it failed."""
    monkeypatch.chdir(folder)
    s.spoil(folder)
    before = contents(folder)
    capsys.readouterr()
    status = run([word.replace("%", "\0") for word in s.command.split()])
    printed = capsys.readouterr()
    assert status == s.status, printed.err
    assert s.said in printed.err
    assert "Traceback" not in printed.err
    assert printed.err.count("error: ") == 1
    assert contents(folder) == before
    return printed.err


def half(ending: str, change: Callable[[Path, Path], object], sweep: str = SWEEP) -> Callable[[Path], object]:
    """A sweep that was stopped after its first lanes, with something done to file and note."""

    def spoil(folder: Path) -> None:
        path, note = folder / f"x.{ending}", folder / f"x.{ending}.part"
        seen: list[dict[str, object]] = []
        close = LaneFile.close
        LaneFile.close = lambda self: (seen.append(json.loads(note.read_text())), close(self))[1]  # type: ignore[method-assign]
        try:
            assert run([*sweep.split(), path.name]) == 0
        finally:
            LaneFile.close = close  # type: ignore[method-assign]
        note.write_text(json.dumps({**seen[0], "lanes": 2} if ending == "zarr" else seen[0]))
        change(path, note)

    return spoil


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of bash in which `longtail` is the command."""
    source = str(Path(__file__).parents[2] / "src")
    function = f'longtail() {{ "{sys.executable}" -m longtail.cli.main "$@"; }}\n'
    env = {**os.environ, "PYTHONPATH": source, **environment}
    return subprocess.run(
        ["bash", "-c", function + line], cwd=folder, env=env, capture_output=True, timeout=60, check=False
    )


def told(case: tuple[str, int, str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a line: it has to end with this status and say this to standard error, without a traceback."""
    line, status, said = case
    done = shell(line, folder)
    assert done.returncode == status, done.stderr
    assert said.encode() in done.stderr
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr
    return done
