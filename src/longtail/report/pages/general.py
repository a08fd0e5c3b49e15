"""A page for any result, made from its JSON: single values above, and series over their first axis as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from longtail.contract.result import Result
from longtail.report.pages.gains import chosen
from longtail.report.wording.conditions import degrees
from longtail.report.wording.page import LEFT, Cell, Column, Page, Table
from longtail.report.wording.symbols import quantity_text

COMPLEX = {"re", "im"}
UNITS = {"_hz": "Hz", "_db": "dB", "_deg": "°"}


def page(result: Result) -> Page:
    """Single values as facts; every series as long as the first one beside it, complex ones by magnitude and angle."""
    flat = dict(_flatten(result.to_dict()))
    facts = tuple(
        (name, value if isinstance(value, str) else quantity_text(value, unit_of(name)))
        for name, value in flat.items()
        if not isinstance(value, np.ndarray)
    )
    series = {name: value for name, value in flat.items() if isinstance(value, np.ndarray) and value.size}
    notes = tuple(str(note) for note in getattr(result, "notes", ()))
    title = getattr(result, "title", None) or type(result).__name__
    return Page(str(title), facts, (_table(series),) if series else (), notes)


def unit_of(name: str) -> str:
    """The unit that the end of a name tells.

    >>> unit_of("frequency_hz"), unit_of("vcm")
    ('Hz', '')
    """
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), "")


def _flatten(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Single values and series of numbers, by their names in the JSON with the names above them in front."""
    for name, entry in value.items():
        if isinstance(entry, Mapping) and entry.keys() == COMPLEX:
            yield prefix + name, np.array(entry["re"], float) + 1j * np.array(entry["im"], float)
        elif isinstance(entry, Mapping):
            yield from _flatten(entry, f"{prefix}{name} ")
        elif isinstance(entry, str | int | float):
            yield prefix + name, entry
        elif _is_series(entry):
            yield prefix + name, np.array(entry, float)


def _is_series(entry: Any) -> bool:
    return isinstance(entry, Sequence) and all(isinstance(x, int | float) for x in entry)


def _table(series: Mapping[str, np.ndarray]) -> Table:
    axis, *others = series
    beside = [name for name in others if series[name].shape == series[axis].shape]
    columns = [Column(heading(axis), LEFT)]
    for name in beside:
        columns.append(Column(heading(name)))
        if np.iscomplexobj(series[name]):
            columns.append(Column("°", joined=True))
    rows = []
    for k in _rows(axis, series[axis]):
        row = [Cell(quantity_text(series[axis][k].item(), unit_of(axis)))]
        for name in beside:
            row += _cells(series[name][k].item(), unit_of(name))
        rows.append(tuple(row))
    return Table("", tuple(columns), tuple(rows))


def _rows(axis: str, values: np.ndarray) -> list[int]:
    """One row a decade of frequency, else at most some twenty, evenly taken."""
    if axis.endswith("_hz") and (values > 0.0).any():
        return chosen(values)
    return sorted({round(k) for k in np.linspace(0, values.size - 1, min(values.size, 21))})


def heading(name: str) -> str:
    """A name of the JSON as a heading.

    >>> heading("input common"), heading("frequency_hz")
    ('input common', 'frequency')
    """
    unit = next((end for end in UNITS if name.endswith(end)), "")
    return name.removesuffix(unit).replace("_", " ")


def _cells(value: complex | float, unit: str) -> list[Cell]:
    if isinstance(value, complex):
        return [Cell(quantity_text(abs(value), unit)), Cell(degrees(value))]
    return [Cell(quantity_text(value, unit))]
