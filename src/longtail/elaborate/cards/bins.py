"""Models in bins by channel length and width, as foundries write them.

    .model nm.1 nmos(lmin=0.5u lmax=1u wmin=1u wmax=100u ...)
    .model nm.2 nmos(lmin=1u lmax=10u wmin=1u wmax=100u ...)
    m1 d g s b nm l=2u w=20u

m1 takes nm.2: lmin <= l < lmax and wmin <= w < wmax, and where no bin has it so, one whose upper edge it is. ngspice
does so for BSIM alone, and takes either of two bins at an edge that they share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from longtail.elaborate.cards.line import Line
from longtail.elaborate.cards.models import binned_name, complete
from longtail.elaborate.scope.scopes import Scope
from longtail.errors import NetlistError
from longtail.netlist.cards import ModelCard, Word
from longtail.units import format_si

_SIZES = ("l", "w")
_ROUNDING = 1e-9  # of a size: 1u and 1e-6 from an expression are one


@dataclass(frozen=True, slots=True)
class _Bin:
    """A model card, and from where to where in m it holds, by size."""

    card: ModelCard
    scope: Scope
    edges: dict[str, tuple[float, float]]

    def holds(self, sizes: dict[str, float], *, upper_edge: bool) -> bool:
        for name, (low, high) in self.edges.items():
            size, slack = sizes[name], _ROUNDING * sizes[name]
            if size < low - slack or size > high + slack or (not upper_edge and size >= high - slack):
                return False
        return True

    def __str__(self) -> str:
        edges = (f"{name} {format_si(low, 'm')} to {format_si(high, 'm')}" for name, (low, high) in self.edges.items())
        return f"{self.card.name}: {', '.join(edges)}"


def bin_of(line: Line, word: Word) -> tuple[ModelCard, Scope] | None:
    """The bin of the model that a word names which has the size of this transistor; None where it has no bins.

    Raises NetlistError where none fits, or the card does not say l and w.
    """
    if word.expression is not None or word.group is not None:
        return None
    bins = _bins(line.scope, word.text)
    if not bins:
        return None
    given = {item.name: line.scope.nominal(item.value, item.span) for item in line.assigned() if item.name in _SIZES}
    if missing := [name for name in _SIZES if name not in given]:
        raise line.error(
            f"model '{word.text}' is in bins by l and w, and {' and '.join(missing)} of this transistor not given",
            word,
            f"give l and w, or name one of {', '.join(each.card.name for each in bins)}",
        )
    for upper_edge in (False, True):
        for each in bins:
            if each.holds(given, upper_edge=upper_edge):
                line.notes.add(
                    f"model '{word.text}' is in bins by l and w: each transistor keeps that of its size as read, "
                    "also where its size is varied",
                    bins[0].card.span,
                )
                return each.card, each.scope
    size = ", ".join(f"{name} = {format_si(given[name], 'm')}" for name in _SIZES)
    raise line.error(f"no bin of model '{word.text}' has {size}", word, f"there are {'; '.join(map(str, bins))}")


def _bins(scope: Scope, name: str) -> Sequence[_Bin]:
    """The bins of a model in the innermost scope that has any, in the order of their cards."""
    at: Scope | None = scope
    while at is not None:
        named = [card for card in at.contents.models.values() if card.name.rpartition(".")[0] == name]
        wholes = [(card, complete(card, at)) for card in named if card.name.rpartition(".")[2].isdecimal()]
        found = [_read(card, whole, at) for card, whole in wholes if binned_name(whole)]
        if found:
            return found
        at = at.enclosing
    return ()


def _read(card: ModelCard, whole: ModelCard, scope: Scope) -> _Bin:
    given = {item.name: item for item in whole.assignments}
    edges = {}
    for size in _SIZES:
        ends = [given.get(f"{size}{end}") for end in ("min", "max")]
        low, high = (None if item is None else scope.number(item.value, item.span) for item in ends)
        if low is None or high is None:
            missing = f"{size}{'min' if low is None else 'max'}"
            raise NetlistError(
                f"model '{card.name}' is named like a bin of '{binned_name(whole)}' and has no {missing}{scope.where}",
                span=card.span,
                hint="give lmin, lmax, wmin and wmax, or name the model itself on the transistor's line",
            )
        edges[size] = (low, high)
    return _Bin(card, scope, edges)
