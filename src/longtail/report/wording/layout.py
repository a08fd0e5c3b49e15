"""Pages as plain text and as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from longtail.report.wording.page import ATTENTION, GAP, QUIET, RIGHT, STRONG, Cell, Column, Page, Table, widths


def page_text(page: Page) -> str:
    """The page in plain text, lines as long as they have to be. Cells for attention carry an exclamation mark."""
    blocks = [page.title, "\n".join(page.warnings), *([_facts(page)] if page.facts else [])]
    blocks += ["\n".join(_lines(_marked(table))) for table in page.tables]
    blocks.append("\n".join(f"note: {note}" for note in page.notes))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _marked(table: Table) -> Table:
    """The table with its cells for attention marked for media without colour."""
    rows = tuple(tuple(Cell(f"{c.text} !", c.tone) if c.tone == ATTENTION else c for c in row) for row in table.rows)
    return Table(table.title, table.columns, rows)


def _facts(page: Page) -> str:
    longest = max(len(name) for name, _ in page.facts)
    return "\n".join(f"{name.ljust(longest)}  {value}" for name, value in page.facts)


def _lines(table: Table) -> Iterator[str]:
    needed = widths(table)
    if table.title:
        yield table.title
    headings = [Cell(column.heading) for column in table.columns]
    yield _line(headings, table.columns, needed)
    yield "-" * (sum(needed) + GAP * (len(needed) - 1))
    for row in table.rows:
        yield _line(row, table.columns, needed)


def _line(cells: tuple[Cell, ...] | list[Cell], columns: tuple[Column, ...], needed: list[int]) -> str:
    fields = [
        cell.text.rjust(width) if column.side == RIGHT else cell.text.ljust(width)
        for cell, column, width in zip(cells, columns, needed, strict=True)
    ]
    return (" " * GAP).join(fields).rstrip()


# The colours are chosen to be readable on a white and on a dark notebook.
TONES = {STRONG: "font-weight:600", QUIET: "opacity:.6", ATTENTION: "color:#d55e00;font-weight:600"}
CELL = "padding:2px 10px;border:0;white-space:nowrap"
_SYMBOL = re.compile(
    r"(?<![\w.])([^\W\d_]|[A-Z]+)_(\w+(?:(?:[,→]|\.\.)\w+)*[-+]?)"
)  # one letter, or a word of capitals
HEAD = f"{CELL};border-bottom:1px solid #8888;font-weight:600"


def page_html(page: Page) -> str:
    """The page as one HTML element that needs no style sheet and no script."""
    parts = [f'<div style="font-weight:600;font-size:1.1em">{escape(page.title)}</div>']
    parts += [f'<div style="max-width:60em;{TONES[ATTENTION]}">{escape(said)}</div>' for said in page.warnings]
    if page.mathml:
        parts.append(f'<div style="margin:6px 0;font-size:1.2em">{page.mathml}</div>')
    if page.facts:
        shown = page.facts[1:] if page.mathml else page.facts
        facts = " &middot; ".join(f'<span style="opacity:.6">{escape(k)}</span> {escape(v)}' for k, v in shown)
        parts.append(f'<div style="margin:2px 0 6px">{facts}</div>')
    parts += [_table_html(table) for table in page.tables]
    parts += [f'<div style="margin-top:4px;max-width:60em">note: {escape(note)}</div>' for note in page.notes]
    return f'<div style="font-family:sans-serif;font-size:13px;line-height:1.45">{"".join(parts)}</div>'


def _table_html(table: Table) -> str:
    caption = (
        f'<caption style="caption-side:top;text-align:left;font-weight:600;padding:6px 10px 2px">'
        f"{escape(table.title)}</caption>"
        if table.title
        else ""
    )
    head = "".join(
        f'<th style="{HEAD};text-align:{column.side}">{subscripts(column.heading)}</th>' for column in table.columns
    )
    body = "".join(
        "<tr>" + "".join(_cell_html(cell, column) for cell, column in zip(row, table.columns, strict=True)) + "</tr>"
        for row in table.rows
    )
    return (
        '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums;margin:4px 0">'
        f"{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell_html(cell: Cell, column: Column) -> str:
    tone = f";{TONES[cell.tone]}" if cell.tone in TONES else ""
    return f'<td style="{CELL};text-align:{column.side}{tone}">{subscripts(cell.text)}</td>'


def subscripts(text: str) -> str:
    """Symbols such as A_c→d, I_C or TCV_OS with their subscripts set low, everything else escaped.

    >>> subscripts("|A_dd/A_c→d|, dB"), subscripts("TCV_OS"), subscripts("a < b_c, not my_node")
    ('|A<sub>dd</sub>/A<sub>c→d</sub>|, dB', 'TCV<sub>OS</sub>', 'a &lt; b<sub>c</sub>, not my_node')
    >>> subscripts("g_m1..6")
    'g<sub>m1..6</sub>'
    """
    return _SYMBOL.sub(r"\1<sub>\2</sub>", escape(text))
