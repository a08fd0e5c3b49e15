"""A cards by their kind: which of LTspice's special functions are read, and what the others want that is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from longtail.circuit import Instance
from longtail.elaborate.cards.gates import GATES
from longtail.elaborate.cards.line import Line
from longtail.elaborate.cards.ota import ota
from longtail.errors import nearest
from longtail.netlist.elements import SPECIAL_TERMINALS

KINDS: Mapping[str, Callable[[Line], list[Instance]]] = {"ota": ota, **GATES}
MEMORY = "its state at an operating point is what it was before, and nothing was before"
REFUSED = {
    **dict.fromkeys(("srflop", "dflop", "counter", "samplehold", "phasedet"), MEMORY),
    **dict.fromkeys(("modulate", "modulator"), "it oscillates"),
}


def special_function(line: Line) -> list[Instance]:
    """The parts of an A card. Raises UnsupportedError for a kind that is not read."""
    kind = line.element.words[SPECIAL_TERMINALS].text
    if kind in KINDS:
        return KINDS[kind](line)
    known = f"{', '.join(name.upper() for name in KINDS)} are"
    why = f": {REFUSED[kind]}" if kind in REFUSED else ""
    raise line.unsupported(f"{kind.upper()} is not supported{why}", hint=nearest(kind, KINDS) or known)
