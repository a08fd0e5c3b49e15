"""The large-signal transfer as a figure: curve, tangent and linear range; the slope; how the pair steers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator
from numpy.typing import NDArray

from longtail.analyses.transfer.transfer import Transfer
from longtail.driven.conditions import TYPICAL
from longtail.errors import OptionError
from longtail.report.figures.colours import BLUE, GREEN, INK, ORANGE, PALE, PURPLE, VERMILLION
from longtail.report.figures.style import SMALL, TEXT, Canvas, LineLabel, dress, label_ends, new_figure, titled
from longtail.report.pages.cmrr import spread_over
from longtail.report.pages.transfer import harmonic, middle
from longtail.units import format_si

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)
SHADES = {"1%": "#e3edf4", "0.1%": "#c3d9e8"}
HEIGHT = 4.2  # inches of the left panel


def figure(result: Transfer, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Left the curve with its tangent and linear range; right its slope and the steering of the pair.

    Curves are drawn of some levels, or of one under some of the conditions; tangent, range and caption are those of
    the level in the middle.
    """
    if result.v_id.size < 3:
        raise OptionError("a figure of a transfer needs at least three values of v_id")
    steering = result.steers
    drawn = new_figure(10.2, HEIGHT + 1.2, into)
    left, right = drawn.subfigures(1, 2, squeeze=False, width_ratios=(1.25, 1.0))[0]
    shown = _shown(result)
    _transfer(left.subplots(), result, shown)
    panels = right.subplots(2 if steering else 1, 1, sharex=True, squeeze=False)[:, 0]
    _slope(panels[0], result, shown)
    if steering:
        _steering(panels[1], result, shown)
    _axis(panels[-1], result)
    titled(drawn, title or f"Transfer to {result.label}", textwrap.fill(_caption(result), 140))
    return drawn


@dataclass(frozen=True, slots=True)
class TransferCurve:
    """A curve by its name: output and slope over v_id, and the share of the currents where it is known."""

    name: str
    colour: str
    v_out: NDArray[np.float64]
    gain: NDArray[np.float64]
    share: NDArray[np.float64] | None


def _shown(result: Transfer) -> list[TransferCurve]:
    share = result.share
    at = middle(result)
    levels = [at] if result.under else spread_over(result.vcm.size, len(COLOURS))
    names = [TYPICAL] if result.under else [format_si(result.vcm[k].item(), "V", 3) for k in levels]
    found = [
        (name, result.v_out[k], result.gain[k], None if share is None else share[k])
        for name, k in zip(names, levels, strict=True)
    ]
    others = [result.under[k] for k in spread_over(len(result.under), len(COLOURS) - 1)]
    found += [(each.condition, each.v_out[at], each.gain[at], None) for each in others]
    return [TransferCurve(name, colour, *rest) for colour, (name, *rest) in zip(COLOURS, found, strict=False)]


def _axis(axes: Axes, result: Transfer) -> None:
    name = "v_id from the input offset" if result.input_offset.any() else "v_id"
    axes.set_xlabel(f"differential input {name}", fontsize=TEXT, color=INK)
    axes.xaxis.set_major_formatter(EngFormatter(unit="V"))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlim(result.v_id[0], result.v_id[-1])


def _transfer(axes: Axes, result: Transfer, shown: Sequence[TransferCurve]) -> None:
    dress(axes)
    for name, shade in SHADES.items():
        width = result.linear_range[name][middle(result)]
        if np.isfinite(width):
            axes.axvspan(-width, width, color=shade, linewidth=0, zorder=0.1)
    _tangent(axes, result)
    labels = []
    for curve in shown:
        axes.plot(result.v_id, curve.v_out, color=curve.colour, linewidth=2.0, zorder=3)
        if len(shown) > 1 and np.isfinite(curve.v_out).any():
            labels.append(LineLabel(_last(curve.v_out), curve.name, curve.colour))
    drawn = np.concatenate([curve.v_out for curve in shown])
    low, high = np.nanmin(drawn), np.nanmax(drawn)
    margin = 0.08 * ((high - low) or 1.0)
    axes.set_ylim(low - margin, high + margin)
    axes.set_ylabel(f"{result.label} (V)", fontsize=TEXT, color=INK)
    _axis(axes, result)
    label_ends(axes, labels, HEIGHT)


def _tangent(axes: Axes, result: Transfer) -> None:
    """The tangent where v_id is zero."""
    start = np.interp(0.0, result.v_id, result.v_out[middle(result)])
    tangent = start + result.center_gain[middle(result)] * result.v_id
    axes.plot(result.v_id, tangent, color=PALE, linewidth=1.0, linestyle=(0, (4, 3)), zorder=2)


def _slope(axes: Axes, result: Transfer, shown: Sequence[TransferCurve]) -> None:
    dress(axes)
    for curve in shown:
        axes.plot(result.v_id, curve.gain, color=curve.colour, linewidth=1.8)
    axes.set_ylabel("slope (V/V)", fontsize=TEXT, color=INK)
    axes.margins(y=0.1)


def _steering(axes: Axes, result: Transfer, shown: Sequence[TransferCurve]) -> None:
    """The share of the currents, and dashed that of the law."""
    dress(axes)
    ideal = result.ideal_share
    assert result.pair is not None
    for curve in shown:
        if curve.share is not None:
            axes.plot(result.v_id, curve.share, color=curve.colour, linewidth=1.8)
    if ideal is not None:
        axes.plot(
            result.v_id, ideal[middle(result)], color=INK, linewidth=1.0, linestyle=(0, (2, 2)), label=result.pair.law
        )
        axes.legend(loc="upper left", fontsize=SMALL, frameon=False, labelcolor=INK)
    _marks(axes, result)
    first, second = result.pair.devices
    axes.set_ylabel(f"steering of {first}, {second}", fontsize=TEXT, color=INK)
    axes.margins(y=0.1)


def _marks(axes: Axes, result: Transfer) -> None:
    """Thin lines where the pair is steered, as far as they lie within the figure."""
    for values in (result.full_steering, result.steered):
        if values is not None and np.isfinite(values[middle(result)]):
            for side in (-1.0, 1.0):
                axes.axvline(side * values[middle(result)], color=PALE, linewidth=0.8, linestyle=(0, (1, 2)))
            return


def _last(values: NDArray[np.float64]) -> float:
    return float(values[np.isfinite(values)][-1])


def _caption(result: Transfer) -> str:
    """What the shades and lines mean, and the figures of the level in the middle."""
    said = []
    at = middle(result)
    widths = [f"±{_volts(w[at])} to {n}" for n, w in result.linear_range.items() if np.isfinite(w[at])]
    if widths:
        said.append(f"shaded: within an error of the tangent (dashed), {' and '.join(widths)}")
    else:
        said.append("dashed: the tangent")
    if result.full_steering is not None and np.isfinite(result.full_steering[at]):
        said.append(f"one transistor is off from ±{_volts(result.full_steering[at])}")
    elif result.steered is not None and np.isfinite(result.steered[at]):
        said.append(f"99 % steered at ±{_volts(result.steered[at])}")
    d = result.distortion
    parts = ", ".join(f"HD{n} {harmonic(d.harmonics[at, n - 2].item()).text}" for n in (2, 3))
    said.append(f"a sine of {_volts(d.amplitude)} peak has {parts}")
    if result.vcm.size > 1:
        said.append(f"at V_CM = {_volts(result.vcm[at])}")
    return "; ".join([*said, *result.notes])


def _volts(value: float) -> str:
    return format_si(float(value), "V", 3)
