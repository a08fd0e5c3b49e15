"""MathML says what the formula says: read back and reckoned, it has the value that SymPy finds."""

from __future__ import annotations

import zlib
from xml.etree import ElementTree

import pytest

import longtail as lt
from longtail.symbolic.writing.expression import Expression, as_sympy
from longtail.symbolic.writing.mathml import mathml

NAMES = "bjt_pair", "ota_5t", "jfet_pair", "two_stage_opamp", "bjt_pair_resistor_tail"


def value_of(name: str) -> float:
    """A value between 1 and 2 for a symbol."""
    return 1.0 + zlib.crc32(name.encode()) / 2**32


def row(elements: list[ElementTree.Element]) -> float:
    """The value of elements in a row: products of what stands side by side, then ∥, then sums."""
    terms: list[list[float]] = [[]]
    signs, factor = [1.0], 1.0
    open_ = False
    for each in elements:
        sign = each.text if each.tag == "mo" else ""
        if each.tag == "mspace" or sign in ("(", ")"):
            continue
        if sign in ("+", "-", "∥"):
            if open_:
                terms[-1].append(factor)
            if sign != "∥":
                terms, signs = ([*terms, []], [*signs, -1.0 if sign == "-" else 1.0]) if open_ else (terms, [-1.0])
            factor, open_ = 1.0, False
            continue
        factor, open_ = factor * element(each), True
    terms[-1].append(factor)
    return sum(sign / sum(1.0 / part for part in parts) for sign, parts in zip(signs, terms, strict=True))


def element(e: ElementTree.Element) -> float:
    children = list(e)
    match e.tag:
        case "mn":
            return float(e.text or "")
        case "mi":
            return value_of(e.text or "")
        case "msub":
            return value_of(f"{children[0].text}_{children[1].text}")
        case "msup":
            return element(children[0]) ** int(children[1].text or "")
        case "mfrac":
            return element(children[0]) / element(children[1])
        case "mrow":
            return row(children)
    raise AssertionError(e.tag)


def said(e: Expression) -> float:
    return row(list(ElementTree.fromstring(f"<mrow>{mathml(e)}</mrow>")))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("options", [{"error": "20%"}, {"of": "common", "error": "20%"}, {"band": "1:1meg"}])
def test_mathml_has_the_value_of_the_formula(name: str, options: dict[str, str]) -> None:
    formula = lt.read(name).formula(null=True, **options)
    exact = as_sympy(formula.expression)
    values = {symbol: value_of(symbol.name) for symbol in exact.free_symbols}
    assert said(formula.expression) == pytest.approx(float(exact.subs(values)), rel=1e-9)


def test_notebooks_typeset_a_formula_and_show_a_figure() -> None:
    formula = lt.read("ota_5t").formula(null=True)
    shown = formula._repr_html_()
    assert formula.mathml in shown
    assert formula._repr_latex_() == rf"$\displaystyle A_{{\mathrm{{d}}}} = {formula.latex}$"
    assert formula.plot()._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]
