"""A formula to read: what it says, what its symbols stand for, how good it is, its poles and zeros."""

from __future__ import annotations

import math

from longtail.analyses.formula.result import Formula
from longtail.report.pages import formula_validity
from longtail.report.wording.page import LEFT, Cell, Column, Page, Table
from longtail.report.wording.symbols import gain_text, quantity_text
from longtail.units import format_si


def page(formula: Formula) -> Page:
    """The formula, its symbols with their values, and its roots."""
    tables = [_symbols(formula)] if formula.symbols else []
    if formula.roots:
        tables.append(_roots(formula))
    if formula.validity is not None:
        tables.append(formula_validity.table(formula.validity))
    return Page("Formula", facts(formula), tuple(tables), formula.notes, formula.mathml)


def facts(formula: Formula) -> tuple[tuple[str, str], ...]:
    """The formula and how far it can be trusted."""
    where = band_text(formula.band_hz)
    found = [
        (formula.letter, formula.latex if formula.as_latex else formula.text),
        ("output", formula.label),
        ("value", f"{gain_text(formula.value_dc)} V/V at {format_si(formula.band_hz[0], 'Hz')}"),
        ("error", f"{error_text(formula)} {where}"),
        ("terms", terms_text(formula)),
    ]
    if formula.cancellation > 2.0:
        found.append(("cancellation", f"terms cancel to 1/{formula.cancellation:.3g} of their size"))
    return tuple(found)


def terms_text(formula: Formula) -> str:
    """How many terms there are, and what is counted where that makes a difference."""
    said = f"{formula.terms}" + (f" of {formula.terms_exact}" if formula.terms_exact is not None else "")
    said += f" ({formula.mode})"
    if formula.terms_expanded is None or formula.terms_expanded == formula.terms_printed:
        return said
    (above, below), (over, under) = formula.terms_printed, formula.terms_expanded
    return f"{said}: {above} above and {below} below the line, factor by factor; multiplied out {over} and {under}"


def band_text(band_hz: tuple[float, float]) -> str:
    """Where an error holds."""
    low, high = (format_si(f, "Hz") for f in band_hz)
    return f"at {low}" if low == high else f"from {low} to {high}"


def error_text(formula: Formula) -> str:
    """The error in percent, and whether it is proven."""
    if formula.error_bound is None:
        return f"{100.0 * formula.error_sampled:.3g} % (sampled, not proven)"
    if formula.error_bound < 1e-11:
        return "none but rounding, proven"
    return f"at most {_rounded_up(100.0 * formula.error_bound)} %, proven"


def _rounded_up(percent: float) -> str:
    """Two digits that are nowhere below the number.

    >>> _rounded_up(1.9878), _rounded_up(8.813), _rounded_up(0.00123)
    ('2', '8.9', '0.0013')
    """
    step = 10.0 ** (math.floor(math.log10(percent)) - 1)
    return f"{math.ceil(percent / step) * step:.2g}"


def _symbols(formula: Formula) -> Table:
    rows = tuple(
        (Cell(name), Cell(s.meaning), Cell(quantity_text(s.value, s.unit))) for name, s in formula.symbols.items()
    )
    return Table("", (Column("symbol", LEFT), Column("stands for", LEFT), Column("value")), rows)


def _roots(formula: Formula) -> Table:
    rows = tuple(
        (
            Cell(r.kind),
            Cell(f"s = {r.latex if formula.as_latex else r.text}"),
            Cell(format_si(abs(r.value_hz), "Hz")),
            Cell("right" if r.value_hz > 0.0 else "left"),
            Cell("–" if r.error is None else f"{100.0 * r.error:.2g} %"),
        )
        for r in formula.roots
    )
    columns = (
        Column("root", LEFT),
        Column("formula", LEFT),
        Column("|s|/2π"),
        Column("half plane"),
        Column("off by"),
    )
    return Table("Poles and zeros", columns, rows)
