"""Contributions as a figure: bars by rank at one place; over frequency or level, sigma and who has which share."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, PercentFormatter
from numpy.typing import NDArray

from longtail.analyses.contributions.result import Contributions
from longtail.report.figures.colours import BLUE, GREEN, INK, ORANGE, PURPLE
from longtail.report.figures.style import (
    GREY,
    OTHERS,
    SMALL,
    TEXT,
    Canvas,
    dress,
    mathematical,
    new_figure,
    over_frequency,
    positive_frequencies,
    stack_shares,
    titled,
)
from longtail.report.pages.contributions import NAMES, facts
from longtail.report.wording.conditions import caption

BARS = 12
PARTS = 5  # groups that have a colour of their own
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, "#56B4E9")
HEIGHTS = (2.2, 2.6)  # inches: of sigma, of shares


def figure(result: Contributions, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Bars where there is one place; else curves over the frequencies, or over the levels where those are more."""
    heading = title or f"Contributions to {NAMES.get(result.measure, result.measure)}"
    if result.sigma.size == 1:
        drawn = _bars(result, into)
    elif result.sigma.shape[1] > 1:
        drawn = _over_frequency(result, into)
    else:
        drawn = _over_levels(result, into)
    titled(drawn, heading, caption(facts(result)))
    return drawn


def _bars(result: Contributions, into: Canvas | None) -> Canvas:
    shown = [k for k in result.order[:BARS] if result.share[0, 0, k] != 0.0]
    drawn = new_figure(7.0, 1.3 + 0.28 * max(len(shown), 2), into)
    axes = drawn.subplots(1, 1)
    dress(axes)
    places = np.arange(len(shown))[::-1]
    shares = np.array([result.share[0, 0, k] for k in shown])
    axes.barh(places, shares, height=0.7, color=BLUE)
    axes.set_yticks(places, [result.causes[k].name for k in shown], fontsize=SMALL)
    for place, share in zip(places, shares, strict=True):
        axes.annotate(
            f"{100.0 * share:.1f} %",
            (share, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK,
        )
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("share of the variance", fontsize=TEXT, color=INK)
    axes.set_xlim(min(0.0, shares.min(initial=0.0)), 1.12 * shares.max(initial=0.01))
    return drawn


def _parts(result: Contributions, share: dict[str, NDArray[np.float64]]) -> list[tuple[str, NDArray[np.float64], str]]:
    """The groups with the largest mean share, the largest first, and all others."""
    mean = {name: float(f"{np.nanmean(values):.9g}") for name, values in share.items()}
    ranked = sorted(share, key=lambda name: (-mean[name], name))
    top = [name for name in ranked[:PARTS] if mean[name] > 0.005]
    parts = [(name, share[name], COLOURS[k]) for k, name in enumerate(top)]
    rest = [share[name] for name in ranked if name not in top]
    others = np.sum(rest, axis=0) if rest else np.zeros(0)
    return [*parts, (OTHERS, others, GREY)] if others.size and np.nanmax(others) > 0.01 else parts


def _over_frequency(result: Contributions, into: Canvas | None) -> Canvas:
    low, high = positive_frequencies(result.frequency_hz)
    drawn = new_figure(7.8, sum(HEIGHTS) + 1.1, into)
    above, below = over_frequency(drawn, list(HEIGHTS), low, high)
    above.set_yscale("log")
    for level in result.sigma:
        above.plot(result.frequency_hz, level, color=INK, linewidth=2.0 if len(result.sigma) == 1 else 0.8)
    _sigma(above, result)
    _stack(below, result.frequency_hz, result, {name: share[0] for name, share in result.groups.items()})
    return drawn


def _over_levels(result: Contributions, into: Canvas | None) -> Canvas:
    drawn = new_figure(7.8, sum(HEIGHTS) + 1.1, into)
    above, below = drawn.subplots(2, 1, sharex=True, height_ratios=HEIGHTS)
    dress(above)
    dress(below)
    above.plot(result.vcm, result.sigma[:, 0], color=INK, linewidth=2.0)
    _sigma(above, result)
    _stack(below, result.vcm, result, {name: share[:, 0] for name, share in result.groups.items()})
    below.set_xlabel(f"{mathematical('V_CM')} (V)", fontsize=TEXT, color=INK)
    below.set_xlim(result.vcm[0], result.vcm[-1])
    return drawn


def _sigma(axes: Axes, result: Contributions) -> None:
    axes.yaxis.set_major_formatter(EngFormatter(unit=result.unit, sep=" "))
    axes.set_ylabel("1 sigma", fontsize=TEXT, color=INK)


def _stack(
    axes: Axes, places: NDArray[np.float64], result: Contributions, share: dict[str, NDArray[np.float64]]
) -> None:
    parts = _parts(result, share)
    shares = [(name, values) for name, values, _ in parts]
    stack_shares(axes, places, shares, [colour for *_, colour in parts], HEIGHTS[1])
    axes.set_ylabel("share of variance", fontsize=TEXT, color=INK)
