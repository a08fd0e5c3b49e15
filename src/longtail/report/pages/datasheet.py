"""A datasheet as tables: the figures that count, and the transistors behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from longtail.analyses.op import OpResult
from longtail.datasheet.analyze import Datasheet
from longtail.datasheet.limits import FAIL, OPEN, PASS
from longtail.datasheet.rows import Row
from longtail.datasheet.samples import QUANTILES, Samples
from longtail.report.pages import gains as mode_gains
from longtail.report.pages.monte_carlo import figure_text, yield_text
from longtail.report.pages.op import attention
from longtail.report.wording.conditions import Facts
from longtail.report.wording.page import ATTENTION, LEFT, PLAIN, QUIET, STRONG, Cell, Column, Page, Table
from longtail.report.wording.symbols import quantity_text
from longtail.report.wording.transistors import amplifies, transistors
from longtail.units import counted

VERDICTS = {PASS: Cell("pass"), FAIL: Cell("FAIL", ATTENTION), OPEN: Cell("open", QUIET)}


def page(sheet: Datasheet) -> Page:
    """The rows of the datasheet, and a line for each transistor."""
    tables = [_rows(sheet)]
    if sheet.samples is not None and sheet.samples.contributions:
        tables.append(contributions_table(sheet.samples))
    if transistors(sheet.op):
        tables.append(bias_table(sheet.op))
    op = sheet.op
    found = ("operating point", f"{op.status}, {op.continuation}, {counted(op.iterations, 'iteration')}")
    over = (("min, max", f"over {', '.join(each.name for each in sheet.conditions)}"),) if sheet.spread else ()
    volts = ", ".join(f"v({n}) = {quantity_text(op.nodes[n], 'V')}" for n in sheet.gains.output if n in op.nodes)
    drawn = () if sheet.samples is None else samples_facts(sheet.samples)
    facts = (*mode_gains.facts(sheet.gains), ("output at rest", volts), found, *over, *drawn)
    said = () if sheet.samples is None else sheet.samples.notes
    notes = (*attention(op), *mode_gains.whys(sheet.gains), *sheet.notes, *_missing(sheet), *said)
    return Page(sheet.title, facts, tuple(tables), notes)


def _missing(sheet: Datasheet) -> list[str]:
    """Rows that have no value under some condition, and limits that nothing can be judged by."""
    said = [
        f"{row.symbol} has no value: {', '.join(row.missing)}"
        for row in sheet.rows
        if row.missing and len(row.missing) < len(sheet.conditions)
    ]
    unjudged = [row.symbol for row in sheet.rows if row.verdict == OPEN]
    if unjudged:
        way = "ask for samples" if sheet.samples is None else "see the yield"
        said.append(f"the limit of {', '.join(unjudged)} is open: only mismatch gives a figure to judge, {way}")
    return said


def samples_facts(drawn: Samples) -> Facts:
    """What was drawn, and how many samples keep all limits."""
    causes = f"{counted(drawn.causes, 'cause')}: {' and '.join(drawn.kinds)}"
    lost = f"; {drawn.failures} without operating point" if drawn.failures else ""
    kept = () if drawn.kept is None else (("yield, all limits", yield_text(drawn.kept)),)
    return (("samples", f"{drawn.samples}, seed {drawn.seed}, of {causes}{lost}"), *kept)


def contributions_table(drawn: Samples) -> Table:
    """Who spreads offset and rejection, devices that ought to be equal together."""
    columns = (Column("spread of", LEFT), Column("by", LEFT), Column("share"))
    rows = tuple((Cell(c.figure), Cell(c.cause), Cell(f"{100.0 * c.share:.3g} %")) for c in drawn.contributions)
    return Table("What spreads most, to first order", columns, rows)


def sampled_texts(row: Row) -> tuple[str, ...]:
    """How a row spreads over samples: one sigma, the quantiles, and the part that keeps its limit."""
    each = row.sampled
    if each is None:
        return ("",) * (len(QUANTILES) + 2)
    sigma = "" if each.sigma is None else quantity_text(each.sigma, row.unit)
    spread = (figure_text(each.quantiles.get(f"{q:g}"), row.unit) for q in QUANTILES)
    return (sigma, *spread, "" if each.kept is None else yield_text(each.kept))


def _sampled(sheet: Datasheet) -> tuple[Column, ...]:
    if sheet.samples is None:
        return ()
    over = (Column("1 sigma"), *(Column(f"{q:g} %") for q in QUANTILES))
    return (*over, Column("yield", LEFT)) if sheet.limited else over


def _rows(sheet: Datasheet) -> Table:
    shared = f"V_CM = {sheet.gains.vcm:.4g} V"  # said once above the table
    values = ("min", "typ", "max") if sheet.spread else ("value",)
    columns = (
        Column("", LEFT),
        Column("parameter", LEFT, wraps=True),
        *(Column(name) for name in values),
        *_sampled(sheet),
        *((Column("limit", LEFT), Column("", LEFT, joined=True)) if sheet.limited else ()),
        Column("", LEFT, wraps=True),
        Column("conditions", LEFT, wraps=True),
    )
    return Table("", columns, tuple(_row(row, shared, sheet) for row in sheet.rows))


def _row(row: Row, shared: str, sheet: Datasheet) -> tuple[Cell, ...]:
    typical = Cell(quantity_text(row.value, row.unit), STRONG if row.value is not None else QUIET)
    values = (_extreme(row.minimum, row), typical, _extreme(row.maximum, row)) if sheet.spread else (typical,)
    return (
        Cell(row.symbol, STRONG),
        Cell(row.parameter),
        *values,
        *map(Cell, sampled_texts(row)[: len(_sampled(sheet))]),
        *((Cell(limit_text(row)), VERDICTS.get(row.verdict, Cell(""))) if sheet.limited else ()),
        Cell(row.remark.partition(":")[0], PLAIN if row.value is not None else QUIET),
        Cell(own_conditions(row, shared), QUIET),
    )


def _extreme(value: float | None, row: Row) -> Cell:
    return Cell("" if value is None else quantity_text(value, row.unit))


def own_conditions(row: Row, shared: str) -> str:
    """The conditions of a row without that which all share."""
    return ", ".join(part for part in row.conditions.split(", ") if part != shared)


def limit_text(row: Row) -> str:
    """The limits of a row in their own unit.

    >>> from longtail.datasheet.rows import Limit
    >>> limit_text(Row("A_d", "gain", "", 100.0, "V/V", limit=Limit("A_d", "A_d", 30.0, None, "dB")))
    '≥ 30 dB'
    """
    limit = row.limit
    if limit is None:
        return ""
    own = limit.unit in ("", row.unit)
    bounds = (("≥", limit.low), ("≤", limit.high))
    said = [
        f"{sign} {quantity_text(value, row.unit) if own else f'{value:g} {limit.unit}'}"
        for sign, value in bounds
        if value is not None
    ]
    return ", ".join(said)


def markdown(sheet: Datasheet) -> str:
    """The rows, the conditions and the notes as Markdown; text of the netlist is escaped."""
    shown = page(sheet)
    table = shown.tables[0]
    lines = [f"# {_escaped(shown.title)}", "", *(f"- {_escaped(said)}" for said in shown.warnings)]
    lines += [f"- {_escaped(name)}: {_escaped(value)}" for name, value in shown.facts]
    lines += ["", _line(column.heading for column in table.columns)]
    lines.append(_line("---" if column.side == LEFT else "---:" for column in table.columns))
    lines += [_line(_escaped(cell.text) for cell in row) for row in table.rows]
    lines += ["", *(f"- note: {_escaped(note)}" for note in shown.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Text in which nothing is Markdown or HTML.

    >>> print(_escaped("a|b <i> V_CM"))
    a\\|b &lt;i&gt; V\\_CM
    """
    return re.sub(r"([\\`*_\[\]|#~$])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def bias_table(op: OpResult) -> Table:
    """Transistors of every kind in one table: region, current, the voltage across, g_m and r_o."""
    columns = (
        Column("device", LEFT),
        Column("model", LEFT),
        Column("region", LEFT),
        Column("current"),
        Column("V_CE or V_DS"),
        Column("g_m"),
        Column("r_o"),
    )
    rows = []
    for name, role in transistors(op).items():
        device = op.devices[name]
        units = op.units.get(name, {})
        values = [quantity_text(device.get(q), units.get(q, "")) for q in (role.current, role.across, "g_m", "r_o")]
        tone = PLAIN if amplifies(op, name) else ATTENTION
        rows.append((Cell(name), Cell(device["model"]), Cell(device["region"], tone), *map(Cell, values)))
    return Table("Bias", columns, tuple(rows))
