"""Results to standard output, and to files."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from longtail.analyses.base import Result
from longtail.cli.messages import remark
from longtail.errors import OptionError


@dataclass(frozen=True, slots=True)
class Form:
    """How the result is wanted: as JSON or Markdown, with files in `out`, figures as `format`, a page in `html`."""

    json: bool = False
    out: str | None = None
    format: str = "png"
    html: str | None = None
    markdown: bool = False


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


def prepared(result: Result, form: Form, stem: str) -> Result:
    """The result after it has written files of its own, where a folder is asked for: its JSON names them."""
    if form.out is None:
        return result
    folder = Path(form.out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return result.saved(folder, stem)
    except OSError as error:
        raise OptionError(f"--out {form.out}: {error.strerror or error}") from error


def write(result: Result, form: Form, stem: str) -> list[Path]:
    """Write figures, table and JSON into the folder and return their paths."""
    from longtail.report import plots

    assert form.out is not None
    folder = Path(form.out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text, json = folder / f"{stem}.txt", folder / f"{stem}.json"
        text.write_text(result.to_text(), encoding="utf-8")
        json.write_text(result.to_json() + "\n", encoding="utf-8")
        return [*plots.save(result, folder, stem, form.format), text, json, *result.files]
    except OSError as error:
        raise OptionError(f"--out {form.out}: {error.strerror or error}") from error


def write_page(result: Result, file: str) -> Path:
    """Write the HTML of a result into a file and return its path."""
    assert isinstance(result, Paged)
    path = Path(file)
    text = result.to_html()
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OptionError(f"--html {file}: {error.strerror or error}") from error
    return path
