"""Large matrices without their singletons: the same solutions as in full, and the core is what it should be."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.engine.equations.singletons import order
from longtail.engine.equations.system import LargeMatrix
from longtail.engine.solving import sparse


def matrix_of(full):
    rows, columns = np.nonzero(full)
    by_column = np.lexsort((rows, columns))
    rows, columns = rows[by_column], columns[by_column]
    return LargeMatrix(len(full), rows, columns), full[rows, columns]


def circuit(random, nodes, sources):
    """Conductances between random nodes; voltage sources in chains, from ground outwards: a node each."""
    n = nodes + sources
    full = np.zeros((n, n))
    for _ in range(3 * nodes):
        i, j, g = *random.integers(0, nodes, 2), 10.0 ** random.uniform(-6, 3)
        full[i, i] += g
        full[j, j] += g
        full[i, j] -= g
        full[j, i] -= g
    full[np.arange(nodes), np.arange(nodes)] += 1e-3
    held = random.permutation(nodes)[:sources]
    for k, node in enumerate(held):
        full[node, nodes + k] = full[nodes + k, node] = 1.0
        if k and random.random() < 0.5:  # on top of the one before
            full[held[k - 1], nodes + k] = full[nodes + k, held[k - 1]] = -1.0
    shuffled = random.permutation(n)
    return full[shuffled][:, random.permutation(n)] if random.random() < 0.5 else full[shuffled][:, shuffled]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("combinations", [(), (3,)])
def test_solutions_equal_lapack(seed, combinations):
    random = np.random.default_rng(seed)
    full = circuit(random, 40, 6)
    if seed % 2:
        full = full * np.exp(2j * random.random(full.shape))
    matrix, entries = matrix_of(full)
    right = random.normal(size=(46, *combinations)).astype(full.dtype)
    x, left = sparse.solve_large(matrix, entries, right)
    np.testing.assert_allclose(x, np.linalg.solve(full, right), rtol=1e-8, atol=1e-10)
    assert left < 1e-13
    assert len(matrix.order.rows) <= 46 - 2 * 6  # a source takes its own equation and that of its node out


def test_a_supply_leaves_no_full_row_behind():
    """A node at a source to which everything hangs: the core is the nodes alone, which have nothing to do with one
    another."""
    n = 50
    full = np.diag(np.r_[np.full(n, 2e-3), n * 1e-3, 0.0])
    full[:n, n] = full[n, :n] = -1e-3
    full[n, n + 1] = full[n + 1, n] = 1.0
    found = matrix_of(full)[0].order
    assert found.rows.tolist() == found.columns.tolist() == []
    assert [layer.columns.tolist() for layer in (*found.first, *found.last)] == [[n], list(range(n)), [n + 1]]


def test_what_is_singular_is_said_to_be():
    random = np.random.default_rng(0)
    full = circuit(random, 20, 3)
    matrix, entries = matrix_of(full)
    right = np.ones(23)
    for layer in (*matrix.order.first, *matrix.order.last):
        gone = entries.copy()
        gone[layer.pivots[0]] = 0.0
        x, left = sparse.solve_large(matrix, gone, right)
        assert np.isnan(x).all() and left == np.inf
    twice = full.copy()
    twice[1] = twice[0]
    x, left = sparse.solve_large(*matrix_of(twice), right)
    assert np.isnan(x).all() or left > 1e-6 or np.abs(x).max() > 1e12
    two_sources = np.array([[1e-3, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])  # at one node
    assert np.isnan(sparse.solve_large(*matrix_of(two_sources), np.ones(3))[0]).all()


def test_long_chains_of_sources_stay_in_the_core():
    """A layer costs a product with the whole matrix, so no more than some dozens are taken off."""
    n = 100  # unknown k is unknown k - 1 and one volt
    full = np.eye(n) - np.eye(n, k=-1)
    matrix, entries = matrix_of(full)
    assert 0 < len(matrix.order.rows) < n
    x, _ = sparse.solve_large(matrix, entries, np.ones(n))
    assert x.tolist() == list(range(1, n + 1))
    assert len(order(np.arange(3), np.arange(4)).rows) == 0  # a diagonal has no core
