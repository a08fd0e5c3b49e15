"""Determinants by minors against other ways to compute them."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from flint import fmpz_mpoly_ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail.symbolic.algebra.minors import TooLargeError, determinants

RING = fmpz_mpoly_ctx.get(("a", "b", "c", "d", "e", "f", "g", "h", "i"), "lex")


def columns_of(matrix: list[list[object]]) -> list[dict[int, object]]:
    return [{k: x for k, x in enumerate(column) if x} for column in zip(*matrix, strict=True)]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 6).flatmap(
        lambda n: st.lists(st.lists(st.integers(-3, 3), min_size=n, max_size=n), min_size=n, max_size=n)
    )
)
def test_numbers_give_the_determinant_but_for_its_sign(matrix: list[list[int]]) -> None:
    one = RING.constant(1)
    columns = [{k: RING.constant(x) for k, x in c.items()} for c in columns_of(matrix)]
    (found,) = determinants(len(matrix), columns[:-1], [[columns[-1]]], one, 10_000)
    value = int(found.coeffs()[0]) if found else 0
    assert abs(value) == pytest.approx(abs(np.linalg.det(np.array(matrix, float))), abs=1e-6)


def test_symbols_give_what_sympy_gives() -> None:
    gens = RING.gens()
    matrix = [[gens[3 * r + c] for c in range(3)] for r in range(3)]
    columns = columns_of(matrix)
    (found,) = determinants(3, columns[:2], [[columns[2]]], RING.constant(1), 1000)
    theirs = sympy.Matrix(3, 3, sympy.symbols("a:i")).det()
    mine = sympy.sympify(str(found).replace("^", "**"))
    assert sympy.expand(mine - theirs) == 0 or sympy.expand(mine + theirs) == 0


def test_endings_share_their_sign() -> None:
    """Cramer's rule: the solution of a random system, numerators and denominator in one go."""
    rng = np.random.default_rng(7)
    for _ in range(20):
        matrix = rng.integers(-4, 5, (5, 5))
        right = rng.integers(-4, 5, 5)
        if abs(np.linalg.det(matrix)) < 0.5:
            continue
        columns = [{k: RING.constant(int(x)) for k, x in enumerate(c) if x} for c in matrix.T]
        side = {k: RING.constant(int(x)) for k, x in enumerate(right) if x}
        above, below = determinants(5, columns[:-1], [[side], [columns[-1]]], RING.constant(1), 10_000)
        number = [int(p.coeffs()[0]) if p else 0 for p in (above, below)]
        assert number[0] / number[1] == pytest.approx(np.linalg.solve(matrix, right)[-1], rel=1e-9, abs=1e-12)


def test_an_expansion_that_is_too_large_stops() -> None:
    gens = RING.gens()
    matrix = [[gens[3 * r + c] for c in range(3)] for r in range(3)]
    columns = columns_of(matrix)
    with pytest.raises(TooLargeError, match="more than 4 terms") as caught:
        determinants(3, columns[:2], [[columns[2]]], RING.constant(1), 4)
    assert 'error="10%"' in str(caught.value)
