"""The edge of a range on many rows at once, found by going there.

A circuit far from its operating point is easy to solve from a place nearby and hard to solve from the operating point
itself. So `march` sets out from a solved state, in steps that double while they succeed and are quartered where the
equations do not settle; beyond the edge it halves the interval between the last place inside and the first outside.
The next state is predicted along the line through two that are known.
Source of predictor and step control: Allgower and Georg, Numerical Continuation Methods (Springer, 1990), ch. 2 and 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
# rows, shares of their way and predicted states `[row, unknown]`; which are solved, which inside, and their states
Attempt = Callable[[Rows, Array, Array], tuple[Mask, Mask, Array]]

_STRIDE = 1 / 8  # of the way: the longest step
_TRIALS = 200  # of a row: several times what any needs


@dataclass(frozen=True, eq=False)
class Edge:
    """The last share of each row's way inside, and the first that is not; 1 for both where the way ends inside.

    `before` and `beyond` `[row, unknown]` are the states there; `beyond` repeats `before` where `solved` `[row]` is
    False, since nothing could be solved any farther.
    """

    last: Array
    first: Array
    before: Array
    beyond: Array
    solved: Mask


def march(attempt: Attempt, state: Array, tangent: Array, tolerance: Array, end: Array | None = None) -> Edge:
    """Go from `state` `[row, unknown]` at share 0, which is inside, towards share 1 of each row's way.

    `tangent` `[row, unknown]` says how the state sets out, per unit of share. The edge is that next to the start, as
    far as steps of an eighth of the way can tell, to within `tolerance` `[row]` of the way. `end` `[row, unknown]`
    are states at share 1 that are known to be outside, nan in rows that have none: there the edge is that which
    halving the way leads to.

    >>> limits = np.array([0.3, 0.71, 2.0])
    >>> def attempt(rows, shares, states):  # the state is the share itself; nothing is solved beyond 0.9
    ...     return shares < 0.9, shares < limits[rows], shares[:, None]
    >>> edge = march(attempt, np.zeros((3, 1)), np.ones((3, 1)), np.full(3, 1e-6))
    >>> edge.last.round(5).tolist(), edge.solved.tolist()
    ([0.3, 0.71, 0.9], [True, True, False])
    """
    going = _March(state.copy(), state.copy(), tangent.copy(), tolerance)
    if end is not None:
        going.end_at(end)
    for _ in range(_TRIALS):
        active = np.flatnonzero(~going.done)
        if not active.size:
            break
        shares = going.next[active]
        going.take(active, shares, *attempt(active, shares, going.predicted(active, shares)))
    return going.edge


class _March:
    """Where every row stands: the last place inside, the first solved place outside if any, and the step in hand."""

    def __init__(self, inside: Array, outside: Array, slope: Array, tolerance: Array) -> None:
        count = len(inside)
        self.inside, self.outside, self.slope, self.tolerance = inside, outside, slope, tolerance
        self.last, self.first = np.zeros(count), np.full(count, np.inf)
        self.step = np.full(count, _STRIDE)

    def end_at(self, states: Array) -> None:
        """Take in states outside, at the end of the way."""
        known = np.isfinite(states).all(axis=1)
        self.first[known], self.outside[known] = 1.0, states[known]
        self.slope[known] = (states - self.inside)[known]

    @property
    def bracketed(self) -> Mask:
        return np.isfinite(self.first)

    @property
    def done(self) -> Mask:
        ends = np.where(self.bracketed, self.first - self.last, self.step) <= self.tolerance
        return np.asarray(ends | (self.last >= 1.0))

    @property
    def next(self) -> Array:
        """The share of the way to try next."""
        with np.errstate(invalid="ignore"):
            return np.where(self.bracketed, (self.last + self.first) / 2.0, np.minimum(self.last + self.step, 1.0))

    def predicted(self, active: Rows, shares: Array) -> Array:
        """The state expected there: by the slope, which is that between both ends where there are two."""
        return np.asarray(self.inside[active] + (shares - self.last[active])[:, None] * self.slope[active])

    def take(self, active: Rows, shares: Array, solved: Mask, inside: Mask, states: Array) -> None:
        """Take in what came of a trial."""
        way = shares - self.last[active]
        holds, fails = solved & inside, solved & ~inside
        lost = active[~solved]
        self.step[lost] = way[~solved] / 4.0
        self.first[lost] = np.inf  # what is solved farther out does not continue the states inside
        on = active[holds]
        self.slope[on] = (states[holds] - self.inside[on]) / way[holds, None]
        self.last[on], self.inside[on] = shares[holds], states[holds]
        self.step[on] = np.minimum(2.0 * self.step[on], _STRIDE)
        out = active[fails]
        self.first[out], self.outside[out] = shares[fails], states[fails]
        both = active[self.bracketed[active]]
        gap = (self.first - self.last)[both, None]
        self.slope[both] = (self.outside[both] - self.inside[both]) / gap

    @property
    def edge(self) -> Edge:
        solved = self.bracketed
        beyond = np.where(solved[:, None], self.outside, self.inside)
        first = np.where(solved, self.first, np.minimum(self.last + self.step, 1.0))
        return Edge(self.last, first, self.inside, beyond, solved)
