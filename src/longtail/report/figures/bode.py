"""Loop gains over frequency: magnitude and phase below each other, with crossovers and margins marked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from longtail.driven.loop_gain import Loop
from longtail.report.figures.colours import BLUE, INK, ORANGE, PALE
from longtail.report.figures.style import SMALL, TEXT, LineLabel, label_ends
from longtail.units import format_si

MAGNITUDE, PHASE = 2.4, 2.2  # inches of height
COLOURS = {"loop": BLUE, "differential": BLUE, "common": ORANGE}
_LEAST, _BELOW = -100.0, 20.0  # dB: what lies below is not shown; room below the lowest gain margin
_TURN, _TURNS = 90.0, 900.0  # degrees between ticks, and of an axis that has room for them
_DASHED = (0, (2, 1.5))


def bode(magnitudes: Axes, phases: Axes, loops: Mapping[str, Loop]) -> None:
    """Loop gains by name, on axes over frequency that are there; what nothing comes round in is left out."""
    low, high = magnitudes.get_xlim()
    shown = {name: loop for name, loop in loops.items() if loop.gain.any()}
    bottom = _bottom(shown)
    last: dict[str, float] = {}
    turned: dict[str, float] = {}
    for name, loop in shown.items():
        inside = (loop.frequency_hz >= low) & (loop.frequency_hz <= high)
        f, phase = loop.frequency_hz[inside], loop.phase_deg[inside]
        decibels = 20.0 * np.log10(np.maximum(np.abs(loop.gain[inside]), 1e-30))
        seen = decibels >= bottom
        magnitudes.plot(f, decibels, color=COLOURS[name], linewidth=2.0, label=name)
        phases.plot(f[seen], phase[seen], color=COLOURS[name], linewidth=2.0, label=name)
        if seen.any():
            last[name], turned[name] = float(decibels[-1]), float(phase[seen][-1])
    magnitudes.set_ylim(bottom, max(20.0, magnitudes.get_ylim()[1]))
    magnitudes.axhline(0.0, color=PALE, linewidth=0.8)
    magnitudes.set_ylabel("loop gain (dB, V/V)", fontsize=TEXT, color=INK)
    _phase_axis(phases)
    _mark(magnitudes, phases, shown)
    for axes, values, height in ((magnitudes, last, MAGNITUDE), (phases, turned, PHASE)):
        label_ends(axes, [LineLabel(y, name, COLOURS[name]) for name, y in values.items()], height)


def _bottom(loops: Mapping[str, Loop]) -> float:
    """The lowest magnitude that is shown, dB: below one by as much as the gain margins need."""
    found = [loop.gain_margin_db for loop in loops.values() if loop.gain_margin_db is not None]
    return max(_LEAST, -_BELOW - max(20.0, *found, 0.0))


def _phase_axis(axes: Axes) -> None:
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -200.0) - 10.0, max(high, 0.0) + 10.0)
    span = axes.get_ylim()[1] - axes.get_ylim()[0]
    axes.yaxis.set_major_locator(MultipleLocator(_TURN if span < _TURNS else 4.0 * _TURN))
    axes.axhline(-180.0, color=PALE, linewidth=0.8)
    axes.set_ylabel("phase (°)", fontsize=TEXT, color=INK)


def _mark(magnitudes: Axes, phases: Axes, loops: Mapping[str, Loop]) -> None:
    """The phase margin as the way from -180 degrees at the crossover, the gain margin as that to one.

    Of two loops that with the lower frequency is told to the left, the other to the right.
    """
    crossed = _inside({name: loop.crossover_hz for name, loop in loops.items()}, magnitudes)
    for name, f in crossed.items():
        colour, margin, left = COLOURS[name], loops[name].phase_margin_deg or 0.0, f < max(crossed.values())
        phases.plot([f, f], [-180.0, margin - 180.0], color=colour, linewidth=1.4, linestyle=_DASHED, zorder=4)
        for axes, y, text in ((magnitudes, 0.0, format_si(f, "Hz")), (phases, margin - 180.0, f"{margin:.1f}°")):
            axes.plot([f], [y], "o", color=colour, markersize=5, zorder=5)
            _say(axes, f, y, text, colour, left=left, above=not left)
    turned = _inside({name: loop.phase_crossover_hz for name, loop in loops.items()}, magnitudes)
    for name, f in turned.items():
        colour, margin, left = COLOURS[name], loops[name].gain_margin_db or 0.0, f < max(turned.values())
        magnitudes.plot([f, f], [0.0, -margin], color=colour, linewidth=1.4, linestyle=_DASHED, zorder=4)
        phases.plot([f], [-180.0], "s", color=colour, markersize=4.5, zorder=5)
        magnitudes.plot([f], [-margin], "s", color=colour, markersize=4.5, zorder=5)
        _say(magnitudes, f, -margin, f"{margin:.1f} dB", colour, left=left, above=not left)


def _inside(frequencies: Mapping[str, float | None], axes: Axes) -> dict[str, float]:
    """Those that there are, as far as the axes go."""
    low, high = axes.get_xlim()
    return {name: f for name, f in frequencies.items() if f is not None and low <= f <= high}


def _say(axes: Axes, x: float, y: float, text: str, colour: str, *, left: bool, above: bool) -> None:
    axes.annotate(
        text,
        (x, y),
        xytext=(-5 if left else 5, 4 if above else -4),
        textcoords="offset points",
        ha="right" if left else "left",
        va="bottom" if above else "top",
        fontsize=SMALL,
        color=colour,
        zorder=6,
    )
