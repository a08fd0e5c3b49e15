"""The JSON of results has the published form, and a result made from it shows and writes itself as the one before."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from jsonschema import Draft202012Validator, ValidationError
from scripts.json_schema import FOLDER, QUESTIONS, answer, descriptions

import longtail as lt
from longtail.contract.result import Result
from longtail.registry import analyses

LANES = {"temp": [-20.0, 85.0]}


def made_again(result: Result) -> Result:
    return type(result).from_json(result.to_json())


def dataset(result: Result) -> Any:
    """The result as a dataset; None where it has no axes."""
    try:
        return result.to_xarray()
    except NotImplementedError:
        return None


def check_form(result: Result) -> None:
    """Raises where the JSON of a result is not of the published form."""
    published = json.loads((FOLDER / f"{result.analysis}.json").read_text(encoding="utf-8"))
    Draft202012Validator(published).validate(json.loads(result.to_json()))


@pytest.mark.parametrize("analysis", analyses())
def test_the_published_forms_say_what_the_results_say(analysis: str) -> None:
    """Where not: python scripts/json_schema.py"""
    published = json.loads((FOLDER / f"{analysis}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(published)
    result = analyses()[analysis].result
    told, entries = descriptions(analysis), published["properties"]
    assert {k: v["description"] for k, v in entries.items() if "description" in v} == {
        k: told[k] for k in entries if k in told
    }
    assert published["description"] == analyses()[analysis].doc
    assert entries["schema"]["properties"]["version"]["const"] == result.json_version
    assert {path.stem for path in FOLDER.iterdir()} == set(QUESTIONS) == set(analyses())


@pytest.mark.parametrize("deck", ["jfet_pair", "two_stage_opamp", "folded_cascode"])
@pytest.mark.parametrize("analysis", ["gains", "op", "psrr", "poles", "noise", "half", "transfer", "behavioral"])
def test_other_amplifiers_have_the_published_forms(deck: str, analysis: str) -> None:
    result = lt.read(deck).run(analysis)
    check_form(result)
    assert made_again(result).to_json() == result.to_json()


def test_a_form_knows_every_entry() -> None:
    class Longer(lt.OpResult):
        def to_dict(self) -> dict[str, Any]:
            return {**super().to_dict(), "more": 1.0}

    point = lt.read("bjt_pair").op()
    with pytest.raises(ValidationError, match="'more' was unexpected"):
        check_form(Longer(**{each.name: getattr(point, each.name) for each in fields(point)}))


@pytest.mark.parametrize(
    ("analysis", "deck", "options"),
    [(analysis, *question) for analysis, asked in QUESTIONS.items() for question in asked],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_result_is_made_again(analysis: str, deck: str | None, options: dict[str, Any]) -> None:
    result = answer(analysis, deck, options)
    again = made_again(result)
    assert type(again) is type(result)
    check_form(result)
    assert again.to_json() == result.to_json()
    assert repr(again) == repr(result)
    assert again.to_text() == result.to_text()
    one, other = dataset(result), dataset(again)
    assert one is other is None or one.identical(other)
    try:
        result.plot()
    except lt.OptionError as refused:
        with pytest.raises(lt.OptionError, match=str(refused.message)):
            again.plot()
    else:
        again.plot()
    plt.close("all")


def test_a_rejection_without_end_stays_so_with_its_reason() -> None:
    balanced = lt.read("bjt_pair").gains([1.0])
    again = made_again(balanced)
    assert np.isposinf(again.cmrr_db).all() and again.reason("common_to_differential") is not None
    assert again.reason("common_to_differential") == balanced.reason("common_to_differential")
    assert again.reason("differential") is None
    silent = lt.read("no gain\n*@ input a b\n*@ output o\nv1 a 0 0\nv2 b 0 0\nr1 a 0 1k\nr2 b 0 1k\nv3 o 0 1\n")
    assert np.isneginf(made_again(silent.gains([1.0])).cmrr_db).all()
    swept = lt.read("bjt_pair").sweep(parameters=LANES)
    assert np.isposinf(made_again(swept)["cmrr_db"]).all()


def test_an_impedance_without_end_stays_so() -> None:
    z = lt.read("mos_pair").impedance([0.0])
    assert np.isinf(z.common_input).all()
    assert np.array_equal(made_again(z).common_input, z.common_input)


def test_every_result_says_its_ports_and_notes_alike() -> None:
    for analysis, ((deck, options), *_) in QUESTIONS.items():
        if analysis in ("analyze", "derive", "formula", "half", "range"):  # slow; the same lines of code
            continue
        told = answer(analysis, deck, options).to_dict()
        assert isinstance(told["notes"], list), analysis
        if deck is not None and analysis not in ("op", "check-statistics"):
            assert set(told["output"]) == {"nodes", "kind"} and len(told["input"]) == 2, analysis


def test_the_notes_of_gains_are_in_the_json() -> None:
    stuck = lt.read("ota_5t").gains(1.0)
    assert stuck.to_dict()["notes"] == list(stuck.notes)
    assert lt.read("ua741").gains([1.0]).to_dict()["notes"] != []


def test_what_takes_a_circuit_says_so_and_what_to_do() -> None:
    amp = lt.read("bjt_pair")
    formula, sheet, half = made_again(amp.formula()), made_again(amp.analyze()), made_again(amp.half())
    assert half.differential is not None
    for ask in (formula.to_sympy, sheet.details, sheet.to_html, lambda: half.differential.gain(1.0)):
        with pytest.raises(lt.OptionError, match="from its JSON") as caught:
            ask()
        assert caught.value.hint == "run the analysis again"


def test_a_half_circuit_keeps_its_deck() -> None:
    half = lt.read("mos_pair").half()
    again = made_again(half)
    assert half.common is not None and again.common is not None
    assert again.common.deck == half.common.deck
    assert lt.read(again.common.deck).op().status == "converged"


def test_zeros_and_poles_give_the_gain_again() -> None:
    poles = lt.read("bjt_pair").poles()
    frequencies = np.array([1e3, 1e6, 1e9])
    wanted = poles.gain("differential", frequencies)
    assert np.allclose(made_again(poles).gain("differential", frequencies), wanted, rtol=1e-12)
