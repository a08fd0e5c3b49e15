"""A file of lanes by its ending: new, or one that was left unfinished."""

from __future__ import annotations

from pathlib import Path

from longtail.errors import OptionError
from longtail.files.lane_file import LaneFile
from longtail.files.lane_text import CsvFile, JsonFile
from longtail.files.lane_zarr import ZarrFile
from longtail.files.part_note import Layout, begun
from longtail.files.writing import check, writing

ENDINGS = (".csv", ".json", ".zarr")


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
            return ZarrFile(path, layout, state, overwrite)
        if not state:
            check(path, overwrite=overwrite)
        return (CsvFile if path.suffix == ".csv" else JsonFile)(path, layout, state)
