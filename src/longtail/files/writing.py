"""How files are written: whole or not at all, and never over what was there unless that is asked for.

This is the one place that decides what may be replaced. A folder of reports keeps the digests of what was written into
it in `.longtail`: a file that is still as it was written may be written anew, so that a report can be run again.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from longtail.errors import OptionError
from longtail.hints import said

NOTES = ".longtail"  # in a folder of reports: what was written there, SHA-256 by name
ASK = said("add {overwrite} to replace it, or give another name", overwrite=True)
ELSEWHERE = "give a place that can be written to"
HINTS = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room on the disk",
    errno.EFBIG: "make room, or raise the limit on the size of files",
    errno.ENOENT: "make the folder first",
    errno.EEXIST: "give another name",
    errno.EISDIR: "give the name of a file",
    errno.ENAMETOOLONG: "give a shorter name",
}


def write_file(path: Path, content: str | bytes, *, overwrite: bool = False, by_way_of: Path | None = None) -> None:
    """Write a file by way of another beside it, so that nobody ever sees half of it. Text is written as UTF-8.

    Raises `OptionError` where it cannot be written, and where something is there already that may not be replaced.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with writing(path):
        check(path, overwrite=overwrite)
        target = path.resolve() if path.is_symlink() else path
        if target.exists() and not target.is_file():  # a device or a pipe: it takes what it is given
            target.write_bytes(data)
            return
        _replace(target, data, by_way_of)


def write_report(path: Path, content: str | bytes, *, overwrite: bool = False) -> None:
    """Write a file into a folder of reports, and note there what was written. The folder is made where it lacks."""
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, data, overwrite=overwrite)
    with writing(path.parent):
        notes = {**_notes(path.parent), path.name: hashlib.sha256(data).hexdigest()}
        _replace(path.parent / NOTES, f"{json.dumps(notes, indent=1, sort_keys=True)}\n".encode())


def check(path: Path, *, overwrite: bool = False) -> None:
    """Raise `OptionError` where no file can be put: over a folder, or a file that nobody said may be replaced."""
    with writing(path):
        if path.is_dir():
            raise OptionError(f"{path} is a folder, and no file", hint="give the name of a file")
        path.lstat() if path.parent.is_dir() and os.path.lexists(path) else os.stat(path.parent)
        regular = path.is_file() or (path.is_symlink() and not path.exists())
        if regular and not overwrite and not _ours(path):
            raise OptionError(f"{path} is there already, and would be lost", hint=ASK)


def check_folder(path: Path) -> None:
    """Raise `OptionError` where a file cannot be made beside or in place of another: by trying, since rights do not
    tell of file systems that are read-only or full."""
    target = path.resolve() if path.is_symlink() else path
    if target.exists() and not target.is_file():  # a device or a pipe
        return
    with writing(path), _beside(target) as beside:
        beside.touch()


class Hold:
    """A file or a folder that no other process may hold at the same time, until it is let go.

    Where the system has no locks, or none for this place, nothing is held. A process that is forked meanwhile, a worker
    say, does not hold it too: it may outlive this one. Raises `OptionError` where it is held.
    """

    _open: ClassVar[set[int]] = set()  # handles of this process

    def __init__(self, path: Path) -> None:
        self._handle: int | None = None
        try:
            import fcntl
        except ImportError:  # Windows has no such locks
            return
        with writing(path):
            self._handle = os.open(path, os.O_RDONLY)
        self._open.add(self._handle)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.let_go()
            raise OptionError(
                f"{path} is being written by another process", hint="wait until it is done, or give another name"
            ) from error
        except OSError:  # a file system without locks
            self.let_go()

    def let_go(self) -> None:
        if self._handle is not None:
            self._open.discard(self._handle)
            os.close(self._handle)
            self._handle = None

    @classmethod
    def forked(cls) -> None:
        """In a new process: nothing is held here."""
        while cls._open:
            os.close(cls._open.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=Hold.forked)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Whatever the system has against a file, as an `OptionError` that names it and says what to do."""
    try:
        yield
    except OSError as error:
        hint = HINTS.get(error.errno or 0, ELSEWHERE)
        if error.errno == errno.ENOENT and path.parent.is_dir():  # as /proc says that it takes no files
            hint = ELSEWHERE
        raise OptionError(f"{path}: {error.strerror or error}", hint=hint) from error
    except ValueError as error:  # a name with a NUL
        raise OptionError(f"'{path}' cannot be the name of a file: {error}", hint="give another name") from error


def _replace(target: Path, data: bytes, by_way_of: Path | None = None) -> None:
    """Put data in the place of a file. What was begun is removed, whatever goes wrong."""
    with _beside(target, by_way_of) as beside:
        beside.write_bytes(data)
        if target.exists():
            shutil.copymode(target, beside)
        os.replace(beside, target)


@contextlib.contextmanager
def _beside(target: Path, by_way_of: Path | None = None) -> Iterator[Path]:
    """The name of a file for the time being in the folder of another; it is gone afterwards."""
    beside = by_way_of or target.with_name(f".longtail-{os.getpid()}.tmp")
    try:
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def _ours(path: Path) -> bool:
    """Whether a file is still as it was written into a folder of reports."""
    noted = _notes(path.parent).get(path.name)
    return noted is not None and path.is_file() and noted == hashlib.sha256(path.read_bytes()).hexdigest()


def _notes(folder: Path) -> dict[str, Any]:
    """What was written into a folder of reports; nothing where notes cannot be read: then nothing is replaced."""
    try:
        found = json.loads((folder / NOTES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
