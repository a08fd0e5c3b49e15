"""Results over many lanes as a figure: figures over the longest axis or their distribution, and fans over frequency."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.axes import Axes as Panel
from matplotlib.ticker import EngFormatter, PercentFormatter
from numpy.typing import NDArray

from longtail.analyses.gains import ModeGains
from longtail.analyses.op import OpResult
from longtail.analyses.sweep.sweep import SweepResult
from longtail.errors import OptionError
from longtail.report.figures.colours import BLUE, GAIN_COLOURS, GREEN, INK, ORANGE, PURPLE, VERMILLION
from longtail.report.figures.style import (
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
from longtail.report.pages.lanes import (
    REJECTION,
    Figures,
    count,
    decibels_over,
    figures_of,
    label,
    quantiles,
    single_hz,
    solved_text,
)
from longtail.units import format_si

Array = NDArray[np.float64]

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE)
HEIGHT = 2.3  # inches of a panel
MOST_PANELS = 4
MOST_LINES = 5  # in a panel
_UNITS = {"temp": "°C", "vcm": "V"}  # of names that are longtail's own
CAPTION = 125  # characters of a line below the figure


def figure(
    result: ModeGains | OpResult | SweepResult, *, title: str | None = None, into: Canvas | None = None
) -> Canvas:
    """Left: figures of the lanes over the longest axis (a band where other axes spread them), or their cumulative
    distribution where lanes are samples. Right: gains and rejection over frequency, median and 5 to 95 % of lanes.

    Raises `OptionError` where every lane is alone, without another to compare it with.
    """
    if count(result.axes) < 2:
        raise OptionError("a figure over lanes needs at least two of them")
    groups = panels(result)
    fans = _fans(result)
    if not groups and not fans:
        raise OptionError("no figure of these lanes is finite: there is nothing to draw")
    rows = max(len(groups), len(fans))
    wide = bool(groups) and bool(fans)
    drawn = new_figure(10.4 if wide else 7.0, rows * HEIGHT + 1.1, into)
    grid = drawn.add_gridspec(rows, 2 if wide else 1)
    for k, group in enumerate(groups):
        panel = drawn.add_subplot(grid[k, 0])
        _over_lanes(panel, result, group)
        if k == len(groups) - 1:
            panel.set_xlabel(_axis_name(result), fontsize=TEXT, color=INK)
    for k, (unit, curves) in enumerate(fans.items()):
        panel = drawn.add_subplot(grid[k, 1 if wide else 0])
        _fan(panel, unit, _frequency(result), curves)
        if k == len(fans) - 1:
            panel.set_xlabel("frequency", fontsize=TEXT, color=INK)
    titled(drawn, title or _title(result), textwrap.fill(_caption(result), CAPTION if wide else 84))
    return drawn


def panels(result: ModeGains | OpResult | SweepResult) -> list[list[Figures]]:
    """Figures that share a panel: of one unit, a rejection by itself; those that are nowhere finite are left out."""
    if isinstance(result, OpResult):
        found = sorted(_nodes(result), key=lambda f: -float(np.nanmax(f.values) - np.nanmin(f.values)))
    else:
        found = figures_of(result)
    groups: dict[str, list[Figures]] = {}
    for each in found:
        if np.isfinite(each.values).any():
            key = REJECTION if each.rejects else each.unit
            groups.setdefault(key, []).append(each)
    return [group[:MOST_LINES] for group in groups.values()][:MOST_PANELS]


def _nodes(op: OpResult) -> list[Figures]:
    """Node voltages that move; nodes that move alike are drawn once, under the names of all."""
    alike: dict[bytes, list[str]] = {}
    if np.isnan(next(iter(op.nodes.values()), np.nan)).all():
        return []
    for name, values in op.nodes.items():
        alike.setdefault(np.ravel(values).round(9).tobytes(), []).append(name)
    figures = [Figures(", ".join(names), "V", np.ravel(op.nodes[names[0]])) for names in alike.values()]
    return [f for f in figures if np.nanmax(f.values) > np.nanmin(f.values) + 1e-9]


def _sampled(result: ModeGains | OpResult | SweepResult) -> bool:
    """Whether lanes are samples, without an order that means anything."""
    return [name for name, _ in result.axes] == ["lane"]


def _longest(result: ModeGains | OpResult | SweepResult) -> int:
    return int(np.argmax([len(values) for _, values in result.axes]))


def _axis_name(result: ModeGains | OpResult | SweepResult) -> str:
    if _sampled(result):
        return "share of lanes below"
    name = result.axes[_longest(result)][0]
    return f"{name} ({_UNITS[name]})" if name in _UNITS else name


def _over_lanes(panel: Panel, result: ModeGains | OpResult | SweepResult, group: list[Figures]) -> None:
    dress(panel)
    labels = []
    for k, each in enumerate(group):
        colour = GAIN_COLOURS.get(each.name, COLOURS[k % len(COLOURS)])
        draw = _distribution if _sampled(result) else _curve
        end = draw(panel, result, each, colour)
        labels.append(LineLabel(end, mathematical(each.name), colour))
    unit = group[0].unit
    alone = all(each.name == REJECTION for each in group)
    rejection = "CMRR (dB)" if alone else "rejection (dB)"
    name = rejection if group[0].rejects else "magnitude (dB, V/V)" if unit == "dB" else f"{unit}"
    panel.set_ylabel(name, fontsize=TEXT, color=INK)
    if unit != "dB":
        panel.yaxis.set_major_formatter(EngFormatter(unit=unit))
        panel.set_ylabel("")
    panel.margins(y=0.1)
    if _sampled(result):
        panel.set_xlim(0.0, 1.0)
        panel.xaxis.set_major_formatter(PercentFormatter(1.0))
    else:
        values = result.axes[_longest(result)][1]
        panel.set_xlim(values.min(), values.max())
        panel.xaxis.set_major_formatter(EngFormatter())
    label_ends(panel, labels, HEIGHT)


def _distribution(panel: Panel, result: object, each: Figures, colour: str) -> float:
    """Cumulative: the value below which a share of the lanes lies. Returns the height of its end."""
    ordered = np.sort(each.values[np.isfinite(each.values)])
    known = np.count_nonzero(~np.isnan(each.values))
    shares = (np.arange(ordered.size) + 0.5) / known
    few = np.unique(
        np.linspace(0, ordered.size - 1, min(ordered.size, 2000)).astype(int)
    )  # a million points are no more
    panel.plot(
        shares[few], ordered[few], color=colour, linewidth=2.0, marker="o" if ordered.size < 30 else None, markersize=3
    )
    return float(ordered[-1])


def _curve(panel: Panel, result: ModeGains | OpResult | SweepResult, each: Figures, colour: str) -> float:
    """Over the longest axis: the median over the others, and the band that they span. Returns the height of its end."""
    longest = _longest(result)
    values = each.values.reshape([len(v) for _, v in result.axes])
    by = np.moveaxis(values, longest, 0).reshape(len(result.axes[longest][1]), -1)
    spread = np.array([quantiles(row) for row in np.where(np.isfinite(by), by, np.nan)])
    x, order = result.axes[longest][1], np.argsort(result.axes[longest][1])
    x, spread = x[order], spread[order]
    if by.shape[1] > 1:
        panel.fill_between(x, spread[:, 0], spread[:, -1], color=colour, alpha=0.15, linewidth=0)
    panel.plot(x, spread[:, 2], color=colour, linewidth=2.0, marker="o" if x.size < 30 else None, markersize=3)
    finite = spread[np.isfinite(spread[:, 2]), 2]
    return float(finite[-1])


def _frequency(result: ModeGains | OpResult | SweepResult) -> Array:
    return np.empty(0) if isinstance(result, OpResult) else result.frequency_hz


def _fans(result: ModeGains | OpResult | SweepResult) -> dict[str, dict[str, Array]]:
    """Curves `[lane, frequency]` in dB by panel and name; none where there is no axis of frequency."""
    frequency = _frequency(result)
    if np.unique(frequency[frequency > 0.0]).size < 2:
        return {}
    if isinstance(result, ModeGains):
        curves = {name: np.abs(gain) for name, gain in mode_gains.named_gains(result).items()}
        found = {name: _decibels(np.where(size > result.floor, size, 0.0)) for name, size in curves.items()}
        rejection = result.cmrr_db
    elif isinstance(result, SweepResult):
        names = [name for name in result.values if result.over_frequency(name)]
        found = {label(result, name): decibels_over(result, name) for name in names}
        rejection = found.pop(REJECTION, np.full(frequency.shape, np.inf))
    else:
        return {}
    shape = (-1, frequency.size)
    fans = {"magnitude (dB, V/V)": {k: v.reshape(shape) for k, v in found.items() if np.isfinite(v).any()}}
    if np.isfinite(rejection).any():
        fans["CMRR (dB)"] = {REJECTION: rejection.reshape(shape)}
    return {unit: curves for unit, curves in fans.items() if curves}


def _decibels(size: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(20.0 * np.log10(size))


def _fan(panel: Panel, unit: str, frequency: Array, curves: dict[str, Array]) -> None:
    """Median and 5 to 95 % of the lanes at every frequency."""
    dress(panel)
    positive = frequency > 0.0
    frequency_axis(panel, frequency[positive].min(), frequency[positive].max())
    labels = []
    for name, values in curves.items():
        bands = np.array([quantiles(np.where(np.isfinite(column), column, np.nan)) for column in values.T])
        panel.fill_between(frequency, bands[:, 1], bands[:, 3], color=GAIN_COLOURS[name], alpha=0.2, linewidth=0)
        panel.plot(frequency, bands[:, 2], color=GAIN_COLOURS[name], linewidth=2.0)
        finite = bands[np.isfinite(bands[:, 2]), 2]
        labels.append(LineLabel(float(finite[-1]), mathematical(name), GAIN_COLOURS[name]))
    panel.set_ylabel(unit, fontsize=TEXT, color=INK)
    panel.margins(y=0.08)
    label_ends(panel, labels, HEIGHT)


def _title(result: ModeGains | OpResult | SweepResult) -> str:
    over = "samples" if _sampled(result) else " and ".join(name for name, values in result.axes if len(values) > 1)
    if isinstance(result, ModeGains):
        return f"Mode gains of {result.label} over {over}"
    return f"{'Operating points' if isinstance(result, OpResult) else result.title} over {over}"


def _caption(result: ModeGains | OpResult | SweepResult) -> str:
    """How many lanes there are, and what lines and bands mean."""
    parts = [f"{count(result.axes)} lanes, {solved_text(result)}"]
    if not _sampled(result) and len(result.axes) > 1:
        others = " and ".join(name for k, (name, _) in enumerate(result.axes) if k != _longest(result))
        longest = result.axes[_longest(result)][0]
        parts.append(f"over {longest}: the median and the range over {others}")
    if not isinstance(result, OpResult) and result.frequency_hz.size:
        parts.append(f"single figures at {format_si(single_hz(result), 'Hz')}")
    if _fans(result):
        parts.append("over frequency: the median and 5 to 95 % of lanes")
    return "; ".join(parts)
