"""What a file of lanes is going to hold, and the note `FILE.part` beside one that is not finished."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.errors import OptionError
from longtail.files.writing import write_file
from longtail.hints import said


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


def sidecar(path: Path) -> Path:
    """The note beside an unfinished file."""
    return path.with_name(f"{path.name}.part")


def damaged(path: Path) -> OptionError:
    """That an unfinished file cannot be gone on with."""
    return OptionError(
        f"{path} is damaged: it cannot be resumed",
        hint=said("begin anew with {overwrite}, or elsewhere", overwrite=True),
    )


def begun(path: Path, layout: Layout, resume: bool, overwrite: bool) -> dict[str, Any] | None:
    """What the note says of an unfinished file that is to be gone on with; None where a file is to be begun.

    One without lanes may be in any state, and is begun anew: so is an empty one without a note, whose process has ended
    before it could write one.

    Raises `OptionError` where there is nothing to resume, where what is there is damaged or another sweep, and where an
    unfinished sweep would be lost.
    """
    note = sidecar(path)
    if not resume and overwrite:
        return None
    if not note.exists():
        if resume and _empty(path):
            return _state(layout, 0, 0)
        if resume and path.exists():
            raise OptionError(
                f"{path} is complete: there is nothing to resume",
                hint=said("leave {resume} out to begin anew", resume=None),
            )
        return None
    if not resume:
        raise OptionError(
            f"{path} is a sweep that was not finished",
            hint=said(
                "go on with {resume}, or {overwrite} to replace it, or give another name", resume=True, overwrite=True
            ),
        )
    state = _read(note, layout)
    if state["sweep"] != layout.identity or not (path.exists() or not state["lanes"]):
        raise OptionError(
            f"{path} was begun with another netlist or other options: it cannot be resumed",
            hint="give what it was begun with, or another file",
        )
    if state["lanes"] and path.is_file() and path.stat().st_size < state["bytes"]:
        raise damaged(path)
    return state


def put_note(path: Path, layout: Layout, lanes: int, size: int) -> None:
    """Note that so many lanes, in so many bytes, are good. What a process leaves that is killed here is gone with the
    next note."""
    note = sidecar(path)
    state = json.dumps(_state(layout, lanes, size))
    write_file(note, state, overwrite=True, by_way_of=note.with_name(f"{note.name}~"))


def _state(layout: Layout, lanes: int, size: int) -> dict[str, Any]:
    return {"sweep": layout.identity, "lanes": lanes, "of": layout.lanes, "bytes": size}


def _empty(path: Path) -> bool:
    """Whether there is a file or a folder with nothing in it."""
    return not any(path.iterdir()) if path.is_dir() else path.is_file() and path.stat().st_size == 0


def _read(note: Path, layout: Layout) -> dict[str, Any]:
    """The note, checked: a lane or a byte too many would be figures that nobody computed."""
    try:
        state = json.loads(note.read_text(encoding="utf-8"))
        sound = (
            isinstance(state["sweep"], str)
            and all(type(state[name]) is int and state[name] >= 0 for name in ("lanes", "bytes"))
            and (state["sweep"] != layout.identity or state["lanes"] <= layout.lanes)
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise damaged(note)
    return dict(state)
