"""Results as figures, and figures as files. The only door to the plotting library."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar, overload

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FuncFormatter

from longtail.contract.result import Result
from longtail.datasheet.analyze import Datasheet
from longtail.errors import OptionError
from longtail.files.writing import write_report
from longtail.report.figures.style import TYPESET, Canvas, literal, shortened
from longtail.report.views import figure_of

Drawn = TypeVar("Drawn", Figure, SubFigure)

# Drawings carry no date and fixed ids, so that the same result gives the same file.
UNDATED = {"png": {"Software": ""}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}

_LABEL, _LINE = 60, 90  # the most characters of a label at an axis, and of a line within axes
_AROUND, _LINES = 200, 8  # of a line around them, and how many of those


@overload
def plot(result: Result, *, into: None = None, **options: Any) -> Figure: ...
@overload
def plot(result: Result, *, into: Drawn, **options: Any) -> Drawn: ...
def plot(result: Result, *, into: Canvas | None = None, **options: Any) -> Canvas:
    """A figure of a result, its own or the one that it is drawn `into`. Raises `OptionError` for one that has none."""
    draw = figure_of(result)
    if draw is None:
        raise OptionError(
            f"there is no figure of a {type(result).__name__}", hint="its table and its JSON say all there is"
        )
    figure: Canvas = draw(result, into=into, **options)
    _as_written(figure)
    return figure


def _as_written(figure: Canvas) -> None:
    """Names stand in every text as they are, a dollar in one begins no formula; what is too long is cut short."""
    for axes in figure.findobj(Axes):
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FixedFormatter):
                formatter.seq = [literal(shortened(text, _LABEL)) for text in formatter.seq]
            elif isinstance(formatter, FuncFormatter):  # what Axes.set_yticks makes of labels
                formatter.func = _literally(formatter.func)
    for text in figure.findobj(Text):
        if text.get_gid() != TYPESET:
            around = text.axes is None
            lines = text.get_text().split("\n")[: _LINES if around else None]
            text.set_text(literal("\n".join(shortened(line, _AROUND if around else _LINE) for line in lines)))


def _literally(label: Callable[[float, int | None], str]) -> Callable[[float, int | None], str]:
    return lambda value, place: literal(shortened(label(value, place), _LABEL))


def figures(result: Result) -> dict[str, Figure]:
    """All figures that belong to a result, by what is added to the name of the file; none where it has none."""
    if isinstance(result, Datasheet):
        return {"": plot(result), "-op": plot(result.op, title=f"Operating point: {result.title}")}
    return {} if figure_of(result) is None else {"": plot(result)}


def check_date() -> None:
    """Raise `OptionError` for a date in the environment that stops Matplotlib, though drawings carry none."""
    date = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        datetime.fromtimestamp(int(date or 0), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise OptionError(f"SOURCE_DATE_EPOCH={date} is no date: {error}", hint="unset it, or give seconds") from error


def save(result: Result, directory: Path, stem: str, format: str = "png", *, overwrite: bool = False) -> list[Path]:
    """Write every figure of a result as `stem` in a directory, and return the paths. see `longtail.files.writing`."""
    if format not in UNDATED:
        raise OptionError(f"figures are written as {', '.join(UNDATED)}, not {format}")
    check_date()
    paths = []
    for suffix, figure in figures(result).items():
        path = directory / f"{stem}{suffix}.{format}"
        with rc_context({"svg.hashsalt": "longtail"}):
            drawn = BytesIO()
            figure.savefig(drawn, format=format, metadata=UNDATED[format])
        write_report(path, drawn.getvalue(), overwrite=overwrite)
        paths.append(path)
    return paths
