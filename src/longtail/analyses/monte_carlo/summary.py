"""What samples come to: distributions, correlation by rank, yields, and the samples at the ends.

All but the yields follows from the figures in order, and a million of them are sorted once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.monte_carlo.result import QUANTILES, Distribution, Extreme, MonteCarlo, YieldOf
from longtail.merits.merit import Merit
from longtail.statistics.bounds import Bound
from longtail.statistics.yields import clopper_pearson

Array = NDArray[np.float64]

ALL = "all"
EVERYWHERE = "all, under every condition"
WORST = 3  # samples at either end of a figure
_BINS, _OUTSIDE = 60, 5e-4  # of a histogram, and what lies beyond it at either side
METHOD = "Clopper-Pearson, 95 %"


@dataclass(frozen=True, eq=False)
class Ordered:
    """The figures of all samples `[sample]`, nan where there is none, and the samples in order of them."""

    values: Array

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The samples that have the figure, the least first; of equal ones the first sample."""
        found = np.argsort(self.values, kind="stable")  # nan comes last
        return np.asarray(found[: self.values.size - np.isnan(self.values).sum()])

    def quantile(self, part: float) -> float:
        """The least figure that at least this part of the samples does not go beyond (R. Hyndman, Y. Fan, Am. Statist.
        50 (1996) 361, definition 1)."""
        return float(self.values[self.order[max(math.ceil(round(part * self.order.size, 6)) - 1, 0)]])


def distribution(merit: Merit, nominal: float, figures: Ordered) -> Distribution:
    """The distribution of a figure; of a rejection without mean and sigma, see `Distribution`."""
    values, order = figures.values, figures.order
    if not order.size:
        empty = dict.fromkeys(map(_percent, QUANTILES), np.nan)
        none = np.zeros(0)
        return Distribution(
            *(merit.unit, nominal, None, None, empty, np.nan, np.nan, values.size, none, none.astype(int))
        )
    least, largest = float(values[order[0]]), float(values[order[-1]])
    there = values if order.size == values.size else values[~np.isnan(values)]
    moments = merit.unwanted is None and np.isfinite(least) and np.isfinite(largest)
    counts, edges = _histogram(figures)
    return Distribution(
        merit.unit,
        nominal,
        float(there.mean()) if moments else None,
        float(there.std(ddof=1)) if moments and there.size > 1 else None,
        {_percent(each): figures.quantile(each / 100.0) for each in QUANTILES},
        least,
        largest,
        int(values.size - order.size),
        edges,
        counts,
    )


def _percent(quantile: float) -> str:
    return f"{quantile:g}"


def _histogram(figures: Ordered) -> tuple[NDArray[np.int64], Array]:
    finite = figures.values[np.isfinite(figures.values)]
    if not finite.size:
        return np.zeros(0, int), np.zeros(0)
    some = figures if finite.size == figures.order.size else Ordered(finite)
    low, high = some.quantile(_OUTSIDE), some.quantile(1.0 - _OUTSIDE)
    counts, edges = np.histogram(finite, min(_BINS, max(int(np.sqrt(finite.size)), 1)), (low, high))
    return counts, edges


def correlation(figures: Sequence[Ordered]) -> Array:
    """The correlation of figures by rank, over samples that have all of them (C. Spearman, 1904)."""
    there = np.all([~np.isnan(each.values) for each in figures], axis=0)
    count = int(there.sum())
    if count < 3:  # fewer say nothing
        return np.full((len(figures), len(figures)), np.nan)
    centered = np.empty((len(figures), count))
    ranks = np.empty(there.size)
    for row, each in zip(centered, figures, strict=True):
        order = each.order[there[each.order]]
        ranks[order] = np.arange(count)
        row[:] = ranks[there] - 0.5 * (count - 1)
    sizes = np.sqrt((centered**2).sum(axis=1))
    return np.asarray(centered @ centered.T / np.outer(sizes, sizes))


def yields(bounds: Sequence[Bound], values: Mapping[str, Array], samples: int) -> tuple[YieldOf, ...]:
    """How many samples keep each limit, and all of them."""
    if not bounds:
        return ()
    kept = [bound.holds(values[bound.measure]) for bound in bounds]
    named = [(bound.text, held) for bound, held in zip(bounds, kept, strict=True)]
    return tuple(yield_of(text, int(held.sum()), samples) for text, held in [*named, (ALL, np.all(kept, axis=0))])


def everywhere(bounds: Sequence[Bound], found: Iterable[MonteCarlo]) -> YieldOf | None:
    """How many samples keep all limits under every condition; None without limits."""
    if not bounds:
        return None
    kept = [bound.holds(each.values[bound.measure]) for each in found for bound in bounds]
    return yield_of(EVERYWHERE, int(np.all(kept, axis=0).sum()), kept[0].size)


def yield_of(text: str, passed: int, samples: int) -> YieldOf:
    """A yield with the interval of Clopper and Pearson."""
    low, high = (float(end) for end in clopper_pearson(passed, samples))
    return YieldOf(text, passed, samples, passed / samples, low, high, METHOD)


def extremes(merits: Sequence[Merit], figures: Mapping[str, Ordered]) -> Iterator[Extreme]:
    """The samples at the ends of each figure: of a rejection at the lower one alone, the worst first."""
    for merit in merits:
        values, order = figures[merit.name].values, figures[merit.name].order
        ends = order[:WORST] if merit.unwanted is not None else [*order[:WORST], *order[WORST:][::-1][:WORST]]
        for k in ends:
            yield Extreme(merit.name, int(k), float(values[k]))
