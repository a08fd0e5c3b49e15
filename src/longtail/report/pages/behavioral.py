"""A behavioural model as a table."""

from __future__ import annotations

import numpy as np

from longtail.analyses.behavioral import BehavioralModel
from longtail.merits.reasons import UNKNOWN, short
from longtail.report.pages.gains import unwanted
from longtail.report.wording.conditions import conditions, degrees
from longtail.report.wording.page import LEFT, QUIET, STRONG, Cell, Column, Page, Table
from longtail.report.wording.symbols import decibels, decibels_text, gain_text
from longtail.units import format_si


def page(result: BehavioralModel) -> Page:
    """The equation, its gains, and the rejection of the output that counts."""
    model, gains = result.model, result.gains
    equation = (
        "v_out = A_d·v_id + A_c·v_ic"
        if model.single_ended
        else "[v_od; v_oc] = [[A_dd, A_c→d], [A_d→c, A_cc]]·[v_id; v_ic]"
    )
    facts = [
        *conditions(gains.input, gains.output, float(np.asarray(gains.vcm)), None),
        ("frequency", format_si(result.frequency_hz, "Hz")),
        ("model", equation),
    ]
    if gains.null is not None:
        facts.append(
            ("nulled", f"with an input offset of {format_si(float(np.asarray(gains.null.input_offset)), 'V')}")
        )
    named = {"A_d": model.differential, "A_c": model.common}
    if not model.single_ended:
        named = {
            "A_dd": model.differential,
            "A_cc": model.common,
            "A_c→d": model.unwanted,
            "A_d→c": model.matrix[1, 0].item(),
        }
    found = result.gains
    whys = [short((found.reason(name) or UNKNOWN).gain) for name in found.names]
    rows = [_row(name, complex(gain), why) for (name, gain), why in zip(named.items(), whys, strict=True)]
    ratio = "|A_d/A_c|" if model.single_ended else "|A_dd/A_c→d|"
    if model.differential == 0.0:
        rows.append((Cell(f"CMRR {ratio}"), Cell("no gain", QUIET), Cell(""), Cell("")))
    elif model.unwanted == 0.0:
        why = short(unwanted(found).rejection)
        rows.append((Cell(f"CMRR {ratio}"), Cell(why, QUIET), Cell(""), Cell("")))
    else:
        rejection = Cell(decibels_text(model.cmrr_db), STRONG)
        rows.append((Cell(f"CMRR {ratio}"), Cell(gain_text(abs(model.cmrr))), rejection, Cell(degrees(model.cmrr))))
    columns = (Column("", LEFT), Column("V/V"), Column("dB", joined=True), Column("°", joined=True))
    return Page("Behavioural model", tuple(facts), (Table("", columns, tuple(rows)),), result.notes)


def _row(name: str, gain: complex, why: str) -> tuple[Cell, ...]:
    """A gain, or in short `why` it is zero."""
    if gain == 0.0:
        return Cell(name), Cell(why, QUIET), Cell(""), Cell("")
    size = Cell(gain_text(gain.real) if gain.imag == 0.0 else gain_text(abs(gain)), STRONG)
    return Cell(name), size, Cell(decibels_text(decibels(abs(gain)))), Cell(degrees(gain))
