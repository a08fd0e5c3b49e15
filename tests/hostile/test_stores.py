"""A store that was left unfinished and has lost or changed a piece since is not gone on with, and is left as it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile.world import Situation, contents, half, tried
from longtail.cli.main import run

OPTIONS = "--vary rc1.r=9k,10k,11k --measure cmrr_db,differential --frequency 1:10:1"
SWEEP = f"sweep bjt_pair {OPTIONS} --out"
PIECES = ("status", "rc1.r", "cmrr_db", "differential", "frequency")

Damage = Callable[[Path], object]


def chunk(array: Path) -> Path:
    return next(path for path in sorted((array / "c").rglob("*")) if path.is_file())


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def flipped(path: Path) -> None:
    """One bit of what the last number is kept in."""
    data = bytearray(path.read_bytes())
    data[-6] ^= 0x10  # four bytes of a checksum are behind
    path.write_bytes(data)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def changed(key: str, value: object) -> Damage:
    def change(array: Path) -> None:
        path = array / "zarr.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))

    return change


DAMAGES: dict[str, Damage] = {
    "is gone": shutil.rmtree,
    "has no chunk": lambda array: chunk(array).unlink(),
    "has an empty chunk": lambda array: chunk(array).write_bytes(b""),
    "has a chunk cut short": lambda array: cut(chunk(array)),
    "has a chunk of zeros": lambda array: chunk(array).write_bytes(bytes(40)),
    "has a chunk with a bit changed": lambda array: flipped(chunk(array)),
    "has a folder as its chunk": lambda array: a_folder(chunk(array)),
    "has no metadata": lambda array: (array / "zarr.json").unlink(),
    "has metadata cut short": lambda array: cut(array / "zarr.json"),
    "has metadata of no text": lambda array: (array / "zarr.json").write_bytes(b"\xff\xfe"),
    "has metadata of another kind": lambda array: (array / "zarr.json").write_text("[]"),
    "has a shape of another": changed("shape", [99]),
    "has no shape": changed("shape", None),
    "has a type of its own": changed("data_type", "float13"),
    "is a group": changed("node_type", "group"),
}


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_piece(
    damage: str, piece: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil = half("zarr", lambda path, note: DAMAGES[damage](path / piece), SWEEP)
    said = tried(
        Situation("", f"{SWEEP} x.zarr --resume", 2, "x.zarr is damaged", spoil), tmp_path, monkeypatch, capsys
    )
    assert "begin anew with --overwrite, or elsewhere" in said


WHOLE: dict[str, tuple[str, Damage]] = {
    "without its metadata": ("x.zarr is damaged", lambda store: (store / "zarr.json").unlink()),
    "with its metadata cut short": ("x.zarr is damaged", lambda store: cut(store / "zarr.json")),
    "of the second format": ("x.zarr is damaged", changed("zarr_format", 2)),
    "that is empty": ("x.zarr is damaged", lambda store: (shutil.rmtree(store), store.mkdir())),
    "that is a file": ("x.zarr is damaged", lambda store: (shutil.rmtree(store), store.write_text("mine"))),
    "that is gone": ("cannot be resumed", shutil.rmtree),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_store(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said, damage = WHOLE[name]
    spoil = half("zarr", lambda path, note: damage(path), SWEEP)
    tried(Situation("", f"{SWEEP} x.zarr --resume", 2, said, spoil), tmp_path, monkeypatch, capsys)


def test_a_sound_store_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that none of the others is refused for a reason of its own."""
    monkeypatch.chdir(tmp_path)
    half("zarr", lambda path, note: None, SWEEP)(tmp_path)
    whole = contents(tmp_path / "x.zarr")
    assert run([*SWEEP.split(), "x.zarr", "--resume"]) == 0
    assert contents(tmp_path) == {f"x.zarr/{name}": data for name, data in whole.items()}
