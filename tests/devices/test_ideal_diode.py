"""LTspice's diode of straight lines: by hand, and beside ngspice's code model of it."""

import math

import pytest

from devices.harness import evaluate, instance
from longtail.devices.discovery import devices
from longtail.devices.models.ideal_diode import MODEL
from longtail.elaborate import load
from longtail.errors import NetlistError
from reference.ngspice import operating_point

LINES = {"ron": 10.0, "roff": 1e6, "vfwd": 0.7, "vrev": 5.0, "rrev": 20.0}


def current(voltage, **model):
    return float(evaluate(MODEL, instance(MODEL, "d", {**LINES, **model}), {"a": voltage}).static["a"])


@pytest.mark.parametrize(
    ("voltage", "expected"),
    [(0.5, 0.5e-6), (-4.0, -4e-6), (1.0, 0.3 / 10 + 0.7e-6), (-5.2, -0.2 / 20 - 5e-6), (0.0, 0.0)],
)
def test_straight_lines(voltage, expected):
    assert current(voltage) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("beyond", [-0.1, -0.05, 0.0, 0.04, 0.1, 0.3])
def test_the_bend_is_a_parabola_between_the_lines(beyond):
    width = 0.2
    on = 0.0 if beyond < -0.1 else (beyond + 0.1) ** 2 / (2 * width * 10) if beyond < 0.1 else beyond / 10
    off = min(0.7 + beyond, 0.7) / 1e6
    assert current(0.7 + beyond, epsilon=width) == pytest.approx(on + off, rel=1e-9)
    mirrored = current(-5.0 - beyond, revepsilon=width)
    assert mirrored == pytest.approx(-on * 10 / 20 - min(5.0 + beyond, 5.0) / 1e6, rel=1e-9)


def test_limits():
    assert current(1.5, ilimit=0.05) == pytest.approx(0.05 * math.tanh(0.08 / 0.05) + 0.7e-6, rel=1e-12)
    assert current(-9.0, revilimit=0.1) == pytest.approx(-0.1 * math.tanh(0.2 / 0.1) - 5e-6, rel=1e-12)


def test_without_roff_it_is_gmin_and_without_vrev_no_breakdown():
    card = instance(MODEL, "d", {"ron": 1.0, "vfwd": 0.7})
    assert float(evaluate(MODEL, card, {"a": -100.0}).static["a"]) == pytest.approx(-100.0 * 1e-12)


@pytest.mark.parametrize(
    ("parameters", "device"),
    [
        ("ron=1", "ideal_diode"),
        ("vfwd=0.5 roff=1meg mfg=me", "ideal_diode"),
        ("is=1f n=1", "diode"),
        ("", "diode"),
        ("is=1f vrev=75", "diode"),  # a rating beside the model of a junction
    ],
)
def test_which_cards_are_ideal(parameters, device):
    circuit = load(f"t\nv1 a 0 1\nd1 a 0 m\n.model m d({parameters})\n")
    assert circuit.instances["d1"].device == device
    assert devices()["ideal_diode"].marks == ("ron", "roff", "vfwd", "vrev", "rrev")


def test_a_mixture_of_both_is_refused():
    with pytest.raises(NetlistError, match="has no parameter 'ron'"):
        load("t\nv1 a 0 1\nd1 a 0 m\n.model m d(is=1f ron=1)\n")


@pytest.mark.ngspice
@pytest.mark.parametrize("voltage", [-6.0, -5.0, -1.0, 0.3, 0.7, 0.9, 2.0])
def test_beside_ngspice(voltage):
    card = "sidiode(ron=10 roff=1meg vfwd=0.7 vrev=5 rrev=20)"
    found = operating_point(f"t\nv1 a 0 {voltage}\na1 a 0 m\n.model m {card}\n").branches["v1"]
    assert current(voltage) == pytest.approx(-found, rel=1e-6, abs=1e-12)
