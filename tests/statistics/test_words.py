"""Random words: those of the published algorithm, whatever else is asked for beside them."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.statistics.words import words

MULTIPLIERS = 0xD2E7470EE14C6C93, 0xCA5A826395121157
BUMPS = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
MASK = 2**64 - 1
PI = (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89), 0x452821E638D01377
KNOWN = [  # counter, lower word of the key, answer: kat_vectors of Random123
    ((0, 0, 0, 0), 0, (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)),
]


def philox(counter: tuple[int, ...], key: int) -> tuple[int, ...]:
    """The equations of the source, word by word."""
    c, k = list(counter), [key & MASK, key >> 64]
    for _ in range(10):
        first, second = MULTIPLIERS[0] * c[0], MULTIPLIERS[1] * c[2]
        c = [second >> 64 ^ c[1] ^ k[0], second & MASK, first >> 64 ^ c[3] ^ k[1], first & MASK]
        k = [(a + b) & MASK for a, b in zip(k, BUMPS, strict=True)]
    return tuple(c)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_the_equations_give_the_published_answers(counter: tuple[int, ...], key: int, answer: tuple[int, ...]) -> None:
    assert philox(counter, key) == answer


@pytest.mark.parametrize("seed", [0, 1, 2**63 + 5, PI[1]])
@pytest.mark.parametrize("tag", [0, 3, 2**34])
def test_each_word_is_that_of_its_counter(seed: int, tag: int) -> None:
    rows = np.array([0, 1, 2, 1000, 5, 2**40 + 7, 2**62])
    found = words(seed, rows, 10, tag)
    for row, line in zip(rows.tolist(), found.tolist(), strict=True):
        blocks = [philox((row, block, tag, 0), seed) for block in range(3)]
        assert line == [word for block in blocks for word in block][:10]


def test_order_gaps_and_repetitions_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    whole = words(11, np.arange(5000), 7, 2)
    for rows in (
        rng.permutation(5000),
        rng.integers(0, 5000, 300),
        np.arange(0, 5000, 17),
        np.arange(4999, 0, -1999),
        np.array([], int),
    ):
        assert (words(11, rows, 7, 2) == whole[rows]).all()
        assert (words(11, rows, 3, 2) == whole[rows, :3]).all()
