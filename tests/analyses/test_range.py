"""Ranges: edges that ngspice confirms from both sides, and a clipping amplifier with a polygon in closed form."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import brentq

import longtail as lt
from longtail.analyses.range import OperatingRange, _with_corners
from longtail.devices.discovery import devices
from longtail.driven.inputs import find_drives
from longtail.driven.levels import sweep
from longtail.engine.equations.system import System
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.errors import AnalysisError, OptionError
from longtail.large_signal.reach import RangeEnd
from longtail.large_signal.transistors import amplifying
from reference import gallery, ngspice

CLIP, GAIN = 2.0, 10.0
# The front of an instrumentation amplifier: either output is V_CM + GAIN*v_id/2, and clips softly at CLIP.
CLIPPING = f"""two amplifiers that clip
v1 inp 0 0
v2 inn 0 0
b1 o1 0 v={CLIP}*tanh(((v(inp)+v(inn))/2 + {GAIN}/2*(v(inp)-v(inn)))/{CLIP})
b2 o2 0 v={CLIP}*tanh(((v(inp)+v(inn))/2 - {GAIN}/2*(v(inp)-v(inn)))/{CLIP})
*@ input inp inn
*@ output o1 o2
"""


def of(name: str, **options: float | bool) -> OperatingRange:
    return lt.read(gallery.deck(name).path).range(**options)


@pytest.fixture(scope="module")
def ota() -> OperatingRange:
    return of("ota_5t")


def test_a_clipping_amplifier() -> None:
    """Its gain is GAIN*(sech(u1/CLIP)^2 + sech(u2/CLIP)^2)/2, so the ends 3 dB lower are known."""
    result = lt.read(CLIPPING).range(window=2.5)
    end = CLIP * np.arccosh(10.0 ** (3.0 / 40.0))
    assert [result.by_gain.low.volts, result.by_gain.high.volts] == pytest.approx([-end, end], abs=2e-6)
    assert result.swing_by_gain.high.volts == pytest.approx(2.0 * CLIP * np.tanh(end / CLIP), abs=2e-6)
    assert any("no transistor" in note for note in result.notes)
    assert {limit.reason for limit in result.limits} == {"the gain is 3 dB lower"}
    for v_out, v_cm in result.polygon:
        v_id = brentq(lambda v, c=v_cm, o=v_out: _clipped(c, v) - o, -2.0, 2.0, xtol=1e-14)
        u = v_cm + np.array([1.0, -1.0]) * GAIN * v_id / 2.0
        loss = np.mean(1.0 / np.cosh(u / CLIP) ** 2)
        assert 20.0 * np.log10(loss) == pytest.approx(-3.0, abs=2e-3)


def _clipped(v_cm: float, v_id: float) -> float:
    return float(CLIP * (np.tanh((v_cm + GAIN * v_id / 2) / CLIP) - np.tanh((v_cm - GAIN * v_id / 2) / CLIP)))


def test_the_loss_of_gain_is_an_option() -> None:
    for loss in (0.1, 1.0):
        result = lt.read(CLIPPING).range(window=2.5, gain_loss_db=loss)
        assert result.by_gain.high.volts == pytest.approx(CLIP * np.arccosh(10.0 ** (loss / 40.0)), abs=2e-6)


@pytest.mark.parametrize("name", ["bjt_pair", "mos_pair", "jfet_pair", "folded_cascode"])
def test_input_range_is_that_of_the_level_sweep(name: str) -> None:
    """With the output of a symmetric pair held at zero, the levels at which devices leave are those of `cmrr`."""
    amplifier = lt.read(gallery.deck(name).path)
    found, levels = amplifier.range().input_common_mode, amplifier.cmrr(vcm="supplies", frequency_hz=[1.0])
    for limit, left in ((found.low, levels.low), (found.high, levels.high)):
        if left:
            assert limit.device == left[0].device
            assert limit.volts == pytest.approx(left[0].edge, abs=1e-5)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["mos_pair", "ota_5t", "folded_cascode", "sense_amplifier", "two_stage_opamp"])
def test_ngspice_sees_the_transistor_leave_at_each_edge(name: str) -> None:
    """A thousandth inside of the middle of every edge its V_DS is enough; a thousandth outside it is not."""
    deck = gallery.deck(name)
    null = name in gallery.NULLED
    result = of(name, null=null)
    held = sweep(find_drives(lt.read(deck.path).circuit), null=True, target=result.v_out)
    center = np.array([result.v_out, result.v_cm])
    edges: dict[str, list[int]] = {}
    for k, limit in enumerate(result.limits):
        if limit.device and "triode" in limit.reason:
            edges.setdefault(limit.device, []).append(k)
    assert edges
    for device, corners in edges.items():
        corner = result.polygon[corners[len(corners) // 2]]
        places = center + np.array([0.999, 1.001])[:, None] * (corner - center)
        points = held.at(v_ic=places[:, 1], target=places[:, 0])
        assert points.good.all()
        room = []
        for v_id, (v_out, v_cm) in zip(points.v_id.tolist(), places.tolist(), strict=True):
            dc = {deck.sources[0]: v_cm + v_id / 2, deck.sources[1]: v_cm - v_id / 2}
            asked = [f"@{device}[vds]", f"@{device}[vdsat]"]
            theirs = ngspice.operating_point(deck.path, devices=asked, dc=dc)
            first, second = (*deck.outputs, "0")[:2]
            volts = {**theirs.nodes, "0": 0.0}
            assert volts[first] - volts[second] == pytest.approx(v_out, abs=5e-3 if null else 1e-5)
            room.append(abs(theirs.devices[device, "vds"]) - abs(theirs.devices[device, "vdsat"]))
        assert room[0] > 0.0 > room[1]


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["bjt_pair", "mos_pair", "jfet_pair", "sense_amplifier", "ota_5t"])
def test_ngspice_has_lost_the_gain_at_the_swing(name: str) -> None:
    deck = gallery.deck(name)
    result = of(name)
    held = sweep(find_drives(lt.read(deck.path).circuit), null=True, target=result.v_out)
    volts = [result.v_out, result.swing_by_gain.low.volts, result.swing_by_gain.high.volts]
    points = held.at(v_ic=result.v_cm, target=np.array(volts))
    gains = []
    for v_id in points.v_id.tolist():
        dc = {deck.sources[0]: result.v_cm + v_id / 2, deck.sources[1]: result.v_cm - v_id / 2}
        gains.append(
            abs(ngspice.mode_gains(deck.path, deck.sources, deck.outputs, 1.0, 10.0, 1, dc=dc).differential[0])
        )
    losses = 20.0 * np.log10(np.array(gains[1:]) / gains[0])
    np.testing.assert_allclose(losses, -3.0, atol=2e-3)


def test_range_of_the_ota(ota: OperatingRange) -> None:
    """Both inputs at V_CM: the tail runs out of V_DS below, the pair above; the output follows the input downwards."""
    assert (ota.input_common_mode.low.device, ota.input_common_mode.high.device) == ("m5", "m1")
    assert (ota.output_swing.low.device, ota.output_swing.high.device) == ("m2", "m4")
    assert {limit.device for limit in ota.limits} == {"m1", "m2", "m4", "m5"}
    assert ota.by_cmrr is not None
    assert ota.by_cmrr.low.volts == pytest.approx(0.95, abs=0.02)
    below = [place for place, limit in zip(ota.polygon, ota.limits, strict=True) if limit.device == "m2"]
    slope = np.polyfit(*np.transpose(below), 1)[0]
    assert slope == pytest.approx(1.17, abs=0.03)  # the source follows the gate by 1/(1 + body effect)


def test_push_pull_halves_may_turn_off() -> None:
    """The 741's output transistors take turns; the swing goes on until its drive runs out."""
    swing = of("ua741", null=True).output_swing
    assert -14.0 < swing.low.volts < -12.0
    assert 13.0 < swing.high.volts < 14.5
    assert swing.high.device == "q13a"


def test_far_from_rest_the_edges_of_the_741_are_found() -> None:
    """Ends that lie ten volts and more from the operating point: none is taken for one because it is hard to solve."""
    result = of("ua741", null=True)
    assert {limit.device for limit in result.limits} == {"q2", "q13a", None}
    assert {limit.reason for limit in result.limits if not limit.device} == {"the gain is 3 dB lower"}
    assert result.by_cmrr is not None
    assert 14.5 < result.by_cmrr.high.volts < 15.0
    corners = result.polygon
    assert corners.min(axis=0) == pytest.approx([-13.0, -13.3], abs=0.3)
    assert corners.max(axis=0) == pytest.approx([13.9, 14.8], abs=0.3)


def test_symmetry_leaves_no_range_by_rejection() -> None:
    result = of("mos_pair")
    assert result.by_cmrr is None
    assert any("symmetry" in note for note in result.notes)
    assert json.loads(result.to_json())["input_common_mode_by_cmrr"] is None
    np.testing.assert_allclose(result.swing_by_gain.low.volts, -result.swing_by_gain.high.volts, rtol=1e-6)


def test_an_output_at_a_rail_is_looked_at_in_the_middle() -> None:
    """There is nothing to see at the rail, so the range is that of --null, with a note; a target is obeyed."""
    found, nulled = of("two_stage_opamp"), of("two_stage_opamp", null=True)
    assert any("--null" in note for note in found.notes)
    assert not nulled.notes
    np.testing.assert_array_equal(found.polygon, nulled.polygon)
    assert of("two_stage_opamp", target=2.8).v_out == 2.8


DEAF = """a comparator whose output follows nothing
vdd vdd 0 3
vinp inp 0 1.5
vinn inn 0 1.5
m1 x inp s 0 n w=20u l=1u
m2 y inn s 0 n w=20u l=1u
r1 vdd x 1k
r2 vdd y 1k
i1 s 0 100u
m3 o vdd 0 0 n w=20u l=1u
r3 vdd o 100k
*@ input inp inn
*@ output o
*@ supply vdd
.model n nmos(level=1 vto=0.5 kp=170u)
"""


def test_an_output_that_follows_nothing_has_no_range() -> None:
    with pytest.raises(
        AnalysisError, match=r"there is no range about an output of 1\.5 V: .* does not follow"
    ) as caught:
        lt.read(DEAF).range()
    assert "--target" in str(caught.value.hint)


def test_where_to_look_has_to_be_known() -> None:
    with pytest.raises(OptionError, match="how far to look"):
        lt.read(CLIPPING).range()
    with pytest.raises(OptionError, match="gain_loss_db"):
        lt.read(CLIPPING).range(window=1.0, gain_loss_db=0.0)


def test_forms(ota: OperatingRange) -> None:
    found = ota.to_dict()
    assert [found[name] for name in ("frequency_hz", "gain_loss_db", "cmrr_loss_db")] == [1.0, 3.0, 6.0]
    assert set(found["input_common_mode"]["low"]) == {"volts", "device", "reason"}
    assert np.shape(found["polygon"]) == (len(ota.limits), 2)
    assert ota.to_xarray()["limit"].dims == ("corner",)
    text = ota.to_text()
    assert "m5 goes into triode" in text
    assert "CMRR within 6 dB" in text
    labels = {each.get_text() for each in ota.plot().axes[0].texts}
    assert labels == {"m1: triode", "m2: triode", "m4: triode", "m5: triode"}
    assert "range of v(o)" in repr(ota)


def test_the_transistor_that_gives_out_is_found_by_going_on() -> None:
    """Fully steered, the output of a pair goes no farther: the side that has turned off is named at either end."""
    swing = lt.read(gallery.deck("mos_pair").path).range().output_swing
    assert (swing.low.reason, swing.high.reason) == ("m2 goes into cutoff", "m1 goes into cutoff")
    assert swing.low.volts == pytest.approx(-swing.high.volts, rel=1e-4)


@pytest.mark.parametrize("kind", [name for name, model in devices().items() if model.role])
def test_transistors_amplify_where_their_current_hardly_depends_on_the_voltage_across(kind: str) -> None:
    """By the names of their regions, and by the points themselves: below, the current follows the voltage."""
    role = devices()[kind].role
    assert role is not None
    assert role.amplifying == ("active" if kind == "bipolar" else "saturation")
    assert [_amplifies(kind, volts) for volts in (0.05, 3.0)] == [False, True]


def _amplifies(kind: str, volts: float) -> bool:
    """Whether a transistor by itself does with so many volts across."""
    cards = {
        "bipolar": ("q", 0.65, "npn(is=1e-15 bf=100)"),
        "jfet": ("j", -0.5, "njf(vto=-2 beta=1m)"),
        "jfet2": ("j", -0.5, "njf(level=2 vto=-2 beta=1m)"),
        "mesfet": ("z", -0.5, "nmf(vto=-2 beta=1m)"),
        "vdmos": ("m", 1.5, "vdmos(vto=0.5 kp=1m)"),
    }
    model = devices()[kind]
    letter, control, card = cards.get(kind) or ("m", 1.5, f"nmos(level={model.levels[0]} vto=0.5 kp=1m)")
    bulk = " 0" if "b" in model.terminals and letter == "m" else ""
    deck = f"one transistor\nvc c 0 {volts}\nvb b 0 {control}\n{letter}1 c b 0{bulk} t\n.model t {card}\n"
    return bool(amplifying(solve_operating_point(System(lt.read(deck).circuit)))[f"{letter}1"][0])


BEHIND_DIVIDERS = """a pair behind dividers of three
vcc vcc 0 5
vee vee 0 -5
vp a 0 0
vn b 0 0
r1 a inp 20k
r2 inp 0 10k
r3 b inn 20k
r4 inn 0 10k
q1 o1 inp e n
q2 o2 inn e n
rc1 vcc o1 10k
rc2 vcc o2 10k
i1 e vee 200u
.model n npn(is=1e-15 bf=1e5)
*@ input a b
*@ output o1 o2
"""


def test_levels_are_looked_for_beyond_the_supplies() -> None:
    """A fifth of their span to either side, by `range` and by the datasheet alike."""
    amp = lt.read(BEHIND_DIVIDERS)
    span = amp.range().input_common_mode
    assert (span.low.volts, span.high.volts) == (pytest.approx(-7.0), pytest.approx(7.0))
    rows = {row.symbol: row.value for row in amp.analyze(full=True, frequency_hz="1:1meg:1").rows}
    assert rows["V_ICR-"] == pytest.approx(-7.0) and rows["V_ICR+"] == pytest.approx(7.0)


def test_an_output_of_nothing_but_rounding_is_called_zero() -> None:
    """The output of a pair of capacitors' making rests at zero, or at some last bits beside it."""
    text = BEHIND_DIVIDERS.replace("q1 o1 inp e n", "q1 o1 b1 e n\nc1 inp b1 1u\nrb1 b1 0 1meg").replace(
        "q2 o2 inn e n", "q2 o2 b2 e n\nc2 inn b2 1u\nrb2 b2 0 1meg"
    )
    with pytest.raises(AnalysisError, match="about an output of 0 V"):
        lt.read(text).range()


class Halves:
    """A search whose ends are limited by one thing on one side of a line through the middle, and another beyond it."""

    def __init__(self, turn: float) -> None:
        self.turn = turn
        self.asked: list[float] = []

    def reach(self, angles: np.ndarray, *_: object) -> list[tuple[np.ndarray, RangeEnd]]:
        self.asked += angles.tolist()
        beyond = np.cos(angles - self.turn) > 0.0
        return [
            (np.array([np.cos(a), np.sin(a)]), RangeEnd(0.0, None, "this" if there else "that"))
            for a, there in zip(angles, beyond, strict=True)
        ]


@pytest.mark.parametrize("turn", [0.3, np.pi / 2 - 0.03, np.pi / 2 + 0.01, np.pi - 0.02, -1.0])
def test_the_polygon_is_refined_between_ends_of_different_limits(turn: float) -> None:
    """Also between the last ray and the first, which are neighbours around the circle."""
    search, rays = Halves(turn), np.linspace(-np.pi, np.pi, 72, endpoint=False)
    ends = _with_corners(search, rays, search.reach(rays))  # type: ignore[arg-type]
    fresh = np.array(search.asked[72:])
    assert len(fresh) == 16 and len(ends) == 88
    step = 2.0 * np.pi / 72.0
    for edge in (turn + np.pi / 2, turn - np.pi / 2):
        beside = np.abs((fresh - edge + np.pi) % (2.0 * np.pi) - np.pi)
        assert (beside < step).sum() == 8
        assert beside.min() <= step / 25.0, "twice over, by fifths"
    around = np.unwrap([np.arctan2(place[1], place[0]) for place, _ in ends])
    assert (np.diff(around) > 0.0).all(), "in order around the middle"
    assert around[-1] - around[0] < 2.0 * np.pi
    assert sum(a.reason != b.reason for (_, a), (_, b) in zip(ends, ends[1:] + ends[:1], strict=True)) == 2


def test_a_polygon_of_one_limit_is_left_as_it_is() -> None:
    rays = np.linspace(-np.pi, np.pi, 72, endpoint=False)
    ends = [(np.array([np.cos(a), np.sin(a)]), RangeEnd(0.0, None, "this")) for a in rays]
    assert _with_corners(Halves(0.0), rays, ends) == ends  # type: ignore[arg-type]
