"""Transfers as people write them, and what is written is worth what it stands for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import longtail as lt
from longtail.symbolic.algebra.transfer import Ring, transfer
from longtail.symbolic.circuit.elements import Symbol
from longtail.symbolic.circuit.names import Label, labels
from longtail.symbolic.writing.display import Writer
from longtail.symbolic.writing.expression import as_sympy, latex_text, text
from reference.gallery import FOLDER

KEYS = ("g1", "g2", "g3", "gm", "c")
VALUES = {"g1": 2.0573, "g2": 0.5119, "g3": 0.1297, "gm": 3.1371, "c": 0.2519}
SYMBOLS = {
    **{k: Symbol(k, "G", "", f"r{k[1]}", VALUES[k], "resistor", ("R", ""), "ohm") for k in ("g1", "g2", "g3")},
    "gm": Symbol("gm", "g", "m", "m1", 3.0, "transconductance"),
    "c": Symbol("c", "C", "", "cl", 0.25, "capacitor", None, "F"),
}
RING = Ring.of(KEYS)
G1, G2, G3, GM, C, S = RING.context.gens()
WRITER = Writer(SYMBOLS, labels(SYMBOLS.values()))


@pytest.mark.parametrize(
    ("over", "under", "written"),
    [
        (-GM, G1 + G2, "-g_m1·(R_1 ∥ R_2)"),
        (-GM * G3, G1 * (G3 + 2 * GM), "-g_m1·R_1/(1 + 2·g_m1·R_3)"),
        (GM, G1 + C * S, "g_m1·R_1/(1 + s·C_L·R_1)"),
        (-G3, 2 * G1, "-R_1/(2·R_3)"),
        (GM * G1 - GM * G1, G1, "0"),
        (GM**2, (G1 + G2) * (G1 + G3), "g_m1^2·(R_1 ∥ R_2)·(R_1 ∥ R_3)"),
        (GM**2, G1 * G2 + GM * G3, "g_m1·(R_3 ∥ g_m1·R_1·R_2)"),
    ],
)
def test_forms_of_the_textbook(over: object, under: object, written: str) -> None:
    assert text(WRITER.write(transfer(RING, Fraction(1), over, under))) == written


def test_a_part_of_a_sum_that_has_factors_is_written_by_them() -> None:
    found = WRITER.write(transfer(RING, Fraction(1), GM, GM**2 + C * (GM + G1) * (C + G3)))
    assert text(found) == "g_m1·R_1·R_3/(C_L·(1 + C_L·R_3)·(1 + g_m1·R_1) + g_m1^2·R_1·R_3)"


terms = st.lists(
    st.tuples(st.integers(-3, 3), st.lists(st.integers(0, 2), min_size=6, max_size=6)), min_size=1, max_size=4
)


@settings(max_examples=80, deadline=None)
@given(terms, terms)
def test_every_form_is_worth_the_same(over: list, under: list) -> None:
    a, b = (sum((c * _monomial(m) for c, m in side), start=RING.number(0)) for side in (over, under))
    if not b:
        return
    found = transfer(RING, Fraction(2, 3), a, b)
    s = 0.7j
    wanted = complex(found.at(VALUES, np.array([s]))[0])
    resistances = {f"R_{k}": 1.0 / VALUES[f"g{k}"] for k in (1, 2, 3)}
    names = {**resistances, "g_m1": VALUES["gm"], "C_L": VALUES["c"], "s": s}
    for form in WRITER._forms(found) if not found.is_zero else ():
        got = complex(as_sympy(form).subs(names))
        assert got == pytest.approx(wanted, rel=1e-9, abs=1e-12), text(form)


def _monomial(exponents: list[int]) -> object:
    product = RING.number(1)
    for generator, e in zip(RING.context.gens(), exponents, strict=True):
        product = product * generator ** min(e, 1)
    return product


def test_latex_has_balanced_braces() -> None:
    written = latex_text(WRITER.write(transfer(RING, Fraction(-1), GM * (G1 + C * S), G2 * (G1 + G3 + 2 * GM))))
    assert written.count("{") == written.count("}")
    assert written.count(r"\left(") == written.count(r"\right)")


def test_pairs_share_numbers_and_drop_them_where_nothing_else_has_the_name() -> None:
    pair = Symbol("G_(rd1+rd2)", "G", "", "rd1+rd2", 1.0, "resistor", ("R", ""), "ohm")
    other = Symbol("G_(rd)", "G", "", "rd", 1.0, "resistor", ("R", ""), "ohm")
    assert labels([pair])[pair.key] == Label("R", "D")
    assert labels([pair, other])[pair.key] == Label("R", "D1,2")


def test_names_that_two_devices_would_share_are_written_out() -> None:
    two = [Symbol(f"g_m({d})", "g", "m", d, 1.0, "transconductance") for d in ("q1", "m1")]
    assert [x.text for x in labels(two).values()] == ["g_m,q1", "g_m,m1"]


def test_sympy_agrees_on_parallel() -> None:
    found = as_sympy(WRITER.write(transfer(RING, Fraction(1), GM, G1 + G2)))
    a, b, g = sympy.symbols("R_1 R_2 g_m1")
    assert sympy.simplify(found - g * a * b / (a + b)) == 0


@pytest.mark.parametrize("error", ["20%", "5%", "1%"])
@pytest.mark.parametrize(
    ("name", "mismatch"), [("bjt_pair", "drc"), ("bjt_pair_resistor_tail", "drc"), ("mos_pair", "drd")]
)
def test_a_conversion_as_written_has_the_value_that_is_told(name: str, mismatch: str, error: str) -> None:
    """Differences stand in it as they are, and over their means: in sums, and before resistances in parallel."""
    amplifier = lt.read(FOLDER / f"{name}.cir", parameters={mismatch: 0.01})
    formula = amplifier.formula(of="common_to_differential", error=error)
    values = {sympy.Symbol(symbol): each.value for symbol, each in formula.symbols.items()}
    assert float(formula.to_sympy().subs(values)) == pytest.approx(formula.value_dc, rel=1e-9)
