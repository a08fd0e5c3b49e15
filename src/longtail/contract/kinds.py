"""The kinds of options: what each takes in Python, and what reads it.

An option of kind `NUMBER` takes a `Number`, and so on. These types are names for type checkers: they stand in the
signatures that `scripts/methods.py` writes. What an analysis computes with is what the reader makes of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from longtail.contract.axes import frequency_axis, linear_axis, numbers
from longtail.errors import InputError, OptionError, in_short
from longtail.node_names import node_names
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
Listener: TypeAlias = Callable[[str], object]
Workers: TypeAlias = Executor  # of `concurrent.futures`
Address: TypeAlias = str  # "tcp://10.0.0.1:8786"


@dataclass(frozen=True, slots=True)
class Kind:
    """What an option takes, by the name of a type above, and what reads it.

    `read(option, given)` returns what the analysis computes with, and raises `OptionError` for anything else. A kind
    without one has a grammar of a room above: its options bring a reader, see `Option.reads`, and `check(option,
    given)` raises before it for what is of no such type.
    """

    takes: str
    read: Callable[[Option, Any], Any] | None = None
    check: Callable[[Option, Any], object] | None = None


def _refused(option: Option, what: str, given: Any) -> OptionError:
    return OptionError(f"{option.name} must be {what}, not {in_short(given)}")


def _number(option: Option, given: Any) -> float:
    alone = given.item() if isinstance(given, np.ndarray | np.generic) and given.ndim == 0 else given
    try:
        number = parse_number(alone) if isinstance(alone, str) else alone
        if isinstance(number, bool) or not isinstance(number, Real):
            raise TypeError
        number = float(number)
    except (InputError, TypeError, OverflowError) as error:
        raise _refused(option, "a number", given) from error
    bounded = math.isfinite(option.low) or math.isfinite(option.high)
    if bounded and not option.low <= number <= option.high:
        within = f"between {option.low:g} and {option.high:g} {option.unit}"
        raise OptionError(f"{option.name} must lie {within}, not {number:g}")
    if not math.isfinite(number):
        raise OptionError(f"{option.name} must be a finite number, not {number:g}")
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
        raise _refused(option, "true or false", given)
    return read


def _texts(option: Option, given: Any, what: str = "names") -> Sequence[str]:
    """A text, or a sequence of them."""
    several = given.tolist() if isinstance(given, np.ndarray) else given
    if isinstance(several, str):
        return several
    if not isinstance(several, list | tuple) or not all(isinstance(each, str) for each in several):
        raise _refused(option, what, given)
    return several


def _names(option: Option, given: Any) -> tuple[str, ...]:
    """Names in small letters, from a text with commas between or from a sequence."""
    names = _texts(option, given)
    return tuple(name.strip().lower() for name in (names.split(",") if isinstance(names, str) else names))


def _nodes(option: Option, given: Any) -> tuple[str, ...]:
    """The same where spaces, which no name of a node has, stand for commas too; or a voltage as in SPICE."""
    return _names(option, node_names(given) if isinstance(given, str) else given)


def _file(option: Option, given: Any) -> Path:
    if not isinstance(given, str | Path):
        raise _refused(option, "the path of a file", given)
    return Path(given)


def _by_name(option: Option, given: Any) -> Mapping[str, Any]:
    """Whatever by names, as in {"rc": [9e3, 11e3]}."""
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise _refused(option, "values by name", given)
    return given


def _texts_or_by_name(option: Option, given: Any) -> object:
    return _by_name(option, given) if isinstance(given, Mapping) else _texts(option, given, "names, or values by name")


def _file_or_by_name(option: Option, given: Any) -> object:
    return _by_name(option, given) if isinstance(given, Mapping) else _file(option, given)


def _lanes(option: Option, given: Any) -> Mapping[str, Any]:
    """Arrays by name as they are: the circuit tells what the names stand for, and a `Grid` has axes."""
    for name, values in _by_name(option, given).items():
        try:
            numbers(values)
        except (TypeError, ValueError) as error:
            raise OptionError(f"{option.name}: {name} must be numbers, not {in_short(values)}") from error
    return _by_name(option, given)


def _callback(option: Option, given: Any) -> Callable[..., object]:
    if not callable(given):
        raise _refused(option, "a function", given)
    function: Callable[..., object] = given
    return function


def _executor(option: Option, given: Any) -> Executor:
    if not isinstance(given, Executor):
        raise _refused(option, "an executor of concurrent.futures", given)
    return given


def _address(option: Option, given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise _refused(option, "an address", given)
    return given.strip()


def _word(option: Option, given: Any) -> None:
    """A text, a number, or two of them."""
    pair = given if isinstance(given, tuple | list) else (given,)
    if not 0 < len(pair) <= 2 or not all(isinstance(each, str | Real) for each in pair):
        raise _refused(option, "a text or a number", given)


def _range(option: Option, given: Any) -> NDArray[np.float64]:
    return linear_axis(given, option.name, option.unit, low=option.low, high=option.high)


NUMBER = Kind("Number", _number)  # SPICE suffixes allowed, within [low, high]: a float
COUNT = Kind("Number", _count)  # the same as an int
FLAG = Kind("Flag", _flag)
NODES = Kind("Nodes", _nodes)  # of nodes or sources: a tuple
NAMES = Kind("Names", _names)
FREQUENCY = Kind("Frequency", lambda option, given: frequency_axis(given))  # an array in Hz
RANGE = Kind("Range", _range)  # an array
LANES = Kind("Lanes", _lanes)
FILE = Kind("File", _file)  # a path
CALLBACK = Kind("Callback", _callback)
LISTENER = Kind("Listener", _callback)
EXECUTOR = Kind("Workers", _executor)
ADDRESS = Kind("Address", _address)
WORD = Kind("Word", check=_word)
ASSIGNMENTS = Kind("Assignments", check=_texts_or_by_name)  # `name=value`, repeated
CORNERS = Kind("Corners", check=_texts_or_by_name)
LIMITS = Kind("Limits", check=_file_or_by_name)
