"""Elements left out or replaced by wires: predicted effects are real ones, and the allowed error is kept."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.symbolic.algebra.condense import condense
from longtail.symbolic.algebra.equations import OUTPUT, SymbolicEquations, equations, relevant
from longtail.symbolic.algebra.gain import gain_equations
from longtail.symbolic.algebra.reference import dense, exact_polynomials
from longtail.symbolic.circuit.names import share
from longtail.symbolic.shorter.removal import WIRE, Change, _changes, apply, simplify
from symbolic.decks import gallery

S = 2j * np.pi * np.array([0.0, 1e4, 1e6, 1e8])


def system(name: str) -> tuple[SymbolicEquations, dict[str, float]]:
    at = gallery(name)
    gain = at.question("differential", (0.0, 0.0)).gain
    return gain_equations(at.circuit, gain, ()), {key: s.value for key, s in at.circuit.symbols.items()}


@pytest.mark.parametrize("name", ["mos_pair", "ota_5t", "bjt_pair", "folded_cascode"])
def test_predicted_effects_are_those_of_solving_again(name: str) -> None:
    equations_, values = system(name)
    wanted = dense(equations_, values).at(S)
    symbols = gallery(name).circuit.symbols
    changes = _changes(equations_, symbols, values, S, wanted, set(symbols))
    assert {c.how for c in changes} == {"open", "wire"}
    compared = 0
    for change in changes[::5]:
        smaller = apply(equations_, [change])
        if np.linalg.cond(dense(smaller, values).constant) > 1e12:
            continue
        after = dense(smaller, values).at(S)
        assert np.abs(after / wanted - 1.0).max() == pytest.approx(change.error, rel=1e-5, abs=1e-9), change
        compared += 1
    assert compared >= 3


@pytest.mark.parametrize("name", ["ota_5t", "bjt_pair", "ua741"])
def test_any_symbol_shared_or_not_may_be_taken_to_infinity(name: str) -> None:
    """The limit by equations is the gain with a very large value."""
    at = gallery(name)
    circuit = share(at.circuit, at.images, 0.05)
    values = {key: s.value for key, s in circuit.symbols.items()}
    equations_ = gain_equations(circuit, at.question("differential", (0.0, 0.0)).gain, ())
    wanted = dense(equations_, values).at(S)
    changes = _changes(equations_, circuit.symbols, values, S, wanted, set(values), True)
    ideal = [c for c in changes if c.how == WIRE and c.error < 0.5 and values[c.symbol] > 1e-6]
    assert any("+" in c.symbol for c in ideal)
    assert any(c.symbol.startswith("g_m(") for c in ideal)
    for change in ideal[::7]:
        large = dense(equations_, {**values, change.symbol: 1e7 * values[change.symbol]}).at(S)
        limit = dense(apply(equations_, [change]), values).at(S)
        assert limit == pytest.approx(large, rel=1e-4), change
        assert np.abs(limit / wanted - 1.0).max() == pytest.approx(change.error, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("allowed", [0.001, 0.05, 0.3])
def test_the_allowed_error_is_kept(allowed: float) -> None:
    equations_, values = system("ota_5t")
    wanted = dense(equations_, values).at(S)
    made: list[Change] = []
    smaller = simplify(equations_, gallery("ota_5t").circuit.symbols, S, wanted, allowed, made)
    assert np.abs(dense(smaller, values).at(S) / wanted - 1.0).max() <= allowed
    assert made
    assert len({c.symbol for c in made}) == len(made)


@pytest.mark.parametrize("name", ["mos_pair", "bjt_pair", "ota_5t", "instrumentation_amplifier"])
def test_condensed_equations_have_the_same_output(name: str) -> None:
    at = gallery(name)
    gain = at.question("common", (0.0, 0.0)).gain
    values = {key: s.value for key, s in at.circuit.symbols.items()}
    plain = relevant(equations(at.circuit, gain.drive, gain.read, ()))
    small = condense(plain)
    assert len(small.rows) < len(plain.rows)
    assert OUTPUT in small.unknowns
    assert dense(small, values).at(S) == pytest.approx(dense(plain, values).at(S), rel=1e-9)


@pytest.mark.parametrize("name", ["mos_pair", "bjt_pair", "two_stage_opamp"])
def test_exact_polynomials_are_the_gain_over_frequency(name: str) -> None:
    equations_, values = system(name)
    exact = exact_polynomials(equations_, values, constant=False)
    over, under = ([int(x.p) / int(x.q) for x in p.coeffs()] for p in (exact.numerator, exact.denominator))
    s = S / exact.unit
    assert np.polyval(over[::-1], s) / np.polyval(under[::-1], s) == pytest.approx(
        dense(equations_, values).at(S), rel=1e-9
    )
