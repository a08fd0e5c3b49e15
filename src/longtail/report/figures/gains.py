"""Mode gains over frequency as a figure: magnitudes, phases where wanted, and the rejection."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator
from numpy.typing import NDArray

from longtail.analyses.gains import ModeGains
from longtail.report.figures.colours import GAIN_COLOURS, INK, PALE
from longtail.report.figures.style import (
    SMALL,
    TEXT,
    Canvas,
    LineLabel,
    label_ends,
    mathematical,
    new_figure,
    over_frequency,
    positive_frequencies,
    titled,
)
from longtail.report.pages.gains import above_rounding, named_gains, ratio, whys
from longtail.report.wording.symbols import spread_text

MAGNITUDE, PHASE, REJECTION = "magnitude", "phase", "rejection"
CAPTION = 105  # characters of a line below the figure
HEIGHTS = {MAGNITUDE: 3.0, PHASE: 1.8, REJECTION: 1.9}  # inches


def figure(gains: ModeGains, *, phase: bool = True, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Magnitudes in dB, phases in degrees and CMRR in dB over frequency; without `phase` there is no panel of phases.

    Gains that are zero are left out, and the figure says so.
    """
    names = panels(gains, phase)
    drawn = new_figure(7.6, sum(HEIGHTS[name] for name in names) + 1.0, into)
    draw(drawn, gains, names)
    titled(drawn, title or f"Mode gains of {gains.label}")
    return drawn


def panels(gains: ModeGains, phase: bool = False) -> list[str]:
    """Which panels there are to draw: a rejection without a figure has none."""
    rejection = bool(np.isfinite(gains.cmrr_db).any())
    return [MAGNITUDE, *([PHASE] if phase else []), *([REJECTION] if rejection else [])]


def draw(drawn: Canvas, gains: ModeGains, names: list[str]) -> dict[str, Axes]:
    """Draw panels below each other and return their axes by name. Raises `OptionError` where there is no axis."""
    stacked = over_frequency(drawn, [HEIGHTS[name] for name in names], *positive_frequencies(gains.frequency_hz))
    axes = dict(zip(names, stacked, strict=True))
    _magnitudes(axes[MAGNITUDE], gains)
    if PHASE in axes:
        _phases(axes[PHASE], gains)
    if REJECTION in axes:
        _rejection(axes[REJECTION], gains)
    drawn.supxlabel(_caption(gains), fontsize=SMALL, color=PALE, x=0.02, ha="left")
    return axes


def _magnitudes(axes: Axes, gains: ModeGains) -> None:
    labels = []
    for name, magnitude in decibels_of(gains).items():
        axes.plot(gains.frequency_hz, magnitude, color=GAIN_COLOURS[name], linewidth=2.0, label=name)
        labels.append(LineLabel(_last(magnitude), mathematical(name), GAIN_COLOURS[name]))
    axes.set_ylabel("magnitude (dB, V/V)", fontsize=TEXT, color=INK)
    axes.margins(y=0.08)
    label_ends(axes, labels, HEIGHTS[MAGNITUDE])


def decibels_of(gains: ModeGains) -> dict[str, NDArray[np.float64]]:
    """The magnitude in dB of each gain that is not zero; nan where it is no more than rounding."""
    above = above_rounding(gains)
    found = {}
    for name, gain in named_gains(gains).items():
        if above[name].any():
            found[name] = np.full(gain.size, np.nan)
            found[name][above[name]] = 20.0 * np.log10(np.abs(gain[above[name]]))
    return found


def _phases(axes: Axes, gains: ModeGains) -> None:
    labels = []
    for name in decibels_of(gains):
        above = above_rounding(gains)[name]
        degrees = np.full(above.size, np.nan)
        degrees[above] = continuous(named_gains(gains)[name][above])
        axes.plot(gains.frequency_hz, degrees, color=GAIN_COLOURS[name], linewidth=1.6, label=name)
        labels.append(LineLabel(_last(degrees), mathematical(name), GAIN_COLOURS[name]))
    axes.set_ylabel("phase (°)", fontsize=TEXT, color=INK)
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(MultipleLocator(90.0 if high - low < 720.0 else 180.0))
    label_ends(axes, labels, HEIGHTS[PHASE])


def continuous(gain: NDArray[np.complex128]) -> NDArray[np.float64]:
    """The phase in degrees without jumps of a turn; it starts above -179 so that all inversions start at 180.

    >>> continuous(np.array([complex(-1.0, -1e-9), 1j, 1.0])).round().tolist()
    [180.0, 90.0, 0.0]
    """
    degrees = np.degrees(np.unwrap(np.angle(gain)))
    return degrees + 360.0 if degrees[0] < -179.0 else degrees


def _rejection(axes: Axes, gains: ModeGains) -> None:
    finite = np.where(np.isfinite(gains.cmrr_db), gains.cmrr_db, np.nan)
    axes.plot(gains.frequency_hz, finite, color=GAIN_COLOURS["CMRR"], linewidth=2.0, label="CMRR")
    axes.set_ylabel("CMRR (dB)", fontsize=TEXT, color=INK)
    axes.margins(y=0.12)
    names = ratio(gains).strip("|").split("/")
    text = "CMRR = |" + "/".join(mathematical(name) for name in names) + "|"
    falls = _last(finite) < finite[np.isfinite(finite)][0]
    axes.text(
        *((0.02, 0.08) if falls else (0.02, 0.92)),
        text,
        transform=axes.transAxes,
        va="bottom" if falls else "top",
        color=GAIN_COLOURS["CMRR"],
        fontsize=TEXT,
    )


def _last(values: NDArray[np.float64]) -> float:
    return float(values[np.isfinite(values)][-1])


def _caption(gains: ModeGains) -> str:
    """The conditions, and what is left out."""
    conditions = [f"output {gains.label}", f"V_CM = {spread_text(gains.vcm, 'V')}"]
    if gains.null is not None:
        conditions.append(f"nulled by an input offset of {spread_text(gains.null.input_offset, 'V')}")
    return textwrap.fill("; ".join([*conditions, *whys(gains)]), CAPTION)
