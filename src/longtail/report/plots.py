"""Results as figures, and figures as files. The only door to the plotting library."""

from __future__ import annotations

from functools import singledispatch
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from longtail.analyses.analyze import Datasheet
from longtail.analyses.base import Result
from longtail.analyses.cmrr import CmrrMap
from longtail.analyses.formula import Formula
from longtail.analyses.gains import ModeGains
from longtail.analyses.half import HalfCircuits
from longtail.analyses.offset import Offset
from longtail.analyses.op import OpResult
from longtail.analyses.range import OperatingRange
from longtail.analyses.sweep import SweepResult
from longtail.analyses.transfer import Transfer
from longtail.errors import OptionError
from longtail.report import (
    figure_common_mode,
    figure_datasheet,
    figure_gains,
    figure_lanes,
    figure_large_signal,
    figure_offset,
    figure_op,
    figure_range,
    formula_figure,
    half_figure,
)
from longtail.report.figure_small_signal import FIGURES

# Drawings carry no date and fixed ids, so that the same result gives the same file.
UNDATED = {"png": {"Software": ""}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


@singledispatch
def plot(result: Result, **options: Any) -> Figure:
    """A figure of a result. Raises `OptionError` for one that has none."""
    raise OptionError(
        f"there is no figure of a {type(result).__name__}", hint="its table and its JSON say all there is"
    )


@plot.register
def _(result: ModeGains, **options: Any) -> Figure:
    return figure_lanes.figure(result, **options) if result.axes else figure_gains.figure(result, **options)


@plot.register
def _(result: OpResult, **options: Any) -> Figure:
    return figure_lanes.figure(result, **options) if result.axes else figure_op.figure(result, **options)


@plot.register
def _(result: SweepResult, **options: Any) -> Figure:
    return figure_lanes.figure(result, **options)


@plot.register
def _(result: Datasheet, **options: Any) -> Figure:
    return figure_datasheet.figure(result, **options)


@plot.register
def _(result: CmrrMap, **options: Any) -> Figure:
    return figure_common_mode.figure(result, **options)


for _type, _figure in FIGURES.items():
    plot.register(_type)(_figure)


@plot.register
def _(result: Formula, **options: Any) -> Figure:
    return formula_figure.figure(result, **options)


@plot.register
def _(result: HalfCircuits, **options: Any) -> Figure:
    return half_figure.figure(result, **options)


@plot.register
def _(result: OperatingRange, **options: Any) -> Figure:
    return figure_range.figure(result, **options)


@plot.register
def _(result: Transfer, **options: Any) -> Figure:
    return figure_large_signal.figure(result, **options)


@plot.register
def _(result: Offset, **options: Any) -> Figure:
    return figure_offset.figure(result, **options)


def figures(result: Result) -> dict[str, Figure]:
    """All figures that belong to a result, by what is added to the name of the file; none where it has none."""
    if isinstance(result, Datasheet):
        return {"": plot(result), "-op": figure_op.figure(result.op, title=f"Operating point: {result.title}")}
    return {} if plot.dispatch(type(result)) is plot.dispatch(object) else {"": plot(result)}


def save(result: Result, directory: Path, stem: str, format: str = "png") -> list[Path]:
    """Write every figure of a result as `stem` in a directory that exists, and return the paths."""
    if format not in UNDATED:
        raise OptionError(f"figures are written as {', '.join(UNDATED)}, not {format}")
    paths = []
    for suffix, figure in figures(result).items():
        path = directory / f"{stem}{suffix}.{format}"
        with rc_context({"svg.hashsalt": "longtail"}):
            figure.savefig(path, format=format, metadata=UNDATED[format])
        paths.append(path)
    return paths
