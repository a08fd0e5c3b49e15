"""Power-supply rejection as a table over a few frequencies."""

from __future__ import annotations

import numpy as np

from longtail.analyses.psrr import SupplyRejection
from longtail.merits.reasons import UNKNOWN
from longtail.report.pages.gains import chosen
from longtail.report.wording.conditions import Facts, conditions
from longtail.report.wording.page import LEFT, QUIET, Cell, Column, Page, Table
from longtail.report.wording.symbols import decibels, decibels_text, no_rejection_text
from longtail.units import format_si


def page(rejection: SupplyRejection) -> Page:
    """The rejection of each supply first, then its transfer to each output mode, in dB."""
    columns = [Column("frequency", LEFT), *(Column(f"PSRR {name}") for name in rejection.supplies)]
    for name in rejection.supplies:
        columns += [Column(transfer) for transfer in transfers(rejection, name)]
    rows = tuple(_row(rejection, k) for k in chosen(rejection.frequency_hz))
    ratio = "|A_d/A_s|" if rejection.single_ended else "|A_dd/A_s→d|"
    facts_ = (*facts(rejection), ("PSRR", f"{ratio} in dB, of a supply s; A in dB of V/V"))
    return Page("Power-supply rejection", facts_, (Table("", tuple(columns), rows),), notes(rejection))


def facts(rejection: SupplyRejection) -> Facts:
    return conditions(rejection.input, rejection.output, rejection.vcm, rejection.input_offset)


def transfers(rejection: SupplyRejection, supply: str) -> dict[str, np.ndarray]:
    """The transfers of a supply by the name that the reader sees."""
    common = rejection.common(supply)
    if common is None:
        return {f"A_{supply}": rejection.differential(supply)}
    return {f"A_{supply}→d": rejection.differential(supply), f"A_{supply}→c": common}


def silent(rejection: SupplyRejection) -> list[str]:
    """The supplies that do nothing to the output at any frequency."""
    return [name for name in rejection.supplies if np.isposinf(rejection.psrr_db(name)).all()]


def notes(rejection: SupplyRejection) -> tuple[str, ...]:
    """Which supplies do nothing and why, and what the analysis has to say."""
    groups: dict[str, list[str]] = {}
    for name in silent(rejection):
        groups.setdefault(rejection.reasons.get(name, UNKNOWN).rejection, []).append(name)
    said = (f"the rejection of {' and '.join(names)} is {why}" for why, names in groups.items())
    return (*said, *rejection.notes)


def _row(rejection: SupplyRejection, k: int) -> tuple[Cell, ...]:
    row = [Cell(format_si(rejection.frequency_hz[k].item(), "Hz"))]
    for name in rejection.supplies:
        value, why = rejection.psrr_db(name)[k], rejection.reasons.get(name, UNKNOWN)
        row.append(Cell(decibels_text(value)) if np.isfinite(value) else Cell(no_rejection_text(value, why), QUIET))
    for name in rejection.supplies:
        for transfer in transfers(rejection, name).values():
            magnitude = abs(transfer[k])
            above = magnitude > rejection.floor[k]
            row.append(Cell(decibels_text(decibels(magnitude))) if above else Cell("0", QUIET))
    return tuple(row)
