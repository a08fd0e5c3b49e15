"""Figures of many lanes in a file that grows part by part and can be read at any moment.

One row a lane; where there are figures over frequency, one row for each lane and frequency. Beside an unfinished file
lies `FILE.part`, which says what the sweep is and how far the file is good; it goes when the sweep is complete.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.part_note import Layout, begun, damaged, sidecar
from longtail.errors import AnalysisError, OptionError
from longtail.file_writing import check, write_file, writing
from longtail.lanes.status import LaneStatus

Values = NDArray[Any]
ENDINGS = (".csv", ".json", ".zarr")


class LaneFile(ABC):
    """A file that takes parts in order. `done` lanes are in it already."""

    def __init__(self, path: Path, layout: Layout, state: Mapping[str, Any] | None) -> None:
        self.path = path
        self.layout = layout
        self.done = state["lanes"] if state else 0

    def write(self, where: slice, status: NDArray[np.int8], values: Mapping[str, Values]) -> None:
        """Add the lanes of a part, and note how far the file is good. Raises `AnalysisError` where it cannot grow."""
        try:
            size = self._write(where, status, values)
            self.done = where.stop
            self._note(size)
        except (OSError, OptionError) as error:
            what = error.message if isinstance(error, OptionError) else f"{self.path}: {error.strerror or error}"
            raise AnalysisError(
                f"{what}, after {self.done} of {self.layout.lanes} lanes",
                hint="make room, and go on with --resume",
            ) from error

    def _note(self, size: int) -> None:
        note = {"sweep": self.layout.identity, "lanes": self.done, "of": self.layout.lanes, "bytes": size}
        write_file(sidecar(self.path), json.dumps(note), overwrite=True)

    def close(self) -> None:
        """Let go of the file; if it is complete, of the note beside it too."""
        self._close()
        if self.done >= self.layout.lanes:
            sidecar(self.path).unlink(missing_ok=True)

    @abstractmethod
    def _write(self, where: slice, status: NDArray[np.int8], values: Mapping[str, Values]) -> int:
        """Add a part; returns how many bytes of the file are good."""

    @abstractmethod
    def _close(self) -> None: ...

    @abstractmethod
    def kept(self) -> tuple[NDArray[np.int8], dict[str, NDArray[np.float64]]]:
        """Status and scalars of the lanes that are in the file already."""


def open_file(path: Path, layout: Layout, resume: bool, overwrite: bool = False) -> LaneFile:
    """A new file, or with `resume` the one that was left unfinished.

    Raises `OptionError` for an unknown ending, for a file or an unfinished sweep that would be lost and that
    `overwrite` does not give up, and where there is nothing to resume, or what is there is damaged or another sweep.
    """
    if path.suffix not in ENDINGS:
        raise OptionError(f"a sweep writes files that end in {', '.join(ENDINGS)}, not '{path.name}'")
    with writing(path):
        state = begun(path, layout, resume, overwrite)
        if path.suffix == ".zarr":
            from longtail.analyses.lane_zarr import ZarrFile

            return ZarrFile(path, layout, state, overwrite)
        if not state:
            check(path, overwrite=overwrite)
        return (CsvFile if path.suffix == ".csv" else JsonFile)(path, layout, state)


class TextFile(LaneFile):
    """Rows of text between a head and a tail."""

    head = tail = separator = ""

    def __init__(self, path: Path, layout: Layout, state: Mapping[str, Any] | None) -> None:
        super().__init__(path, layout, state)
        if state:
            self.kept()  # before anything is touched
        self._file: IO[bytes] = path.open("r+b" if state else "wb")
        if state:
            self._good = state["bytes"]
            self._file.truncate(self._good)
            self._file.seek(self._good)
            self._file.write(self.tail.encode())
        else:
            head = self._head().encode()
            self._file.write(head + self.tail.encode())
            self._good = len(head)
        self._file.flush()
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
        self._file.seek(self._good)
        self._file.write(data + self.tail.encode())
        self._file.flush()
        self._good += len(data)
        return self._good

    def _close(self) -> None:
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
    """The rows of a part as plain values, column by column in the order of the layout."""
    texts = [s.text for s in LaneStatus]
    columns: list[list[Any]] = [axis[where].tolist() for axis in layout.axes.values()]
    columns += [[texts[k] for k in status.tolist()], *(values[name].tolist() for name in layout.scalars)]
    lanes = zip(*columns, strict=True)
    if not layout.vectors or layout.frequency_hz is None:
        yield from lanes
        return
    frequency = layout.frequency_hz.tolist()
    for lane, first in enumerate(lanes):
        parts: list[list[Any]] = []
        for name in layout.vectors:
            row = values[name][lane]
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
