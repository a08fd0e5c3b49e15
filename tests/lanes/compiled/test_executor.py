"""The compiled executor against the NumPy one, and its row functions against correctly rounded values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail.lanes import functions as f
from longtail.lanes.blocks import block_size, scratch_rows
from longtail.lanes.compiled.executor import NumbaExecutor
from longtail.lanes.compiled.math import exp_row, log_row
from longtail.lanes.graph import Graph, Op
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import lower

ROWS = {
    "exp": np.concatenate([np.linspace(-700.0, 709.0, 20001), np.linspace(-1e-3, 1e-3, 999), [0.0, -0.0]]),
    "log": np.concatenate([10.0 ** np.linspace(-300, 300, 20001), 1 + np.linspace(-0.1, 0.1, 999), [1.0]]),
}


def row(name: str, x: np.ndarray) -> np.ndarray:
    out = np.empty_like(x)
    scratch, bits, other, other_bits, _ = scratch_rows(len(x))
    if name == "exp":
        exp_row(x, out, scratch, bits)
    else:
        log_row(x, out, scratch, bits, other, other_bits)
    return out


@pytest.mark.parametrize("name", ROWS)
def test_row_functions_are_within_two_units_in_the_last_place(name: str) -> None:
    want = getattr(np, name)(ROWS[name])
    assert (np.abs(row(name, ROWS[name]) - want) <= 2 * np.spacing(np.abs(want))).all()


def test_row_functions_keep_what_is_not_finite() -> None:
    x = np.array([np.inf, -np.inf, np.nan, 710.0, -800.0, 0.0, -1.0])
    np.testing.assert_array_equal(row("exp", x)[:5], [np.inf, 0.0, np.nan, np.inf, 0.0])
    np.testing.assert_array_equal(row("log", x), [np.inf, np.nan, np.nan, np.log(710.0), np.nan, -np.inf, np.nan])


UNARY = [f.exp, f.log, f.sqrt, f.sin, f.cos, f.tan, f.asin, f.acos, f.atan, f.sinh, f.cosh, f.tanh, f.asinh, f.acosh,
         f.atanh, f.absolute, f.floor, f.ceil, lambda x: -x]  # fmt: skip
BINARY = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a + b * 3.0,
    lambda a, b: a - b * 5.0,
    lambda a, b: a * 7.0 - b,
    lambda a, b: a / b,
    f.power,
    f.minimum,
    lambda a, b: f.select(f.both(a < b, b <= 1.0), a, b),
    lambda a, b: f.select(f.either(f.equal(a, b), f.negate(a < b)), a, b),
]  # fmt: skip


@pytest.mark.parametrize("lanes", [1, 31, 512, 1000])
def test_every_instruction_equals_numpy(lanes: int) -> None:
    g = Graph()
    a, b = g.input("a"), g.input("b")
    program = lower(g, [op(a) for op in UNARY] + [op(a, b) for op in BINARY], ["a", "b"])
    used = set(program.instructions[:, 0].tolist())
    assert used == {int(o) for o in Op} - {Op.CONSTANT, Op.INPUT, Op.LIMIT, Op.CALL}
    rng = np.random.default_rng(lanes)
    special = np.array([0.0, -0.0, 1.0, -1.0, 2.0, np.inf, -np.inf, np.nan, 0.5, -3.0])
    x, y = (np.where(rng.random(lanes) < 0.3, rng.choice(special, lanes), rng.normal(size=lanes) * 3) for _ in range(2))
    want = NumpyExecutor().run(program, [x, y], lanes)
    got = NumbaExecutor().run(program, [x, y], lanes)
    np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-15)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000))
def test_complex_programs_equal_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g = Graph()
    s, t = g.input("s"), g.input("t")
    outputs = [s * t + s, s - t * s, s * t - 2.0, 1.0 / s, s / t, -t, s - t, s + t * 1.0]
    program = lower(g, outputs, ["s", "t"])
    x, y = rng.normal(size=(2, 70)) + 1j * rng.normal(size=(2, 70))
    want = NumpyExecutor().run(program, [x, y], 70, np.complex128)
    got = NumbaExecutor().run(program, [x, y], 70, np.complex128)
    np.testing.assert_allclose(got, want, rtol=1e-12)


def test_no_lane_depends_on_its_neighbours() -> None:
    g = Graph()
    a = g.input("a")
    program = lower(g, [f.exp(a) * a - f.log(a), f.power(a, 0.3 * a), f.tanh(a)], ["a"])
    x = np.random.default_rng(0).uniform(0.1, 9.0, 777)
    whole = NumbaExecutor().run(program, [x], 777)
    for k in (0, 5, 300, 511, 512, 776):
        alone = NumbaExecutor().run(program, [x[k : k + 1]], 1)[:, 0]
        with_strange_company = NumbaExecutor().run(program, [np.array([np.nan, x[k], -1.0])], 3)[:, 1]
        assert (whole[:, k] == alone).all()
        assert (whole[:, k] == with_strange_company).all()


def test_blocks_stay_in_cache() -> None:
    assert all(n * block_size(n) * 8 <= 600_000 for n in (1, 100, 500, 2000))
    with pytest.raises(ValueError, match="1 inputs, 0 were given"):
        g = Graph()
        NumbaExecutor().run(lower(g, [g.input("x")], ["x"]), [], 1)
