"""Limits that a figure is held to, written as people say them: cmrr@50>=80dB, |offset|<=5mV."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.errors import InputError, OptionError
from longtail.hints import said
from longtail.units import parse_number

_FORM = re.compile(
    r"(?P<open>\||abs\()?\s*(?P<name>[^|<>=\s]+?)\s*(?(open)(?:\||\)))\s*(?P<sign><=|>=|<|>)\s*(?P<bound>[^<>=\s].*)"
)
_NUMBER = re.compile(r"(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(?P<rest>.*)", re.IGNORECASE)
_SCALES = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit of one figure: `measure` by name, its magnitude where `absolute`, at least (`least`) or at most `value`
    in the unit of the figure; `text` as it was written."""

    measure: str
    absolute: bool
    least: bool
    value: float
    text: str

    def holds(self, figures: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which figures keep the limit; one that is not known does not."""
        values = np.abs(figures) if self.absolute else figures
        return np.asarray(values >= self.value if self.least else values <= self.value)


def read_bounds(given: str | Sequence[str] | Mapping[str, object]) -> tuple[Bound, ...]:
    """Limits from texts, several in one with commas between. Raises `OptionError` for anything else."""
    if isinstance(given, Mapping):
        raise OptionError(said("{limit} takes texts", limit=None), hint="as in 'cmrr@50>=80dB'")
    texts = [given] if isinstance(given, str) else list(given)
    return tuple(read_bound(part) for text in texts for part in text.split(",") if part.strip())


def read_bound(text: str) -> Bound:
    """A limit from its text. A number with a unit has prefixes of the SI, so that 1MHz is 1e6; one without has SPICE's.

    Raises `OptionError` for what is no limit.

    >>> read_bound("cmrr@50>=80dB").value, read_bound("|offset| <= 5mV").value, read_bound("bandwidth_hz>=1meg").value
    (80.0, 0.005, 1000000.0)
    """
    form = _FORM.fullmatch(text.strip())
    value = _value(form["bound"]) if form else None
    if form is None or value is None:
        raise OptionError(
            said("{limit}: expected a figure, >= or <=, and a number", limit=text),
            hint="as in 'cmrr@50>=80dB' or '|offset|<=5mV'",
        )
    return Bound(form["name"].lower(), bool(form["open"]), form["sign"][0] == ">", value, text.strip())


def _value(text: str) -> float | None:
    number = _NUMBER.fullmatch(text.strip())
    if number is None:
        return None
    rest = number["rest"].strip()
    for unit in ("V/V", "dB", "Hz", "V", "A", "W", "ohm", "Ohm", "%"):
        scale = rest.removesuffix(unit)
        if scale != rest and scale in _SCALES:
            return float(number["number"]) * _SCALES[scale]
    try:
        return parse_number(text.strip())
    except InputError:
        return None
