"""Yields of Monte Carlo with the linear picture as control: the same interval from fewer samples.

To first order the part that keeps a limit is known without sampling, p_1. Samples are then only asked where whole
solution and picture disagree: with a the probability that a sample keeps the limit though the picture fails it, and b
that of the contrary, the yield is p_1 + a - b exactly, however good or bad the picture is. Both are small where it is
good, and are known the better. Source: J. Hammersley, D. Handscomb, Monte Carlo Methods (1964), section 5.5, with a
factor of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.contributions.effects import found, question
from longtail.analyses.monte_carlo.result import ControlledYield
from longtail.analyses.yields.limit import HeldLimit, held_limit, of_causes
from longtail.circuit import Circuit
from longtail.contract.drive import Drive
from longtail.errors import OptionError
from longtail.hints import said
from longtail.statistics.bounds import Bound
from longtail.statistics.draws import NORMAL
from longtail.statistics.sampling import Sampling
from longtail.statistics.spreads import Spreads
from longtail.statistics.yields import clopper_pearson

Array = NDArray[np.float64]

METHOD = "linear control, Clopper-Pearson, 95 %"
_EACH = 0.975  # confidence of each of two intervals, so that both hold with 95 %
_PART = 1 << 16  # samples whose causes are held at once


def controlled(
    circuit: Circuit, drive: Drive, sampling: Sampling, bounds: Sequence[Bound], values: Mapping[str, Array]
) -> tuple[ControlledYield, ...]:
    """The yield of each limit from figures `[sample]` of all samples of a `sampling`.

    Raises `OptionError` where causes are not normal: the picture has no exact yield then.
    """
    spreads = sampling.spreads
    if any(cause.shape != NORMAL for cause in spreads.causes):
        raise OptionError(
            "the linear picture has an exact yield of normal causes alone",
            hint=said("leave {control} out", control=None),
        )
    held = [_held(circuit, drive, bound, spreads) for bound in bounds]
    pictured = _pictured(held, sampling)
    return tuple(
        _controlled(bound, 1.0 - each.failure, bound.holds(values[bound.measure]), kept)
        for bound, each, kept in zip(bounds, held, pictured, strict=True)
    )


def _held(circuit: Circuit, drive: Drive, bound: Bound, spreads: Spreads) -> HeldLimit:
    asked = question(bound.measure, None)
    level = None if drive.vcm is None else np.array([drive.vcm])
    return held_limit(bound, asked.name, found(circuit, asked, drive, level, spreads), spreads)


def _pictured(held: Sequence[HeldLimit], sampling: Sampling) -> Iterator[NDArray[np.bool_]]:
    """Which samples keep each limit by its picture, `[sample]`."""
    pictures = [of_causes(each.first, sampling.spreads) for each in held]
    kept = np.empty((len(held), sampling.samples), bool)
    for start in range(0, sampling.samples, _PART):
        where = slice(start, min(start + _PART, sampling.samples))
        causes = sampling.causes(where)
        for row, each, picture in zip(kept, held, pictures, strict=True):
            row[where] = each.kept(picture(causes))
    yield from kept


def _controlled(bound: Bound, known: float, kept: NDArray[np.bool_], pictured: NDArray[np.bool_]) -> ControlledYield:
    samples = kept.size
    more, fewer = int((kept & ~pictured).sum()), int((pictured & ~kept).sum())
    ends = [[float(end) for end in clopper_pearson(count, samples, _EACH)] for count in (more, fewer)]
    low = max(known + ends[0][0] - ends[1][1], 0.0)
    high = min(known + ends[0][1] - ends[1][0], 1.0)
    plain = [float(end) for end in clopper_pearson(int(kept.sum()), samples)]
    width = high - low
    worth = round(samples * ((plain[1] - plain[0]) / width) ** 2) if width > 0.0 else samples
    value = min(max(known + (more - fewer) / samples, 0.0), 1.0)
    return ControlledYield(bound.text, value, low, high, METHOD, known, more, fewer, worth)
