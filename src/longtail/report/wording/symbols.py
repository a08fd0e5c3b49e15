"""How quantities are written: I_C for `ic`, r_π for `r_pi`, with units and SI prefixes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from longtail.merits.reasons import Reason
from longtail.units import format_si

GREEK = {"pi": "π", "mu": "µ", "beta": "β"}
SMALL_SIGNAL = ("c", "g", "r")
SYMBOLS = {
    "v_ov": "V_ov",
    "vth": "V_th",
    "vdsat": "V_DSsat",
    "beta_dc": "β_dc",
    "beta_ac": "β_ac",
    "f_t": "f_T",
    "power": "P",
    "i": "I",
    "v": "V",
    "r": "R",
    "c": "C",
    "l": "L",
}

ROUNDING = {"V": 1e-12, "A": 1e-18}  # what is smaller than this is left over from solving


def symbol(quantity: str) -> str:
    """The symbol of an operating-point quantity, as the field writes it.

    Currents and voltages at the bias are capitals, small-signal elements are not.

    >>> symbol("ic"), symbol("vbe"), symbol("r_pi"), symbol("cgs"), symbol("f_t")
    ('I_C', 'V_BE', 'r_π', 'c_gs', 'f_T')
    """
    if quantity in SYMBOLS:
        return SYMBOLS[quantity]
    head, _, tail = quantity.partition("_")
    if tail:
        return f"{head}_{GREEK.get(tail, tail)}"
    if len(quantity) > 1 and quantity[0] in "iv":
        return f"{quantity[0].upper()}_{quantity[1:].upper()}"
    if quantity[0] in SMALL_SIGNAL and 1 < len(quantity) <= 3:
        return f"{quantity[0]}_{quantity[1:]}"
    return quantity


def gain_text(value: float) -> str:
    """A gain in V/V, without SI prefix: a gain of 28 k is no unit of anything.

    >>> gain_text(-28000.0), gain_text(-0.01234), gain_text(1.5e-7)
    ('-28000', '-0.01234', '1.5e-07')
    """
    return f"{value:.0f}" if 1e3 <= abs(value) < 1e7 else f"{value:.4g}"


def decibels(magnitude: float) -> float:
    """20*log10 of a magnitude; minus infinity of zero.

    >>> decibels(100.0), decibels(0.0)
    (40.0, -inf)
    """
    return 20.0 * math.log10(magnitude) if magnitude > 0.0 else -math.inf


def decibels_text(value: float) -> str:
    """Decibels with two places, without a sign where they are rounded to zero.

    >>> decibels_text(-6.0206), decibels_text(-1e-9)
    ('-6.02', '0.00')
    """
    return f"{round(value, 2) + 0.0:.2f}"


def no_rejection_text(value: float, why: Reason) -> str:
    """Why a rejection in dB is no figure, in a word or two; `why` the gain that spoils it is zero, where it is.

    >>> from longtail.merits.reasons import Cause
    >>> [no_rejection_text(value, Reason(Cause.SYMMETRY)) for value in (math.inf, -math.inf, math.nan)]
    ['symmetry', 'no gain', 'no point']
    """
    return "no point" if math.isnan(value) else why.word if value > 0.0 else "no gain"


def quantity_text(value: object, unit: str) -> str:
    """A value with its unit for a table; a dash where there is none, words as they are.

    >>> quantity_text(1.034e-4, "A"), quantity_text(None, "V"), quantity_text("on", "")
    ('103.4 µA', '–', 'on')
    """
    if value is None:
        return "–"
    if not isinstance(value, float | int):
        return str(value)
    if abs(value) < ROUNDING.get(unit, 0.0):
        return format_si(0.0, unit)
    if unit == "V/V":
        return f"{gain_text(value)} V/V"
    return format_si(value, unit)


def spread_text(value: float | NDArray[np.float64], unit: str) -> str:
    """A number with its unit, or the lowest and the highest of several.

    >>> spread_text(0.5, "V"), spread_text(np.array([0.0, 1.5]), "V")
    ('500 mV', '0 V to 1.5 V')
    """
    low, high = float(np.min(value)), float(np.max(value))
    return format_si(low, unit) if low == high else f"{format_si(low, unit)} to {format_si(high, unit)}"
