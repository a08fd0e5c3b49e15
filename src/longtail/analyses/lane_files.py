"""Figures of many lanes in a file that grows part by part and can be read at any moment.

One row a lane; where there are figures over frequency, one row for each lane and frequency. Beside an unfinished file
lies `FILE.part`, which says what the sweep is and how far the file is good; it goes when the sweep is complete.
"""

from __future__ import annotations

import json
import math
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from longtail.errors import AnalysisError, OptionError
from longtail.lanes.status import LaneStatus

Values = NDArray[Any]
ENDINGS = (".csv", ".json", ".zarr")


@dataclass(frozen=True)
class Layout:
    """What is in the file. `scalars` and `vectors`: unit by measure, the latter over `frequency_hz`, those in
    `complex` with a real and an imaginary part; `axes`: the values of each varied name, flat over lanes;
    `identity`: what tells this sweep from any other."""

    title: str
    axes: Mapping[str, NDArray[np.float64]]
    scalars: Mapping[str, str]
    vectors: Mapping[str, str]
    complex: frozenset[str]
    frequency_hz: NDArray[np.float64] | None
    identity: str

    @property
    def lanes(self) -> int:
        return len(next(iter(self.axes.values())))

    @property
    def rows(self) -> int:
        """Rows of a lane."""
        return len(self.frequency_hz) if self.vectors and self.frequency_hz is not None else 1

    @property
    def columns(self) -> list[str]:
        names = [*self.axes, "status", *self.scalars]
        if self.vectors:
            names.append("frequency_hz")
        for name in self.vectors:
            names += [f"{name}_re", f"{name}_im"] if name in self.complex else [name]
        return names


class LaneFile(ABC):
    """A file that takes parts in order. `done` lanes are in it already."""

    def __init__(self, path: Path, layout: Layout, state: Mapping[str, Any] | None) -> None:
        self.path = path
        self.layout = layout
        self.done = int(state["lanes"]) if state else 0

    def write(self, where: slice, status: NDArray[np.int8], values: Mapping[str, Values]) -> None:
        """Add the lanes of a part, and note how far the file is good. Raises `AnalysisError` where it cannot grow."""
        try:
            size = self._write(where, status, values)
            self.done = where.stop
            self._note(size)
        except OSError as error:
            raise AnalysisError(
                f"{self.path}: {error.strerror or error}, after {self.done} of {self.layout.lanes} lanes",
                hint="make room, and go on with --resume",
            ) from error

    def _note(self, size: int) -> None:
        note = {"sweep": self.layout.identity, "lanes": self.done, "of": self.layout.lanes, "bytes": size}
        temporary = sidecar(self.path).with_suffix(".new")
        temporary.write_text(json.dumps(note))
        os.replace(temporary, sidecar(self.path))  # whole or not at all

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


def open_file(path: Path, layout: Layout, resume: bool) -> LaneFile:
    """A new file, or with `resume` the one that was left unfinished.

    Raises `OptionError` for an unknown ending, for an unfinished sweep that would be lost, and where there is nothing
    to resume or what is there is another sweep.
    """
    if path.suffix not in ENDINGS:
        raise OptionError(f"a sweep writes files that end in {', '.join(ENDINGS)}, not '{path.name}'")
    state = _state(path, layout, resume)
    if path.suffix == ".zarr":
        from longtail.analyses.lane_zarr import ZarrFile

        return ZarrFile(path, layout, state)
    try:
        return (CsvFile if path.suffix == ".csv" else JsonFile)(path, layout, state)
    except OSError as error:
        raise OptionError(f"{path}: {error.strerror or error}") from error


def sidecar(path: Path) -> Path:
    """The note beside an unfinished file."""
    return path.with_name(f"{path.name}.part")


def _state(path: Path, layout: Layout, resume: bool) -> dict[str, Any] | None:
    note = sidecar(path)
    if not note.exists():
        if resume and path.exists():
            raise OptionError(
                f"{path} is complete: there is nothing to resume", hint="leave --resume out to begin anew"
            )
        return None
    if not resume:
        raise OptionError(
            f"{path} is a sweep that was not finished", hint=f"go on with --resume, or remove {note} to begin anew"
        )
    state: dict[str, Any] = json.loads(note.read_text())
    if state["sweep"] != layout.identity or not path.exists():
        raise OptionError(
            f"{path} was begun with another netlist or other options: it cannot be resumed",
            hint="give what it was begun with, or another file",
        )
    return state


class TextFile(LaneFile):
    """Rows of text between a head and a tail."""

    head = tail = separator = ""

    def __init__(self, path: Path, layout: Layout, state: Mapping[str, Any] | None) -> None:
        super().__init__(path, layout, state)
        self._file: IO[bytes] = path.open("r+b" if state else "wb")
        if state:
            self._good = int(state["bytes"])
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
        start = len(self.layout.axes)
        codes = {s.text: int(s) for s in LaneStatus}
        status = np.empty(self.done, np.int8)
        scalars = {name: np.empty(self.done) for name in self.layout.scalars}
        with self.path.open() as lines:
            for _ in range(self._head().count("\n") + 1):
                next(lines)
            for lane in range(self.done):
                fields = self._read(next(lines))
                for _ in range(self.layout.rows - 1):
                    next(lines)
                status[lane] = codes[fields[start]]
                for name, value in zip(scalars, fields[start + 1 :], strict=False):
                    scalars[name][lane] = float(value)
        return status, scalars


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
