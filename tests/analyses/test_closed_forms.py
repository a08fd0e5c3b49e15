"""Textbook results recovered from decks in which every element is known: the symmetric pair and what spoils it.

The transistor is a transconductance in parallel with r_o (ideal), or level 1 MOS and Gummel-Poon at a known bias.
Source: Gray, Hurst, Lewis, Meyer, Analysis and Design of Analog Integrated Circuits, section 3.5.
"""

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.gains import ModeGains

GM, RD, RO, RSS, CT = 2e-3, 10e3, 80e3, 200e3, 1e-12

IDEAL = """a pair of ideal transconductances
.param gm1={gm} gm2={gm} rd1={rd} rd2={rd} rss={rss} ct=0 ro=1e15
v1 inp 0 0
v2 inn 0 0
g1 o1 t inp t {{gm1}}
g2 o2 t inn t {{gm2}}
ro1 o1 t {{ro}}
ro2 o2 t {{ro}}
rd1 o1 0 {{rd1}}
rd2 o2 0 {{rd2}}
rss t 0 {{rss}}
ct t 0 {{ct}}
*@ input inp inn
*@ output o1 o2
.end
"""


def gains(f: float | list[float] = 1.0, output: tuple[str, ...] | None = None, **parameters: float) -> ModeGains:
    deck = IDEAL.format(gm=GM, rd=RD, rss=RSS)
    return lt.read(deck, parameters=parameters).gains(frequency_hz=np.atleast_1d(f), output=output)


def parallel(a: float, b: float) -> float:
    return a * b / (a + b)


def test_differential_gain() -> None:
    assert gains().differential[0] == pytest.approx(-GM * RD, rel=1e-9)
    assert gains(ro=RO).differential[0] == pytest.approx(-GM * parallel(RD, RO), rel=1e-12)


def test_single_ended_output_is_half_with_either_sign() -> None:
    first, second = gains(output=("o1",), ro=RO), gains(output=("o2",), ro=RO)
    assert first.differential[0] == pytest.approx(-GM * parallel(RD, RO) / 2, rel=1e-12)
    assert second.differential[0] == pytest.approx(+GM * parallel(RD, RO) / 2, rel=1e-12)
    assert first.common[0] == pytest.approx(second.common[0], rel=1e-12)
    assert first.common_to_differential is None


def test_common_mode_gain() -> None:
    assert gains().common[0] == pytest.approx(-GM * RD / (1 + 2 * GM * RSS), rel=1e-8)
    assert gains(ro=RO).common[0] == pytest.approx(-GM * RO * RD / (RD + RO + 2 * RSS * (1 + GM * RO)), rel=1e-12)
    assert gains(rss=1e9).common[0] == pytest.approx(-RD / (2e9), rel=1e-3)


def test_ideal_tail_gives_no_common_mode_gain() -> None:
    deck = IDEAL.format(gm=GM, rd=RD, rss=RSS).replace("rss t 0 {rss}\n", "iss t 0 0\n").replace("ct t 0 {ct}\n", "")
    result = lt.read(deck).gains(frequency_hz=[1.0])
    assert np.abs(result.common[0]) < 1e-12 * np.abs(result.differential[0])


def test_differential_gain_does_not_know_the_tail() -> None:
    f = np.logspace(0, 9, 10)
    reference = gains(f, ro=RO).differential
    for changed in ({"rss": 1e3}, {"rss": 1e9}, {"ct": CT}, {"ct": 1e-9, "rss": 10.0}):
        np.testing.assert_allclose(gains(f, ro=RO, **changed).differential, reference, rtol=1e-12)


def test_load_mismatch_converts() -> None:
    d = 1e-4 * RD
    expected = -GM * d / (1 + 2 * GM * RSS)
    assert gains(rd1=RD + d / 2, rd2=RD - d / 2).common_to_differential[0] == pytest.approx(expected, rel=1e-6)
    large_tail = gains(rd1=RD + d / 2, rd2=RD - d / 2, rss=1e8)
    assert large_tail.common_to_differential[0] == pytest.approx(-d / 2e8, rel=1e-4)


def test_transconductance_mismatch_converts() -> None:
    d = 1e-4 * GM
    result = gains(gm1=GM + d / 2, gm2=GM - d / 2)
    assert result.common_to_differential[0] == pytest.approx(-d * RD / (1 + 2 * GM * RSS), rel=1e-6)
    assert result.cmrr_db[0] == pytest.approx(20 * np.log10((1 + 2 * GM * RSS) / 1e-4), abs=1e-4)


def test_tail_capacitance_makes_a_zero_and_a_pole() -> None:
    f = np.logspace(3, 10, 71)
    s = 2j * np.pi * f
    expected = -GM * RD * (1 + s * RSS * CT) / (1 + 2 * GM * RSS + s * RSS * CT)
    np.testing.assert_allclose(gains(f, ct=CT).common, expected, rtol=1e-8)
    zero = 1 / (2 * np.pi * RSS * CT)
    at_zero, at_dc = gains([zero], ct=CT).common[0], gains([0.0], ct=CT).common[0]
    assert np.abs(at_zero / at_dc) == pytest.approx(np.sqrt(2), rel=1e-4)


def test_symmetry_is_said_and_no_figure_is_made_up() -> None:
    result = gains(ro=RO)
    assert np.isinf(result.cmrr_db).all()
    assert result.to_dict()["cmrr_db"] == [np.inf]
    assert '"cmrr_db": [\n  null\n ]' in result.to_json()
    assert "symmetry" in repr(result)


MOS = """level 1 pair: k = kp*w/l = 4 mA/V^2, I_SS = 200 uA
vdd vdd 0 5
v1 inp 0 2
v2 inn 0 2
rd1 vdd o1 10k
rd2 vdd o2 10k
m1 o1 inp t t n w=40u l=1u
m2 o2 inn t t n w=40u l=1u
iss t 0 200u
rss t 0 1meg
.model n nmos vto=0.7 kp=100u lambda={lam}
.option gmin=1e-18
*@ output o1 o2
.end
"""


def test_mos_pair_of_level_1() -> None:
    amp = lt.read(MOS.format(lam=0))
    m1 = amp.op().devices["m1"]
    g_m = np.sqrt(2 * 4e-3 * m1["id"])
    assert m1["g_m"] == pytest.approx(g_m, rel=1e-9)
    result = amp.gains(frequency_hz=[1.0])
    assert result.differential[0] == pytest.approx(-g_m * 10e3, rel=1e-6)
    assert result.common[0] == pytest.approx(-g_m * 10e3 / (1 + 2 * g_m * 1e6), rel=1e-6)


def test_mos_pair_with_channel_length_modulation() -> None:
    amp = lt.read(MOS.format(lam=0.05))
    m1 = amp.op().devices["m1"]
    g_m, r_o = m1["g_m"], m1["r_o"]
    assert r_o == pytest.approx((1 + 0.05 * m1["vds"]) / (0.05 * m1["id"]), rel=1e-9)
    result = amp.gains(frequency_hz=[1.0])
    assert result.differential[0] == pytest.approx(-g_m * parallel(10e3, r_o), rel=1e-6)
    assert result.common[0] == pytest.approx(-g_m * r_o * 10e3 / (10e3 + r_o + 2e6 * (1 + g_m * r_o)), rel=1e-6)


BJT = """bipolar pair with an ideal or a resistive tail
vcc vcc 0 10
v1 inp 0 0
v2 inn 0 0
rc1 vcc o1 10k
rc2 vcc o2 10k
q1 o1 inp e n
q2 o2 inn e n
iee e 0 200u
{tail}
.model n npn is=1e-16 bf=200
.option gmin=1e-18
*@ output o1 o2
.end
"""


def test_bjt_pair_by_its_bias() -> None:
    """A_dd = -alpha*I_EE*R_C/(2*V_T), with V_T by CODATA 2018 at 27 degC."""
    v_t = 1.380649e-23 * 300.15 / 1.602176634e-19
    result = lt.read(BJT.format(tail="")).gains(frequency_hz=[1.0])
    assert result.differential[0] == pytest.approx(-(200 / 201) * 200e-6 * 10e3 / (2 * v_t), rel=1e-6)
    assert np.abs(result.common[0]) < 1e-9


def test_bjt_common_mode_gain_with_beta() -> None:
    amp = lt.read(BJT.format(tail="ree e 0 500k"))
    r_pi = amp.op().devices["q1"]["r_pi"]
    result = amp.gains(frequency_hz=[1.0])
    assert result.common[0] == pytest.approx(-200 * 10e3 / (r_pi + 2 * 201 * 500e3), rel=1e-6)
