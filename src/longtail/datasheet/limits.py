"""Limits of a datasheet: read from a TOML file or a datasheet of CACE, and held against its rows.

[A_dd]
min = 30
unit = "dB"

[CMRR]
min = 80
at = "1 Hz"

[bandwidth]
symbol = "f_3dB"
min = "1meg"

["cmrr_db@1k"]
min = 80
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.datasheet.cace import SUFFIXES, read_cace
from longtail.datasheet.rows import Limit, Row
from longtail.errors import OptionError, Span, nearest
from longtail.files import reading as file_reading
from longtail.files.toml import number, read_toml
from longtail.hints import said
from longtail.merits.merit import SpotMerit
from longtail.merits.registry import named
from longtail.units import format_si

PASS, FAIL, OPEN = "pass", "fail", "open"
_KEYS = ("min", "max", "unit", "at", "symbol")
_EXPONENTS = {"": 0, "f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12}
_WRITTEN = ((r"[Ωω\u2126]|[Oo]hms?$", "ohm"), (r"√Hz|sqrt\(Hz\)|sqrtHz", "rtHz"), (r"/(°C|degC)$", "/K"), ("μ", "µ"))
_SAME = 1e-3  # relatively: frequencies that differ by less, as much as rows round them, are one
_RATIO, _DECIBEL = "V/V", "dB"


def read_limits(given: Any) -> tuple[Limit, ...]:
    """Limits from the path of a TOML file or from a mapping of the same form; from CACE's YAML where it ends in .yaml.

    Raises `OptionError` for a key that is not known, and for a table that limits nothing.

    >>> read_limits({"A_dd": {"min": 30, "unit": "dB"}})
    (Limit(name='A_dd', symbol='A_dd', low=30.0, high=None, unit='dB', at=''),)
    """
    if not isinstance(given, Mapping | str | Path):
        raise OptionError(f"limits must be a file or limits by name, not {given!r}")
    if not isinstance(given, Mapping) and Path(given).suffix.lower() in SUFFIXES:
        return read_cace(given)
    tables = given if isinstance(given, Mapping) else read_toml(given, "limits")
    path = None if isinstance(given, Mapping) else Path(given)
    return tuple(_limit(str(name), table, path) for name, table in tables.items())


def _limit(name: str, table: Any, path: Path | None) -> Limit:
    if not isinstance(table, Mapping):
        raise OptionError(f"limit '{name}': expected a table", hint=f'as in [{name}] min = 30 unit = "dB"')
    for key in table:
        if key not in _KEYS:
            raise OptionError(f"limit '{name}': there is no '{key}'", hint=nearest(key, _KEYS) or f"{', '.join(_KEYS)}")
    low, high = (_bound(name, key, table[key], path) if key in table else None for key in ("min", "max"))
    if low is None and high is None:
        raise OptionError(f"limit '{name}' limits nothing", hint="give it min, max or both")
    if low is not None and high is not None and low > high:
        raise OptionError(f"limit '{name}': min {low:g} is above max {high:g}")
    words = [table.get(key, "") for key in ("unit", "at")]
    if not all(isinstance(word, str) for word in [*words, table.get("symbol", "")]):
        raise OptionError(f"limit '{name}': unit, at and symbol are strings")
    return by_merit(Limit(name, table.get("symbol", name), low, high, words[0], words[1]))


def by_merit(limit: Limit) -> Limit:
    """The limit with what the name of a merit says of it, as in "cmrr_db@1k": the frequency, and that gains are in dB.

    >>> by_merit(Limit("differential_db", "differential_db", 30.0, None, "")).unit
    'dB'
    >>> by_merit(Limit("cmrr_db@1k", "cmrr_db@1k", 80.0, None, "")).at
    'f = 1 kHz'
    """
    merit = named(limit.symbol.lower())
    if merit is None:
        return limit
    at = f"f = {format_si(merit.at_hz, 'Hz')}" if isinstance(merit, SpotMerit) and merit.at_hz is not None else ""
    unit = _DECIBEL if merit.gain is not None else ""
    return replace(limit, symbol=limit.symbol.partition("@")[0], at=limit.at or at, unit=limit.unit or unit)


def _bound(name: str, key: str, given: Any, path: Path | None) -> float:
    """A bound: a finite number, since nothing is above or below nan, and infinity bounds nothing."""
    value = number(given, f"limit '{name}', {key}")
    if math.isfinite(value):
        return value
    raise OptionError(
        f"limit '{name}', {key}: {value:g} is no number to hold",
        span=_place(path, name, key) if path else None,
        hint=f"give a number, or leave {key} out",
    )


def _place(path: Path, name: str, key: str) -> Span | None:
    """Where a TOML file gives a bound: the first line with its key from that on which its table is named."""
    lines = file_reading.content(path, file_reading.LARGEST_SHEET).decode("utf-8-sig").splitlines()
    heading = re.compile(rf"""\s*\[?\s*["']?{re.escape(name)}["']?\s*[\].=]""")
    start = next((k for k, line in enumerate(lines) if heading.match(line)), 0)
    for k, line in enumerate(lines[start:], start=start):
        found = re.search(rf"""\b{key}["']?\s*=""", line)
        if found:
            return Span(str(path), k + 1, found.start() + 1, line)
    return None


def check(rows: Sequence[Row], limits: Sequence[Limit]) -> tuple[Row, ...]:
    """The rows with their verdicts. A limit meets the first row of its name whose conditions contain its `at`: a
    frequency as a value, and all else word for word.

    The name is the symbol of a row, what it is of or that of its merit, in any case, with or without spaces and
    underscores. Gains are judged by magnitude. A row without extremes is judged by its typical value. Raises
    `OptionError` for a limit that meets no row, and for a unit that is not that of the row.
    """
    judged = list(rows)
    for limit in limits:
        if not limit.holds:
            continue
        k = _meets(limit, rows)
        if judged[k].limit is not None:
            raise OptionError(f"two limits meet {rows[k].symbol}", span=limit.span, hint="pick another row by 'at'")
        judged[k] = replace(judged[k], limit=limit, verdict=_verdict(rows[k], limit))
    return tuple(judged)


def unheld(limits: Sequence[Limit]) -> tuple[str, ...]:
    """A note that names what a file asks for without a limit to hold; none where there is no such thing."""
    names = [limit.name for limit in limits if not limit.holds]
    return (f"no limit is held for {', '.join(names)}",) if names else ()


def ascii_symbol(symbol: str) -> str:
    """A symbol as a keyboard has it.

    >>> ascii_symbol("A_c→d")
    'A_c->d'
    """
    return symbol.replace("→", "->").replace("·", "*").replace("µ", "u")


def _key(name: str) -> str:
    """What two spellings of one name share.

    >>> _key("Common-mode gain") == _key("common-mode_gain"), _key("A_c→d") == _key("a_c->d")
    (True, True)
    """
    return re.sub(r"[\s_]+", "", ascii_symbol(name)).casefold()


def _meets(limit: Limit, rows: Sequence[Row]) -> int:
    for name in (limit.symbol, *limit.also):
        there = [k for k, row in enumerate(rows) if _key(name) in map(_key, (row.symbol, row.parameter, row.merit))]
        if there:
            break
    else:
        raise _unmet(limit, rows)
    for k in there:
        if _given_at(limit.at, rows[k].conditions):
            return k
    raise _elsewhere(limit, [rows[k] for k in there])


def _given_at(at: str, conditions: str) -> bool:
    """Whether conditions contain a wanted one: a frequency by its value, all else word for word and number for number.

    >>> _given_at("1 Hz", "f = 11 Hz, V_CM = 0 V"), _given_at("1 kHz", "f = 1 kHz, V_CM = 0 V")
    (False, True)
    >>> _given_at("f=1000 Hz", "f = 1 kHz, V_CM = 0 V"), _given_at("V_CM = 1 V", "f = 1 Hz, V_CM = 1.2 V")
    (True, False)
    """
    wanted = _frequency(at)
    if wanted is None:
        return re.search(rf"(?<![\w.\-]){re.escape(at)}(?![\w.])", conditions) is not None if at else True
    return any(
        given is not None and abs(given - wanted) <= _SAME * wanted for given in map(_frequency, conditions.split(", "))
    )


def _frequency(text: str) -> float | None:
    """The frequency in Hz that a condition is; None for one that is none.

    >>> _frequency("f = 10.7 MHz"), _frequency("50hz"), _frequency("1 Hz to 1 kHz")
    (10700000.0, 50.0, None)
    """
    found = re.fullmatch(r"\s*(?:f\s*=)?\s*([\d.]+(?:e[+-]?\d+)?)\s*([fpnuµmkMGT]?)Hz\s*", text, re.IGNORECASE)
    if not found:
        return None
    number, prefix = found.groups()
    exponent = _EXPONENTS.get(prefix, _EXPONENTS.get(prefix.swapcase()))
    try:
        return None if exponent is None else float(number) * 10.0**exponent
    except ValueError:
        return None


def _elsewhere(limit: Limit, named: Sequence[Row]) -> OptionError:
    """The error for a limit whose quantity is given under other conditions only, with the nearest and the way on."""
    there = "there are: " + "; ".join(row.conditions for row in named)
    wanted = _frequency(limit.at)
    known = {f: row for row in named for part in row.conditions.split(", ") if (f := _frequency(part))}
    if wanted and known:
        nearest_row = known[min(known, key=lambda f: abs(math.log(f / wanted)))]
        parts = nearest_row.conditions, f"{wanted:g}", there
        there = said("the nearest is given at {0}; {at} asks for {1} Hz; {2}", *parts, at=f"{wanted:g}")
    return OptionError(
        f"limit '{limit.name}': no {named[0].symbol} is given at '{limit.at}'", span=limit.span, hint=there
    )


def _unmet(limit: Limit, rows: Sequence[Row]) -> OptionError:
    """The error for a limit that meets no row, with the name that is nearest to any of its own."""
    symbols = list(dict.fromkeys(ascii_symbol(row.symbol) for row in rows))
    known = [*symbols, *(row.parameter for row in rows)]
    guesses = (nearest(name.replace("_", mark), known) for name in (limit.symbol, *limit.also) for mark in "_ ")
    hint = next((guess for guess in guesses if guess), None)
    return OptionError(
        f"limit '{limit.name}': the datasheet has no '{limit.symbol}'",
        span=limit.span,
        hint=hint or f"there are {', '.join(symbols)}",
    )


def _verdict(row: Row, limit: Limit) -> str:
    """The word for a row: "fail" also where a condition has no value, "open" where its reason says nothing for or
    against the amplifier."""
    scale = _scale(row, limit)
    values = [v for v in (row.minimum, row.value, row.maximum) if v is not None]
    if row.missing:
        return FAIL
    if not values:
        return OPEN if row.reason is not None and row.reason.is_open else FAIL
    low, high = min(values), max(values)
    if row.unit == _RATIO:
        crosses = low < 0.0 < high
        low, high = (0.0 if crosses else min(abs(low), abs(high))), max(abs(low), abs(high))
    below = limit.low is not None and scale(low) < limit.low
    above = limit.high is not None and scale(high) > limit.high
    return FAIL if below or above else PASS


def keeps(row: Row, limit: Limit, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which figures `[sample]` of a row keep its limit, gains by magnitude; one that is nan does not."""
    scale = _scale(row, limit)
    sizes = np.abs(values) if row.unit == _RATIO else values
    own = np.array([scale(value) for value in sizes.tolist()])
    low = -np.inf if limit.low is None else limit.low
    high = np.inf if limit.high is None else limit.high
    return np.asarray((own >= low) & (own <= high))


def _scale(row: Row, limit: Limit) -> Any:
    """What turns a value of the row into the unit of its limit."""
    unit = plain_unit(limit.unit)
    if unit in ("", row.unit):
        return lambda value: value
    if row.unit == _RATIO and unit == _DECIBEL:
        return lambda value: 20.0 * math.log10(value) if value > 0.0 else -math.inf
    if row.unit != _RATIO and row.unit != _DECIBEL and unit.endswith(row.unit):
        exponent = _EXPONENTS.get(unit.removesuffix(row.unit))
        if exponent is not None:
            return lambda value: value / 10.0**exponent
    raise OptionError(
        f"limit '{limit.name}': {row.symbol} is in {row.unit}, not in {limit.unit}",
        span=limit.unit_span,
        hint=f'unit = "{_DECIBEL}" or "{_RATIO}"' if row.unit == _RATIO else f'unit = "{row.unit}"',
    )


def plain_unit(unit: str) -> str:
    """A unit as rows have it, from the ways in which people write it.

    >>> plain_unit("kΩ"), plain_unit("MOhm"), plain_unit("nV/√Hz"), plain_unit("uV/sqrt(Hz)"), plain_unit("mV/°C")
    ('kohm', 'Mohm', 'nV/rtHz', 'uV/rtHz', 'mV/K')
    """
    for written, plain in _WRITTEN:
        unit = re.sub(written, plain, unit)
    return unit.strip()
