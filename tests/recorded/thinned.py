"""Answers short enough to be kept: of long lists of numbers some, with how many there are and the largest."""

from __future__ import annotations

from typing import Any

from machine.comparing import largest

KEPT = 7  # of a longer list
LONG = 24
WHOLE = ("pole", "zero", "residue")  # in the names of lists that belong together, entry by entry
DIGITS = 12


def thinned(value: Any) -> Any:
    """An answer with less in it: any number of it that moves on its own may be missed, most of them not.

    >>> thinned([float(k) for k in range(100)])
    ['7 of 100', 99.0, 0.0, 16.0, 33.0, 50.0, 66.0, 82.0, 99.0]
    >>> thinned({"a": [0.1 + 0.2, None], "b": "text"})
    {'a': [0.3, None], 'b': 'text'}
    """
    if isinstance(value, dict):
        return {name: each if _whole(name) else thinned(each) for name, each in value.items()}
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if not isinstance(value, list):
        return value
    if len(value) <= LONG or not all(isinstance(each, float | list | None) for each in value):
        return [thinned(each) for each in value]
    some = [thinned(value[round(k * (len(value) - 1) / (KEPT - 1))]) for k in range(KEPT)]
    top = [] if any(isinstance(each, list) for each in value) else [thinned(largest(value))]
    return [f"{KEPT} of {len(value)}", *top, *some]


def _whole(name: str) -> bool:
    return any(part in name for part in WHOLE)
