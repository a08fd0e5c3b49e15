"""Findings about statistics as a table: the gravest first, with what to write instead."""

from __future__ import annotations

from longtail.analyses.check_statistics.result import Finding, StatisticsCheck
from longtail.report.wording.page import LEFT, STRONG, Cell, Column, Page, Table
from longtail.units import counted

_NAMED = 8  # devices


def page(result: StatisticsCheck) -> Page:
    """How much was looked at, and what is doubtful in it."""
    facts = (
        ("looked at", counted(result.causes, "random cause")),
        ("found", counted(len(result.findings), "finding") if result.findings else "nothing to be said"),
    )
    tables = (_findings(result.findings),) if result.findings else ()
    return Page("Check of statistics", facts, tables, result.notes)


def _findings(findings: tuple[Finding, ...]) -> Table:
    columns = (
        Column("finding", LEFT),
        Column("devices", LEFT, wraps=True),
        Column("what", LEFT, wraps=True),
        Column("write instead", LEFT, wraps=True),
    )
    rows = tuple((Cell(f.kind, STRONG), Cell(_devices(f.devices)), Cell(f.text), Cell(f.hint)) for f in findings)
    return Table("The gravest first", columns, rows)


def _devices(names: tuple[str, ...]) -> str:
    more = f" ... ({len(names)})" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
