"""What goes to standard error: errors with the place in the netlist, and notes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from longtail import LongtailError
from longtail.cli.interrupts import raise_if_asked
from longtail.errors import NetlistErrors, Span, others
from longtail.hints import in_shell
from longtail.printable import printable
from longtail.remarks import graded, is_warning

WINDOW = 100  # characters of a long line that are shown around the place of an error

Parts = list[tuple[str, str]]  # pieces of a line, each with its style


def complain(error: LongtailError) -> int:
    """Show an error: what, where, and what to do; of several, what they have in common once. Returns the exit status
    that it asks for."""
    if isinstance(error, NetlistErrors):
        _show([("error: ", "bold red"), (error.title, "bold")])
        for group in error.groups:
            complain(group[0])
            if len(group) > 1:
                _show([("  ", ""), (others(group), "dim")])
        return error.exit_status
    place = [(f"{error.span}: ", "cyan")] if error.span else []
    _show([("error: ", "bold red"), *place, (in_shell(error.message), "bold")])
    if error.span and error.span.text:
        line, marker = excerpt(error.span)
        _show([("  | ", "dim"), (line, "")])
        _show([("  | ", "dim"), (marker, "bold red")])
    if error.hint:
        _show([("  hint: ", "green"), (in_shell(error.hint), "")])
    return error.exit_status


def excerpt(span: Span) -> tuple[str, str]:
    """The line of a span, and below it a caret at its column; of a long line, the part around the column.

    >>> excerpt(Span("a.cir", 2, 4, "r1 a"))
    ('r1 a', '   ^')
    """
    start = max(0, span.column - 1 - WINDOW // 2) if len(span.text) > WINDOW else 0
    before, after = "…" if start else "", "…" if len(span.text) > start + WINDOW else ""
    line = f"{before}{span.text[start : start + WINDOW]}{after}"
    indent = line[: len(before) + span.column - 1 - start]
    return line, "".join("\t" if c == "\t" else " " for c in indent) + "^"


def remark(notes: Iterable[str]) -> None:
    """Show notes, one a line."""
    for note in notes:
        grade, said = graded(note)
        _show([(f"{grade}: ", "bold yellow" if is_warning(note) else "yellow"), (said, "")])


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show on a terminal that something is being done for as long as it takes."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(printable(what), style="dim")):
        yield


class Advance:
    """What long work is told to, where nobody looks: it ends work that a signal was to end."""

    def __call__(self, done: int, total: int) -> None:
        """So much is done, of so much in all."""
        raise_if_asked()

    def say(self, text: str) -> None:
        """What is known so far."""


class ShownAdvance(Advance):
    """The same on a terminal: how far work is, how fast it goes, what is left of it, and below what is known so far."""

    def __init__(self, what: str) -> None:
        from rich.console import Group
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.text import Text

        self._bar = Progress(
            TextColumn("{task.description}", style="dim", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", style="dim"),
            TimeRemainingColumn(),
        )
        self._task = self._bar.add_task(what, total=None, rate="")
        self._known = Text(style="dim")
        self.lines = Group(self._bar)

    def __call__(self, done: int, total: int) -> None:
        super().__call__(done, total)
        speed = self._bar.tasks[0].speed
        self._bar.update(self._task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")

    def say(self, text: str) -> None:
        self._known.plain = printable(text)
        if self._known not in self.lines.renderables:
            self.lines.renderables.append(self._known)


@contextmanager
def advancing(what: str) -> Iterator[Advance]:
    """Show on a terminal how far long work is, for as long as it takes."""
    if not sys.stderr.isatty():
        yield Advance()
        return
    from rich.console import Console
    from rich.live import Live

    shown = ShownAdvance(what)
    with Live(shown.lines, console=Console(stderr=True), transient=True, refresh_per_second=10):
        yield shown


def _show(parts: Parts) -> None:
    """One line in colour on a terminal, else plain; never broken, so that a caret stays below its column."""
    if not sys.stderr.isatty():
        print("".join(printable(text) for text, _ in parts), file=sys.stderr)
        return
    from rich.console import Console
    from rich.text import Text

    line = Text.assemble(*((printable(text), style) for text, style in parts))
    Console(stderr=True, highlight=False).print(line, soft_wrap=True)
