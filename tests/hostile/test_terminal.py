"""Closed and full streams, poor terminals, and names that a terminal would obey."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

from hostile.world import shell
from longtail import read
from longtail.cli import interrupts, messages

STREAMS = {
    "output on a full disk": ("longtail op bjt_pair > /dev/full", 1, "standard output: No space left"),
    "output closed": ("longtail op bjt_pair >&-", 1, "standard output is closed"),
    "input closed": ("longtail op - <&-", 2, "standard input is closed"),
    "errors on a full disk": ("longtail zzz 2>/dev/full", 141, ""),
    "errors closed": ("longtail zzz 2>&-", 2, ""),
    "nobody reads": ("set -o pipefail; longtail op bjt_pair | true", 141, ""),
    "no home": ("unset HOME; longtail op bjt_pair", 0, ""),
    "plain ASCII": ("LC_ALL=C PYTHONIOENCODING=ascii longtail op bjt_pair", 0, ""),
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
    line, status, said = STREAMS[name]
    done = shell(line, tmp_path)
    assert done.returncode == status, done.stderr
    assert said.encode() in done.stderr
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_sweep_that_is_stopped_says_how_to_go_on(number: int, status: int, tmp_path: Path) -> None:
    words = ["sweep", "bjt_pair", "--vary", "rc1.r=9k:11k:2000000", "--measure", "v(o1)", "--out", "x.csv"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-m", "longtail.cli.main", *words]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=env,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background have it ignored
    )
    for _ in range(400):
        note = tmp_path / "x.csv.part"
        if note.exists() and json.loads(note.read_text())["lanes"]:  # compiled: a compiler swallows the signal
            break
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status, said
    assert b"interrupted" in said and b"--resume" in said and b"Traceback" not in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.csv", "x.csv.part"]


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
