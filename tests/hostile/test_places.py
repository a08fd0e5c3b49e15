"""Places that take no files: said before the work begins, with what is there left as it is."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hostile.world import SWEEP, contents, half, told
from longtail.cli.main import run
from longtail.files.lane_file import LaneFile

REASONS = {errno.EROFS: "Read-only file system", errno.EACCES: "Permission denied"}
ELSEWHERE = "hint: give a place that can be written to"


def nothing(folder: Path) -> None:
    """An empty folder."""


def done(*names: str) -> Callable[[Path], object]:
    """Sweeps that are complete."""
    return lambda folder: [run([*SWEEP.split(), name]) for name in names]


def left(ending: str) -> Callable[[Path], object]:
    """A sweep that was left unfinished."""
    return half(ending, lambda path, note: None)


COMMANDS: dict[str, Callable[[Path], object]] = {
    "op bjt_pair --out .": nothing,
    "op bjt_pair --out o": nothing,
    "op bjt_pair --out o/p/q": nothing,
    "analyze bjt_pair --html x.html": nothing,
    "analyze bjt_pair --html x.html --overwrite": lambda folder: (folder / "x.html").write_text("mine"),
    "examples bjt_pair --to .": nothing,
    "examples bjt_pair --to o": nothing,
    **{f"{SWEEP} x.{ending}": nothing for ending in ("csv", "json", "zarr")},
    **{f"{SWEEP} x.{ending} --overwrite": done(f"x.{ending}") for ending in ("csv", "json", "zarr")},
    **{f"{SWEEP} x.{ending} --resume": left(ending) for ending in ("csv", "json", "zarr")},
}


def refusing(folder: Path, reason: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system refuse all that would change something in a folder; for root it refuses nothing by itself."""

    def inside(path: Any) -> bool:
        return not isinstance(path, int) and Path(os.path.abspath(os.fspath(path))).is_relative_to(folder)

    def refused(path: Any, *_: Any, **__: Any) -> Any:
        raise OSError(reason, os.strerror(reason), os.fspath(path))

    def patched(module: Any, name: str, changes: Callable[..., bool]) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda path, *a, **k: (refused if inside(path) and changes(*a, **k) else real)(path, *a, **k)
        )

    written = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    patched(os, "open", lambda flags, *a, **k: bool(flags & written))
    patched(io, "open", lambda mode="r", *a, **k: bool(set(mode) & set("wax+")))
    for name in ("mkdir", "unlink", "rmdir", "rename", "replace", "utime"):
        patched(os, name, lambda *a, **k: True)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_place_that_takes_nothing(
    command: str, reason: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    COMMANDS[command](tmp_path)
    before = contents(tmp_path)
    capsys.readouterr()
    with monkeypatch.context() as world:
        refusing(tmp_path, reason, world)
        status = run(command.split())
    printed = capsys.readouterr()
    assert status == 2, printed.err
    assert REASONS[reason] in printed.err and ELSEWHERE in printed.err
    assert printed.err.count("error: ") == 1
    assert printed.out == "", "the work had begun"
    assert contents(tmp_path) == before


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a place that refuses root too")
@pytest.mark.parametrize(
    "command", ["analyze bjt_pair --html /proc/x.html", f"{SWEEP} /proc/x.csv", "op bjt_pair --out /proc"]
)
def test_a_place_that_refuses_everyone(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The kernel says that there is no such file; but the folder is there, and making it is no way on."""
    assert run(command.split()) == 2
    printed = capsys.readouterr()
    assert ELSEWHERE in printed.err and printed.out == ""


@pytest.mark.parametrize("ending", ["csv", "json", "zarr"])
def test_a_sweep_that_cannot_be_begun_leaves_nothing(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file can be made but the note beside it cannot: the disk is full from there on."""
    monkeypatch.chdir(tmp_path)

    def full(self: LaneFile, size: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as world:
        world.setattr(LaneFile, "_note", full)
        assert run([*SWEEP.split(), f"x.{ending}"]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert run([*SWEEP.split(), f"x.{ending}"]) == 0


LIBRARY = {
    "a backend that is none": ("MPLBACKEND=nonsense longtail op bjt_pair --out o", 1, "Matplotlib cannot be loaded: "),
    "a date that is none": ("SOURCE_DATE_EPOCH=x longtail op bjt_pair --out o", 2, "SOURCE_DATE_EPOCH=x is no date"),
    "a date too far": ("SOURCE_DATE_EPOCH=99999999999999 longtail op bjt_pair --out o", 2, "is no date"),
    "a cache of Matplotlib nowhere": ("MPLCONFIGDIR=/proc/no longtail op bjt_pair --out o", 0, "note: wrote o/"),
    "a cache of Numba nowhere": ("NUMBA_CACHE_DIR=/proc/no longtail op bjt_pair --out o", 0, "note: wrote o/"),
    "no need of figures": ("MPLBACKEND=nonsense SOURCE_DATE_EPOCH=x longtail op bjt_pair", 0, ""),
}


@pytest.mark.parametrize("name", LIBRARY)
def test_what_the_plotting_library_is_told(name: str, tmp_path: Path) -> None:
    done = told(LIBRARY[name], tmp_path)
    assert (done.stdout == b"") == bool(done.returncode), "what cannot be drawn is told before the work"


def test_no_place_for_a_cache_at_all(tmp_path: Path) -> None:
    """Neither the folder of Matplotlib nor a temporary one: figures cannot be drawn, and nothing else is to blame."""
    program = (
        "import sys, tempfile\n"
        "def no(*_, **__): raise FileNotFoundError(2, 'No usable temporary directory found')\n"
        "tempfile.mkdtemp = tempfile.gettempdir = no\n"
        "from longtail.cli.main import main\n"
        "main()\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src"), "MPLCONFIGDIR": os.devnull}
    words = [sys.executable, "-c", program, "op", "bjt_pair", "--out", "o"]
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert b"Matplotlib cannot be loaded" in done.stderr and b"MPLCONFIGDIR" in done.stderr
    assert b"Traceback" not in done.stderr and b"standard output" not in done.stderr
    assert done.stdout == b""
