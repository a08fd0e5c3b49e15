"""The JSON of a result says what it is of, and is read back by the class that wrote it alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import longtail as lt
from longtail.contract.encoding import finite
from longtail.contract.result import Result
from longtail.contract.schema import Schema

DECK = Path(__file__).parents[2] / "examples" / "bjt_pair.cir"


def test_the_schema_comes_first_and_is_taken_off_again() -> None:
    point = lt.read(DECK).op()
    text = point.to_json()
    assert text.startswith('{\n "schema": {\n  "name": "op",\n  "version": 1\n },\n "status"')
    assert lt.OpResult.from_json(text) == point.to_dict()
    assert "schema" not in point.to_dict()


def test_what_was_not_finite_is_none() -> None:
    gains = lt.read(DECK).gains(1.0)
    found = lt.ModeGains.from_json(gains.to_json())
    assert found == finite(gains.to_dict())
    assert found["cmrr_db"] == [None]


def test_another_analysis_is_refused_by_both_names() -> None:
    text = lt.read(DECK).op().to_json()
    with pytest.raises(lt.InputError, match="this is the JSON of 'op', not of 'gains'"):
        lt.ModeGains.from_json(text)
    with pytest.raises(lt.InputError, match="'op', which the class of its result reads"):
        Result.from_json(text)


def test_another_version_is_refused_by_both_numbers() -> None:
    text = Schema("gains", 7).write({"vcm": 0.0})
    with pytest.raises(lt.InputError, match="'gains' has version 7: only version 1 is read here"):
        lt.ModeGains.from_json(text)


@pytest.mark.parametrize(
    "data",
    [
        *([], 1.0, None, {}, {"status": "converged"}, {"schema": "gains"}, {"schema": {"name": "gains"}}),
        *({"schema": {"name": 1, "version": 1}}, {"schema": {"name": "gains", "version": "1"}}),
    ],
)
def test_json_of_anything_else_is_refused(data: Any) -> None:
    with pytest.raises(lt.InputError, match="not the JSON of a result"):
        lt.ModeGains.from_json(json.dumps(data))


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(lt.InputError, match="this is no JSON: Expecting"):
        lt.ModeGains.from_json("<gains>")


def test_a_class_can_go_on_to_another_version() -> None:
    class Later(Result):
        analysis = "later"
        json_version = 2

        def to_dict(self) -> dict[str, Any]:
            return {"x": 1}

    text = Later().to_json()
    assert json.loads(text) == {"schema": {"name": "later", "version": 2}, "x": 1}
    assert Later.from_json(text) == {"x": 1}
