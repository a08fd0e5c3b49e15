"""The analyses by name and purpose, read from their files without importing them: numbers are slow to import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path


def announced() -> dict[str, str]:
    """What each analysis is for, by name. Name and purpose have to be plain strings in the file of the analysis.

    >>> announced()["gains"]
    'Mode gains and CMRR over frequency'
    """
    return {name: doc for path in _files() for name, doc in _read(path)}


def home(name: str) -> str | None:
    """The module that an analysis lives in; None where no analysis has that name.

    >>> home("gains"), home("gainz")
    ('longtail.analyses.gains', None)
    """
    if not name.startswith("_"):
        for path in _files():
            if name in dict(_read(path)):
                return f"longtail.analyses.{path.stem}"
    return None


def _files() -> list[Path]:
    return sorted((Path(__file__).parents[1] / "analyses").glob("*.py"))


def _read(path: Path) -> Iterator[tuple[str, str]]:
    """The first two arguments of `ANALYSIS = Analysis(name, doc, ...)`; nothing where a file has no such line."""
    for statement in ast.parse(path.read_bytes()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="ANALYSIS")], value=ast.Call(args=[name, doc, *_])):
                yield ast.literal_eval(name), ast.literal_eval(doc)
