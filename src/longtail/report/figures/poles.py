"""Poles and zeros over frequency: the gains above, and below them one strip for each transfer.

A strip is the s-plane in polar form: across, abs(s)/(2*pi); upright, the angle, from the negative real axis at the
top over the imaginary axis to the positive real axis. Every decade has the same room, and each pole and zero stands
below the bend that it makes in the gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from longtail.analyses.poles.poles import PolesAndZeros
from longtail.analyses.poles.transfers import ModeTransfer
from longtail.report.figures.bode import MAGNITUDE, PHASE, bode
from longtail.report.figures.colours import BLUE, GAIN_COLOURS, INK, PURPLE, VERMILLION
from longtail.report.figures.style import (
    SMALL,
    TEXT,
    Canvas,
    LineLabel,
    label_ends,
    mathematical,
    new_figure,
    over_frequency,
    spread,
    titled,
)
from longtail.report.pages.poles import (
    CANCELLED,
    facts,
    hertz,
    loop_text,
    loops_of,
    notes,
    shown,
    symbol,
    tail_text,
)
from longtail.report.wording.conditions import caption

FAINT = "#bdbdbd"
GAINS, STRIP = 2.6, 2.7  # inches of height
WIDTH = 9.2
ROOM = 1.5  # of the height of the plane, above and below it, for names
APART = 0.028  # between names, as a part of the width
NAMED = 7  # poles, and zeros, of each strip that have room for their names


def figure(result: PolesAndZeros, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Gains, and poles (crosses) and zeros (circles) of each; pairs that cancel are faint. Frequencies in Hz."""
    strips = {name: t for name, t in shown(result).items() if result.poles.size or t.zeros is None or t.zeros.size}
    loops = loops_of(result)
    heights = [GAINS, *([MAGNITUDE, PHASE] if loops else []), *(STRIP for _ in strips)]
    drawn = new_figure(WIDTH, sum(heights) + 0.9, into)
    low, high = _range(result)
    gains, *stacked = over_frequency(drawn, heights, low, high, "|s|/2π")
    _gains(gains, result, np.geomspace(low, high, 600))
    if loops:
        magnitudes, phases, *stacked = stacked
        bode(magnitudes, phases, loops)
    for axes, (name, transfer) in zip(stacked, strips.items(), strict=True):
        _strip(axes, result, name, transfer)
    key = "× pole, ○ zero, faint where a pair cancels" if strips else "no poles and no zeros: nothing stores energy"
    said = [
        key,
        *(f"{name} loop at {loop.source}: {loop_text(loop)}".removeprefix("loop ") for name, loop in loops.items()),
    ]
    said += [tail_text(result)] if result.tail else []
    titled(drawn, title or "Poles and zeros", caption(facts(result), *said, *notes(result)))
    return drawn


def _range(result: PolesAndZeros) -> tuple[float, float]:
    """Frequencies in Hz that hold all poles and zeros up to 1 THz, and two decades before loops cross one."""
    zeros = [t.zeros for t in shown(result).values() if t.zeros is not None]
    size = np.abs(np.concatenate([result.poles, *zeros])) / (2.0 * np.pi)
    size = size[(size > 1e-6) & (size < 1e12)]
    if not size.size:
        return 1.0, 1e9
    crossovers = [loop.crossover_hz / 10.0 for loop in loops_of(result).values() if loop.crossover_hz is not None]
    lowest = min(size.min(), *crossovers, np.inf)
    return 10.0 ** np.floor(np.log10(lowest) - 1.0), 10.0 ** np.ceil(np.log10(size.max()) + 0.2)


def _gains(axes: Axes, result: PolesAndZeros, f: NDArray[np.float64]) -> None:
    labels = []
    for name in shown(result):
        gain = np.abs(result.gain(name, f))
        decibels = 20.0 * np.log10(np.where(gain > 0.0, gain, np.nan))
        label = symbol(result, name)
        axes.plot(f, decibels, color=GAIN_COLOURS[label], linewidth=2.0, label=label)
        labels.append(LineLabel(float(decibels[-1]), mathematical(label), GAIN_COLOURS[label]))
    axes.set_ylabel("gain (dB, V/V)", fontsize=TEXT, color=INK)
    axes.margins(y=0.08)
    label_ends(axes, labels, GAINS)


@dataclass(frozen=True, slots=True)
class RootKind:
    """Poles or zeros: their values, where they live, which have partners, and how they are drawn."""

    values: NDArray[np.complex128]
    nodes: tuple[str, ...]
    cancelled: frozenset[int]
    marker: str
    colour: str
    above: bool


def _strip(axes: Axes, result: PolesAndZeros, name: str, transfer: ModeTransfer) -> None:
    assert transfer.zeros is not None
    close = [pair for pair in transfer.pairs if pair.distance < CANCELLED]
    poles = RootKind(result.poles, result.pole_nodes, frozenset(p.pole for p in close), "x", VERMILLION, True)
    zeros = RootKind(transfer.zeros, transfer.zero_nodes, frozenset(p.zero for p in close), "o", BLUE, False)
    axes.set_ylim(180.0 * (1.0 + ROOM), -180.0 * ROOM)
    axes.axhspan(90.0, 180.0, color="#f6efe6", zorder=0)
    axes.axhspan(0.0, 90.0, color="#f3f6f8", zorder=0)
    axes.set_yticks([0.0, 90.0, 180.0], ["left, real", "imaginary", "right, real"], fontsize=SMALL)
    axes.grid(False, axis="y")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    for kind in (poles, zeros):
        _marks(axes, kind)
    _names(axes, poles, None)
    _names(axes, zeros, result.tail.zero if result.tail is not None and name == "common" else None)
    label = symbol(result, name)
    axes.set_title(mathematical(label), fontsize=TEXT + 1.5, color=GAIN_COLOURS[label], loc="left", pad=2)


def angle(s: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Degrees from the negative real axis: 0 of a real pole that decays, 90 of an oscillation, 180 of a real one that
    grows.

    >>> angle(np.array([-1.0, 1j, 1.0, -1.0 - 1j])).round(6).tolist()
    [0.0, 90.0, 180.0, 45.0]
    """
    return np.degrees(np.abs(np.arctan2(np.abs(s.imag), -s.real)))


def _marks(axes: Axes, kind: RootKind) -> None:
    x, y = np.abs(kind.values) / (2.0 * np.pi), angle(kind.values)
    faint = np.isin(np.arange(len(kind.values)), list(kind.cancelled))
    for chosen, ink, order in ((faint, FAINT, 3), (~faint, kind.colour, 5)):
        if kind.marker == "o":
            axes.scatter(x[chosen], y[chosen], marker="o", s=50, facecolors="white", edgecolors=ink, zorder=order)
        else:
            axes.scatter(x[chosen], y[chosen], marker="x", s=42, color=ink, linewidths=1.7, zorder=order + 1)


def _names(axes: Axes, kind: RootKind, tail: complex | None) -> None:
    """Frequency and node of the slowest that do not cancel, poles above the plane and zeros below, with a thread."""
    low, high = np.log10(axes.get_xlim())
    chosen = [
        k
        for k, s in enumerate(kind.values)
        if k not in kind.cancelled and s.imag >= -1e-9 * abs(s) and low <= np.log10(max(abs(s), 1e-9) / 6.2832) <= high
    ][:NAMED]
    across = [float(np.log10(abs(kind.values[k]) / (2.0 * np.pi))) for k in chosen]
    edge = -28.0 if kind.above else 208.0
    for k, x, at in zip(chosen, across, spread(across, APART * (high - low), low, high), strict=True):
        is_tail = tail is not None and kind.values[k] == tail
        colour = PURPLE if is_tail else kind.colour
        y = float(angle(kind.values[k : k + 1])[0])
        middle = (-14.0 if kind.above else 194.0) if abs(x - at) > 1e-9 else edge
        axes.plot(10.0 ** np.array([x, x, at]), [y, middle, edge], color=colour, linewidth=0.7, alpha=0.6, zorder=2)
        axes.text(
            10.0**at,
            edge,
            f" {hertz(kind.values[k])} {'tail, ' if is_tail else ''}{kind.nodes[k]}",
            rotation=38 if kind.above else -38,
            rotation_mode="anchor",
            ha="left",
            va="center",
            fontsize=SMALL - 1,
            color=colour,
            clip_on=False,
        )
