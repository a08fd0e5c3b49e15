"""Decks that read well and cannot be built: each title says which line is at fault and what the message says."""

import re
from pathlib import Path

import pytest

from longtail.elaborate import load
from longtail.errors import NetlistError

DECKS = sorted((Path(__file__).parent / "malformed").glob("*.cir"))


def test_there_are_decks():
    assert len(DECKS) >= 30


@pytest.mark.parametrize("deck", DECKS, ids=lambda path: path.stem)
def test_the_error_names_line_and_cause(deck):
    title = deck.read_text().splitlines()[0]
    line, fragment = re.fullmatch(r"line (\d+): (.+)", title).groups()
    with pytest.raises(NetlistError) as caught:
        load(deck)
    assert fragment in caught.value.message
    assert caught.value.span is not None
    assert caught.value.span.line == int(line)
    assert caught.value.span.file.endswith(deck.name)
