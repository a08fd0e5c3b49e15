"""A Monte Carlo run as a figure: a histogram of each figure with its quantiles, and beside it a normal plot."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator

from longtail.analyses.monte_carlo.result import Distribution, MonteCarlo
from longtail.report.figures.colours import BLUE, INK, PALE, VERMILLION
from longtail.report.figures.style import SMALL, TEXT, Canvas, dress, new_figure, titled
from longtail.report.pages.monte_carlo import facts, figure_text, yield_text
from longtail.report.wording.conditions import caption
from longtail.statistics.normal_quantile import normal_quantile

HEIGHT = 2.1  # inches of a figure
_TICKS = (0.1, 1.0, 10.0, 50.0, 90.0, 99.0, 99.9)  # percent


def figure(result: MonteCarlo, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """A row for each figure: how often each value comes, and on the right the part below on a normal scale."""
    drawn = new_figure(8.6, HEIGHT * len(result.measures) + 0.9, into)
    panels = drawn.subplots(len(result.measures), 2, squeeze=False, width_ratios=(1.5, 1.0))
    for (left, right), (name, each) in zip(panels, result.measures.items(), strict=True):
        _histogram(left, name, each)
        _normal(right, each)
    said = [*facts(result)]
    if result.yields:
        said.append(("yield", yield_text(result.yields[-1])))
    titled(drawn, title or "Monte Carlo", caption(tuple(said)))
    return drawn


def _histogram(axes: Axes, name: str, each: Distribution) -> None:
    dress(axes)
    axes.set_ylabel("samples", fontsize=TEXT, color=INK)
    if each.counts.size:
        axes.stairs(each.counts, each.edges, fill=True, color=BLUE, alpha=0.55)
        axes.xaxis.set_major_formatter(EngFormatter(unit=each.unit, sep=" "))
        for quantile, style in (("1", (0, (2, 2))), ("50", "-"), ("99", (0, (2, 2)))):
            place = each.quantiles[quantile]
            if math.isfinite(place):
                axes.axvline(place, color=INK, linewidth=1.0, linestyle=style)
    if math.isfinite(each.nominal):
        axes.plot([each.nominal], [0.0], marker="^", color=VERMILLION, markersize=7, clip_on=False, zorder=4)
    axes.set_title(f"{name}: median {figure_text(each.quantiles['50'], each.unit)}", fontsize=SMALL, loc="left")


def _normal(axes: Axes, each: Distribution) -> None:
    """The part of the samples below each value: a straight line where the figure is normal."""
    dress(axes)
    total = each.counts.sum()
    if total:
        below = (np.cumsum(each.counts)[:-1]) / total
        inside = (below > 0.0) & (below < 1.0)
        axes.plot(each.edges[1:-1][inside], normal_quantile(below[inside]), color=BLUE, linewidth=1.6)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(EngFormatter(unit=each.unit, sep=" "))
        _reference(axes, each)
    places = normal_quantile(np.array(_TICKS) / 100.0)
    axes.set_yticks(places, [f"{each:g} %" for each in _TICKS], fontsize=SMALL)
    axes.set_ylim(places[0] - 0.2, places[-1] + 0.2)


def _reference(axes: Axes, each: Distribution) -> None:
    """The normal distribution of the same mean and sigma, where they say anything."""
    if each.mean is None or not each.sigma:
        return
    ends = np.array([-3.1, 3.1])
    axes.plot(each.mean + each.sigma * ends, ends, color=PALE, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
