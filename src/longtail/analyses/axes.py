"""Axes of dc sweeps: levels in V, temperatures in degrees Celsius."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.errors import InputError, OptionError
from longtail.units import parse_number

MOST = 2001  # points on one axis


def linear_axis(given: Any, option: str, unit: str, *, low: float = -np.inf, most: int = MOST) -> NDArray[np.float64]:
    """Values from `start:stop:points`, equally spaced, from a list with commas between, a number or a sequence.

    Raises `OptionError` that names `option` for anything else, and for values below `low`.

    >>> linear_axis("-1:1:5", "vcm", "V").tolist()
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    >>> linear_axis("0,1.2", "vcm", "V").tolist()
    [0.0, 1.2]
    """
    form = f"expected start:stop:points or a list in {unit}, as in 0:3:31 or 0,1.5,3"
    try:
        axis = _read(given, most) if isinstance(given, str) else np.atleast_1d(np.asarray(given, float))
    except OptionError as error:
        raise OptionError(f"{option}: '{given}': {error.message}") from error
    except (InputError, TypeError, ValueError) as error:
        raise OptionError(f"{option}: '{given}' is no range: {form}") from error
    if axis.ndim != 1 or not 0 < axis.size <= most or not np.isfinite(axis).all():
        raise OptionError(f"{option}: '{given}' is no range of 1 to {most} finite values: {form}")
    if (axis < low).any():
        raise OptionError(f"{option}: values must be at least {low:g} {unit}")
    return axis


def _read(text: str, most: int) -> NDArray[np.float64]:
    if ":" not in text:
        return np.array([parse_number(word) for word in text.split(",")])
    start, stop, points = (parse_number(word) for word in text.split(":"))
    if points > most:
        raise OptionError(f"{points:.15g} points are too many: at most {most}")
    if not (points.is_integer() and 1.0 < points <= most):
        raise ValueError(points)
    return np.linspace(start, stop, int(points))
