"""Signals that ask the process to end, as exceptions that are not lost.

An exception that a signal raises while a compiler calls back into Python is printed and dropped, and the work would go
on to its end. So what was asked is kept, and raised once more where long work says how far it is.
"""

from __future__ import annotations

import signal


class Terminated(KeyboardInterrupt):
    """The process was asked to end; it ends as if interrupted, and leaves no half file."""


_asked: list[type[KeyboardInterrupt]] = []


def listen() -> None:
    """Take interrupts (Ctrl-C) and requests to end, but those that a shell has this process ignore."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def raise_if_asked() -> None:
    """Raise what a signal has asked for and what has not ended the work yet."""
    if _asked:
        raise _asked[-1]


def _stop(number: int, frame: object) -> None:
    _asked.append(Terminated if number == signal.SIGTERM else KeyboardInterrupt)
    raise_if_asked()
