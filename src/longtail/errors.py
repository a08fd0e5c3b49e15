"""Every error that longtail raises, in one tree, with the place in the netlist where it applies.

`InputError` and its children mean that what was given cannot be used (exit status 2 on the command line);
`AnalysisError` and its children mean that the input was sound and the computation failed (exit status 1).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from longtail.hints import in_python


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a netlist: file name as the user gave it, 1-based line and column, and the line itself."""

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class LongtailError(Exception):
    """The root of the tree: what went wrong, where, and what to do; options as Python writes them.

    >>> print(LongtailError("unknown node 'inq'", hint="did you mean 'inp'?"))
    unknown node 'inq'
      hint: did you mean 'inp'?
    """

    exit_status = 1

    def __init__(self, message: str, *, span: Span | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint

    def __str__(self) -> str:
        message = in_python(self.message)
        lines = [f"{self.span}: {message}" if self.span else message]
        if self.span and self.span.text:
            marker = "".join("\t" if c == "\t" else " " for c in self.span.text[: self.span.column - 1])
            lines += [f"  | {self.span.text}", f"  | {marker}^"]
        if self.hint:
            lines.append(f"  hint: {in_python(self.hint)}")
        return "\n".join(lines)


class InputError(LongtailError):
    """What was given cannot be used as it is."""

    exit_status = 2


class NetlistError(InputError):
    """The netlist is malformed: the message says what was expected, the span says where."""


class UnsupportedError(NetlistError):
    """The netlist is sound SPICE, but asks for something that longtail does not have."""


class NetlistErrors(NetlistError):
    """Several things in one netlist that are wrong: `errors` has them all, in the order in which they were found.

    Message, place and hint are those of the first; `left_out` says that there may be more.
    """

    def __init__(self, errors: Iterable[NetlistError], left_out: bool = False) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        super().__init__(first.message, span=first.span, hint=first.hint)
        self.left_out = left_out

    def __reduce__(self) -> tuple[type[NetlistErrors], tuple[tuple[NetlistError, ...], bool]]:
        return type(self), (self.errors, self.left_out)

    @property
    def title(self) -> str:
        """How many there are."""
        return f"{'at least ' if self.left_out else ''}{len(self.errors)} faults in the netlist"

    @property
    def groups(self) -> tuple[tuple[NetlistError, ...], ...]:
        """The errors that say the same of different cards stand together."""
        found: dict[str, list[NetlistError]] = {}
        for error in self.errors:
            found.setdefault(_NAMES.sub("", error.message), []).append(error)
        return tuple(tuple(group) for group in found.values())

    def __str__(self) -> str:
        parts = [f"{self.title}:"]
        for group in self.groups:
            parts.append(str(group[0]))
            if len(group) > 1:
                parts.append(f"  {others(group)}")
        return "\n".join(parts)


_NAMES = re.compile(r"'[^']*'|^[^\s:]+: | \(in [^)]*\)")
_QUOTED = re.compile(r"'[^']*'")
_MOST_PLACES = 12


def others(group: Sequence[NetlistError]) -> str:
    """Where else what the first of a group says is found, with the names that differ there.

    >>> others([NetlistError(f"no '{name}'", span=Span("a.cir", line, 1, "")) for line, name in ((2, "a"), (9, "b"))])
    "also at a.cir:9:1 ('b')"
    """
    said = _QUOTED.findall(group[0].message)
    places = []
    for error in group[1:]:
        names = [name for name in _QUOTED.findall(error.message) if name not in said]
        places.append(f"{error.span} ({', '.join(names)})" if names else str(error.span))
    more = len(places) - _MOST_PLACES
    return f"also at {', '.join(places[:_MOST_PLACES])}{f' and {more} more places' if more > 0 else ''}"


class Faults:
    """Collects what is wrong with a netlist, up to a bound, so that one run tells all of it.

    >>> faults = Faults()
    >>> with faults.kept():
    ...     raise NetlistError("no such card")
    >>> faults.raise_all()
    Traceback (most recent call last):
    longtail.errors.NetlistError: no such card
    """

    MOST = 100

    def __init__(self) -> None:
        self.found: list[NetlistError] = []
        self._known: set[tuple[str, Span | None]] = set()

    def keep(self, error: NetlistError) -> None:
        """Keep an error, or all of those that it holds, once each, however many there are."""
        for each in error.errors if isinstance(error, NetlistErrors) else (error,):
            if (each.message, each.span) not in self._known:
                self._known.add((each.message, each.span))
                self.found.append(each)

    def add(self, error: NetlistError) -> None:
        """The same. Raises them all where there are too many."""
        self.keep(error)
        if len(self.found) >= self.MOST:
            self.raise_all()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A context that keeps the `NetlistError` that ends it."""
        try:
            yield
        except NetlistError as error:
            self.add(error)

    def raise_all(self) -> None:
        """Raise what was found: nothing, the one error, or `NetlistErrors`."""
        if self.found:
            several = NetlistErrors(self.found[: self.MOST], left_out=len(self.found) >= self.MOST)
            raise self.found[0] if len(self.found) == 1 else several


class StructuralError(InputError):
    """No solution can exist: a floating node, a loop of voltage sources, a cutset of current sources."""


class OptionError(InputError):
    """An option, a node name or a parameter name given by the caller is wrong."""


class AnalysisError(LongtailError):
    """The computation failed on sound input."""


class WorkersError(AnalysisError):
    """Workers that share a computation are lost, or do not compute with the same program."""


class SizeError(AnalysisError):
    """The circuit is larger than what was asked can take; the message names both sizes."""


class ConvergenceError(AnalysisError):
    """No operating point was found; the message names the nodes and devices that would not settle."""


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return a hint naming the nearest valid name in any case, or None when nothing is near.

    >>> nearest("rc", ["rc1", "q1"]), nearest("cmr", ["A_d", "CMRR"])
    ("did you mean 'rc1'?", "did you mean 'CMRR'?")
    """
    spelt = {candidate.lower(): candidate for candidate in candidates}
    matches = difflib.get_close_matches(name.lower(), spelt, n=1, cutoff=0.5)
    return f"did you mean '{spelt[matches[0]]}'?" if matches else None


def in_short(given: object, most: int = 60) -> str:
    """What was given, as Python writes it, on one line and not for ever.

    >>> in_short([1.0, None]), in_short("x" * 100, 9)
    ('[1.0, None]', "'xxxxx...")
    """
    words = " ".join(repr(given).split())
    return words if len(words) <= most else f"{words[: most - 3]}..."
