"""Named corners: `*@ corner slow vto_shift=50m kp_scale=0.9` gives parameters other values, all at once."""

from __future__ import annotations

from collections.abc import Iterable

from longtail.circuit import Circuit
from longtail.elaborate.scope.scopes import Scope
from longtail.errors import NetlistError, nearest
from longtail.netlist.cards import PortDirective

CORNER = "corner"
TEMPERATURE = "temp"


def read_corners(circuit: Circuit, directives: Iterable[PortDirective], scope: Scope) -> dict[str, dict[str, float]]:
    """Values by parameter and corner; "temp" stands for the temperature in degrees Celsius.

    Raises NetlistError for a corner without a name or values, one that is there already, and for names of parameters
    that the top level does not have.

    >>> from longtail.elaborate.pipeline import load
    >>> load("t\\n*@ corner hot r=2k temp=125\\n.param r=1k\\nv1 a 0 1\\nr1 a 0 {r}\\n").corners
    {'hot': {'r': 2000.0, 'temp': 125.0}}
    """
    corners: dict[str, dict[str, float]] = {}
    for directive in directives:
        if directive.name != CORNER:
            continue
        if len(directive.words) != 1 or not directive.assignments:
            raise NetlistError(
                "a corner takes a name and values of parameters",
                span=directive.span,
                hint="as in '*@ corner slow vto_shift=50m kp_scale=0.9'",
            )
        name = directive.words[0].text
        if name in corners:
            raise NetlistError(f"corner '{name}' is there already", span=directive.span, hint="give it another name")
        corners[name] = {}
        for given in directive.assignments:
            if given.name not in circuit.parameters and given.name != TEMPERATURE:
                raise NetlistError(
                    f"corner '{name}': there is no parameter '{given.name}'",
                    span=given.span,
                    hint=nearest(given.name, [*circuit.parameters, TEMPERATURE])
                    or "name a .param of the top level, or temp",
                )
            corners[name][given.name] = scope.number(given.value, given.span)
    return corners
