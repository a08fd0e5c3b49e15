"""Yields without sampling as a figure: for each limit the worst case, cause by cause."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from longtail.analyses.yields.result import LimitYield, Yields
from longtail.report.figures.colours import BLUE, INK, ORANGE, PALE
from longtail.report.figures.style import SMALL, TEXT, Canvas, dress, new_figure, titled
from longtail.report.pages.yields import part_text
from longtail.report.wording.conditions import caption

_BAR, _FRAME = 0.28, 0.9  # inches


def figure(result: Yields, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """A panel for each limit: its yield, how far away the worst case is, and how far each cause goes there."""
    heights = [_FRAME + _BAR * max(len(each.worst_case), 1) for each in result.limits]
    drawn = new_figure(7.2, sum(heights) + 0.9, into)
    panels = drawn.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    widest = max((abs(value) for each in result.limits for value in each.worst_case.values()), default=1.0)
    for axes, each in zip(panels, result.limits, strict=True):
        _worst(axes, each, widest)
    panels[-1].set_xlabel("worst case, standard deviations of each cause", fontsize=TEXT, color=INK)
    told = (
        ("yield", part_text(result.joint, 1.0 - result.joint)),
        *((("output", result.label),) if result.output else ()),
        ("picture", result.validity),
    )
    titled(drawn, title or "Yield", caption(told))
    return drawn


def _worst(axes: Axes, each: LimitYield, widest: float) -> None:
    dress(axes)
    names = list(each.worst_case)
    places = np.arange(len(names))[::-1]
    values = np.array([each.worst_case[name] for name in names])
    axes.barh(places, values, height=0.7, color=np.where(values < 0.0, ORANGE, BLUE).tolist())
    axes.axvline(0.0, color=PALE, linewidth=0.8)
    axes.set_yticks(places, names, fontsize=SMALL)
    axes.set_xlim(-1.1 * widest, 1.1 * widest)
    away = "reached by none" if each.distance is None else f"{each.distance:.3g} sigma away"
    axes.set_title(f"{each.limit}: {part_text(each.value, each.failure)}, {away}", fontsize=TEXT, color=INK, loc="left")
