"""Impedances as a table over a few frequencies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.impedance import Impedances
from longtail.report.pages.gains import chosen
from longtail.report.wording.conditions import Facts, conditions, degrees
from longtail.report.wording.page import LEFT, QUIET, Cell, Column, Page, Table
from longtail.units import format_si

Complex = NDArray[np.complex128]


def page(impedances: Impedances) -> Page:
    """Magnitude and phase of each impedance, one row a decade."""
    shown = named_impedances(impedances)
    columns = [Column("frequency", LEFT)]
    for name in shown:
        columns += [Column(name), Column("°", joined=True)]
    rows = tuple(_row(impedances, shown, k) for k in chosen(impedances.frequency_hz))
    table = Table("", tuple(columns), rows)
    convention = ("modes", "i_d = (i1 - i2)/2, i_c = i1 + i2: R from each input to ground is Z_id = 2R, Z_ic = R/2")
    return Page("Impedances", (*facts(impedances), convention), (table,), impedances.notes)


def facts(impedances: Impedances) -> Facts:
    return conditions(impedances.input, impedances.output, impedances.vcm, impedances.input_offset)


def named_impedances(impedances: Impedances) -> dict[str, Complex]:
    """Every impedance by the name that the reader sees."""
    found = {"Z_id": impedances.differential_input, "Z_ic": impedances.common_input}
    if impedances.common_output is None:
        return {**found, "Z_o": impedances.differential_output}
    return {**found, "Z_od": impedances.differential_output, "Z_oc": impedances.common_output}


def _row(impedances: Impedances, shown: dict[str, Complex], k: int) -> tuple[Cell, ...]:
    row = [Cell(format_si(impedances.frequency_hz[k].item(), "Hz"))]
    for z in shown.values():
        if np.isfinite(z[k]):
            row += [Cell(format_si(abs(z[k].item()), "Ω")), Cell(degrees(z[k].item()))]
        else:
            row += [Cell("no current", QUIET), Cell("–", QUIET)]
    return tuple(row)
