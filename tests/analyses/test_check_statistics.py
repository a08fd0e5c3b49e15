"""Every finding about statistics in a deck that has it and in one that has not."""

from __future__ import annotations

import json

import pytest

import longtail as lt
from longtail.cli.main import run

PORTS = "*@ input inp inn\n*@ output o1 o2\nvdd vdd 0 3\nvip inp 0 1.5\nvin inn 0 1.5\n"
LOADS = "rd1 vdd o1 10k\nrd2 vdd o2 10k\nrss s 0 10k\n"
MOS = f"""a MOS pair
{PORTS}{LOADS}m1 o1 inp s 0 n {{first}}
m2 o2 inn s 0 n {{second}}
.model n nmos(vto=0.5 kp=100u {{card}})
"""
BIPOLAR = f"a bipolar pair\n{PORTS}{LOADS}q1 o1 inp s n {{first}}\nq2 o2 inn s n {{second}}\n.model n npn(is=1e-16)\n"
SIZE = "w=20u l=1u"
R = "*@ mismatch r(r*) sigma=0.1%\n"
V = "*@ mismatch vto(n) sigma=2m\n"
PLACES = "*@ position m1 0 0\n*@ position m2 10u 0\n"
GRADIENT = f"*@ mismatch vto(n) gradient=4\n{PLACES}"
POLY = (
    f"loads by their size\n{PORTS}rss s 0 10k\nm1 o1 inp s 0 n w=20u l=1u\nm2 o2 inn s 0 n w=20u l=1u\n"
    "rd1 vdd o1 rp w=2u l=200u\nrd2 vdd o2 rp {second}\n.model rp r(rsh=100 {card})\n"
    ".model n nmos(vto=0.5 kp=100u a_vt=5n)\n"
    "*@ mismatch r(rss) sigma=1%\n"
)


def mos(*rules: str, first: str = SIZE, second: str = SIZE, card: str = "") -> str:
    return MOS.format(first=first, second=second, card=card) + "".join(rules)


def bipolar(*rules: str, first: str = "", second: str = "") -> str:
    return BIPOLAR.format(first=first, second=second) + "".join(rules)


def check(deck: str, **options: object) -> lt.StatisticsCheck:
    result = lt.read(deck).run("check-statistics", **options)
    assert isinstance(result, lt.StatisticsCheck)
    return result


def found(deck: str) -> dict[str, tuple[str, ...]]:
    """Devices by kind of finding."""
    return {finding.kind: finding.devices for finding in check(deck).findings}


SOUND = {
    "by Pelgrom's coefficients": mos(R, card="a_vt=5n a_beta=0.02u"),
    "by rules": mos(R, V),
    "by area": mos(R, "*@ mismatch vto(n) pelgrom=5n\n", second="w=20u l=1u m=4"),
    "process and mismatch": mos(R, V, "*@ process vto(n) sigma=20m\n"),
    "correlated": mos(V, "*@ mismatch r(r*) sigma=1% correlation=0.9\n"),
    "a gradient beside an area": mos(R, GRADIENT, card="a_vt=5n"),
    "a field": mos(R, "*@ mismatch vto(n) sigma=2m correlation_length=1m\n", PLACES),
    "a field beside a sigma": mos(R, V, "*@ mismatch vto(n) sigma=9m correlation_length=1m\n", PLACES),
    "a field of unlike units": mos(
        R, "*@ mismatch vto(n) sigma=2m correlation_length=9u\n", PLACES, "*@ position m2 30u 0\n"
    ),
    "a narrow process": mos(R, V, "*@ process r(r*) sigma=24%\n"),
    "cut off": mos(V, "*@ mismatch r(r*) sigma=30% limit=90%\n"),
    "a threshold": mos(R, "*@ mismatch vto(n) sigma=0.2\n"),
    "divided by the root of m": bipolar(
        R, "*@ mismatch is(q1) sigma=1%\n*@ mismatch is(q2) sigma=0.5%\n", second="m=4"
    ),
    "smaller where larger": mos(
        R, "*@ mismatch vto(m1) sigma=4m\n*@ mismatch vto(m2) sigma=1.9m\n", second="w=80u l=1u"
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_of_what_is_physical_nothing_is_said(name: str) -> None:
    assert found(SOUND[name]) == {}


DOUBTFUL: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "nothing": (mos(), {"nothing said": ("rd1", "rd2", "rss", "m1", "m2")}),
    "wide": (mos(V, "*@ mismatch r(r*) sigma=25%\n"), {"changes sign": ("rd1", "rd2", "rss")}),
    "wide in ohm": (mos(R, V, "*@ mismatch r(rss) sigma=3k\n"), {"changes sign": ("rss",)}),
    "wide process": (mos(R, V, "*@ process kp(n) sigma=30%\n"), {"changes sign": ("m1", "m2")}),
    "wide parameter": (mos(R, V, ".param x=1\n*@ process x sigma=30%\n"), {"changes sign": ("x",)}),
    "wide limit": (
        mos(V, "*@ mismatch r(r*) limit=100%\n"),
        {"changes sign": ("rd1", "rd2", "rss"), "uniform": ("rd1", "rd2", "rss")},
    ),
    "millivolts for nanometres": (mos(R, card="a_vt=3.5u"), {"coefficient": ("m1", "m2")}),
    "per cent for a part": (mos(R, card="a_vt=5n a_beta=1u"), {"coefficient": ("m1", "m2")}),
    "a rule": (mos(R, "*@ mismatch vto(n) pelgrom=0.1n\n"), {"coefficient": ("m1", "m2")}),
    "poly with one sigma": (
        POLY.format(card="", second="w=8u l=800u") + "*@ mismatch r(rp) sigma=1%\n",
        {"area": ("rd2",)},
    ),
    "poly without": (POLY.format(card="", second="w=2u l=200u"), {"no mismatch": ("rd1", "rd2")}),
    "a field at one place": (
        mos(R, "*@ mismatch vto(n) sigma=2m correlation_length=1m\n", PLACES.replace("10u", "0")),
        {"one draw": ("m1", "m2")},
    ),
    "process alone": (
        mos(R, "*@ process vto(n) sigma=20m\n"),
        {"one draw": ("m1", "m2")},
    ),
    "rigid": (mos(V, R, "*@ mismatch r(rd*) sigma=1% correlation=1\n"), {"one draw": ("rd1", "rd2")}),
    "resistors alone": (mos(R), {"input pair": ("m1", "m2")}),
    "one of two": (mos(R, "*@ mismatch vto(m1) sigma=2m\n"), {"half of a pair": ("m2",)}),
    "one load": (mos(V, "*@ mismatch r(rd1,rss) sigma=1%\n"), {"half of a pair": ("rd2",)}),
    "unlike": (
        mos(R, "*@ mismatch vto(m1) sigma=2m\n*@ mismatch vto(m2) sigma=3m\n"),
        {"unlike twins": ("m1", "m2")},
    ),
    "m": (mos(R, V, second=f"{SIZE} m=4"), {"in parallel": ("m2",)}),
    "area": (bipolar(R, "*@ mismatch is(n) sigma=1%\n", second="area=4"), {"in parallel": ("q2",)}),
    "size": (mos(R, V, second="w=80u l=1u"), {"area": ("m2",)}),
    "no resistor": (mos(V), {"no mismatch": ("rd1", "rd2", "rss")}),
    "tolerances": (mos(V, "*@ mismatch r(r*) limit=1%\n"), {"uniform": ("rd1", "rd2", "rss")}),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_is_doubtful_is_found(name: str) -> None:
    deck, wanted = DOUBTFUL[name]
    assert found(deck) == wanted


def test_resistors_by_area_are_sound() -> None:
    assert found(POLY.format(card="a_r=0.01u", second="w=2u l=200u")) == {}


def test_a_transistor_beside_the_pair_is_named_alone() -> None:
    deck = mos(R, "*@ mismatch vto(m1,m2) sigma=2m\n") + "m3 o1 o1 0 0 n w=1u l=1u\n"
    assert found(deck) == {"no mismatch": ("m3",)}


def test_the_gravest_comes_first() -> None:
    deck = mos("*@ mismatch r(rd*) limit=1%\n*@ mismatch r(rss) sigma=50%\n", V, second=f"{SIZE} m=4")
    assert list(found(deck)) == ["changes sign", "in parallel", "uniform"]


HINTS = {
    "m": "'*@ mismatch vto(m2) sigma=1m'",
    "poly with one sigma": "'*@ mismatch scale(rp) pelgrom=28.3u%'",  # 1 %*sqrt(2*400)*um
    "poly without": "'*@ mismatch r(rd1,rd2) sigma=1%', or a_r on the .model card",
    "area": "'*@ mismatch is(q2) sigma=0.5%'",
    "size": "'*@ mismatch vto(n) pelgrom=12.6n'",  # 2 mV*sqrt(2*20)*um
    "one of two": "'*@ mismatch vto(m1,m2) sigma=2m'",
    "unlike": "one rule for all: '*@ mismatch vto(m1,m2) sigma=3m'",
    "no resistor": "'*@ mismatch r(rd1,rd2,rss) sigma=1%'",
}


@pytest.mark.parametrize("name", HINTS)
def test_what_to_write_instead(name: str) -> None:
    """And what is written so is not found any more."""
    deck, wanted = DOUBTFUL[name]
    (finding,) = check(deck).findings
    assert finding.hint == HINTS[name]
    rule = finding.hint.split("'")[1]
    assert finding.kind in wanted
    assert found(f"{deck}{rule}\n") == {}


def test_it_needs_no_inputs_and_no_operating_point() -> None:
    deck = "t\n*@ mismatch r(r1) sigma=1%\ni1 0 a 1m\nr1 a b 1k\nr2 b 0 1k\n"
    result = check(deck)
    assert [finding.kind for finding in result.findings] == ["no mismatch"]
    assert "no input pair is looked at" in result.notes[0]
    with pytest.raises(lt.OptionError):
        check(deck, input="x,y")


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    path = f"{tmp_path}/pair.cir"
    with open(path, "w") as file:
        file.write(DOUBTFUL["m"][0])
    assert run(["check-statistics", path, "--json"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["kind"], finding["devices"]) == ("in parallel", ["m2"])
    assert finding["text"] and finding["hint"]
    assert run(["check-statistics", path]) == 0
    assert "sigma=1m" in capsys.readouterr().out
