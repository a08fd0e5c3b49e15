"""Every option of every analysis, given what nobody should give: answered or refused, by name and soon."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import longtail as lt
from fuzz.options import DECK, ask, question
from fuzz.trial import bounded
from longtail import registry
from longtail.contract.kinds import FREQUENCY
from longtail.errors import OptionError


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_options_are_taken_or_refused(first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lt.read(DECK).gains(parameters={"q1.is": [1e-15, 1.1e-15]})  # compiles, before the clock runs
    for number in range(first, first + 50):
        name, options = question(number)
        try:
            with bounded(), warnings.catch_warnings():
                warnings.simplefilter("error")
                result = ask(name, **options)
                assert "NaN" not in result.to_json()
                result.to_text()
        except lt.LongtailError as error:
            assert len(str(error)) < 1_000, (name, options)
        except BaseException as error:
            error.add_note(f"question {number}: {name} {options}")
            raise


@pytest.mark.parametrize("name", registry.analyses())
def test_what_is_of_no_kind_is_refused_by_the_name_of_its_option(name: str) -> None:
    for option in registry.analyses()[name].options:
        needed = {"vary": "rc1.r=1k,2k"} if name == "sweep" else {}
        said = "frequencies" if option.kind is FREQUENCY and option.reads is None else option.name
        with pytest.raises(OptionError, match=f"^{said}"):
            ask(name, **{**needed, option.name: object()})
