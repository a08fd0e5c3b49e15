"""`.include` and `.lib`: the cards of other files put in place, without leaving the folder of the main netlist."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from longtail.elaborate.scope import bounds as limits
from longtail.elaborate.scope.contents import every_card
from longtail.errors import Faults, InputError, NetlistError, nearest
from longtail.files import reading as file_reading
from longtail.netlist.cards import Body, Branch, Card, Conditionals, Include, Netlist, Note, Subcircuit
from longtail.netlist.reader import read_file

# what LTspice and PSpice name in every netlist that they write, needed or not
_STANDARD_LIBRARIES = {
    "LTspice": re.compile(
        r"standard\.(?:bjt|dio|jft|mos|cap|ind|res|bead)|(?:ltc|adi)\d*\.lib|universalopamps?\d*\.(?:sub|lib)|opamp\.sub"
    ),
    "PSpice": re.compile(r"nomd?\.lib"),
}
_ALIASES = ".als"  # the names that PSpice's drawing has for the pins of parts: nothing of the circuit
_ELSEWHERE = re.compile(r"[a-z]:[\\/]|\\\\", re.IGNORECASE)  # a place on a computer with drive letters

_MANY = "a file that is included again and again by others is better included once, by the netlist itself"


@dataclass(slots=True)
class Inclusion:
    """Resolves the includes of one main netlist. `notes` gathers what the readers of the files remarked.

    `anywhere` allows files outside the folder of the main netlist and its subfolders. `faults` gathers what is wrong,
    `missing` the files on another computer that are not here: errors where something is missing in the netlist;
    `unread` what cannot be read of the files, used or not.
    """

    netlist: Netlist
    anywhere: bool = False
    notes: list[Note] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    missing: list[NetlistError] = field(default_factory=list)
    unread: list[NetlistError] = field(default_factory=list)
    _files: dict[Path, Netlist] = field(default_factory=dict)
    _bytes: int = 0
    _located: dict[tuple[Path | None, str], Path] = field(default_factory=dict)
    _inclusions: int = 0
    _cards: int = 0

    def body(self) -> Body:
        """All cards of the netlist with every include replaced by what it names.

        Raises NetlistError for a file that is missing, outside the folder, or includes itself, for an unknown
        section, and beyond the bounds in `limits`.
        """
        path = self.netlist.path
        own = self._root / path.name if path is not None else None
        return tuple(self._expand(self.netlist.body, self.netlist, own, ((own, None),)))

    @property
    def _root(self) -> Path:
        path = self.netlist.path
        return (path.parent if path is not None else Path()).resolve()

    def _expand(
        self,
        cards: Iterable[Card],
        netlist: Netlist,
        path: Path | None,
        chain: tuple[tuple[Path | None, str | None], ...],
    ) -> Iterator[Card]:
        for card in cards:
            match card:
                case Include():
                    included: Iterable[Card] = ()
                    with self.faults.kept():
                        included = self._included(card, path, chain)
                    yield from included
                case Subcircuit():
                    yield replace(card, body=tuple(self._expand(card.body, netlist, path, chain)))
                case Conditionals():
                    branches = (
                        Branch(branch.condition, tuple(self._expand(branch.body, netlist, path, chain)))
                        for branch in card.branches
                    )
                    yield replace(card, branches=tuple(branches))
                case _:
                    yield card

    def _included(
        self, card: Include, path: Path | None, chain: tuple[tuple[Path | None, str | None], ...]
    ) -> Iterable[Card]:
        try:
            target = self._located.get((path, card.file)) or self._locate(card, path)
        except NetlistError as error:
            if not self._may_be_missing(card, error):
                raise
            return ()
        self._located[path, card.file] = target
        if (target, card.section) in chain:
            loop = [*chain[chain.index((target, card.section)) :], (target, card.section)]
            names = " -> ".join(file.name if file is not None else "netlist" for file, _ in loop)
            raise NetlistError(f"files include each other: {names}", span=card.span)
        if len(chain) > limits.INCLUDE_DEPTH:
            raise NetlistError(f"includes are nested deeper than {limits.INCLUDE_DEPTH}", span=card.span)
        self._inclusions += 1
        if self._inclusions > limits.INCLUSIONS:
            raise NetlistError(
                f"more than {limits.INCLUSIONS} files and sections are included", span=card.span, hint=_MANY
            )
        netlist = self._read(card, target)
        body = netlist.body
        if card.section is not None:
            if card.section not in netlist.sections:
                raise NetlistError(
                    f"'{card.file}' has no section '{card.section}'",
                    span=card.span,
                    hint=nearest(card.section, netlist.sections)
                    or (f"it has {', '.join(netlist.sections)}" if netlist.sections else "it has no .lib sections"),
                )
            body = netlist.sections[card.section]
        self._cards += sum(1 for _ in every_card(body))
        if self._cards > limits.INCLUDED_CARDS:
            message = f"the included files come to more than {limits.INCLUDED_CARDS} cards"
            raise NetlistError(message, span=card.span, hint=_MANY)
        return self._expand(body, netlist, target, (*chain, (target, card.section)))

    def _may_be_missing(self, card: Include, error: NetlistError) -> bool:
        """Whether a file that is not here may be done without; a note then says so."""
        name = re.split(r"[\\/]", card.file)[-1].lower()
        for program, library in _STANDARD_LIBRARIES.items():
            if library.fullmatch(name):
                what = (
                    f"{program}'s own '{card.file}' is not here: models of the devices used have to be in the netlist"
                )
                self.notes.append(Note(what, card.span))
                return True
        if name.endswith(_ALIASES):
            self.notes.append(Note(f"'{card.file}' is not here: it would name pins for PSpice's plots", card.span))
            return True
        if _ELSEWHERE.match(card.file):
            self.missing.append(error)
            return True
        return False

    def _locate(self, card: Include, path: Path | None) -> Path:
        """The file that a card means, links resolved."""
        folder = path.parent if path is not None else self._root
        try:
            target = Path(os.path.realpath(folder / Path(card.file).expanduser()))
        except (OSError, RuntimeError, ValueError) as error:  # no home to expand, a zero byte
            raise NetlistError(f"'{card.file}' cannot be a file name", span=card.span) from error
        if not self.anywhere and not target.is_relative_to(self._root):
            raise NetlistError(
                f"'{card.file}' lies outside the folder of the netlist",
                span=card.span,
                hint="move it beside the netlist, or allow includes from outside",
            )
        try:
            kind = file_reading.refusal(target)
        except FileNotFoundError as error:
            twins = _in_other_capitals(target)
            if len(twins) == 1:
                note = f"'{card.file}' is read from '{twins[0].name}': they differ in capital letters alone"
                self.notes.append(Note(note, card.span))
                return self._locate(replace(card, file=str(twins[0])), path)
            hint = _similar(target)
            raise NetlistError(f"file '{card.file}' is not there", span=card.span, hint=hint) from error
        except OSError as error:  # a name too long, a folder that may not be looked into
            reason = (error.strerror or str(error)).lower()
            raise NetlistError(f"cannot read '{card.file}': {reason}", span=card.span) from error
        if kind is not None:
            raise NetlistError(f"'{card.file}' is {kind}, not a file", span=card.span)
        return target

    def _read(self, card: Include, target: Path) -> Netlist:
        if target not in self._files:
            self._bytes += target.stat().st_size
            if self._bytes > limits.INCLUDE_BYTES:
                raise NetlistError(
                    f"the included files are larger than {limits.INCLUDE_BYTES >> 20} MiB together", span=card.span
                )
            try:
                self._files[target] = read_file(target, included=True, dialect=self.netlist.dialect, keep_faults=True)
            except InputError as error:
                raise error if error.span else NetlistError(error.message, span=card.span, hint=error.hint) from error
            self.notes += self._files[target].notes
            self.unread += self._files[target].faults
        return self._files[target]


def _in_other_capitals(target: Path) -> list[Path]:
    """The files beside `target` that Windows would take for it."""
    try:
        return [
            each
            for each in sorted(target.parent.iterdir())
            if each.name.lower() == target.name.lower() and each.is_file()
        ]
    except OSError:
        return []


def _similar(target: Path) -> str | None:
    """A hint naming the file beside `target` whose name is nearest."""
    try:
        names = {entry.name.lower(): entry.name for entry in sorted(target.parent.iterdir())}
    except OSError:
        return None
    found = difflib.get_close_matches(target.name.lower(), names, n=1, cutoff=0.5)
    return f"did you mean '{names[found[0]]}'?" if found else None
