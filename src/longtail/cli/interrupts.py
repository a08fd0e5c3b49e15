"""Signals that ask the process to end, as exceptions that are not lost.

An exception that a signal raises while a compiler calls back into Python is printed and dropped, and the work would go
on to its end. So what was asked is kept, and raised once more where long work says how far it is.
"""

from __future__ import annotations

import signal


class Terminated(KeyboardInterrupt):
    """The process was asked to end; it ends as if interrupted, and leaves no half file."""


class HungUp(KeyboardInterrupt):
    """The terminal was closed; nobody may be there any more to be told."""


_RAISED: dict[str, type[KeyboardInterrupt]] = {
    "SIGINT": KeyboardInterrupt, "SIGTERM": Terminated, "SIGHUP": HungUp,
}  # fmt: skip
_STATUS = {KeyboardInterrupt: 130, Terminated: 143, HungUp: 129}

_asked: list[type[KeyboardInterrupt]] = []


def listen() -> None:
    """Take interrupts (Ctrl-C) and requests to end, but those that a shell has this process ignore (`nohup`)."""
    for name in _RAISED:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def exit_status(stopped: KeyboardInterrupt) -> int:
    """What a shell is told of a process that a signal has ended: 128 and its number."""
    return _STATUS[type(stopped)]


def asked_status() -> int | None:
    """The exit status that a signal has asked for, even if its exception was lost on the way; None where none has."""
    return _STATUS[_asked[-1]] if _asked else None


def raise_if_asked() -> None:
    """Raise what a signal has asked for and what has not ended the work yet."""
    if _asked:
        raise _asked[-1]


def _stop(number: int, frame: object) -> None:
    _asked.append(_RAISED[signal.Signals(number).name])
    raise_if_asked()
