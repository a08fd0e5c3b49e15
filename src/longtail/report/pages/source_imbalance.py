"""Rejection with unequal sources as a table over a few frequencies."""

from __future__ import annotations

import numpy as np

from longtail.analyses.source_imbalance import SourceImbalance
from longtail.merits.gains import rejection_ratio
from longtail.merits.reasons import UNKNOWN
from longtail.report.pages.gains import chosen
from longtail.report.wording.conditions import Facts, conditions
from longtail.report.wording.page import LEFT, QUIET, STRONG, Cell, Column, Page, Table
from longtail.report.wording.symbols import decibels_text, no_rejection_text
from longtail.units import format_si

OF_MAP = (0, 8, 16, 24)  # differences of the map that the table shows: decades


def page(result: SourceImbalance) -> Page:
    """The rejection with these sources, with equal ones and with none; then by decades of the difference."""
    return Page(
        "Source imbalance", (*facts(result), ("CMRR", ratio(result))), (_curves(result), _map(result)), result.notes
    )


def ratio(result: SourceImbalance) -> str:
    """Which rejection is meant."""
    return f"{rejection_ratio(result.single_ended)} in dB, from the sources to the output"


def facts(result: SourceImbalance) -> Facts:
    found = list(conditions(result.input, result.output, result.vcm, result.input_offset))
    found.append(("sources", sources_text(result)))
    found.append(("bias current", ", ".join(format_si(i, "A") for i in result.bias_current)))
    return tuple(found)


def sources_text(result: SourceImbalance) -> str:
    """The two source networks in words."""
    r, dr, c, dc = (
        result.resistance,
        result.resistance_difference,
        result.capacitance,
        result.capacitance_difference,
    )
    sides = [
        f"{format_si(r + sign * dr / 2, 'Ω', 5)} with {format_si(c + sign * dc / 2, 'F', 5)}" for sign in (1.0, -1.0)
    ]
    return " and ".join(sides)


def _curves(result: SourceImbalance) -> Table:
    columns = (Column("frequency", LEFT), Column("CMRR"), Column("equal sources"), Column("amplifier alone"))
    curves = (result.cmrr_db, result.balanced_cmrr_db, result.amplifier_cmrr_db)
    rows = [
        (
            Cell(format_si(result.frequency_hz[k].item(), "Hz")),
            *(_cell(curve[k], n == 0, result) for n, curve in enumerate(curves)),
        )
        for k in chosen(result.frequency_hz)
    ]
    return Table("Rejection, dB", columns, tuple(rows))


def _map(result: SourceImbalance) -> Table:
    named = [f"{format_si(result.map_difference[n].item(), 'Ω', 3)}" for n in OF_MAP]
    columns = (Column("frequency", LEFT), *(Column(name) for name in named))
    rows = [
        (
            Cell(format_si(result.frequency_hz[k].item(), "Hz")),
            *(_cell(result.map_cmrr_db[n, k], False, result) for n in OF_MAP),
        )
        for k in chosen(result.frequency_hz)
    ]
    return Table("Rejection by the difference of the source resistances, dB", columns, tuple(rows))


def _cell(value: float, strong: bool, result: SourceImbalance) -> Cell:
    if not np.isfinite(value):
        return Cell(no_rejection_text(float(value), result.reason or UNKNOWN), QUIET)
    return Cell(decibels_text(float(value)), STRONG) if strong else Cell(decibels_text(float(value)))
