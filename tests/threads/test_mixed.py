"""One amplifier asked by many threads at once says to the bit what it says to one."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from longtail.engine.remember import Remembered
from longtail.lanes import threads as rules
from threads.mixed import THREADS, alone, differing


@pytest.fixture(scope="module")
def expected() -> dict[tuple[int, str], str]:
    return alone()


def test_answers_are_questions_answered(expected: dict[tuple[int, str], str]) -> None:
    assert [call for call, answer in expected.items() if not answer.startswith("{")] == []


def test_mixed_questions_from_many_threads(expected: dict[tuple[int, str], str]) -> None:
    assert differing(80, 1, expected) == []


def test_one_question_at_a_time(expected: dict[tuple[int, str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGTAIL_ONE_AT_A_TIME", "1")
    assert differing(40, 2, expected, rounds=2) == []


def test_one_prepares_and_the_others_wait() -> None:
    kept, made = Remembered[int](4), []
    circuit = object()

    def prepare() -> int:
        time.sleep(0.05)
        made.append(1)
        return len(made)

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(lambda _: kept.get(circuit, "key", prepare), range(THREADS))) == {1}


def test_a_preparation_that_fails_leaves_the_next_to_another_thread() -> None:
    kept, circuit = Remembered[int](4), object()

    def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept.get(circuit, "key", fail)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(kept.get, circuit, "key", lambda: 3).result(timeout=30.0) == 3


def test_nothing_is_prepared_behind_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that makes and waits for one that prepares, which waits for what is made, would wait for ever."""
    inside, broken, real = threading.local(), [], Remembered.get

    class Watched:
        def __init__(self, lock: object) -> None:
            self.lock = lock

        def __enter__(self) -> None:
            self.lock.__enter__()  # type: ignore[attr-defined]
            inside.depth = getattr(inside, "depth", 0) + 1

        def __exit__(self, *error: object) -> None:
            inside.depth -= 1
            self.lock.__exit__(*error)  # type: ignore[attr-defined]

    def get(self: Remembered[object], owner: object, key: object, prepare: object) -> object:
        if getattr(inside, "depth", 0):
            broken.append(key)
        return real(self, owner, key, prepare)  # type: ignore[arg-type]

    monkeypatch.setattr(rules, "_MAKING", Watched(rules._MAKING))
    monkeypatch.setattr(Remembered, "get", get)
    alone()
    assert broken == []
