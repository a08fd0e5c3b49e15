"""Results over many lanes as tables: every lane where they are few, else smallest, quantiles and largest.

Quantiles are values that occurred. A rejection is shown by its quantiles and never by mean and deviation: around
perfect symmetry it has neither in any useful sense.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.gains import ModeGains
from longtail.analyses.op import OpResult
from longtail.analyses.sweep.sweep import SweepResult
from longtail.driven.bands import Bands, sampled_bands
from longtail.driven.grid import Axes
from longtail.lanes.status import LaneStatus
from longtail.merits.merit import SpotMerit
from longtail.merits.reasons import UNKNOWN, Reason, short
from longtail.merits.registry import named
from longtail.report.pages import gains as mode_gains
from longtail.report.pages.op import driven_facts
from longtail.report.wording.page import ATTENTION, LEFT, PLAIN, QUIET, Cell, Column, Page, Table
from longtail.report.wording.symbols import decibels_text, no_rejection_text, quantity_text, symbol
from longtail.report.wording.transistors import transistors
from longtail.units import counted, format_si

Array = NDArray[np.float64]

FEW = 24  # lanes that are all shown
SHARES = (0.0, 0.05, 0.5, 0.95, 1.0)
HEADINGS = ("min", "5 %", "median", "95 %", "max")
REJECTION = "CMRR"
_REJECTIONS = (REJECTION, "PSRR")  # with what their labels begin
_INFINITE = {  # by unit: a word for a cell, and for a note
    "Hz": ("beyond", "lies beyond the sweep"),
    "ohm": ("open", "is infinite, no current flows,"),
    "V/rtHz": ("no gain", "has no gain to be referred by"),
}


@dataclass(frozen=True)
class Figures:
    """One figure of every lane, flat: what it is called, its unit, its values; infinite is "beyond the sweep" for Hz,
    and for dB has a reason: `why`."""

    name: str
    unit: str
    values: Array
    why: Reason = UNKNOWN

    def text(self, value: float) -> Cell:
        """A value as the tables show it."""
        if np.isfinite(value):
            return Cell(decibels_text(value) if self.unit == "dB" else quantity_text(value, self.unit))
        if np.isnan(value):
            return Cell("–", QUIET)
        if self.unit != "dB":
            return Cell(_infinite(self.unit)[0], QUIET)
        return Cell(no_rejection_text(value, self.why) if self.rejects else self.why.word, QUIET)

    @property
    def rejects(self) -> bool:
        return self.name.startswith(_REJECTIONS)

    @property
    def heading(self) -> str:
        return f"{self.name} dB" if self.unit == "dB" else self.name


def _infinite(unit: str) -> tuple[str, str]:
    return _INFINITE.get(unit, _INFINITE["Hz"])


def page(result: ModeGains | OpResult | SweepResult) -> Page:
    """Conditions, how many lanes were solved, and the figures of the lanes."""
    if isinstance(result, OpResult):
        return _operating_points(result)
    figures = figures_of(result)
    shown = [f for f in figures if not np.isinf(f.values).any() or np.isfinite(f.values).any()]
    tables = (_each(result.axes, shown),) if count(result.axes) <= FEW else (_spread(result.axes, shown),)
    if isinstance(result, ModeGains):
        first, *others = mode_gains.facts(result)[:3]
        facts = [first, *others, *_axes_facts(result.axes), ("lanes", solved_text(result)), _at(result)]
        return Page("Mode gains over parameters", tuple(facts), tables, mode_gains.notes(result))
    facts = [("output", ", ".join(result.output))] if result.output else []
    facts += [*_axes_facts(result.axes), ("lanes", solved_text(result)), _at(result)]
    if result.path:
        facts.append(("file", str(result.path)))
    return Page(f"Sweep: {result.title}", tuple(facts), tables, (*_gone(figures, shown), *result.notes))


def figures_of(result: ModeGains | SweepResult) -> list[Figures]:
    """The figures of every lane: gains and rejection at mid-band, offset, bandwidth; what was measured."""
    if isinstance(result, SweepResult):
        return [_measured(result, name) for name in result.values]
    found = []
    k = single_place(result)
    for (name, gain), key in zip(mode_gains.named_gains(result).items(), result.names, strict=True):
        low = np.abs(gain[..., k])
        floor = np.where(low > result.floor[..., k], 0.0, -np.inf)
        with np.errstate(divide="ignore"):
            values = (20.0 * np.log10(low) + np.where(np.isnan(low), 0.0, floor)).ravel()
        found.append(Figures(name, "dB", values, _why(result, key)))
    rejection = _unsolved(result.cmrr_db[..., k], result.differential[..., k])
    found.append(Figures(REJECTION, "dB", rejection, mode_gains.unwanted(result)))
    if result.frequency_hz.size > 1:
        found.append(Figures("f_3dB", "Hz", _bands(result).high_hz))
    if result.null is not None:
        found.append(Figures("V_OS", "V", np.ravel(result.null.input_offset)))
    return found


def _why(result: ModeGains, gain: str) -> Reason:
    return result.reason(gain) or UNKNOWN


def _bands(result: ModeGains) -> Bands:
    """The bands of all lanes, from their samples."""
    size, shape = np.abs(result.differential), (-1, result.frequency_hz.size)
    return sampled_bands(result.frequency_hz, size.reshape(shape), result.floor.reshape(shape))


def single_place(result: ModeGains | SweepResult) -> int:
    """The place on the frequency axis of what is shown of each lane as one figure: the nearest to mid-band."""
    f = result.frequency_hz
    if isinstance(result, SweepResult):
        middle = result.headline_hz
    else:
        known = _bands(result).middle_hz
        known = known[np.isfinite(known)]
        middle = float(np.median(known)) if known.size else None
    return 0 if middle is None else int(np.abs(f - middle).argmin())


def single_hz(result: ModeGains | SweepResult) -> float:
    """The frequency of what is shown of each lane as one figure."""
    if isinstance(result, SweepResult) and result.headline_hz is not None:
        return result.headline_hz
    return float(result.frequency_hz[single_place(result)])


def _unsolved(values: Array, gain: NDArray[np.complex128]) -> Array:
    """Flat values with nan where a lane has no gain: a rejection of nothing is no infinite one."""
    return np.where(np.isnan(gain), np.nan, values).ravel()


def label(result: SweepResult, measure: str) -> str:
    """A measure as the reader knows it."""
    merit = named(measure)
    if merit is None:
        return measure
    symbol = merit.written(len(result.output) < 2)
    at_hz = merit.at_hz if isinstance(merit, SpotMerit) else None
    return symbol if at_hz is None else f"{symbol} at {format_si(at_hz, 'Hz')}"


def _measured(result: SweepResult, name: str) -> Figures:
    values, unit = result.values[name], result.units[name]
    if result.over_frequency(name):
        values = decibels_over(result, name)[..., single_place(result)]
        unit = "dB"
    solved = result.status_codes == LaneStatus.CONVERGED
    why = result.reasons.get(name, UNKNOWN)
    return Figures(label(result, name), unit, np.where(solved, values, np.nan).ravel(), why)


def decibels_over(result: SweepResult, name: str) -> Array:
    """A measure over frequency in dB; minus infinity where it is no more than rounding."""
    values = result.values[name]
    if not np.iscomplexobj(values):
        return values
    size = np.abs(values)
    with np.errstate(divide="ignore"):
        return np.asarray(20.0 * np.log10(np.where(size <= result.floor, 0.0, size)))


def count(axes: Axes) -> int:
    """How many lanes axes have."""
    return int(np.prod([len(values) for _, values in axes], dtype=int))


def quantiles(values: Array) -> list[float]:
    """Smallest, 5 %, median, 95 % and largest of what is not nan, each a value that occurred.

    >>> quantiles(np.array([3.0, np.inf, 1.0, np.nan, 2.0]))
    [1.0, 1.0, 2.0, inf, inf]
    """
    ordered = np.sort(values[~np.isnan(values)])
    if not ordered.size:
        return [np.nan] * len(SHARES)
    return [ordered[max(0, int(np.ceil(share * ordered.size)) - 1)].item() for share in SHARES]


def solved_text(result: ModeGains | OpResult | SweepResult) -> str:
    """How many lanes were solved, and what befell the others."""
    if isinstance(result, SweepResult):  # words for a million lanes would take more memory than their figures
        counts = np.bincount(result.status_codes.ravel(), minlength=len(LaneStatus)).tolist()
        found = {status.text: n for status, n in zip(LaneStatus, counts, strict=True) if n}
    else:
        texts, numbers = np.unique(np.ravel(result.status), return_counts=True)
        found = dict(zip(texts.tolist(), numbers.tolist(), strict=True))
    solved = found.pop(LaneStatus.CONVERGED.text, 0)
    if not found:
        return f"all {solved} solved"
    others = "; ".join(f"{n}: {text}" for text, n in found.items())
    return f"{solved} of {solved + sum(found.values())} solved; {others}"


def _axes_facts(axes: Axes) -> list[tuple[str, str]]:
    facts = []
    for name, values in axes:
        if name != "lane":
            span = f"{values.min():.6g} to {values.max():.6g}, {counted(len(values), 'value')}"
            facts.append((name, span if len(values) > 1 else f"{values[0]:.6g}"))
    return facts


def _at(result: ModeGains | SweepResult) -> tuple[str, str]:
    return ("gains at", format_si(single_hz(result), "Hz"))


def _gone(figures: Sequence[Figures], shown: Sequence[Figures]) -> tuple[str, ...]:
    """A note for what no lane has a figure of."""
    return tuple(f"{each.name} {_why_gone(each)} in every lane" for each in figures if each not in shown)


def _why_gone(figures: Figures) -> str:
    if figures.unit != "dB":
        return _infinite(figures.unit)[1]
    if not figures.rejects:
        return f"is {short(figures.why.gain)}"
    positive = bool((figures.values[~np.isnan(figures.values)] > 0.0).any())
    return f"is {short(figures.why.rejection)}" if positive else "has no gain to reject by"


def _each(axes: Axes, figures: Sequence[Figures]) -> Table:
    """One row a lane."""
    mesh = np.meshgrid(*(values for _, values in axes), indexing="ij")
    columns = [*(Column(name) for name, _ in axes), *(Column(f.heading) for f in figures)]
    rows = []
    for lane in range(count(axes)):
        where = [Cell(f"{each.ravel()[lane]:.6g}") for each in mesh]
        rows.append((*where, *(f.text(f.values[lane].item()) for f in figures)))
    return Table("", tuple(columns), tuple(rows))


def _spread(axes: Axes, figures: Sequence[Figures], title: str = "", first: str = "figure") -> Table:
    """One row a figure: quantiles, and the lanes of the smallest and the largest."""
    columns = (Column(first, LEFT), *(Column(h) for h in HEADINGS), Column("min at", LEFT), Column("max at", LEFT))
    rows = []
    for f in figures:
        known = np.flatnonzero(~np.isnan(f.values))
        ends = [known[k] for k in (f.values[known].argmin(), f.values[known].argmax())] if known.size else []
        where = [Cell(place(axes, int(k))) for k in ends] or [Cell("–", QUIET)] * 2
        rows.append((Cell(f.heading), *(f.text(v) for v in quantiles(f.values)), *where))
    return Table(title, columns, tuple(rows))


def place(axes: Axes, lane: int) -> str:
    """Where a lane lies on the axes.

    >>> place((("temp", np.array([-40.0, 27.0])), ("rc1.r", np.array([9e3, 1e4]))), 1)
    'temp -40, rc1.r 10000'
    """
    places = np.unravel_index(lane, [len(values) for _, values in axes])
    return ", ".join(f"{name} {values[k]:.6g}" for (name, values), k in zip(axes, places, strict=True))


def _operating_points(op: OpResult) -> Page:
    """Regions of the transistors, then voltages and currents over the lanes."""
    facts = [*driven_facts(op), *_axes_facts(op.axes), ("lanes", solved_text(op))]
    nodes = [Figures(name, "V", np.ravel(values)) for name, values in op.nodes.items()]
    branches = [Figures(name, "A", np.ravel(values)) for name, values in op.branches.items()]
    tables = [_regions(op)] if transistors(op) else []
    tables.append(_spread(op.axes, nodes, "Node voltages", "node"))
    if branches:
        tables.append(_spread(op.axes, branches, "Branch currents", "device"))
    return Page("Operating points over parameters", tuple(facts), tuple(tables), op.notes)


def _regions(op: OpResult) -> Table:
    """In what share of the lanes each transistor is in which region, and its current."""
    columns = [Column("device", LEFT), Column("region", LEFT), Column("current", LEFT), *(Column(h) for h in HEADINGS)]
    rows = []
    for name, role in transistors(op).items():
        device = op.devices[name]
        found, counts = np.unique(np.ravel(device["region"]), return_counts=True)
        shares = dict(zip(found.tolist(), (counts / counts.sum()).tolist(), strict=True))
        text = ", ".join(region if share == 1.0 else f"{region} {share:.2%}" for region, share in shares.items())
        current = Figures(role.current, op.units[name][role.current], np.ravel(device[role.current]))
        cells = (current.text(v) for v in quantiles(current.values))
        tone = PLAIN if set(shares) == {role.amplifying} else ATTENTION
        rows.append((Cell(name), Cell(text, tone), Cell(symbol(role.current)), *cells))
    return Table("Transistors", tuple(columns), tuple(rows))
