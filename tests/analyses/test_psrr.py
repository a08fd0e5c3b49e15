"""Power-supply rejection: closed forms, and ngspice on the examples."""

from __future__ import annotations

import json

import numpy as np
import pytest

import longtail as lt
from reference import gallery, ngspice

GM, RD, RSS = 2e-3, 10e3, 100e3

PAIR = f"""a pair of ideal transconductances between two supplies
.param rd1={RD} rd2={RD}
vdd vdd 0 5
vss vss 0 -5
v1 inp 0 0
v2 inn 0 0
rd1 vdd o1 {{rd1}}
rd2 vdd o2 {{rd2}}
g1 o1 t inp t {GM}
g2 o2 t inn t {GM}
rss t vss {RSS}
*@ input inp inn
*@ output o1 o2
*@ supply vdd vss
"""


def test_what_the_supplies_do_to_the_common_mode() -> None:
    """The load hands the upper supply on; the tail current V/(R_SS + 1/(2*g_m)) hands on the lower one."""
    r = lt.read(PAIR).psrr(frequency_hz=[1.0])
    by_vss = r.common("vss")
    assert by_vss is not None
    assert r.matrix[0, 1, 2] == pytest.approx(1.0, rel=1e-12)
    assert by_vss[0] == pytest.approx(GM * RD / (1 + 2 * GM * RSS), rel=1e-12)


def test_a_controlled_source_may_be_a_supply() -> None:
    """A negative supply that follows the positive one: what moves vdd then moves both."""
    parameters = {"rd1": 9e3}
    apart = lt.read(PAIR, parameters=parameters).psrr(frequency_hz=[1.0])
    following = PAIR.replace("vss vss 0 -5", "evss vss 0 vdd 0 -1").replace("supply vdd vss", "supply vdd evss")
    tied = lt.read(following, parameters=parameters).psrr(frequency_hz=[1.0])
    for k in (0, 1):
        assert tied.matrix[0, k, 3] == pytest.approx(apart.matrix[0, k, 3], rel=1e-9)
        assert tied.matrix[0, k, 2] == pytest.approx(apart.matrix[0, k, 2] - apart.matrix[0, k, 3], rel=1e-9)


def test_mismatch_gives_a_rejection() -> None:
    d = 1e-3 * RD
    r = lt.read(PAIR, parameters={"rd1": RD + d / 2, "rd2": RD - d / 2}).psrr(frequency_hz=[1.0])
    expected = GM * d / (1 + 2 * GM * RSS)
    assert r.differential("vss")[0] == pytest.approx(expected, rel=1e-9)
    assert r.psrr_db("vss")[0] == pytest.approx(20 * np.log10(GM * RD / expected), abs=1e-6)
    assert r.input_referred("vss")[0] == pytest.approx(-expected / (GM * RD), rel=1e-9)


def test_symmetry_is_said_and_no_figure_is_made_up() -> None:
    r = lt.read(PAIR).psrr(frequency_hz=[1.0, 10.0])
    assert np.isinf(r.psrr_db("vdd")).all() and np.isinf(r.psrr_db("vss")).all()
    assert json.loads(r.to_json())["supplies"]["vss"]["psrr_db"] == [None, None]
    assert "limited by symmetry" in repr(r)
    assert "only mismatch gives a figure" in r.to_text()


def test_the_first_two_columns_are_the_mode_gains() -> None:
    amp = lt.read(PAIR, parameters={"rd1": 9e3})
    f = np.logspace(0, 6, 4)
    np.testing.assert_array_equal(amp.psrr(frequency_hz=f).matrix[:, :, :2], amp.gains(frequency_hz=f).matrix)


def test_a_supply_counts_by_its_hot_end() -> None:
    """A source that is turned round lifts its node all the same."""
    turned = PAIR.replace("vss vss 0 -5", "vss 0 vss 5")
    for amp in (lt.read(PAIR, parameters={"rd1": 9e3}), lt.read(turned, parameters={"rd1": 9e3})):
        assert amp.psrr(frequency_hz=[1.0]).differential("vss")[0].real == pytest.approx(
            GM * -1e3 / (1 + 2 * GM * RSS), rel=1e-9
        )


def test_a_single_output_and_the_names_in_json() -> None:
    r = lt.read(PAIR, output=["o2"]).psrr(frequency_hz=[1.0], supply=["vss"])
    assert r.supplies == ("vss",)
    parsed = json.loads(r.to_json())
    assert set(parsed["supplies"]["vss"]) == {"differential", "common", "psrr_db"}
    assert parsed["supplies"]["vss"]["common"] is None
    expected = 20 * np.log10((GM * RD / 2) / (GM * RD / (1 + 2 * GM * RSS)))
    assert parsed["supplies"]["vss"]["psrr_db"][0] == pytest.approx(expected, abs=1e-9)


def test_no_supplies_is_an_error_that_tells_the_way() -> None:
    deck = "no supply\nv1 a 0 0\nv2 b 0 0\ne1 o 0 a b 5\nr1 o 0 1k\n*@ input a b\n*@ output o\n"
    with pytest.raises(lt.OptionError, match="supplies are not known") as caught:
        lt.read(deck).psrr()
    assert 'supply=("vdd", "vss")' in str(caught.value)


def test_an_unknown_supply_is_an_error() -> None:
    with pytest.raises(lt.OptionError, match="'vxx' is no supply here; there are vdd, vss"):
        lt.read(PAIR).psrr(frequency_hz=[1.0]).psrr_db("vxx")


def test_to_xarray() -> None:
    data = lt.read(PAIR, parameters={"rd1": 9e3}).psrr(frequency_hz=[1.0, 10.0]).to_xarray()
    assert data["psrr"].dims == ("supply", "frequency")
    assert float(data["common"].sel(supply="vdd", frequency=1.0).real) == pytest.approx(1.0)


EXAMPLES = [
    "bjt_pair",
    "bjt_pair_resistor_tail",
    "mos_pair",
    "jfet_pair",
    "ota_5t",
    "data_link_receiver",
    "sense_amplifier",
    "folded_cascode",
    "radio_front_end",
]


@pytest.mark.ngspice
@pytest.mark.parametrize("name", EXAMPLES)
def test_like_ngspice(name: str) -> None:
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name]
    f = 10.0 * 10.0 ** (np.arange(17) / 2)
    ours = lt.read(deck.path, parameters=parameters).psrr(frequency_hz=f)
    largest = np.abs(ours.matrix).max()
    for k, supply in enumerate(ours.supplies):
        plot = ngspice.small_signals(deck.path, {supply: 1.0}, 10.0, 1e9, 2, parameters=parameters)
        np.testing.assert_allclose(plot.vectors["frequency"].real, f, rtol=1e-9)
        volts = [plot.voltage(node) for node in deck.outputs]
        theirs = np.stack(volts if len(volts) == 1 else lt.modes.split(*volts))
        error = np.abs(ours.matrix[:, :, 2 + k].T - theirs)
        assert (error <= 1e-5 * np.abs(theirs).max(axis=1, keepdims=True) + 1e-12 * largest).all(), supply
