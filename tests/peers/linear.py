"""Small linear circuits: cards without values, which SPICE decks and the peers' netlists are made from alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from benchmarks.symbolic.question import Part

CARDS = {
    "bridged T": """
        r1 in a
        r2 a o
        c1 a 0
        c2 in o
        r3 o 0
        c3 o 0""",
    "two stages around a capacitor": """
        r1 in a
        c1 a 0
        g1 b 0 a 0
        r2 b 0
        c2 b o
        g2 o 0 0 b
        r3 o 0
        c3 o 0""",
    "Sallen-Key filter": """
        r1 in a
        r2 a b
        c1 a o
        c2 b 0
        e1 x 0 b o
        r3 x o
        r4 o 0
        c3 o 0""",
    "currents that control": """
        r1 in a
        v1 a b
        l1 b 0
        c1 b 0
        f1 o c v1
        h1 d 0 v1
        r2 c 0
        r3 d o
        c2 c o
        r4 o 0""",
}
RANGES = {  # decades of the values in SI units
    "r": (2.0, 5.0),
    "c": (-12.0, -9.0),
    "l": (-6.0, -3.0),
    "g": (-4.0, -2.0),
    "e": (0.0, 3.0),
    "f": (-1.0, 1.0),
    "h": (1.0, 4.0),
}


def parts_of(cards: str) -> tuple[Part, ...]:
    """The cards as parts; what stands for a value is called q_ and the name of the card."""
    parts = []
    for name, first, second, *controls in map(str.split, cards.strip().splitlines()):
        symbol = "" if name.startswith("v") else f"q_{name}"
        control = tuple(c.upper() if c.startswith("v") else c for c in controls)
        parts.append(Part(name[0].upper(), name.upper(), (first, second), symbol, control))
    return tuple(parts)


def drawn(cards: str, rng: np.random.Generator) -> dict[str, float]:
    """A value for every card but the wires, evenly over its decades."""
    names = [line.split()[0] for line in cards.strip().splitlines()]
    return {name: float(10.0 ** rng.uniform(*RANGES[name[0]])) for name in names if name[0] != "v"}


def deck_of(cards: str, values: Mapping[str, float]) -> str:
    """A SPICE deck with a source at `in`."""
    lines = [f"{line.strip()} {values.get(line.split()[0], 0.0)!r}" for line in cards.strip().splitlines()]
    return "\n".join(["linear", "vin in 0 0", *lines, ".end", ""])
