"""`.if/.elseif/.else`: the arm whose condition holds for the nominal parameters joins the body."""

from __future__ import annotations

from longtail.elaborate.scope.scopes import Scope
from longtail.netlist.cards import Conditionals


def settle(scope: Scope) -> None:
    """Resolve the conditionals of a scope in the order they stand, those inside a chosen arm included.

    A condition sees every unconditional parameter of the scope and those of arms chosen before it.
    """
    waiting = scope.contents.conditionals
    while waiting:
        chosen = waiting.pop(0)
        body = next(
            (
                branch.body
                for branch in chosen.branches
                if branch.condition is None or scope.number(branch.condition, chosen.span) != 0.0
            ),
            (),
        )
        nested = [card for card in body if isinstance(card, Conditionals)]
        scope.contents.add(card for card in body if not isinstance(card, Conditionals))
        waiting[:0] = nested
        scope.forget_values()
