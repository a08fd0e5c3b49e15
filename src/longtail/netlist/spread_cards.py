"""`*@ mismatch`, `*@ process` and `*@ position`: longtail's own comments on how parameters spread."""

from __future__ import annotations

import re

from longtail.errors import NetlistError
from longtail.netlist.cards import PositionCard, SpreadRule
from longtail.netlist.lines import LogicalLine
from longtail.netlist.spread_values import KINDS, MISMATCH, GivenValue, RuleSource, not_a_value, position_of, rule_of

POSITION = "position"
_HEAD = re.compile(
    r"\*@\s*(?P<kind>mismatch|process)\s+(?P<parameter>[^\W\d]\w*)\s*(?:\(\s*(?P<owners>[^()=]*)\))?(?=\s|$)"
)
_GIVEN = re.compile(r"\s*,?\s*(?P<name>[a-z_]\w*)\s*=\s*(?P<value>[^\s,=%]+)\s*(?P<percent>%?)(?=[\s,]|$)")
_POSITION = re.compile(r"\*@\s*position\s+(?P<device>[^\s,=]+)")
_PLACE = re.compile(r"(?P<axis>[xy]\s*=\s*)?(?P<value>[^\s,=]+)")
_HINT = "as in '*@ mismatch r(rc*) sigma=0.1%' or '*@ process vto(nch) sigma=10m'"
_PLACE_HINT = "as in '*@ position m1 0 10u', '*@ position m1 x=0 y=10u', or of two units '*@ position m1 0 0 10u 10u'"


def is_spread_card(line: LogicalLine) -> bool:
    """Whether a `*@` comment says how something spreads, or where something lies."""
    return line.text[2:].split(maxsplit=1)[:1] in [[kind] for kind in (*KINDS, POSITION)]


def spread_card(line: LogicalLine) -> SpreadRule | PositionCard:
    """`*@ mismatch r(rc*) sigma=0.1%`, `*@ process vto(nch) sigma=10m`, `*@ position m1 0 10u`.

    `*@ mismatch drawn_1` has no values, see `SpreadRule`. With `%` a value is a part of the parameter; positions are x
    and y in m, a pair for each unit of a device. Raises NetlistError for any other form.
    """
    return _position(line) if line.text[2:].split(maxsplit=1)[0] == POSITION else _rule(line)


def _rule(line: LogicalLine) -> SpreadRule:
    head = _HEAD.match(line.text)
    if head is None:
        raise NetlistError("expected a parameter and, in parentheses, of which devices", span=line.span(), hint=_HINT)
    kind, owners = head["kind"], owners_in(head["owners"] or "")
    if kind == MISMATCH and head["owners"] is None and not line.text[head.end() :].strip():
        return SpreadRule(kind, head["parameter"], (), line.span())
    source = RuleSource("*@", _HINT, line.dialect)
    given: dict[str, GivenValue] = {}
    start = head.end()
    while line.text[start:].strip():
        at = start + len(line.text[start:]) - len(line.text[start:].lstrip())
        match = _GIVEN.match(line.text, start)
        if not match:
            raise not_a_value(None, line.span(at), source)
        if match["name"] in given:
            raise NetlistError(f"{match['name']} is given twice", span=line.span(at))
        given[match["name"]] = GivenValue(match["value"] + match["percent"], line.span(at))
        start = match.end()
    return rule_of(kind, head["parameter"], owners, given, line.span(), source)


def owners_in(text: str) -> tuple[str, ...]:
    """Names with blanks or commas between.

    >>> owners_in(" rc1, rc2 "), owners_in("")
    (('rc1', 'rc2'), ())
    """
    return tuple(name for name in re.split(r"[\s,]+", text.lower()) if name)


def _position(line: LogicalLine) -> PositionCard:
    source = RuleSource("*@", _PLACE_HINT, line.dialect)
    head = _POSITION.match(line.text)
    if head is None:
        raise NetlistError("expected a device, and x and y in m", span=line.span(), hint=_PLACE_HINT)
    found = list(_PLACE.finditer(line.text, head.end()))
    values = [GivenValue(match["value"], line.span(match.start("value"))) for match in found]
    axes = [(match["axis"] or "")[:1] for match in found]
    if "=" in line.text:
        if sorted(axes) != ["x", "y"] or line.text.count("=") != len(axes):
            raise NetlistError("expected x and y, once each", span=line.span(), hint=_PLACE_HINT)
        values = [values[axes.index(axis)] for axis in "xy"]
    pairs = [values[k : k + 2] for k in range(0, len(values), 2)]
    return position_of(head["device"], pairs, line.span(), source)
