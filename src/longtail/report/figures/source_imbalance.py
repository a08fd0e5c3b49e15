"""Source imbalance as a figure: rejection over frequency, and a map of it over frequency and difference."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.contour import ContourSet
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from longtail.analyses.source_imbalance import SourceImbalance
from longtail.report.figures.colours import BLUE, INK, PALE, VERMILLION
from longtail.report.figures.style import (
    SMALL,
    TEXT,
    Canvas,
    LineLabel,
    label_ends,
    new_figure,
    over_frequency,
    positive_frequencies,
    titled,
)
from longtail.report.pages.source_imbalance import facts, ratio
from longtail.report.wording.conditions import caption

CURVES, MAP = 2.7, 3.2  # inches of height
STEP = 20.0  # dB between contours
INSIDE = 0.42  # of the map, from its middle: how far out the name of a contour may stand
# from little rejection, warm, to much, cold
COLOURS = LinearSegmentedColormap.from_list(
    "rejection", ["#7f2704", "#d94801", "#fdae6b", "#fff5eb", "#c6dbef", "#2171b5"]
)


def figure(result: SourceImbalance, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Rejection in dB with these sources, with equal ones and with none; below, by the difference of resistance."""
    low, high = positive_frequencies(result.frequency_hz)
    drawn = new_figure(8.2, CURVES + MAP + 1.0, into)
    top, bottom = over_frequency(drawn, (CURVES, MAP), low, high)
    _curves(top, result)
    _map(bottom, result)
    text = caption(facts(result), f"CMRR {ratio(result)}", *result.notes)
    titled(drawn, title or "Rejection with unequal sources", text)
    return drawn


def _curves(axes: Axes, result: SourceImbalance) -> None:
    labels = []
    for name, values, colour, style in (
        ("equal sources", result.balanced_cmrr_db, BLUE, "-"),
        ("amplifier alone", result.amplifier_cmrr_db, INK, (0, (1, 2))),
        ("these sources", result.cmrr_db, VERMILLION, "-"),
    ):
        finite = np.where(np.isfinite(values), values, np.nan)
        if np.isfinite(finite).any():
            axes.plot(result.frequency_hz, finite, color=colour, linestyle=style, linewidth=2.0, label=name)
            labels.append(LineLabel(float(finite[np.isfinite(finite)][-1]), name, colour))
    axes.set_ylabel("CMRR (dB)", fontsize=TEXT, color=INK)
    axes.margins(y=0.1)
    label_ends(axes, labels, CURVES)


def _map(axes: Axes, result: SourceImbalance) -> None:
    """Colours and contours; a line at the difference that was asked for."""
    positive = result.frequency_hz > 0.0
    f, values = result.frequency_hz[positive], result.map_cmrr_db[:, positive]
    axes.set_yscale("log")
    axes.set_ylim(result.map_difference[0], result.map_difference[-1])
    axes.yaxis.set_major_locator(LogLocator(base=10.0, numticks=8))
    axes.yaxis.set_major_formatter(EngFormatter(unit="Ω"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(False)
    axes.set_ylabel("difference of resistance", fontsize=TEXT, color=INK)
    shown = np.ma.masked_invalid(values)
    if shown.count() == 0:
        axes.text(0.5, 0.5, result.no_figure, transform=axes.transAxes, ha="center", color=PALE, fontsize=TEXT)
        return
    low, high = float(np.floor(shown.min() / STEP) * STEP), float(np.ceil(shown.max() / STEP) * STEP)
    axes.pcolormesh(
        f,
        result.map_difference,
        shown,
        cmap=COLOURS,
        vmin=min(low, 0.0),
        vmax=max(high, 120.0),
        shading="gouraud",
        rasterized=True,
    )
    _contours(axes, f, result, shown, np.arange(low, high + 1.0, STEP))
    asked = abs(result.resistance_difference)
    if result.map_difference[0] <= asked <= result.map_difference[-1]:
        axes.axhline(asked, color=VERMILLION, linewidth=1.4, linestyle=(0, (4, 2)))
        axes.annotate(
            "these sources",
            (1.0, asked),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=VERMILLION,
            fontsize=TEXT,
            annotation_clip=False,
        )


def _contours(
    axes: Axes, f: NDArray[np.float64], result: SourceImbalance, shown: NDArray[np.float64], levels: NDArray[np.float64]
) -> None:
    if min(shown.shape) < 2:
        return
    lines = axes.contour(f, result.map_difference, shown, levels=levels, colors=INK, linewidths=0.8)
    axes.clabel(lines, fmt=lambda level: f"{level:.0f} dB", fontsize=SMALL - 0.5, manual=_middles(axes, lines))


def _middles(axes: Axes, lines: ContourSet) -> list[tuple[float, float]]:
    """The place of each line that is nearest to the middle of the map; none of a line that runs along an edge."""
    to_part = axes.transData - axes.transAxes
    found = []
    for path in lines.get_paths():
        places = np.asarray(path.vertices, float)
        away = np.abs(to_part.transform(places) - 0.5).max(axis=1, initial=0.0)
        if away.size and away.min() < INSIDE:
            x, y = places[away.argmin()].tolist()
            found.append((x, y))
    return found
