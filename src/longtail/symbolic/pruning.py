"""Terms left out of the factors of a transfer, as long as the error allows it.

What a term is worth is what the whole gain does without it: a large term that another one cancels is worth little
together with that one, and a small one may be all that is left of a difference.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from longtail.symbolic.minors import Polynomial
from longtail.symbolic.transfer import Complex, Transfer, arrays, transfer

_FINE = 300  # terms in all up to which each is tried alone
_BATCH = 0.01  # of the error still allowed, for terms that go together


def prune(found: Transfer, values: Mapping[str, float], s: Complex, wanted: Complex, allowed: float) -> Transfer:
    """The transfer with all terms gone that the error at the given frequencies allows, factored again."""
    while found.numerator or found.denominator:  # a plain number has no terms that could go
        smaller = _pruned(found, values, s, wanted, allowed)
        if smaller.terms >= found.terms:
            break
        found = smaller
    return found


def _pruned(found: Transfer, values: Mapping[str, float], s: Complex, wanted: Complex, allowed: float) -> Transfer:
    terms = _Terms(found, values, s, wanted)
    terms.drop_many(allowed)
    while terms.drop_best(allowed) or terms.drop_pair(allowed):
        pass
    return terms.transfer()


class _Terms:
    """All terms of all factors in numbers `[term, frequency]`, and which are still there."""

    def __init__(self, found: Transfer, values: Mapping[str, float], s: Complex, wanted: Complex) -> None:
        self.found = found
        sides = ((found.numerator, 1), (found.denominator, -1))
        self.factors = [(f, sign * k, sign) for side, sign in sides for f, k in side]
        numbers = np.array([values[key] for key in found.ring.keys])
        rows: list[Complex] = []
        owner: list[int] = []
        for j, (f, _, _) in enumerate(self.factors):
            exponents, coefficients = arrays(f)
            size = coefficients * np.prod(numbers[None, :] ** exponents[:, :-1], axis=1)
            rows.append(size[:, None] * s[None, :] ** exponents[:, -1:])
            owner += [j] * len(coefficients)
        self.values = np.concatenate(rows)
        self.owner = np.array(owner, np.intp)
        self.powers = np.array([k for _, k, _ in self.factors])
        self.present = np.ones(len(owner), bool)
        self.sums = np.array([self.values[self.owner == j].sum(axis=0) for j in range(len(self.factors))])
        self.ratio = found.at(values, s) / wanted

    def _after(self) -> Complex:
        """The quotient of gain and wanted gain with each of the terms gone, `[term, frequency]`."""
        with np.errstate(all="ignore"):
            change = 1.0 - self.values / self.sums[self.owner]
            return self.ratio[None] * change ** self.powers[self.owner][:, None]

    def _droppable(self) -> NDArray[np.bool_]:
        """Terms of factors that have others left."""
        counts = np.bincount(self.owner[self.present], minlength=len(self.factors))
        return self.present & (counts[self.owner] > 1)

    def _remove(self, k: int) -> None:
        j = self.owner[k]
        before = self.sums[j].copy()
        self.sums[j] = before - self.values[k]
        self.ratio = self.ratio * (self.sums[j] / before) ** self.powers[j]
        self.present[k] = False

    def drop_many(self, allowed: float) -> None:
        """The smallest terms of each factor, as many as together take half of the error that is left."""
        if self.present.sum() <= _FINE:
            return
        half = (allowed + float(np.abs(self.ratio - 1.0).max())) / 2.0
        weight = np.abs(self.values / self.sums[self.owner]).max(axis=1)
        order = np.argsort(weight)
        low, high = 0, len(order)
        while high - low > 1:
            middle = (low + high) // 2
            if self._error_without(order[:middle]) <= half:
                low = middle
            else:
                high = middle
        gone = order[:low]
        self.present[gone] = False
        ratio = self.ratio
        for j in range(len(self.factors)):
            before = self.sums[j].copy()
            self.sums[j] = self.values[self.present & (self.owner == j)].sum(axis=0)
            ratio = ratio * (self.sums[j] / before) ** self.powers[j]
        self.ratio = ratio

    def _error_without(self, gone: NDArray[np.intp]) -> float:
        present = self.present.copy()
        present[gone] = False
        ratio = self.ratio
        for j in range(len(self.factors)):
            kept = self.values[present & (self.owner == j)]
            if not len(kept):
                return np.inf
            ratio = ratio * (kept.sum(axis=0) / self.sums[j]) ** self.powers[j]
        return float(np.abs(ratio - 1.0).max())

    def drop_best(self, allowed: float) -> bool:
        """The term without which the gain moves least; False where none can go."""
        can = self._droppable()
        if not can.any():
            return False
        after = self._after()
        with np.errstate(all="ignore"):
            error = np.abs(after - 1.0).max(axis=1)
            step = np.abs(after - self.ratio).max(axis=1)
        step[~can | ~(error <= allowed)] = np.inf
        order = np.argsort(step)
        if not np.isfinite(step[order[0]]):
            return False
        self._remove(int(order[0]))
        if self.present.sum() > _FINE:
            # many that together do next to nothing go at once
            left = allowed - float(np.abs(self.ratio - 1.0).max())
            for k in order[1:][np.cumsum(step[order[1:]]) <= _BATCH * left]:
                if self._droppable()[k]:
                    self._remove(int(k))
        return True

    def drop_pair(self, allowed: float) -> bool:
        """Two terms of one factor that cancel each other; False where there are none."""
        counts = np.bincount(self.owner[self.present], minlength=len(self.factors))
        for j in np.flatnonzero((counts > 2) & (counts <= _FINE)):
            members = np.flatnonzero(self.present & (self.owner == j))
            both = self.values[members][:, None] + self.values[members][None, :]
            with np.errstate(all="ignore"):
                after = self.ratio * (1.0 - both / self.sums[j]) ** self.powers[j]
                error = np.abs(after - 1.0).max(axis=2)
            error[np.diag_indices_from(error)] = np.inf
            a, b = np.unravel_index(int(np.nanargmin(error)), error.shape)
            if error[a, b] <= allowed:
                self._remove(int(members[a]))
                self._remove(int(members[b]))
                return True
        return False

    def transfer(self) -> Transfer:
        """What is left, in lowest terms."""
        ring = self.found.ring
        over = under = ring.number(1)
        position = 0
        for f, _, sign in self.factors:
            kept = _kept(f, self.present[position : position + len(f)])
            position += len(f)
            k = abs(int(self.powers[[g is f for g, _, _ in self.factors].index(True)]))
            if sign > 0:
                over = over * kept**k
            else:
                under = under * kept**k
        return transfer(ring, self.found.scale, over, under)


def _kept(f: Polynomial, present: NDArray[np.bool_]) -> Polynomial:
    terms = {m: c for m, c, keep in zip(f.monoms(), f.coeffs(), present.tolist(), strict=True) if keep}
    return f.context().from_dict(terms)
