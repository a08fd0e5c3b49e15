"""Outputs predicted from gains: worked numbers, pairs, rejections in dB, and what is too much or too little."""

from __future__ import annotations

import json
from math import inf, nan
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.bench.behavioral import Behavioral

PAIR = {"differential": -100, "common": -0.5, "common_to_differential": 0.25, "differential_to_common": 0.1}


def test_a_worked_number() -> None:
    """100*4 mV of signal and 0.01*1 V of interference: 410 mV, 32 dB between them; 80 dB of rejection."""
    found = lt.predict(differential=100, common="10m", v1=1.002, v2=0.998)
    assert found.v_out == pytest.approx(0.41, rel=1e-12)
    assert (found.signal, found.interference) == (pytest.approx(0.4), pytest.approx(0.01))
    assert found.signal_over_interference == pytest.approx(40.0)
    told = found.to_dict()
    assert (told["cmrr"], told["cmrr_db"]) == (pytest.approx(1e4), pytest.approx(80.0))
    assert told["signal_over_interference_db"] == pytest.approx(32.0412, abs=1e-4)
    assert found.notes == ()


def test_a_pair_has_two_modes_and_two_outputs() -> None:
    found = lt.predict(**PAIR, v1=2.0, v2=1.0)
    wanted = Behavioral.of_pair(-100.0, -0.5, 0.25, 0.1)
    assert (found.v_out, found.v_oc) == wanted.output_of_modes(1.0, 1.5)
    assert (found.v_out, found.v_oc) == (pytest.approx(-99.625), pytest.approx(-0.65))
    assert found.outputs == wanted.outputs(2.0, 1.0)
    assert found.to_dict()["cmrr"] == pytest.approx(400.0)
    assert found.signal_over_interference == pytest.approx(100.0 / 0.375)


@pytest.mark.parametrize("more", [{}, {"common": -0.5, "differential_to_common": 0.1}])
def test_a_rejection_in_decibels_has_the_sign_of_the_gain_and_the_other_is_told(more: dict[str, float]) -> None:
    found = lt.predict(differential=-100, cmrr=80, v_id=1e-3, v_ic=2.0, **more)
    assert found.model.unwanted == pytest.approx(-0.01)
    assert found.v_out == pytest.approx(-0.12)
    assert found.to_dict()["cmrr_db"] == pytest.approx(80.0)
    (note,) = found.notes
    assert "with the sign of A_d" in note and note.endswith("with the other sign the output is -80 mV")


def test_modes_are_the_same_as_terminals() -> None:
    one = lt.predict(differential=7, common=3, v1=1.5, v2=-0.25)
    other = lt.predict(differential=7, common=3, v_id=1.75, v_ic=0.625)
    assert one.to_dict() == other.to_dict()


def test_an_array_of_models_agrees_with_numbers_at_random() -> None:
    rng = np.random.default_rng(11)
    for a, c, v1, v2 in rng.normal(size=(20, 4)):
        assert lt.predict(differential=a, common=c, v1=v1, v2=v2).v_out == pytest.approx(
            a * (v1 - v2) + c * (v1 + v2) / 2
        )


@pytest.mark.parametrize(
    ("gains", "ratio", "said"),
    [
        ({"common": 0, "v1": 1, "v2": 0}, inf, "no common-mode gain"),
        ({"common": 1, "v1": 1, "v2": -1}, inf, "no interference"),
        ({"common": 1, "v1": 1, "v2": 1}, 0.0, "no signal"),
        ({"common": 1, "v1": 0, "v2": 0}, nan, "nothing at the output"),
    ],
)
def test_ratios_without_end_are_told_in_words(gains: dict[str, float], ratio: float, said: str) -> None:
    found = lt.predict(differential=10, **gains)
    np.testing.assert_equal(found.signal_over_interference, ratio)
    assert said in found.to_text()
    assert json.loads(found.to_json())["signal_over_interference"] == (0.0 if ratio == 0.0 else None)
    assert lt.Prediction.from_json(found.to_json()).to_text() == found.to_text()


INPUTS = {"v1": 1, "v2": 0}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"common": 1, **INPUTS}, "differential is missing"),
    ({"differential": 1, **INPUTS}, "common is missing: the output follows the common mode too"),
    ({"differential": 1, "common": 1, "cmrr": 3, **INPUTS}, "cmrr=3 stands|cmrr stands in the place of common"),
    ({"differential": 0, "cmrr": 3, **INPUTS}, "without a differential gain a CMRR says nothing"),
    ({"differential": 1, "cmrr": 1e4, **INPUTS}, "cmrr must lie between -300 and 300 dB"),
    ({"differential": 1, "common": 1}, "v1 is missing"),
    ({"differential": 1, "common": 1, "v2": 1}, "v1 is missing"),
    ({"differential": 1, "common": 1, "v_id": 1}, "v_ic is missing"),
    ({"differential": 1, "common": 1, "v_id": 1, **INPUTS}, "given by terminal and by mode"),
    ({**PAIR, "common": None, **INPUTS}, "common is missing: a differential output has four gains"),
    ({**PAIR, "differential_to_common": None, **INPUTS}, "differential_to_common is missing: a differential"),
    ({**PAIR, "common_to_differential": None, **INPUTS}, "common_to_differential is missing"),
    ({**PAIR, "cmrr": 60, **INPUTS}, "in the place of common_to_differential"),
    ({"differential": 1e99, "common": 1, "v1": 1e50, "v2": 0}, "voltages beyond 1e\\+100 V"),
    ({"differential": 1, "common": 1, "v1": 1e308, "v2": -1e308}, "voltages beyond"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_is_missing_or_said_twice_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(lt.OptionError, match=message) as refused:
        lt.predict(**options)
    assert refused.value.hint or "must lie" in message or "between" in str(refused.value)
