"""The kinds of options: what each takes in Python, and what reads it.

An option of kind `NUMBER` takes a `Number`, and so on. These types are names for type checkers: they stand in the
signatures that `scripts/methods.py` writes. What an analysis computes with is what the reader makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from longtail.contract.axes import frequency_axis, linear_axis
from longtail.errors import InputError, OptionError
from longtail.units import parse_number

if TYPE_CHECKING:
    from longtail.contract.analysis import Option

Array: TypeAlias = NDArray[np.floating[Any]] | NDArray[np.integer[Any]]
Number: TypeAlias = float | str  # 4.7e3 or "4.7k"
Nodes: TypeAlias = str | Sequence[str]  # "out" or ("outp", "outn")
Names: TypeAlias = str | Sequence[str]  # "cmrr_db, op" or ["cmrr_db", "op"]
Frequency: TypeAlias = str | float | Sequence[float] | Array  # in Hz: "1:1g:20", 50.0, [50.0, 1e3]
Range: TypeAlias = str | float | Sequence[float] | Array  # "0:3:31", "0,1.5,3", 1.5, [0.0, 1.5, 3.0]
Word: TypeAlias = str | float | tuple[float, float]  # "10%", 0.1; a band as in "1:1meg", (1.0, 1e6)
Assignments: TypeAlias = str | Sequence[str] | Mapping[str, Range]  # "rc=9k:11k:3", {"rc": [9e3, 11e3]}
Lanes: TypeAlias = Mapping[str, float | Sequence[float] | Array]  # {"rc": [9e3, 11e3]}, or what `grid` makes
Flag: TypeAlias = bool
File: TypeAlias = str | Path
Corners: TypeAlias = str | Sequence[str] | Mapping[str, Mapping[str, Number]]  # "slow,fast", "all", "corners.toml"
Limits: TypeAlias = str | Path | Mapping[str, Mapping[str, Any]]  # "limits.toml", {"A_dd": {"min": 30, "unit": "dB"}}
Callback: TypeAlias = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Kind:
    """What an option takes, by the name of a type above, and what reads it.

    `read(option, given)` returns what the analysis computes with, and raises `OptionError` for anything else. A kind
    without one has a grammar of a room above: its options bring a reader, see `Option.reads`.
    """

    takes: str
    read: Callable[[Option, Any], Any] | None = None


def _number(option: Option, given: Any) -> float:
    wrong = OptionError(f"{option.name} must be a number, not {given!r}")
    if isinstance(given, bool | np.bool_):
        raise wrong
    try:
        number = parse_number(given) if isinstance(given, str) else float(given)
    except (InputError, TypeError, ValueError, OverflowError) as error:
        raise wrong from error
    if not option.low <= number <= option.high:
        within = f"between {option.low:g} and {option.high:g} {option.unit}"
        raise OptionError(f"{option.name} must lie {within}, not {number:g}")
    return number


def _count(option: Option, given: Any) -> int:
    number = _number(option, given)
    if not number.is_integer():
        raise OptionError(f"{option.name} must be a whole number, not {number:g}")
    return int(number)


_FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _flag(option: Option, given: Any) -> bool:
    """A flag from a truth value, or from a word for one."""
    read = _FLAGS.get(str(given.item() if isinstance(given, np.generic) else given).lower())
    if read is None:
        raise OptionError(f"{option.name} must be true or false, not {given!r}")
    return read


def _names(option: Option, given: Any) -> tuple[str, ...]:
    """Names in small letters, from a text with commas between or from a sequence."""
    names = given.split(",") if isinstance(given, str) else list(given) if isinstance(given, Iterable) else [given]
    if not all(isinstance(name, str) for name in names):
        raise OptionError(f"{option.name} must be names, not {given!r}")
    return tuple(name.strip().lower() for name in names)


def _nodes(option: Option, given: Any) -> tuple[str, ...]:
    """The same where spaces, which no name of a node has, stand for commas too."""
    return _names(option, given.replace(",", " ").split() if isinstance(given, str) else given)


def _file(option: Option, given: Any) -> Path:
    if not isinstance(given, str | Path):
        raise OptionError(f"{option.name} must be the path of a file, not {given!r}")
    return Path(given)


def _lanes(option: Option, given: Any) -> Mapping[str, Any]:
    """Arrays by name as they are: the circuit tells what the names stand for, and a `Grid` has axes."""
    if not isinstance(given, Mapping):
        raise OptionError(f"{option.name} must be arrays by name, not {given!r}")
    for name, values in given.items():
        try:
            np.asarray(values, float)
        except (TypeError, ValueError) as error:
            raise OptionError(f"{option.name}: {name} must be numbers, not {values!r}") from error
    return given


def _callback(option: Option, given: Any) -> Callable[[int, int], object]:
    if not callable(given):
        raise OptionError(f"{option.name} must be a function, not {given!r}")
    return given


NUMBER = Kind("Number", _number)  # SPICE suffixes allowed, within [low, high]: a float
COUNT = Kind("Number", _count)  # the same as an int
FLAG = Kind("Flag", _flag)
NODES = Kind("Nodes", _nodes)  # of nodes or sources: a tuple
NAMES = Kind("Names", _names)
FREQUENCY = Kind("Frequency", lambda option, given: frequency_axis(given))  # an array in Hz
RANGE = Kind("Range", lambda option, given: linear_axis(given, option.name, option.unit, low=option.low))  # an array
LANES = Kind("Lanes", _lanes)
FILE = Kind("File", _file)  # a path
CALLBACK = Kind("Callback", _callback)
WORD = Kind("Word")
ASSIGNMENTS = Kind("Assignments")  # `name=value`, repeated
CORNERS = Kind("Corners")
LIMITS = Kind("Limits")
