"""Numbers in SPICE and SI dress."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail.errors import InputError
from longtail.units import (
    format_si,
    format_spice,
    looks_like_milli,
    number_or_none,
    parse_number,
    read_number,
    suspicious_milli,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("-3", -3.0),
        ("+3.", 3.0),
        (".5", 0.5),
        ("1e-3", 1e-3),
        ("1E+3", 1e3),
        ("1d3", 1e3),
        ("1e3k", 1e6),
        ("1T", 1e12),
        ("1g", 1e9),
        ("1MEG", 1e6),
        ("1Meg", 1e6),
        ("4.7k", 4700.0),
        ("1m", 1e-3),
        ("1M", 1e-3),
        ("10mil", 254e-6),
        ("1u", 1e-6),
        ("1µ", 1e-6),
        ("1μF", 1e-6),
        ("1n", 1e-9),
        ("30pF", 3e-11),
        ("1f", 1e-15),
        ("1F", 1e-15),
        ("1.8V", 1.8),
        ("10kHz", 1e4),
        ("1MEGohm", 1e6),
        ("10kΩ", 1e4),
        ("2A", 2.0),
        ("1x", 1.0),
        ("1e", 1.0),
        ("4k7", 4700.0),
        ("2k2", 2200.0),
        ("1R5", 1.5),
        ("3u3", 3.3e-6),
        ("4p7", 4.7e-12),
        ("1meg5", 1.5e6),
        ("-1k5", -1500.0),
        ("100R", 100.0),
    ],
)
def test_numbers_are_read_as_spice_reads_them(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "k", "v1", "1.2.3", "1..", "3x4", "--1", "1e400", "1 k", "1_000", "0x10", "nan", "inf", "1.5k3", "1e3k3", "١"],
)
def test_what_is_no_number_is_refused(text):
    assert number_or_none(text) is None
    with pytest.raises(InputError, match="expected a number"):
        parse_number(text)


def test_a_long_text_is_refused_at_once_and_shortened_in_the_message():
    with pytest.raises(InputError) as caught:
        parse_number("1" * 100_000)
    assert len(caught.value.message) < 100


def test_letter_for_point_is_remarked():
    assert read_number("4k7") == (4700.0, "'4k7' is read as 4.7k")
    assert read_number("1r5").remark == "'1r5' is read as 1.5"
    assert read_number("4.7k").remark is None


@pytest.mark.parametrize(("text", "remark"), [("10M", True), ("10m", False), ("10Mohm", True), ("1MEG", False)])
def test_a_capital_m_is_suspicious(text, remark):
    assert (suspicious_milli(text) is not None) == remark


@pytest.mark.parametrize("text", ["M", "out", "1" * 1000, "10k", "10mil", "10meg", "1e-3"])
def test_nothing_else_looks_like_milli(text):
    assert not looks_like_milli(text)


@given(finite)
def test_spice_spelling_reads_back_exactly(value):
    spelled = parse_number(format_spice(value))
    assert struct.pack("d", spelled) == struct.pack("d", value)


@given(st.integers(1, 9999), st.integers(-18, 15))
def test_spice_spelling_is_never_longer_than_python_s(digits, power):
    value = float(f"{digits}e{power}")
    assert len(format_spice(value)) <= len(repr(value))


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_has_no_spelling(value):
    with pytest.raises(InputError):
        format_spice(value)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.02585, "V", "25.85 mV"),
        (1200.0, "ohm", "1.2 kΩ"),
        (999.96, "V", "1 kV"),
        (-999.94, "V", "-999.9 V"),
        (1e6, "Hz", "1 MHz"),
        (30e-12, "F", "30 pF"),
        (4.7e-6, "F", "4.7 µF"),
        (120e-3, "A", "120 mA"),
        (0.0, "V", "0 V"),
        (-0.0, "V", "0 V"),
        (math.inf, "dB", "∞ dB"),
        (-math.inf, "", "-∞"),
        (math.nan, "V", "nan V"),
        (90.0, "dB", "90 dB"),
        (12345.0, "", "1.234e+04"),
        (1e-25, "A", "1e-25 A"),
        (27.0, "degC", "27 °C"),
    ],
)
def test_si_dress(value, unit, text):
    assert format_si(value, unit) == text


def test_si_dress_keeps_at_least_three_digits():
    assert format_si(0.1234, "V", digits=2) == "123 mV"


@given(st.floats(1e-17, 1e17), st.integers(3, 9))
def test_si_dress_is_right_to_its_last_digit(value, digits):
    number, _, unit = format_si(value, "V", digits).partition(" ")
    scale = {"P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "": 0, "m": -3, "µ": -6, "n": -9, "p": -12, "f": -15, "a": -18}
    back = float(f"{float(number)}") * 10.0 ** scale[unit.removesuffix("V")]
    assert back == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))
    assert 1.0 <= float(number) < 1000.0
