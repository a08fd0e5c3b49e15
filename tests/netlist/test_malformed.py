"""Decks that cannot be read: each title says which line is at fault and what the message says."""

import re
from pathlib import Path

import pytest

from longtail.errors import InputError, NetlistError, UnsupportedError
from longtail.netlist.reader import read_file, read_text

FOLDER = Path(__file__).parent / "malformed"
DECKS = sorted(FOLDER.glob("*.cir"))


def test_there_are_decks():
    assert len(DECKS) >= 45


@pytest.mark.parametrize("deck", DECKS, ids=lambda path: path.stem)
def test_the_error_names_line_and_cause(deck):
    lines = re.split(r"\r?\n", deck.read_bytes().decode())
    number, fragment = re.fullmatch(r"line (\d+): (.+)", lines[0]).groups()
    with pytest.raises(NetlistError) as caught:
        read_file(deck)
    error = caught.value
    assert fragment in error.message
    assert error.exit_status == 2
    assert error.span.file == str(deck)
    assert error.span.line == int(number)
    assert error.span.text == lines[int(number) - 1]
    assert 1 <= error.span.column <= len(error.span.text) + 1


@pytest.mark.parametrize("stem", ["transmission_line", "switch", "mesfet", "unsupported_card"])
def test_sound_spice_that_is_not_supported_is_told_apart(stem):
    with pytest.raises(UnsupportedError):
        read_file(FOLDER / f"{stem}.cir")


@pytest.mark.parametrize(
    ("text", "column", "marked"),
    [
        ("t\nr1 a 0 {2*(3+4}\n", 15, "}"),
        ("t\nr1 a 0 {rc * rd rx}\n", 17, "rx"),
        ("t\nb1 a 0\n+   v = v(a) * min(1,2\n", 23, ""),
        ("t\nr1 a\t0 {1.2.3}\n", 9, "1.2.3"),
        ("t\n  q1 c b e n 5=3\n", 14, "5=3"),
        ("t\n.param a=1 b=\n", 12, "b="),
    ],
)
def test_the_column_is_where_the_fault_is(text, column, marked):
    with pytest.raises(NetlistError) as caught:
        read_text(text)
    span = caught.value.span
    assert span.column == column
    assert span.text[column - 1 :].startswith(marked)


def test_the_message_shows_the_line_and_the_nearest_name():
    with pytest.raises(NetlistError) as caught:
        read_text("t\nr1 a 0 1k\n.modle n npn\n", "amp.cir")
    assert str(caught.value).splitlines() == [
        "amp.cir:3:1: unknown card '.modle'",
        "  | .modle n npn",
        "  | ^",
        "  hint: did you mean '.model'?",
    ]


def test_lines_and_cards_have_a_bound():
    with pytest.raises(NetlistError, match="line is longer than"):
        read_text("t\nr1 a 0 " + "1" * 70_000)
    with pytest.raises(NetlistError, match="card is longer than"):
        read_text("t\nr1 a 0 1k\n" + ("+ " + "a " * 30_000 + "\n") * 20)


def test_files_that_cannot_be_read_are_input_errors(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_file(tmp_path / "absent.cir")
    with pytest.raises(InputError, match="cannot read"):
        read_file(tmp_path)
    with pytest.raises(InputError, match="cannot read"):
        read_file("a\0b")
    (tmp_path / "binary.cir").write_bytes(bytes(range(256)) * 8)
    with pytest.raises(NetlistError, match="expected a text file"):
        read_file(tmp_path / "binary.cir")
    with (tmp_path / "large.cir").open("wb") as large:
        large.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(InputError, match="more than the 67108864 that are read"):
        read_file(tmp_path / "large.cir")
    with pytest.raises(InputError, match="more than the 67108864 that are read"):
        read_text(" " * (64 * 1024 * 1024 + 1))
