"""Figures of many lanes in a zarr store: an array for each, over "lane" and, where it has one, "frequency"."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.lane_files import LaneFile, Layout
from longtail.errors import OptionError
from longtail.lanes.status import LaneStatus

_CHUNK = 4096  # lanes


class ZarrFile(LaneFile):
    """A group of arrays, named so that `xarray.open_zarr` reads it. `status` holds the numbers of `LaneStatus`; lanes
    that are not done yet have the fill values: status -1, figures nan.

    Raises `OptionError` where zarr is not installed.
    """

    def __init__(self, path: Path, layout: Layout, state: Mapping[str, Any] | None) -> None:
        super().__init__(path, layout, state)
        try:
            import zarr
        except ImportError as error:
            raise OptionError(
                f"{path.name} needs the package zarr, which is not installed",
                hint="pip install 'longtail[zarr]', or write .csv or .json",
            ) from error
        self._group: Any = zarr.open_group(str(path), mode="r+" if state else "w", zarr_format=3)
        if not state:
            self._create()
        self._note(0)

    def _create(self) -> None:
        texts = {str(int(s)): s.text for s in LaneStatus}
        self._group.attrs.update({"title": self.layout.title, "axes": list(self.layout.axes), "status": texts})
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
        return self._group["status"][done], {name: self._group[name][done] for name in self.layout.scalars}
