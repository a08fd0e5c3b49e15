"""The range of an amplifier as tables: its ends with what sets them, and the edges of the polygon."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from longtail.analyses.range import OperatingRange, RangeSpan
from longtail.contract.output import Output
from longtail.report.wording.page import LEFT, QUIET, STRONG, Cell, Column, Page, Table
from longtail.units import format_si


def page(result: OperatingRange) -> Page:
    """Ranges along either axis, then the edges of the region in which both hold together."""
    facts = [
        ("input", ", ".join(result.input)),
        ("output", Output(result.output).description),
        ("about", f"an output of {format_si(_clean(result.v_out), 'V')} at V_CM = {format_si(result.v_cm, 'V')}"),
        ("gain and CMRR", f"at {format_si(result.frequency_hz, 'Hz')}"),
    ]
    if result.rails is not None:
        facts.append(("supplies", " to ".join(format_si(rail, "V") for rail in result.rails)))
    return Page("Operating range", tuple(facts), (_ends(result), _edges(result)), result.notes)


def _ends(result: OperatingRange) -> Table:
    columns = (
        Column("range", LEFT),
        Column("while", LEFT),
        Column("low"),
        Column("where", LEFT, wraps=True),
        Column("high"),
        Column("where", LEFT, wraps=True),
    )
    loss, rejection = f"{result.gain_loss_db:g} dB", f"{result.cmrr_loss_db:g} dB"
    asked: list[tuple[str, str, RangeSpan | None]] = [
        ("input common mode", "all amplify", result.input_common_mode),
        ("", f"gain within {loss}", result.by_gain),
        ("", f"CMRR within {rejection}", result.by_cmrr),
        ("output", "all amplify", result.output_swing),
        ("", f"gain within {loss}", result.swing_by_gain),
    ]
    rows = tuple((Cell(name), Cell(condition), *_span(span, result)) for name, condition, span in asked)
    return Table("Ends", columns, rows)


def _span(span: RangeSpan | None, result: OperatingRange) -> tuple[Cell, ...]:
    if span is None:
        return (Cell("–", QUIET), Cell(result.no_cmrr, QUIET)) * 2
    low, high = span.low, span.high
    return (
        Cell(format_si(low.volts, "V"), STRONG),
        Cell(low.reason, QUIET),
        Cell(format_si(high.volts, "V"), STRONG),
        Cell(high.reason, QUIET),
    )


def edges(result: OperatingRange) -> list[tuple[str, list[int]]]:
    """The corners in runs that end for the same reason, all the way round from where a run begins."""
    reasons = [limit.reason for limit in result.limits]
    first = next((k for k in range(len(reasons)) if reasons[k] != reasons[k - 1]), 0)
    order = [(first + k) % len(reasons) for k in range(len(reasons))]
    return [(reason, list(run)) for reason, run in groupby(order, key=lambda k: reasons[k])]


def _edges(result: OperatingRange) -> Table:
    columns = (
        Column("edge of the region", LEFT, wraps=True),
        Column("from V_out"),
        Column("V_CM", joined=True),
        Column("to V_out"),
        Column("V_CM", joined=True),
    )
    rows = []
    for reason, run in edges(result):
        ends = [result.polygon[run[0]], result.polygon[run[-1]]]
        places = [Cell(format_si(_clean(volts), "V")) for end in ends for volts in end.tolist()]
        rows.append((Cell(reason), *places))
    return Table("Both together", columns, tuple(rows))


def _clean(volts: float) -> float:
    """A voltage without what rounding left of zero."""
    return float(np.round(volts, 9)) + 0.0
