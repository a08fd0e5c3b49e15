"""What a rule of mismatch or process gives, read and checked: the same of a netlist's comment and of a TOML file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from longtail.errors import NetlistError, Span, nearest
from longtail.netlist.cards import PositionCard, SpreadRule
from longtail.netlist.dialect import Dialect

MISMATCH, PROCESS = KINDS = ("mismatch", "process")
SIZES = ("sigma", "limit", "pelgrom", "gradient")
VALUES = (*SIZES, "correlation", "correlation_length")
LARGEST_PLACE = 1.0  # m: a place farther out was meant in other units
_OF_THE_PROCESS = {"sigma", "limit"}


class GivenValue(NamedTuple):
    """A value as it is written, "0.1%" or "2m", or as a number, and where."""

    written: object
    span: Span


class RuleSource(NamedTuple):
    """Where rules are written: what they begin with where they are told, an example for errors, and whose numbers
    they have."""

    origin: str
    hint: str
    dialect: Dialect


def rule_of(
    kind: str,
    parameter: str,
    owners: tuple[str, ...],
    given: Mapping[str, GivenValue],
    span: Span,
    source: RuleSource,
) -> SpreadRule:
    """A rule of its kind, "mismatch" or "process", of a parameter of some `owners`, from what is given by name.

    With `%` a value is a part of the parameter. Raises `NetlistError`, at `span` or at the value, for a name that no
    value has, for what is no number or out of bounds, and for values that do not go together.
    """
    for name, value in given.items():
        if name not in VALUES:
            raise not_a_value(name, value.span, source)
    read = {name: _number(name, value, source) for name, value in given.items()}
    numbers = {name: number for name, (number, _) in read.items()}
    sizes = [name for name in SIZES if name in read]
    percent = [name for name in sizes if read[name][1]]
    if kind == MISMATCH and not owners:
        raise NetlistError(
            "mismatch is of devices: which ones?",
            span=span,
            hint=f"{source.hint}; a parameter of the netlist spreads with the process",
        )
    _check_sizes(numbers, span, source)
    if percent and len(percent) < len(sizes):
        raise NetlistError("some of the values are in percent and some are not", span=span, hint=source.hint)
    if kind == PROCESS and numbers.keys() - _OF_THE_PROCESS:
        raise NetlistError("the process is the same for all devices: it takes sigma and limit", span=span)
    _check_correlations(numbers, span)
    return SpreadRule(
        kind,
        parameter,
        owners,
        span,
        numbers.get("sigma"),
        numbers.get("limit"),
        numbers.get("pelgrom"),
        numbers.get("gradient"),
        bool(percent),
        numbers.get("correlation", 0.0),
        numbers.get("correlation_length"),
        source.origin,
    )


def not_a_value(name: str | None, span: Span, source: RuleSource) -> NetlistError:
    """The error for what is no value of a rule, with the nearest name that is."""
    known = nearest(name, VALUES) if name else None
    return NetlistError(
        f"expected {', '.join(VALUES[:-1])} or {VALUES[-1]} and a number", span=span, hint=known or source.hint
    )


def position_of(device: str, units: Iterable[Iterable[GivenValue]], span: Span, source: RuleSource) -> PositionCard:
    """Where a device lies, from x and y in m of each of its units.

    Raises `NetlistError` for what is no number, and for a place more than a metre out.
    """
    places = []
    for unit in units:
        pair = tuple(_length(value, source) for value in unit)
        if len(pair) != 2:
            raise NetlistError(f"{device}: a place has x and y, in m", span=span, hint=source.hint)
        places.append((pair[0], pair[1]))
    if not places:
        raise NetlistError(f"{device}: expected x and y, in m", span=span, hint=source.hint)
    return PositionCard(device, tuple(places), span)


def _length(given: GivenValue, source: RuleSource) -> float:
    value, percent = _read("a position", given, source)
    if percent or abs(value) > LARGEST_PLACE:
        raise NetlistError(f"a position is in m, and none is at {given.written}", span=given.span, hint=source.hint)
    return value


def _number(name: str, given: GivenValue, source: RuleSource) -> tuple[float, bool]:
    value, percent = _read(name, given, source)
    if percent and name == "correlation_length":
        raise NetlistError("a correlation length is in m", span=given.span, hint="as in correlation_length=50u")
    return value, percent


def _read(name: str, given: GivenValue, source: RuleSource) -> tuple[float, bool]:
    """A finite number, and whether it is in percent, which it is no more."""
    written = given.written
    value, percent = math.nan, False
    if isinstance(written, str):
        text = written.strip().lower()
        percent = text.endswith("%")
        reading = source.dialect.number(text.removesuffix("%").rstrip())
        value = reading.value / (100.0 if percent else 1.0) if reading is not None else math.nan
    elif isinstance(written, int | float) and not isinstance(written, bool):
        value = float(written) if abs(written) <= 1e300 else math.inf
    if not math.isfinite(value):
        shown = str(written) if len(str(written)) <= 40 else f"{str(written)[:37]}..."
        message = (
            f"{name}: expected a number, not {shown!r}" if isinstance(written, str) else f"{name}: {shown} is no number"
        )
        raise NetlistError(message, span=given.span, hint=source.hint)
    return value, percent


def _check_sizes(numbers: Mapping[str, float], span: Span, source: RuleSource) -> None:
    """One of the deviations, with a limit beside sigma alone, and each above zero."""
    deviations = numbers.keys() & {"sigma", "pelgrom", "gradient"}
    if len(deviations) > 1 or not (deviations or "limit" in numbers):
        raise NetlistError(
            "expected one of sigma, a standard deviation, limit, the largest deviation, pelgrom, a coefficient, and "
            "gradient, a deviation per distance",
            span=span,
            hint=source.hint,
        )
    if "limit" in numbers and "gradient" in numbers:
        raise NetlistError("a gradient is normal: it takes no limit", span=span)
    wrong = next((name for name in (*SIZES, "correlation_length") if numbers.get(name, 1.0) <= 0.0), None)
    if wrong is not None:
        raise NetlistError(f"{wrong} must be above zero", span=span)


def _check_correlations(numbers: Mapping[str, float], span: Span) -> None:
    if not 0.0 <= numbers.get("correlation", 0.0) <= 1.0:
        raise NetlistError("a correlation lies between 0 and 1", span=span)
    together = [name for name in ("correlation", "correlation_length", "gradient") if numbers.get(name)]
    if len(together) > 1:
        raise NetlistError(f"{' and '.join(together)}: a rule takes one of them", span=span, hint="write two rules")
    if together and "limit" in numbers:
        raise NetlistError("devices that go together spread normally: no limit with a correlation", span=span)
    if "correlation_length" in numbers and "sigma" not in numbers:
        raise NetlistError(
            "what is correlated over a distance does not average over the area of a device: it takes sigma",
            span=span,
            hint="what falls with the area is a rule of its own: 'pelgrom=3.5n', and the two add",
        )
