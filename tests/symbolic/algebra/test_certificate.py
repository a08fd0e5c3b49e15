"""Proofs of errors: what is true is proven, what is false never is."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq, fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail.errors import AnalysisError
from longtail.symbolic.algebra.certificate import certified
from longtail.symbolic.algebra.reference import Dense, Exact

UNIT = Exact.unit


def exact(numerator: list[float], denominator: list[float]) -> Exact:
    """Polynomials in s/unit from floats, lowest power first."""
    return Exact(*(fmpq_poly([fmpq(*x.as_integer_ratio()) for x in side]) for side in (numerator, denominator)))


def error_at(circuit: Exact, formula: Exact, w: np.ndarray) -> np.ndarray:
    def value(e: Exact) -> np.ndarray:
        over, under = ([int(x.p) / int(x.q) for x in p.coeffs()] for p in (e.numerator, e.denominator))
        s = 1j * w / UNIT
        return np.polyval(over[::-1], s) / np.polyval(under[::-1], s)

    return np.abs(value(formula) / value(circuit) - 1.0)


def test_a_single_pole_left_out() -> None:
    circuit, formula = exact([1.0], [1.0, 1.0]), exact([1.0], [1.0])
    edge = 0.1 * UNIT  # there the error is abs(1 + 0.1j - 1) = 0.1
    assert certified(circuit, formula, 0.1001, (0.0, edge))
    assert not certified(circuit, formula, 0.0999, (0.0, edge))


def test_a_peak_between_samples_is_found() -> None:
    """A resonance of quality 1000 that ten points a decade would miss."""
    w0, q = 1.0, 1e3
    circuit = exact([1.0, 1.0 / (q * w0), 1.0 / w0**2], [1.0, 1.01 / (q * w0), 1.0 / w0**2])
    formula = exact([1.0], [1.0])
    band = (0.01 * UNIT, 100.0 * UNIT)
    samples = np.geomspace(*band, 40)
    assert error_at(circuit, formula, samples).max() < 1e-3
    assert not certified(circuit, formula, 2e-3, band)
    assert certified(circuit, formula, 1.02e-2, band)


def test_dc_alone() -> None:
    circuit, formula = exact([2.0], [1.0, 5.0]), exact([2.1], [1.0])
    assert certified(circuit, formula, 0.0500001, (0.0, 0.0))
    assert not certified(circuit, formula, 0.0499999, (0.0, 0.0))


def test_equal_polynomials_have_no_error() -> None:
    one = exact([3.0, 1.5], [1.0, 0.25, 0.125])
    assert certified(one, exact([6.0, 3.0], [2.0, 0.5, 0.25]), 1e-12, (1.0, 1e12))


coefficient = st.floats(0.05, 20.0)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(coefficient, min_size=1, max_size=3),  # no zeros on the axis, where any error is infinite
    st.lists(coefficient, min_size=1, max_size=5),
    st.floats(-0.3, 0.3),
    st.floats(0.5, 2.0),
)
def test_proofs_agree_with_dense_sampling(over: list[float], under: list[float], off: float, factor: float) -> None:
    """A proof is never given below the sampled error, and always well above it."""
    circuit = exact(over, under)
    formula = exact([over[0] * (1.0 + off), *over[1:]], under[:2])
    band = (0.01 * UNIT, 10.0 * UNIT)
    sampled = error_at(circuit, formula, np.geomspace(*band, 4000)).max()
    if sampled > 1e-9 and factor <= 1.0 - 1e-9:
        assert not certified(circuit, formula, float(sampled * factor), band)
    if factor > 1.01 and sampled > 1e-9:
        assert certified(circuit, formula, float(sampled * factor), band)


@pytest.mark.parametrize("error", [0.05, 0.2])
def test_a_band_of_one_frequency(error: float) -> None:
    circuit, formula = exact([1.0], [1.0, 1.0]), exact([1.0], [1.0])
    w = error * UNIT
    assert certified(circuit, formula, error * 1.0001, (w, w))
    assert not certified(circuit, formula, error * 0.9999, (w, w))


def test_a_zero_on_the_axis_that_both_have_is_no_error() -> None:
    circuit = exact([1.0, 0.0, 1.0], [1.0, 1.0, 1.0])
    formula = exact([1.0, 0.0, 1.0], [1.0, 1.0, 1.25])
    band = (0.01 * UNIT, 100.0 * UNIT)
    sampled = error_at(circuit, formula, np.geomspace(*band, 4001)).max()
    assert certified(circuit, formula, float(sampled * 1.01), band)
    assert not certified(circuit, exact([1.1, 0.0, 1.0], [1.0, 1.0, 1.0]), 0.9, band)


def test_singular_equations_in_numbers_are_a_named_error():
    """A negative resistance of 1e-15 ohm leaves nothing of what stands beside it, and the rows of a node are equal."""
    alone = Dense(np.array([[1e15, -1e15], [-1e15, 1e15]]), np.zeros((2, 2)), np.array([1.0, 0.0]), 0)
    with pytest.raises(AnalysisError, match="singular at this operating point"):
        alone.at(np.array([1j]))
