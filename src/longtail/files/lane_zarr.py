"""Figures of many lanes in a zarr store: an array for each, over "lane" and, where it has one, "frequency"."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.errors import OptionError
from longtail.files.lane_file import LaneFile
from longtail.files.part_note import Layout, damaged
from longtail.files.writing import ASK, Hold
from longtail.lanes.status import LaneStatus

_CHUNK = 4096  # lanes
DAMAGE = (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RuntimeError)  # from a spoilt store


class ZarrFile(LaneFile):
    """A group of arrays, named so that `xarray.open_zarr` reads it. `status` holds the numbers of `LaneStatus`; lanes
    that are not done yet have the fill values: status -1, figures nan.

    Raises `OptionError` where zarr is not installed.
    """

    def __init__(self, path: Path, layout: Layout, state: Mapping[str, Any] | None, overwrite: bool = False) -> None:
        try:
            import zarr  # noqa: F401  before anything is touched
        except ImportError as error:
            raise OptionError(
                f"{path.name} needs the package zarr, which is not installed",
                hint="pip install 'longtail[zarr]', or write .csv or .json",
            ) from error
        if not state:
            if os.path.lexists(path):
                _give_up(path, overwrite)
            path.mkdir(parents=True)  # where another process is faster, it has the name
        super().__init__(path, layout, state)

    def _begin(self, state: Mapping[str, Any] | None) -> None:
        import zarr

        try:
            self._group: Any = zarr.open_group(str(self.path), mode="r+" if state else "w-", zarr_format=3)
            if state:
                self._verify()
        except DAMAGE as error:
            raise damaged(self.path) from error
        if state:
            self.kept()
        else:
            self._create()
        self._note(0)

    def _verify(self) -> None:
        """Raise `ValueError` where the store is not that of these lanes."""
        for name, values in self.layout.axes.items():
            if not np.array_equal(self._group[name][:], values, equal_nan=True):
                raise ValueError(f"other values of {name}")
        for name in ("status", *self.layout.scalars, *self.layout.vectors):
            if self._group[name].shape[0] != self.layout.lanes:
                raise ValueError(f"{name} has another length")

    def _create(self) -> None:
        self._group.attrs.update({"title": self.layout.title, "axes": list(self.layout.axes), "status": _texts()})
        self._array("status", np.int8, -1)
        for name, values in self.layout.axes.items():
            self._array(name, np.float64, np.nan)[:] = values
        for name, unit in self.layout.scalars.items():
            self._array(name, np.float64, np.nan, unit)
        if self.layout.vectors and self.layout.frequency_hz is not None:
            f = self.layout.frequency_hz
            axis = self._group.create_array(
                "frequency", shape=f.shape, dtype=f.dtype, dimension_names=("frequency",), attributes={"units": "Hz"}
            )
            axis[:] = f
            for name, unit in self.layout.vectors.items():
                kind = np.complex128 if name in self.layout.complex else np.float64
                self._array(name, kind, np.nan, unit, len(f))

    def _array(self, name: str, kind: type[np.generic], fill: float, unit: str = "", frequencies: int = 0) -> Any:
        over = (frequencies,) if frequencies else ()
        return self._group.create_array(
            name,
            shape=(self.layout.lanes, *over),
            chunks=(min(_CHUNK, self.layout.lanes), *over),
            dtype=np.dtype(kind),
            fill_value=fill,
            dimension_names=("lane", "frequency")[: 1 + len(over)],
            attributes={"units": unit},
        )

    def _write(self, where: slice, status: NDArray[np.int8], values: Mapping[str, NDArray[Any]]) -> int:
        self._group["status"][where] = status
        for name in (*self.layout.scalars, *self.layout.vectors):
            self._group[name][where] = values[name]
        return 0

    def _close(self) -> None:
        self._group.store.close()

    def kept(self) -> tuple[NDArray[np.int8], dict[str, NDArray[np.float64]]]:
        done = slice(0, self.done)
        try:
            status = self._group["status"][done]
            if (status < 0).any():  # the fill value: a chunk is gone
                raise ValueError("lanes are missing")
            return status, {name: self._group[name][done] for name in self.layout.scalars}
        except DAMAGE as error:
            raise damaged(self.path) from error


def _give_up(path: Path, overwrite: bool) -> None:
    """Remove the store of a sweep that may be replaced. Raises `OptionError` for one that may not, and for all else."""
    try:
        attributes = json.loads((path / "zarr.json").read_text(encoding="utf-8"))["attributes"]
        ours = attributes["status"] == _texts() and not path.is_symlink()
    except (OSError, ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise OptionError(f"{path} is there already, and is no sweep", hint="give another name")
    if not overwrite:
        raise OptionError(f"{path} is there already, and would be lost", hint=ASK)
    held = Hold(path)
    shutil.rmtree(path)
    held.let_go()


def _texts() -> dict[str, str]:
    """The status of lanes in words, by number: the mark of a store that a sweep has written."""
    return {str(int(s)): s.text for s in LaneStatus}
