"""What goes to standard error: errors with the place in the netlist, and notes."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from longtail import LongtailError


def complain(error: LongtailError) -> int:
    """Show an error: what, where, and what to do. Returns the exit status that it asks for."""
    lines = str(error).splitlines()
    _show([("error: ", "bold red"), (lines[0], "bold")])
    for line in lines[1:]:
        hint = line.removeprefix("  hint: ")
        if hint != line:
            _show([("  hint: ", "green"), (hint, "")])
        else:
            marker = line.removeprefix("  | ").strip() == "^"
            _show([("  | ", "dim"), (line.removeprefix("  | "), "bold red" if marker else "")])
    return error.exit_status


def remark(notes: Iterable[str]) -> None:
    """Show notes, one a line."""
    for note in notes:
        _show([("note: ", "yellow"), (note, "")])


def _show(parts: list[tuple[str, str]]) -> None:
    """One line in colour on a terminal, else plain; never broken, so that a caret stays below its column."""
    if not sys.stderr.isatty():
        print("".join(text for text, _ in parts), file=sys.stderr)
        return
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, highlight=False).print(Text.assemble(*parts), soft_wrap=True)
