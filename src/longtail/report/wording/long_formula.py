"""A formula that is too long for one line, as lines: what stands above and below its bar has lines of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BREAKS = (" + ", " - ", r" \, ")
_UNSEEN = re.compile(r"\\(?:mathrm|left|right|frac|,)|[{}_^\\ ]")


def seen(latex: str) -> int:
    r"""About how many letters wide it is: of a fraction, its longer part.

    >>> seen(r"g_{\mathrm{m1}} \, R_{\mathrm{C}}"), seen(r"\frac{1}{1 + x}")
    (5, 3)
    """
    parts = fraction(latex)
    return max(len(_UNSEEN.sub("", part)) for part in parts or (latex,))


def fraction(latex: str) -> tuple[str, str] | None:
    r"""What is above and below the bar of a formula that is one fraction, with its sign above; None for another.

    >>> fraction(r"-\frac{a}{b_{1}}"), fraction("a"), fraction(r"\frac{a}{b} + c")
    (('-a', 'b_{1}'), None, None)
    """
    sign, bar, rest = latex.partition(r"\frac")
    if not bar or sign not in ("", "-"):
        return None
    middle = _closed(rest)
    end = middle + _closed(rest[middle:])
    return (sign + rest[1 : middle - 1], rest[middle + 1 : end - 1]) if end == len(rest) else None


def lines(letter: str, latex: str, most: int) -> list[str]:
    r"""Lines of at most about `most` letters; a fraction is N/D, and both are told below.

    >>> lines("A", r"\frac{a + b}{c \, \left(d + e\right)}", 2)
    ['A = N/D', 'N = a + ', '\\qquad b', 'D = c \\, ', '\\qquad (d + ', '\\qquad e)']
    """
    parts = fraction(latex)
    if parts is None:
        return list(_wrapped(f"{letter} = {latex}", most))
    above, below = (list(_wrapped(f"{name} = {part}", most)) for name, part in zip("ND", parts, strict=True))
    return [f"{letter} = N/D", *above, *below]


def _wrapped(latex: str, most: int) -> Iterator[str]:
    line, width = "", 0
    for piece in _pieces(latex.replace(r"\left(", "(").replace(r"\right)", ")")):
        size = len(_UNSEEN.sub("", piece))
        if line and width + size > most:
            yield line
            line, width = r"\qquad ", 0
        line, width = line + piece, width + size
    yield line


def _pieces(latex: str) -> Iterator[str]:
    """The parts between sums and products outside of braces, each with what follows it."""
    start = depth = k = 0
    while k < len(latex):
        depth += {"{": 1, "}": -1}.get(latex[k], 0)
        found = next((mark for mark in _BREAKS if latex.startswith(mark, k)), "") if not depth else ""
        k += len(found) or 1
        if found:
            yield latex[start:k]
            start = k
    yield latex[start:]


def _closed(text: str) -> int:
    """How long the group in braces is that the text begins with."""
    depth = 0
    for k, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if not depth:
            return k + 1
    return len(text)
