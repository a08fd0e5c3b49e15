"""What samples come to: distributions, correlation by rank, yields, and the samples at the ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.monte_carlo.result import QUANTILES, Distribution, Extreme, YieldOf
from longtail.merits.merit import Merit
from longtail.statistics.bounds import Bound
from longtail.statistics.yields import clopper_pearson

Array = NDArray[np.float64]

ALL = "all"
WORST = 3  # samples at either end of a figure
_BINS, _OUTSIDE = 60, 5e-4  # of a histogram, and what lies beyond it at either side
METHOD = "Clopper-Pearson, 95 %"


def distribution(merit: Merit, nominal: float, values: Array) -> Distribution:
    """The distribution of a figure; of a rejection without mean and sigma, see `Distribution`."""
    there = values[~np.isnan(values)]
    if not there.size:
        empty = dict.fromkeys(map(_percent, QUANTILES), np.nan)
        none = np.zeros(0)
        return Distribution(
            *(merit.unit, nominal, None, None, empty, np.nan, np.nan, values.size, none, none.astype(int))
        )
    quantiles = np.quantile(there, np.array(QUANTILES) / 100.0, method="inverted_cdf")
    moments = merit.unwanted is None and bool(np.isfinite(there).all())
    counts, edges = _histogram(there)
    return Distribution(
        merit.unit,
        nominal,
        float(there.mean()) if moments else None,
        float(there.std(ddof=1)) if moments and there.size > 1 else None,
        dict(zip(map(_percent, QUANTILES), quantiles.tolist(), strict=True)),
        float(there.min()),
        float(there.max()),
        int(values.size - there.size),
        edges,
        counts,
    )


def _percent(quantile: float) -> str:
    return f"{quantile:g}"


def _histogram(values: Array) -> tuple[NDArray[np.int64], Array]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.zeros(0, int), np.zeros(0)
    low, high = np.quantile(finite, [_OUTSIDE, 1.0 - _OUTSIDE], method="inverted_cdf").tolist()
    counts, edges = np.histogram(finite, min(_BINS, max(int(np.sqrt(finite.size)), 1)), (low, high))
    return counts, edges


def correlation(values: Sequence[Array]) -> Array:
    """The correlation of figures by rank, over samples that have all of them (C. Spearman, 1904)."""
    table = np.array(values)
    there = table[:, ~np.isnan(table).any(axis=0)]
    if there.shape[1] < 3:  # fewer say nothing
        return np.full((len(table), len(table)), np.nan)
    ranks = np.argsort(np.argsort(there, axis=1, kind="stable"), axis=1, kind="stable").astype(float)
    centered = ranks - ranks.mean(axis=1, keepdims=True)
    sizes = np.sqrt((centered**2).sum(axis=1))
    return np.asarray(centered @ centered.T / np.outer(sizes, sizes))


def yields(bounds: Sequence[Bound], values: Mapping[str, Array], samples: int) -> tuple[YieldOf, ...]:
    """How many samples keep each limit, and all of them."""
    if not bounds:
        return ()
    kept = [bound.holds(values[bound.measure]) for bound in bounds]
    named = [(bound.text, held) for bound, held in zip(bounds, kept, strict=True)]
    return tuple(yield_of(text, int(held.sum()), samples) for text, held in [*named, (ALL, np.all(kept, axis=0))])


def yield_of(text: str, passed: int, samples: int) -> YieldOf:
    """The part of the samples that passed, with its interval."""
    low, high = (float(end) for end in clopper_pearson(passed, samples))
    return YieldOf(text, passed, samples, passed / samples, low, high, METHOD)


def extremes(merits: Sequence[Merit], values: Mapping[str, Array]) -> Iterator[Extreme]:
    """The samples at the ends of each figure: of a rejection at the lower one alone, the worst first."""
    for merit in merits:
        figures = values[merit.name]
        order = np.argsort(figures, kind="stable")
        order = order[: int((~np.isnan(figures)).sum())]
        ends = order[:WORST] if merit.unwanted is not None else [*order[:WORST], *order[WORST:][::-1][:WORST]]
        for k in ends:
            yield Extreme(merit.name, int(k), float(figures[k]))
