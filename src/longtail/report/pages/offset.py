"""Offset and bias currents as tables: at the temperature of the netlist with their drift, and over temperature."""

from __future__ import annotations

from longtail.analyses.offset import Offset
from longtail.report.pages.cmrr import spread_over
from longtail.report.wording.page import LEFT, STRONG, Cell, Column, Page, Table
from longtail.units import format_si

ROWS = 12  # temperatures that are shown


def page(result: Offset) -> Page:
    """The three figures with their drift, and how they go with temperature."""
    facts = (
        ("input", ", ".join(result.input)),
        ("output", f"{result.label}, nulled to {format_si(result.target, 'V')}"),
        ("V_CM", format_si(result.vcm, "V")),
        ("temperature", f"{result.nominal_deg_c:g} °C"),
    )
    low, high = result.temperature_deg_c[0], result.temperature_deg_c[-1]
    notes = list(result.notes)
    if result.temperature_deg_c.size > 1:
        mean = result.span / (high - low)
        notes.append(f"the offset moves by {format_si(result.span, 'V')} from {low:g} to {high:g} °C, ")
        notes[-1] += f"{format_si(mean, 'V')}/K on average"
    if result.input_offset == 0.0 and result.is_symmetric:
        notes.append("a symmetric circuit has no systematic offset: mismatch gives one")
    return Page("Input offset", facts, (_figures(result), _course(result)), tuple(notes))


def _figures(result: Offset) -> Table:
    columns = (Column("", LEFT), Column("parameter", LEFT), Column("value"), Column("drift"))
    rows = (
        ("V_OS", "input offset voltage", result.input_offset, result.input_offset_drift, "V"),
        ("I_B", "input bias current, mean", result.bias_current, result.bias_current_drift, "A"),
        ("I_OS", "input offset current, i1 - i2", result.offset_current, result.offset_current_drift, "A"),
    )
    return Table(
        "",
        columns,
        tuple(
            (
                Cell(symbol, STRONG),
                Cell(name),
                Cell(format_si(value, unit), STRONG),
                Cell(f"{format_si(slope, unit)}/K"),
            )
            for symbol, name, value, slope, unit in rows
        ),
    )


def _course(result: Offset) -> Table:
    columns = (Column("temperature", LEFT), Column("V_OS"), Column("I_B"), Column("I_OS"))
    rows = []
    for k in spread_over(result.temperature_deg_c.size, ROWS):
        values = (
            (result.input_offset_over_temperature, "V"),
            (result.bias_current_over_temperature, "A"),
            (result.offset_current_over_temperature, "A"),
        )
        cells = (Cell(format_si(series[k].item(), unit)) for series, unit in values)
        rows.append((Cell(f"{result.temperature_deg_c[k]:g} °C"), *cells))
    return Table("Over temperature", columns, tuple(rows))
