"""`*@ mismatch` and `*@ process`: longtail's own comments on how parameters spread."""

from __future__ import annotations

import re

from longtail.errors import NetlistError, nearest
from longtail.netlist.cards import SpreadRule
from longtail.netlist.lines import LogicalLine

KINDS = ("mismatch", "process")
_VALUES = ("sigma", "limit", "pelgrom", "correlation")
_HEAD = re.compile(
    r"\*@\s*(?P<kind>mismatch|process)\s+(?P<parameter>[^\W\d]\w*)\s*(?:\(\s*(?P<owners>[^()=]*)\))?(?=\s|$)"
)
_GIVEN = re.compile(r"\s*,?\s*(?P<name>[a-z_]\w*)\s*=\s*(?P<value>[^\s,=%]+)\s*(?P<percent>%?)(?=[\s,]|$)")
_HINT = "as in '*@ mismatch r(rc*) sigma=0.1%' or '*@ process vto(nch) sigma=10m'"


def is_spread_rule(line: LogicalLine) -> bool:
    """Whether a `*@` comment says how something spreads."""
    return line.text[2:].split(maxsplit=1)[:1] in [[kind] for kind in KINDS]


def spread_rule(line: LogicalLine) -> SpreadRule:
    """`*@ mismatch r(rc*) sigma=0.1%`, `*@ process vto(nch) sigma=10m`, `*@ mismatch r(r1,r2) limit=1%`.

    `*@ mismatch drawn_1` has no values, see `SpreadRule`. With `%` a value is a part of the parameter. Raises
    NetlistError for any other form.
    """
    head = _HEAD.match(line.text)
    if head is None:
        raise NetlistError("expected a parameter and, in parentheses, of which devices", span=line.span(), hint=_HINT)
    if head["kind"] == "mismatch" and head["owners"] is None and not line.text[head.end() :].strip():
        return SpreadRule(head["kind"], head["parameter"], (), None, None, None, False, 0.0, line.span())
    given, relative = _values(line, head.end())
    kind, owners = head["kind"], tuple(re.split(r"[\s,]+", (head["owners"] or "").strip(" ,")))
    if kind == "mismatch" and owners == ("",):
        raise NetlistError(
            "mismatch is of devices: which ones?",
            span=line.span(head.start("parameter")),
            hint=f"{_HINT}; a parameter of the netlist spreads with the process",
        )
    if given.get("correlation") and "limit" in given:
        raise NetlistError("devices that go together spread normally: no limit with a correlation", span=line.span())
    if kind == "process" and given.keys() & {"pelgrom", "correlation"}:
        raise NetlistError("the process is the same for all devices: it takes sigma and limit", span=line.span())
    return SpreadRule(
        kind,
        head["parameter"],
        () if owners == ("",) else owners,
        given.get("sigma"),
        given.get("limit"),
        given.get("pelgrom"),
        relative,
        given.get("correlation", 0.0),
        line.span(),
    )


def _values(line: LogicalLine, start: int) -> tuple[dict[str, float], bool]:
    """The values by name, and whether they are parts of the parameter."""
    found: dict[str, float] = {}
    percent: set[str] = set()
    while line.text[start:].strip():
        match = _GIVEN.match(line.text, start)
        reading = match and line.dialect.number(match["value"])
        if not match or not reading or match["name"] not in _VALUES:
            at = start + len(line.text[start:]) - len(line.text[start:].lstrip())
            known = nearest(match["name"], _VALUES) if match else None
            raise NetlistError(
                f"expected {', '.join(_VALUES[:-1])} or {_VALUES[-1]} and a number",
                span=line.span(at),
                hint=known or _HINT,
            )
        found[match["name"]] = reading.value / (100.0 if match["percent"] else 1.0)
        percent |= {match["name"]} if match["percent"] else set()
        start = match.end()
    _check(line, found)
    sizes = found.keys() - {"correlation"}
    if percent & sizes and sizes - percent:
        raise NetlistError("some of the values are in percent and some are not", span=line.span(), hint=_HINT)
    return found, bool(percent & sizes)


def _check(line: LogicalLine, found: dict[str, float]) -> None:
    if not found.keys() & {"sigma", "limit", "pelgrom"} or {"sigma", "pelgrom"} <= found.keys():
        raise NetlistError(
            "expected one of sigma, a standard deviation, limit, the largest deviation, and pelgrom, a coefficient",
            span=line.span(),
            hint=_HINT,
        )
    wrong = next((name for name in ("sigma", "limit", "pelgrom") if found.get(name, 1.0) <= 0.0), None)
    if wrong is not None:
        raise NetlistError(f"{wrong} must be above zero", span=line.span())
    if not 0.0 <= found.get("correlation", 0.0) <= 1.0:
        raise NetlistError("a correlation lies between 0 and 1", span=line.span())
