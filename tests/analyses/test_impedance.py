"""Impedances of both modes: closed forms, and ngspice on the examples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from reference import gallery, ngspice

RESISTORS = """three resistors between two inputs and ground, three at the outputs
v1 a 0 0
v2 b 0 0
r1 a 0 1k
r2 b 0 1k
r3 a b 3k
e1 o1 0 a b 2
e2 o2 0 b a 2
s1 o1 x 0
ro1 x p 500
ro2 o2 q 500
ro3 p q 2k
*@ input a b
*@ output p q
""".replace("s1 o1 x 0\n", "").replace("ro1 x p", "ro1 o1 p")


def test_resistors_at_the_input() -> None:
    z = lt.read(RESISTORS).impedance(frequency_hz=[0.0, 1e3])
    # differential: 2*1k across 3k; common: 1k and 1k side by side, r3 carries nothing
    np.testing.assert_allclose(z.differential_input, 2e3 * 3e3 / 5e3, rtol=1e-12)
    np.testing.assert_allclose(z.common_input, 500.0, rtol=1e-12)


def test_resistors_at_the_output() -> None:
    z = lt.read(RESISTORS).impedance(frequency_hz=[1.0])
    assert z.differential_output[0] == pytest.approx(1e3 * 2e3 / 3e3, rel=1e-12)
    assert z.common_output is not None
    assert z.common_output[0] == pytest.approx(250.0, rel=1e-12)


def test_a_single_output_has_one_impedance() -> None:
    z = lt.read(RESISTORS, output=["p"]).impedance(frequency_hz=[1.0])
    assert z.single_ended and z.common_output is None
    assert z.differential_output[0] == pytest.approx(500.0 * 2500.0 / 3000.0, rel=1e-12)
    assert z.to_dict()["output_impedance"]["common"] is None


def test_a_source_that_is_turned_round_counts_the_same() -> None:
    turned = RESISTORS.replace("v1 a 0 0", "v1 0 a 0")
    z = lt.read(turned).impedance(frequency_hz=[1.0])
    assert z.differential_input[0] == pytest.approx(1200.0, rel=1e-12)
    assert z.common_input[0] == pytest.approx(500.0, rel=1e-12)


def test_power_is_kept() -> None:
    """What the sources deliver into unequal resistors is v_d*i_d + v_c*i_c."""
    z = lt.read(RESISTORS.replace("r2 b 0 1k", "r2 b 0 5k")).impedance(frequency_hz=[1.0])
    v_id, v_ic = 0.3, 1.1
    first, second = lt.modes.join(v_id, v_ic)
    i = z.admittance[0] @ [v_id, v_ic]
    power = first**2 / 1e3 + second**2 / 5e3 + (first - second) ** 2 / 3e3
    assert v_id * i[0] + v_ic * i[1] == pytest.approx(power, rel=1e-12)
    assert z.admittance[0, 0, 1] == pytest.approx((1 / 1e3 - 1 / 5e3) / 2, rel=1e-12)


def test_no_current_is_an_infinite_impedance_and_null_in_json() -> None:
    deck = "gates\nv1 a 0 0\nv2 b 0 0\ne1 o 0 a b 5\nr1 o 0 1k\n*@ input a b\n*@ output o\n"
    z = lt.read(deck).impedance(frequency_hz=[1.0])
    assert np.isinf(z.differential_input).all()
    assert json.loads(z.to_json())["input_impedance"]["differential"]["re"] == [None]
    assert "no current" in z.to_text()


def test_bipolar_pair_by_hand(examples: Path) -> None:
    """Z_id = 2*r_pi and Z_ic near (beta + 1)*R_E, both inputs tied: R_E is seen once."""
    amp = lt.read(examples / "bjt_pair_resistor_tail.cir")
    z = amp.impedance(frequency_hz=[0.0])
    q1 = amp.op().devices["q1"]
    assert z.differential_input[0].real == pytest.approx(2 * q1["r_pi"], rel=1e-3)
    beta = q1["g_m"] * q1["r_pi"]
    assert z.common_input[0].real == pytest.approx(q1["r_pi"] / 2 + (beta + 1) * 10e3, rel=1e-3)
    assert z.differential_output[0].real == pytest.approx(20e3, rel=1e-4)


EXAMPLES = [
    "bjt_pair",
    "bjt_pair_resistor_tail",
    "mos_pair",
    "jfet_pair",
    "ota_5t",
    "data_link_receiver",
    "sense_amplifier",
    "ecg_front_end",
    "instrumentation_amplifier",
]
SWEEP = (10.0, 1e9, 2)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", EXAMPLES)
def test_input_impedance_like_ngspice(name: str) -> None:
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name]
    first, second = deck.sources
    z = None
    for mode, drives in enumerate(lt.modes.unit_drives().T.tolist()):
        plot = ngspice.small_signals(
            deck.path, dict(zip(deck.sources, drives, strict=True)), *SWEEP, parameters=parameters
        )
        f = plot.vectors["frequency"].real
        z = z or lt.read(deck.path, parameters=parameters).impedance(frequency_hz=f)
        i_d, i_c = lt.modes.split_currents(-plot.vectors[f"i({first})"], -plot.vectors[f"i({second})"])
        np.testing.assert_allclose(z.admittance[:, mode, mode], (i_d, i_c)[mode], rtol=1e-5)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", EXAMPLES)
def test_output_impedance_like_ngspice(name: str) -> None:
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name]
    z = None
    for mode in range(len(deck.outputs)):
        shares = [1.0] if len(deck.outputs) == 1 else [(1.0, -1.0), (0.5, 0.5)][mode]
        cards = [f"itest{k} 0 {node} 0" for k, node in enumerate(deck.outputs)]
        drives = {f"itest{k}": share for k, share in enumerate(shares)}
        plot = ngspice.small_signals(deck.path, drives, *SWEEP, cards=cards, parameters=parameters)
        volts = [plot.voltage(node) for node in deck.outputs]
        theirs = volts[0] if len(volts) == 1 else lt.modes.split(*volts)[mode]
        z = z or lt.read(deck.path, parameters=parameters).impedance(frequency_hz=plot.vectors["frequency"].real)
        np.testing.assert_allclose(z.output_matrix[:, mode, mode], theirs, rtol=1e-5)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["bjt_pair", "bjt_pair_resistor_tail", "bjt_pair_ideal_tail", "ota_5t", "jfet_pair"])
def test_resistances_at_rest_like_ngspice(name: str) -> None:
    """.tf drives one input alone: its resistance is 1/y11 of the terminals, made of the modes."""
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name]
    gain, at_source, at_output = ngspice.transfer_function(
        deck.path, deck.sources[0], deck.outputs, parameters=parameters
    )
    amp = lt.read(deck.path, parameters=parameters)
    z, gains = amp.impedance(frequency_hz=[0.0]), amp.gains(frequency_hz=[0.0])
    one_volt = np.array(lt.modes.split(1.0, 0.0))
    current = lt.modes.join_currents(*(z.admittance[0] @ one_volt)).first
    if at_source < 1e13:  # ngspice's way to say that no current flows is 1e20
        assert 1 / current == pytest.approx(at_source, rel=1e-5)
    else:
        assert abs(current) < 1e-13
    assert z.differential_output[0] == pytest.approx(at_output, rel=1e-5)
    assert (gains.matrix[0] @ one_volt)[0] == pytest.approx(gain, rel=1e-5)
