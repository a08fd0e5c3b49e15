"""Mismatch, process and positions in a TOML file: the rules that comments would be, and the same errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from longtail.errors import NetlistError, OptionError, Span
from longtail.netlist.cards import PositionCard, SpreadRule
from longtail.netlist.reader import read_text
from longtail.netlist.spread_file import SpreadFile, read_spread_file

FILE = """# of a kit
[[mismatch]]
parameter = "R"
of = ["rc1", "RC2"]
sigma = "0.1%"

[[mismatch]]          # the second
parameter = "vto"
of = "m1, m2"
sigma = 0.002
correlation_length = "50u"

[[mismatch]]
parameter = "kp"
of = "nch"
gradient = "200%"

[[process]]
parameter = "rsheet"
limit = "20%"

[positions]
m1 = [0, "10u"]
x1.m2 = [[0, 0], [1e-5, "10u"]]
"""
CARDS = """t
*@ mismatch r(rc1,rc2) sigma=0.1%
*@ mismatch vto(m1,m2) sigma=2m correlation_length=50u
*@ mismatch kp(nch) gradient=200%
*@ process rsheet limit=20%
*@ position m1 0 10u
*@ position x1.m2 0 0 10u 10u
"""
NOWHERE = Span("", 1, 1, "")


def _read(folder: Path, text: str) -> SpreadFile:
    path = folder / "kit.toml"
    path.write_text(text)
    return read_spread_file(path)


def test_a_file_says_what_cards_say(tmp_path: Path) -> None:
    found = _read(tmp_path, FILE)
    cards = read_text(CARDS).body
    rules = [replace(card, span=NOWHERE) for card in cards if isinstance(card, SpreadRule)]
    assert [replace(rule, span=NOWHERE, origin="*@") for rule in found.rules] == rules
    positions = [(card.device, card.units) for card in cards if isinstance(card, PositionCard)]
    assert [(card.device, card.units) for card in found.positions] == positions
    assert [rule.span.line for rule in found.rules] == [2, 7, 13, 18]
    assert [card.span.line for card in found.positions] == [23, 24]
    assert {rule.origin for rule in found.rules} == {"kit.toml:"}


@pytest.mark.parametrize(
    ("old", "new", "message", "line", "hint"),
    [
        ("[[process]]", "[[proces]]", "there is no 'proces'", 18, "process"),
        ("[[process]]", "[process]", "expected \\[\\[process\\]\\]", 18, ""),
        ('sigma = "0.1%"', 'sgima = "0.1%"', "mismatch: there is no 'sgima'", 5, "sigma"),
        ('sigma = "0.1%"', 'sigma = "lots"', "sigma: expected a number, not 'lots'", 5, ""),
        ('sigma = "0.1%"', "sigma = true", "sigma: True is no number", 5, ""),
        ("sigma = 0.002", "sigma = nan", "sigma: nan is no number", 10, ""),
        ("sigma = 0.002", "sigma = [1]", "sigma: \\[1\\] is no number", 10, ""),
        ("sigma = 0.002", "sigma = -0.002", "sigma must be above zero", 7, ""),
        ("sigma = 0.002", "limit = 0.002", "no limit with a correlation", 7, ""),
        ('limit = "20%"', 'pelgrom = "20%"', "takes sigma and limit", 18, ""),
        ('limit = "20%"', "", "expected one of sigma", 18, ""),
        ('parameter = "R"', 'parameter = "r(rc1)"', "expected a parameter", 3, ""),
        ('parameter = "R"', "", "expected a parameter", 2, ""),
        ('of = "nch"', "", "mismatch is of devices", 13, ""),
        ('of = "nch"', "of = 3", "names of devices or models", 15, ""),
        ('m1 = [0, "10u"]', 'm1 = "10u"', "m1: expected x and y", 23, ""),
        ('m1 = [0, "10u"]', "m1 = []", "x and y", 23, ""),
        ('m1 = [0, "10u"]', "m1 = [0, 1e-6, 2e-6]", "a place has x and y", 23, ""),
        ('m1 = [0, "10u"]', "m1 = [0, 10]", "a position is in m", 23, "10u"),
        ("x1.m2 = [[0, 0]", 'x1.m2 = [["a", 0]', "expected a number, not 'a'", 24, ""),
    ],
)
def test_what_is_wrong_is_told_at_its_line(
    tmp_path: Path, old: str, new: str, message: str, line: int, hint: str
) -> None:
    assert FILE.count(old) == 1
    with pytest.raises(NetlistError, match=message) as raised:
        _read(tmp_path, FILE.replace(old, new))
    span = raised.value.span
    assert span is not None
    assert (Path(span.file).name, span.line) == ("kit.toml", line)
    assert hint in str(raised.value.hint)


@pytest.mark.parametrize(("text", "message"), [("[[mismatch]\n", "is no TOML.*line 1"), ("a = 1\na = 2\n", "line 2")])
def test_what_is_no_toml_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        _read(tmp_path, text)


def test_a_file_that_says_nothing_or_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NetlistError, match="the file says nothing"):
        _read(tmp_path, "# nothing\n")
    with pytest.raises(NetlistError, match="the file says nothing"):
        _read(tmp_path, "")
    with pytest.raises(OptionError, match="No such file"):
        read_spread_file(tmp_path / "none.toml")


def test_tables_in_a_line_are_rules_too(tmp_path: Path) -> None:
    found = _read(tmp_path, '# one\nmismatch = [{parameter = "r", of = "rc*", sigma = "1%"}]\n')
    assert found.rules[0].sigma == 0.01
    with pytest.raises(NetlistError, match="sgima") as raised:
        _read(tmp_path, '# one\nmismatch = [{parameter = "r", of = "rc*", sgima = "1%"}]\n')
    assert raised.value.span is not None
    assert raised.value.span.line == 2
