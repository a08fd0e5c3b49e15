"""A worst case as a figure: what each cause does at either end, the strongest on top."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.ticker import EngFormatter

from longtail.analyses.worst_case.result import WorstCase, WorstEnd
from longtail.report.figures.colours import BLUE, INK, PALE, VERMILLION
from longtail.report.figures.style import SMALL, TEXT, Canvas, dress, new_figure, titled
from longtail.report.pages.monte_carlo import figure_text
from longtail.report.wording.conditions import caption

BARS = 12


def figure(result: WorstCase, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Bars of how much the figure moves by each cause alone at its least and its largest value."""
    shown = _strongest(result)
    drawn = new_figure(7.6, 1.7 + 0.34 * max(len(shown), 2), into)
    axes = drawn.subplots(1, 1)
    dress(axes)
    places = np.arange(len(shown))[::-1]
    for end, word, colour, shift in (
        (result.least, "least", VERMILLION, 0.19),
        (result.largest, "largest", BLUE, -0.19),
    ):
        lengths = [_length(end, name) for name in shown]
        label = f"at the {word}, {figure_text(end.value, result.unit)}"
        axes.barh(places + shift, lengths, height=0.36, color=colour, label=label)
    axes.axvline(0.0, color=PALE, linewidth=0.8)
    axes.set_yticks(places, shown, fontsize=SMALL)
    axes.xaxis.set_major_formatter("{x:g} dB" if result.unit == "dB" else EngFormatter(unit=result.unit, sep=" "))
    axes.set_xlabel("change by this part alone, all others where they are", fontsize=TEXT, color=INK)
    axes.legend(fontsize=SMALL, frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    facts = (
        ("nominal", figure_text(result.nominal, result.unit)),
        ("guaranteed", "yes" if result.guaranteed else "no"),
    )
    titled(drawn, title or f"Worst case of {result.symbol}", caption(facts))
    return drawn


def _strongest(result: WorstCase) -> list[str]:
    """The causes that do most at either end, the strongest first; equal ones by name."""
    size = {
        each.name: float(f"{max(abs(_length(end, each.name)) for end in (result.least, result.largest)):.9g}")
        for each in result.tolerances
    }
    ranked = sorted(size, key=lambda name: (-size[name], name))
    return [name for name in ranked[:BARS] if size[name] > 0.0]


def _length(end: WorstEnd, name: str) -> float:
    """What a cause does at an end; nothing that can be drawn where the figure has no end."""
    change = end.changes.get(name, 0.0)
    return change if math.isfinite(change) else 0.0
