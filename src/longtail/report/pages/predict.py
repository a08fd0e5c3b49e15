"""A predicted output as a table: what is known, what comes out, and what of it is signal."""

from __future__ import annotations

import math

from longtail.analyses.predict import Prediction
from longtail.report.wording.page import LEFT, QUIET, STRONG, Cell, Column, Page, Table
from longtail.report.wording.symbols import decibels, decibels_text, gain_text
from longtail.units import format_si

DIGITS = 6  # what is computed from given numbers alone is as exact as they are


def page(result: Prediction) -> Page:
    """The equation, the inputs by terminal and by mode; the outputs; gains and ratios."""
    return Page("Predicted output", _facts(result), (_outputs(result), _ratios(result)), result.notes)


def _facts(result: Prediction) -> tuple[tuple[str, str], ...]:
    if result.model.single_ended:
        equation = "v_out = A_d·v_id + A_c·v_ic"
    else:
        equation = "[v_od; v_oc] = [[A_dd, A_c→d], [A_d→c, A_cc]]·[v_id; v_ic]"
    return (
        ("model", equation),
        ("inputs", f"v1 = {_volts(result.v1)}, v2 = {_volts(result.v2)}"),
        ("v_id = v1 - v2", _volts(result.v_id)),
        ("v_ic = (v1 + v2)/2", _volts(result.v_ic)),
    )


def _outputs(result: Prediction) -> Table:
    """What each mode makes of the output that counts, the sum, and the other outputs of a pair."""
    single = result.model.single_ended
    wanted, unwanted, out = ("A_d", "A_c", "v_out") if single else ("A_dd", "A_c→d", "v_od")
    rows = [
        (Cell(f"{wanted}·v_id"), Cell(_volts(result.signal)), Cell("signal", QUIET)),
        (Cell(f"{unwanted}·v_ic"), Cell(_volts(result.interference)), Cell("interference", QUIET)),
        (Cell(out), Cell(_volts(result.v_out), STRONG), Cell("output" if single else "between the outputs", QUIET)),
    ]
    if result.v_oc is not None and result.outputs is not None:
        rows.append((Cell("v_oc"), Cell(_volts(result.v_oc), STRONG), Cell("mean of the outputs", QUIET)))
        for name, volts in zip(("v_o1", "v_o2"), result.outputs, strict=True):
            rows.append((Cell(name), Cell(_volts(volts)), Cell("")))
    return Table("Output", (Column("", LEFT), Column("voltage"), Column("", LEFT)), tuple(rows))


def _ratios(result: Prediction) -> Table:
    model = result.model
    gains = {"A_d": model.differential, "A_c": model.common}
    if not model.single_ended:
        across = model.matrix[1, 0].item()
        gains = {"A_dd": model.differential, "A_cc": model.common, "A_c→d": model.unwanted, "A_d→c": across}
    rows = [(Cell(name), *_gain(float(gain.real))) for name, gain in gains.items()]
    ratio = "|A_d/A_c|" if model.single_ended else "|A_dd/A_c→d|"
    rejection = abs(model.cmrr) if model.differential != 0.0 else 0.0
    rows.append((Cell(f"CMRR {ratio}"), *_ratio(rejection, "no common-mode gain")))
    rows.append((Cell("signal over interference"), *_ratio(result.signal_over_interference, "no interference")))
    return Table("Gains and ratios", (Column("", LEFT), Column("V/V"), Column("dB", joined=True)), tuple(rows))


def _gain(gain: float) -> tuple[Cell, Cell]:
    if gain == 0.0:
        return Cell("0"), Cell("")
    return Cell(gain_text(gain)), Cell(decibels_text(decibels(abs(gain))))


def _ratio(ratio: float, endless: str) -> tuple[Cell, Cell]:
    """A ratio and its decibels, or in words why there are none."""
    if math.isnan(ratio):
        return Cell("nothing at the output", QUIET), Cell("")
    if math.isinf(ratio):
        return Cell(endless, QUIET), Cell("")
    if ratio == 0.0:
        return Cell("no signal", QUIET), Cell("")
    return Cell(gain_text(ratio), STRONG), Cell(decibels_text(decibels(ratio)))


def _volts(value: float) -> str:
    return format_si(value, "V", DIGITS)
