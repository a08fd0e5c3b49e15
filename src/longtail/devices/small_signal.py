"""Which named elements the small-signal circuit of a device is made of, and how to read their values.

An element is an admittance y between a pair of rows and a pair of columns: it draws the current y*(v_c1 - v_c2) out of
row r1 and puts it into row r2. Its value is one entry of what remains of the device's matrix after the elements before
it in the list have been taken away, so the order of a list matters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

CONDUCTANCE, CAPACITANCE = 0, 1  # powers of s


@dataclass(frozen=True, slots=True)
class Pattern:
    """A standard element. `head` and `sub` are its symbol, "g" and "m"; `resistance`: shown as 1/y under the name
    of `shown`, "r_o" for 1/g_o. `rows`, `columns`: local names; `read` the entry that gives the value.

    `turns`: of a channel from rows[0] to rows[1] whose ends change places where it conducts backwards. The first such
    element of a list is the transconductance, whose entry is negative then.
    """

    head: str
    sub: str
    rows: tuple[str, str]
    columns: tuple[str, str]
    read: tuple[str, str]
    meaning: str
    order: int = CONDUCTANCE
    shown: tuple[str, str] | None = None
    turns: bool = False

    @property
    def turned(self) -> Pattern:
        """The same element with the ends of the channel exchanged.

        >>> between("g", "ds", "di", "si", "output resistance").turned.rows
        ('si', 'di')
        """
        a, b = self.rows
        image = {a: b, b: a}
        rows, columns, read = ((image.get(x, x), image.get(y, y)) for x, y in (self.rows, self.columns, self.read))
        return replace(self, rows=rows, columns=columns, read=read)


def between(
    head: str, sub: str, a: str, b: str, meaning: str, order: int = CONDUCTANCE, shown: tuple[str, str] | None = None
) -> Pattern:
    """An element with two ends, its value read from the entry across."""
    return Pattern(head, sub, (a, b), (a, b), (a, b), meaning, order, shown)


def in_series(sub: str, terminal: str, inner: str, meaning: str, shown: str) -> Pattern:
    """An ohmic resistance r_`shown` between a terminal and an inner node."""
    ends = (terminal, inner)
    return Pattern("g", sub, ends, ends, (terminal, terminal), meaning, CONDUCTANCE, ("r", shown))
