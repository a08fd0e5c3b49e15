"""Notes of results, of two grades: a warning puts the figures in doubt and stands above them, a note explains them.

A warning says so in its own text, in tables, JSON and figures alike, so that it is one wherever it goes.
"""

from __future__ import annotations

from collections.abc import Iterable

_WARNING = "warning: "


def warning(text: str) -> str:
    """The text as a warning."""
    return f"{_WARNING}{text}"


def is_warning(note: str) -> bool:
    """Whether a note is a warning.

    >>> is_warning(warning("the output is stuck")), is_warning("the circuit is symmetric")
    (True, False)
    """
    return note.startswith(_WARNING)


def graded(note: str) -> tuple[str, str]:
    """The grade of a note, and what it says.

    >>> graded("warning: the output is stuck"), graded("the circuit is symmetric")
    (('warning', 'the output is stuck'), ('note', 'the circuit is symmetric'))
    """
    return ("warning", note.removeprefix(_WARNING)) if is_warning(note) else ("note", note)


def apart(notes: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The warnings among notes, and the others, each in their order.

    >>> apart(["the circuit is symmetric", "warning: the output is stuck"])
    (('warning: the output is stuck',), ('the circuit is symmetric',))
    """
    listed = tuple(notes)
    return tuple(filter(is_warning, listed)), tuple(note for note in listed if not is_warning(note))
