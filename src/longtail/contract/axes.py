"""Axes as they are given: of levels in V, temperatures in degrees Celsius, frequencies in Hz."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.errors import InputError, OptionError, in_short
from longtail.units import parse_number

MOST = 2001  # points on a linear axis
DEFAULT = "1:1g:20"  # of frequency
SUPPLIES = "supplies"  # all levels between them
LOWEST, HIGHEST = 1e-15, 1e18  # Hz; beyond, the products of s and C leave what rounding allows
DENSEST = 10_000  # points per decade
MOST_FREQUENCIES = 400_000  # points: the gains of one lane take 64 bytes each, their table some 300
_FORM = "expected start:stop:points-per-decade in Hz, as in 1:1g:20"


def linear_axis(
    given: Any, option: str, unit: str, *, low: float = -np.inf, high: float = np.inf, most: int = MOST
) -> NDArray[np.float64]:
    """Values from `start:stop:points`, equally spaced, from a list with commas between, a number or a sequence.

    Raises `OptionError` that names `option` for anything else, and for values beyond `low` or `high`.

    >>> linear_axis("-1:1:5", "vcm", "V").tolist()
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    >>> linear_axis("0,1.2", "vcm", "V").tolist()
    [0.0, 1.2]
    """
    form = f"expected start:stop:points or a list in {unit}, as in 0:3:31 or 0,1.5,3"
    try:
        axis = _read(given, most) if isinstance(given, str) else np.atleast_1d(numbers(given))
    except OptionError as error:
        raise OptionError(f"{option}: {in_short(given)}: {error.message}") from error
    except (InputError, TypeError, ValueError) as error:
        raise OptionError(f"{option}: {in_short(given)} is no range: {form}") from error
    if axis.ndim != 1 or not 0 < axis.size <= most or not np.isfinite(axis).all():
        raise OptionError(f"{option}: {in_short(given)} is no range of 1 to {most} finite values: {form}")
    if (axis < low).any():
        raise OptionError(f"{option}: values must be at least {low:g} {unit}")
    if (axis > high).any():
        raise OptionError(f"{option}: values must be at most {high:g} {unit}")
    return axis


def numbers(given: Any) -> NDArray[np.float64]:
    """Real numbers as an array of any shape. Raises `TypeError` or `ValueError` for anything else."""
    array = np.asarray(given)
    kind = array.dtype.kind
    if kind not in "iufUO" or (kind == "O" and not all(isinstance(each, Real) for each in array.flat)):
        raise TypeError(f"{array.dtype} is no type of real numbers")
    try:
        return np.asarray(array, float)
    except OverflowError as error:
        raise ValueError("a number is too large") from error


def _read(text: str, most: int) -> NDArray[np.float64]:
    if ":" not in text:
        return np.array([parse_number(word) for word in text.split(",")])
    start, stop, points = (parse_number(word) for word in text.split(":"))
    if points > most:
        raise OptionError(f"{points:.15g} points are too many: at most {most}")
    if not (points.is_integer() and 1.0 < points <= most):
        raise ValueError(points)
    return np.linspace(start, stop, int(points))


def level_axis(given: Any) -> NDArray[np.float64] | str:
    """Common-mode levels in V as `linear_axis` reads them, or `SUPPLIES`, which the circuit has to say.

    >>> level_axis("0:3:4").tolist(), level_axis("supplies")
    ([0.0, 1.0, 2.0, 3.0], 'supplies')
    """
    return SUPPLIES if isinstance(given, str) and given == SUPPLIES else linear_axis(given, "vcm", "V")


def frequency_axis(given: Any) -> NDArray[np.float64]:
    """Frequencies in Hz from `start:stop:points-per-decade`, a single number, or any sequence.

    Spaced as ngspice's `ac dec`: points-per-decade from the start on, and the stop frequency last.

    >>> frequency_axis("1:1k:1").round(6).tolist()
    [1.0, 10.0, 100.0, 1000.0]
    >>> frequency_axis([0.0, 50.0]).tolist()
    [0.0, 50.0]
    """
    if isinstance(given, str):
        return _read_decades(given)
    try:
        axis = np.atleast_1d(numbers(given))
    except (TypeError, ValueError) as error:
        raise OptionError(f"frequencies must be numbers in Hz, not {in_short(given)}") from error
    if axis.size > MOST_FREQUENCIES:
        raise OptionError(f"{axis.size} frequencies are too many: at most {MOST_FREQUENCIES}")
    if axis.max(initial=0.0) > HIGHEST:
        raise OptionError(f"{axis.max():g} Hz is too high: at most {HIGHEST:g} Hz")
    if axis.ndim != 1 or not axis.size or not np.isfinite(axis).all() or (axis < 0.0).any():
        raise OptionError("frequencies must be a list of finite numbers of at least 0 Hz")
    return axis


def decades(start: float, stop: float, per_decade: float = 20) -> NDArray[np.float64]:
    """Frequencies in Hz as `start:stop:per_decade` has them: `per_decade` points in a decade, and `stop` last.

    Raises `OptionError` unless 0 < start <= stop, both of them between 1e-15 and 1e18 Hz, and for a density below 1 or
    above 10 000.

    >>> decades(1, 1e3, 1).round(6).tolist()
    [1.0, 10.0, 100.0, 1000.0]
    >>> bool((decades(1, 1e9) == frequency_axis("1:1g:20")).all())
    True
    """
    return _decades(f"{start}:{stop}:{per_decade}", start, stop, per_decade)


def _read_decades(text: str) -> NDArray[np.float64]:
    fields = text.split(":")
    try:
        numbers = [parse_number(field) for field in fields]
    except InputError as error:
        raise OptionError(f"{in_short(text)} is no frequency range: {_FORM}") from error
    if len(numbers) == 1:
        return frequency_axis(numbers)
    if len(numbers) > 3:
        raise OptionError(f"{in_short(text)} is no frequency range: {_FORM}")
    return _decades(text, *[*numbers, 20.0][:3])


def _decades(text: str, start: float, stop: float, density: float) -> NDArray[np.float64]:
    """The points of a range that is called `text` in messages."""
    if not 0.0 < start <= stop:
        raise OptionError(f"{in_short(text)} is no frequency range: {_FORM}")
    if not 1 <= density <= DENSEST:
        raise OptionError(f"{in_short(text)}: {density:g} points per decade, where 1 to {DENSEST} are allowed")
    if not start >= LOWEST or not stop <= HIGHEST:
        raise OptionError(f"{in_short(text)}: frequencies must lie between {LOWEST:g} Hz and {HIGHEST:g} Hz")
    count = int(np.floor(np.log10(stop / start) * density * (1.0 + 1e-12))) + 1
    axis = start * 10.0 ** (np.arange(count) / density)
    return axis if np.isclose(axis[-1], stop, rtol=1e-9) else np.append(axis, stop)
