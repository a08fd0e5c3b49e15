"""Mismatch, process and positions in a TOML file, for a netlist that is left as it is.

[[mismatch]]
parameter = "r"
of = ["rc1", "rc2"]
sigma = "0.1%"

[[process]]
parameter = "vto"
of = "nch"
sigma = 20e-3

[positions]
q1 = [0, "10u"]
q2 = [[0, 0], ["10u", "10u"]]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longtail.errors import NetlistError, Span, nearest
from longtail.files.toml import read_toml_lines
from longtail.netlist.cards import PositionCard, SpreadRule
from longtail.netlist.dialect import UNSAID
from longtail.netlist.spread_cards import owners_in
from longtail.netlist.spread_values import KINDS, VALUES, GivenValue, RuleSource, position_of, rule_of

POSITIONS = "positions"
_KEYS = ("parameter", "of", *VALUES)
_HINT = 'as in [[mismatch]] parameter = "r", of = ["rc1", "rc2"], sigma = "0.1%"'
_PLACE_HINT = 'as in [positions] m1 = [0, "10u"], or of two units m1 = [[0, 0], ["10u", "10u"]]'
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class SpreadFile:
    """What a file says: rules, which come after those of the netlist, and positions, in place of the netlist's."""

    name: str = ""
    rules: tuple[SpreadRule, ...] = ()
    positions: tuple[PositionCard, ...] = ()


def read_spread_file(path: str | Path) -> SpreadFile:
    """The rules and positions of a TOML file.

    Raises `OptionError` where it cannot be read, `NetlistError` for what a netlist could not say either, at its line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "kit.toml")
    ...     _ = file.write_text('[[mismatch]]\\nparameter = "r"\\nof = "rc*"\\nsigma = "0.1%"\\n')
    ...     rule = read_spread_file(file).rules[0]
    >>> rule.kind, rule.parameter, rule.owners, rule.sigma, rule.relative, rule.span.line
    ('mismatch', 'r', ('rc*',), 0.001, True, 1)
    """
    tables, lines = read_toml_lines(path, "spreads")
    places = _FileTables(str(path), lines)
    for key in tables:
        if key not in (*KINDS, POSITIONS):
            known = (*KINDS, POSITIONS)
            raise NetlistError(
                f"spreads: there is no '{key}'", span=places.top(key), hint=nearest(key, known) or f"{', '.join(known)}"
            )
    source = RuleSource(f"{Path(path).name}:", _HINT, UNSAID)
    rules = [
        _rule(kind, table, places.of_rule(kind, k, len(tables[kind])), source)
        for kind in KINDS
        for k, table in enumerate(_array(tables, kind, places))
    ]
    if not tables:
        raise NetlistError("spreads: the file says nothing", span=places.top(""), hint=_HINT)
    positions = tuple(_positions(tables.get(POSITIONS, {}), places, source._replace(hint=_PLACE_HINT)))
    return SpreadFile(Path(path).name, tuple(rules), positions)


@dataclass(frozen=True, slots=True)
class _TableLines:
    """A stretch of a file: where its keys are looked for. What is not found stands at its first line."""

    file: str
    lines: Sequence[str]
    first: int = 0
    end: int = 0

    def key(self, key: str) -> Span:
        named = re.compile(rf"""(?:^|[\s{{,.])(?P<key>["']?{re.escape(key)}["']?)\s*=""", re.IGNORECASE)
        for k in range(self.first, self.end):
            found = named.search(self.lines[k].partition("#")[0])
            if found:
                return Span(self.file, k + 1, found.start("key") + 1, self.lines[k])
        return self.start

    @property
    def start(self) -> Span:
        return Span(self.file, self.first + 1, 1, self.lines[self.first])


@dataclass(frozen=True, slots=True)
class _FileTables:
    """Where a file has its tables."""

    file: str
    lines: Sequence[str]

    def _headings(self, name: str) -> Iterator[int]:
        heading = re.compile(rf"""\s*\[+\s*["']?{re.escape(name)}["']?\s*\]""")
        return (k for k, line in enumerate(self.lines) if heading.match(line))

    def _from(self, first: int) -> _TableLines:
        following = (
            k for k in range(first + 1, len(self.lines)) if re.match(r"\s*\[+[\w\s\"']+\]+\s*(#|$)", self.lines[k])
        )
        return _TableLines(self.file, self.lines, first, next(following, len(self.lines)))

    def of_rule(self, kind: str, number: int, count: int) -> _TableLines:
        """The table of a rule, if each has a heading of its own."""
        headings = list(self._headings(kind))
        if len(headings) == count:
            return self._from(headings[number])
        line = self.top(kind).line - 1
        return _TableLines(self.file, self.lines, line, line + 1)

    def table(self, name: str) -> _TableLines:
        return self._from(self.top(name).line - 1)

    def top(self, key: str) -> Span:
        """Where a table or a key of the top level is named."""
        first = next(self._headings(key), None)
        whole = _TableLines(self.file, self.lines, 0, len(self.lines))
        return whole.key(key) if first is None else self._from(first).start


def _array(tables: Mapping[str, Any], kind: str, places: _FileTables) -> Sequence[Mapping[str, Any]]:
    found = tables.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise NetlistError(f"expected [[{kind}]], once for each rule", span=places.top(kind), hint=_HINT)
    return found


def _rule(kind: str, table: Mapping[str, Any], place: _TableLines, source: RuleSource) -> SpreadRule:
    for key in table:
        if key not in _KEYS:
            hint = nearest(key, _KEYS) or f"{', '.join(_KEYS)}"
            raise NetlistError(f"{kind}: there is no '{key}'", span=place.key(key), hint=hint)
    parameter = table.get("parameter")
    if not isinstance(parameter, str) or not _NAME.fullmatch(parameter.strip()):
        span = place.key("parameter")
        raise NetlistError(f"{kind}: expected a parameter and of which devices", span=span, hint=_HINT)
    of = table.get("of", "")
    names = [of] if isinstance(of, str) else of
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise NetlistError(f"{kind}: of takes names of devices or models", span=place.key("of"), hint=_HINT)
    owners = tuple(name for text in names for name in owners_in(text))
    given = {name: GivenValue(value, place.key(name)) for name, value in table.items() if name in VALUES}
    return rule_of(kind, parameter.strip().lower(), owners, given, place.start, source)


def _positions(table: Any, places: _FileTables, source: RuleSource) -> Iterator[PositionCard]:
    if not isinstance(table, Mapping):
        raise NetlistError("positions: expected a table", span=places.top(POSITIONS), hint=_PLACE_HINT)
    place = places.table(POSITIONS) if table else None
    for name, given in _flat(table, ""):
        assert place is not None, "there are positions"
        span = place.key(name.rpartition(".")[2])
        several = isinstance(given, list) and bool(given) and all(isinstance(each, list) for each in given)
        units = given if several else [given]
        if not all(isinstance(unit, list) for unit in units):
            raise NetlistError(f"{name}: expected x and y, in m", span=span, hint=_PLACE_HINT)
        yield position_of(name.lower(), [[GivenValue(each, span) for each in unit] for unit in units], span, source)


def _flat(table: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    """Values by names with dots, which TOML takes for tables: x1.m1."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
