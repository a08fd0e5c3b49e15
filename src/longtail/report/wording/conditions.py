"""The conditions of a small-signal result, as facts of a page and as the caption of a figure."""

from __future__ import annotations

import textwrap
from cmath import phase
from collections.abc import Sequence
from math import degrees as in_degrees

from longtail.contract.output import Output
from longtail.units import format_si

CAPTION = 105  # characters of a line below a figure

Facts = tuple[tuple[str, str], ...]


def conditions(input: Sequence[str], output: Sequence[str], vcm: float, offset: float | None) -> Facts:
    """Where the amplifier is driven and read, and at which operating point."""
    facts = [
        ("input", ", ".join(input)),
        ("output", Output(tuple(output)).label),
        ("V_CM", format_si(vcm, "V")),
    ]
    if offset is not None:
        facts.append(("nulled", f"with an input offset of {format_si(offset, 'V')}"))
    return tuple(facts)


def caption(facts: Facts, *more: str) -> str:
    """Facts and sentences in the lines below a figure."""
    said = [f"V_CM = {value}" if name == "V_CM" else f"{name} {value}" for name, value in facts]
    return textwrap.fill("; ".join([*said, *more]), CAPTION)


def degrees(value: complex) -> str:
    """The phase in degrees, above -180 and up to 180, without a sign where it is rounded to zero.

    >>> degrees(1j), degrees(1.0 - 1e-9j), degrees(-1.0 - 1e-9j)
    ('90.0', '0.0', '180.0')
    """
    rounded = round(in_degrees(phase(value)), 1) + 0.0
    return f"{180.0 if rounded == -180.0 else rounded:.1f}"
