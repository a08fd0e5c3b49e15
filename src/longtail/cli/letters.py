"""Symbols on a terminal or in a pipe that has no such letters: "10 kOhm" for 10 kΩ, "r_pi" for r_π."""

from __future__ import annotations

import codecs

NAME = "longtail.letters"  # as an `errors` of a stream

_PLAIN = {
    "µ": "u", "μ": "u", "Ω": "Ohm", "°": "deg", "√": "sqrt", "∞": "inf", "±": "+-", "·": "*", "×": "x", "∥": "||",
    "→": "->", "–": "-", "−": "-", "…": "...", "≥": ">=", "≤": "<=", "○": "o", "β": "beta", "π": "pi", "ω": "omega",
    "τ": "tau", "Δ": "D", "Σ": "S", "é": "e",
}  # fmt: skip


def register() -> str:
    """Make the rule known to streams, and return its name."""
    codecs.register_error(NAME, _plain)
    return NAME


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for a character that an encoding lacks: its spelling, or else "?"."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(c, "?") for c in error.object[error.start : error.end]), error.end
