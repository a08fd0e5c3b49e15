"""Terms left out of transfers: what is left is within the error, and no term more could go."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from longtail.symbolic.algebra.minors import Polynomial
from longtail.symbolic.algebra.transfer import RationalTransfer, Ring, transfer
from longtail.symbolic.grades import grades
from longtail.symbolic.shorter.pruning import prune

S = 2j * np.pi * np.geomspace(1.0, 1e4, 30)
ERROR = 0.1


def random_polynomial(ring: Ring, random: np.random.Generator, terms: int) -> Polynomial:
    """Terms of either sign with up to the third power of s."""
    exponents = np.column_stack([random.integers(0, 3, (terms, len(ring.keys))), random.integers(0, 4, terms)])
    coefficients = random.choice([-2, -1, 1, 2], terms)
    return ring.context.from_dict({tuple(map(int, e)): int(c) for e, c in zip(exponents, coefficients, strict=True)})


def without(f: Polynomial, k: int) -> Polynomial:
    return f.context().from_dict({m: c for j, (m, c) in enumerate(f.to_dict().items()) if j != k})


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("terms", [12, 900])
def test_what_is_left_is_within_the_error_and_no_term_more_can_go(terms: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    ring = Ring.of([f"k{j}" for j in range(6)])
    values = dict(zip(ring.keys, 10.0 ** random.uniform(-4.0, 2.0, 6), strict=True))
    whole = transfer(ring, Fraction(1, 2), *(random_polynomial(ring, random, terms) for _ in range(2)))
    wanted = whole.at(values, S)
    found = prune(whole, values, S, wanted, ERROR)
    assert found.terms < whole.terms
    assert np.abs(found.at(values, S) / wanted - 1.0).max() <= ERROR * (1.0 + 1e-9)
    for side in ("numerator", "denominator"):
        factors = getattr(found, side)
        for j, (f, power) in enumerate(factors):
            for k in range(len(f) if len(f) > 1 else 0):
                fewer = (*factors[:j], (without(f, k), power), *factors[j + 1 :])
                sides = {"numerator": found.numerator, "denominator": found.denominator, side: fewer}
                gain = RationalTransfer(ring, found.scale, **sides).at(values, S)
                assert not np.abs(gain / wanted - 1.0).max() <= ERROR * (1.0 - 1e-9)


def test_sizes_by_grades_do_not_see_last_bits() -> None:
    """What is equal but for rounding stays in the order in which it stands; what differs by a percent does not."""
    rng = np.random.default_rng(5)
    sizes = np.array([3.0, 1.0, 3.0, 2.0, 1.0, 1.01])
    for _ in range(20):
        jittered = sizes * (1.0 + 1e-12 * rng.standard_normal(len(sizes)))
        assert grades(jittered).argsort(kind="stable").tolist() == [1, 4, 5, 3, 0, 2]
