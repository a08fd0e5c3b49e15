"""What the command line says when something is wrong: status, message on standard error, no traceback."""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from longtail import NetlistError
from longtail.cli import main
from longtail.cli.main import run
from longtail.cli.messages import complain, excerpt
from longtail.errors import Span

USAGE = [
    (["gainz", "bjt_pair"], "'gainz' is no command", "did you mean 'gains'?"),
    (["zzz"], "'zzz' is no command", "there are analyze, "),
    (["--frob"], "--frob is no option of longtail itself", "longtail --help"),
    (["gains"], "FILE", "longtail gains --help"),
    (["gains", "bjt_pair", "--nul"], "--nul", "longtail gains --help"),
    (["gains", "bjt_pair", "--nul"], "Did you mean --null?", ""),
    (["gains", "bjt_pair", "other.cir"], "gains does not know what to do with 'other.cir'", ""),
    (["gains", "bjt_pair", "--vcm"], "--vcm", "longtail gains --help"),
    (["gains", "bjt_pair", "--vcm", "low"], "--vcm: expected a number, found 'low'", "4.7k"),
    (["gains", "bjt_pair", "--frequency", "1:x"], "'1:x' is no frequency range", ""),
    (["gains", "bjt_pair", "--input", "inp,innn"], "there is no node 'innn'", "did you mean 'inn'?"),
    (["gains", "bjt_pair", "--output", "o1,o2,b"], "output takes 1 to 2 names, not 3", ""),
    (["op", "bjt_pair", "--set", "rc"], "--set rc: expected NAME=VALUE", "--set rc=4.7k"),
    (["op", "bjt_pair", "--set", "rcc=1k"], "no parameter 'rcc'", "did you mean 'rc'?"),
    (["op", "bjt_pair", "--set", "rc=big"], "rc is set to 'big', which is no number", ""),
    (["op", "bjt_pair", "--format", "gif"], "gif", "longtail op --help"),
    (["op", "bjt_piar"], "there is no file 'bjt_piar'", "did you mean 'bjt_pair'?"),
    (["op", "nothing/like/it.cir"], "there is no file 'nothing/like/it.cir'", "longtail examples"),
    (["examples", "bjt_piar"], "there is no example 'bjt_piar'", "did you mean 'bjt_pair'?"),
]


@pytest.mark.parametrize(
    ("arguments", "message", "hint"), USAGE, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_wrong_commands(arguments: list[str], message: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert hint in printed.err
    assert "Traceback" not in printed.err


def test_a_file_in_place_of_a_command(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(examples / "bjt_pair.cir")
    assert run([path]) == 2
    assert f"hint: longtail analyze {path}" in capsys.readouterr().err


def test_the_nearest_file_keeps_its_folder_and_its_capitals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "MyPair.cir").write_text("x\n")
    assert run(["op", str(tmp_path / "mypar.cir")]) == 2
    assert f"did you mean '{tmp_path / 'MyPair.cir'}'?" in capsys.readouterr().err


def test_a_directory_is_no_netlist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["op", str(tmp_path)]) == 2
    assert "is a directory" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(["op", "bjt_pair", "--out", str(tmp_path / "file" / "out")]) == 2
    assert "file/out: Not a directory" in capsys.readouterr().err


def test_a_computation_that_fails_is_status_one(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gains", str(examples / "radio_front_end.cir"), "--null", "--target", "0"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")


MALFORMED = {
    "too few nodes": (b"t\nr1 a\n.end\n", ":2:"),
    "not text": (bytes(range(1, 256)), "expected a text file"),
    "empty": (b"", "no devices"),
    "open subcircuit": (b"t\n.subckt s a b\nr1 a b 1\n", "error: "),
    "no such model": (b"t\nq1 c b e nothing\nv1 c 0 1\n", "nothing"),
    "bad expression": (b"t\nr1 a 0 {1+}\nv1 a 0 1\n", ":2:"),
    "missing include": (b"t\n.include gone.inc\n", ":2:"),
    "unsupported card": (b"t\nt1 a 0 b 0 z0=50\n", ":2:"),
    "loop of sources": (b"t\nv1 a 0 1\nv2 a 0 2\n", "error: "),
    "only a title": (b"t\n", "no devices"),
}


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("verb", ["op", "netlist", "analyze"])
def test_malformed_netlists(name: str, verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, fragment = MALFORMED[name]
    path = tmp_path / "deck.cir"
    path.write_bytes(content)
    status = run([verb, str(path)])
    printed = capsys.readouterr()
    if verb == "netlist" and name == "loop of sources":
        assert status == 0, "a loop of sources is a netlist all the same"
        return
    assert status == 2
    assert printed.out == ""
    assert fragment in printed.err
    assert "Traceback" not in printed.err
    assert printed.err.isascii() or all(c.isprintable() for c in printed.err.replace("\n", "").replace("\t", ""))


def test_the_caret_stands_below_the_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "deck.cir"
    path.write_text("t\nv1 a 0 1\nr1 a 0 1k froz=3\n")
    assert run(["op", str(path)]) == 2
    first, line, caret, *_ = capsys.readouterr().err.splitlines()
    assert first.startswith(f"error: {path}:3:")
    assert line == "  | r1 a 0 1k froz=3"
    assert caret.index("^") == line.index("froz")


def test_an_excerpt_of_a_long_line_keeps_the_place() -> None:
    text = "x" * 300 + "HERE" + "x" * 300
    line, caret = excerpt(Span("a.cir", 1, 301, text))
    assert line[caret.index("^") :].startswith("HERE")
    assert len(line) <= 102
    assert line[0] == line[-1] == "…"


def test_an_error_on_a_terminal_is_in_colour_unless_that_is_not_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = NetlistError("wrong", span=Span("a.cir", 2, 4, "r1 a"), hint="right")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = on_terminal(lambda: complain(error), monkeypatch)
    assert "\x1b[1;31merror" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    plain = on_terminal(lambda: complain(error), monkeypatch)
    assert "\x1b[1;31m" not in plain and "\x1b[36m" not in plain
    assert "a.cir:2:4" in plain


def test_a_terminal_shows_what_is_being_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = on_terminal(lambda: run(["gains", "ua741", "--frequency", "1"]), monkeypatch)
    assert "gains of The 741 operational amplifier" in shown
    assert capsys.readouterr().out.startswith("Mode gains")


def on_terminal(action: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> str:
    """What an action writes to standard error when that is a terminal."""
    outer, inner = pty.openpty()
    with os.fdopen(inner, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        action()
        terminal.flush()
        written = os.read(outer, 65536).decode()
    os.close(outer)
    return written


def test_an_interrupt_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "application", interrupted)
    assert run(["op", "bjt_pair"]) == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_what_is_unexpected_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(main, "application", broken)
    with pytest.raises(ZeroDivisionError):
        run(["op", "bjt_pair"])
