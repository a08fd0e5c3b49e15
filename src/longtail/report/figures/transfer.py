"""The large-signal transfer as a figure: curve, tangent and linear range; the slope; how the pair steers."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator
from numpy.typing import NDArray

from longtail.analyses.transfer.transfer import Transfer
from longtail.errors import OptionError
from longtail.report.figures.colours import BLUE, GREEN, INK, ORANGE, PALE, PURPLE, VERMILLION
from longtail.report.figures.style import SMALL, TEXT, Canvas, LineLabel, dress, label_ends, new_figure, titled
from longtail.report.pages.cmrr import spread_over
from longtail.report.pages.transfer import harmonic
from longtail.units import format_si

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)
SHADES = {"1%": "#e3edf4", "0.1%": "#c3d9e8"}
HEIGHT = 4.2  # inches of the left panel


def figure(result: Transfer, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Left the curve at some levels with its tangent and linear range; right its slope and the steering of the pair."""
    if result.v_id.size < 3:
        raise OptionError("a figure of a transfer needs at least three values of v_id")
    steering = result.steers
    drawn = new_figure(10.2, HEIGHT + 1.2, into)
    left, right = drawn.subfigures(1, 2, squeeze=False, width_ratios=(1.25, 1.0))[0]
    shown = spread_over(result.vcm.size, len(COLOURS))
    _transfer(left.subplots(), result, shown)
    panels = right.subplots(2 if steering else 1, 1, sharex=True, squeeze=False)[:, 0]
    _slope(panels[0], result, shown)
    if steering:
        _steering(panels[1], result, shown)
    _axis(panels[-1], result)
    titled(drawn, title or f"Transfer to {result.label}", textwrap.fill(_caption(result), 140))
    return drawn


def _axis(axes: Axes, result: Transfer) -> None:
    name = "v_id from the input offset" if result.input_offset.any() else "v_id"
    axes.set_xlabel(f"differential input {name}", fontsize=TEXT, color=INK)
    axes.xaxis.set_major_formatter(EngFormatter(unit="V"))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlim(result.v_id[0], result.v_id[-1])


def _transfer(axes: Axes, result: Transfer, shown: list[int]) -> None:
    dress(axes)
    for name, shade in SHADES.items():
        width = result.linear_range[name][0]
        if np.isfinite(width):
            axes.axvspan(-width, width, color=shade, linewidth=0, zorder=0.1)
    _tangent(axes, result)
    labels = []
    for colour, k in zip(COLOURS, shown, strict=False):
        axes.plot(result.v_id, result.v_out[k], color=colour, linewidth=2.0, zorder=3)
        if len(shown) > 1:
            labels.append(LineLabel(_last(result.v_out[k]), format_si(result.vcm[k].item(), "V", 3), colour))
    low, high = np.nanmin(result.v_out), np.nanmax(result.v_out)
    margin = 0.08 * ((high - low) or 1.0)
    axes.set_ylim(low - margin, high + margin)
    axes.set_ylabel(f"{result.label} (V)", fontsize=TEXT, color=INK)
    _axis(axes, result)
    label_ends(axes, labels, HEIGHT)


def _tangent(axes: Axes, result: Transfer) -> None:
    """The tangent where v_id is zero, at the first level."""
    start = np.interp(0.0, result.v_id, result.v_out[0])
    tangent = start + result.center_gain[0] * result.v_id
    axes.plot(result.v_id, tangent, color=PALE, linewidth=1.0, linestyle=(0, (4, 3)), zorder=2)


def _slope(axes: Axes, result: Transfer, shown: list[int]) -> None:
    dress(axes)
    for colour, k in zip(COLOURS, shown, strict=False):
        axes.plot(result.v_id, result.gain[k], color=colour, linewidth=1.8)
    axes.set_ylabel("slope (V/V)", fontsize=TEXT, color=INK)
    axes.margins(y=0.1)


def _steering(axes: Axes, result: Transfer, shown: list[int]) -> None:
    """The share of the currents, and dashed that of the law."""
    dress(axes)
    share, ideal = result.share, result.ideal_share
    assert share is not None
    assert result.pair is not None
    for colour, k in zip(COLOURS, shown, strict=False):
        axes.plot(result.v_id, share[k], color=colour, linewidth=1.8)
    if ideal is not None:
        axes.plot(result.v_id, ideal[0], color=INK, linewidth=1.0, linestyle=(0, (2, 2)), label=result.pair.law)
        axes.legend(loc="upper left", fontsize=SMALL, frameon=False, labelcolor=INK)
    _marks(axes, result)
    first, second = result.pair.devices
    axes.set_ylabel(f"steering of {first}, {second}", fontsize=TEXT, color=INK)
    axes.margins(y=0.1)


def _marks(axes: Axes, result: Transfer) -> None:
    """Thin lines where the pair is steered, as far as they lie within the figure."""
    for values in (result.full_steering, result.steered):
        if values is not None and np.isfinite(values[0]):
            for side in (-1.0, 1.0):
                axes.axvline(side * values[0], color=PALE, linewidth=0.8, linestyle=(0, (1, 2)))
            return


def _last(values: NDArray[np.float64]) -> float:
    return float(values[np.isfinite(values)][-1])


def _caption(result: Transfer) -> str:
    """What the shades and lines mean, and the figures of the first level."""
    said = []
    widths = [f"±{format_si(w[0].item(), 'V', 3)} to {n}" for n, w in result.linear_range.items() if np.isfinite(w[0])]
    if widths:
        said.append(f"shaded: within an error of the tangent (dashed), {' and '.join(widths)}")
    else:
        said.append("dashed: the tangent")
    if result.full_steering is not None and np.isfinite(result.full_steering[0]):
        said.append(f"one transistor is off from ±{format_si(result.full_steering[0].item(), 'V', 3)}")
    elif result.steered is not None and np.isfinite(result.steered[0]):
        said.append(f"99 % steered at ±{format_si(result.steered[0].item(), 'V', 3)}")
    d = result.distortion
    parts = ", ".join(f"HD{n} {harmonic(d.harmonics[0, n - 2].item()).text}" for n in (2, 3))
    said.append(f"a sine of {format_si(d.amplitude, 'V', 3)} peak has {parts}")
    return "; ".join(said) + (f"; at V_CM = {format_si(result.vcm[0].item(), 'V', 3)}" if result.vcm.size > 1 else "")
