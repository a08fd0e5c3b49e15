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
    folder = Path(__file__).parents[1] / "analyses"
    return {name: doc for path in sorted(folder.glob("*.py")) for name, doc in _read(path)}


def _read(path: Path) -> Iterator[tuple[str, str]]:
    """The first two arguments of `ANALYSIS = Analysis(name, doc, ...)`; nothing where a file has no such line."""
    for statement in ast.parse(path.read_bytes()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="ANALYSIS")], value=ast.Call(args=[name, doc, *_])):
                yield ast.literal_eval(name), ast.literal_eval(doc)
