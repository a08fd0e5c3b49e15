"""From the FILE of a command to an amplifier: a path, standard input, or the name of an example."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from longtail import InputError, OptionError
from longtail.cli.messages import remark
from longtail.examples import example, in_place_of, nearest_example
from longtail.files import reading as file_reading

if TYPE_CHECKING:
    from longtail import Amplifier


STDIN = "<stdin>"  # what the word "-" stands for


SET_HELP = (
    "another value of a .param, of a parameter of a device or model as in rc1.r, q1.is or npn1.bf, of temp in degC or "
    "vcm in V; may be repeated"
)
ANY_DIALECT = "a note says where they differ"
DIALECT_HELP = "the program that the netlist is for, where programs differ: ngspice, pspice, hspice or ltspice"


@dataclass(frozen=True, slots=True)
class Source:
    """What the command line says of the circuit: the file and who wrote it, parameters replaced, ports named."""

    file: str
    set: Sequence[str] = ()
    input: str | None = None
    output: str | None = None
    supply: str | None = None
    allow_outside_includes: bool = False
    dialect: str | None = None

    @property
    def stem(self) -> str:
        """What files about this circuit are called."""
        return "netlist" if self.file == STDIN else Path(self.file).stem

    def read(self) -> Amplifier:
        """The amplifier. Raises `InputError` for what cannot be used."""
        from longtail import read

        amplifier = read(
            f"{standard_input()}\n" if self.file == STDIN else find(self.file),
            parameters=assignments(self.set),
            input=self.input,
            output=self.output,
            supply=self.supply,
            allow_includes_outside=self.allow_outside_includes,
            dialect=self.dialect,
        )
        if not amplifier.circuit.instances:
            raise InputError("the netlist has no devices", hint="its first line is the title: are all others comments?")
        return amplifier


def standard_input() -> str:
    """All of standard input. Raises `InputError` where there is none, or more of it than is read."""
    from longtail.netlist.reader import decoded

    if sys.stdin is None:
        raise InputError("standard input is closed", hint="give a file in place of -")
    given = getattr(sys.stdin, "buffer", None)
    found = (
        decoded(given.read(file_reading.LARGEST + 1)) if given is not None else sys.stdin.read(file_reading.LARGEST + 1)
    )
    if len(found) > file_reading.LARGEST:
        raise InputError(f"standard input has more than the {file_reading.LARGEST} bytes that are read")
    return found


def find(file: str) -> Path:
    """The file of that name, or else the example. Raises `OptionError` with the nearest name where there is neither."""
    path = Path(file)
    reason = _unreadable(path)
    if reason is None:
        return path
    taken = example(file)
    if taken is not None:
        remark([in_place_of(file, taken)])
        return taken
    if reason:
        raise OptionError(f"'{file}' {reason}")
    hint = _nearest_file(path) or nearest_example(file) or "longtail examples lists what there is to try"
    raise OptionError(f"there is no file '{file}'", hint=hint)


def _unreadable(path: Path) -> str | None:
    """Why a file cannot be read: "" where there is none at all; None where it can."""
    try:
        kind = file_reading.refusal(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return f"cannot be read: {(error.strerror or str(error)).lower()}"
    return f"is {kind}, not a netlist" if kind else None


def _nearest_file(path: Path) -> str | None:
    """A hint naming the file beside a missing one whose name is nearest; None where nothing is near."""
    try:
        names = {entry.name.lower(): str(entry) for entry in sorted(path.parent.iterdir()) if entry.is_file()}
    except OSError:
        return None
    close = difflib.get_close_matches(path.name.lower(), names, n=1, cutoff=0.6)
    return f"did you mean '{names[close[0]]}'?" if close else None


def assignments(words: Sequence[str]) -> Mapping[str, str]:
    """`NAME=VALUE` words as a mapping. Raises `OptionError` for one of another form.

    >>> assignments(["rc=4.7k", "vcm=-1"])
    {'rc': '4.7k', 'vcm': '-1'}
    """
    values: dict[str, str] = {}
    for word in words:
        name, sign, value = (part.strip() for part in word.partition("="))
        if not (name and sign and value):
            raise OptionError(f"--set {word}: expected NAME=VALUE", hint="as in --set rc=4.7k")
        if name.lower() in (known.lower() for known in values):
            raise OptionError(f"--set gives '{name}' twice", hint="leave one of them out")
        values[name] = value
    return values
