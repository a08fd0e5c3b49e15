"""One grammar for every axis: values, lists, ranges by number and by decade, and what is said of anything else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import longtail as lt
from contract.test_analyses import example
from longtail.contract.axes import frequency_axis, linear_axis
from longtail.contract.kinds import FREQUENCY, RANGE
from longtail.registry import analyses

SAME = [  # texts, and the values that they stand for whatever they are of
    ("1k", [1e3]),
    ("50,60", [50.0, 60.0]),
    ("60, 50 ,60", [60.0, 50.0, 60.0]),
    ("0:100:lin:5", [0.0, 25.0, 50.0, 75.0, 100.0]),
    ("100:1:lin:3", [100.0, 50.5, 1.0]),
    ("1:100:dec:2", [1.0, 10**0.5, 10.0, 10**1.5, 100.0]),
    ("1:50:DEC:1", [1.0, 10.0, 50.0]),
]


@pytest.mark.parametrize(("text", "values"), SAME)
def test_a_text_means_the_same_of_frequencies_and_of_levels(text: str, values: list[float]) -> None:
    np.testing.assert_allclose(frequency_axis(text), values, rtol=1e-15)
    np.testing.assert_array_equal(linear_axis(text, "vcm", "V"), frequency_axis(text))


def test_a_number_alone_means_decades_of_frequencies_and_points_of_all_else() -> None:
    np.testing.assert_array_equal(frequency_axis("1:1k:3"), frequency_axis("1:1k:dec:3"))
    np.testing.assert_array_equal(linear_axis("1:1k:3", "vcm", "V"), linear_axis("1:1k:lin:3", "vcm", "V"))
    np.testing.assert_array_equal(frequency_axis("1:1k"), frequency_axis("1:1k:dec:20"))


@pytest.mark.parametrize(
    "text", ["1:2:3:4", "1:2:log:3", "1:2:lin", "lin:1:2:3", "1:2:lin:1", "1:2:lin:2.5", "1;2", ""]
)
def test_anything_else_is_refused_with_the_forms(text: str) -> None:
    for read, forms in (
        (lambda: frequency_axis(text), ("1k", "50,60", "1:1meg:10 (10 points per decade)", "0:1k:lin:101 (101 points")),
        (lambda: linear_axis(text, "vcm", "V"), ("1.5", "0,1.5,3", "0:3:31 (31 points, equally", "1:1k:dec:10 (10 p")),
    ):
        with pytest.raises(lt.OptionError) as refused:
            read()
        assert all(form in refused.value.message for form in forms)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: frequency_axis("0:1k:dec:3"), "is no frequency range"),
        (lambda: frequency_axis("0:1k:lin:1meg"), "1000000 points are too many: at most 400000"),
        (lambda: frequency_axis("-5:5:lin:3"), "at least 0 Hz"),
        (lambda: frequency_axis("0:1e19:lin:3"), "1e\\+19 Hz is too high|must lie between"),
        (lambda: linear_axis("0:1:2meg", "vcm", "V"), "vcm: '0:1:2meg': 2000000 points are too many: at most 2001"),
        (lambda: linear_axis("1:2:dec:0.5", "vcm", "V"), "vcm: .* 0.5 points per decade, where 1 to 10000"),
        (lambda: linear_axis("1:1e9:dec:1000", "vcm", "V"), "no range of 1 to 2001 finite values"),
        (lambda: linear_axis("-1:1:dec:3", "vcm", "V"), "vcm: '-1:1:dec:3' is no range"),
        (lambda: linear_axis("5e-324:1:dec:3", "vcm", "V"), "is no range"),
    ],
)
def test_bounds_are_said(read: Any, message: str) -> None:
    with pytest.raises(lt.OptionError, match=message):
        read()


AXES = [
    pytest.param(name, option, id=f"{name} {option.name}")
    for name, analysis in analyses().items()
    for option in analysis.options
    if option.kind in (FREQUENCY, RANGE) and option.name != "band"  # which is a start and a stop
]


@pytest.mark.parametrize(("name", "option"), AXES)
def test_every_axis_reads_the_one_grammar_and_says_it_in_its_help(name: str, option: Any) -> None:
    spots = option.name == "at"  # each once, above 0 Hz
    for text, values in SAME:
        if not spots or 0.0 not in values:
            found = np.atleast_1d(option.read(text))
            np.testing.assert_allclose(found, list(dict.fromkeys(values)) if spots else values, rtol=1e-15)
    with_word = "start:stop:lin:points" if option.kind is FREQUENCY else "start:stop:dec:points-per-decade"
    assert "one, a list, start:stop:points" in option.doc and with_word in option.doc


def test_what_is_varied_reads_it_too() -> None:
    swept = example().sweep(vary=["rc=1k:100k:dec:1"], measure="v(o1)")
    assert [values.tolist() for _, values in swept.axes] == [pytest.approx([1e3, 1e4, 1e5])]
    with pytest.raises(lt.OptionError, match="vary rc: '1k:2k' is no range: expected, in the unit of the parameter"):
        example().sweep(vary="rc=1k:2k", measure="v(o1)")


def test_frequencies_of_a_list_are_those_that_are_answered() -> None:
    np.testing.assert_array_equal(example().gains("50,60").frequency_hz, [50.0, 60.0])
    sheet = example().analyze("1:1k:1", at="50,1k")
    said = " ".join(row.conditions for row in sheet.rows)
    assert "f = 50 Hz" in said and "f = 1 kHz" in said
