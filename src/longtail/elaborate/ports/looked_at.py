"""The output as whoever wrote a deck looked at it: the node that its cards print, plot or measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from longtail.circuit import GROUND
from longtail.elaborate.ports.pairs import CoupledPair
from longtail.elaborate.ports.path_ends import listed
from longtail.elaborate.ports.walking import front
from longtail.elaborate.ports.wiring import Wiring
from longtail.elaborate.roles import base
from longtail.netlist.cards import Shown

_OUTPUTS = ("tf", "noise", "pz")  # analyses that have one output each


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What is looked at, with what says so: the output where it is one, else those that could be."""

    outputs: tuple[tuple[str, ...], ...]
    why: str

    @property
    def settled(self) -> bool:
        """Whether there is no other that it could be."""
        return len(self.outputs) == 1


def looked_at(
    wiring: Wiring, pair: CoupledPair | None, cards: Sequence[Shown], ends: Sequence[tuple[str, str]]
) -> LookedAt | None:
    """The one node, or the one difference of two, that is looked at: by an analysis that has one output, else over
    frequency, else anywhere. What a source holds is none, and no base of the input pair.

    Two nodes that are the `ends` of the pair, with or without followers, are its output. None where no card names a
    node that could be one.
    """
    passed = {*pair.bases, *(base(front(wiring, each)) for each in (pair.first, pair.second))} if pair else set()
    for rank in range(3):
        found: dict[tuple[str, ...], Shown] = {}
        for card in cards:
            if _rank(card) == rank:
                for nodes in card.voltages:
                    nodes = nodes[:1] if nodes[-1] == GROUND else nodes
                    if all(node in wiring.at and not wiring.is_held(node) and node not in passed for node in nodes):
                        found.setdefault(nodes, card)
        differences: list[tuple[str, ...]] = [nodes for nodes in found if len(nodes) == 2]
        outputs: list[tuple[str, ...]] = differences or list(found)
        if len({frozenset(nodes) for nodes in outputs}) == 1:
            return LookedAt((outputs[0],), f"found: {_said(found[outputs[0]])} {listed(outputs[:1])}")
        both = [each for each in ends if not differences and {node for (node,) in outputs} == set(each)]
        if both:
            return LookedAt((both[0],), f"found: {_said(found[outputs[0]])} both ends of the pair")
        if outputs:
            return LookedAt(tuple(outputs), f"ambiguous: {_said(found[outputs[0]])} {listed(outputs)}")
    return None


def _rank(card: Shown) -> int:
    return 0 if card.keyword in _OUTPUTS else 1 if card.analysis == "ac" else 2


def _said(card: Shown) -> str:
    return f"{card.span.text.split()[0].lower()}{f' {card.analysis}' if card.analysis else ''} names"
