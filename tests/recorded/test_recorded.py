"""No figure, word or order of any answer changes unnoticed: `make recorded` shows what a change moved, and takes it.

What the answers ought to be is told by the other tests; these only see that they stay.
"""

from __future__ import annotations

import pytest

from longtail.contract.subject import Subject
from longtail.registry import analyses
from recorded.record import changes, recorded

RECORDED = recorded()


@pytest.mark.parametrize("question", RECORDED)
def test_an_answer_is_what_it_was(question: str) -> None:
    case, before = RECORDED[question]
    _, found = changes(before, case)
    assert not found, "\n".join(map(str, found[:10]))


def test_every_analysis_of_a_circuit_is_recorded() -> None:
    assert {case.analysis for case, _ in RECORDED.values()} == set(analyses(Subject.CIRCUIT))
