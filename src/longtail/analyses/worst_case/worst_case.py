"""Worst case: how far a figure can go where every part stays within its tolerance.

Corners by the signs of first order, all corners where they are few, samples along each cause and steps from the best
point are solved whole, see `longtail.analyses.worst_case.search`; proven is what
`longtail.analyses.worst_case.proof` proves, and nothing else is called so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.contributions.contributions import unit_of
from longtail.analyses.contributions.effects import CMRR, Effects, found, question
from longtail.analyses.worst_case.proof import proof
from longtail.analyses.worst_case.result import Tolerance, WorstCase, WorstEnd
from longtail.analyses.worst_case.search import BoxSearch, without_rounding
from longtail.analyses.worst_case.tolerances import limit_of, of_all, part_of, reaches, tolerance_notes
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.counted import PROCESS, Counted
from longtail.contract.drive import Drive
from longtail.contract.kinds import NAMES, WORD
from longtail.contract.options import INPUT_OPTIONS, NULL_OPTIONS, SPREAD_OPTIONS
from longtail.errors import AnalysisError, OptionError
from longtail.hints import said
from longtail.statistics.finding import find_spreads
from longtail.statistics.spreads import Spreads, Variation
from longtail.statistics.telling import spread_notes

Array = NDArray[np.float64]
_IDLE = 1e-9  # of what the strongest cause does: less is nothing


def run(
    circuit: Circuit, drive: Drive, measure: tuple[str, ...], tolerance: float | None, counted: Counted
) -> WorstCase:
    """The ends of one figure."""
    if len(measure) != 1:
        raise OptionError("a worst case is of one figure", hint=said("as in {measure}", measure="cmrr@50"))
    asked = question(measure[0], None)
    spreads = find_spreads(circuit, counted.spreads)
    spreads = (spreads if tolerance is None else of_all(spreads, tolerance)).chosen(counted)
    level = None if drive.vcm is None else np.array([drive.vcm])
    effects = found(circuit, asked, drive, level, spreads)
    if effects.nominal.size != 1 or np.isnan(effects.nominal).any():
        raise AnalysisError(f"the netlist as it stands has no single figure '{measure[0]}'")
    search = BoxSearch(
        effects.solve, reaches(spreads), effects.effects[0, 0], effects.nominal[0, 0].item(), effects.rounding
    )
    points = search.ends()
    ends = search.measured(search.figures(np.stack(points)))
    least_of_all = without_rounding(ends[0], ends[1], search.rounding)
    sure, reason = proof(asked.name, effects, spreads, search, (least_of_all, float(ends[1])))
    shown = _Shown(asked.name == CMRR, float(ends[1]) if search.magnitude else 0.0, search.rounding)
    least, largest = (
        _extreme(search, spreads, shown, point) for point in (points[::-1] if shown.rejection else points)
    )
    return WorstCase(
        circuit.title,
        asked.name,
        "CMRR" if shown.rejection else f"|{effects.symbol}|" if search.magnitude else effects.symbol,
        "dB" if shown.rejection else effects.unit,
        float(effects.frequency_hz[0]) if effects.frequency_hz.size else None,
        shown(search.measured(effects.nominal[0])).item(),
        least,
        largest,
        sure,
        reason,
        tuple(Tolerance(_name(c), limit_of(c), c.relative, unit_of(circuit, c)) for c in spreads.causes),
        effects.drives.hot if effects.drives else (),
        effects.drives.output if effects.drives else (),
        tuple(_notes(spreads, tolerance, effects, search, (least, largest))),
    )


class _Shown:
    """A figure as it is told: a rejection in dB, of one over the ratio that it is computed as."""

    def __init__(self, rejection: bool, largest: float, rounding: float) -> None:
        self.rejection, self._largest, self._rounding = rejection, largest, rounding

    def __call__(self, figures: Array) -> Array:
        clean = np.array(figures, float)
        if self._largest:
            clean = np.array([without_rounding(x, self._largest, self._rounding) for x in clean.tolist()])
        with np.errstate(divide="ignore"):
            return -20.0 * np.log10(clean) if self.rejection else clean


def _name(cause: Variation) -> str:
    """What a cause is called; one of the process apart from the mismatch of the same parameter."""
    return f"{cause.name} (process)" if cause.instance and cause.kind == PROCESS else cause.name


def _extreme(search: BoxSearch, spreads: Spreads, shown: _Shown, point: Array) -> WorstEnd:
    """An end as it is told, with what each cause does there; those that do nothing are left where they are."""
    point = np.where(_idle(search.measured(search.figures(_one_back(point))), search.rounding), 0.0, point)
    there, *back = shown(search.measured(search.figures(_one_back(point)))).tolist()
    names = map(_name, spreads.causes)
    changes = {name: _difference(there, figure) for name, figure in zip(names, back, strict=True)}
    values = {name: value.item() for name, value in spreads.told(spreads.values(point[None])).items()}
    corner = bool(((np.abs(point) == search.reach) | (point == 0.0)).all() and point.any())
    return WorstEnd(there, values, changes, corner)


def _one_back(point: Array) -> Array:
    """A point `[cause]`, and with each cause in turn at the value of the netlist, `[1 + cause, cause]`."""
    moved = np.tile(point, (1 + point.size, 1))
    np.fill_diagonal(moved[1:], 0.0)
    return moved


def _idle(figures: Array, rounding: float) -> NDArray[np.bool_]:
    """Which causes do nothing, beside what others do and beside rounding."""
    changes = np.abs(figures[1:] - figures[0])
    return np.asarray(changes <= max(_IDLE * np.nanmax(changes, initial=0.0), rounding))


def _difference(there: float, back: float) -> float:
    return 0.0 if there == back else there - back


def _notes(
    spreads: Spreads, tolerance: float | None, effects: Effects, search: BoxSearch, ends: tuple[WorstEnd, WorstEnd]
) -> Iterator[str]:
    if tolerance is None:
        yield from spread_notes(spreads)
    else:
        yield f"every part within {100.0 * tolerance:g} % of its value, whatever the netlist says"
    yield from tolerance_notes(spreads)
    if math.isinf(ends[1].value):
        yield "the unwanted gain is zero somewhere within the limits: the largest rejection has no end"
    for end, word in zip(ends, ("least", "largest"), strict=True):
        if not end.corner and math.isfinite(end.value):
            yield f"the {word} value lies inside the limits, not at a corner"
    if search.failed:
        yield "some points within the limits have no such figure: there may be worse next to them"
    if effects.drives is not None:
        yield from effects.drives.notes


ANALYSIS = Analysis(
    "worst-case",
    "Worst case of a figure where every part stays within its tolerance",
    run,
    WorstCase,
    (
        *INPUT_OPTIONS,
        Option(
            "measure",
            NAMES,
            "",
            "the figure: offset, cmrr@50, common_to_differential, or any that sweep measures, at a frequency or not",
            "offset",
        ),
        Option(
            "tolerance",
            WORD,
            "",
            "every resistor, capacitor and what else the netlist lets spread within this part of its value, as in 1%",
            reads=part_of,
            otherwise="the limits of the netlist's rules",
        ),
        *SPREAD_OPTIONS,
        *NULL_OPTIONS,
    ),
    verb="worst",
)
