"""A formula as a picture: typeset, its curve over that of the circuit, and its error below the proven bound."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from longtail.analyses.formula.result import Formula, GainCurves, SymbolValue
from longtail.report.figures.colours import BLUE, INK, PALE, VERMILLION
from longtail.report.figures.style import (
    SMALL,
    TEXT,
    TYPESET,
    Canvas,
    literal,
    mathematical,
    new_figure,
    over_frequency,
    titled,
)
from longtail.report.pages.formula import band_text, error_text
from longtail.report.wording import long_formula
from longtail.units import format_si

_LINE = 0.27  # inches
_WIDTH = 7.6
_HALF = 46  # characters that half the width has room for
_LARGEST = 16.0  # points; a formula that is wider than the figure is set smaller
_ALONE = 100  # letters in one line that can still be read so
_BROKEN = 78  # letters of a line of a longer one


def figure(formula: Formula, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """The formula with its symbols, and with curves where it holds over a band."""
    rows = -(-len(formula.symbols) // _columns(formula))
    head = 0.68 + _LINE * (len(_written(formula)) + rows)
    drawn = new_figure(_WIDTH, head + (4.2 if formula.curves is not None else 0.3), into)
    if formula.curves is None:
        _typeset(drawn, formula, head)
    else:
        upper, lower = np.asarray(drawn.subfigures(2, 1, height_ratios=[head, 4.0])).tolist()
        _typeset(upper, formula, head)
        _curves(lower, formula, formula.curves)
    titled(drawn, title or f"Formula of {mathematical(formula.letter)}, {formula.label}")
    return drawn


def _typeset(drawn: Canvas, formula: Formula, height: float) -> None:
    axes = drawn.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(height, 0.0)
    written = _written(formula)
    if len(written) == 1:
        set_ = axes.text(
            0.5, 0.32, f"${written[0]}$", fontsize=_LARGEST, color=INK, ha="center", va="center", gid=TYPESET
        )
        width = set_.get_window_extent().width / axes.figure.dpi
        set_.set_fontsize(min(_LARGEST, _LARGEST * 0.94 * _WIDTH / width))
    else:
        for k, line in enumerate(written):
            axes.text(0.0, 0.32 + _LINE * k, f"${line}$", fontsize=TEXT, color=INK, ha="left", va="center", gid=TYPESET)
    top = 0.58 + _LINE * len(written)
    for k, (name, symbol) in enumerate(formula.symbols.items()):
        row, column = divmod(k, _columns(formula))
        line = f"${symbol.latex}$" if symbol.latex else literal(name)
        text = f"{line} = {literal(_said(symbol))}"
        place = (0.5 * column, top + _LINE * row)
        axes.text(*place, text, fontsize=SMALL, color=INK, ha="left", va="center", gid=TYPESET)
    if formula.curves is None:
        said = f"error {error_text(formula)} {band_text(formula.band_hz)}"
        axes.text(0.0, height, said, fontsize=SMALL, color=PALE, ha="left", va="bottom")


def _written(formula: Formula) -> list[str]:
    """The lines of the formula."""
    letter = formula.letter_latex
    if long_formula.seen(formula.latex) <= _ALONE:
        return [f"{letter} = {formula.latex}"]
    return long_formula.lines(letter, formula.latex, _BROKEN)


def _said(symbol: SymbolValue) -> str:
    return f"{format_si(symbol.value, symbol.unit)}   {symbol.meaning}"


def _columns(formula: Formula) -> int:
    """Of symbols: two, where no two would touch."""
    return 2 if all(len(_said(symbol)) <= _HALF for symbol in formula.symbols.values()) else 1


def _curves(drawn: SubFigure, formula: Formula, curves: GainCurves) -> None:
    positive = curves.frequency_hz > 0.0
    f = curves.frequency_hz[positive]
    gain, error = over_frequency(drawn, (2.2, 1.0), f.min(), f.max())
    circuit, short = curves.circuit[positive], curves.formula[positive]
    if formula.error_bound is not None:
        low, high = (_decibels(np.abs(circuit) * (1.0 + sign * formula.error_bound)) for sign in (-1.0, 1.0))
        gain.fill_between(f, low, high, color=BLUE, alpha=0.15, linewidth=0.0, label="proven band")
    gain.plot(f, _decibels(np.abs(circuit)), color=BLUE, linewidth=2.6, alpha=0.8, label="circuit")
    gain.plot(f, _decibels(np.abs(short)), color=VERMILLION, linewidth=1.4, linestyle=(0, (4, 2)), label="formula")
    gain.set_ylabel("magnitude (dB, V/V)", fontsize=TEXT, color=INK)
    gain.legend(fontsize=SMALL, frameon=False)
    _errors(error, f, np.abs(short / circuit - 1.0), formula)


def _errors(axes: Axes, f: NDArray[np.float64], errors: NDArray[np.float64], formula: Formula) -> None:
    axes.plot(f, 100.0 * errors, color=VERMILLION, linewidth=1.4)
    top = formula.error_bound if formula.error_bound is not None else formula.error_sampled
    if formula.error_bound is not None:
        axes.axhline(100.0 * formula.error_bound, color=BLUE, linewidth=1.0, linestyle=":")
        said = f"at most {100.0 * formula.error_bound:.3g} % (proven)"
        axes.text(
            0.99,
            100.0 * formula.error_bound,
            said,
            transform=axes.get_yaxis_transform(),
            fontsize=SMALL,
            color=BLUE,
            ha="right",
            va="bottom",
        )
    axes.set_ylim(0.0, 130.0 * max(top, 1e-12))
    axes.set_ylabel("error (%)", fontsize=TEXT, color=INK)


def _decibels(magnitude: NDArray[np.float64]) -> NDArray[np.float64]:
    return 20.0 * np.log10(np.maximum(magnitude, 1e-300))
