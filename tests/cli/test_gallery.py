"""The `examples` command."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtail.cli.gallery import describe, included
from longtail.cli.main import run
from longtail.examples import gallery


def test_the_list_names_every_example(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["examples"]) == 0
    listed = capsys.readouterr().out
    names = [path.stem for path in sorted(examples.glob("*.cir"))]
    assert list(gallery()) == names
    for name, path in gallery().items():
        entry = describe(path)
        assert f"{name}: {entry.title}" in listed
        assert len(entry.look_at) > 40, f"{name} says what to look at"
    assert max(map(len, listed.splitlines())) <= 120


def test_an_example_is_copied_with_what_it_includes(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new"
    assert run(["examples", "ecg_front_end", "--to", str(folder)]) == 0
    printed = capsys.readouterr()
    assert sorted(path.name for path in folder.iterdir()) == ["ecg_front_end.cir", "opamp.inc"]
    assert printed.out.splitlines() == [str(folder / "ecg_front_end.cir"), str(folder / "opamp.inc")]
    assert "what to look at: One millivolt" in printed.err
    for path in folder.iterdir():
        assert path.read_bytes() == (examples / path.name).read_bytes()
    assert run(["op", str(folder / "ecg_front_end.cir")]) == 0


def test_nothing_is_overwritten_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "bjt_pair.cir"
    target.write_text("mine")
    assert run(["examples", "bjt_pair", "--to", str(tmp_path)]) == 2
    assert target.read_text() == "mine"
    assert "--overwrite" in capsys.readouterr().err
    assert run(["examples", "bjt_pair", "--to", str(tmp_path), "--overwrite"]) == 0
    assert target.read_bytes() == gallery()["bjt_pair"].read_bytes()
    assert run(["examples", "bjt_pair.cir", "--to", str(tmp_path)]) == 0, "the same again does no harm"


def test_a_folder_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(["examples", "bjt_pair", "--to", str(tmp_path / "file" / "x")]) == 2
    assert "Not a directory" in capsys.readouterr().err


def test_includes_of_includes_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.cir").write_text("a\n.include 'b.inc'\n.lib c.lib fast\n.include gone.inc\n")
    (tmp_path / "b.inc").write_text('.INC "c.lib"\n.include a.cir\n')
    (tmp_path / "c.lib").write_text("")
    found = included(tmp_path / "a.cir")
    assert {path.name for path in found} == {"a.cir", "b.inc", "c.lib"}
