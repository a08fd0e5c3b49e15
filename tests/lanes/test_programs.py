"""Lowering and execution: a program over lanes computes what the expressions say, lane by lane."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail.lanes import functions as f
from longtail.lanes.derivative import Differentiator
from longtail.lanes.graph import Graph, Op
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import lower

_BINARY = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (1.5 + b * b),
    lambda a, b: f.select(a < b, a * 2.0, b - a),
    lambda a, b: f.maximum(a, b) - f.minimum(a, 0.25),
    lambda a, b: f.power(a * a + 0.5, 0.3 * b),
]
_UNARY = [
    f.sin,
    f.cos,
    f.tanh,
    f.atan,
    f.asinh,
    lambda x: f.exp(0.1 * x),
    lambda x: f.log(x * x + 1.0),
    lambda x: -x,
    lambda x: f.sqrt(x * x + 0.1),
    f.absolute,
    lambda x: x**3,
    lambda x: f.sinh(f.sin(x)),
    lambda x: 1.0 / (2.0 + f.cos(x)),
]

recipes = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=25
)


def build(recipe, leaves):
    """The same random expressions of floats or of graph nodes."""
    values = [*leaves, 0.7, -1.3]
    for kind, which, a, b in recipe:
        x, y = values[a % len(values)], values[b % len(values)]
        values.append(_UNARY[which % len(_UNARY)](x) if kind else _BINARY[which % len(_BINARY)](x, y))
    return values[len(leaves) + 2 :]


@settings(max_examples=150, deadline=None)
@given(recipes, st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_a_program_equals_the_floats(recipe, point) -> None:
    g = Graph()
    names = ["x", "y", "z"]
    outputs = build(recipe, [g.input(n) for n in names])
    got = NumpyExecutor().run(lower(g, outputs, names), point, 1)[:, 0]
    want = np.array(build(recipe, point), float)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(recipes, st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_derivatives_equal_finite_differences(recipe, point) -> None:
    g = Graph()
    names = ["x", "y", "z"]
    variables = [g.input(n) for n in names]
    output = build(recipe, variables)[-1]
    rows, corrections = Differentiator(g, variables).rows([output])
    assert corrections == [0.0]
    program = lower(g, [rows[0].get(v.id, 0.0) for v in variables], names)
    got = NumpyExecutor().run(program, point, 1)[:, 0]
    for k in range(3):
        h = 1e-6
        ends = [build(recipe, [p + (j == k) * d for j, p in enumerate(point)])[-1] for d in (-2 * h, -h, 0.0, h, 2 * h)]
        slopes = np.diff(ends) / h
        scale = max(1.0, np.abs(ends).max(), np.abs(slopes).max())
        if np.ptp(slopes) > 1e-3 * scale:
            continue  # a kink lies within the stencil
        np.testing.assert_allclose(got[k], slopes[1:3].mean(), atol=2e-3 * scale)


def test_every_executor_block_gives_the_same_bits() -> None:
    g = Graph()
    x, y = g.input("x"), g.input("y")
    outputs = [f.exp(x) * y - f.sin(y), f.select(x < y, x, y / x), x - y * y]
    program = lower(g, outputs, ["x", "y"])
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 100))
    whole = NumpyExecutor(block=1000).run(program, [a, b], 100)
    in_parts = NumpyExecutor(block=7).run(program, [a, b], 100)
    one_by_one = np.hstack([NumpyExecutor().run(program, [a[k], b[k]], 1) for k in range(100)])
    assert (whole == in_parts).all()
    np.testing.assert_allclose(one_by_one, whole, rtol=1e-15)


def test_a_subtracted_product_is_one_instruction_and_registers_are_reused() -> None:
    g = Graph()
    x = g.input("x")
    y = x
    for k in range(50):
        y = float(k + 2) - y * x
    program = lower(g, [y], ["x"])
    assert set(program.instructions[:, 0]) == {Op.FNMS}
    assert program.registers <= 1 + 50 + 2


def test_a_complex_program() -> None:
    g = Graph()
    s = g.input("s")
    program = lower(g, [1.0 / (1.0 + s * 2.0)], ["s"])
    got = NumpyExecutor().run(program, [np.array([0.5j, 1j])], 2, np.complex128)
    np.testing.assert_allclose(got[0], [1 / (1 + 1j), 1 / (1 + 2j)])


def test_an_input_that_is_not_declared_is_named() -> None:
    g = Graph()
    with pytest.raises(ValueError, match="'y'"):
        lower(g, [g.input("x") + g.input("y")], ["x"])
    with pytest.raises(ValueError, match="1 inputs, 2 were given"):
        NumpyExecutor().run(lower(g, [g.input("x")], ["x"]), [1.0, 2.0], 1)


def test_limiting_reads_one_value_and_slopes_along_another() -> None:
    """A limited exponential: the correction makes the residual the tangent at the limited value, seen from the raw."""
    g = Graph()
    x = g.input("x")
    control = g.limit(0.5, 2.0 * x, "d:v")
    rows, corrections = Differentiator(g, [x]).rows([f.exp(control)])
    program = lower(g, [f.exp(control), rows[0][x.id], corrections[0]], ["x"])
    value, slope, correction = NumpyExecutor().run(program, [3.0], 1)[:, 0]
    assert value == pytest.approx(np.exp(0.5))
    assert slope == pytest.approx(2.0 * np.exp(0.5))
    assert correction == pytest.approx(np.exp(0.5) * (6.0 - 0.5))
