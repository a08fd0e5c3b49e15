"""What threads share: made once, lent to one at a time, one question at a time where that is wanted."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from threadpoolctl import threadpool_info

from longtail.engine.solving import dense
from longtail.lanes.threads import Pool, once, one_at_a_time, turn


class Slow:
    def __init__(self) -> None:
        self.made = 0

    @once
    def attribute(self) -> int:
        time.sleep(0.05)
        self.made += 1
        return self.made


def test_one_thread_makes_and_the_others_wait() -> None:
    slow = Slow()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: slow.attribute, range(8))) == {1}


def test_no_two_threads_have_the_same_thing() -> None:
    pool, inside = Pool[object](), set()

    def use(_: int) -> None:
        with pool.borrow("key", object) as thing:
            assert thing not in inside
            inside.add(thing)
            time.sleep(0.001)
            inside.remove(thing)

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(use, range(100)))


def test_one_question_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGTAIL_ONE_AT_A_TIME", "1")
    assert one_at_a_time()
    inside, most = [0], [0]

    def ask(_: int) -> None:
        with turn(), turn():
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.002)
            inside[0] -= 1

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(ask, range(16)))
    assert most == [1]


def test_the_limit_of_blas_comes_back_when_contexts_overlap() -> None:
    def counts() -> list[int]:
        return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]

    before, entered, leave = counts(), threading.Event(), threading.Event()

    def other() -> None:
        with dense.one_thread():
            entered.set()
            leave.wait(10.0)

    thread = threading.Thread(target=other)
    thread.start()
    entered.wait(10.0)
    with dense.one_thread():
        leave.set()
        thread.join()
        assert set(counts()) == {1}
    assert counts() == before
