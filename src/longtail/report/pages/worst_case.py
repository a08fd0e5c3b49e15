"""The worst case as tables: the ends first, then the values that lead there and what each does."""

from __future__ import annotations

from longtail.analyses.worst_case.result import Tolerance, WorstCase, WorstEnd
from longtail.report.pages.monte_carlo import figure_text
from longtail.report.wording.page import ATTENTION, LEFT, QUIET, STRONG, Cell, Column, Page, Table
from longtail.units import counted, format_si

_MOST = 24  # causes that are listed


def page(result: WorstCase) -> Page:
    """The figure and its ends; whether that is proven."""
    facts = [("input", ", ".join(result.input)), ("output", result.label)] if result.output else []
    if result.frequency_hz is not None:
        facts.append(("frequency", format_si(result.frequency_hz, "Hz")))
    facts.append(("of", f"{counted(len(result.tolerances), 'cause')}, each within its limit"))
    facts.append(("guaranteed", f"{'yes' if result.guaranteed else 'no'}: {result.reason}"))
    return Page("Worst case", tuple(facts), (_ends(result), _causes(result)), result.notes)


def _ends(result: WorstCase) -> Table:
    columns = (Column("figure", LEFT), Column("least"), Column("nominal"), Column("largest"))
    style = STRONG if result.guaranteed else ATTENTION
    row = (
        Cell(result.symbol, STRONG),
        Cell(figure_text(result.least.value, result.unit), style),
        Cell(figure_text(result.nominal, result.unit)),
        Cell(figure_text(result.largest.value, result.unit), style),
    )
    return Table("With every part within its limit", columns, (row,))


def _causes(result: WorstCase) -> Table:
    columns = (
        Column("part", LEFT),
        Column("within"),
        Column("at the least"),
        Column("does there"),
        Column("at the largest"),
        Column("does there"),
    )
    ranked = sorted(result.tolerances, key=lambda each: (-_size(result, each.name), each.name))
    rows = [_row(result, each) for each in ranked[:_MOST]]
    if len(ranked) > _MOST:
        rows.append((Cell(f"{len(ranked) - _MOST} others", QUIET), *(Cell("") for _ in columns[1:])))
    return Table("Values there, as --set takes them, and what each does", columns, tuple(rows))


def _size(result: WorstCase, name: str) -> float:
    """How much a cause does at the end where it does more."""
    return max(float(f"{abs(end.changes[name]):.9g}") for end in (result.least, result.largest))


def _row(result: WorstCase, each: Tolerance) -> tuple[Cell, ...]:
    within = f"{100.0 * each.limit:.4g} %" if each.relative else format_si(each.limit, each.unit)
    cells = [Cell(each.name, STRONG), Cell(f"±{within}")]
    for end in (result.least, result.largest):
        cells += [Cell(_value(end, each.name)), Cell(figure_text(end.changes[each.name], result.unit))]
    return tuple(cells)


def _value(end: WorstEnd, name: str) -> str:
    """The value of a part; of a cause that moves several, none."""
    return f"{end.values[name]:.9g}" if name in end.values else "–"
