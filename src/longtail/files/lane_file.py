"""Figures of many lanes in a file that grows part by part and can be read at any moment.

One row a lane; where there are figures over frequency, one row for each lane and frequency. Beside an unfinished file
lies `FILE.part`, which says what the sweep is and how far the file is good; it goes when the sweep is complete. It is
there before the file has anything in it, so that a process may be killed at any moment: what is noted is kept.
"""

from __future__ import annotations

import contextlib
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.errors import AnalysisError, OptionError
from longtail.files.part_note import Layout, put_note, sidecar
from longtail.files.writing import Hold
from longtail.hints import said

Values = NDArray[Any]


class LaneFile(ABC):
    """A file or folder that is there and takes parts in order. `done` lanes are in it already; `made`: it has just
    been made, and goes again where it cannot be begun.

    Raises `OptionError` where another process writes to it.
    """

    def __init__(self, path: Path, layout: Layout, state: Mapping[str, Any] | None, made: bool) -> None:
        self.path = path
        self.layout = layout
        self.done = state["lanes"] if state else 0
        self._held = Hold(path)
        with contextlib.ExitStack() as otherwise:  # from the last to the first, where it cannot be begun
            otherwise.callback(self._held.let_go)
            if made:
                otherwise.callback(_remove, path)
            otherwise.callback(self._close)
            self._begin(state if self.done else None)
            otherwise.pop_all()

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
                hint=said("make room, and go on with {resume}", resume=True),
            ) from error

    def _note(self, size: int) -> None:
        put_note(self.path, self.layout, self.done, size)

    def close(self) -> None:
        """Let go of the file; if it is complete, of the note beside it too."""
        self._close()
        if self.done >= self.layout.lanes:
            sidecar(self.path).unlink(missing_ok=True)
        self._held.let_go()

    @abstractmethod
    def _begin(self, state: Mapping[str, Any] | None) -> None:
        """Open what is there: to go on after `state`, or to begin whatever is in it, and first of all with a note."""

    @abstractmethod
    def _write(self, where: slice, status: NDArray[np.int8], values: Mapping[str, Values]) -> int:
        """Add a part; returns how many bytes of the file are good."""

    @abstractmethod
    def _close(self) -> None:
        """Close what `_begin` has opened, if it came to that."""

    @abstractmethod
    def kept(self) -> tuple[NDArray[np.int8], dict[str, NDArray[np.float64]]]:
        """Status and scalars of the lanes that are in the file already."""


def _remove(path: Path) -> None:
    """Take away a file or a store that could not be begun; why it could not is told, and not what hinders this."""
    for each in (path, sidecar(path)):
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                each.unlink(missing_ok=True)
