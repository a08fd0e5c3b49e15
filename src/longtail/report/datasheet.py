"""A datasheet as tables: the figures that count, and the transistors behind them."""

from __future__ import annotations

from longtail.analyses.analyze import Datasheet, Row
from longtail.analyses.op import OpResult
from longtail.report import mode_gains
from longtail.report.operating_point import attention
from longtail.report.page import ATTENTION, LEFT, PLAIN, QUIET, STRONG, Cell, Column, Page, Table
from longtail.report.symbols import quantity_text
from longtail.report.transistors import amplifies, transistors


def page(sheet: Datasheet) -> Page:
    """The rows of the datasheet, and a line for each transistor."""
    tables = [_rows(sheet)]
    if transistors(sheet.op):
        tables.append(bias_table(sheet.op))
    op = sheet.op
    found = ("operating point", f"{op.status}, {op.continuation}, {op.iterations} iterations")
    facts = (*mode_gains.facts(sheet.gains), found)
    notes = (*attention(op), *mode_gains.symmetry(sheet.gains), *sheet.notes)
    return Page(sheet.title, facts, tuple(tables), notes)


def _rows(sheet: Datasheet) -> Table:
    columns = (
        Column("", LEFT),
        Column("parameter", LEFT, wraps=True),
        Column("value"),
        Column("", LEFT, wraps=True),
        Column("conditions", LEFT, wraps=True),
    )
    shared = f"V_CM = {sheet.gains.vcm:.4g} V"  # said once above the table
    return Table("", columns, tuple(_row(row, shared) for row in sheet.rows))


def _row(row: Row, shared: str) -> tuple[Cell, ...]:
    conditions = ", ".join(part for part in row.conditions.split(", ") if part != shared)
    return (
        Cell(row.symbol, STRONG),
        Cell(row.parameter),
        Cell(quantity_text(row.value, row.unit), STRONG if row.value is not None else QUIET),
        Cell(row.remark.partition(":")[0], PLAIN if row.value is not None else QUIET),
        Cell(conditions, QUIET),
    )


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
    for name, kind in transistors(op).items():
        device = op.devices[name]
        units = op.units.get(name, {})
        values = [quantity_text(device.get(q), units.get(q, "")) for q in (kind.current, kind.across, "g_m", "r_o")]
        tone = PLAIN if amplifies(op, name) else ATTENTION
        rows.append((Cell(name), Cell(device["model"]), Cell(device["region"], tone), *map(Cell, values)))
    return Table("Bias", columns, tuple(rows))
