"""Expansions of figures in random causes."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.statistics.quadratic import MOST_CAUSES, Expansion, second_order


def test_a_quadratic_figure_is_found_whole() -> None:
    rng = np.random.default_rng(1)
    curvatures = rng.normal(size=(5, 5))
    curvatures += curvatures.T
    true = Expansion(2.0, rng.normal(size=5), curvatures)
    found = second_order(Expansion(2.0, true.slopes), true)
    assert found is not None
    np.testing.assert_allclose(found.curvatures, curvatures, rtol=1e-12, atol=1e-12)
    causes = rng.normal(size=(7, 5))
    by_hand = [2.0 + u @ true.slopes + 0.5 * u @ curvatures @ u for u in causes]
    np.testing.assert_allclose(found(causes), by_hand, rtol=1e-12)


def test_a_complex_figure_has_complex_curvatures() -> None:
    true = Expansion(1j, np.array([1.0 + 2.0j, 0.5j]), np.array([[1j, 0.25], [0.25, -2.0]]))
    found = second_order(Expansion(1j, true.slopes), true)
    assert found is not None
    np.testing.assert_allclose(found.curvatures, true.curvatures, atol=1e-12)
    assert true.sigma == pytest.approx(np.sqrt(5.25))


def test_without_solutions_or_with_too_many_causes_there_is_none() -> None:
    first = Expansion(0.0, np.ones(2))
    assert second_order(first, lambda z: np.where(z[:, 0] > 0.5, np.nan, z[:, 0])) is None
    assert second_order(Expansion(0.0, np.ones(MOST_CAUSES + 1)), lambda z: z[:, 0]) is None
