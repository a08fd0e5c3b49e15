"""Samples of an amplifier: the values of all that spreads, each sample by its number alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.statistics.draws import RANDOM, shaped, uniforms
from longtail.statistics.draws import UNIFORM as FLAT
from longtail.statistics.spreads import Spreads

NOMINAL = -1  # the number of the netlist as it stands, among samples

Array = NDArray[np.float64]
Rows = slice | NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sampling:
    """`samples` of the causes of `spreads`, drawn with a `seed`; `kind` as in `longtail.statistics.draws`."""

    spreads: Spreads
    samples: int
    seed: int
    kind: str = RANDOM

    def causes(self, where: Rows) -> Array:
        """The standardized causes of some samples, `[sample, cause]`; of `NOMINAL` all are zero.

        Of a group with the correlation c each is sqrt(c) of what all have in common and sqrt(1 - c) of its own.
        """
        rows = np.arange(self.samples)[where] if isinstance(where, slice) else where
        causes = self.spreads.causes
        u = uniforms(
            self.seed, np.maximum(rows, 0), len(causes) + len(self.spreads.groups), kind=self.kind, count=self.samples
        )
        found = np.empty((rows.size, len(causes)))
        for (shape, cut), columns in self._alike.items():
            scales = [np.sqrt(3.0) if shape == FLAT else causes[k].deviation / causes[k].standard for k in columns]
            found[:, columns] = shaped(u[:, columns], shape, cut) * scales
        for k in (k for k, cause in enumerate(causes) if cause.group):
            c, shared = causes[k].correlation, shaped(u[:, self.spreads.groups[causes[k].group]], causes[k].shape)
            found[:, k] = np.sqrt(c) * shared + np.sqrt(1.0 - c) * found[:, k]
        found[rows == NOMINAL] = 0.0
        return found

    @cached_property
    def _alike(self) -> dict[tuple[str, float], list[int]]:
        """The causes of each shape and cut."""
        found: dict[tuple[str, float], list[int]] = {}
        for k, cause in enumerate(self.spreads.causes):
            found.setdefault((cause.shape, cause.cut), []).append(k)
        return found

    def values(self, where: Rows) -> dict[str, Array]:
        """The values of some samples by varied name, `[sample]`."""
        return self.spreads.values(self.causes(where))
