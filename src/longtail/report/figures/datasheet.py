"""A datasheet as a figure: the gains with their marks, and beside them the figures that count."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from longtail.datasheet.analyze import Datasheet
from longtail.datasheet.rows import Row
from longtail.report.figures import gains as figure_gains
from longtail.report.figures.colours import INK, PALE
from longtail.report.figures.gains import HEIGHTS, MAGNITUDE
from longtail.report.figures.style import SMALL, TEXT, Canvas, mathematical, new_figure
from longtail.report.wording.symbols import quantity_text
from longtail.units import format_si

CORNERS = ("f_3dB", "f_L", "f_H")
LINE = 0.29  # inches of height for a row of figures


def figure(sheet: Datasheet, *, phase: bool = False, into: Canvas | None = None) -> Canvas:
    """The gains over frequency, the corners marked, and the rows of the datasheet beside them."""
    names = figure_gains.panels(sheet.gains, phase)
    height = max(sum(HEIGHTS[name] for name in names), LINE * len(sheet.rows) + 0.6) + 1.0
    drawn = new_figure(9.4, height, into)
    left, right = drawn.subfigures(1, 2, squeeze=False, width_ratios=(1.9, 1.0))[0]
    axes = figure_gains.draw(left, sheet.gains, names)
    _mark_corners(axes[MAGNITUDE], sheet)
    _figures(right, sheet, height)
    drawn.suptitle(textwrap.fill(sheet.title, 100), x=0.02, ha="left", fontsize=12, color=INK)
    return drawn


def _mark_corners(axes: Axes, sheet: Datasheet) -> None:
    """A mark at each corner of the differential gain that lies within the axis, 3 dB below mid-band."""
    f, size = sheet.gains.frequency_hz, np.abs(sheet.gains.differential)
    shown = (f > 0.0) & (size > 0.0)
    for row in sheet.rows:
        if row.symbol not in CORNERS or not row.value or not f[shown].min() <= row.value <= f[shown].max():
            continue
        level = np.interp(np.log(row.value), np.log(f[shown]), 20.0 * np.log10(size[shown]))
        lower = row.symbol == "f_L"
        axes.plot([row.value], [level], marker="o", markersize=6, color=INK, markerfacecolor="white", zorder=5)
        axes.annotate(
            format_si(row.value, "Hz", 3),
            (row.value, level),
            xytext=(7 if lower else -7, -6),
            textcoords="offset points",
            ha="left" if lower else "right",
            va="top",
            fontsize=SMALL,
            color=INK,
        )


def _condition(row: Row) -> str:
    """What tells rows of one symbol apart, in few characters; nothing beside a symbol that is long itself."""
    frequency, _, level = row.conditions.partition(", ")
    if "(" in row.symbol or not frequency.startswith("f = "):
        return ""
    return "over V_CM" if " to " in level else frequency.removeprefix("f = ")


def _symbol(symbol: str) -> str:
    """A symbol as matplotlib sets it; one that carries a name of the netlist stays as it is.

    >>> _symbol("PSRR($a_b$)")
    'PSRR(\\\\$a_b\\\\$)'
    """
    return symbol.replace("$", "\\$") if "(" in symbol else mathematical(symbol)


def _figures(panel: SubFigure, sheet: Datasheet, height: float) -> None:
    """The rows of the datasheet as text: symbol and condition, value, what the value means."""
    axes = panel.subplots()
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(-(height - 1.0) / LINE, 0.5)
    for line, row in enumerate(sheet.rows):
        condition = _condition(row)
        axes.text(0.0, -line, _symbol(row.symbol), fontsize=TEXT, color=INK, va="center")
        axes.text(0.17, -line, condition, fontsize=SMALL, color=PALE, va="center")
        if row.value is None:
            words = row.remark.split(":")[0]
            axes.text(1.0, -line, words, fontsize=SMALL, color=PALE, va="center", ha="right")
            continue
        value = quantity_text(row.value, row.unit)
        axes.text(0.72, -line, value, fontsize=TEXT, color=INK, va="center", ha="right", weight="bold")
        axes.text(1.0, -line, row.remark, fontsize=SMALL, color=PALE, va="center", ha="right")
