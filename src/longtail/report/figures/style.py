"""What all figures share: type, axes, and labels beside their lines."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter, PercentFormatter, ScalarFormatter
from numpy.typing import NDArray

from longtail.errors import OptionError
from longtail.printable import printable_lines
from longtail.report.figures.colours import INK, PALE

Canvas: TypeAlias = Figure | SubFigure
TEXT = 9.5  # points
SMALL = 8.5
HEADING = 11.5
_STEADY = 1e-3  # of the largest number: what moves by less is drawn level
LETTER = 0.62  # of the height: the width of a letter, at the most of a whole line
DPI = 130
OTHERS, GREY = "others", "#cccccc"  # of all parts that have no colour of their own
TYPESET = "formula"  # the id of a text that is mathematics as a whole
_SYMBOL = re.compile(r"[^\W\d_]+_[^\W_]+(?:[,→+-][^\W_]*)*")  # what is written with a subscript
_SET = re.compile(r"(\$[^\W\d_]+_\{\\mathrm\{(?:[^\W_]|[,+-]|\\rightarrow )+\}\}\$)")


class ShownFigure(Figure):
    """A figure that notebooks show as a picture, whether or not they know matplotlib."""

    def _repr_png_(self) -> bytes:
        written = BytesIO()
        self.savefig(written, format="png")
        return written.getvalue()


def new_figure(width: float, height: float, into: Canvas | None = None) -> Canvas:
    """An empty figure, width and height in inches, that belongs to no window; or what is to be drawn `into`, as it is.

    Raises `OptionError` where there are axes in it already.
    """
    if into is not None:
        if into.get_axes():
            raise OptionError("there are axes in this figure already", hint="draw into an empty one, or a subfigure")
        return into
    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06)
    figure = ShownFigure(figsize=(width, height), layout=layout, facecolor="white", dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def dress(axes: Axes) -> None:
    """Quiet axes: light grid, no box, ticks in grey."""
    axes.grid(True, which="major", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(PALE)
    axes.tick_params(which="both", colors=INK, labelsize=SMALL, color=PALE)


def frequency_axis(axes: Axes, low: float, high: float) -> None:
    """A logarithmic axis from `low` to `high` Hz with SI prefixes, every third decade labelled where there are many."""
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(LogLocator(base=10.0, numticks=20))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(EngFormatter(unit="Hz"))
    if np.log10(high / low) > 7:
        decades = 10.0 ** np.arange(np.ceil(np.log10(low)), np.log10(high) + 1e-9)
        axes.set_xticks([f for f in decades if round(np.log10(f)) % 3 == 0])
        axes.set_xticks([f for f in decades if round(np.log10(f)) % 3], minor=True)


def positive_frequencies(frequency_hz: NDArray[np.float64]) -> tuple[float, float]:
    """The lowest and the highest frequency of a logarithmic axis. Raises `OptionError` where there is none."""
    positive = np.unique(frequency_hz[frequency_hz > 0.0])
    if positive.size < 2:
        raise OptionError("a figure over frequency needs at least two frequencies above 0 Hz")
    return float(positive[0]), float(positive[-1])


def over_frequency(
    drawn: Canvas, heights: Sequence[float], low: float, high: float, name: str = "frequency"
) -> list[Axes]:
    """Panels below each other over one axis from `low` to `high` Hz; `heights` as they relate, the topmost first."""
    ratios = {"height_ratios": list(heights)}
    panels = list(drawn.subplots(len(heights), 1, sharex=True, squeeze=False, gridspec_kw=ratios)[:, 0])
    for axes in panels:
        dress(axes)
    frequency_axis(panels[-1], low, high)
    panels[-1].set_xlabel(name, fontsize=TEXT, color=INK)
    drawn.align_ylabels(panels)
    return panels


def titled(drawn: Canvas, title: str, below: str = "") -> None:
    """The title of a figure, over several lines where it is long, and what stands in small type below it."""
    letters = int(drawn.bbox.width / drawn.figure.dpi * 72.0 / (LETTER * HEADING))
    drawn.suptitle(
        title if "$" in title else textwrap.fill(title, letters), x=0.02, ha="left", fontsize=HEADING, color=INK
    )
    if below:
        drawn.supxlabel(below, fontsize=SMALL, color=PALE, x=0.02, ha="left")


def literal(text: str) -> str:
    """Text as matplotlib shows it and typesets nothing but what `mathematical` wrote: names may hold dollars.

    >>> print(literal("v($x) $A_{\\\\mathrm{dd}}$"))
    v(\\$x) $A_{\\mathrm{dd}}$
    """
    parts = _SET.split(printable_lines(text))
    plain = [part.replace("$", r"\$") for part in parts[::2]]
    return "".join(part for pair in zip(plain, [*parts[1::2], ""], strict=True) for part in pair)


def shortened(text: str, most: int) -> str:
    """Text of at most so many characters: what is in the middle of a longer one is left out.

    >>> shortened("v(out)", 9), shortened("v(a_node_of_many)", 9)
    ('v(out)', 'v(a_…any)')
    """
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[:half]}…{text[-half:]}"


def mathematical(name: str) -> str:
    """A symbol such as A_c→d as matplotlib sets it.

    >>> mathematical("A_c→d"), mathematical("CMRR")
    ('$A_{\\\\mathrm{c\\\\rightarrow d}}$', 'CMRR')
    """
    if not _SYMBOL.fullmatch(name):
        return name
    head, _, tail = name.partition("_")
    arrow = tail.replace("→", r"\rightarrow ")
    return rf"${head}_{{\mathrm{{{arrow}}}}}$"


@dataclass(frozen=True, slots=True)
class LineLabel:
    """A text beside the end of a line, at height `y` in data coordinates."""

    y: float
    text: str
    colour: str


def steady(axes: Axes) -> None:
    """A curve that hardly moves looks so: axes span a thousandth of what they show at least, and numbers are whole."""
    low, high = axes.get_ylim()
    least = _STEADY * max(abs(low), abs(high))
    if axes.get_yscale() == "linear" and high - low < least:
        axes.set_ylim((low + high - least) / 2.0, (low + high + least) / 2.0)
    for axis in (axes.xaxis, axes.yaxis):
        if isinstance(formatter := axis.get_major_formatter(), ScalarFormatter):
            formatter.set_useOffset(False)


def label_ends(axes: Axes, labels: Sequence[LineLabel], height_in: float, *, logarithmic: bool = False) -> None:
    """Put labels to the right of the axes, moved apart where they would touch. `height_in`: of the axes, inches.

    `logarithmic`: the axis is, and the heights of the labels are logarithms to base ten.
    """
    steady(axes)
    low, high = np.log10(axes.get_ylim()) if logarithmic else axes.get_ylim()
    apart = 1.35 * TEXT / 72 / height_in * (high - low)
    ordered = sorted(labels, key=lambda label: label.y)
    heights = spread([min(max(label.y, low), high) for label in ordered], apart, low, high)
    for label, y in zip(ordered, heights, strict=True):
        axes.annotate(
            label.text,
            (1.0, 10.0**y if logarithmic else y),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=label.colour,
            fontsize=TEXT,
            annotation_clip=False,
        )


def spread(heights: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Heights in rising order, moved so that neighbours are at least `apart`, within [low, high] if there is room.

    >>> spread([0.0, 0.1, 5.0], 1.0, 0.0, 10.0)
    [0.0, 1.0, 5.0]
    >>> spread([9.5, 9.8], 1.0, 0.0, 10.0)
    [9.0, 10.0]
    """
    placed: list[float] = []
    for y in heights:
        placed.append(max(y, placed[-1] + apart) if placed else max(y, low))
    ceiling = high
    for k in reversed(range(len(placed))):
        placed[k] = min(placed[k], ceiling)
        ceiling = placed[k] - apart
    return placed


def stack_shares(
    axes: Axes,
    places: NDArray[np.float64],
    shares: Sequence[tuple[str, NDArray[np.float64]]],
    colours: Sequence[str],
    height_in: float,
) -> None:
    """Shares of a whole over places, by name, one above the other; nothing where one is nan. `height_in`: of the axes.

    Names stand at the right, where the last shares are.
    """
    stacked = [np.nan_to_num(values) for _, values in shares]
    axes.stackplot(places, stacked, colors=colours, linewidth=0.4, edgecolor="white")
    axes.set_ylim(0.0, 1.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    last = np.flatnonzero(np.isfinite(shares[0][1]))[-1]
    ends = np.array([values[last] for values in stacked])
    labels = [
        LineLabel(float(end), name, PALE if name == OTHERS else colour)
        for end, (name, _), colour in zip(np.cumsum(ends) - ends / 2.0, shares, colours, strict=True)
    ]
    label_ends(axes, labels, height_in)
