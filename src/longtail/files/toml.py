"""TOML files, with an error that says where."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from longtail.errors import InputError, OptionError
from longtail.files import reading as file_reading
from longtail.units import parse_number

HINT = 'a number, or SPICE\'s own in quotes: "50m"'


def number(given: Any, what: str) -> float:
    """A number as TOML has it, or as SPICE writes it in a string. Raises `OptionError` that says `what` it is not.

    >>> number("50m", "x"), number(2, "x")
    (0.05, 2.0)
    """
    try:
        return parse_number(given) if isinstance(given, str) else float(_plain(given))
    except (InputError, TypeError, OverflowError) as error:
        raise OptionError(f"{what}: {_shown(given)} is no number", hint=HINT) from error


def read_toml(path: str | Path, what: str) -> dict[str, Any]:
    """A TOML file. Raises `OptionError` where it cannot be read, with line and column where it is malformed."""
    return read_toml_lines(path, what)[0]


def read_toml_lines(path: str | Path, what: str) -> tuple[dict[str, Any], list[str]]:
    """The same, and its lines, for errors that say where."""
    try:
        text = file_reading.content(path, file_reading.LARGEST_SHEET).decode("utf-8-sig")
        return tomllib.loads(text), text.split("\n")
    except OSError as error:
        raise OptionError(f"{what}: {path}: {error.strerror or error}") from error
    except ValueError as error:  # no TOML, no UTF-8, an integer of more digits than Python takes
        raise OptionError(f"{what}: {path} is no TOML: {error}") from error
    except RecursionError as error:
        raise OptionError(f"{what}: {path} is nested too deeply") from error


def _plain(given: Any) -> float:
    if isinstance(given, int | float) and not isinstance(given, bool):
        return given
    raise TypeError


def _shown(given: Any) -> str:
    """What is given, in a few words: it may be a tower of tables, or an integer without end."""
    if isinstance(given, str | bool):
        return f"'{given}'" if len(str(given)) <= 40 else f"'{str(given)[:37]}...'"
    return "so large an integer" if isinstance(given, int) else f"a {type(given).__name__}"
