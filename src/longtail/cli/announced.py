"""The analyses by name and purpose, read from their files without importing them: numbers are slow to import."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

_MARK = b"\nANALYSIS = "  # it has a line of its own near the end of the file: nothing above needs to be parsed


def announced() -> dict[str, str]:
    """What each analysis is for, by name. Name and purpose have to be plain strings in the file of the analysis.

    >>> announced()["gains"]
    'Mode gains and CMRR over frequency'
    """
    return {name: doc for name, (doc, _) in _found().items()}


def home(name: str) -> str | None:
    """The module that an analysis lives in; None where no analysis has that name.

    >>> home("gains"), home("gainz")
    ('longtail.analyses.gains', None)
    """
    known = _found()
    return f"longtail.analyses.{known[name][1]}" if name in known else None


@cache
def _found() -> dict[str, tuple[str, str]]:
    """Purpose and file of every analysis: the first two arguments of `ANALYSIS = Analysis(name, doc, ...)`."""
    found = {}
    for path in sorted((Path(__file__).parents[1] / "analyses").glob("*.py")):
        _, mark, end = path.read_bytes().partition(_MARK)
        match ast.parse(mark + end).body if mark else ():
            case [ast.Assign(value=ast.Call(args=[name, doc, *_])), *_]:
                found[ast.literal_eval(name)] = ast.literal_eval(doc), path.stem
    return found
