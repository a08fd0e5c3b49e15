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

MAGNITUDE, PHASE = 2.2, 1.8  # inches of height
COLOURS = {"loop": BLUE, "differential": BLUE, "common": ORANGE}
_LEAST, _FROM = -80.0, 1e-8  # dB: what lies below is not shown; V/V from which a phase is
_ROUND = 360.0


def bode(magnitudes: Axes, phases: Axes, loops: Mapping[str, Loop]) -> None:
    """Loop gains by name, those of which something comes round, on axes over frequency that are there."""
    low, high = magnitudes.get_xlim()
    tops, labels, ends = [], [], []
    for name, loop in loops.items():
        inside = (loop.frequency_hz >= low) & (loop.frequency_hz <= high)
        f, size, phase = loop.frequency_hz[inside], np.abs(loop.gain[inside]), loop.phase_deg[inside]
        if not size.any():
            continue
        decibels = 20.0 * np.log10(np.maximum(size, 1e-30))
        seen = size > _FROM
        magnitudes.plot(f, decibels, color=COLOURS[name], linewidth=2.0, label=name)
        phases.plot(f[seen], phase[seen], color=COLOURS[name], linewidth=2.0, label=name)
        tops.append(float(decibels.max()))
        labels.append(LineLabel(float(decibels[-1]), name, COLOURS[name]))
        ends.append(LineLabel(float(phase[seen][-1]), name, COLOURS[name]))
    top = max(20.0, *tops) if tops else 20.0
    magnitudes.set_ylim(max(_LEAST, *(-top for _ in tops)) if tops else _LEAST, top + 10.0)
    magnitudes.axhline(0.0, color=PALE, linewidth=0.8)
    magnitudes.set_ylabel("loop gain (dB, V/V)", fontsize=TEXT, color=INK)
    _phase_axis(phases)
    for k, (name, loop) in enumerate(loops.items()):
        _marks(magnitudes, phases, loop, COLOURS[name], k)
    label_ends(magnitudes, labels, MAGNITUDE)
    label_ends(phases, ends, PHASE)


def _phase_axis(axes: Axes) -> None:
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -200.0), max(high, 10.0))
    axes.yaxis.set_major_locator(MultipleLocator(90.0 if axes.get_ylim()[1] - axes.get_ylim()[0] < 800.0 else _ROUND))
    axes.axhline(-180.0, color=PALE, linewidth=0.8)
    axes.set_ylabel("phase (°)", fontsize=TEXT, color=INK)


def _marks(magnitudes: Axes, phases: Axes, loop: Loop, colour: str, place: int) -> None:
    """The phase margin as the way from -180 degrees at the crossover, the gain margin as that from one."""
    low, high = magnitudes.get_xlim()
    f, margin = loop.crossover_hz, loop.phase_margin_deg
    if f is not None and margin is not None and low <= f <= high:
        magnitudes.plot([f], [0.0], "o", color=colour, markersize=5, zorder=5)
        phases.plot([f, f], [-180.0, margin - 180.0], color=colour, linewidth=1.4, linestyle=(0, (2, 1.5)), zorder=4)
        phases.plot([f], [margin - 180.0], "o", color=colour, markersize=5, zorder=5)
        _say(magnitudes, f, 0.0, format_si(f, "Hz"), colour, above=True)
        _say(phases, f, margin - 180.0, f"{margin:.1f}°", colour, above=True)
    f, margin = loop.phase_crossover_hz, loop.gain_margin_db
    if f is not None and margin is not None and low <= f <= high:
        magnitudes.plot([f, f], [0.0, -margin], color=colour, linewidth=1.4, linestyle=(0, (2, 1.5)), zorder=4)
        magnitudes.plot([f], [-margin], "s", color=colour, markersize=4.5, zorder=5)
        phases.plot([f], [-180.0], "s", color=colour, markersize=4.5, zorder=5)
        _say(magnitudes, f, -margin, f"{margin:.1f} dB", colour, above=margin < 0.0)


def _say(axes: Axes, x: float, y: float, text: str, colour: str, *, above: bool) -> None:
    axes.annotate(
        text,
        (x, y),
        xytext=(4, 4 if above else -4),
        textcoords="offset points",
        va="bottom" if above else "top",
        fontsize=SMALL,
        color=colour,
        zorder=6,
    )
