"""Closed and full streams, poor terminals, and names that a terminal would obey."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile.world import SWEEP, shell, told
from longtail import read
from longtail.cli import interrupts, letters, messages

LANES = 120_000
STREAMS = {
    "output on a full disk": ("longtail op bjt_pair > /dev/full", 1, "standard output: No space left"),
    "output closed": ("longtail op bjt_pair >&-", 1, "standard output is closed"),
    "input closed": ("longtail op - <&-", 2, "standard input is closed"),
    "errors on a full disk": ("longtail zzz 2>/dev/full", 141, ""),
    "errors closed": ("longtail zzz 2>&-", 2, ""),
    "nobody reads": ("set -o pipefail; longtail op bjt_pair | true", 141, ""),
    "no home": ("unset HOME; longtail op bjt_pair", 0, ""),
    "JSON and closed output": ("longtail op bjt_pair --json >&-", 1, "standard output is closed"),
    "a file and closed output": (f"{SWEEP} x.csv >&-".replace("sweep", "longtail sweep", 1), 1, "is closed"),
    "input closed and not wanted": ("longtail op bjt_pair <&-", 0, ""),
    "a closed input by its name": ("longtail op /dev/stdin <&-", 2, "'/dev/stdin' is a device"),
    "all closed but output": ("longtail op bjt_pair --out o <&- 2>&-", 0, ""),
    "all closed": ("longtail op bjt_pair <&- >&- 2>&-", 1, ""),
    "help and closed output": ("longtail --help >&-", 1, "standard output is closed"),
    "a name that output has not": (
        "PYTHONIOENCODING=ascii longtail netlist - <<< $'t\nv1 é 0 1\nr1 é 0 1'",
        2,
        "has '\\xe9'",
    ),
    "a column": ("COLUMNS=1 TERM=dumb longtail examples", 0, ""),
    "columns that are none": ("COLUMNS=-5 NO_COLOR=1 TZ=nonsense longtail examples", 0, ""),
    "no place for anything": ("TMPDIR=/nix HOME=/nix longtail op bjt_pair", 0, ""),
    "variables of nonsense": ("LONGTAIL_NUMBA=abc LONGTAIL_ONE_AT_A_TIME=abc longtail op bjt_pair", 0, ""),
    "a name with a dash": ("longtail examples bjt_pair; mv -- bjt_pair.cir -x.cir; longtail op -- -x.cir", 0, ""),
    "a name of two lines": ("longtail op $'a\\nb.cir'", 2, "there is no file 'a\\nb.cir'"),
    "a deck given twice": ("longtail op bjt_pair bjt_pair", 2, "does not know what to do with 'bjt_pair'"),
    "no rights for new files": ("umask 777; longtail op bjt_pair --out o", 0, ""),
}


@pytest.mark.parametrize("name", STREAMS)
def test_streams(name: str, tmp_path: Path) -> None:
    told(STREAMS[name], tmp_path)


LONG = ("sweep", "bjt_pair", "--vary", "rc1.r=9k:11k:{lanes}", "--measure", "v(o1)", "--out", "x.csv")


def long_sweep(folder: Path, stderr: int, *words: str, lanes: int = 2_000_000) -> subprocess.Popen[bytes]:
    """A sweep of minutes, in a session of its own."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-m", "longtail.cli.main", *(word.format(lanes=lanes) for word in LONG), *words]

    def as_in_a_terminal() -> None:  # tests in the background may have these ignored
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    return subprocess.Popen(
        command, cwd=folder, env=env, stderr=stderr, stdout=subprocess.PIPE, preexec_fn=as_in_a_terminal,
        start_new_session=True,
    )  # fmt: skip


def under_way(folder: Path) -> None:
    """Wait until some lanes are done: all is compiled then, and no compiler swallows a signal."""
    for _ in range(400):
        note = folder / "x.csv.part"
        if note.exists() and json.loads(note.read_text())["lanes"]:
            return
        time.sleep(0.05)
    pytest.fail("the sweep does not get anywhere")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_sweep_that_is_stopped_says_how_to_go_on(number: int, status: int, tmp_path: Path) -> None:
    process = long_sweep(tmp_path, subprocess.PIPE)
    under_way(tmp_path)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status, said
    assert b"interrupted" in said and b"--resume" in said and b"Traceback" not in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.csv", "x.csv.part"]


def test_a_sweep_goes_on_after_its_terminal_was_closed(tmp_path: Path) -> None:
    """What is done when the window goes is kept; nobody can be told, and that is no other failure."""
    master, terminal = os.openpty()
    process = long_sweep(tmp_path, terminal, lanes=LANES)
    os.close(terminal)
    under_way(tmp_path)
    os.close(master)  # whoever writes there is refused
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 129
    kept = json.loads((tmp_path / "x.csv.part").read_text())["lanes"]
    assert 0 < kept < LANES
    resumed = long_sweep(tmp_path, subprocess.PIPE, "--resume", lanes=LANES)
    shown, said = resumed.communicate(timeout=100)
    assert resumed.returncode == 0, said
    assert f"resumed after {kept} lanes" in shown.decode()
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]
    assert len((tmp_path / "x.csv").read_text().splitlines()) == LANES + 1


def test_what_is_told_to_outlive_its_terminal_does(tmp_path: Path) -> None:
    """`nohup` has the signal ignored."""
    line = (
        "import signal; from longtail.cli import interrupts; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "interrupts.listen(); signal.raise_signal(signal.SIGHUP)"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    assert subprocess.run([sys.executable, "-c", line], env=env, timeout=60, check=False).returncode == 0


class Screen(io.StringIO):
    """A terminal that keeps what it is sent."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "clock",
    [lambda tick: 0.0, lambda tick: -60.0 * tick, lambda tick: 1e9 * (-1) ** tick],
    ids=["stands", "back", "leaps"],
)
def test_a_clock_that_lies_spoils_no_progress(clock: Callable[[int], float], monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    monkeypatch.setattr("rich.console.monotonic", lambda: clock(next(ticks)))
    monkeypatch.setattr(sys, "stderr", Screen())
    with messages.advancing("sweep") as advance:
        for done in range(1, 40):
            advance(done, 40)
    shown = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert "/40" in shown
    assert "-" not in re.findall(r"(\S*)/s", shown), "a speed below zero"


def test_symbols_are_spelt_where_there_are_no_letters_for_them(tmp_path: Path) -> None:
    """c_π and c_µ would be one name otherwise, and 1 µA any current."""
    for variables in ("LC_ALL=C PYTHONIOENCODING=ascii", "PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 LC_ALL=POSIX"):
        done = shell(f"{variables} longtail op bjt_pair", tmp_path)
        assert done.returncode == 0
        for said in (b"102.7 uA", b"37.06 kOhm", b"c_pi", b"c_u ", b"beta_dc"):
            assert said in done.stdout
        assert b"?" not in done.stdout


@pytest.mark.parametrize("name", ["cp1252", "latin-1", "cp437", "ascii"])
def test_letters_that_are_there_stay(name: str) -> None:
    text = "10 µA, 27 °C, ±1, 10 kΩ, 中"
    there = text.encode(name, letters.register()).decode(name)
    spelt = {"µ": "u", "°": "deg", "±": "+-", "Ω": "Ohm", "中": "?"}
    for letter in spelt:
        with contextlib.suppress(UnicodeEncodeError):
            letter.encode(name)
            spelt[letter] = letter
    assert there == "".join(spelt.get(letter, letter) for letter in text)


HOSTILE = """\x9b31mred \u202eevil\u200b <script>alert(1)</script> $\\frac$
v1 vdd 0 5
r1 vdd n$_1$ 1k
r2 n$_1$ 0 1k
"""


def test_titles_and_names_are_shown_and_not_obeyed() -> None:
    result = read(HOSTILE).op()
    for shown in (result.to_text(), result._repr_html_()):
        assert not {"\x9b", "\u202e", "\u200b"} & set(shown)
    assert "<script>" not in result._repr_html_()
    figure = result.plot()
    figure.savefig(os.devnull, format="png")
    assert any(t.get_text() == r"n\$_1\$" for axes in figure.axes for t in axes.get_yticklabels())


def test_an_interrupt_that_a_compiler_swallowed_ends_the_work_at_its_next_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception is dropped once, as by a callback out of compiled code."""
    monkeypatch.setattr(interrupts, "_asked", [])
    with messages.advancing("sweep") as advance:
        advance(1, 3)
        with contextlib.suppress(KeyboardInterrupt):
            interrupts._stop(signal.SIGTERM, None)
        with pytest.raises(interrupts.Terminated):
            advance(2, 3)


@pytest.mark.parametrize("analysis", ["op", "gains", "half", "poles", "noise", "analyze"])
def test_names_without_end_leave_room_for_the_figure(analysis: str) -> None:
    """Matplotlib warns where labels leave none, and warnings are errors here."""
    name = "n" * 3000
    deck = f"{'t' * 20000}\nvcc vcc 0 9\nve vee 0 -9\nvp inp 0 0\nvn inn 0 0\nq1 {name} inp e m\nq2 o2 inn e m\n"
    deck += f"r1 vcc {name} 5k\nr2 vcc o2 5k\nre e vee 9k\n.model m npn(cje=1p)\n*@ output {name} o2\n"
    figure = read(deck).run(analysis).plot()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(os.devnull, format="png")
