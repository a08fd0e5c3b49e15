"""Options in messages: each asker is answered in words that can be typed where the question was."""

from __future__ import annotations

import ast
import copy
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

import longtail as lt
from longtail.cli.main import run
from longtail.cli.messages import complain
from longtail.hints import Said, in_python, in_shell, named, said

SOURCE = Path(lt.__file__).parent
PAIR = "bjt_pair"
CASES: list[tuple[str, dict[str, Any], str, str]] = [  # analysis, options, in Python, on the command line
    ("gains", {"target": 0.1}, "add null=True, or leave target out", "add --null, or leave --target out"),
    ("sweep", {"vary": "rc=1k:2k:2", "measure": "input_offset"}, "add null=True", "add --null"),
    ("sweep", {}, 'as in vary={"rc1.r": "9k:11k:101", "temp":', "as in --vary rc1.r=9k:11k:101 --vary temp="),
    ("sweep", {"vary": "rc"}, 'vary="rc": expected NAME', "--vary rc: expected NAME"),
    ("analyze", {"at": "0"}, 'as in at="50,1k"', "as in --at 50,1k"),
    ("formula", {"exact": True, "matched": True}, "matched, first_order and exact ex", "--matched, --first-order and"),
    ("formula", {"error": "no"}, 'error="no": expected a share', "--error no: expected a share"),
    ("formula", {"band": "2:1"}, 'band="2:1": expected low:high', "--band 2:1: expected low:high"),
    ("formula", {"in_terms": "x"}, 'in_terms="x": there is', "--in-terms x: there is"),
    ("sweep", {"vary": "rc=1k:2k:2", "resume": True}, "give the out that it was", "give the --out that it was"),
]


def words(options: dict[str, Any]) -> list[str]:
    """Options as they are typed on the command line."""
    pairs = ((f"--{name.replace('_', '-')}", value) for name, value in options.items())
    return [word for name, value in pairs for word in ([name] if value is True else [name, str(value)])]


@pytest.mark.parametrize(("analysis", "options", "python", "shell"), CASES)
def test_everybody_is_answered_in_words_of_their_own(
    analysis: str, options: dict[str, Any], python: str, shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(lt.LongtailError) as caught:
        lt.read(PAIR).run(analysis, **options)
    assert python in str(caught.value)
    assert shell not in str(caught.value)
    assert run([analysis, PAIR, *words(options)]) == 2
    printed = capsys.readouterr().err
    assert shell in printed
    assert python not in printed


def test_what_goes_on_as_plain_text_has_both(capsys: pytest.CaptureFixture[str]) -> None:
    text = said("use {null}, or {0}", named("target"), null=True)
    assert f"{text}" == "use --null (null=True), or --target"
    again = said("{0}: {1}", "op", text)
    assert (in_python(again), in_shell(again)) == ("op: use null=True, or target", "op: use --null, or --target")
    error = lt.OptionError(text, hint=again)
    assert str(error) == "use null=True, or target\n  hint: op: use null=True, or target"
    assert complain(error) == 2
    assert capsys.readouterr().err == "error: use --null, or --target\n  hint: op: use --null, or --target\n"
    assert (in_python("plain"), in_shell("plain")) == ("plain", "plain")


def test_values_are_written_as_they_are_typed() -> None:
    for value, python, shell in (
        (("op", "on"), 'output=("op", "on")', "--output op,on"),
        ((1.0, 2.0), "output=(1.0, 2.0)", "--output 1.0,2.0"),
        (0.5, "output=0.5", "--output 0.5"),
        ('say "x"', 'output="say \\"x\\""', '--output say "x"'),
    ):
        assert (named("output", value).python, named("output", value).shell) == (python, shell)


def test_a_message_travels_whole() -> None:
    """Into another process, as errors of a pool do, and into copies."""
    text = said("add {null}", null=True)
    for found in (pickle.loads(pickle.dumps(text)), copy.deepcopy(text)):
        assert isinstance(found, Said)
        assert (str(found), found.python, found.shell) == (str(text), text.python, text.shell)


def test_braces_of_what_was_given_are_no_options() -> None:
    assert said("{0} is nothing: {band}", "{x}", band="{y}").shell == "{x} is nothing: --band {y}"


def spelt(source: str) -> list[str]:
    """Texts in the errors of a module that spell an option as the command line does."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    errors = [call for call in calls if ast.unparse(call.func).endswith("Error")]
    texts = [node.value for call in errors for node in ast.walk(call) if isinstance(node, ast.Constant)]
    return [text for text in texts if isinstance(text, str) and re.search(r"(?<![\w-])--[a-z]", text)]


def test_no_error_spells_options_for_one_asker_alone() -> None:
    for path in SOURCE.rglob("*.py"):
        if "cli" not in path.relative_to(SOURCE).parts:
            assert spelt(path.read_text(encoding="utf-8")) == [], path
    assert spelt('raise OptionError("a", hint=f"add --null {x}")') == ["add --null "]
