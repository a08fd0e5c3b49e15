"""The manual has every option of every command once, with what holds without it, and no other; so does the help."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from longtail.cli.main import application, run
from longtail.contract.subject import Subject
from longtail.registry import analyses, commands

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
VERBS = (*commands(), "netlist", "examples")
GROUPS = {"analyses": commands(), "analyses of a FILE": commands(Subject.CIRCUIT)}
OF_LONGTAIL = {"--help", "--version", "--install-completion"}
Entry = tuple[str, tuple[str, ...], str]  # a command, the names of an option, what holds where it is not given


def offered() -> Iterator[Entry]:
    """What the commands take."""
    app = application()
    for verb in VERBS:
        for argument in app[verb].assemble_argument_collection():
            names = tuple(name for name in argument.names if name.startswith("--"))
            if names:
                said = argument.parameter.show_default
                yield verb, names, said(None) if callable(said) else str(argument.field_info.default)


def written() -> Iterator[Entry]:
    """What the table of the manual has."""
    table = MANUAL[MANUAL.index("| option |") : MANUAL.index("On a terminal, tables")]
    for line in table.strip().splitlines()[2:]:
        option, of, default, meaning = (cell.strip() for cell in line.strip("|").split(" | "))
        assert meaning
        names = tuple(name.strip("`") for name in option.split(", "))
        for verb in commands_of(of):
            yield verb, names, default.strip("`")


def commands_of(of: str) -> list[str]:
    """The commands of a cell: names and groups of them, some of which may be left out.

    >>> commands_of("netlist, examples"), "half" in commands_of("analyses of a FILE but half, offset")
    (['netlist', 'examples'], False)
    """
    whole, _, without = of.partition(" but ")
    found = [verb for word in whole.split(", ") for verb in GROUPS.get(word, [word])]
    left_out = without.split(", ") if without else []
    assert set(left_out) <= set(found)
    return [verb for verb in found if verb not in left_out]


def test_the_manual_has_every_option_of_every_command_once_and_no_other() -> None:
    assert Counter(written()) == Counter(offered())
    assert max(Counter((verb, name) for verb, names, _ in offered() for name in names).values()) == 1


def test_the_manual_lists_every_command() -> None:
    listed = re.findall(r"longtail ([a-z-]+)( FILE)?", MANUAL[MANUAL.index("```") : MANUAL.index("## Options")])
    assert {verb for verb, _ in listed} >= set(VERBS)
    assert {verb for verb, file in listed if file} == {*commands(Subject.CIRCUIT), "netlist"}


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_says_of_every_option_what_holds_without_it(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "900")
    assert run([verb, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for names, default in ((names, default) for each, names, default in offered() if each == verb):
        (line,) = (line for line in lines if f" {' '.join(names)} " in line)
        assert f"[default: {default}]" in line and default


def test_every_option_has_a_default_or_says_what_holds_without_one() -> None:
    for analysis in analyses().values():
        for option in analysis.options:
            assert (option.default is None) == bool(option.otherwise), (analysis.name, option.name)
            assert "if not given" not in option.doc, "what holds without it is said once"


@pytest.mark.parametrize("page", ["README.md", *sorted(path.name for path in (ROOT / "docs").glob("*.md"))])
def test_no_page_has_an_option_that_no_command_has(page: str) -> None:
    text = next(path for path in (ROOT / page, ROOT / "docs" / page) if path.exists()).read_text(encoding="utf-8")
    known = {name for _, names, _ in offered() for name in names} | OF_LONGTAIL
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", text)) <= known


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["gains", "bjt_pair", "--temp", "85"], "set a temperature with --set temp=85, or go over several"),
        (
            ["noise", "bjt_pair", "--temperatures=0,70"],
            "--temperatures is an option of analyze, mc, offset, op, transfer, yield",
        ),
        (
            ["gains", "bjt_pair", "--corners", "all"],
            "--corners is an option of analyze, mc, transfer, yield; longtail gains --help",
        ),
        (["op", "bjt_pair", "--frobnicate"], "hint: longtail op --help"),
    ],
)
def test_an_option_of_another_command_is_known(
    arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    assert hint in capsys.readouterr().err


def test_temperatures_go_by_both_names(capsys: pytest.CaptureFixture[str]) -> None:
    """In every command that takes them; given by both, they are refused."""
    having = [verb for verb, names, _ in offered() if "--temp" in names]
    assert having == [verb for verb, names, _ in offered() if "--temperatures" in names]
    assert set(having) == {"analyze", "mc", "offset", "op", "transfer", "yield"}
    printed = []
    for name in ("--temp", "--temperatures"):
        assert run(["offset", "bjt_pair", name, "0,50", "--json"]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert run(["op", "bjt_pair", "--temp", "1", "--temperatures", "2"]) == 2
    assert "specified multiple times" in capsys.readouterr().err
