"""Where SPICE programs read the same text differently, and which reading holds.

    written          ngspice 39     PSpice         HSPICE         LTspice        longtail, unless told
    4.7x             4.7            4.7            4.7e6          4.7            4.7, with a note
    1a               1              1              1e-18          1              1, with a note
    4k7              4000           4000           4000           4700           4700, with a note
    a ^ b            |a|^b          exclusive or   a^b            exclusive or   |a|^b, with a note; of conditions xor
    a ** b           |a|^b          a^b            a^b            a^b            |a|^b, with a note where it matters
    pwr(a,b)         sgn(a)*|a|^b   |a|^b          sgn(a)*|a|^b   |a|^b          as ngspice, with a note
    $n_0001          a comment      a node         a comment      a node         a node; other $ are comments

All read `M` as milli and `1F` as a femtofarad. `DIALECTS` has a `Dialect` for each name; `UNSAID` is the last column.
In `.param` lines `pwr` is |a|^b everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from longtail.errors import OptionError
from longtail.units import Reading, read_number

_DISPUTED = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[ed][+-]?\d+)?)(?P<letter>[xa])[a-z]*", re.IGNORECASE)
_LETTER_FOR_POINT = re.compile(r"(?P<number>[+-]?\d+(?:meg|[tgkmuµμnpfr]))\d+[a-zµμωΩ]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one program reads what others read differently; `said` is False where nobody has said which one it is."""

    name: str
    said: bool = True
    scales: tuple[tuple[str, float], ...] = ()  # letters behind a number that only some take for a factor
    letter_for_point: bool = False  # 4k7 is 4.7k
    exclusive_or: bool = False  # ^ of numbers
    signed_powers: bool = True  # (-2)**3 is -8
    signed_pwr: bool = True  # pwr(-2,2) of a source is -4
    nodes_with_dollar: bool = False

    def number(self, text: str) -> Reading | None:
        """The number that a text writes, with a remark where that depends on who reads it; None for no number.

        >>> DIALECTS["hspice"].number("4.7x").value, DIALECTS["ltspice"].number("4k7").value
        (4700000.0, 4700.0)
        >>> UNSAID.number("4.7x")
        Reading(value=4.7, remark="'4.7x' is read as 4.7; HSPICE reads 4.7meg")
        """
        return _number(self, text) if text[:1] in "+-.0123456789" else None


@lru_cache(1024)
def _number(dialect: Dialect, text: str) -> Reading | None:
    reading = read_number(text)
    if reading is None:
        return None
    disputed = _DISPUTED.fullmatch(text)
    if disputed is not None:
        letter, number = disputed["letter"].lower(), disputed["number"]
        if dialect.said:
            scale = dict(dialect.scales).get(letter, 1.0)
            return Reading(float(number.lower().replace("d", "e")) * scale)
        other = f"HSPICE reads {number}meg" if letter == "x" else f"HSPICE reads {number}e-18"
        return Reading(reading.value, f"'{text}' is read as {number}; {other}")
    pointed = _LETTER_FOR_POINT.fullmatch(text)
    if pointed is not None and dialect.said:
        return reading._replace(remark=None) if dialect.letter_for_point else read_number(pointed["number"])
    return reading


DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("ngspice", signed_powers=False),
        Dialect("pspice", exclusive_or=True, signed_pwr=False, nodes_with_dollar=True),
        Dialect("hspice", scales=(("x", 1e6), ("a", 1e-18))),
        Dialect("ltspice", letter_for_point=True, exclusive_or=True, signed_pwr=False, nodes_with_dollar=True),
    )
}
UNSAID = Dialect("", said=False, letter_for_point=True, signed_powers=False)


def dialect_named(name: str | None) -> Dialect:
    """The dialect of that name; `UNSAID` of none. Raises `OptionError` for a name that none has."""
    if name is None:
        return UNSAID
    if name.lower() not in DIALECTS:
        raise OptionError(f"there is no dialect '{name}'", hint=f"there are {', '.join(DIALECTS)}")
    return DIALECTS[name.lower()]
