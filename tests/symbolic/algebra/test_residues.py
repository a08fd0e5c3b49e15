"""Determinants of A + s*B from residues against exact determinants at whole numbers."""

from __future__ import annotations

from flint import fmpz_mat, fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail.symbolic.algebra.residues import determinant

NUMBERS = st.one_of(st.integers(-2, 2), st.integers(-(10**40), 10**40))
PAIRS = st.integers(1, 5).flatmap(
    lambda n: st.tuples(*(st.lists(st.lists(NUMBERS, min_size=n, max_size=n), min_size=n, max_size=n),) * 2)
)


def at(a: list[list[int]], b: list[list[int]], s: int) -> int:
    n = len(a)
    return int(fmpz_mat(n, n, [x + s * y for p, q in zip(a, b, strict=True) for x, y in zip(p, q, strict=True)]).det())


@settings(max_examples=80, deadline=None)
@given(PAIRS)
def test_a_determinant_is_right_at_more_numbers_than_its_degree(matrices: tuple[list[list[int]], ...]) -> None:
    a, b = matrices
    found = determinant(a, b)
    assert len(found) <= len(a) + 1 and (not found or found[-1] != 0)
    assert [int(fmpz_poly(found)(s)) for s in range(-3, 5)] == [at(a, b, s) for s in range(-3, 5)]


def test_a_determinant_that_is_zero_everywhere_has_no_coefficients() -> None:
    assert determinant([[1, 2], [2, 4]], [[3, 6], [1, 2]]) == []


def test_a_constant_part_that_is_singular_does_no_harm() -> None:
    assert determinant([[0, 0], [0, 3]], [[2, 1], [0, 0]]) == [0, 6]
