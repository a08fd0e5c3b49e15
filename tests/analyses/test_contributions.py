"""Contributions against closed forms, against each other, and against samples."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.contributions import effects
from longtail.contract.drive import Drive
from longtail.errors import OptionError
from longtail.statistics.finding import find_spreads

V_T = 1.380649e-23 * 300.15 / 1.602176634e-19
RULES = "*@ mismatch r(rc*) sigma=0.5%\n*@ mismatch is(q*) sigma=1%\n"
BIPOLAR = f"""a bipolar pair with an ideal tail
{RULES}*@ input inp inn
*@ output o1 o2
vcc vcc 0 5
vip inp 0 0
vin inn 0 0
rc1 vcc o1 10k
rc2 vcc o2 10k
q1 o1 inp e n
q2 o2 inn e n
it e 0 200u
.model n npn(is=1e-16 bf=1e6)
"""
MOS = """a MOS pair with a resistor for a tail
*@ input inp inn
*@ output o1 o2
vdd vdd 0 3
vip inp 0 1.5
vin inn 0 1.5
rd1 vdd o1 10k
rd2 vdd o2 10k
m1 o1 inp s 0 n w=20u l=1u
m2 o2 inn s 0 n w=20u l=1u
rss s 0 {rss}
.param rss=10k
.model n nmos(vto=0.5 kp=100u a_vt=5n a_beta=0.02u)
*@ mismatch r(rd*) sigma=1%
"""


def _asked(deck: str, measure: str, **options: object) -> lt.Contributions:
    result = lt.read(deck).run("contributions", measure=measure, **options)
    assert isinstance(result, lt.Contributions)
    return result


def _by_name(result: lt.Contributions) -> dict[str, tuple[complex, float]]:
    """Sensitivity and share where the figure is given first."""
    return {
        cause.name: (result.sensitivity[0, 0, k].item(), float(result.share[0, 0, k]))
        for k, cause in enumerate(result.causes)
    }


def test_the_offset_of_a_bipolar_pair() -> None:
    """V_OS = V_T*(dR/R + dI_S/I_S), each a difference of two: sigma = V_T*sqrt(2)*sqrt(0.5 %^2 + 1 %^2)."""
    found = _asked(BIPOLAR, "offset")
    wanted = V_T * math.sqrt(2.0) * math.hypot(0.005, 0.01)
    assert found.sigma[0, 0] == pytest.approx(wanted, rel=1e-5)
    each = _by_name(found)
    assert each["q1.is"][0] == pytest.approx(-V_T, rel=1e-5)
    assert each["rc2.r"][0] == pytest.approx(V_T, rel=1e-5)
    assert each["q1.is"][1] == pytest.approx(0.4, rel=1e-5)
    assert each["rc1.r"][1] == pytest.approx(0.1, rel=1e-5)
    assert found.groups["is of q1, q2"][0, 0] == pytest.approx(0.8, rel=1e-5)


def test_the_offset_of_a_mos_pair() -> None:
    """V_OS^2 = dV_T^2 + (V_OV/2)^2*((dbeta/beta)^2 + (dR/R)^2), the first two by Pelgrom's law."""
    op = lt.read(MOS).op()
    overdrive = 2.0 * op.devices["m1"]["id"] / op.devices["m1"]["g_m"]
    root = math.sqrt(20e-6 * 1e-6)
    half = overdrive / 2.0
    wanted = math.hypot(5e-9 / root, half * 0.02e-6 / root, half * math.sqrt(2.0) * 0.01)
    assert _asked(MOS, "offset").sigma[0, 0] == pytest.approx(wanted, rel=1e-5)


def test_what_load_mismatch_does_to_the_conversion() -> None:
    """A_c->d = -g_m*dR/(1 + 2*g_m*R_SS), as an identity: no r_o, no body effect."""
    g_m = lt.read(MOS).op().devices["m1"]["g_m"]
    each = _by_name(_asked(MOS, "common_to_differential@1k"))
    assert each["rd1.r"][0].real == pytest.approx(-g_m * 10e3 / (1.0 + 2.0 * g_m * 10e3), rel=1e-6)
    assert each["rd2.r"][0].real == pytest.approx(-each["rd1.r"][0].real, rel=1e-9)


def test_what_transconductance_mismatch_does_to_the_conversion() -> None:
    """A_c->d = -dg_m*R_D/(1 + 2*g_m*R_SS)^2 where both currents move along: dg_m at the moved operating point.

    With one source node, kp of one side moves the currents of both. What is told is compared with whole solutions.
    """
    each = _by_name(_asked(MOS, "common_to_differential@1k", mismatch=True))
    ends = [
        lt.read(MOS, parameters={"m1.kp": 100e-6 * (1.0 + step)}).gains(frequency_hz=[1e3]).common_to_differential[0]
        for step in (1e-4, -1e-4)
    ]
    assert each["m1.kp"][0] == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-6)


def test_the_rejection_is_that_of_the_ratio() -> None:
    """Shares of E|rho - rho_0|^2 with rho = A_c->d/A_dd."""
    wanted = _asked(MOS, "common_to_differential@50")
    ratio = _asked(MOS, "cmrr@50")
    gain = lt.read(MOS).gains(frequency_hz=[50.0]).differential[0]
    assert ratio.sigma[0, 0] == pytest.approx(wanted.sigma[0, 0] / abs(gain), rel=1e-9)
    np.testing.assert_allclose(ratio.share, wanted.share, rtol=1e-9)


@pytest.mark.parametrize("measure", ["differential_db@1k", "common_db@100meg", "offset"])
def test_differences_of_lanes_agree_with_sensitivities(measure: str) -> None:
    """The way of figures that have no sensitivities, asked for those that have."""
    circuit, drive = lt.read("ota_5t").circuit, Drive(null=True)
    spreads = find_spreads(circuit)
    asked = effects.question(measure, None)
    found = effects.found(circuit, asked, drive, None, spreads)
    lanes = effects._by_differences(circuit, asked, drive, None, spreads)
    assert found.unit == lanes.unit
    assert found.nominal[0, 0] == pytest.approx(lanes.nominal[0, 0], rel=1e-9)
    size = abs(found.effects).max()
    np.testing.assert_allclose(found.effects[0, 0], lanes.effects[0, 0], atol=1e-4 * size, rtol=0.0)


def test_gains_in_db_agree_with_the_gains() -> None:
    """d(20*lg|A|) = 20/ln(10)*Re(dA/A), and so at a frequency where the gain turns."""
    for measure in ("differential", "common"):
        gain, in_db = (_asked("bjt_pair", f"{measure}{end}", frequency_hz=[1e8]) for end in ("", "_db"))
        assert in_db.unit == "dB"
        size = gain.nominal[0, 0]
        assert in_db.nominal[0, 0] == pytest.approx(20.0 * math.log10(abs(size)), abs=1e-9)
        expected = 20.0 / math.log(10.0) * np.real(gain.sensitivity[0, 0] / size)
        np.testing.assert_allclose(in_db.sensitivity[0, 0], expected, rtol=1e-6, atol=1e-9 * abs(expected).max())


def test_figures_of_the_operating_point_need_no_inputs() -> None:
    deck = "t\n*@ mismatch r(r*) sigma=1%\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1k\n"
    found = _asked(deck, "v(b)")
    assert found.output == ()
    assert found.sigma[0, 0] == pytest.approx(math.sqrt(2.0) * 0.01 * 0.5, rel=1e-4)
    assert found.order.tolist() == [0, 1]  # equal shares stand by name


def test_correlated_devices_spoil_no_balance() -> None:
    """Loads that move together by 3/4 of their variance leave a quarter of the offset's."""
    alone = _asked(BIPOLAR, "offset", only="rc*").sigma[0, 0]
    together = _asked(BIPOLAR.replace("sigma=0.5%", "sigma=0.5% correlation=0.75"), "offset", only="rc*").sigma[0, 0]
    assert together == pytest.approx(alone / 2.0, rel=1e-6)


def test_the_process_moves_no_balance() -> None:
    """What moves both sides alike leaves the offset of a symmetric pair where it is: zero, not rounding."""
    found = _asked(BIPOLAR.replace("mismatch is(q*)", "process is(n)"), "offset")
    assert _by_name(found)["q1, q2.is"] == (0.0, 0.0)
    assert [cause.kind for cause in found.causes] == ["mismatch", "mismatch", "process"]


def test_a_map_over_levels_and_frequencies_is_its_places() -> None:
    whole = _asked("bjt_pair", "cmrr", frequency_hz=[1e3, 1e7], vcm=[-1.0, 0.0, 2.0])
    assert whole.sigma.shape == (3, 2)
    for level, vcm in enumerate((-1.0, 0.0, 2.0)):
        for place, frequency in enumerate((1e3, 1e7)):
            one = _asked("bjt_pair", "cmrr", frequency_hz=frequency, vcm=vcm)
            assert one.sigma[0, 0] == pytest.approx(whole.sigma[level, place], rel=1e-9)
            np.testing.assert_allclose(one.share[0, 0], whole.share[level, place], rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("measure", ["offset", "cmrr@50", "common", "v(o1)", "bandwidth_hz"])
def test_the_json_gives_the_result_again(measure: str) -> None:
    found = _asked("bjt_pair", measure)
    again = lt.Contributions.from_json(found.to_json())
    assert again.to_json() == found.to_json()
    assert again.to_text() == found.to_text()


def test_the_json_has_what_it_is_known_for() -> None:
    told = json.loads(_asked("bjt_pair", "cmrr@50").to_json())
    assert {"measure", "frequency_hz", "vcm", "sigma", "contributions", "groups"} <= told.keys()
    assert told["frequency_hz"] == 50.0
    first = told["contributions"][0]
    assert {"instance", "parameter", "sigma", "sensitivity", "share"} <= first.keys()
    assert sum(each["share"] for each in told["contributions"]) == pytest.approx(1.0)


def test_what_is_assumed_and_what_is_left_out_is_told() -> None:
    assert (
        "is assumed" in _asked("bjt_pair", "offset").to_text()
        or "are assumed" in _asked("bjt_pair", "offset").to_text()
    )
    assert "without mismatch" in _asked(MOS, "offset").to_text()


@pytest.mark.parametrize(
    ("measure", "options", "message"),
    [
        ("cmrr@50", {"frequency_hz": 1e3}, "has a frequency of its own"),
        ("offset,cmrr", {}, "to one figure"),
        ("gains", {}, "no single figure"),
        ("ofset", {}, "nothing called 'ofset'"),
        ("common_to_differential", {}, "single-ended output has no"),
        ("offset", {"only": "qq"}, "nothing of what is asked for"),
    ],
)
def test_what_cannot_be_asked_is_refused(measure: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        lt.read("ota_5t").run("contributions", measure=measure, **options)
