"""Power-supply rejection over frequency as a figure: what reaches the outputs, and below it the rejection."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from longtail.analyses.psrr import SupplyRejection
from longtail.report.figures.colours import BLUE, GREEN, INK, ORANGE, PURPLE, VERMILLION
from longtail.report.figures.style import (
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
from longtail.report.pages.psrr import facts, notes, transfers
from longtail.report.wording.conditions import caption

SUPPLY_COLOURS = (VERMILLION, GREEN, PURPLE, ORANGE)
DASHES = (0, (4, 2))  # of what reaches the common mode of the output
HEIGHTS = {"transfer": 2.9, "rejection": 2.3}  # inches


def figure(rejection: SupplyRejection, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Transfers in dB over frequency, a colour for each supply; the rejections of those that have one."""
    low, high = positive_frequencies(rejection.frequency_hz)
    rejected = [name for name in rejection.supplies if np.isfinite(rejection.psrr_db(name)).any()]
    names = ["transfer", *(["rejection"] if rejected else [])]
    drawn = new_figure(7.8, sum(HEIGHTS[name] for name in names) + 1.0, into)
    stacked = over_frequency(drawn, [HEIGHTS[name] for name in names], low, high)
    _transfers(stacked[0], rejection)
    if rejected:
        _rejections(stacked[1], rejection, rejected)
    titled(drawn, title or "Power-supply rejection", caption(facts(rejection), *notes(rejection)))
    return drawn


def colour(rejection: SupplyRejection, supply: str) -> str:
    return SUPPLY_COLOURS[rejection.supplies.index(supply) % len(SUPPLY_COLOURS)]


def _transfers(axes: Axes, rejection: SupplyRejection) -> None:
    wanted = "A_d" if rejection.single_ended else "A_dd"
    labels = [_line(axes, rejection, rejection.gain, wanted, BLUE, "-")]
    for supply in rejection.supplies:
        for name, transfer in transfers(rejection, supply).items():
            style = DASHES if name.endswith("→c") else "-"
            labels.append(_line(axes, rejection, transfer, name, colour(rejection, supply), style))
    axes.set_ylabel("transfer (dB, V/V)", fontsize=TEXT, color=INK)
    axes.margins(y=0.08)
    label_ends(axes, [label for label in labels if label], HEIGHTS["transfer"])


def _line(
    axes: Axes, rejection: SupplyRejection, transfer: NDArray[np.complex128], name: str, colour: str, style: object
) -> LineLabel | None:
    """One line, with gaps where there is only rounding; None where there is nothing else."""
    above = np.abs(transfer) > rejection.floor
    if not above.any():
        return None
    decibels = np.full(transfer.shape, np.nan)
    decibels[above] = 20.0 * np.log10(np.abs(transfer[above]))
    axes.plot(rejection.frequency_hz, decibels, color=colour, linewidth=1.9, linestyle=style, label=name)
    return LineLabel(float(decibels[above][-1]), mathematical(name), colour)


def _rejections(axes: Axes, rejection: SupplyRejection, supplies: list[str]) -> None:
    labels = []
    for supply in supplies:
        psrr = rejection.psrr_db(supply)
        finite = np.where(np.isfinite(psrr), psrr, np.nan)
        axes.plot(rejection.frequency_hz, finite, color=colour(rejection, supply), linewidth=2.0, label=supply)
        labels.append(LineLabel(float(finite[np.isfinite(finite)][-1]), supply, colour(rejection, supply)))
    axes.set_ylabel("PSRR (dB)", fontsize=TEXT, color=INK)
    axes.margins(y=0.12)
    label_ends(axes, labels, HEIGHTS["rejection"])
