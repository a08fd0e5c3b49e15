"""Figures of many lanes as text: comma-separated values, and JSON."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from longtail.files.lane_file import LaneFile, Values
from longtail.files.part_note import Layout, damaged
from longtail.lanes.status import LaneStatus


class TextFile(LaneFile):
    """Rows of text between a head and a tail."""

    head = tail = separator = ""

    def __init__(self, path: Path, layout: Layout, state: Mapping[str, Any] | None) -> None:
        self._file: IO[bytes] | None = None
        made = not os.path.lexists(path)
        if made:
            path.touch(exist_ok=False)
        super().__init__(path, layout, state, made)

    def _begin(self, state: Mapping[str, Any] | None) -> None:
        if state:
            self.kept()  # before anything is touched
        else:
            self._note(0)
        self._file = file = self.path.open("r+b" if state else "wb")
        if state:
            self._good = state["bytes"]
            file.truncate(self._good)
            file.seek(self._good)
            file.write(self.tail.encode())
        else:
            head = self._head().encode()
            file.write(head + self.tail.encode())
            self._good = len(head)
        file.flush()
        self._note(self._good)

    def _head(self) -> str:
        raise NotImplementedError

    def _row(self, row: Iterable[Any]) -> str:
        raise NotImplementedError

    def _read(self, line: str) -> list[Any]:
        raise NotImplementedError

    def _write(self, where: slice, status: NDArray[np.int8], values: Mapping[str, Values]) -> int:
        text = self.separator.join(map(self._row, _rows(self.layout, where, status, values)))
        first = self.separator if self.done else "\n"
        data = f"{first}{text}".encode()
        assert self._file is not None
        self._file.seek(self._good)
        self._file.write(data + self.tail.encode())
        self._file.flush()
        self._good += len(data)
        return self._good

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()

    def kept(self) -> tuple[NDArray[np.int8], dict[str, NDArray[np.float64]]]:
        try:
            return self._kept()
        except (ValueError, KeyError, IndexError, StopIteration, TypeError) as error:
            raise damaged(self.path) from error

    def _kept(self) -> tuple[NDArray[np.int8], dict[str, NDArray[np.float64]]]:
        start = len(self.layout.axes)
        codes = {s.text: int(s) for s in LaneStatus}
        status = np.empty(self.done, np.int8)
        scalars = {name: np.empty(self.done) for name in self.layout.scalars}
        with self.path.open(encoding="utf-8") as lines:
            head = self._head()
            if lines.read(len(head) + 1) != f"{head}\n":
                raise ValueError("another head")
            for lane in range(self.done):
                rows = [self._read(next(lines)) for _ in range(self.layout.rows)]
                self._check(lane, rows)
                status[lane] = codes[rows[0][start]]
                for name, value in zip(scalars, rows[0][start + 1 :], strict=False):
                    scalars[name][lane] = float(value)
        return status, scalars

    def _check(self, lane: int, rows: list[list[Any]]) -> None:
        """Raise `ValueError` where rows are not those of a lane: as long as they must be, with its parameters."""
        wanted = [axis[lane].item() for axis in self.layout.axes.values()]
        for row in rows:
            if len(row) != len(self.layout.columns):
                raise ValueError(f"lane {lane}: {len(row)} fields")
            if not np.array_equal([float(x) for x in row[: len(wanted)]], wanted, equal_nan=True):
                raise ValueError(f"lane {lane}: other parameters")


def _rows(
    layout: Layout, where: slice, status: NDArray[np.int8], values: Mapping[str, Values]
) -> Iterator[Sequence[Any]]:
    """The rows of a part as plain values, column by column in the order of the layout; no zero has a sign."""
    texts = [s.text for s in LaneStatus]
    columns: list[list[Any]] = [(axis[where] + 0.0).tolist() for axis in layout.axes.values()]
    columns += [[texts[k] for k in status.tolist()], *((values[name] + 0.0).tolist() for name in layout.scalars)]
    lanes = zip(*columns, strict=True)
    if not layout.vectors or layout.frequency_hz is None:
        yield from lanes
        return
    frequency = layout.frequency_hz.tolist()
    for lane, first in enumerate(lanes):
        parts: list[list[Any]] = []
        for name in layout.vectors:
            row = values[name][lane] + 0.0
            parts += [row.real.tolist(), row.imag.tolist()] if name in layout.complex else [row.tolist()]
        yield from ((*first, *rest) for rest in zip(frequency, *parts, strict=True))


class CsvFile(TextFile):
    """Commas between, a header line; every row begins on a new line, so that the last one is always whole."""

    separator = "\n"
    tail = "\n"

    def _head(self) -> str:
        return ",".join(self.layout.columns)

    def _row(self, row: Iterable[Any]) -> str:
        return ",".join([f'"{x}"' if isinstance(x, str) and "," in x else str(x) for x in row])

    def _read(self, line: str) -> list[Any]:
        import csv

        return next(csv.reader([line]))


class JsonFile(TextFile):
    """One JSON object whose "rows" grow; infinities are the texts "inf" and "-inf", what is no number is null."""

    separator = ",\n"
    tail = "\n]}\n"

    def _head(self) -> str:
        units = {**dict.fromkeys(self.layout.axes, ""), **self.layout.scalars, **self.layout.vectors}
        head = {"title": self.layout.title, "columns": self.layout.columns, "units": units}
        return json.dumps(head)[:-1] + ', "rows": ['

    def _row(self, row: Iterable[Any]) -> str:
        return json.dumps([_as_json(x) if isinstance(x, float) else x for x in row])

    def _read(self, line: str) -> list[Any]:
        row: list[Any] = json.loads(line.rstrip().rstrip(","))
        return [math.nan if x is None else x for x in row]


def _as_json(x: float) -> float | str | None:
    """A number as JSON can hold it.

    >>> [_as_json(x) for x in (1.5, -math.inf, math.nan)]
    [1.5, '-inf', None]
    """
    if math.isnan(x):
        return None
    return x if math.isfinite(x) else str(x)
