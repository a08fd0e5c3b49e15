"""Limits against rows: what passes to the last digit, what is no limit, and which row is meant."""

from __future__ import annotations

from typing import Any

import pytest

import longtail as lt
from longtail.datasheet.limits import FAIL, OPEN, PASS, Limit, check, read_limits
from longtail.datasheet.rows import Row
from longtail.merits.reasons import UNKNOWN, Cause, Reason

NEXT = 1.0 + 2.0**-52


def verdict(row: Row, **limit: Any) -> str:
    (judged,) = check([row], read_limits({row.symbol: limit}))
    assert judged.limit is not None
    return judged.verdict


@pytest.mark.parametrize(
    ("limit", "wanted"),
    [
        ({"min": 2.0}, PASS), ({"min": 2.0 * NEXT}, FAIL), ({"max": 2.0}, PASS), ({"max": 2.0 / NEXT}, FAIL),
        ({"min": 2.0, "max": 2.0}, PASS), ({"min": 2000.0, "unit": "mV"}, PASS), ({"max": 1999.0, "unit": "mV"}, FAIL),
        ({"max": 2e6, "unit": "µV"}, PASS), ({"max": 0.002, "unit": "kV"}, PASS), ({"min": 0.0021, "unit": "kV"}, FAIL),
    ],
)  # fmt: skip
def test_a_value_at_its_limit_passes(limit: dict[str, Any], wanted: str) -> None:
    assert verdict(Row("V_OS", "offset", "", 2.0, "V"), **limit) == wanted


@pytest.mark.parametrize(
    ("low", "high", "limit", "wanted"),
    [
        (-30.0, -10.0, {"min": 10.0}, PASS),
        (-30.0, -10.0, {"min": 11.0}, FAIL),
        (-30.0, -10.0, {"max": 30.0}, PASS),
        (-30.0, -10.0, {"max": 29.0}, FAIL),
        (-30.0, 10.0, {"min": 1e-9}, FAIL),
        (-30.0, 10.0, {"min": 0.0, "max": 30.0}, PASS),
        (-30.0, 10.0, {"max": 29.9}, FAIL),
        (-30.0, 10.0, {"min": -400.0, "unit": "dB"}, FAIL),
        (10.0, 100.0, {"min": 20.0, "max": 40.0, "unit": "dB"}, PASS),
        (10.0, 100.0, {"min": 20.1, "unit": "dB"}, FAIL),
        (10.0, 100.0, {"max": 39.9, "unit": "dB"}, FAIL),
    ],
)
def test_gains_are_judged_by_magnitude_over_all_conditions(
    low: float, high: float, limit: dict[str, Any], wanted: str
) -> None:
    """A gain that changes its sign passes through zero."""
    assert verdict(Row("A_d", "gain", "", low, "V/V", minimum=low, maximum=high), **limit) == wanted


def test_a_row_without_a_value_fails_or_stays_open() -> None:
    row = Row("CMRR", "rejection", "", None, "dB")
    assert verdict(row, min=80.0) == FAIL
    for reason in (Reason(Cause.SYMMETRY), UNKNOWN, Reason(Cause.HELD, "vdd")):
        told = Row("CMRR", "rejection", "", None, "dB", reason=reason)
        assert verdict(told, min=80.0) == (OPEN if reason.is_open else FAIL)
    missing = Row("CMRR", "rejection", "", 100.0, "dB", missing=("slow",))
    assert verdict(missing, min=80.0) == FAIL, "a condition has no value"


@pytest.mark.parametrize("given", [3, None, ["A_d"], 1.5])
def test_limits_are_a_file_or_by_name(given: Any) -> None:
    with pytest.raises(lt.OptionError, match="must be a file or limits by name, not"):
        read_limits(given)


@pytest.mark.parametrize(
    ("row_unit", "unit"), [("V", "A"), ("V", "dB"), ("dB", "V/V"), ("V/V", "mV/V"), ("V", "xV"), ("ohm", "kV")]
)
def test_other_units_are_refused(row_unit: str, unit: str) -> None:
    with pytest.raises(lt.OptionError, match=f"X is in {row_unit}, not in {unit}") as caught:
        verdict(Row("X", "x", "", 1.0, row_unit), min=1.0, unit=unit)
    assert row_unit in (caught.value.hint or "")


ROWS = [
    Row("CMRR", "rejection", "f = 1 Hz, V_CM = 0 V", 100.0, "dB"),
    Row("CMRR", "rejection", "f = 1 kHz, V_CM = 0 V", 80.0, "dB"),
    Row("CMRR", "rejection", "f = 1 MHz, V_CM = 0 V", 40.0, "dB"),
]


@pytest.mark.parametrize(
    ("at", "place"),
    [
        ("", 0), ("1 Hz", 0), ("1 kHz", 1), ("f = 1000 Hz", 1), ("1e3Hz", 1), ("1MHz", 2), ("f=1 MHz", 2),
        ("1.0009 kHz", 1), ("V_CM = 0 V", 0),
    ],
)  # fmt: skip
def test_a_limit_meets_the_row_at_its_frequency(at: str, place: int) -> None:
    judged = check(ROWS, read_limits({"CMRR": {"min": 1.0, "at": at}}))
    assert [k for k, row in enumerate(judged) if row.verdict] == [place]


@pytest.mark.parametrize(
    ("at", "nearest"),
    [
        ("2 Hz", "f = 1 Hz"),
        ("30 Hz", "f = 1 Hz"),
        ("34 Hz", "f = 1 kHz"),
        ("1.0011 kHz", "f = 1 kHz"),
        ("50 kHz", "1 MHz"),
    ],
)
def test_a_frequency_that_is_not_given_is_told_with_the_nearest(at: str, nearest: str) -> None:
    """By their ratio: 31.6 Hz is as far from 1 Hz as from 1 kHz."""
    with pytest.raises(lt.OptionError, match="no CMRR is given at") as caught:
        check(ROWS, read_limits({"CMRR": {"min": 1.0, "at": at}}))
    assert f"the nearest is given at {nearest}" in str(caught.value.hint).replace("at f = 1 MHz", "at 1 MHz")


@pytest.mark.parametrize("at", ["1 parsec", "1..2 Hz", "V_CM = 1 V"])
def test_conditions_that_are_none_of_the_rows_are_told_with_those_that_are(at: str) -> None:
    with pytest.raises(lt.OptionError, match="no CMRR is given at") as caught:
        check(ROWS, read_limits({"CMRR": {"min": 1.0, "at": at}}))
    assert str(caught.value.hint).startswith("there are: f = 1 Hz, V_CM = 0 V; f = 1 kHz")


def test_what_a_file_names_without_a_limit_stops_no_other() -> None:
    named = Limit("gain", "A_d", None, None, "")
    assert not named.holds
    judged = check(ROWS, (named, *read_limits({"CMRR": {"min": 90.0}})))
    assert [row.verdict for row in judged] == [PASS, "", ""]
