"""Rejection over common-mode levels as tables: some levels at some frequencies, and who leaves at the ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from longtail.analyses.cmrr import CmrrMap
from longtail.contract.output import Output
from longtail.large_signal.departures import Departure
from longtail.merits.reasons import UNKNOWN, Reason
from longtail.report.pages import gains as mode_gains
from longtail.report.wording.page import ATTENTION, LEFT, PLAIN, QUIET, Cell, Column, Page, Table
from longtail.report.wording.symbols import decibels, no_rejection_text
from longtail.units import counted, format_si

LEVELS = 13  # rows that are shown
FREQUENCIES = 5  # columns that are shown


def page(result: CmrrMap) -> Page:
    """One level: its gains over frequency. Several: the rejection over both, and the transistors that set the range."""
    if result.vcm.size == 1:
        single = mode_gains.page(result.at_level(0))
        return Page("Common-mode rejection", single.facts, single.tables, single.notes)
    low, high = (format_si(level.item(), "V") for level in (result.vcm[0], result.vcm[-1]))
    facts = [
        ("input", ", ".join(result.input)),
        ("output", Output(result.output).description),
        ("CMRR", f"{result.ratio} of this output"),
        ("V_CM", f"{low} to {high}, {counted(result.vcm.size, 'level')}"),
    ]
    if result.offset is not None and result.target is not None:
        facts.append(("nulled", f"output at {format_si(result.target, 'V')} at every level"))
    tables = [_rejection(result)]
    if result.low or result.high:
        tables.append(departures_table(result.low, result.high, "V_CM"))
    return Page("Common-mode rejection", tuple(facts), tuple(tables), (*whys(result), *result.notes))


def whys(result: CmrrMap) -> tuple[str, ...]:
    """What to say where no level and no frequency has a rejection of its own."""
    if np.isfinite(result.cmrr_db).any() or not np.isposinf(result.cmrr_db).any():
        return ()
    why = result.unwanted_reason or UNKNOWN
    short, _, advice = why.rejection.partition(":")
    return f"the CMRR is {short} at every level" + (f":{advice}" if advice else ""), *mode_gains.one_output(
        result.output, why
    )


def spread_over(count: int, most: int) -> list[int]:
    """At most so many of `count` places, the first and the last among them.

    >>> spread_over(41, 5), spread_over(3, 5)
    ([0, 10, 20, 30, 40], [0, 1, 2])
    """
    return sorted({round(x) for x in np.linspace(0, count - 1, min(count, most)).tolist()})


def _rejection(result: CmrrMap) -> Table:
    decades = mode_gains.chosen(result.frequency_hz)
    shown = [decades[k] for k in spread_over(len(decades), FREQUENCIES)] if not whys(result) else []
    first = format_si(result.frequency_hz[0].item(), "Hz")
    names = ("A_d", "A_cm") if result.single_ended else ("A_dd", "A_cc")
    columns = [Column("V_CM"), *(Column(f"{name} dB") for name in names)]
    columns += [Column(f"CMRR dB, {format_si(result.frequency_hz[k].item(), 'Hz')}") for k in shown]
    sizes = [np.abs(gain[:, 0]) for gain in (result.gains["differential"], result.gains["common"]) if gain is not None]
    why = result.unwanted_reason or UNKNOWN
    rows = []
    for level in spread_over(result.vcm.size, LEVELS):
        row = [Cell(format_si(result.vcm[level].item(), "V"))]
        floor = result.floor[level, 0]
        row += [_gain(size[level].item(), floor) for size in sizes]
        row += [_decibels(result.cmrr_db[level, k].item(), why) for k in shown]
        rows.append(tuple(row))
    return Table(f"Gains at {first}" + (", and rejection" if shown else ""), tuple(columns), tuple(rows))


def _gain(size: float, floor: float) -> Cell:
    if size > floor:
        return Cell(f"{decibels(size):.2f}")
    return Cell("0" if size <= floor else "–", QUIET)


def _decibels(value: float, why: Reason) -> Cell:
    return Cell(f"{value:.2f}") if np.isfinite(value) else Cell(no_rejection_text(value, why), QUIET)


def departures_table(low: Sequence[Departure], high: Sequence[Departure], axis: str) -> Table:
    """The transistors that leave at either end; the first of each end limits the range, the rest follow."""
    columns = (
        Column("end", LEFT),
        Column("device", LEFT),
        Column(f"leaves at {axis}"),
        Column("for", LEFT),
        Column("lacks at the end"),
    )
    rows = []
    for end, left in (("low", low), ("high", high)):
        for k, each in enumerate(left):
            tone = ATTENTION if k == 0 else PLAIN
            lacks = "–" if each.lacks is None else f"{format_si(each.lacks, 'V')} of {each.voltage}"
            texts = (Cell(format_si(each.edge, "V")), Cell(each.region), Cell(lacks))
            rows.append((Cell(end), Cell(each.device, tone), *texts))
    return Table("Transistors that cease to amplify", columns, tuple(rows))
