"""Options in messages, in the words of whoever asks: `null=True` in Python, `--null` on the command line.

A message that names options is a `Said`. An error prints it in Python's words, the command line in its own. Wherever it
goes on as plain text, into the notes of a result say, which both read, it has both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class Said(str):
    """A text, with its forms for Python and for the command line."""

    python: str
    shell: str

    def __new__(cls, both: str, python: str, shell: str) -> Said:
        self = super().__new__(cls, both)
        self.python, self.shell = python, shell
        return self

    def __reduce__(self) -> tuple[type[Said], tuple[str, str, str]]:
        """What a copy is made of, in another process say: all three forms."""
        return Said, (str(self), self.python, self.shell)


def said(text: str, *parts: object, **options: Any) -> Said:
    """A text with options by name in braces, see `named`, and other parts by number.

    >>> told = said("{0}: give {output}, or leave {target} out", "unknown", output=("op", "on"), target=None)
    >>> print(told.python)
    unknown: give output=("op", "on"), or leave target out
    >>> print(told.shell)
    unknown: give --output op,on, or leave --target out
    """
    fields = {name: named(name, value) for name, value in options.items()}
    python, shell = (
        text.format(*map(words, parts), **{name: words(field) for name, field in fields.items()})
        for words in (in_python, in_shell)
    )
    return Said(text.format(*parts, **fields), python, shell)


def named(name: str, value: Any = None) -> Said:
    """An option: alone, as a flag that is set (True), or with a value; as text, a number, several names, or by name.

    >>> options = named("null", True), named("first_order"), named("frequency_hz", "1k"), named("vary", {"rc": "1:2:3"})
    >>> for option in options:
    ...     print(option, "|", option.python, "|", option.shell)
    --null (null=True) | null=True | --null
    --first-order | first_order | --first-order
    --frequency 1k (frequency_hz="1k") | frequency_hz="1k" | --frequency 1k
    --vary rc=1:2:3 (vary={"rc": "1:2:3"}) | vary={"rc": "1:2:3"} | --vary rc=1:2:3
    """
    if value is None:
        return Said(switch(name), name, switch(name))
    python = f"{name}={_literal(value)}"
    if value is True:
        shell = switch(name)
    elif isinstance(value, Mapping):
        shell = " ".join(f"{switch(name)} {key}={each}" for key, each in value.items())
    else:
        shell = f"{switch(name)} {','.join(map(str, value)) if isinstance(value, tuple) else value}"
    return Said(f"{shell} ({python})", python, shell)


def switch(name: str) -> str:
    """An option on the command line: the unit goes, since numbers there may carry one.

    >>> switch("frequency_hz"), switch("first_order")
    ('--frequency', '--first-order')
    """
    return f"--{name.removesuffix('_hz').replace('_', '-')}"


def in_python(text: object) -> str:
    """A text in Python's words."""
    return text.python if isinstance(text, Said) else str(text)


def in_shell(text: object) -> str:
    """A text in the words of the command line."""
    return text.shell if isinstance(text, Said) else str(text)


def _literal(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | Mapping) else repr(value)


TEMPERATURES = ("temp", "temperatures")  # options of some analyses; for others the netlist is read at a temperature
TEMPERATURES_HINT = Said(
    "set a temperature with --set temp=85 (read(..., parameters={'temp': 85})), or sweep over temperatures",
    "set a temperature where the netlist is read, read(..., parameters={'temp': 85}), or sweep over vary={'temp': ...}",
    "set a temperature with --set temp=85, or go over several with longtail sweep FILE --vary temp=-40,27,125",
)
