"""Pages in the colours of a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from longtail.report.wording.page import ATTENTION, GAP, PLAIN, QUIET, RIGHT, STRONG, Page, Table, split, widths

STYLES = {PLAIN: "", STRONG: "bold", QUIET: "dim", ATTENTION: "bold yellow"}


def page_rich(page: Page, room: int) -> RenderableType:
    """The page as a rich renderable; tables wider than `room` characters are split between columns."""
    parts: list[RenderableType] = [Text(page.title, style="bold")]
    parts += [Text(said, style=STYLES[ATTENTION]) for said in page.warnings]
    if page.facts:
        parts.append(_facts(page))
    for table in page.tables:
        parts += [_table(part) for part in split(table, room)]
    if page.notes:
        parts.append(Text(""))
    parts += [Text.assemble(("note: ", "yellow"), note) for note in page.notes]
    return Group(*parts)


def _facts(page: Page) -> RenderableType:
    grid = RichTable.grid(padding=(0, 2))
    for name, value in page.facts:
        grid.add_row(Text(name, style="dim"), Text(value))
    return grid


def _table(table: Table) -> RenderableType:
    # the box itself puts one character between columns, the padding the other
    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, GAP - 1, 0, 0), show_edge=False)
    needed = widths(table)
    for k, column in enumerate(table.columns):
        drawn.add_column(
            Text(column.heading, style="bold"),
            justify="right" if column.side == RIGHT else "left",
            style="cyan" if k == 0 else "",
            no_wrap=not column.wraps,
            overflow="fold",
            min_width=None if column.wraps else needed[k],
        )
    for row in table.rows:
        drawn.add_row(*(Text(cell.text, style=STYLES[cell.tone]) for cell in row))
    title = [Text(table.title, style="bold")] if table.title else []
    return Padding(Group(*title, drawn), (1, 0, 0, 0))
