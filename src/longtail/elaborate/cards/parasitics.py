"""What LTspice writes beside the value of R, C, L, V, B and G cards: parasitics become elements, ratings notes.

    C1 a b 10u Rser=5m Lser=1n V=25     a -rser_c1- c1_rser -lser_c1- c1_lser -c1- b
    L1 a b 10u Rser=3 Rpar=1k Cpar=2p   a -rser_l1- l1_rser -l1- b, and rpar_l1 and cpar_l1 from a to b

A parasitic of zero is not there. `noiseless` on a C or L card silences its parasitic resistances.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from longtail.circuit import Instance
from longtail.elaborate.cards.line import Line
from longtail.elaborate.cards.passives import passive
from longtail.netlist.cards import Assignment, Element, Word
from longtail.netlist.expressions.tree import Number

KINDS = {"r": "resistor", "c": "capacitor", "l": "inductor"}
SERIES = {"c": ("rser", "lser"), "l": ("rser",), "v": ("rser",)}
PARALLEL = {"c": ("rpar", "cpar"), "l": ("rpar", "cpar"), "v": ("cpar",), "b": ("rpar", "cpar"), "g": ("rpar", "cpar")}
RATINGS = {
    "r": ("tol", "pwr", "mfg", "pn", "type"),
    "c": ("v", "irms", "mfg", "pn", "type"),
    "l": ("ipk", "mfg", "pn", "type"),
}


def with_parasitics(line: Line, build: Callable[[Line], Instance]) -> list[Instance]:
    """The instance of a card, by `build`, and those of its parasitics."""
    element = line.element
    letter = element.letter
    quiet = letter in "cl" and any(word.text == "noiseless" and word.expression is None for word in element.words)
    if quiet:
        element = replace(element, words=tuple(word for word in element.words if word.text != "noiseless"))
        line = _with(line, element)
    series, parallel = SERIES.get(letter, ()), PARALLEL.get(letter, ())
    special = (*series, *parallel, *RATINGS.get(letter, ()))
    found = {a.name: a for a in element.assignments if a.name in special}
    if not found:
        return [build(line)]
    kept = tuple(a for a in element.assignments if a.name not in special)
    ratings = [name for name in found if name in RATINGS.get(letter, ())]
    if ratings:
        line.notes.add(f"{element.name}: without effect: {', '.join(ratings)}", element.span)
    if len(element.words) < 2:
        return [build(_with(line, replace(element, assignments=kept)))]
    first, second, *rest = element.words
    present = [a for a in found.values() if a.name not in ratings and _size(line, a) != 0.0]
    instances = [_part(line, a, first, second, quiet) for a in present if a.name in parallel]
    for assignment in (a for name in series for a in present if a.name == name):
        inner = Word(f"{element.name}_{assignment.name}", first.span)
        instances.append(_part(line, assignment, first, inner, quiet))
        first = inner
    return [build(_with(line, replace(element, words=(first, second, *rest), assignments=kept))), *instances]


def _size(line: Line, assignment: Assignment) -> float:
    return line.scope.nominal(line.scope.value(assignment.value, assignment.span), assignment.span)


def _part(line: Line, assignment: Assignment, first: Word, second: Word, quiet: bool) -> Instance:
    """`rser_l1 first second value`."""
    value = Word("", assignment.span, assignment.value)
    name = f"{assignment.name}_{line.element.name}"
    silent = (Assignment("noisy", Number(0.0), assignment.span),) if quiet and name[0] == "r" else ()
    card = replace(line.element, name=name, words=(first, second, value), assignments=silent)
    return passive(_with(line, card), KINDS[name[0]])


def _with(line: Line, element: Element) -> Line:
    return replace(line, element=element)
