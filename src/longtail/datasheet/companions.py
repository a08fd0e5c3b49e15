"""The curves behind a datasheet: each from the analysis of its own name, under typical conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

from longtail.analyses import cmrr
from longtail.analyses import range as operating_range
from longtail.analyses.cmrr import CmrrMap
from longtail.analyses.formula import formula
from longtail.analyses.formula.result import Formula
from longtail.analyses.noise import noise
from longtail.analyses.noise.result import Noise
from longtail.analyses.poles import poles
from longtail.analyses.poles.poles import PolesAndZeros
from longtail.analyses.range import OperatingRange
from longtail.analyses.transfer import transfer
from longtail.analyses.transfer.transfer import Transfer
from longtail.circuit import Circuit
from longtail.contract.drive import Drive
from longtail.contract.result import Result
from longtail.driven.drives import Drives, supply_rails
from longtail.driven.inputs import find_drives
from longtail.driven.levels import sweep
from longtail.errors import AnalysisError, LongtailError
from longtail.hints import said
from longtail.large_signal.stuck import stuck

R = TypeVar("R", bound=Result)

_LEVELS = 25  # common-mode levels of the map


@dataclass(frozen=True, eq=False)
class Details:
    """What each analysis found, None where it could not, and `notes` say why."""

    cmrr: CmrrMap | None
    range: OperatingRange | None
    transfer: Transfer | None
    noise: Noise | None
    poles: PolesAndZeros | None
    formulas: tuple[Formula, ...]
    notes: tuple[str, ...]


def details(circuit: Circuit, asked: Mapping[str, Any]) -> Details:
    """Run the analyses with the options of a datasheet: input, output, frequency_hz, vcm, null, target."""
    notes: list[str] = []

    def attempt(name: str, result: type[R], run: Callable[[], Result]) -> R | None:
        try:
            found = run()
        except LongtailError as error:
            notes.append(f"{name}: {error.message}")
            return None
        assert isinstance(found, result)
        notes.extend(getattr(found, "notes", ()))
        return found

    nulled = {name: asked[name] for name in ("input", "output", "null", "target")}
    common = nulled if asked["null"] else {**nulled, "target": None}
    frequency = {"frequency_hz": asked["frequency_hz"]}
    level = {"vcm": asked["vcm"]}

    def driven() -> Drives:
        return find_drives(circuit, Drive(asked["input"], asked["output"], asked["vcm"]))

    def levels() -> Any:
        rails = supply_rails(driven().circuit)
        return level if rails is None else {"vcm": np.linspace(*rails, _LEVELS)}

    def ranges() -> OperatingRange:
        if not asked["null"] and stuck(sweep(driven()).center).any():
            raise AnalysisError(said("the output is stuck near a supply rail: use {null}", null=True))
        found = operating_range.ANALYSIS(circuit, **nulled, **level)
        assert isinstance(found, OperatingRange)
        return found

    def formulas() -> tuple[Formula, ...]:
        pair = len(driven().output) == 2
        wanted = ("differential", "common", *(("common_to_differential",) if pair else ()))
        tried = [
            attempt(f"formula, {of}", Formula, partial(formula.ANALYSIS, circuit, of=of, **common, **level))
            for of in wanted
        ]
        return tuple(found for found in tried if found is not None)

    return Details(
        attempt("rejection over V_CM", CmrrMap, lambda: cmrr.ANALYSIS(circuit, **common, **frequency, **levels())),
        attempt("range", OperatingRange, ranges),
        attempt("transfer", Transfer, lambda: transfer.ANALYSIS(circuit, **nulled, **level)),
        attempt("noise", Noise, lambda: noise.ANALYSIS(circuit, **common, **frequency, **level)),
        attempt("poles", PolesAndZeros, lambda: poles.ANALYSIS(circuit, **common, **level)),
        formulas(),
        tuple(dict.fromkeys(notes)),
    )
