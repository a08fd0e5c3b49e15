"""The large-signal transfer as tables: what the curve is worth at each level, and the curve itself."""

from __future__ import annotations

import numpy as np

from longtail.analyses.transfer.transfer import Transfer
from longtail.contract.output import Output
from longtail.driven.conditions import TYPICAL
from longtail.report.pages.cmrr import spread_over
from longtail.report.wording.page import LEFT, QUIET, Cell, Column, Page, Table
from longtail.report.wording.symbols import decibels, gain_text
from longtail.units import format_si

POINTS = 15  # rows of the curve that are shown


def page(result: Transfer) -> Page:
    """A line for each level, then the curve at that in the middle."""
    facts = [
        ("input", ", ".join(result.input)),
        ("output", Output(result.output).description),
        ("distortion", f"of a sine of {format_si(result.distortion.amplitude, 'V')} peak, static"),
    ]
    if result.pair is not None:
        facts.append(("input pair", f"{' and '.join(result.pair.devices)}{law_text(result)}"))
    if result.input_offset.any():
        facts.append(("v_id", "counted from the input offset of each level"))
    tables = (_levels(result), *((_conditions(result),) if result.under else ()), _curve(result))
    return Page("Large-signal transfer", tuple(facts), tables, result.notes)


def middle(result: Transfer) -> int:
    """The place of the level that is shown where there is room for one: at the ends of a range little works."""
    return result.vcm.size // 2


def law_text(result: Transfer) -> str:
    """The law of the pair and how far it is off, where there is one."""
    if result.pair is None or result.pair.law is None:
        return ""
    scale = format_si(result.pair.scale, "V")
    name = f"tanh(v_id/{scale})" if result.pair.law == "tanh" else f"square law, full steering at {scale}"
    ideal, share = result.ideal_share, result.share
    if ideal is None or share is None or not result.steers:
        return f": {name}"
    off = np.nanmax(np.abs(share - ideal))
    return f": {name}, which the currents follow within {100.0 * off:.2g} % of their sum"


def _levels(result: Transfer) -> Table:
    columns = [Column("V_CM"), Column("gain"), Column("linear to 1 %"), Column("to 0.1 %")]
    if result.steered is not None:
        columns += [Column("99 % steered"), Column("fully steered")]
    columns += [Column("HD2"), Column("HD3"), Column("THD")]
    rows = []
    for k in spread_over(result.vcm.size, POINTS):
        row = [Cell(format_si(result.vcm[k].item(), "V")), Cell(f"{gain_text(result.center_gain[k].item())} V/V")]
        row += [_volts(result.linear_range[name][k].item()) for name in ("1%", "0.1%")]
        if result.steered is not None and result.full_steering is not None:
            row += [_volts(result.steered[k].item()), _volts(result.full_steering[k].item())]
        d = result.distortion
        row += [harmonic(value) for value in (d.harmonics[k, 0].item(), d.harmonics[k, 1].item(), d.thd[k].item())]
        rows.append(tuple(row))
    return Table("", tuple(columns), tuple(rows))


def _conditions(result: Transfer) -> Table:
    """A line for each condition, at the level in the middle; the typical one first."""
    columns = (
        Column("condition", LEFT),
        Column("center v_id"),
        Column("gain"),
        Column("linear to 1 %"),
        Column("THD"),
    )
    rows = []
    first = [(TYPICAL, result.input_offset, result.center_gain, result.linear_range["1%"], result.distortion.thd)]
    others = [
        (u.condition, u.input_offset, u.center_gain, u.linear_range["1%"], u.distortion.thd) for u in result.under
    ]
    for name, *figures in [*first, *others]:
        offset, gain, linear, thd = (values[middle(result)].item() for values in figures)
        known = np.isfinite(gain)
        rows.append(
            (
                Cell(name),
                Cell(format_si(_clean(offset), "V")) if np.isfinite(offset) else Cell("–", QUIET),
                Cell(f"{gain_text(gain)} V/V") if known else Cell("–", QUIET),
                _volts(linear),
                harmonic(thd),
            )
        )
    title = f"Under other conditions, at V_CM = {format_si(result.vcm[middle(result)].item(), 'V')} where typical"
    return Table(title, columns, tuple(rows))


def _volts(value: float) -> Cell:
    return Cell("±" + format_si(value, "V")) if np.isfinite(value) else Cell("–", QUIET)


def harmonic(part: float) -> Cell:
    """A harmonic as percent and dB of the fundamental."""
    if part == 0.0:
        return Cell("0", QUIET)
    return Cell(f"{100.0 * part:.3g} % ({decibels(part):.1f} dB)") if np.isfinite(part) else Cell("–", QUIET)


def _curve(result: Transfer) -> Table:
    columns = [Column("v_id", LEFT), Column(result.label), Column("gain")]
    share, at = result.share, middle(result)
    if share is not None:
        columns.append(Column("(i1 - i2)/(i1 + i2)"))
    rows = []
    for k in spread_over(result.v_id.size, POINTS):
        row = [
            Cell(format_si(_clean(result.v_id[k].item()), "V")),
            Cell(format_si(_clean(result.v_out[at, k].item()), "V")),
            Cell(f"{gain_text(result.gain[at, k].item())} V/V"),
        ]
        if share is not None:
            row.append(Cell(f"{share[at, k].item() + 0.0:.4f}"))
        rows.append(tuple(row))
    return Table(f"The curve at V_CM = {format_si(result.vcm[at].item(), 'V')}", tuple(columns), tuple(rows))


def _clean(volts: float) -> float:
    """A voltage without what rounding left of zero."""
    return float(np.round(volts, 12)) + 0.0
