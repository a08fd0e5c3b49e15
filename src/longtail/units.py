"""Numbers in SPICE and SI dress, in and out. This is the one place that knows `meg` from `m`.

SPICE writes scale factors behind a number, in either case, and ignores the unit behind them:

    t 1e12   g 1e9   meg 1e6   k 1e3   m 1e-3   mil 25.4e-6   u (also µ) 1e-6   n 1e-9   p 1e-12   f 1e-15

Traps that follow from it: `M` is milli whatever its case, `1F` is one femtofarad, `1A` is one ampere (later
ngspice versions read atto; version 39 and longtail do not). Letter-for-point codes (`4k7`, `3u3`, `1R5`) are read
as they are meant; ngspice does so only in its LTspice mode.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from longtail.errors import InputError

EXPONENTS = {
    "": 0,
    "r": 0,
    "t": 12,
    "g": 9,
    "meg": 6,
    "k": 3,
    "m": -3,
    "u": -6,
    "µ": -6,
    "μ": -6,
    "n": -9,
    "p": -12,
    "f": -15,
}
MIL = 25.4e-6  # m, a thousandth of an inch
PREFIXES = {15: "P", 12: "T", 9: "G", 6: "M", 3: "k", 0: "", -3: "m", -6: "µ", -9: "n", -12: "p", -15: "f", -18: "a"}
UNPREFIXED = frozenset({"", "%", "dB", "°", "deg", "°C", "degC", "1/K", "1/K^2"})
PRINTED = {"ohm": "Ω", "degC": "°C", "deg": "°", "V/rtHz": "V/√Hz"}

_NUMBER = re.compile(
    r"(?P<mantissa>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:[ed](?P<exponent>[+-]?[0-9]+))?"
    r"(?P<suffix>meg|mil|[tgkmuµμnpfr])?(?P<decimals>[0-9]+)?(?P<unit>[a-zµμωΩ]*)"
)
_LONGEST = 400  # characters of a number; a double needs at most 17 digits


class Reading(NamedTuple):
    """A number, and what the reader should know about how it was read (None when there is no doubt)."""

    value: float
    remark: str | None = None


@lru_cache(1024)  # a card asks whether a word is a number before it asks which, and decks repeat themselves
def read_number(text: str) -> Reading | None:
    """The number that `text` writes in SPICE's way, or None when it is no number or is beyond a double.

    >>> read_number("1.8V")
    Reading(value=1.8, remark=None)
    >>> read_number("4k7")
    Reading(value=4700.0, remark="'4k7' is read as 4.7k")
    >>> read_number("out") is None
    True
    """
    if len(text) > _LONGEST:
        return None
    match = _NUMBER.fullmatch(text.lower())
    if match is None:
        return None
    mantissa, exponent, suffix, decimals, _ = match.groups()
    suffix = suffix or ""
    remark = None
    if decimals is not None:
        if not suffix or suffix == "mil" or "." in mantissa or exponent is not None:
            return None
        mantissa = f"{mantissa}.{decimals}"
        remark = f"'{text}' is read as {mantissa}{'' if suffix == 'r' else suffix}"
    power = int(exponent or 0) + EXPONENTS.get(suffix, 0)
    # the exponent joins the digits before they are converted, so that 4.7u is exactly the double 4.7e-6
    value = float(f"{mantissa}e{power}") * (MIL if suffix == "mil" else 1.0)
    return Reading(value, remark) if math.isfinite(value) else None


def too_large(text: str) -> bool:
    """Whether `text` is written as a number, and beyond what a double holds, 1.8e308.

    >>> too_large("1e309"), too_large("1e308"), too_large("out")
    (True, False, False)
    """
    match = _NUMBER.fullmatch(text.lower()) if len(text) <= _LONGEST else None
    return match is not None and match["decimals"] is None and read_number(text) is None


def parse_number(text: str) -> float:
    """The value of a number in SPICE's way: suffix applied, unit letters ignored.

    Raises InputError when `text` is no number.

    >>> parse_number("1MEGohm"), parse_number("10kHz"), parse_number("4.7µF"), parse_number("2k2")
    (1000000.0, 10000.0, 4.7e-06, 2200.0)
    >>> parse_number("10M"), parse_number("1F")  # milli and femto, as SPICE has it
    (0.01, 1e-15)
    """
    reading = read_number(text.strip())
    if reading is None:
        shown = text if len(text) <= 40 else f"{text[:37]}..."
        raise InputError(f"expected a number, found '{shown}'", hint="numbers are written as 10, 4.7k, 1meg, 30p, 1e-3")
    return reading.value


def parse_part(text: str) -> float:
    """A part of a whole: a number as `parse_number` reads it, or one in percent. Raises InputError for anything else.

    >>> parse_part("10%"), parse_part("0.1")
    (0.1, 0.1)
    """
    words = text.strip()
    return parse_number(words.removesuffix("%")) / (100.0 if words.endswith("%") else 1.0)


def number_or_none(text: str) -> float | None:
    """The value of a number in SPICE's way, or None when `text` is no number.

    >>> number_or_none("5pF"), number_or_none("q2n2222")
    (5e-12, None)
    """
    reading = read_number(text)
    return None if reading is None else reading.value


def looks_like_milli(text: str) -> bool:
    """Whether a number carries a bare `m`: milli in SPICE, though 1e6 may have been meant (ask where 1e6 is likelier).

    >>> looks_like_milli("10M"), looks_like_milli("10Mohm"), looks_like_milli("10meg"), looks_like_milli("5mil")
    (True, True, False, False)
    """
    match = _NUMBER.fullmatch(text.strip().lower()) if len(text) <= _LONGEST else None
    return match is not None and match["suffix"] == "m"


def suspicious_milli(text: str) -> str | None:
    """A remark on a number written with a capital `M`, as it stands in the file; None for all others.

    >>> suspicious_milli("10Mohm")
    "'10Mohm' is 10 milli in SPICE: write 10meg for 1e6"
    >>> suspicious_milli("10mohm") is None
    True
    """
    if "M" not in text or not looks_like_milli(text):
        return None
    digits = text.strip()[: text.strip().index("M")]
    return f"'{text.strip()}' is {digits} milli in SPICE: write {digits}meg for 1e6" if digits else None


def format_si(value: float, unit: str = "", digits: int = 4) -> str:
    """The value with an SI prefix, to `digits` (at least 3) significant digits, for people to read.

    >>> format_si(0.025852, "V"), format_si(1200.0, "ohm"), format_si(0.0, "A"), format_si(float("inf"), "ohm")
    ('25.85 mV', '1.2 kΩ', '0 A', '∞ Ω')
    >>> format_si(85.314, "dB"), format_si(1200.0), format_si(1e-30, "A")
    ('85.31 dB', '1200', '1e-30 A')
    """
    name = PRINTED.get(unit, unit)
    digits = max(digits, 3)  # 120 m needs three
    if math.isnan(value):
        return f"nan {name}".rstrip()
    if math.isinf(value):
        return f"{'-' if value < 0 else ''}∞ {name}".rstrip()
    plain = f"{value:.{digits}g}"
    rounded = float(plain)  # 999.96 becomes 1000 here, and then 1 k
    if unit in UNPREFIXED or rounded == 0.0:
        return f"{'0' if rounded == 0.0 else plain} {name}".rstrip()
    power = 3 * math.floor(int(f"{rounded:e}".partition("e")[2]) / 3)
    if power not in PREFIXES:
        return f"{plain} {name}"
    mantissa = float(f"{rounded:.{digits - 1}e}".partition("e")[0]) * 10.0 ** (int(f"{rounded:e}"[-3:]) - power)
    return f"{mantissa:.{digits}g} {PREFIXES[power]}{name}"


def format_spice(value: float) -> str:
    """The shortest SPICE spelling that reads back as exactly this number.

    Raises InputError for an infinity or nan, which SPICE cannot write.

    >>> format_spice(4700.0), format_spice(3e-11), format_spice(1e6), format_spice(0.1 + 0.2), format_spice(0.5)
    ('4.7k', '30p', '1meg', '0.30000000000000004', '0.5')
    """
    if not math.isfinite(value):
        raise InputError(f"{value} cannot be written in a netlist")
    plain = repr(float(value)).removesuffix(".0")
    if value == 0.0:
        return plain
    best = plain
    sign, digits, exponent = _decimal(value)
    for suffix in ("t", "g", "meg", "k", "m", "u", "n", "p", "f"):
        whole = len(digits) + exponent - EXPONENTS[suffix]  # digits before the point
        if 1 <= whole <= 3:
            mantissa = digits.ljust(whole, "0")
            point = f".{mantissa[whole:]}" if len(mantissa) > whole else ""
            candidate = f"{sign}{mantissa[:whole]}{point}{suffix}"
            longest = len(best) - ("." in plain)  # 0.5 rather than 500m, but 1k rather than 1000
            best = candidate if len(candidate) <= longest else best
    return best


def _decimal(value: float) -> tuple[str, str, int]:
    """Sign, digits and exponent of the shortest decimal that reads back: value = digits * 10**exponent."""
    mantissa, _, exponent = f"{value!r}".lower().lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    digits = (whole + fraction).lstrip("0")
    power = int(exponent or 0) - len(fraction)
    stripped = digits.rstrip("0")
    return "-" if value < 0 else "", stripped, power + len(digits) - len(stripped)


def counted(number: int, noun: str) -> str:
    """How many of something, in the singular where it is one.

    >>> counted(1, "iteration"), counted(12, "iteration")
    ('1 iteration', '12 iterations')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
