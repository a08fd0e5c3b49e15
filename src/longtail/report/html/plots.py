"""The interactive plots of a report, as plain data: what plotly draws from `{"data": [...], "layout": {...}}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.cmrr import CmrrMap
from longtail.analyses.gains import ModeGains
from longtail.analyses.noise.result import Noise
from longtail.analyses.poles.poles import PolesAndZeros
from longtail.analyses.range import OperatingRange
from longtail.analyses.transfer.transfer import Transfer
from longtail.merits.reasons import short
from longtail.report.figures.colours import BLUE, GAIN_COLOURS, GREEN, INK, ORANGE, PALE, PURPLE, VERMILLION
from longtail.report.pages.gains import above_rounding, named_gains, ratio, unwanted
from longtail.report.wording.symbols import quantity_text
from longtail.units import format_si

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, PALE)
FREQUENCY = {"type": "log", "title": {"text": "frequency, Hz"}, "exponentformat": "SI"}
LEVEL, INPUT = "V<sub>CM</sub>, V", "v<sub>id</sub>, mV"
TOP = 8  # devices in the bars of the noise

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot: `key` names its place in the page, `note` is a sentence below its title."""

    key: str
    title: str
    note: str
    data: list[Json]
    layout: Json


def numbers(values: NDArray[Any] | Sequence[float]) -> list[float | None]:
    """Numbers as JSON has them: what is not finite is null, and leaves a gap.

    >>> numbers(np.array([1.0, np.inf]))
    [1.0, None]
    """
    return [v if np.isfinite(v) else None for v in np.asarray(values, float).tolist()]


def plotted(text: str) -> str:
    """Text of a netlist as plotly, which reads some HTML, is to print it.

    >>> plotted("q<b>1")
    'q&lt;b&gt;1'
    """
    return escape(text, quote=False)


def line(name: str, x: Any, y: Any, colour: str, **more: Any) -> Json:
    """One line."""
    style = {"color": colour, "width": 2, **more.pop("line", {})}
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": style, **more}


def axes(x: Any, y: Any, **more: Any) -> Json:
    """A layout of two axes; a string is a title."""
    x, y = ({"title": {"text": a}} if isinstance(a, str) else a for a in (x, y))
    return {"xaxis": x, "yaxis": y, **more}


def gains(found: ModeGains) -> Plot:
    """Every gain and the rejection in dB, and the phase of the differential gain.

    Lines are in the legend groups of their names, for what else is shown with them.
    """
    f = found.frequency_hz
    keep = f > 0.0
    above = above_rounding(found)
    data = []
    for name, gain in named_gains(found).items():
        if not above[name].any():
            continue
        size = np.where(above[name], np.abs(gain), np.nan)
        y = numbers(20.0 * np.log10(size[keep]))
        data.append(line(name, numbers(f[keep]), y, GAIN_COLOURS[name], legendgroup=name))
    if np.isfinite(found.cmrr_db).any():
        y, style = numbers(found.cmrr_db[keep]), {"dash": "dash"}
        data.append(line("CMRR", numbers(f[keep]), y, GAIN_COLOURS["CMRR"], line=style, legendgroup="CMRR"))
    phase = np.degrees(np.unwrap(np.angle(found.differential[keep])))
    data.append(line("phase", numbers(f[keep]), numbers(phase), PALE, yaxis="y2", line={"width": 1, "dash": "dot"}))
    said = f"The output is {found.label}. CMRR is {ratio(found)}."
    if not np.isfinite(found.cmrr_db).any():
        said += (
            f" It is {unwanted(found).rejection if np.isposinf(found.cmrr_db).any() else 'without figure: no gain'}."
        )
    layout = axes(FREQUENCY, "dB", yaxis2={"title": {"text": "phase, °"}, "overlaying": "y", "side": "right"})
    layout["yaxis2"] |= {"showgrid": False, "tickmode": "auto"}
    return Plot("gains", "Gains and rejection", said, data, layout)


def rejection_map(found: CmrrMap) -> Plot:
    """The rejection over frequency and common-mode level in colours; the gain where there is no rejection."""
    keep = found.frequency_hz > 0.0
    values, what = found.cmrr_db, f"CMRR = {found.ratio}, dB"
    said = "Blank where there is no figure."
    if not np.isfinite(values).any():
        with np.errstate(divide="ignore"):
            values, what = 20.0 * np.log10(np.abs(found.matrix[..., 0, 0])), "differential gain, dB"
        said = f"The rejection is {short(found.no_figure)}: this is the differential gain."
    heat = {
        "type": "heatmap",
        "x": numbers(found.frequency_hz[keep]),
        "y": numbers(found.vcm),
        "z": [numbers(row[keep]) for row in values],
        "colorscale": "Viridis",
        "colorbar": {"title": {"text": "dB"}},
        "hovertemplate": "%{x:.4s}Hz, V<sub>CM</sub> = %{y:.4g} V<br>%{z:.4g} dB<extra></extra>",
    }
    return Plot("map", f"Over the common-mode level: {what}", said, [heat], axes(FREQUENCY, LEVEL))


def transfer(found: Transfer) -> Plot:
    """Output and gain over the differential input."""
    v = numbers(found.v_id * 1e3)
    data = [
        line("v_out" if found.single_ended else "v_od", v, numbers(found.v_out[0]), BLUE),
        line("gain", v, numbers(found.gain[0]), ORANGE, yaxis="y2", line={"dash": "dash"}),
    ]
    width = found.linear_range["1%"][0].item()
    said = f"Linear to 1 % within {format_si(width, 'V')} to either side." if np.isfinite(width) else ""
    if found.input_offset[0]:
        said += f" v_id is counted from {quantity_text(found.input_offset[0].item(), 'V')}."
    right = {"title": {"text": "gain, V/V"}, "overlaying": "y", "side": "right", "showgrid": False, "tickmode": "auto"}
    return Plot("transfer", "Large-signal transfer", said.strip(), data, axes(INPUT, "output, V", yaxis2=right))


def steering(found: Transfer) -> Plot | None:
    """How the pair shares its current, beside the ideal law; None where there is no pair."""
    share, ideal = found.share, found.ideal_share
    if share is None or found.pair is None:
        return None
    v = numbers(found.v_id * 1e3)
    first, second = found.pair.devices
    data = [line(f"{plotted(first)} against {plotted(second)}", v, numbers(share[0]), BLUE)]
    if ideal is not None:
        data.append(line(found.pair.law or "", v, numbers(ideal[0]), INK, line={"dash": "dot", "width": 1.5}))
    return Plot("steering", "Steering", "(i1 - i2)/(i1 + i2) of the input pair.", data, axes(INPUT, "share"))


def diamond(found: OperatingRange) -> Plot:
    """The region of outputs and common-mode levels in which transistors and gain are as they should be."""
    closed = np.vstack([found.polygon, found.polygon[:1]])
    reasons = [plotted(limit.reason) for limit in (*found.limits, *found.limits[:1])]
    region = line("region", numbers(closed[:, 0]), numbers(closed[:, 1]), BLUE, fill="toself")
    region |= {"text": reasons, "hovertemplate": "%{x:.4g} V, V<sub>CM</sub> = %{y:.4g} V<br>%{text}<extra></extra>"}
    region["fillcolor"] = "rgba(0,114,178,0.12)"
    center = {
        "type": "scatter",
        "mode": "markers",
        "name": "operating point",
        "x": [found.v_out],
        "y": [found.v_cm],
        "marker": {"color": VERMILLION, "size": 10, "symbol": "cross"},
    }
    said = f"Transistors amplify, and the gain is within {found.gain_loss_db:g} dB. Every edge says what ends it."
    return Plot(
        "diamond", "Output against common mode", said, [region, center], axes(f"{plotted(found.label)}, V", LEVEL)
    )


def noise(found: Noise) -> Plot:
    """Densities referred to the input: all, and of the devices that make most of it."""
    f = numbers(found.frequency_hz)
    data = [line("all", f, numbers(found.input_v_per_rthz), INK, legendgroup="all")]
    gain = np.abs(found.gain[:, 0])
    for (device, power), colour in zip(_loudest(found), COLOURS, strict=False):
        with np.errstate(divide="ignore", invalid="ignore"):
            data.append(line(plotted(device), f, numbers(np.sqrt(power) / gain), colour, line={"width": 1.3}))
    y = {"type": "log", "title": {"text": "V/√Hz at the input"}, "exponentformat": "power"}
    said = f"At the output {format_si(float(found.output_v_rms), 'V')} rms over all frequencies."
    return Plot("noise", "Noise", said, data, axes(FREQUENCY, y))


def _loudest(found: Noise) -> list[tuple[str, NDArray[np.float64]]]:
    """Density at the differential (or single) output by device, `[frequency]`, loudest in the band first."""
    by_device: dict[str, NDArray[np.float64]] = {}
    weight: dict[str, float] = {}
    for k, source in enumerate(found.sources):
        by_device[source.instance] = by_device.get(source.instance, 0.0) + found.density[:, 0, k]
        weight[source.instance] = weight.get(source.instance, 0.0) + float(np.nan_to_num(found.power[0, k]))
    order = sorted(by_device, key=lambda name: -weight[name])[: len(COLOURS)]
    return [(name, by_device[name]) for name in order if weight[name] > 0.0]


def contributions(found: Noise) -> Plot | None:
    """Shares of the integrated output noise by device and mechanism; None where there is no noise."""
    shares = [c for c in found.contributions if np.isfinite(c.share) and c.share > 0.0]
    if not shares:
        return None
    devices = list(dict.fromkeys(c.instance for c in shares))[:TOP]
    mechanisms = list(dict.fromkeys(c.mechanism for c in shares))
    data = []
    for mechanism, colour in zip(mechanisms, COLOURS * 3, strict=False):
        of = {c.instance: float(c.share) for c in shares if c.mechanism == mechanism}
        bars = {"type": "bar", "orientation": "h", "name": mechanism, "marker": {"color": colour}}
        data.append(
            {**bars, "y": [plotted(d) for d in devices[::-1]], "x": [100.0 * of.get(d, 0.0) for d in devices[::-1]]}
        )
    layout = axes("share of the output noise power, %", {"type": "category"}, barmode="stack")
    return Plot("contributions", "Who makes the noise", "", data, layout)


def poles(found: PolesAndZeros) -> Plot | None:
    """Poles and zeros by frequency; None where there are none."""
    rows = [("poles", found.poles, found.pole_nodes, "x", BLUE)]
    rows += [
        (f"zeros, {name.replace('_', ' ')}", each.zeros, each.zero_nodes, "circle-open", colour)
        for (name, each), colour in zip(found.transfers.items(), COLOURS[1:], strict=False)
        if each.zeros is not None
    ]
    data = []
    for name, places, nodes, symbol, colour in rows:
        at = [k for k, s in enumerate(places) if 0.0 < abs(s) < 1e15]
        text = [f"{places[k].real:.3e} {places[k].imag:+.3e}j rad/s<br>at {plotted(nodes[k])}" for k in at]
        marks = {"symbol": symbol, "size": 10, "color": colour, "line": {"width": 2, "color": colour}}
        points = {"type": "scatter", "mode": "markers", "name": name, "marker": marks, "text": text}
        points |= {"x": [abs(places[k]) / (2.0 * np.pi) for k in at], "y": [name] * len(at)}
        data.append({**points, "hovertemplate": "%{x:.4s}Hz<br>%{text}<extra></extra>"})
    if not any(each["x"] for each in data):
        return None
    y = {"type": "category", "autorange": "reversed", "automargin": True}
    return Plot("poles", "Poles and zeros", "|s|/2π; point at one to see where it lives.", data, axes(FREQUENCY, y))
