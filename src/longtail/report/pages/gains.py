"""Mode gains as a table over a few frequencies, and what every view of them has to say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.gains import ModeGains
from longtail.contract.output import Output
from longtail.hints import said
from longtail.merits.gains import symbols
from longtail.merits.reasons import UNKNOWN, Cause, Reason, said_of
from longtail.report.wording.conditions import degrees
from longtail.report.wording.page import LEFT, QUIET, Cell, Column, Page, Table
from longtail.report.wording.symbols import decibels, gain_text, no_rejection_text, spread_text
from longtail.units import format_si

Complex = NDArray[np.complex128]
FEW = 12  # points that are all shown


def page(gains: ModeGains) -> Page:
    """The conditions, and one row a decade."""
    return Page("Mode gains", facts(gains), (_table(gains),), notes(gains))


def facts(gains: ModeGains) -> tuple[tuple[str, str], ...]:
    """Under which conditions the gains hold, and which rejection is printed."""
    found = [
        ("input", ", ".join(gains.input)),
        ("output", Output(gains.output).description),
        ("CMRR", f"{ratio(gains)} of this output"),
        ("V_CM", spread_text(gains.vcm, "V")),
    ]
    if gains.null is not None:
        offset = spread_text(gains.null.input_offset, "V")
        found.append(("nulled", f"output at {format_si(gains.null.v_od_target, 'V')} with an input offset of {offset}"))
    return tuple(found)


def ratio(gains: ModeGains) -> str:
    """Of what the rejection is the ratio."""
    return Output(gains.output).rejection


def named_gains(gains: ModeGains) -> dict[str, Complex]:
    """Every gain by the name that the reader sees."""
    written = symbols(gains.single_ended)
    return {written[name]: getattr(gains, name) for name in gains.names}


def above_rounding(gains: ModeGains) -> dict[str, NDArray[np.bool_]]:
    """Where each gain is more than rounding."""
    return {name: np.abs(gain) > gains.floor for name, gain in named_gains(gains).items()}


def zeros(gains: ModeGains) -> list[str]:
    """The gains that are rounding at every frequency."""
    return [name for name, above in above_rounding(gains).items() if not above.any()]


def notes(gains: ModeGains) -> tuple[str, ...]:
    """What is left out and why, and what the analysis has to say."""
    return (*whys(gains), *gains.notes)


def whys(gains: ModeGains) -> tuple[str, ...]:
    """Which gains are zero and why, and what would bring them back."""
    keys = dict(zip(named_gains(gains), gains.names, strict=True))
    told = said_of((name, gains.reason(keys[name]) or UNKNOWN) for name in zeros(gains))
    if np.isposinf(gains.cmrr_db).any() and not np.isfinite(gains.cmrr_db).any():
        told = (*told, f"the CMRR is {unwanted(gains).rejection}", *one_output(gains.output, unwanted(gains)))
    return told


def one_output(output: tuple[str, ...], why: Reason) -> tuple[str, ...]:
    """The question that has an answer where symmetry leaves the rejection of a pair none: that of one output alone."""
    if len(output) == 1 or why.cause is not Cause.SYMMETRY:
        return ()
    return (said("one output alone has a CMRR: {output}", output=output[0]),)


def unwanted(gains: ModeGains) -> Reason:
    """Why the gain that spoils the rejection is zero, where it is."""
    return gains.reason("common" if gains.single_ended else "common_to_differential") or UNKNOWN


def chosen(frequency_hz: NDArray[np.float64]) -> list[int]:
    """Which points a table shows: all if they are few, else the first, the last, and the nearest to each decade.

    >>> [float(f) for f in np.geomspace(1.0, 1e6, 61)[chosen(np.geomspace(1.0, 1e6, 61))].round()]
    [1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0, 1000000.0]
    """
    count = frequency_hz.size
    if count <= FEW:
        return list(range(count))
    positive = frequency_hz[frequency_hz > 0.0]
    first, last = np.ceil(np.log10(positive.min())), np.floor(np.log10(positive.max()))
    decades = 10.0 ** np.arange(first, last + 1)
    near = {int(np.abs(np.log10(np.maximum(frequency_hz, 1e-300) / f)).argmin()) for f in decades}
    return sorted(near | {0, count - 1})


def _table(gains: ModeGains) -> Table:
    shown = {name: gain for name, gain in named_gains(gains).items() if name not in zeros(gains)}
    above = above_rounding(gains)
    columns = [Column("frequency", LEFT)]
    for name in shown:
        columns += [Column(f"{name} dB"), Column("V/V", joined=True), Column("°", joined=True)]
    rejection = bool(np.isfinite(gains.cmrr_db).any())
    if rejection:
        columns.append(Column("CMRR dB"))
    rows = []
    for k in chosen(gains.frequency_hz):
        row = [Cell(format_si(gains.frequency_hz[k].item(), "Hz"))]
        for name, gain in shown.items():
            row += _gain_cells(gain[k].item(), bool(above[name][k]))
        if rejection:
            row.append(_cmrr_cell(gains.cmrr_db[k].item(), gains))
        rows.append(tuple(row))
    return Table("", tuple(columns), tuple(rows))


def _gain_cells(gain: complex, is_gain: bool) -> list[Cell]:
    if not is_gain:
        return [Cell("–", QUIET), Cell("0", QUIET), Cell("–", QUIET)]
    return [
        Cell(f"{decibels(abs(gain)):.2f}"),
        Cell(gain_text(abs(gain))),
        Cell(degrees(complex(gain))),
    ]


def _cmrr_cell(value: float, gains: ModeGains) -> Cell:
    if np.isfinite(value):
        return Cell(f"{value:.2f}")
    return Cell(no_rejection_text(value, unwanted(gains) if value > 0.0 else UNKNOWN), QUIET)
