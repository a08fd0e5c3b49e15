"""Axes as they are given: of levels in V, temperatures in degrees Celsius, frequencies in Hz. One grammar for all:

1.5                 one value
0,1.5,3             a list
0:3:31              31 points from 0 to 3, equally spaced; of frequencies, points per decade: 1:1meg:10
0:1k:lin:101        101 points, equally spaced, of frequencies too
1:100k:dec:10       10 points per decade from 1 on, and 100k last, of anything above zero
"""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.errors import InputError, OptionError, in_short
from longtail.units import parse_number

MOST = 2001  # points of an axis other than of frequency
DEFAULT = "1:1g:20"  # of frequency
SUPPLIES = "supplies"  # all levels between them
LOWEST, HIGHEST = 1e-15, 1e18  # Hz; beyond, the products of s and C leave what rounding allows
DENSEST = 10_000  # points per decade
MOST_FREQUENCIES = 400_000  # points: the gains of one lane take 64 bytes each, their table some 300
LINEAR, DECADES = "lin", "dec"  # the words between stop and number
FORMS = "one, a list, start:stop:points or start:stop:dec:points-per-decade"
FREQUENCY_FORMS = "one, a list, start:stop:points-per-decade or start:stop:lin:points"
_AS_IN = "one value 1.5, a list 0,1.5,3, 0:3:31 (31 points, equally spaced) or 1:1k:dec:10 (10 points per decade)"
_FREQUENCIES_AS_IN = (
    "one value 1k, a list 50,60, 1:1meg:10 (10 points per decade) or 0:1k:lin:101 (101 points, equally spaced)"
)


def linear_axis(
    given: Any, option: str, unit: str, *, low: float = -np.inf, high: float = np.inf, most: int = MOST
) -> NDArray[np.float64]:
    """Values in `unit` from a text as at the top of this file, a number or a sequence.

    Raises `OptionError` that names `option` for anything else, and for values beyond `low` or `high`.

    >>> linear_axis("-1:1:5", "vcm", "V").tolist()
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    >>> linear_axis("0,1.2", "vcm", "V").tolist(), linear_axis("1:100:dec:1", "vcm", "V").round(9).tolist()
    ([0.0, 1.2], [1.0, 10.0, 100.0])
    """
    form = f"expected, in {unit}: {_AS_IN}"
    try:
        axis = _read(given, LINEAR, most) if isinstance(given, str) else np.atleast_1d(numbers(given))
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


def _read(text: str, spacing: str, most: int) -> NDArray[np.float64]:
    """A text; `spacing` is what a number behind start and stop means by itself.

    Raises `OptionError` for what is understood and cannot be, `InputError` and ValueError for what is not.
    """
    if ":" not in text:
        return np.array([parse_number(word) for word in text.split(",")])
    fields = [field.strip().lower() for field in text.split(":")]
    if len(fields) == 4 and fields[2] in (LINEAR, DECADES):
        spacing = fields.pop(2)
    start, stop, number = (parse_number(field) for field in fields)
    if spacing == DECADES:
        return _per_decade(start, stop, number)
    if number > most:
        raise OptionError(f"{number:.15g} points are too many: at most {most}")
    if not (number.is_integer() and 1.0 < number <= most):
        raise ValueError(number)
    return np.linspace(start, stop, int(number))


def _per_decade(start: float, stop: float, density: float) -> NDArray[np.float64]:
    """Points in equal ratios. Raises ValueError unless 0 < start <= stop, `OptionError` for a density out of bounds."""
    if not 0.0 < start <= stop or np.isinf(stop / start):
        raise ValueError(start)
    if not 1 <= density <= DENSEST:
        raise OptionError(f"{density:g} points per decade, where 1 to {DENSEST} are allowed")
    count = int(np.floor(np.log10(stop / start) * density * (1.0 + 1e-12))) + 1
    axis = start * 10.0 ** (np.arange(count) / density)
    return axis if np.isclose(axis[-1], stop, rtol=1e-9, atol=0.0) else np.append(axis, stop)


def level_axis(given: Any) -> NDArray[np.float64] | str:
    """Common-mode levels in V as `linear_axis` reads them, or `SUPPLIES`, which the circuit has to say.

    >>> level_axis("0:3:4").tolist(), level_axis("supplies")
    ([0.0, 1.0, 2.0, 3.0], 'supplies')
    """
    return SUPPLIES if isinstance(given, str) and given == SUPPLIES else linear_axis(given, "vcm", "V")


def frequency_axis(given: Any) -> NDArray[np.float64]:
    """Frequencies in Hz from a text as at the top of this file, a single number, or any sequence.

    Points per decade are spaced as those of ngspice's `ac dec`: from the start on, and the stop frequency last; there
    are 20 where only start and stop are given.

    >>> frequency_axis("1:1k:1").round(6).tolist(), frequency_axis("0:100:lin:3").tolist()
    ([1.0, 10.0, 100.0, 1000.0], [0.0, 50.0, 100.0])
    >>> frequency_axis([0.0, 50.0]).tolist(), frequency_axis("50,60").tolist(), frequency_axis("1k").tolist()
    ([0.0, 50.0], [50.0, 60.0], [1000.0])
    """
    if isinstance(given, str):
        return _checked(_read_frequencies(given))
    try:
        return _checked(np.atleast_1d(numbers(given)))
    except (TypeError, ValueError) as error:
        raise OptionError(f"frequencies must be numbers in Hz, not {in_short(given)}") from error


def _checked(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    if axis.size > MOST_FREQUENCIES:
        raise OptionError(f"{axis.size} frequencies are too many: at most {MOST_FREQUENCIES}")
    if axis.max(initial=0.0) > HIGHEST:
        raise OptionError(f"{axis.max():g} Hz is too high: at most {HIGHEST:g} Hz")
    if axis.ndim != 1 or not axis.size or not np.isfinite(axis).all() or (axis < 0.0).any():
        raise OptionError("frequencies must be a list of finite numbers of at least 0 Hz")
    return axis


def _read_frequencies(text: str) -> NDArray[np.float64]:
    try:
        axis = _read(f"{text}:20" if text.count(":") == 1 else text, DECADES, MOST_FREQUENCIES)
    except OptionError as error:
        raise OptionError(f"{in_short(text)}: {error.message}") from error
    except (InputError, ValueError) as error:
        raise OptionError(f"{in_short(text)} is no frequency range: expected, in Hz: {_FREQUENCIES_AS_IN}") from error
    if ":" in text and (axis[axis > 0.0].min(initial=np.inf) < LOWEST or axis.max() > HIGHEST):
        raise OptionError(f"{in_short(text)}: frequencies must lie between {LOWEST:g} Hz and {HIGHEST:g} Hz")
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
    return frequency_axis(f"{start}:{stop}:{per_decade}")
