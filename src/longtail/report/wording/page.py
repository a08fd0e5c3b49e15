"""One model of a report for every medium: a page of tables made of cells, with warnings above and notes below.

Whatever is put into it is printable from then on, see `longtail.printable`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from longtail.printable import printable, printable_lines
from longtail.remarks import apart

# Tones say what a cell means; each medium has its own way to show it.
PLAIN, STRONG, QUIET, ATTENTION = "plain", "strong", "quiet", "attention"
LEFT, RIGHT = "left", "right"

GAP = 2  # characters between columns
WRAPPED = 16  # characters that a column of long text needs at least


@dataclass(frozen=True, slots=True)
class Cell:
    """A text and its tone."""

    text: str
    tone: str = PLAIN

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable_lines(self.text))


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and to which side the cells below it lean.

    `joined`: stays with the column before it when a table is split. `wraps`: long text that may take several lines.
    """

    heading: str
    side: str = RIGHT
    joined: bool = False
    wraps: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "heading", printable(self.heading))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below columns. The first column names the row: it is repeated where a table is split."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", printable(self.title))


@dataclass(frozen=True, slots=True)
class Page:
    """What a result looks like: a title, facts (name, value) about all of it, tables, and notes.

    Notes that are warnings go into `warnings`: they stand below the title, before anything that they put in doubt.
    `mathml` is what the first fact says, where that is a formula, for media that set mathematics.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    mathml: str = ""
    warnings: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", printable(self.title))
        object.__setattr__(self, "facts", tuple((printable(k), printable(v)) for k, v in self.facts))
        warnings, notes = apart(map(printable, self.notes))
        object.__setattr__(self, "warnings", warnings)
        object.__setattr__(self, "notes", notes)


def widths(table: Table) -> list[int]:
    """The characters that each column needs.

    >>> widths(Table("", (Column("node"), Column("V")), ((Cell("out"), Cell("2.5 V")),)))
    [4, 5]
    """
    return [
        max([len(column.heading), *(len(row[k].text) for row in table.rows)]) for k, column in enumerate(table.columns)
    ]


def split(table: Table, room: int) -> list[Table]:
    """The table in as many parts as it takes to fit each into `room` characters; each begins with the first column.

    Values are never cut: a column that is wider than the room makes a part that is too wide.
    """
    needed = [
        min(width, WRAPPED) if column.wraps else width
        for width, column in zip(widths(table), table.columns, strict=True)
    ]
    parts: list[list[int]] = [[0]]
    used = needed[0]
    for group in _groups(table):
        width = sum(GAP + needed[k] for k in group)
        if used + width > room and len(parts[-1]) > 1:
            parts.append([0])
            used = needed[0]
        parts[-1] += group
        used += width
    return [_part(table, chosen, first=index == 0) for index, chosen in enumerate(parts)]


def _groups(table: Table) -> list[list[int]]:
    """The columns after the first, those that are joined together."""
    groups: list[list[int]] = []
    for k, column in enumerate(table.columns[1:], start=1):
        if column.joined and groups:
            groups[-1].append(k)
        else:
            groups.append([k])
    return groups


def _part(table: Table, chosen: list[int], first: bool) -> Table:
    title = table.title if first or not table.title else f"{table.title} (continued)"
    rows = tuple(tuple(row[k] for k in chosen) for row in table.rows)
    return Table(title, tuple(table.columns[k] for k in chosen), rows)
