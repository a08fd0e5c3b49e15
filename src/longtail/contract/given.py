"""What is given for an option, by its kind: of the type that `longtail.contract.kinds` has for it, or refused.

Every reader takes the name of the option, for the message, and the value, and raises `OptionError`. Whether a value
means anything in the circuit is for the analysis to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from longtail.elaborate.ports.resolve import port_names
from longtail.errors import InputError, OptionError, in_short
from longtail.units import parse_number

_FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def flag(name: str, value: Any) -> bool:
    """A flag from a truth value, or from a word for one.

    >>> flag("null", "false"), flag("null", 1)
    (False, True)
    """
    read = _FLAGS.get(str(value.item() if isinstance(value, np.generic) else value).lower())
    if read is None:
        raise _refused(name, "true or false", value)
    return read


def number(name: str, value: Any) -> Any:
    """A number; SPICE's suffixes in a text.

    >>> number("vcm", "4.7k"), number("threads", np.array(2))
    (4700.0, 2)
    """
    read = value.item() if isinstance(value, np.ndarray | np.generic) and value.ndim == 0 else value
    try:
        read = parse_number(read) if isinstance(read, str) else read
        if isinstance(read, bool) or not isinstance(read, Real):
            raise TypeError
        float(read)
    except (InputError, TypeError, OverflowError) as error:
        raise _refused(name, "a number", value) from error
    return read


def assignments(name: str, value: Any) -> Any:
    """Texts as `rc=9k:11k:3`, or values by name."""
    return by_name(name, value) if isinstance(value, Mapping) else _texts(name, "values by name", value)


def by_name(name: str, value: Any) -> Any:
    """Whatever by names, as in {"rc": [9e3, 11e3]}."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _refused(name, "values by name", value)
    return value


def corners(name: str, value: Any) -> Any:
    """Names of corners, or parameters by name of the corner."""
    return by_name(name, value) if isinstance(value, Mapping) else _texts(name, "names of corners", value)


def limits(name: str, value: Any) -> Any:
    """A file, or limits by name."""
    return by_name(name, value) if isinstance(value, Mapping) else file(name, value)


def file(name: str, value: Any) -> Any:
    if not isinstance(value, str | Path):
        raise _refused(name, "the name of a file", value)
    return value


def callback(name: str, value: Any) -> Any:
    if not callable(value):
        raise _refused(name, "a function", value)
    return value


def names(name: str, value: Any) -> Any:
    return _texts(name, "names", value)


def word(name: str, value: Any) -> Any:
    """A text, a number or a pair of numbers."""
    pair = value if isinstance(value, tuple | list) else (value,)
    if not 0 < len(pair) <= 2 or not all(isinstance(each, str | Real) for each in pair):
        raise _refused(name, "a text or a number", value)
    return value


def _texts(name: str, what: str, value: Any) -> Any:
    """A text, or a sequence of them."""
    several = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(several, str):
        return several
    if not isinstance(several, list | tuple) or not all(isinstance(each, str) for each in several):
        raise _refused(name, what, value)
    return several


def _refused(name: str, what: str, value: Any) -> OptionError:
    return OptionError(f"{name} must be {what}, not {in_short(value)}")


READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "nodes": port_names,
    "names": names,
    "number": number,
    "flag": flag,
    "word": word,
    "assignments": assignments,
    "lanes": by_name,
    "corners": corners,
    "limits": limits,
    "file": file,
    "callback": callback,
}
