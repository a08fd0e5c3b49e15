"""Whatever is wrong with the place to write to is one clear error, and nothing that was there is lost."""

# ruff: noqa: E501  one situation a line

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile.world import SWEEP, Situation, contents, half, shell, tried
from longtail.cli.main import run
from longtail.errors import OptionError
from longtail.files.writing import write_file

STAY = "is there already"


def file(name: str, text: str = "mine\n") -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    return spoil


def edited(old: str, new: str) -> Callable[[Path, Path], object]:
    return lambda path, note: path.write_text(path.read_text().replace(old, new, 1))


def noted(**changes: object) -> Callable[[Path, Path], object]:
    return lambda path, note: note.write_text(json.dumps({**json.loads(note.read_text()), **changes}))


SITUATIONS = [
    Situation("a sweep over a foreign csv", f"{SWEEP} x.csv", 2, STAY, file("x.csv")),
    Situation("a sweep over a foreign json", f"{SWEEP} x.json", 2, STAY, file("x.json")),
    Situation("a sweep over a foreign folder", f"{SWEEP} x.zarr", 2, "is no sweep", file("x.zarr/thesis.txt")),
    Situation("even when told", f"{SWEEP} x.zarr --overwrite", 2, "is no sweep", file("x.zarr/thesis.txt")),
    Situation("a csv that is a folder", f"{SWEEP} x.csv", 2, "x.csv is a folder", file("x.csv/a")),
    Situation("a sweep without its folder", f"{SWEEP} no/x.csv", 2, "No such file", file("a")),
    Situation("a name too long", f"{SWEEP} {'x' * 300}.csv", 2, "File name too long"),
    Situation("a name with a NUL", f"{SWEEP} x%.csv", 2, "cannot be the name of a file"),
    Situation("a page over a page", "analyze bjt_pair --html x.html", 2, STAY, file("x.html")),
    Situation("a page that is a folder", "analyze bjt_pair --html x", 2, "x is a folder", file("x/a")),
    Situation("a page without its folder", "analyze bjt_pair --html no/x.html", 2, "No such file"),
    Situation("a page with a NUL", "analyze bjt_pair --html x%.html", 2, "cannot be the name of a file"),
    Situation("a report over a text", "op bjt_pair --out o", 2, STAY, file("o/bjt_pair-op.txt")),
    Situation("a report over JSON", "op bjt_pair --out o", 2, STAY, file("o/bjt_pair-op.json")),
    Situation("a report over a figure", "op bjt_pair --out o", 2, STAY, file("o/bjt_pair-op.png")),
    Situation("a report folder that is a file", "op bjt_pair --out o", 2, "File exists", file("o")),
    Situation("a report below a file", "op bjt_pair --out o/p", 2, "Not a directory", file("o")),
    Situation("an example over a netlist", "examples bjt_pair", 2, "is not the same", file("bjt_pair.cir")),
    Situation("nothing to resume", f"{SWEEP} x.csv --resume", 2, "nothing to resume", file("x.csv")),
    Situation("a note of garbage", f"{SWEEP} x.csv --resume", 2, "part is damaged", half("csv", lambda p, n: n.write_bytes(b"\xff{"))),
    Situation("a note of another kind", f"{SWEEP} x.csv --resume", 2, "part is damaged", half("csv", lambda p, n: n.write_text("[]"))),
    Situation("a note of too many lanes", f"{SWEEP} x.csv --resume", 2, "part is damaged", half("csv", noted(lanes=99))),
    Situation("a note of less than no lanes", f"{SWEEP} x.csv --resume", 2, "part is damaged", half("csv", noted(lanes=-1))),
    Situation("a file cut short", f"{SWEEP} x.csv --resume", 2, "x.csv is damaged", half("csv", lambda p, n: p.write_text("rc1.r"))),
    Situation("a lane of another parameter", f"{SWEEP} x.csv --resume", 2, "x.csv is damaged", half("csv", edited("\n9000", "\n9001"))),
    Situation("another head", f"{SWEEP} x.csv --resume", 2, "x.csv is damaged", half("csv", edited("cmrr", "cmrs"))),
    Situation("another sweep", f"{SWEEP} x.csv --resume", 2, "other options", half("csv", noted(sweep="0"))),
    Situation("an unfinished sweep", f"{SWEEP} x.csv", 2, "was not finished", half("csv", lambda p, n: None)),
    Situation("a row of no JSON", f"{SWEEP} x.json --resume", 2, "x.json is damaged", half("json", edited("[9000", "{9000"))),
    Situation("a store without its heart", f"{SWEEP} x.zarr --resume", 2, "x.zarr is damaged", half("zarr", lambda p, n: (p / "zarr.json").write_text("{"))),
    Situation("a name set twice", "op bjt_pair --set rc=1k --set RC=2k", 2, "gives 'RC' twice"),
    Situation("a name varied twice", f"{SWEEP} x.csv --vary rc1.r=1k", 2, "gives 'rc1.r' twice"),
    Situation("a name set and varied", "sweep bjt_pair --set rc=1k --vary rc=1k,2k", 2, "by --set and by --vary"),
    Situation("a value beyond its bounds", "sweep bjt_pair --vary rc1.m=-2,1", 2, "rc1.m cannot be -2"),
    Situation("a billion lanes", "sweep bjt_pair --vary rc=1:2:1e9", 2, "1000000000 points are too many"),
    Situation("many points per decade", "gains bjt_pair --frequency 1:10:1e6", 2, "1e+06 points per decade"),
    Situation("frequencies without end", "gains bjt_pair --frequency 1:1e300:20", 2, "must lie between"),
    Situation("frequencies without a beginning", "gains bjt_pair --frequency 1e-300:1:20", 2, "must lie between"),
    Situation("one frequency without end", "gains bjt_pair --frequency 1e300", 2, "is too high"),
]  # fmt: skip


@pytest.mark.parametrize("s", SITUATIONS, ids=lambda s: s.name)
def test_files(
    s: Situation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried(s, tmp_path, monkeypatch, capsys)


def test_a_report_is_run_again_and_what_was_edited_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    again = ["op", "bjt_pair", "--out", "o"]
    assert run(again) == run(again) == 0
    text = tmp_path / "o" / "bjt_pair-op.txt"
    text.write_text("edited")
    assert run(again) == 2
    assert text.read_text() == "edited"
    assert run([*again, "--overwrite"]) == run(again) == 0
    assert text.read_text() != "edited"


def test_a_sweep_is_replaced_when_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x.csv", "x.zarr"):
        assert run([*SWEEP.split(), name]) == 0
        before = contents(tmp_path)
        assert run([*SWEEP.split(), name]) == 2
        assert contents(tmp_path) == before
        assert run([*SWEEP.split(), name, "--overwrite"]) == 0


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_text("old")
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        write(self, data[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OptionError, match="No space left"):
        write_file(tmp_path / "x", "new and longer", overwrite=True)
    assert contents(tmp_path) == {"x": b"old"}


def test_a_device_takes_what_it_is_given(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="No space left"):
        write_file(Path("/dev/full"), "x")
    assert Path("/dev/full").is_char_device()


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    done = shell("ulimit -f 1; longtail op bjt_pair --out o > /dev/null", tmp_path)
    assert done.returncode == 2
    assert b"File too large" in done.stderr and b"Traceback" not in done.stderr
    assert not list((tmp_path / "o").glob(".longtail-*"))


@pytest.mark.parametrize("ending", ["csv", "json", "zarr"])
@pytest.mark.parametrize("how", ["", "--resume", "--overwrite"])
def test_two_sweeps_do_not_write_one_file(
    how: str, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second begins while the first is between two parts."""
    from longtail.files.lane_file import LaneFile

    monkeypatch.chdir(tmp_path)
    close, told = LaneFile.close, []

    def meanwhile(self: LaneFile) -> None:
        monkeypatch.setattr(LaneFile, "close", close)
        there = contents(tmp_path)
        told.append((run([*SWEEP.split(), f"x.{ending}", *how.split()]), capsys.readouterr().err))
        assert contents(tmp_path) == there
        close(self)

    monkeypatch.setattr(LaneFile, "close", meanwhile)
    assert run([*SWEEP.split(), f"x.{ending}"]) == 0
    [(status, said)] = told
    assert status == 2
    assert ("being written by another process" if how else "was not finished") in said
    assert run([*SWEEP.split(), f"x.{ending}", "--overwrite"]) == 0  # it is let go
