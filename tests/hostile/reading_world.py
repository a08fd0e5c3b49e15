"""Files that no honest program writes, and a bound on the time in which they have to be refused."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

GUARD = 60.0  # s, of a machine that has other things to do
PAIR = """a pair
vcc vcc 0 9
vp inp 0 0
vn inn 0 0
q1 o1 inp e m
q2 o2 inn e m
r1 vcc o1 {r}
r2 vcc o2 {r}
re e 0 1k
.param r=5k
.model m npn
"""

Maker = Callable[[Path], None]


@dataclass(frozen=True)
class Situation:
    """What lies there, `files` by name as text, bytes or a maker; the command; the status; what has to be said."""

    files: Mapping[str, str | bytes | Maker]
    says: tuple[str, ...]
    command: tuple[str, ...] = ("op", "main.cir")
    status: int = 2

    def lay(self, folder: Path) -> None:
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            if callable(content):
                content(path)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)


def deck(*lines: str) -> str:
    """A sound deck with further lines."""
    return "\n".join(["t", "v1 a 0 1", "r1 a 0 1k", *lines, ""])


def limits(text: str | bytes, *says: str) -> Situation:
    """The pair, held against limits in TOML."""
    return Situation({"main.cir": PAIR, "l.toml": text}, says, ("analyze", "main.cir", "--limits", "l.toml"))


def corners(text: str, *says: str) -> Situation:
    """The pair at corners in TOML."""
    return Situation({"main.cir": PAIR, "c.toml": text}, says, ("analyze", "main.cir", "--corners", "c.toml"))


def sheet(text: str, *says: str) -> Situation:
    """The pair, held against a datasheet of CACE."""
    return Situation({"main.cir": PAIR, "s.yaml": text}, says, ("analyze", "main.cir", "--limits", "s.yaml"))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def to_itself(path: Path) -> None:
    path.symlink_to(path)


def sparse(path: Path) -> None:
    """Ten gigabytes that take no room."""
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)


def listening(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may be short only
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(here)


@contextmanager
def guarded() -> Iterator[None]:
    """Ends what takes too long."""

    def over(*_: object) -> None:
        raise TimeoutError(f"more than {GUARD:g} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, GUARD)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
