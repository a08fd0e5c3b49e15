"""Offset and bias currents over temperature as a figure."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter
from numpy.typing import NDArray

from longtail.analyses.offset import Offset
from longtail.errors import OptionError
from longtail.report.figures.colours import BLUE, INK, ORANGE, PALE, VERMILLION
from longtail.report.figures.style import SMALL, TEXT, Canvas, dress, mathematical, new_figure, titled
from longtail.units import format_si


def figure(result: Offset, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """The offset with the tangent that is its drift, and below it the currents where there are any."""
    if result.temperature_deg_c.size < 2:
        raise OptionError("a figure over temperature needs at least two temperatures")
    series = [
        ("V_OS", result.input_offset_over_temperature, result.input_offset, result.input_offset_drift, "V", BLUE),
        ("I_B", result.bias_current_over_temperature, result.bias_current, result.bias_current_drift, "A", ORANGE),
        (
            "I_OS",
            result.offset_current_over_temperature,
            result.offset_current,
            result.offset_current_drift,
            "A",
            VERMILLION,
        ),
    ]
    shown = [series[0], *(each for each in series[1:] if np.nan_to_num(each[1]).any())]
    drawn = new_figure(7.0, 1.0 + 1.9 * len(shown) + (0.8 if len(shown) == 1 else 0.0), into)
    panels = drawn.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, values, value, slope, unit, colour) in zip(panels, shown, strict=True):
        _panel(axes, result, name, (values, value, slope), unit, colour)
    panels[-1].set_xlabel("temperature (°C)", fontsize=TEXT, color=INK)
    panels[-1].set_xlim(result.temperature_deg_c[0], result.temperature_deg_c[-1])
    caption = f"output nulled to {format_si(result.target, 'V')}, V_CM = {format_si(result.vcm, 'V')}"
    titled(drawn, title or f"Input offset of {result.label}", f"{caption}; dashed: the drift at the dot")
    drawn.align_ylabels(panels)
    return drawn


def _panel(
    axes: Axes,
    result: Offset,
    name: str,
    course: tuple[NDArray[np.float64], float, float],
    unit: str,
    colour: str,
) -> None:
    """One quantity over temperature, its value and drift beside the curve."""
    values, value, slope = course
    dress(axes)
    kelvin = result.temperature_deg_c - result.nominal_deg_c
    axes.plot(
        result.temperature_deg_c, value + slope * kelvin, color=PALE, linewidth=1.0, linestyle=(0, (4, 3)), zorder=2
    )
    axes.plot(result.temperature_deg_c, values, color=colour, linewidth=2.0, zorder=3)
    axes.plot([result.nominal_deg_c], [value], marker="o", color=INK, markersize=5, zorder=5)
    axes.yaxis.set_major_formatter(EngFormatter(unit=unit))
    axes.set_ylabel(mathematical(name), fontsize=TEXT, color=INK)
    axes.margins(y=0.15)
    text = f"{format_si(value, unit)}, {format_si(slope, unit)}/K"
    axes.set_title(text, fontsize=SMALL, color=colour, loc="right", pad=3)
