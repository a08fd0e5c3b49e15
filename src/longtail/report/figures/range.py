"""The region in which an amplifier works, in the plane of output and common-mode voltage."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from longtail.analyses.range import OperatingRange
from longtail.report.figures.colours import BLUE, GREEN, INK, ORANGE, PALE, PURPLE, VERMILLION
from longtail.report.figures.style import TEXT, Canvas, LineLabel, dress, label_ends, new_figure, titled
from longtail.report.pages.range import edges
from longtail.units import format_si

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)
INSIDE = "#e8f0f6"
HEIGHT = 4.3  # inches of the panel


def figure(result: OperatingRange, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """The polygon of V_CM over V_out, every edge in the colour of what ends the region there."""
    drawn = new_figure(7.6, HEIGHT + 1.3, into)
    axes = drawn.subplots()
    dress(axes)
    closed = np.vstack([result.polygon, result.polygon[:1]])
    axes.fill(*closed.T, color=INSIDE, zorder=0.5, linewidth=0)
    _rails(axes, result)
    labels = _outline(axes, result)
    axes.plot([result.v_out], [result.v_cm], marker="o", color=INK, markersize=5, zorder=5)
    _frame(axes, result)
    axes.set_xlabel(f"output {result.label} (V)", fontsize=TEXT, color=INK)
    axes.set_ylabel("common-mode level of the input (V)", fontsize=TEXT, color=INK)
    label_ends(axes, labels, HEIGHT)
    titled(drawn, title or "Where the amplifier works", textwrap.fill(_caption(result), 100))
    return drawn


def _outline(axes: Axes, result: OperatingRange) -> list[LineLabel]:
    """The edges, each up to the middle of the gap to the next; a label for each reason at its height."""
    colours: dict[str, str] = {}
    heights: dict[str, list[float]] = {}
    for reason, run in edges(result):
        colour = colours.setdefault(reason, PALE if "search" in reason else COLOURS[len(colours) % len(COLOURS)])
        line = _with_gaps(result.polygon, run)
        axes.plot(*line.T, color=colour, linewidth=2.4, solid_capstyle="round", zorder=3)
        heights.setdefault(reason, []).append(float(result.polygon[run, 1].mean()))
    return [LineLabel(float(np.mean(heights[reason])), _short(reason), colour) for reason, colour in colours.items()]


def _with_gaps(polygon: NDArray[np.float64], run: list[int]) -> NDArray[np.float64]:
    """A run of corners with half of the way to its neighbours."""
    count = len(polygon)
    before = (polygon[run[0]] + polygon[(run[0] - 1) % count]) / 2
    after = (polygon[run[-1]] + polygon[(run[-1] + 1) % count]) / 2
    return np.vstack([before, polygon[run], after])


def _short(reason: str) -> str:
    return textwrap.fill(reason.replace(" goes into ", ": "), 22)


def _rails(axes: Axes, result: OperatingRange) -> None:
    """The supplies: for the input always, for the output where it is one node."""
    if result.rails is None:
        return
    for rail in result.rails:
        axes.axhline(rail, color=PALE, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        if result.single_ended:
            axes.axvline(rail, color=PALE, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)


def _frame(axes: Axes, result: OperatingRange) -> None:
    """Limits with a margin about the polygon and, vertically, the supplies."""
    x, y = result.polygon.T
    low, high = (min(y), max(y)) if result.rails is None else (min(*y, result.rails[0]), max(*y, result.rails[1]))
    margin = 0.06 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    if result.single_ended and result.rails is not None:
        x = np.append(x, result.rails)
    margin = 0.06 * np.ptp(x)
    axes.set_xlim(min(x) - margin, max(x) + margin)


def _caption(result: OperatingRange) -> str:
    said = [
        f"inside, every transistor amplifies as it does at the dot and the gain is within {result.gain_loss_db:g} dB, "
        f"at {format_si(result.frequency_hz, 'Hz')}; the lines say what ends it"
    ]
    if result.rails is not None:
        said.append("dashed: the supplies")
    return "; ".join(said)
