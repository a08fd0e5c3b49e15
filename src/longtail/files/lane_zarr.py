"""Figures of many lanes in a zarr store: an array for each, over "lane" and, where it has one, "frequency"."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.errors import OptionError
from longtail.files.lane_file import LaneFile
from longtail.files.part_note import Layout, damaged
from longtail.files.writing import ASK
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
        if not state and os.path.lexists(path):
            _check_given_up(path, overwrite)
        elif not path.exists():
            path.mkdir(parents=True)  # where another process is faster, it has the name
        self._group: Any = None
        super().__init__(path, layout, state, made=state is None)

    def _begin(self, state: Mapping[str, Any] | None) -> None:
        import zarr

        if state:
            with self._sound():
                self._group = zarr.open_group(str(self.path), mode="r+", zarr_format=3)
                self._verify()
            self.kept()
            for torn in self.path.rglob("*.partial"):  # what zarr was writing when its process was killed
                torn.unlink()
        else:
            self._note(0)
            for each in self.path.iterdir():
                shutil.rmtree(each) if each.is_dir() else each.unlink()
            self._group = zarr.open_group(str(self.path), mode="w-", zarr_format=3)
            self._create()
        self._note(0)

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """Whatever a spoilt store raises, as an `OptionError`."""
        try:
            yield
        except DAMAGE as error:
            raise damaged(self.path) from error

    def _verify(self) -> None:
        """Raise `ValueError` where the store is not that of these lanes."""
        axes = dict(self.layout.axes)
        if self.layout.vectors and self.layout.frequency_hz is not None:
            axes["frequency"] = self.layout.frequency_hz
        for name, values in axes.items():
            if not np.array_equal(self._group[name][:], values, equal_nan=True):
                raise ValueError(f"other values of {name}")
        for name in ("status", *self.layout.scalars, *self.layout.vectors):
            array, over = self._group[name], self.layout.vectors.keys() & {name}
            if array.shape != (self.layout.lanes, *((self.layout.rows,) if over else ())):
                raise ValueError(f"{name} has another shape")
            if array.nchunks_initialized < math.ceil(self.done / array.chunks[0]):
                raise ValueError(f"{name} has lost lanes")
            if over:  # nobody needs them here, but what is there has to be read some day
                for start in range(0, self.done, _CHUNK):
                    array[start : min(start + _CHUNK, self.done)]

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
        from zarr.codecs import ZstdCodec

        over = (frequencies,) if frequencies else ()
        return self._group.create_array(
            name,
            shape=(self.layout.lanes, *over),
            chunks=(min(_CHUNK, self.layout.lanes), *over),
            compressors=ZstdCodec(checksum=True),  # a figure that has changed on the disk is none
            dtype=np.dtype(kind),
            fill_value=fill,
            dimension_names=("lane", "frequency")[: 1 + len(over)],
            attributes={"units": unit},
        )

    def _write(self, where: slice, status: NDArray[np.int8], values: Mapping[str, NDArray[Any]]) -> int:
        import zarr

        # chunks of fill values are written too: a chunk that is not there is one that was lost
        with zarr.config.set({"array.write_empty_chunks": True}):
            self._group["status"][where] = status
            for name in (*self.layout.scalars, *self.layout.vectors):
                self._group[name][where] = values[name]
        return 0

    def _close(self) -> None:
        if self._group is not None:
            self._group.store.close()

    def kept(self) -> tuple[NDArray[np.int8], dict[str, NDArray[np.float64]]]:
        done = slice(0, self.done)
        with self._sound():
            status = self._group["status"][done]
            if not np.isin(status, list(LaneStatus)).all():  # the fill value among others
                raise ValueError("lanes are missing")
            return status, {name: self._group[name][done] for name in self.layout.scalars}


def _check_given_up(path: Path, overwrite: bool) -> None:
    """Raise `OptionError` for the store of a sweep that may not be replaced, and for all else."""
    try:
        attributes = json.loads((path / "zarr.json").read_text(encoding="utf-8"))["attributes"]
        ours = attributes["status"] == _texts() and not path.is_symlink()
    except (OSError, ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise OptionError(f"{path} is there already, and is no sweep", hint="give another name")
    if not overwrite:
        raise OptionError(f"{path} is there already, and would be lost", hint=ASK)


def _texts() -> dict[str, str]:
    """The status of lanes in words, by number: the mark of a store that a sweep has written."""
    return {str(int(s)): s.text for s in LaneStatus}
