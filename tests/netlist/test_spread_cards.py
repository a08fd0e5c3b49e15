"""`*@ mismatch` and `*@ process` as text."""

from __future__ import annotations

import pytest

from longtail.errors import NetlistError
from longtail.netlist.cards import PositionCard, SpreadRule
from longtail.netlist.reader import read_text


def _rule(text: str) -> SpreadRule:
    card = read_text(f"t\n*@ {text}\nv1 a 0 1\n").body[0]
    assert isinstance(card, SpreadRule)
    return card


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mismatch r(rc*) sigma=0.1%", ("mismatch", "r", ("rc*",), 1e-3, None, None, True, 0.0)),
        ("MISMATCH R( RC1 , rc2 ) Sigma = 1 % ", ("mismatch", "r", ("rc1", "rc2"), 1e-2, None, None, True, 0.0)),
        ("mismatch vto(m?) pelgrom=3.5n", ("mismatch", "vto", ("m?",), None, None, 3.5e-9, False, 0.0)),
        ("mismatch kp(nch) pelgrom=1u%", ("mismatch", "kp", ("nch",), None, None, 1e-8, True, 0.0)),
        ("process vto(nch) sigma=10m limit=30m", ("process", "vto", ("nch",), 1e-2, 3e-2, None, False, 0.0)),
        ("process rsheet limit=20%", ("process", "rsheet", (), None, 0.2, None, True, 0.0)),
        ("mismatch r(r1 r2) sigma=1 correlation=0.5", ("mismatch", "r", ("r1", "r2"), 1.0, None, None, False, 0.5)),
    ],
)
def test_a_rule_is_read(text: str, wanted: tuple[object, ...]) -> None:
    rule = _rule(text)
    found = (rule.kind, rule.parameter, rule.owners, rule.sigma, rule.limit, rule.pelgrom, rule.relative)
    assert (*found[:3], *found[6:], rule.correlation) == (*wanted[:3], *wanted[6:])
    assert found[3:6] == pytest.approx(wanted[3:6])


def test_what_goes_by_places_is_read() -> None:
    field = _rule("mismatch vto(nch) sigma=2m correlation_length=50u")
    assert (field.sigma, field.correlation_length, field.of_places) == (2e-3, pytest.approx(50e-6), True)
    plane = _rule("mismatch kp(nch) gradient=200%")
    assert (plane.gradient, plane.relative, plane.sigma, plane.of_places) == (2.0, True, None, True)
    assert not _rule("mismatch vto(nch) sigma=2m").of_places


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("position m1 0 10u", ((0.0, 1e-5),)),
        ("POSITION M1 -5u, 2.5u", ((-5e-6, 2.5e-6),)),
        ("position m1 y=10u x=-1u", ((-1e-6, 1e-5),)),
        ("position m1 x = 0 y = 10u", ((0.0, 1e-5),)),
        ("position m1 0 0 10u 10u", ((0.0, 0.0), (1e-5, 1e-5))),
    ],
)
def test_a_position_is_read(text: str, units: tuple[tuple[float, float], ...]) -> None:
    card = read_text(f"t\n*@ {text}\nv1 a 0 1\n").body[0]
    assert isinstance(card, PositionCard)
    assert card.device == "m1"
    assert [place for unit in card.units for place in unit] == pytest.approx([x for unit in units for x in unit])
    assert len(card.units) == len(units)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mismatch sigma=1%", "in parentheses, of which devices"),
        ("mismatch r sigma=1%", "mismatch is of devices"),
        ("mismatch r() sigma=1%", "mismatch is of devices"),
        ("mismatch r(rc*)", "expected one of sigma"),
        ("mismatch r(rc*) correlation=0.5", "expected one of sigma"),
        ("mismatch r(rc*) sigma=1% pelgrom=1n%", "expected one of sigma"),
        ("mismatch r(rc*) sigma=0", "above zero"),
        ("mismatch r(rc*) limit=-1%", "above zero"),
        ("mismatch r(rc*) sigma=1% limit=3", "some are not"),
        ("mismatch r(rc*) sigma=1% correlation=1.5", "between 0 and 1"),
        ("mismatch r(rc*) sgima=1%", "sigma"),
        ("mismatch r(rc*) sigma=lots", "expected a number, not 'lots'"),
        ("mismatch r(rc*) sigma=1% 2%", "and a number"),
        ("mismatch r(rc*) limit=1% correlation=0.5", "no limit with a correlation"),
        ("process r(rc*) sigma=1% correlation=0.1", "takes sigma and limit"),
        ("process vto(m*) gradient=4", "takes sigma and limit"),
        ("process vto(m*) sigma=1m correlation_length=1m", "takes sigma and limit"),
        ("mismatch vto(m*) sigma=1m gradient=4", "expected one of sigma"),
        ("mismatch vto(m*) gradient=4 limit=5", "it takes no limit"),
        ("mismatch vto(m*) gradient=-4", "gradient must be above zero"),
        ("mismatch vto(m*) sigma=1m correlation_length=0", "correlation_length must be above zero"),
        ("mismatch vto(m*) sigma=1m correlation_length=5%", "a correlation length is in m"),
        ("mismatch vto(m*) sigma=1m correlation_length=1m correlation=0.5", "a rule takes one of them"),
        ("mismatch vto(m*) gradient=4 correlation=0.5", "a rule takes one of them"),
        ("mismatch vto(m*) pelgrom=3n correlation_length=1m", "does not average over the area"),
        ("mismatch vto(m*) limit=3m sigma=1m correlation_length=1m", "no limit with a correlation"),
        ("mismatch r(rc*) sigma=1% sigma=2%", "sigma is given twice"),
        ("position", "expected a device, and x and y"),
        ("position m1", "m1: expected x and y"),
        ("position m1 0", "a place has x and y"),
        ("position m1 0 0 10u", "a place has x and y"),
        ("position m1 x=0", "x and y, once each"),
        ("position m1 x=0 x=1u", "x and y, once each"),
        ("position m1 x=0 y=0 10u", "x and y, once each"),
        ("position m1 0=0", "x and y, once each"),
        ("position m1 0 left", "expected a number, not 'left'"),
        ("position m1 0 10", "a position is in m, and none is at 10"),
        ("position m1 0 10%", "a position is in m, and none is at 10%"),
        ("process r(rc*) pelgrom=1n", "takes sigma and limit"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(NetlistError, match=message) as raised:
        read_text(f"t\n*@ {text}\nv1 a 0 1\n")
    assert raised.value.span is not None
    assert raised.value.span.line == 2
