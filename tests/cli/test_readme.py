"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import longtail as lt
from longtail.cli.main import run
from longtail.registry import analyses, commands

ROOT = Path(__file__).parents[2]
PYTHON = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


@pytest.mark.parametrize("code", blocks("python"))
def test_its_python_runs(code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "active" in printed
    assert "CMRR = 1" in printed


def test_the_page_on_python_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"^```python\n(.*?)^```", PYTHON, re.MULTILINE | re.DOTALL)
    exec(compile(code, "python.md", "exec"), {})
    assert re.fullmatch(r"109\.9 dB, [\d.e-]+ V\n", capsys.readouterr().out)
    for name in re.findall(r"`lt\.(\w+)", PYTHON):
        assert name in lt.__all__


def test_its_terminal_session_is_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (session,) = blocks("console")
    command, _, shown = session.partition("\n")
    monkeypatch.chdir(ROOT)
    assert run(command.removeprefix("$ longtail ").split()) == 0
    assert capsys.readouterr().out.strip() == shown.strip(), "copy the new output into README.md"


def test_every_command_is_named_and_the_manual_has_the_options_of_the_first_three() -> None:
    manual = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for name in (*commands(), "netlist", "examples"):
        assert f"`longtail {name}" in README
    for name in ("analyze", "gains", "op"):
        assert f"longtail {name}" in manual
        for option in analyses()[name].options:
            if option.python_only:
                continue
            assert f"`--{option.name.removesuffix('_hz').replace('_', '-')}" in manual


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).is_file(), target
