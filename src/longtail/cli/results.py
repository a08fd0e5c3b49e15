"""Results to standard output, and to files."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from longtail.cli.messages import remark
from longtail.contract.result import Result
from longtail.errors import AnalysisError
from longtail.files.writing import check, check_folder, write_file, write_report, writing


@dataclass(frozen=True, slots=True)
class Form:
    """How the result is wanted: as JSON or Markdown, with files in `out`, figures as `format`, a page in `html`;
    `overwrite`: over whatever is there."""

    json: bool = False
    out: str | None = None
    format: str = "png"
    html: str | None = None
    markdown: bool = False
    overwrite: bool = False


@runtime_checkable
class Paged(Protocol):
    """A result that can be a page."""

    def to_html(self) -> str: ...

    def to_markdown(self) -> str: ...


def show(result: Result, form: Form, circuit_notes: Iterable[object]) -> None:
    """Print the result: a table in colour on a terminal, plain text in a pipe, JSON where asked for.

    Notes on the circuit that the table does not carry go to standard error, and with JSON all notes do.
    """
    own = [str(note) for note in getattr(result, "notes", ())]
    remark(note for note in map(str, circuit_notes) if note not in own)
    if form.json:
        remark(own)
        print(result.to_json())
        return
    if form.markdown and isinstance(result, Paged):
        remark(own)
        print(result.to_markdown(), end="")
        return
    if not sys.stdout.isatty():
        print(result.to_text(), end="")
        return
    from rich.console import Console

    from longtail.report import tables

    console = Console(highlight=False)
    console.print(tables.rich(result, console.width))


def look_ahead(form: Form, stem: str) -> None:
    """Raise `OptionError` before long work whose files would not be written, `AnalysisError` where nothing can draw."""
    if form.html is not None:
        check(Path(form.html), overwrite=form.overwrite)
        check_folder(Path(form.html))
    if form.out is not None:
        folder = Path(form.out)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        for ending in ("txt", "json", form.format):
            check(folder / f"{stem}.{ending}", overwrite=form.overwrite)
        check_folder(folder / f"{stem}.txt")
        _load_plots()


def _load_plots() -> None:
    """Load the plotting library, which reads variables and files of its own when it is."""
    try:
        from longtail.report import plots
    except (OSError, ValueError) as error:
        raise AnalysisError(
            f"Matplotlib cannot be loaded: {error}", hint="mend what it names, or leave --out out"
        ) from error
    plots.check_date()


def prepared(result: Result, form: Form, stem: str) -> Result:
    """The result after it has written files of its own, where a folder is asked for: its JSON names them."""
    return result if form.out is None else result.saved(Path(form.out), stem, overwrite=form.overwrite)


def write(result: Result, form: Form, stem: str) -> list[Path]:
    """Write figures, table and JSON into the folder and return their paths."""
    from longtail.report import plots

    assert form.out is not None
    folder = Path(form.out)
    text, json = folder / f"{stem}.txt", folder / f"{stem}.json"
    write_report(text, result.to_text(), overwrite=form.overwrite)
    write_report(json, result.to_json() + "\n", overwrite=form.overwrite)
    return [*plots.save(result, folder, stem, form.format, overwrite=form.overwrite), text, json, *result.files]


def write_page(result: Result, form: Form) -> Path:
    """Write the HTML of a result into a file and return its path."""
    assert isinstance(result, Paged) and form.html is not None
    path = Path(form.html)
    write_file(path, result.to_html(), overwrite=form.overwrite)
    return path
