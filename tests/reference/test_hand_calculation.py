"""The gains that the comments of the gallery work out by hand are those that longtail finds."""

from __future__ import annotations

import re

import pytest

import longtail as lt
from reference import gallery

# "*   A_dd at x=0.01   0.01*0.33*(-10.3)   =  -0.034": a hand calculation leaves small terms out
LINE = re.compile(
    r"^\*   (A_\S+) +(?:at (\w+)=([\d.]+k?) |at resonance )?.* =  (?:about )?(-?\d[\d ]*\.?\d*(?:e-?\d+)?)"
)
CLOSE = 0.25
GAINS = {
    "A_dd": "differential",
    "A_d": "differential",
    "A_cc": "common",
    "A_c": "common",
    "A_c->d": "common_to_differential",
}
FREQUENCY_HZ = {"accelerometer_bridge": 1e5, "radio_front_end": 10.72e6, "ecg_front_end": 50.0}
ALMOST_DC_HZ = 0.01
OUTPUT = {"radio_front_end": ("c1", "c2")}


def claims() -> list[tuple[str, str, dict[str, str], float]]:
    """Every gain worked out in the gallery: example, gain, the parameter set for it, its value."""
    found = []
    for name in gallery.NAMES:
        for line in gallery.deck(name).path.read_text().splitlines():
            if match := LINE.match(line):
                gain, parameter, setting, value = match.groups()
                parameters = {parameter: setting} if parameter else {}
                found.append((name, gain, parameters, float(value.replace(" ", ""))))
    return found


CLAIMS = claims()


def test_every_example_works_out_a_gain() -> None:
    assert {name for name, *_ in CLAIMS} == set(gallery.NAMES)


@pytest.mark.parametrize(
    ("name", "gain", "parameters", "by_hand"), CLAIMS, ids=[f"{c[0]}-{c[1]}{''.join(c[2])}" for c in CLAIMS]
)
def test_hand_calculated_gain(name: str, gain: str, parameters: dict[str, str], by_hand: float) -> None:
    amplifier = lt.read(gallery.deck(name).path, parameters=parameters)
    gains = amplifier.gains(
        frequency_hz=[FREQUENCY_HZ.get(name, ALMOST_DC_HZ)], null=name in gallery.NULLED, output=OUTPUT.get(name)
    )
    computed = getattr(gains, GAINS[gain])[0]
    if name == "ecg_front_end":
        assert abs(computed) == pytest.approx(by_hand, rel=CLOSE)
    else:
        assert computed.real == pytest.approx(by_hand, rel=CLOSE)
