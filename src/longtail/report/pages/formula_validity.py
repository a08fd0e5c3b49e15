"""The errors of a formula away from its operating point, as a table."""

from __future__ import annotations

from longtail.analyses.formula.validity import MISMATCH, Validity
from longtail.report.wording.page import LEFT, Cell, Column, Table
from longtail.report.wording.symbols import gain_text

_NONE = "–"


def table(errors: tuple[Validity, ...]) -> Table:
    """One row an axis: how far it goes, the errors over it, where the largest is, and what the gain does."""
    columns = (
        Column("over", LEFT),
        Column("range", LEFT),
        Column("median"),
        Column("95 %"),
        Column("worst"),
        Column("worst at"),
        Column("gain, V/V"),
    )
    return Table("Error away from the operating point", columns, tuple(_row(each) for each in errors))


def _row(each: Validity) -> tuple[Cell, ...]:
    reach = f"{each.lanes} samples" if each.axis == MISMATCH else f"{each.low:.4g} … {_place(each, each.high)}"
    errors = (each.median_error, each.p95_error, each.worst_error)
    gain = _NONE
    if each.gain_low is not None and each.gain_high is not None:
        gain = f"{gain_text(each.gain_low)} … {gain_text(each.gain_high)}"
    return (
        Cell(each.axis),
        Cell(reach),
        *(Cell(_NONE if error is None else percent(error)) for error in errors),
        Cell(_NONE if each.worst_place is None else _place(each, each.worst_place)),
        Cell(gain),
    )


def _place(each: Validity, place: float) -> str:
    """A place on the axis.

    >>> from types import SimpleNamespace
    >>> _place(SimpleNamespace(axis="temperature", unit="degC"), 125.0)
    '125 °C'
    """
    if each.axis == MISMATCH:
        return f"sample {place:.0f}"
    return f"{place:.4g} {each.unit.replace('deg', '°')}"


def percent(error: float) -> str:
    """An error in percent.

    >>> percent(0.0234), percent(3e-14), percent(12.3)
    ('2.3 %', '0 %', '1200 %')
    """
    if error < 1e-9:
        return "0 %"
    return f"{float(f'{100.0 * error:.2g}'):g} %"
