"""Where functions pass a level: on samples, and between them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from longtail.driven.crossings import fall_hz, falls, peak, root

Array = NDArray[np.float64]


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_samples_cross_nothing(count: int) -> None:
    values = np.ones((3, count))
    assert falls(values, 0.5).tolist() == [-1] * 3
    assert np.isnan(fall_hz(np.ones(count), values, 0.5)).all()


def test_two_samples_are_enough_for_a_crossing() -> None:
    assert falls(np.array([[2.0, 1.0], [1.0, 2.0]]), 1.5).tolist() == [0, -1]
    assert fall_hz(np.array([1.0, 100.0]), np.array([2.0, 0.0]), 1.0).item() == pytest.approx(10.0, rel=1e-14)


ROOTS: list[tuple[Callable[[Array], Array], float]] = [
    (lambda x: 2.0 - x, 2.0),
    (lambda x: np.exp(-x) - 0.1, np.log(10.0)),
    (lambda x: np.cos(x / 3.0), 1.5 * np.pi),
    (lambda x: (1.0 - x) ** 3, 1.0),
    (lambda x: np.log(np.maximum(5.0 - x, 0.0)), 4.0),  # minus infinity at the end
    (lambda x: np.where(x < 3.0, 1e6, -1e-6), 3.0),  # a jump
]


@pytest.mark.parametrize(("function", "wanted"), ROOTS)
@pytest.mark.parametrize("reverse", [False, True])
def test_a_root_is_found_whichever_way_the_function_falls(
    function: Callable[[Array], Array], wanted: float, reverse: bool
) -> None:
    sign = -1.0 if reverse else 1.0  # reversed, the function rises: it is at least zero at the right end
    above, below = np.full(2, sign * -0.5), np.full(2, sign * 7.5)
    with np.errstate(divide="ignore"):
        found = root(lambda x, rows: function(sign * x), above, below)
    assert found == pytest.approx(np.full(2, sign * wanted), abs=3e-8)


def test_smooth_functions_take_few_rounds() -> None:
    """Ridders' method converges quadratically: a chord that is off makes it a bisection, thirty rounds of it."""
    asked = 0

    def function(x: Array, rows: NDArray[np.intp]) -> Array:
        nonlocal asked
        asked += 1
        return np.asarray(2.0 - x**3)

    assert root(function, np.array([0.0]), np.array([4.0])) == pytest.approx([2.0 ** (1.0 / 3.0)], abs=1e-8)
    assert asked <= 2 + 2 * 6, "two at the ends, two a round"


def test_rows_settle_by_themselves() -> None:
    """A row that is done is asked no more, and keeps what it found while others go on."""
    sizes: list[int] = []

    def function(x: Array, rows: NDArray[np.intp]) -> Array:
        sizes.append(rows.size)
        return np.asarray(np.where(rows == 0, 1.0 - x, np.where(x < np.pi, 1.0, -1e-9)))

    assert root(function, np.zeros(2), np.full(2, 4.0)) == pytest.approx([1.0, np.pi], abs=2e-8)
    assert sizes[0] == 2 and sizes[-1] == 1


def test_a_peak_is_found_with_its_value() -> None:
    tops = np.array([0.3, 2.0])
    place, value = peak(lambda x, rows: 5.0 - (x - tops) ** 2, np.zeros(2), np.full(2, 3.0))
    assert place == pytest.approx(tops, abs=1e-4) and value == pytest.approx([5.0, 5.0], abs=1e-9)
