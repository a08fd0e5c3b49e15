"""The gallery: examples that come with the program, listed and copied out."""

from __future__ import annotations

import re
import shutil
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from longtail import OptionError
from longtail.cli.messages import remark
from longtail.examples import example, gallery, nearest_example
from longtail.files.writing import write_file, writing

_INCLUDE = re.compile(r"^\s*\.(?:include|inc|lib)\s+[\"']?([^\"'\s]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a netlist of the gallery says of itself in its first lines."""

    title: str
    look_at: str


def describe(path: Path) -> Entry:
    """Title and advice of an example: its first line, and its paragraph "What to look at"."""
    lines = path.read_text(encoding="utf-8").splitlines()
    words: list[str] = []
    for line in lines[1:]:
        text = line.removeprefix("*").strip()
        if not line.startswith("*") or (words and not text):
            break
        if words or text.startswith("What to look at:"):
            words.append(text)
    look_at = " ".join(words).removeprefix("What to look at:").strip()
    return Entry(lines[0].strip(), look_at[:1].upper() + look_at[1:])


def summary(text: str, enough: int = 80) -> str:
    """The first sentences of a text, as many as say something.

    >>> summary("The textbook case. The tail current cannot change, so that A_cc is zero but for gmin. More follows.")
    'The textbook case. The tail current cannot change, so that A_cc is zero but for gmin.'
    """
    taken = ""
    for sentence in re.split(r"(?<=\.) +", text):
        if len(taken) >= enough:
            break
        taken = f"{taken} {sentence}".strip()
    return taken


def included(path: Path) -> list[Path]:
    """The files that a netlist includes from its own folder, and those that they include."""
    found: list[Path] = []
    waiting = [path]
    while waiting:
        for name in _INCLUDE.findall(waiting.pop().read_text(encoding="utf-8")):
            target = path.parent / name
            if target.is_file() and target not in found:
                found.append(target)
                waiting.append(target)
    return found


def examples(
    name: Annotated[str | None, Parameter(help="copy this example, with what it includes")] = None,
    /,
    *,
    to: Annotated[str, Parameter(help="folder to copy to", metavar="DIR")] = ".",
    overwrite: Annotated[
        bool, Parameter(help="replace files that are there already", negative=(), show_default=lambda _: "off")
    ] = False,
) -> None:
    """List the gallery, or copy an example out."""
    if name is None:
        print("\n\n".join(_listed(key, describe(path)) for key, path in gallery().items()))
        remark(["run one with 'longtail analyze NAME', copy it with 'longtail examples NAME --to DIR'"])
        return
    path = example(name)
    if path is None:
        raise OptionError(f"there is no example '{name}'", hint=nearest_example(name) or "longtail examples lists them")
    for target in copy([path, *included(path)], Path(to), overwrite):
        print(target)
    remark([f"what to look at: {describe(path).look_at}"])


def _listed(name: str, entry: Entry) -> str:
    width = min(shutil.get_terminal_size().columns, 100)
    advice = textwrap.fill(summary(entry.look_at), width, initial_indent="  ", subsequent_indent="  ")
    return f"{name}: {entry.title}\n{advice}"


def copy(files: list[Path], folder: Path, overwrite: bool) -> list[Path]:
    """Copy files into a folder and return where they went. What is there already and differs is not replaced."""
    targets = [folder / path.name for path in files]
    for path, target in zip(files, targets, strict=True):
        with writing(target):
            if target.is_file() and not overwrite and target.read_bytes() != path.read_bytes():
                raise OptionError(
                    f"{target} is there already, and is not the same", hint="add --overwrite to replace it"
                )
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for path, target in zip(files, targets, strict=True):
        write_file(target, path.read_bytes(), overwrite=True)  # decided above: it is the same, or may be replaced
    return targets
