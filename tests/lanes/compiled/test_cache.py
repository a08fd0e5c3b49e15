"""The folder for compiled code, in every state that it can be in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba")

from numba import config

from longtail.lanes.compiled.cache import FunctionCache, compiled


def twice(x: int) -> int:
    return 2 * x


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    return tmp_path


def kept(folder: Path, ending: str) -> list[Path]:
    return sorted(folder.rglob(f"*.{ending}"))


def test_code_is_kept_and_loaded(folder: Path) -> None:
    assert compiled()(twice)(21) == 42
    assert kept(folder, "nbc")
    again = compiled()(twice)
    assert again(21) == 42
    assert sum(again.stats.cache_hits.values()) == 1


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("spoil", [lambda data: b"garbage\n", lambda data: data[: len(data) // 2], lambda data: b""])
def test_a_damaged_folder_is_mended(folder: Path, ending: str, spoil: Callable[[bytes], bytes]) -> None:
    compiled()(twice)(21)
    for path in kept(folder, ending):
        path.write_bytes(spoil(path.read_bytes()))
    assert compiled()(twice)(21) == 42
    again = compiled()(twice)
    assert again(21) == 42
    assert sum(again.stats.cache_hits.values()) == 1


def test_a_full_disk_stops_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FunctionCache, "save_overload", full)
    assert compiled()(twice)(21) == 42


def test_no_folder_at_all_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: Any) -> None:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(FunctionCache, "__init__", nowhere)
    assert compiled()(twice)(21) == 42
