"""The plan of a Monte Carlo run: samples as lanes, drawn part by part."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.sweep.plan import Digest, Plan, Where
from longtail.circuit import Circuit
from longtail.driven.drives import Drives
from longtail.driven.varied import levels_over
from longtail.engine.small_signal.linearization import Complex
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import OptionError
from longtail.files.lane_file import Layout
from longtail.merits.merit import Merit
from longtail.merits.registry import AT_A_FREQUENCY, measures
from longtail.statistics.sampling import Sampling

Array = NDArray[np.float64]
PART = 4096  # samples


@dataclass(frozen=True, eq=False, kw_only=True)
class SampledPlan(Plan):
    """A plan whose lanes are samples: none is held, each part is drawn when it is solved.

    `numbers` of the samples; of all where None. Where other figures are of the amplifier as it stands, that of an
    offset comes from the same samples with their output brought to `offset_target` V.
    """

    sampling: Sampling
    numbers: NDArray[np.intp] | None = None
    offset_target: float | None = None

    @cached_property
    def _parts(self) -> tuple[SampledPlan, SampledPlan]:
        """The plan without what needs a nulled output, and the plan of that alone."""
        of_null = {kind: tuple(m for m in self.measures if (m.needs == "nulled") is kind) for kind in (False, True)}
        plain = replace(self, measures=of_null[False], offset_target=None, _spots={})
        return plain, replace(plain, measures=of_null[True], target=self.offset_target, _spots={})

    def digest(self, where: slice, point: OperatingPoint, matrix: Complex | None) -> Digest:
        """See `Plan.digest`."""
        if self.offset_target is None:
            return super().digest(where, point, matrix)
        plain, nulled = self._parts
        status, values = plain.digest(where, point, matrix)
        return status, values | nulled.digest(where, nulled.solve(where), None)[1]

    def abroad(self) -> Plan:
        """See `Plan.abroad`: samples are drawn wherever they are solved."""
        return self

    def request(self, where: slice) -> slice:
        return where

    @staticmethod
    def named(names: Sequence[str], circuit: Circuit, drives: Drives | None) -> tuple[Merit, ...]:
        """See `Plan.named`. Raises `OptionError` too for a name that asks for several figures."""
        return tuple(_single(name, circuit, drives) for name in names)

    @property
    def count(self) -> int:
        return self.sampling.samples if self.numbers is None else self.numbers.size

    def number(self, lane: int) -> int:
        """The number of the sample in a lane."""
        return lane if self.numbers is None else int(self.numbers[lane])

    @property
    def part(self) -> int:
        """See `Plan.part`: few figures are kept of a sample, and more samples share what a part costs."""
        return PART

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.values(slice(0, 1)))

    def values(self, where: Where) -> dict[str, Array]:
        """The values of some samples by varied name; levels of input sources that follow them too."""
        rows = where if self.numbers is None else self.numbers[where]
        drawn = self.sampling.values(rows)
        return drawn if self.drives is None else {**drawn, **levels_over(self.drives, drawn)}

    def layout(self) -> Layout:
        """See `Plan.layout`: the column of what is varied is the number of the sample."""
        numbers = np.arange(self.count, dtype=float) if self.numbers is None else self.numbers.astype(float)
        whole = replace(self, parameters={"sample": numbers})
        made = Plan.layout(whole)
        spreads = self.sampling.spreads
        drawn = (self.sampling.seed, self.sampling.kind, self.sampling.samples, spreads.causes, spreads.names)
        identity = hashlib.sha256(f"{made.identity}{drawn!r}".encode()).hexdigest()
        return replace(made, identity=identity)


def _single(name: str, circuit: Circuit, drives: Drives | None) -> Merit:
    """One figure of one number. Raises `OptionError` for a name that asks for several."""
    own = AT_A_FREQUENCY.get(name, name)
    found = measures((own,), circuit, len(drives.output) if drives else 0)
    if len(found) != 1 or found[0].over_frequency:
        raise OptionError(f"'{name}' is more than one figure", hint="as in offset, cmrr@50, differential_db or v(out)")
    return replace(found[0], name=name)
