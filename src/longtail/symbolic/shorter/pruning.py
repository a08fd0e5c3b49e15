"""Terms left out of the factors of a transfer, as long as the error allows it.

What a term is worth is what the whole gain does without it: a large term that another one cancels is worth little
together with that one, and a small one may be all that is left of a difference.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from longtail.symbolic.algebra.minors import Polynomial
from longtail.symbolic.algebra.transfer import Complex, RationalTransfer, arrays, transfer
from longtail.symbolic.grades import grades

_FINE = 300  # terms up to which each, and each pair, is tried alone
_MANY = 600  # terms from which on several go at a time
_BATCH = 0.01  # of the error still allowed, for terms that go together
_LIKE = 2.0  # quotient of what terms are worth up to which they may go at once
_NOTHING = 1e-9  # of the error allowed: terms that are worth less are alike
_FEW = 8  # frequencies at which pairs are tried first
_CHUNK = 1_000  # pairs that are tried at all frequencies at once


def prune(
    found: RationalTransfer, values: Mapping[str, float], s: Complex, wanted: Complex, allowed: float
) -> RationalTransfer:
    """The transfer with all terms gone that the error at the given frequencies allows, factored again."""
    while found.numerator or found.denominator:  # a plain number has no terms that could go
        smaller = _pruned(found, values, s, wanted, allowed)
        if smaller.terms >= found.terms:
            break
        found = smaller
    return found


def _pruned(
    found: RationalTransfer, values: Mapping[str, float], s: Complex, wanted: Complex, allowed: float
) -> RationalTransfer:
    terms = _Terms(found, values, s, wanted)
    terms.drop_many(allowed)
    while terms.drop_best(allowed) or terms.drop_pair(allowed):
        pass
    return terms.transfer()


class _Terms:
    """All terms of all factors, and which are still there.

    A term is a number times a power of s. Terms of one factor and one power form a group: what the gain does without
    one of them is the same function of its number for all of them, and of all numbers of one sign the smallest does
    least. The best term to drop is therefore among few, however many terms there are.
    """

    def __init__(self, found: RationalTransfer, values: Mapping[str, float], s: Complex, wanted: Complex) -> None:
        self.found = found
        sides = ((found.numerator, 1), (found.denominator, -1))
        self.factors = [(f, sign * k, sign) for side, sign in sides for f, k in side]
        self.powers = np.array([k for _, k, _ in self.factors])
        numbers = np.array([values[key] for key in found.ring.keys])
        sizes, places = [], []
        for j, (f, _, _) in enumerate(self.factors):
            exponents, coefficients = arrays(f)
            sizes.append(coefficients * np.prod(numbers[None, :] ** exponents[:, :-1], axis=1))
            places.append(np.stack([np.full(len(coefficients), j), exponents[:, -1]], axis=1))
        self.size = np.concatenate(sizes)
        kinds, group = np.unique(np.concatenate(places), axis=0, return_inverse=True)
        self.group = group.reshape(-1)
        self.factor = kinds[:, 0]  # of each group
        self.owner = self.factor[self.group]
        self.profile = s[None, :] ** kinds[:, 1:]  # [group, frequency]
        self.present = np.ones(len(self.size), bool)
        self.by_size = np.argsort(grades(np.abs(self.size)), kind="stable")  # of those that are there
        self.sums = self._sums(self.by_size)
        self.ratio = float(found.scale) * np.prod(self.sums ** self.powers[:, None], axis=0) / wanted

    def _sums(self, terms: NDArray[np.intp]) -> Complex:
        """The factors in numbers, `[factor, frequency]`, with some of their terms."""
        weights = np.bincount(self.group[terms], self.size[terms], len(self.factor))
        found = np.zeros((len(self.factors), self.profile.shape[1]), complex)
        np.add.at(found, self.factor, weights[:, None] * self.profile)
        return found

    def _counts(self) -> NDArray[np.intp]:
        """How many terms each factor has left."""
        return np.bincount(self.owner[self.by_size], minlength=len(self.factors))

    def _without(self, terms: NDArray[np.intp]) -> Complex:
        """The quotient of gain and wanted gain with each of some terms gone, `[term, frequency]`."""
        groups, owners = self.group[terms], self.owner[terms]
        with np.errstate(all="ignore"):
            change = 1.0 - self.size[terms][:, None] * self.profile[groups] / self.sums[owners]
            return np.asarray(self.ratio[None] * change ** self.powers[owners][:, None], complex)

    def _remove(self, terms: NDArray[np.intp]) -> None:
        """Take terms away, none of them the last of its factor."""
        self.present[terms] = False
        self.by_size = self.by_size[self.present[self.by_size]]
        after = self._sums(self.by_size)
        self.ratio = self.ratio * np.prod((after / self.sums) ** self.powers[:, None], axis=0)
        self.sums = after

    def _smallest(self) -> NDArray[np.intp]:
        """Of each group and sign, the smallest term that is there, in factors that have others left."""
        there = self.by_size[(self._counts() > 1)[self.owner[self.by_size]]]
        _, first = np.unique(2 * self.group[there] + (self.size[there] > 0.0), return_index=True)
        return there[first]

    def _weights(self, terms: NDArray[np.intp]) -> NDArray[np.float64]:
        """How far the gain moves without each of some terms, as long as that is little."""
        with np.errstate(all="ignore"):
            by_group = np.abs(self.ratio * self.profile / self.sums[self.factor]).max(axis=1)
        return np.asarray(np.abs(self.size[terms]) * (by_group * np.abs(self.powers)[self.factor])[self.group[terms]])

    def drop_many(self, allowed: float) -> None:
        """The smallest terms of each factor, as many as together take half of the error that is left."""
        if len(self.by_size) <= _FINE:
            return
        half = (allowed + float(np.abs(self.ratio - 1.0).max())) / 2.0
        with np.errstate(all="ignore"):
            by_group = np.abs(self.profile / self.sums[self.factor]).max(axis=1)
        order = np.argsort(grades(np.abs(self.size) * by_group[self.group]), kind="stable")
        low, high = 0, len(order)
        while high - low > 1:
            middle = (low + high) // 2
            if self._error_without(order[:middle]) <= half:
                low = middle
            else:
                high = middle
        self._remove(order[:low])

    def _error_without(self, gone: NDArray[np.intp]) -> float:
        present = self.present.copy()
        present[gone] = False
        kept = np.flatnonzero(present)
        if not np.bincount(self.owner[kept], minlength=len(self.factors)).all():
            return np.inf
        with np.errstate(all="ignore"):
            change = np.prod((self._sums(kept) / self.sums) ** self.powers[:, None], axis=0)
            error = np.abs(self.ratio * change - 1.0).max()
        return float(error) if np.isfinite(error) else np.inf

    def drop_best(self, allowed: float) -> bool:
        """The term without which the gain moves least; False where none can go."""
        possible = self._smallest()
        if not len(possible):
            return False
        after = self._without(possible)
        with np.errstate(all="ignore"):
            error = np.abs(after - 1.0).max(axis=1)
            step = np.abs(after - self.ratio).max(axis=1)
        step[~(error <= allowed)] = np.inf
        best = int(np.argmin(grades(step, _NOTHING * allowed)))
        if not np.isfinite(step[best]):
            return False
        chosen = possible[best : best + 1]
        if len(self.by_size) <= _MANY:
            self._remove(chosen)
            return True
        together = self._together(possible, after, step, allowed)
        self._remove(together if self._error_without(together) <= allowed else chosen)
        self._drop_least(_BATCH * (allowed - float(np.abs(self.ratio - 1.0).max())))
        return True

    def _together(
        self, possible: NDArray[np.intp], after: Complex, step: NDArray[np.float64], allowed: float
    ) -> NDArray[np.intp]:
        """Of terms that are worth about the same, the least first, as many as the error allows together."""
        order = np.argsort(grades(step, _NOTHING * allowed), kind="stable")
        order = order[step[order] <= _LIKE * step[order[0]]]
        error = np.abs(self.ratio + np.cumsum(after[order] - self.ratio, axis=0) - 1.0).max(axis=1)
        return possible[order[: 1 + int(np.flatnonzero(error <= allowed)[-1])]]

    def _drop_least(self, budget: float) -> None:
        """Many terms that together do next to nothing; each factor keeps its largest."""
        weights = self._weights(self.by_size)
        rank = np.argsort(grades(weights), kind="stable")
        terms, weights = self.by_size[rank], weights[rank]
        largest = np.zeros(len(self.factors), np.intp)
        largest[self.owner[terms]] = terms  # the last one counts
        others = ~np.isin(terms, largest)
        self._remove(terms[others][np.cumsum(weights[others]) <= budget])

    def drop_pair(self, allowed: float) -> bool:
        """Two terms of one factor that cancel each other; False where there are none."""
        counts = self._counts()
        for j in np.flatnonzero((counts > 2) & (counts <= _FINE)):
            members = np.flatnonzero(self.present & (self.owner == j))
            best = self._best_pair(int(j), members, allowed)
            if best is not None:
                self._remove(best)
                return True
        return False

    def _best_pair(self, factor: int, members: NDArray[np.intp], allowed: float) -> NDArray[np.intp] | None:
        """The pair without which the gain is nearest to the wanted one. Few frequencies rule out most pairs."""
        values = self.size[members][:, None] * self.profile[self.group[members]] / self.sums[factor]
        first, second = np.triu_indices(len(members), 1)

        def errors(pairs: NDArray[np.intp], at: NDArray[np.intp]) -> NDArray[np.float64]:
            both = values[first[pairs][:, None], at] + values[second[pairs][:, None], at]
            return np.asarray(np.abs(self.ratio[at] * (1.0 - both) ** self.powers[factor] - 1.0).max(axis=1))

        floor = _NOTHING * allowed
        everywhere = np.arange(values.shape[1])
        few = everywhere[:: max(1, len(everywhere) // _FEW)]
        with np.errstate(all="ignore"):
            least = errors(np.arange(len(first)), few)
            hopeful = np.flatnonzero(least <= allowed)
            hopeful = hopeful[np.argsort(grades(least[hopeful], floor), kind="stable")]
            best, error = None, np.inf
            for start in range(0, len(hopeful), _CHUNK):
                pairs = hopeful[start : start + _CHUNK]
                if grades(least[pairs[0]], floor) > error:
                    break
                found = errors(pairs, everywhere)
                by_error = np.where(found <= allowed, grades(found, floor), np.inf)
                k = int(np.argmin(by_error))
                if by_error[k] < error:
                    best, error = pairs[k], float(by_error[k])
        return None if best is None else members[[first[best], second[best]]]

    def transfer(self) -> RationalTransfer:
        """What is left, in lowest terms."""
        ring = self.found.ring
        over = under = ring.number(1)
        position = 0
        for f, power, sign in self.factors:
            kept = _kept(f, self.present[position : position + len(f)]) ** abs(power)
            position += len(f)
            if sign > 0:
                over = over * kept
            else:
                under = under * kept
        return transfer(ring, self.found.scale, over, under)


def _kept(f: Polynomial, present: NDArray[np.bool_]) -> Polynomial:
    terms = {m: c for m, c, keep in zip(f.monoms(), f.coeffs(), present.tolist(), strict=True) if keep}
    return f.context().from_dict(terms)
