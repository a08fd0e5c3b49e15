"""The JSON of a result says what it is of, and is read back by the class that wrote it alone."""

from __future__ import annotations

import json
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

import longtail as lt
from longtail.contract.result import Result
from longtail.contract.schema import Schema

DECK = Path(__file__).parents[2] / "examples" / "bjt_pair.cir"


def test_the_schema_comes_first_and_is_taken_off_again() -> None:
    point = lt.read(DECK).op()
    text = point.to_json()
    assert text.startswith('{\n "schema": {\n  "name": "op",\n  "version": 1\n },\n "status"')
    assert lt.OpResult.from_json(text).to_dict() == point.to_dict()
    assert "schema" not in point.to_dict()


def test_what_is_infinite_is_null_and_said_at_the_end() -> None:
    gains = lt.read(DECK).gains(1.0)
    written = json.loads(gains.to_json())
    assert written["cmrr_db"] == [None] and written["infinite"] == {"cmrr_db": [1]} and list(written)[-1] == "infinite"
    assert Schema("gains", 2).read(gains.to_json()) == gains.to_dict()


def test_infinities_of_both_signs_and_what_is_no_number_are_told_apart() -> None:
    entries = {"a": [[1.0, -inf], [nan, inf]], "b": {"c": inf, "d": 0.0}, "rows": [{"x": 1.0}, {"x": -inf, "y": "z"}]}
    found = Schema("any").read(Schema("any").write(entries))
    assert found == {**entries, "a": [[1.0, -inf], [None, inf]]}
    assert "infinite" not in json.loads(Schema("any").write({"a": [nan, 1.0]}))


def test_a_json_that_lacks_something_is_refused() -> None:
    written = json.loads(lt.read(DECK).gains(1.0).to_json())
    del written["zero"]
    with pytest.raises(lt.InputError, match="this JSON of 'gains' is not whole: there is no 'zero' in it"):
        lt.ModeGains.from_json(json.dumps(written))


def test_another_analysis_is_refused_by_both_names() -> None:
    text = lt.read(DECK).op().to_json()
    with pytest.raises(lt.InputError, match="this is the JSON of 'op', not of 'gains'"):
        lt.ModeGains.from_json(text)
    with pytest.raises(lt.InputError, match="'op', which the class of its result reads"):
        Result.from_json(text)


def test_another_version_is_refused_by_both_numbers() -> None:
    text = Schema("gains", 7).write({"vcm": 0.0})
    with pytest.raises(lt.InputError, match="'gains' has version 7: only version 2 is read here"):
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
    with pytest.raises(lt.OptionError, match="a Later cannot be made from its JSON: it is no dataclass") as caught:
        Later.from_json(text)
    assert caught.value.hint == "json.loads gives its entries"
