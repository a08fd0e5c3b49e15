"""A failing deck made small: lines taken away, then words, as long as the failure stays the same."""

from __future__ import annotations

import time
from collections.abc import Callable

ENOUGH = 60.0  # s


def smallest(text: str, fails: Callable[[str], bool], enough: float = ENOUGH) -> str:
    """A deck as small as is found in time on which `fails` is still true.

    >>> smallest("a\\nb c\\nd e f\\n", lambda text: "e" in text)
    'e\\n'
    """
    end = time.monotonic() + enough
    lines = _less(text.splitlines(), lambda kept: fails("\n".join(kept) + "\n"), end)
    for row in range(len(lines)):
        if time.monotonic() > end:
            break

        def with_words(words: list[str], row: int = row) -> bool:
            return fails("\n".join([*lines[:row], " ".join(words), *lines[row + 1 :]]) + "\n")

        words = lines[row].split()
        if words and with_words(words):
            lines[row] = " ".join(_less(words, with_words, end))
    return "\n".join(lines) + "\n"


def _less(parts: list[str], fails: Callable[[list[str]], bool], end: float) -> list[str]:
    """Halves, quarters and so on down to single parts are left out where the failure stays."""
    size = max(len(parts) // 2, 1)
    while True:
        at, before = 0, len(parts)
        while at < len(parts) and time.monotonic() < end:
            fewer = parts[:at] + parts[at + size :]
            if fewer and fails(fewer):
                parts = fewer
            else:
                at += size
        if size == 1 and (len(parts) == before or time.monotonic() >= end):
            return parts
        size = max(size // 2, 1)
