"""What the plots of a report show of all conditions: a band from the lowest to the highest, or a line for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.datasheet.curves import Curves
from longtail.report.figures.colours import GAIN_COLOURS, INK
from longtail.report.html.plots import COLOURS, FREQUENCY, LEVEL, Json, Plot, axes, line, numbers, plotted
from longtail.units import format_si

MANY = 12  # conditions, beyond which a line for each is a tangle
SAID = "Bands are the extremes over all conditions."
DASHES = ("solid", "dash", "dot")


def band(name: str, x: NDArray[Any], values: NDArray[Any], conditions: tuple[str, ...], colour: str) -> list[Json]:
    """From the lowest to the highest of `values` `[condition, point]`, shown and hidden with the line called `name`.

    The edges say which condition they are of. Nothing where there are no values, or less than two that differ.
    """
    there = np.isfinite(values).any(axis=0)
    low, high = np.where(np.isnan(values), np.inf, values), np.where(np.isnan(values), -np.inf, values)
    lowest, highest = (np.where(there, each, np.nan) for each in (low.min(axis=0), high.max(axis=0)))
    if not there.any() or np.allclose(lowest[there], highest[there], rtol=1e-9, atol=0.0):
        return []
    shared = {"legendgroup": name, "showlegend": False}
    area = line(name, [], [], colour, line={"width": 0}, fill="toself", fillcolor=_pale(colour), hoverinfo="skip")
    for run in _runs(there):
        between = [*(area["x"] and [None])]
        area["x"] += [*between, *numbers(x[run]), *numbers(x[run][::-1])]
        area["y"] += [*between, *numbers(lowest[run]), *numbers(highest[run][::-1])]
    edges = []
    for edge, at, what in ((lowest, low.argmin(axis=0), "lowest"), (highest, high.argmax(axis=0), "highest")):
        said = [plotted(conditions[k]) for k in at]
        drawn = line(name, numbers(x), numbers(edge), colour, line={"width": 0.6}, text=said)
        edges.append({**drawn, "hovertemplate": f"%{{y:.4g}}<br>{what}: %{{text}}<extra>{name}</extra>"})
    return [{**each, **shared} for each in (area, *edges)]


def over_gains(drawn: Plot, found: Curves | None) -> Plot:
    """The plot of the gains with a band about each line; as it is where there is one condition."""
    if found is None or len(found.conditions) < 2:
        return drawn
    keep = found.frequency_hz > 0.0
    bands = [
        trace
        for name, values in found.gains_db.items()
        for trace in band(name, found.frequency_hz[keep], values[:, keep], found.conditions, GAIN_COLOURS[name])
    ]
    return replace(drawn, data=bands + drawn.data, note=f"{drawn.note} {SAID}" if bands else drawn.note)


def over_noise(drawn: Plot, found: Curves | None) -> Plot:
    """The plot of the noise with a band about that of all devices."""
    if found is None or found.noise is None or found.noise_hz is None or len(found.conditions) < 2:
        return drawn
    bands = band("all", found.noise_hz, found.noise, found.conditions, INK)
    return replace(drawn, data=bands + drawn.data, note=f"{drawn.note} {SAID}" if bands else drawn.note)


def by_condition(found: Curves) -> Plot | None:
    """How differential gain and rejection move away from typical, a line for each condition; None for too many."""
    keep = found.frequency_hz > 0.0
    if not 1 < len(found.conditions) <= MANY or keep.sum() < 2:
        return None
    f, gains = numbers(found.frequency_hz[keep]), found.gains_db
    gain, rejection = ((each - each[0])[:, keep] for each in (next(iter(gains.values())), gains["CMRR"]))
    if not np.isfinite(gain[1:]).any():
        return None
    data = []
    for k, condition in enumerate(found.conditions[1:], start=1):
        name, style = plotted(condition), _style(k)
        data.append(line(name, f, numbers(gain[k]), **style, legendgroup=name))
        if np.isfinite(rejection[k]).any():
            thin = {**style, "line": {**style["line"], "width": 1.0}}
            data.append(line(name, f, numbers(rejection[k]), **thin, legendgroup=name, showlegend=False))
    said = "Differential gain over that under typical conditions"
    said += "; thin: the rejection." if np.isfinite(rejection[1:]).any() else "."
    return Plot("conditions", "Against typical", said, data, axes(FREQUENCY, "dB against typical"))


def over_levels(found: Curves) -> Plot | None:
    """The rejection over the common-mode level, a line for each condition; None where there is none."""
    if found.v_cm is None or found.rejection_db is None or not np.isfinite(found.rejection_db).any():
        return None
    v = numbers(found.v_cm)
    if len(found.conditions) <= MANY:
        data = [
            line(plotted(name), v, numbers(values), **_style(k))
            for k, (name, values) in enumerate(zip(found.conditions, found.rejection_db, strict=True))
        ]
    else:
        data = [line("CMRR", v, numbers(found.rejection_db[0]), INK, legendgroup="CMRR")]
        data += band("CMRR", found.v_cm, found.rejection_db, found.conditions, INK)
    said = f"At {format_si(found.headline_hz, 'Hz')}, across the common-mode range under typical conditions."
    return Plot("levels", "Rejection over the common-mode level", said, data, axes(LEVEL, "CMRR, dB"))


def _style(k: int) -> Json:
    """How the line of a condition looks: the typical one in ink, the others in colours, then in dashes too."""
    if k == 0:
        return {"colour": INK, "line": {"dash": "solid"}}
    return {"colour": COLOURS[(k - 1) % len(COLOURS)], "line": {"dash": DASHES[(k - 1) // len(COLOURS)]}}


def _pale(colour: str) -> str:
    """A colour that what lies below shines through.

    >>> _pale("#0072B2")
    'rgba(0,114,178,0.15)'
    """
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"


def _runs(there: NDArray[np.bool_]) -> list[slice]:
    """Where values follow one another without a gap.

    >>> _runs(np.array([True, True, False, True]))
    [slice(0, 2, None), slice(3, 4, None)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(int)))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
