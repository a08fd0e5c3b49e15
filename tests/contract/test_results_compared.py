"""Results hold arrays: two of them are never equal but by being one, and asking is no error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import longtail as lt
from longtail.contract.result import Result
from longtail.contract.subject import Subject
from longtail.driven.bands import Bands
from longtail.merits.noise import LaneNoise
from longtail.registry import analyses


def kinds(of: type) -> Iterator[type]:
    for each in of.__subclasses__():
        yield each
        yield from kinds(each)


def test_results_are_compared_by_identity() -> None:
    analyses(Subject.CIRCUIT)  # imports them all
    found = [each for each in {*kinds(Result), Bands, LaneNoise} if each.__module__.startswith("longtail")]
    assert len(found) > 15
    assert [each.__name__ for each in found if each.__eq__ is not object.__eq__] == []


@pytest.mark.parametrize("analysis", ["op", "gains", "derive", "poles"])
def test_two_answers_to_one_question_are_two(analysis: str) -> None:
    first, second = (getattr(lt.read("bjt_pair"), analysis)() for _ in range(2))
    assert first == first and first != second
