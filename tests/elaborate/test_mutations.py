"""Whatever is done to a deck, it gives a circuit or one of longtail's own errors, with a place in it."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longtail.elaborate import load
from longtail.errors import InputError

DECK = (Path(__file__).parent / "decks" / "everything.cir").read_text()
LINES = DECK.splitlines()
WORDS = sorted({word for line in LINES for word in line.replace("=", " = ").split()})


def survives(text: str) -> None:
    try:
        circuit = load(text)
    except InputError as error:
        assert error.message
    else:
        for instance in circuit.instances.values():
            for value in instance.parameters.values():
                circuit.number(value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_words_replaced_dropped_and_doubled(seed, changes):
    draw = random.Random(seed)
    lines = list(LINES)
    for _ in range(changes):
        row = draw.randrange(1, len(lines))
        words = lines[row].split() or [""]
        place = draw.randrange(len(words))
        match draw.randrange(4):
            case 0:
                words[place] = draw.choice(WORDS)
            case 1:
                del words[place]
            case 2:
                words.insert(place, draw.choice(WORDS))
            case 3:
                words[place] = words[place][: draw.randrange(len(words[place]) + 1)]
        lines[row] = " ".join(words)
    survives("\n".join(lines) + "\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_lines_shuffled_and_lost(seed):
    draw = random.Random(seed)
    lines = LINES[1:]
    for _ in range(3):
        a, b = draw.randrange(len(lines)), draw.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    del lines[draw.randrange(len(lines))]
    survives("\n".join([LINES[0], *lines]) + "\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(DECK) - 1), st.characters(codec="utf-8"))
def test_a_character_replaced(place, character):
    survives(f"t\n{DECK[:place]}{character}{DECK[place + 1 :]}")


def test_the_deck_itself_is_sound():
    assert len(load(DECK).instances) > 30


@pytest.mark.parametrize("size", [2, 40, 400])
def test_a_deck_cut_short(size):
    survives(DECK[: len(DECK) * size // 400] + "\n")
