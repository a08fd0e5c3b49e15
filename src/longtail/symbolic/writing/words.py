"""What a user writes for an error and for a band, as numbers."""

from __future__ import annotations

import math
from typing import Any

from longtail.errors import InputError, OptionError
from longtail.hints import said
from longtail.units import parse_number, parse_part


def share_of(given: Any) -> float:
    """An error as a share of one: "10%", "0.1" or 0.1. Raises `OptionError` outside (0, 1).

    >>> share_of("10%"), share_of(0.05)
    (0.1, 0.05)
    """
    try:
        value = parse_part(str(given))
    except InputError as error:
        raise OptionError(said("{error}: expected a share, as in 10% or 0.1", error=given)) from error
    if not 0.0 < value < 1.0:
        raise OptionError(f"the error must lie between 0 and 100 %, not {given}")
    return value


def band_of(given: Any) -> tuple[float, float]:
    """A band in Hz from `low:high`, or one frequency.

    >>> band_of("1:1meg"), band_of("0")
    ((1.0, 1000000.0), (0.0, 0.0))
    """
    fields = given.split(":") if isinstance(given, str) else given if isinstance(given, tuple | list) else [given]
    try:
        numbers = [parse_number(x) if isinstance(x, str) else float(x) for x in fields]
    except (InputError, TypeError, ValueError) as error:
        raise OptionError(said("{band}: expected low:high in Hz, as in 1:1meg", band=given)) from error
    if len(numbers) > 2 or not 0.0 <= numbers[0] <= numbers[-1] or not math.isfinite(numbers[-1]):
        raise OptionError(said("{band}: expected low:high in Hz with 0 <= low <= high", band=given))
    return numbers[0], numbers[-1]
