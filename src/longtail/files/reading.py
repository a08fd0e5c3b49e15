"""Files that are given: read whole and within a bound, or refused at once.

What has no end or may never answer (a device, a named pipe that nobody writes to, a socket) is not opened. A pipe that
the shell has opened already is read under the name that it has then: `/dev/stdin`, `/dev/fd/63`.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

LARGEST = 64 * 1024 * 1024  # bytes of a netlist
LARGEST_SHEET = 1024 * 1024  # bytes of limits or corners, whose readers are slow

_OPEN_ALREADY = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def refusal(path: str | Path) -> str | None:
    """What stands there in place of a file that can be read: "a directory", "a device"; None for a file.

    Raises OSError where there is nothing, or where nothing may be seen.

    >>> refusal("/"), refusal("/dev/null")
    ('a directory', 'a device')
    """
    try:
        mode = os.stat(path).st_mode
    except ValueError as error:  # a zero byte in the name
        raise OSError(errno.EINVAL, "no such name can be") from error
    if stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and str(path).startswith(_OPEN_ALREADY)):
        return None
    return next((kind for fits, kind in _KINDS if fits(mode)), "no file")


def content(path: str | Path, largest: int = LARGEST) -> bytes:
    """All bytes of a file. Raises OSError, with the reason as its `strerror`, where it cannot be read or is too large.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"r1 a b 1k"), file.flush()
    ...     content(file.name)
    b'r1 a b 1k'
    """
    kind = refusal(path)
    if kind is not None:
        raise OSError(errno.EINVAL, f"is {kind}")
    size = os.stat(path).st_size
    if size > largest:
        raise OSError(errno.EFBIG, f"has {size} bytes, more than the {largest} that are read")
    with open(path, "rb") as file:
        found = file.read(largest + 1)
    if len(found) > largest:
        raise OSError(errno.EFBIG, f"has more than the {largest} bytes that are read")
    return found
