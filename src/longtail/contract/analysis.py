"""The contract of an analysis: its name, its options, and how it is run.

A file in `longtail/analyses/` exports one `Analysis` as `ANALYSIS`; the Python method, the command-line verb and its
options are made from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from longtail.circuit import Circuit
from longtail.contract.given import READERS
from longtail.contract.result import Result
from longtail.engine.size import LARGEST, SPARSE, check_size
from longtail.engine.solving import dense
from longtail.errors import OptionError, nearest
from longtail.hints import named, said
from longtail.lanes.threads import turn


@dataclass(frozen=True, slots=True)
class Option:
    """An option of an analysis.

    `kind` says what it takes: "number" (SPICE suffixes allowed, within [low, high], `unit`), "nodes" or "names" (with
    commas between), "frequency" (`start:stop:points-per-decade` in Hz, or an array), "range" (`start:stop:points`, a
    list, or an array), "word" (text that the analysis reads itself), "assignments" (`name=value`, repeated), "flag",
    "file", "corners" and "limits" (by name, or a file of them), "callback" (Python's own), "lanes" (arrays by parameter
    name). `longtail.contract.kinds` has the type of each.
    `python_only` keeps it off the command line. `needs` names the flag without which the option has no effect.
    """

    name: str
    kind: str
    unit: str
    doc: str
    default: Any = None
    low: float = -math.inf
    high: float = math.inf
    python_only: bool = False
    needs: str = ""

    def read(self, value: Any) -> Any:
        """What was given, or the default. Raises `OptionError` for what is not of its kind, and out of bounds."""
        if value is None:
            return self.default
        read = READERS[self.kind](self.name, value) if self.kind in READERS else value
        if self.kind == "number":
            bounded = math.isfinite(self.low) or math.isfinite(self.high)
            if bounded and not self.low <= read <= self.high:
                between = f"between {self.low:g} and {self.high:g} {self.unit}"
                raise OptionError(f"{self.name} must lie {between}, not {read:g}")
            if not math.isfinite(read):
                raise OptionError(f"{self.name} must be a finite number, not {read:g}")
        return read


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis: `run(circuit, **options)` returns a `result`; options that are not given take their default.

    `example` are arguments that it cannot do without, as its help shows them. `most` is the size of the largest circuit
    that it takes, see `longtail.engine.size`.
    """

    name: str
    doc: str
    run: Callable[..., Result]
    result: type[Result]
    options: tuple[Option, ...] = ()
    example: str = ""
    most: int = LARGEST

    def __call__(self, circuit: Circuit, **given: Any) -> Result:
        """Run with options by name.

        Raises `OptionError` for one that is unknown or out of bounds, `SizeError` for a circuit that is too large.
        """
        known = {option.name: option for option in self.options}
        for name in given:
            if name not in known:
                has = f"it has: {', '.join(known) or 'none'}"
                raise OptionError(f"{self.name} has no option '{name}'; {has}", hint=nearest(name, known))
        values = {name: option.read(given.get(name)) for name, option in known.items()}
        for name, option in known.items():
            if option.needs and given.get(name) is not None and not values[option.needs]:
                raise OptionError(
                    f"{name} has no effect without {option.needs}",
                    hint=said("add {0}, or leave {1} out", named(option.needs, True), named(name)),
                )
        if self.name not in SPARSE or values.get("parameters"):
            check_size(circuit, self.name + (" over parameters" if values.get("parameters") else ""), self.most)
        with turn(), dense.one_thread():
            return self.run(circuit, **values)
