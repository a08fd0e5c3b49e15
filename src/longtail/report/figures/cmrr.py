"""Rejection over common-mode level and frequency as a figure: curves over the level, and a map of both."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter
from numpy.typing import NDArray

from longtail.analyses.cmrr import CmrrMap
from longtail.large_signal.departures import Departure
from longtail.report.figures import gains as figure_gains
from longtail.report.figures.colours import BLUE, INK, ORANGE, PALE, PURPLE, VERMILLION
from longtail.report.figures.style import (
    SMALL,
    TEXT,
    Canvas,
    LineLabel,
    dress,
    frequency_axis,
    label_ends,
    mathematical,
    new_figure,
    titled,
)
from longtail.report.pages import gains as mode_gains
from longtail.report.pages.cmrr import spread_over, whys
from longtail.units import format_si

CURVES = 4
ON_EACH_OTHER = 3.0  # dB, between curves that need not both be drawn
DEEP = 120.0  # dB below the largest gain: what is deeper says no more
SHADE = "#f1ece4"
HEIGHT = 3.0  # inches of a panel
COLOURS = (PURPLE, BLUE, ORANGE, VERMILLION)


def figure(result: CmrrMap, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """One level: the gains over frequency. Several: rejection over V_CM at some frequencies, and the map of both where
    there is more than one frequency.

    Where a transistor has ceased to amplify the ground is shaded, and the first that did so is named.
    """
    if result.vcm.size == 1:
        alone = result.at_level(0)
        return figure_gains.figure(alone, phase=False, title=title or f"Rejection of {result.label}", into=into)
    rejects = bool(np.isfinite(result.cmrr_db).any())
    mapped = rejects and np.unique(result.frequency_hz[result.frequency_hz > 0.0]).size > 1
    drawn = new_figure(10.2 if mapped else 6.4, HEIGHT + 1.7, into)
    panels = drawn.subplots(1, 2 if mapped else 1, squeeze=False, width_ratios=(1.15, 1) if mapped else (1,))[0]
    (_curves if rejects else _gains)(panels[0], result)
    if mapped:
        _map(drawn, panels[1], result)
    _range(panels[0], result)
    name = f"Rejection {mathematical_ratio(result)}" if rejects else "Gains"
    caption = textwrap.fill(_caption(result), 130 if mapped else 84)
    titled(drawn, title or f"{name} over the common-mode level", caption)
    return drawn


def mathematical_ratio(result: CmrrMap) -> str:
    """The ratio as matplotlib sets it."""
    return "|" + "/".join(mathematical(name) for name in result.ratio.strip("|").split("/")) + "|"


def _curves(axes: Axes, result: CmrrMap) -> None:
    """The rejection over the level at some frequencies, the names beside the ends."""
    dress(axes)
    values = np.where(np.isfinite(result.cmrr_db), result.cmrr_db, np.nan)
    labels = []
    for colour, k in zip(COLOURS, _apart(mode_gains.chosen(result.frequency_hz), values), strict=False):
        curve = values[:, k]
        axes.plot(result.vcm, curve, color=colour, linewidth=1.9)
        if np.isfinite(curve).any():
            text = format_si(result.frequency_hz[k].item(), "Hz", 3)
            labels.append(LineLabel(float(curve[np.isfinite(curve)][-1]), text, colour))
    axes.set_ylabel("CMRR (dB)", fontsize=TEXT, color=INK)
    _level_axis(axes, result)
    axes.margins(y=0.1)
    label_ends(axes, labels, HEIGHT)


def _apart(candidates: Sequence[int], values: NDArray[np.float64]) -> list[int]:
    """Some of the frequencies, those left out whose curve lies on the one before."""
    kept: list[int] = []
    for k in candidates:
        apart = values[:, k] - values[:, kept[-1]] if kept else values[:, k]
        known = np.abs(apart[np.isfinite(apart)])
        if known.size and (not kept or known.max() > ON_EACH_OTHER):
            kept.append(k)
    return [kept[k] for k in spread_over(len(kept), CURVES)] if kept else []


def _gains(axes: Axes, result: CmrrMap) -> None:
    """The differential and the common gain at the lowest frequency: all there is to see of a symmetric circuit."""
    dress(axes)
    labels, top = [], -np.inf
    for name, key, colour in (("A_dd", "differential", BLUE), ("A_cc", "common", ORANGE)):
        gain = result.gains[key]
        if gain is None or not (np.abs(gain[:, 0]) > result.floor[:, 0]).any():
            continue
        magnitude = 20.0 * np.log10(np.maximum(np.abs(gain[:, 0]), result.floor[:, 0]))
        axes.plot(result.vcm, magnitude, color=colour, linewidth=1.9)
        finite = magnitude[np.isfinite(magnitude)]
        top = max(top, float(finite.max()))
        labels.append(LineLabel(float(finite[-1]), mathematical(name), colour))
    axes.set_ylabel(
        f"magnitude at {format_si(result.frequency_hz[0].item(), 'Hz')} (dB, V/V)", fontsize=TEXT, color=INK
    )
    _level_axis(axes, result)
    axes.margins(y=0.1)
    axes.set_ylim(bottom=max(axes.get_ylim()[0], top - DEEP))
    label_ends(axes, labels, HEIGHT)


def _level_axis(axes: Axes, result: CmrrMap) -> None:
    axes.set_xlim(result.vcm[0], result.vcm[-1])
    axes.set_xlabel("common-mode level (V)", fontsize=TEXT, color=INK)


def _range(axes: Axes, result: CmrrMap) -> None:
    """Shade what lies beyond the first transistor to leave at each end, and name it."""
    if result.low:
        _beyond(axes, result.vcm[0].item(), result.low[0], "left")
    if result.high:
        _beyond(axes, result.vcm[-1].item(), result.high[0], "right")


def _beyond(axes: Axes, end: float, first: Departure, side: str) -> None:
    axes.axvspan(*sorted((end, first.edge)), color=SHADE, zorder=0.1, linewidth=0)
    axes.axvline(first.edge, color=PALE, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes.annotate(
        f"{first.device}: {first.region}\n{format_si(first.edge, 'V', 3)}",
        (first.edge, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(4 if side == "left" else -4, 3),
        textcoords="offset points",
        ha="left" if side == "left" else "right",
        va="bottom",
        fontsize=SMALL,
        color=PALE,
    )


def _map(drawn: Canvas, axes: Axes, result: CmrrMap) -> None:
    """The rejection as colour over frequency and level, with lines of equal rejection."""
    dress(axes)
    axes.grid(False)
    positive = result.frequency_hz > 0.0
    frequency = result.frequency_hz[positive]
    values = np.ma.masked_invalid(result.cmrr_db[:, positive])
    step = 10.0 if np.ptp(values) > 25.0 else 5.0 if np.ptp(values) > 10.0 else 1.0
    low, high = np.floor(values.min() / step) * step, np.ceil(values.max() / step) * step
    bands = np.arange(low, max(high, low + step) + step / 2, step)
    filled = axes.contourf(frequency, result.vcm, values, levels=bands, cmap="viridis")
    axes.contour(frequency, result.vcm, values, levels=bands, colors="white", linewidths=0.5, alpha=0.6)
    frequency_axis(axes, frequency.min(), frequency.max())
    for left in (*result.low[:1], *result.high[:1]):
        axes.axhline(left.edge, color="white", linewidth=1.0, linestyle=(0, (4, 3)))
    axes.set_xlabel("frequency", fontsize=TEXT, color=INK)
    axes.set_ylabel("common-mode level (V)", fontsize=TEXT, color=INK)
    bar = drawn.colorbar(filled, ax=axes, pad=0.02)
    bar.set_label("CMRR (dB)", fontsize=TEXT, color=INK)
    bar.ax.tick_params(labelsize=SMALL, colors=INK)
    bar.ax.yaxis.set_major_formatter(EngFormatter())
    bar.outline.set_visible(False)


def _caption(result: CmrrMap) -> str:
    said = [f"output {result.label}", *whys(result)]
    if result.offset is not None:
        said.append(
            f"output nulled to {format_si(result.target, 'V')} at every level" if result.target is not None else ""
        )
    if result.low or result.high:
        said.append("shaded: a transistor has ceased to amplify, the first of each end is named")
    return "; ".join(filter(None, said))
