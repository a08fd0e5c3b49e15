"""What is remembered is bounded by its bytes, over all that remember, and not only by its number."""

import gc
import tracemalloc

import numpy as np
import pytest

import longtail as lt
from longtail.engine import remember
from longtail.engine.remember import Remembered

MB = 1 << 20
PAIR = """pair {k}
vcc vcc 0 5
vee vee 0 -5
v1 inp 0 0
v2 inn 0 0
r1 vcc o1 {k}
r2 vcc o2 {k}
q1 o1 inp e n
q2 o2 inn e n
re e vee 4.3k
.model n npn(is=1f bf=100)
*@ input inp inn
*@ output o1 o2
"""


class Owner:
    """Something that results belong to."""


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shelf of 8 MB, with nothing in it."""
    monkeypatch.setattr(remember, "MOST_BYTES", 8 * MB)
    monkeypatch.setattr(remember, "_SHELF", remember._Shelf())


def made(kept: Remembered[np.ndarray], owner: Owner, megabytes: int) -> bool:
    """Whether an array has to be made when it is asked for."""
    fresh = np.zeros(megabytes * MB // 8)
    return kept.get(owner, "array", lambda: fresh) is fresh


@pytest.mark.usefixtures("shelf")
def test_what_was_not_used_for_longest_goes_first_wherever_it_is() -> None:
    one, other = Remembered[np.ndarray](16), Remembered[np.ndarray](16)
    first, second, third = Owner(), Owner(), Owner()
    assert made(one, first, 3) and made(other, second, 3)
    assert not made(one, first, 3)
    assert made(one, third, 3)  # 9 MB in all
    assert not made(one, first, 3) and not made(one, third, 3)
    assert made(other, second, 3)


@pytest.mark.usefixtures("shelf")
def test_one_that_is_larger_than_all_room_is_kept_alone() -> None:
    kept, small, large = Remembered[np.ndarray](16), Owner(), Owner()
    assert made(kept, small, 1) and made(kept, large, 20)
    assert not made(kept, large, 20)
    assert made(kept, small, 1)


@pytest.mark.usefixtures("shelf")
def test_what_grew_while_it_was_used_is_weighed_anew() -> None:
    kept, first, second = Remembered[list[np.ndarray]](16), Owner(), Owner()
    kept.get(first, "", list).append(np.zeros(MB))
    kept.get(second, "", lambda: [np.zeros(MB // 8)])
    assert kept.get(first, "", list) == []


@pytest.mark.usefixtures("shelf")
def test_results_that_share_their_arrays_weigh_once() -> None:
    kept, owners, array = Remembered[np.ndarray](16), [Owner() for _ in range(16)], np.zeros(5 * MB // 8)
    for owner in owners:
        kept.get(owner, "", lambda: array[1:])
    assert all(kept.get(owner, "", lambda: array).size < array.size for owner in owners)


def test_many_circuits_in_one_process_stay_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(k: int) -> complex:
        return complex(lt.read(PAIR.format(k=1e4 + k)).gains(frequency_hz=1e3).differential[0])

    want = ask(0)
    tracemalloc.start()
    try:
        grown = []
        for most in (1000 * MB, MB):
            monkeypatch.setattr(remember, "MOST_BYTES", most)
            ask(0)
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
            for k in range(12):
                ask(k)
            gc.collect()
            grown.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
    assert grown[1] < 1.5 * MB < 3 * MB < grown[0]
    assert ask(0) == want
