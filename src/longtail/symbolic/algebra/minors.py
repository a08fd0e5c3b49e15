"""Determinants of sparse symbolic matrices by expansion in minors, column by column, each minor computed once.

A state is the set of rows that the columns so far have used; its polynomial is the sum over all ways to use them.
Adding a column multiplies each state by the entries of the column in rows not used yet. A row whose last column has
passed must have been used: states that missed it are dropped, which keeps their number near that of the nodes
on the front of the expansion. All wanted determinants share the columns that they have in common.

Source: the nested minors of Griss (ACM SIGSAM Bull. 10 (1976) 37), here with the pruning that sparseness allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from longtail.errors import AnalysisError
from longtail.hints import said

Polynomial = Any  # flint.fmpz_mpoly
Column = Mapping[int, Polynomial]
States = dict[int, Polynomial]


class TooLargeError(AnalysisError):
    """An expansion would take more terms than allowed."""


def determinants(
    size: int, shared: Sequence[Column], endings: Sequence[Sequence[Column]], one: Polynomial, limit: int
) -> list[Polynomial]:
    """The determinants of [shared columns, ending] for each ending; all endings have the same number of columns.

    Columns are given by row. The order of `shared` is changed for speed, and the sign of all determinants with it:
    only their ratios mean anything. Raises `TooLargeError` beyond `limit` terms in a step.

    >>> from flint import fmpz_mpoly_ctx
    >>> ring = fmpz_mpoly_ctx.get(("a", "b", "c"), "lex")
    >>> a, b, c = ring.gens()
    >>> determinants(2, [{0: a, 1: b}], [[{0: b, 1: c}], [{1: a}]], ring.constant(1), 100)
    [a*c - b^2, a^2]
    """
    ordered = _order(shared)
    last: dict[int, int] = {}
    for k, column in enumerate(ordered):
        last.update(dict.fromkeys(column, k))
    for ending in endings:
        for column in ending:
            last.update(dict.fromkeys(column, len(ordered)))
    states: States = {0: one}
    for k, column in enumerate(ordered):
        must = sum(1 << row for row, when in last.items() if when <= k)
        states = _step(states, column, must, limit)
    full = (1 << size) - 1
    results = []
    for ending in endings:
        final = states
        for column in ending:
            final = _step(final, column, 0, limit)
        results.append(final.get(full, one * 0))
    return results


def _step(states: States, column: Column, must: int, limit: int) -> States:
    """Use one more column. `must`: rows that have to be used by now."""
    found: States = {}
    terms = 0
    for used, polynomial in states.items():
        for row, entry in column.items():
            bit = 1 << row
            now = used | bit
            if used & bit or must & ~now:
                continue
            product = polynomial * entry
            if (used >> (row + 1)).bit_count() & 1:
                product = -product
            found[now] = found[now] + product if now in found else product
        terms += len(polynomial)
        if terms > limit:
            raise TooLargeError(
                f"the exact formula has more than {limit} terms on the way",
                hint=said(
                    "allow an error, as in {error}, so that what counts little is left out before expanding",
                    error="10%",
                ),
            )
    return {used: polynomial for used, polynomial in found.items() if polynomial}


def _order(columns: Sequence[Column]) -> list[Column]:
    """Columns such that few rows are open at any time: always the one that opens fewest and closes most."""
    left = list(range(len(columns)))
    waiting: dict[int, int] = {}
    for column in columns:
        for row in column:
            waiting[row] = waiting.get(row, 0) + 1
    opened: set[int] = set()
    chosen = []
    while left:
        costs = {
            k: (sum((row not in opened) - (waiting[row] == 1) for row in columns[k]), len(columns[k])) for k in left
        }
        best = min(left, key=costs.__getitem__)
        left.remove(best)
        chosen.append(columns[best])
        opened |= set(columns[best])
        for row in columns[best]:
            waiting[row] -= 1
    return chosen
