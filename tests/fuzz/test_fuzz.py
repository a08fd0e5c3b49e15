"""The fuzzer in short, what it has found, and the fuzzer itself: it notices what it is there to notice."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import longtail as lt
from fuzz import trial
from fuzz.decks import deck, sound
from fuzz.full import main
from fuzz.trial import bounded, failure

# decks that once ended in a warning or worse
FOUND = {
    "an inductance near the largest number": "t\nl1 a 0 -1e308\n",
}


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_decks_are_answered_or_refused(first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(first, first + 50):
        text = deck(number)
        found = failure(text, number, share=0.03)
        assert found is None, f"deck {number}: {found.said}\n{text}"


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("verb", ["op", "gains", "cmrr", "poles", "analyze"])
def test_what_was_found(name: str, verb: str) -> None:
    with bounded(), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            lt.read(FOUND[name]).run(verb).to_json()
        except lt.LongtailError as error:
            assert str(error)


def test_a_deck_is_the_same_every_time_and_most_differ() -> None:
    assert deck(7) == deck(7)
    assert len({deck(k) for k in range(200)}) > 190


def test_there_is_much_to_begin_with() -> None:
    assert len(sound()) > 200


def _raising(error: Exception) -> object:
    def read(*_: object) -> None:
        raise error

    return read


FAULTS = [KeyError("x"), RecursionError("x"), MemoryError("x"), ZeroDivisionError("x"), RuntimeWarning("x")]


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_what_is_no_error_of_longtail_is_noticed(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lt, "read", _raising(error), raising=False)
    found = failure("t\n", 0, share=0.0)
    assert found is not None
    assert type(error).__name__ in found.kind


def test_what_never_ends_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(trial, "SECONDS", 0.2)
    monkeypatch.setattr(lt, "read", read, raising=False)
    found = failure("t\n", 0, share=0.0)
    assert found is not None
    assert "TooSlow" in found.kind


def test_what_takes_all_memory_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        bytearray(3 << 30)

    monkeypatch.setattr(lt, "read", read, raising=False)
    found = failure("t\n", 0, share=0.0)
    assert found is not None
    assert "MemoryError" in found.kind


def test_the_fuzzer_runs_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(20, 0, 2, tmp_path) == 0
    assert "20 decks, 0 failures of 0 kinds" in capsys.readouterr().out
