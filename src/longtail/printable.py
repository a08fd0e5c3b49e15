"""Text of the user's, fit to be shown: what a terminal or a browser would obey is spelt out.

Titles, names and paths may hold anything. Wherever text leaves for eyes, it passes here: tables, messages, figures and
reports. Files for programs (JSON, CSV, netlists) keep it as it is.
"""

from __future__ import annotations

import unicodedata

# controls, formats (bidirectional marks, zero widths), halves of surrogate pairs, breaks of lines and paragraphs
_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """One line with its control characters as escapes; tabulators stay.

    >>> printable("a\\x1b[31mb"), printable("inp\\u202e")
    ('a\\\\x1b[31mb', 'inp\\\\u202e')
    """
    if text.isprintable():
        return text
    return "".join(_spelt(c) if c != "\t" and unicodedata.category(c) in _OBEYED else c for c in text)


def printable_lines(text: str) -> str:
    """The same for text of several lines.

    >>> printable_lines("a\\nb\\x00")
    'a\\nb\\\\x00'
    """
    return "\n".join(map(printable, text.split("\n")))


def _spelt(character: str) -> str:
    return (
        character.encode("unicode_escape").decode("ascii")
        if character < "\ud800" or character > "\udfff"
        else (f"\\u{ord(character):04x}")
    )
