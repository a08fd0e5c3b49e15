"""Noise over frequency as a figure: densities with their largest parts, and below them who makes how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter
from numpy.typing import NDArray

from longtail.analyses.noise.result import Noise
from longtail.report.figures.colours import BLUE, GREEN, INK, ORANGE, PALE, PURPLE, VERMILLION
from longtail.report.figures.style import (
    GREY,
    OTHERS,
    SMALL,
    TEXT,
    Canvas,
    LineLabel,
    label_ends,
    new_figure,
    over_frequency,
    positive_frequencies,
    stack_shares,
    titled,
)
from longtail.report.pages.noise import band, facts, integrals, notes
from longtail.report.wording.conditions import caption
from longtail.units import format_si

Real = NDArray[np.float64]

PARTS = 5  # groups that have a colour of their own
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, "#56B4E9")
HEIGHTS = {"density": 3.3, "share": 1.9}  # inches
ALIKE = 0.1  # two devices whose spectra differ by less than this part are drawn as one: the halves of a pair


@dataclass(frozen=True)
class Group:
    """Contributions of the same mechanism and size, drawn as one: power density at the output, V^2/Hz."""

    label: str
    density: Real


def figure(noise: Noise, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Density at the output and at the input; for one lane also the largest contributions and their shares."""
    low, high = positive_frequencies(noise.frequency_hz)
    names = ["density"] if noise.axes or not noise.sources else ["density", "share"]
    drawn = new_figure(7.8, sum(HEIGHTS[name] for name in names) + 1.1, into)
    stacked = over_frequency(drawn, [HEIGHTS[name] for name in names], low, high)
    chosen = [] if noise.axes else groups(noise)
    _densities(stacked[0], noise, chosen)
    if len(names) == 2:
        _shares(stacked[1], noise, chosen)
    said = tuple(fact for fact in facts(noise) if fact[0] not in (band(noise), "flicker corner"))
    titled(drawn, title or "Noise", caption(said, *notes(noise)))
    return drawn


def groups(noise: Noise) -> list[Group]:
    """The largest contributions, those of like devices together, and at the end all others."""
    by_key: dict[tuple[str, str], Real] = {}
    for k, s in enumerate(noise.sources):
        key = s.instance, s.mechanism
        by_key[key] = by_key.get(key, 0.0) + noise.density[:, 0, k]
    total = noise.density[:, 0].sum(axis=-1)
    safe = np.where(total > 0.0, total, 1.0)
    merged: list[tuple[list[str], str, Real]] = []
    for (instance, mechanism), density in by_key.items():
        for names, kind, sum_ in merged:
            if kind == mechanism and np.abs(sum_ / len(names) - density).max() <= ALIKE * density.max():
                names.append(instance)
                sum_ += density
                break
        else:
            merged.append(([instance], mechanism, density.copy()))
    inside = (noise.frequency_hz >= noise.band_hz[0]) & (noise.frequency_hz <= noise.band_hz[1])
    if not inside.any():
        inside[:] = True
    # by the mean share over the band: points are even over log f, so that every decade counts the same
    score = {id(entry): float((entry[2] / safe)[inside].mean()) for entry in merged}
    merged.sort(key=lambda entry: -round(score[id(entry)], 9))
    heard = [entry for entry in merged if score[id(entry)] > 0.005]
    found = [Group(f"{_joined(names)} {kind}", density) for names, kind, density in heard[:PARTS]]
    rest = total - sum((group.density for group in found), np.zeros_like(total))
    return [*found, Group(OTHERS, np.maximum(rest, 0.0))] if rest.max() > 0.01 * total.max() else found


def _joined(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def _densities(axes: Axes, noise: Noise, chosen: list[Group]) -> None:
    axes.set_yscale("log")
    labels = []
    for values, name, colour in (
        (noise.output_v_per_rthz, "output", INK),
        (noise.input_v_per_rthz, "input-referred", VERMILLION),
    ):
        finite = np.where(np.isfinite(values) & (values > 0.0), values, np.nan)
        if np.isfinite(finite).any():
            for lane in finite.reshape(-1, finite.shape[-1]):
                axes.plot(noise.frequency_hz, lane, color=colour, linewidth=0.8 if noise.axes else 2.2, zorder=3)
            last = finite[..., -1][np.isfinite(finite[..., -1])]
            if last.size:
                labels.append(LineLabel(float(np.log10(np.median(last))), name, colour))
    bottom = float(np.nanmin(noise.output_v_per_rthz)) / 300.0
    for group, colour in zip(chosen, _colours(chosen), strict=True):
        if group.label == OTHERS:
            continue
        line = np.sqrt(group.density)
        axes.plot(noise.frequency_hz, np.where(line > bottom, line, np.nan), color=colour, linewidth=1.1, zorder=2)
    axes.yaxis.set_major_formatter(EngFormatter(unit="V/√Hz", sep=" "))
    axes.set_ylabel("density", fontsize=TEXT, color=INK)
    _band(axes, noise)
    _corner(axes, noise)
    label_ends(axes, labels, HEIGHTS["density"], logarithmic=True)


def _band(axes: Axes, noise: Noise) -> None:
    """The integrals, and the band where it is only a part of the axis."""
    low, high = noise.band_hz
    if not low < high or noise.axes:
        return
    if (low, high) != positive_frequencies(noise.frequency_hz):
        axes.axvspan(low, high, color="#f1f1f1", zorder=0)
    axes.set_title(f"{band(noise)}: {integrals(noise)}", fontsize=SMALL, color=INK, loc="left")


def _corner(axes: Axes, noise: Noise) -> None:
    if noise.axes or not np.isfinite(noise.corner_hz):
        return
    axes.axvline(noise.corner_hz, color=PALE, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    axes.annotate(
        f"flicker corner {format_si(noise.corner_hz, 'Hz', 3)}",
        (noise.corner_hz, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(4, -3),
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        color=PALE,
    )


def _shares(axes: Axes, noise: Noise, chosen: list[Group]) -> None:
    total = sum((group.density for group in chosen), np.zeros(noise.frequency_hz.size))
    shares = [group.density / np.where(total > 0.0, total, 1.0) for group in chosen]
    named = [(group.label, share) for group, share in zip(chosen, shares, strict=True)]
    stack_shares(axes, noise.frequency_hz, named, _colours(chosen), HEIGHTS["share"])
    axes.set_ylabel("share of power", fontsize=TEXT, color=INK)


def _colours(chosen: list[Group]) -> list[str]:
    return [GREY if group.label == OTHERS else COLOURS[k] for k, group in enumerate(chosen)]
