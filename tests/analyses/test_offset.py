"""Offset, bias currents and drift: closed forms of mismatched pairs, and ngspice at the offsets that are found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.errors import AnalysisError, OptionError
from reference import gallery, ngspice

V_T = 1.380649e-23 / 1.602176634e-19 * 300.15
I_TAIL, R, D, BETA, K = 1e-3, 1e3, 0.02, 100.0, 4e-3

BIPOLAR = f"""a bipolar pair with unequal loads
vcc vcc 0 10
v1 inp 0 0
v2 inn 0 0
rc1 vcc o1 {R * (1 + D / 2)}
rc2 vcc o2 {R * (1 - D / 2)}
q1 o1 inp e ideal
q2 o2 inn e ideal
iee e 0 {I_TAIL}
.options gmin=1e-15
.model ideal npn(is=1e-16 bf={BETA})
*@ input inp inn
*@ output o1 o2
*@ supply vcc
"""
SQUARE = f"""a square-law pair with unequal loads
vdd vdd 0 10
v1 inp 0 5
v2 inn 0 5
rd1 vdd o1 {R * (1 + D / 2)}
rd2 vdd o2 {R * (1 - D / 2)}
m1 o1 inp s s ideal w=20u l=1u
m2 o2 inn s s ideal w=20u l=1u
iss s 0 {I_TAIL}
.options gmin=1e-15
.model ideal nmos(level=1 vto=0.5 kp={K / 20})
*@ input inp inn
*@ output o1 o2
*@ supply vdd
"""
MISMATCHED = ["bjt_pair", "jfet_pair", "mos_pair", "ota_5t", "sense_amplifier", "bjt_pair_resistor_tail"]


def test_a_bipolar_pair_with_unequal_loads() -> None:
    """i1*R1 = i2*R2, so v_OS = V_T*ln(R2/R1), which is proportional to the absolute temperature."""
    found = lt.read(BIPOLAR).offset()
    offset = V_T * np.log((1 - D / 2) / (1 + D / 2))
    assert found.input_offset == pytest.approx(offset, rel=1e-6)
    assert found.input_offset_drift == pytest.approx(offset / 300.15, rel=1e-4)
    np.testing.assert_allclose(
        found.input_offset_over_temperature, offset * (found.temperature_deg_c + 273.15) / 300.15, rtol=1e-6
    )
    base = I_TAIL / (BETA + 1.0)
    assert found.bias_current == pytest.approx(base / 2.0, rel=1e-6)
    assert found.offset_current == pytest.approx(-base * D / 2.0, rel=1e-5)


def test_a_square_law_pair_with_unequal_loads() -> None:
    found = lt.read(SQUARE).offset()
    first, second = I_TAIL * (1 - D / 2) / 2, I_TAIL * (1 + D / 2) / 2
    assert found.input_offset == pytest.approx(np.sqrt(2 * first / K) - np.sqrt(2 * second / K), rel=1e-6)
    assert found.bias_current == 0.0
    assert found.offset_current == 0.0
    assert found.input_offset_drift == pytest.approx(0.75 * found.input_offset / 300.15, rel=1e-3)  # kp as T^-1.5


def test_a_symmetric_pair_has_none() -> None:
    found = lt.read(gallery.deck("bjt_pair").path).offset(temp="27")
    assert found.input_offset == 0.0
    assert found.offset_current == 0.0
    assert found.bias_current > 1e-7
    assert "mismatch" in found.to_text()


def test_bias_currents_of_a_p_channel_jfet_and_an_npn_have_their_signs() -> None:
    """Positive into the amplifier: an npn base draws current, a gate junction in reverse gives it."""
    assert lt.read(gallery.deck("bjt_pair").path).offset(temp=[27.0]).bias_current > 0.0
    assert lt.read(gallery.deck("jfet_pair").path).offset(temp=[27.0]).bias_current < 0.0


@pytest.mark.ngspice
@pytest.mark.parametrize("name", MISMATCHED)
def test_ngspice_is_nulled_by_the_same_offset(name: str) -> None:
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name]
    found = lt.read(deck.path, parameters=parameters).offset(temp="-40,85")
    theirs = ngspice.null_offset(deck.path, deck.sources, deck.outputs, found.target, parameters=parameters)
    assert found.input_offset == pytest.approx(theirs, rel=1e-5, abs=1e-9)
    at_offset = ngspice.offset_sources(deck.path, deck.sources, found.input_offset, parameters)
    branches = ngspice.operating_point(deck.path, dc=at_offset, parameters=parameters).branches
    first, second = (-branches[source] for source in deck.sources)
    assert found.bias_current == pytest.approx((first + second) / 2.0, rel=1e-5, abs=1e-13)
    assert found.offset_current == pytest.approx(first - second, rel=1e-4, abs=1e-13)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", MISMATCHED)
def test_ngspice_is_nulled_at_other_temperatures(name: str) -> None:
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name]
    amplifier = lt.read(deck.path, parameters=parameters)
    found = amplifier.offset(temp="-40,85")
    gain = abs(amplifier.gains(frequency_hz=[0.0]).differential[0])
    for temperature, offset in zip(found.temperature_deg_c, found.input_offset_over_temperature.tolist(), strict=True):
        dc = ngspice.offset_sources(deck.path, deck.sources, offset, parameters)
        nodes = ngspice.operating_point(
            deck.path, dc=dc, parameters=parameters, temp_deg_c=float(temperature)
        ).nodes | {"0": 0.0}
        first, second = (*deck.outputs, "0")[:2]
        missed = nodes[first] - nodes[second] - found.target
        assert abs(missed) <= 1e-5 * gain * abs(offset) + 1e-7


@pytest.mark.parametrize("name", ["bjt_pair", "ota_5t", "two_stage_opamp", "ua741"])
def test_drift_is_the_slope_over_temperature(name: str) -> None:
    amplifier = lt.read(gallery.deck(name).path, parameters=gallery.MISMATCH[name])
    found = amplifier.offset(temp="25,27,29")
    for slope, course in (
        (found.input_offset_drift, found.input_offset_over_temperature),
        (found.bias_current_drift, found.bias_current_over_temperature),
    ):
        assert slope == pytest.approx((course[2] - course[0]) / 4.0, rel=1e-3, abs=1e-20)
    assert found.input_offset == pytest.approx(found.input_offset_over_temperature[1], rel=1e-9)
    gains = amplifier.gains(frequency_hz=[1.0], null=True)
    assert found.input_offset == pytest.approx(gains.null.input_offset, rel=1e-6)


def test_the_741_has_its_known_offset() -> None:
    found = lt.read(gallery.deck("ua741").path).offset(temp="0:70:8")
    assert found.input_offset == pytest.approx(-0.314e-3, abs=1e-6)
    assert np.isfinite(found.input_offset_over_temperature).all()
    assert found.span < 100e-6


def test_a_target_and_a_level_may_be_given() -> None:
    amplifier = lt.read(BIPOLAR)
    found = amplifier.offset(target=0.1, vcm=1.0, temp=27.0)
    assert (found.vcm, found.target) == (1.0, 0.1)
    gains = amplifier.gains(null=True, target=0.1, vcm=1.0, frequency_hz=[1.0])
    assert found.input_offset == pytest.approx(gains.null.input_offset, rel=1e-8)


def test_what_cannot_be_nulled() -> None:
    with pytest.raises(AnalysisError, match="does not follow"):
        lt.read(gallery.deck("radio_front_end").path).offset()
    with pytest.raises(OptionError, match="temp"):
        lt.read(BIPOLAR).offset(temp="-300:0:4")


def test_ideal_amplifiers_are_nulled_to_ground_since_they_have_no_supplies() -> None:
    assert lt.read(gallery.deck("instrumentation_amplifier").path).offset().target == 0.0


def test_forms() -> None:
    found = lt.read(BIPOLAR).offset()
    parsed = json.loads(found.to_json())
    assert {"input_offset", "bias_current", "offset_current", "drift_v_per_k"} <= set(parsed)
    assert len(parsed["over_temperature"]["input_offset"]) == found.temperature_deg_c.size == 34
    assert found.to_xarray()["bias_current"].dims == ("temperature",)
    text = found.to_text()
    assert "V_OS" in text
    assert "-1.724 µV/K" in text
    assert len(found.plot().axes) == 3
    assert len(lt.read(SQUARE).offset().plot().axes) == 1  # no currents
    with pytest.raises(OptionError, match="two temperatures"):
        lt.read(BIPOLAR).offset(temp=27.0).plot()
    assert "offset of v(o1) - v(o2)" in repr(found)


def test_an_offset_of_a_balanced_pair_is_zero_and_no_last_bits(examples: Path) -> None:
    """Newton's method leaves 4e-17 V; an offset that is one stays."""
    deck = examples / "bjt_pair.cir"
    balanced, apart = (
        lt.read(deck, parameters=p).gains(null=True, frequency_hz=[1.0]).to_dict()["null"]["input_offset"]
        for p in ({}, {"drc": 1e-9})
    )
    assert balanced == 0.0
    assert 1e-12 < abs(apart) < 1e-9


HOT = """a pair whose load gives way when it is hot
vcc vcc 0 5
vee vee 0 -5
vp inp 0 0
vn inn 0 0
q1 o1 inp e m
q2 o2 inn e m
r1 vcc o1 {5k*(temper<100)+1*(temper>=100)}
r2 vcc o2 5k
re e vee 4.3k
.model m npn(is=1e-15)
*@ output o1
*@ supply vcc vee
"""


def test_temperatures_at_which_the_output_cannot_be_nulled_are_named() -> None:
    found = lt.read(HOT).offset(temp="27,90,200,125")
    assert found.notes == ("the output could not be nulled at 125, 200 °C",)
    assert np.isnan(found.input_offset_over_temperature).tolist() == [False, False, True, True]
    offsets = found.input_offset_over_temperature[:2]
    assert found.span == pytest.approx(abs(offsets[1] - offsets[0])), "of those that can be"
    assert 0.0 < found.span < np.abs(offsets).max()
    assert lt.read(HOT).offset(temp="27,90").notes == ()


DRIFTING = """an ideal amplifier with an offset that drifts, and inputs that take current
v1 a 0 1
v2 b 0 1
ga a 0 a 0 1u
gb b 0 b 0 {{1u*(1+{apart})}}
bo o 0 v=100*(v(a)-v(b)-{slope}*(temper-{zero}))
ro o 0 1k
*@ input a b
*@ output o
"""


@pytest.mark.parametrize("zero", [27.0, 20.0])
def test_an_offset_that_drifts_in_a_straight_line(zero: float) -> None:
    """Also where it is zero at the nominal temperature and nowhere else."""
    found = lt.read(DRIFTING.format(apart=0.0, slope=1e-3, zero=zero)).offset(temp="0,27,100")
    np.testing.assert_allclose(
        found.input_offset_over_temperature, 1e-3 * (np.array([0.0, 27.0, 100.0]) - zero), atol=1e-12
    )
    assert found.input_offset == pytest.approx(1e-3 * (27.0 - zero), abs=1e-12)
    assert found.input_offset_drift == pytest.approx(1e-3)
    assert found.span == pytest.approx(0.1)


def test_an_offset_of_rounding_is_zero() -> None:
    found = lt.read(DRIFTING.format(apart=0.0, slope=1e-15, zero=27.0)).offset(temp="0,100")
    assert found.input_offset_over_temperature.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("apart", "kept"), [(0.1, True), (1e-7, True), (1e-10, False), (0.0, False)])
def test_currents_that_differ_by_rounding_are_the_same(apart: float, kept: bool) -> None:
    """A billionth of the larger one."""
    found = lt.read(DRIFTING.format(apart=apart, slope=0.0, zero=27.0)).offset(temp="27")
    assert found.bias_current == pytest.approx(1e-6 * (1.0 + apart / 2.0), rel=1e-9)
    assert found.offset_current == (pytest.approx(-1e-6 * apart, rel=1e-6) if kept else 0.0)
