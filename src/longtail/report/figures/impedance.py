"""Impedances over frequency as a figure: the inputs on the left, the outputs on the right, both modes in each."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, LogLocator, MultipleLocator, NullFormatter, NullLocator
from numpy.typing import NDArray

from longtail.analyses.impedance import Impedances
from longtail.report.figures.colours import BLUE, INK, ORANGE
from longtail.report.figures.style import (
    TEXT,
    Canvas,
    LineLabel,
    dress,
    frequency_axis,
    label_ends,
    mathematical,
    new_figure,
    positive_frequencies,
    titled,
)
from longtail.report.pages.impedance import facts, named_impedances
from longtail.report.wording.conditions import caption

# The common mode is dashed: where both modes have the same phase, both lines are seen.
DASHED = {"Z_ic", "Z_oc"}
COLOURS = {"Z_id": BLUE, "Z_od": BLUE, "Z_o": BLUE, "Z_ic": ORANGE, "Z_oc": ORANGE}
MAGNITUDE, PHASE = 2.9, 1.5  # inches of height


def figure(impedances: Impedances, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Magnitudes in ohm on logarithmic axes with their phases below, inputs beside outputs."""
    frequency = impedances.frequency_hz
    low, high = positive_frequencies(frequency)
    drawn = new_figure(9.6, MAGNITUDE + PHASE + 1.0, into)
    panels = drawn.subplots(2, 2, sharex=True, squeeze=False, gridspec_kw={"height_ratios": [MAGNITUDE, PHASE]})
    named = named_impedances(impedances)
    sides = {"input": ("Z_id", "Z_ic"), "output": ("Z_od", "Z_oc", "Z_o")}
    for column, (side, names) in zip(panels.T, sides.items(), strict=True):
        for axes in column:
            dress(axes)
        shown = {name: z for name, z in named.items() if name in names}
        _magnitudes(column[0], frequency, shown)
        _phases(column[1], frequency, shown)
        column[0].set_title(f"{side} impedance", fontsize=TEXT, color=INK, loc="left")
        frequency_axis(column[1], low, high)
        column[1].set_xlabel("frequency", fontsize=TEXT, color=INK)
    panels[0, 0].set_ylabel("magnitude", fontsize=TEXT, color=INK)
    panels[1, 0].set_ylabel("phase (°)", fontsize=TEXT, color=INK)
    drawn.align_ylabels(panels[:, 0])
    titled(drawn, title or "Impedances of both modes", caption(facts(impedances)))
    return drawn


def _magnitudes(axes: Axes, frequency: NDArray[np.float64], shown: dict[str, NDArray[np.complex128]]) -> None:
    axes.set_yscale("log")
    ends = []
    for name, z in shown.items():
        magnitude = np.where(np.isfinite(z) & (z != 0.0), np.abs(z), np.nan)
        axes.plot(frequency, magnitude, color=COLOURS[name], linewidth=2.0, label=name)
        ends.append((name, magnitude))
    _ohms(axes)
    last = [(name, magnitude[np.isfinite(magnitude)]) for name, magnitude in ends]
    labels = [LineLabel(np.log10(m[-1]), mathematical(name), COLOURS[name]) for name, m in last if m.size]
    label_ends(axes, labels, MAGNITUDE, logarithmic=True)


def _ohms(axes: Axes) -> None:
    """Decades of ohms: at least one and a half in sight, no more than eight labelled; of few, their halves too."""
    low, high = axes.get_ylim()
    if high / low < 30.0:
        middle = np.sqrt(low * high)
        axes.set_ylim(middle / 6.0, middle * 6.0)
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(
        LogLocator(base=10.0, subs=(1.0, 2.0, 5.0) if high / low < 100.0 else (1.0,), numticks=8)
    )
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(EngFormatter(unit="Ω"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _phases(axes: Axes, frequency: NDArray[np.float64], shown: dict[str, NDArray[np.complex128]]) -> None:
    for name, z in shown.items():
        degrees = np.where(np.isfinite(z) & (z != 0.0), np.degrees(np.angle(np.where(np.isfinite(z), z, 1.0))), np.nan)
        style = (0, (4, 2)) if name in DASHED else "-"
        axes.plot(frequency, degrees, color=COLOURS[name], linewidth=1.6, linestyle=style, label=name)
    low, high = axes.dataLim.y0, axes.dataLim.y1
    low, high = min(low, -90.0 if low < -1.0 else 0.0), max(high, 90.0 if high > 1.0 else 0.0)
    axes.set_ylim(low - 8.0, high + 8.0)
    axes.yaxis.set_major_locator(MultipleLocator(45.0 if high - low < 200.0 else 90.0))
