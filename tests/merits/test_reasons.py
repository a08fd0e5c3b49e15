"""Why gains are zero: each cause on a circuit of its own, symmetry where it is proven, verdicts from causes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.errors import AnalysisError, OptionError
from longtail.merits.reasons import Cause, Reason
from reference import ngspice

HELD = """output held by a supply
vdd out 0 1
vd2 d1 0 1
vip inp 0 0.9
vin inn 0 0.9
m1 d1 inp s 0 n w=10u l=1u
m2 out inn s 0 n w=10u l=1u
is s 0 20u
.model n nmos vto=0.5 kp=200u
*@ output out
"""
BLOCK = """limiting behavioural amplifier
vp inp 0 0 ac 1
vn inn 0 {offset}
bo x 0 v=15*tanh(1e5*(v(inp)-v(inn))/15)
ro x out 50
rl out 0 10k
vdd vdd 0 15
vss vss 0 -15
*@ input inp inn
*@ output out
*@ supply vdd vss
"""
OFF = """inputs below threshold
vdd vdd 0 3
v1 a 0 0
v2 b 0 0
m1 o1 a s 0 n w=10u l=1u
m2 o2 b s 0 n w=10u l=1u
rs s 0 10k
r1 vdd o1 10k
r2 vdd o2 {load}
.model n nmos vto=0.7 kp=100u
*@ input a b
*@ output o1 o2
"""
# no r_o and no capacitance: at every frequency what the tail makes it
LINEAR = """linear pair
v1 a 0 0
v2 b 0 0
g1 c1 t a t 10m
g2 c2 t b t 10m
rc1 0 c1 10k
rc2 0 c2 {load}
{tail}
*@ input a b
*@ output {output}
"""
COUPLED = """coupled by capacitors
vcc vcc 0 5
vs1 s1 0 0
vs2 s2 0 0
c1 s1 b1 1u
c2 s2 b2 {second}
rb1 b1 vb 100k
rb2 b2 vb 100k
vb vb 0 2
q1 o1 b1 e q
q2 o2 b2 e q
re e 0 1.3k
r1 vcc o1 2k
r2 vcc o2 2k
.model q npn is=1e-15 bf=100 cjc=1p tf=0.1n
*@ input s1 s2
*@ output o1 o2
"""
LATCH = """cross-coupled pair between loads, in the middle
.model n nmos vto=0.5 kp=200u gamma=0.4 phi=0.7 lambda=0.05 tox=8n cgso=0.3n cgdo=0.3n
.model p pmos vto=-0.5 kp=80u gamma=0.4 phi=0.7 lambda=0.06 tox=8n cgso=0.3n cgdo=0.3n
vdd vdd 0 1.8
vinp inp 0 1
vinn inn 0 1
m1 o1 inp s 0 n w=10u l=1u
m2 o2 inn s 0 n w=10u l=1u
it s 0 50u
m3 o1 o1 vdd vdd p w=10u l=1u
m4 o2 o2 vdd vdd p w=10u l=1u
m5 o1 o2 vdd vdd p w={cross}u l=1u
m6 o2 o1 vdd vdd p w={cross}u l=1u
*@ input inp inn
*@ output o1 o2
*@ supply vdd
"""


def tail(card: str, load: str = "10k", output: str = "c1 c2") -> lt.Amplifier:
    return lt.read(LINEAR.format(tail=card, load=load, output=output))


def causes(gains: Any) -> dict[str, Cause | None]:
    """The cause by gain, None where it is no more than small."""
    return {name: why and why.cause for name in gains.names for why in [gains.reason(name)]}


def test_an_output_that_a_source_holds() -> None:
    gains = lt.read(HELD).gains()
    assert gains.reason("differential") == gains.reason("common") == Reason(Cause.HELD, "vdd")
    assert np.isneginf(gains.cmrr_db).all(), "nothing is amplified that something could be held against"
    text = lt.read(HELD).analyze().to_text()
    assert "symmetry" not in text and "held by vdd" in text and "no gain to reject by" in text


def test_a_source_between_the_outputs_holds_their_difference() -> None:
    floating = HELD.replace("vdd out 0 1\nvd2 d1 0 1", "vdd vdd 0 2\nr1 vdd out 10k\nvx out d1 0")
    gains = lt.read(floating.replace("*@ output out", "*@ output d1 out")).gains()
    assert gains.reason("differential") == gains.reason("common_to_differential") == Reason(Cause.HELD, "vx")
    assert gains.reason("common") is None or gains.reason("common") != Reason(Cause.HELD, "vx")


def test_inputs_that_are_held_by_their_own_sources_are_no_such_outputs() -> None:
    assert causes(lt.read(HELD.replace("*@ output out", "*@ output inp")).gains()) == dict.fromkeys(
        ("differential", "common")
    )


def test_a_block_that_limits_is_at_a_rail_and_comes_back() -> None:
    stuck = lt.read(BLOCK.format(offset=0.1))
    gains = stuck.gains()
    assert {why.cause for name in gains.names if (why := gains.reason(name))} == {Cause.AT_RAIL}
    assert any("out is stuck at -14.9 V" in note and "--null" in note for note in gains.notes)
    nulled = stuck.gains(null=True)  # 1e5 times the divider of 50 ohm and 10 kohm
    assert nulled.differential[0].real == pytest.approx(1e5 * 10e3 / 10050.0, rel=1e-6)
    assert not any("stuck" in note for note in nulled.notes)
    assert not any("stuck" in note for note in lt.read(BLOCK.format(offset=0.0)).gains().notes)


@pytest.mark.parametrize(
    "verb", ["cmrr", "range", "noise", "psrr", "impedance", "poles", "behavioral", "source_imbalance"]
)
def test_every_analysis_sees_the_same_outputs_at_a_rail(verb: str) -> None:
    result = getattr(lt.read(BLOCK.format(offset=0.1)), verb)()
    assert any("stuck" in note for note in result.notes), result.notes


def test_a_block_that_limits_far_from_its_supplies_is_at_a_rail_too() -> None:
    inside = BLOCK.format(offset=0.1).replace("15*tanh(1e5*(v(inp)-v(inn))/15)", "5*tanh(1e5*(v(inp)-v(inn))/5)")
    why = lt.read(inside).gains().reason("differential")
    assert why is not None and why.cause is Cause.AT_RAIL and "4.975 V" in why.what


@pytest.mark.parametrize("load", ["10k", "12k"])
def test_transistors_that_are_cut_off(load: str) -> None:
    gains = lt.read(OFF.format(load=load)).gains(frequency_hz=0.0)
    assert gains.reason("differential") == Reason(Cause.CUT_OFF, "m1 and m2")
    assert causes(gains)["common_to_differential"] is Cause.CUT_OFF


def test_an_ideal_tail_is_no_symmetry() -> None:
    """A_cm is zero whatever the loads: the tail carries no signal, and so do the two halves of it."""
    unequal = tail("it t 0 1m", load="13k", output="c1").gains()
    assert causes(unequal) == {"differential": None, "common": Cause.IDEAL_TAIL}
    assert unequal.reason("common") == Reason(Cause.IDEAL_TAIL, "it")
    assert "limited by the ideal tail it" in unequal.to_text() and "symmetry" not in unequal.to_text()
    pair = tail("it t 0 1m").gains()
    assert causes(pair) == {
        "differential": None,
        "common": Cause.IDEAL_TAIL,
        "common_to_differential": Cause.SYMMETRY,
        "differential_to_common": Cause.SYMMETRY,
    }


def test_a_tail_with_a_resistance_gives_the_figure_that_was_promised() -> None:
    """A_cm = -g_m*R_C/(1 + 2*g_m*R_SS)."""
    gains = tail("it t 0 1m\nrt t 0 100k", output="c1").gains()
    assert gains.common[0].real == pytest.approx(-0.01 * 10e3 / (1.0 + 2 * 0.01 * 100e3), rel=1e-9)
    assert gains.reason("common") is None


@pytest.mark.parametrize("card", ["bt t 0 i=1m", "ft t 0 vm 1\nim 0 m 1m\nvm m 0 0", "gt t 0 m 0 1m\nvm m 0 1"])
def test_tails_of_every_kind_are_named(card: str) -> None:
    why = tail(card, output="c1").gains().reason("common")
    assert why == Reason(Cause.IDEAL_TAIL, card[:2])


@pytest.mark.parametrize("second", ["1u", "2u"])
def test_what_capacitors_couple_has_no_path_at_dc(second: str) -> None:
    amplifier = lt.read(COUPLED.format(second=second))
    gains = amplifier.gains(frequency_hz=0.0)
    assert gains.reason("differential") == Reason(Cause.NO_PATH, "0 Hz")
    formula = amplifier.formula()
    assert "no path at 0 Hz" in formula.notes[0] and "--band" in formula.notes[0]
    assert "symmetry" not in formula.to_text()
    with pytest.raises(AnalysisError, match="no path at 0 Hz"):
        amplifier.derive()
    assert abs(amplifier.formula(band="1k").value_dc) == pytest.approx(
        abs(amplifier.gains(frequency_hz=1e3).differential[0]), rel=0.1
    )


def test_symmetry_is_lost_with_values_and_with_the_operating_point() -> None:
    """A latch that has fallen to one side is symmetric on paper only."""
    fallen = LATCH.format(cross=15).replace("vdd vdd 0 1.8", "vdd vdd 0 1.8\n.nodeset v(o1)=1.7 v(o2)=0.6")
    middle, aside = lt.read(LATCH.format(cross=15)).gains(), lt.read(fallen).gains()
    assert causes(middle)["common_to_differential"] is Cause.SYMMETRY
    assert causes(aside)["common_to_differential"] is None
    assert np.isfinite(aside.cmrr_db[0])


def test_verdicts_come_from_causes() -> None:
    limits = {"A_d": {"min": 30, "unit": "dB"}, "A_cm": {"max": -40, "unit": "dB"}}
    held = lt.read(HELD).analyze(limits=limits)
    assert [row.verdict for row in held.rows if row.limit] == ["fail", "fail"]
    ideal = tail("it t 0 1m", output="c1").analyze(limits=limits)
    assert [row.verdict for row in ideal.rows if row.limit] == ["pass", "open"]
    assert {row.symbol: row.to_dict()["reason"] for row in ideal.rows if row.limit} == {
        "A_d": None,
        "A_cm": {
            "cause": "ideal_tail",
            "what": "it",
            "text": "zero by the ideal tail it: only its output resistance gives a value",
        },
    }


def test_supplies_have_reasons_of_their_own() -> None:
    result = tail("it t vee 1m\nvee vee 0 -5\n*@ supply vee", output="c1").psrr()
    assert result.reasons["vee"] == Reason(Cause.IDEAL_TAIL, "it")
    assert "limited by the ideal tail it" in result.to_text() and "symmetry" not in result.to_text()


def test_derivations_and_formulas_of_what_is_held_say_so() -> None:
    with pytest.raises(AnalysisError, match="A_d is zero, held by vdd"):
        lt.read(HELD).derive()
    assert lt.read(HELD).formula().notes[0].startswith("zero, held by vdd")
    with pytest.raises(OptionError, match="held by vdd"):
        lt.read(HELD).formula(of="cmrr")


def test_sweeps_say_why_lanes_have_no_rejection() -> None:
    result = tail("it t 0 1m", output="c1").sweep(vary="rc2.r=10k:12k:3")
    assert result.reasons == {"cmrr_db": Reason(Cause.IDEAL_TAIL, "it")}
    assert "CMRR is limited by the ideal tail it in every lane" in result.to_text()
    gains = lt.read(HELD).gains(parameters={"is.dc": [10e-6, 20e-6]})
    assert gains.reason("differential") == Reason(Cause.HELD, "vdd")


VERBS = (
    "gains", "analyze", "cmrr", "noise", "offset", "range", "impedance", "psrr", "transfer", "behavioral", "op",
    "poles", "half", "formula", "source_imbalance",
)  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_an_unstable_point_is_marked_wherever_it_is_used(verb: str) -> None:
    unstable, stable = (lt.read(LATCH.format(cross=cross)).run(verb.replace("_", "-")) for cross in (15, 5))
    marked = [
        sum("unstable" in note and "right half-plane" in note for note in each.notes) for each in (unstable, stable)
    ]
    assert marked == [1, 0]


def test_an_unstable_point_has_no_band() -> None:
    amplifier = lt.read(LATCH.format(cross=15))
    swept = amplifier.sweep(vary="temp=0,27")
    assert "unstable in 2 of 2 lanes" in swept.notes[0]
    rows = {row.symbol: row for row in amplifier.analyze().rows}
    assert rows["f_3dB"].value is None and rows["f_3dB"].remark == "unstable operating point"
    assert amplifier.poles().corners.bandwidth_hz is None


def test_conditions_under_which_the_point_is_unstable_are_named() -> None:
    """A cross-coupled pair that is too wide when it is hot, or in a corner; and nothing where it is so throughout."""
    deck = LATCH.replace("w={cross}u", "w={cross}").replace(".model n", ".param cross=5u\n.model n", 1)
    wide = lt.read(deck.replace("cross=5u", "cross={5u+10u*(temper>100)}")).analyze(full=True, temperatures="27,125")
    said = [note for note in wide.notes if "unstable" in note]
    under = "a pole in the right half-plane, under these conditions: 125 °C"
    assert said == [f"warning: the operating point is unstable, {under}"]
    corner = lt.read(deck).analyze(full=True, corners={"wide": {"cross": "15u"}, "narrow": {"cross": "4u"}})
    assert [note.rpartition(": ")[2] for note in corner.notes if "unstable" in note] == ["wide"]
    always = lt.read(deck.replace("cross=5u", "cross=15u")).analyze(full=True, temperatures="27,125")
    assert not any("under these conditions" in note for note in always.notes)


def test_a_stable_point_is_not() -> None:
    stable = lt.read(LATCH.format(cross=5))
    assert not stable.gains().notes
    assert {row.symbol: row for row in stable.analyze().rows}["f_3dB"].value is not None


@pytest.mark.ngspice
def test_the_pole_that_grows_is_that_of_ngspice(tmp_path: Path) -> None:
    """From differences of ngspice's currents: G = g of a node less that across, over its capacitances."""
    amplifier = lt.read(LATCH.format(cross=15))
    d = amplifier.op().devices
    names = [f"@{m}[{q}]" for m in ("m1", "m3", "m5") for q in ("gm", "gds")]
    theirs = ngspice.operating_point(LATCH.format(cross=15), devices=names).devices
    conductance = theirs["m3", "gm"] - theirs["m5", "gm"] + sum(theirs[m, "gds"] for m in ("m1", "m3", "m5"))
    # gate-drain capacitances of the cross-coupled pair stand between nodes that move oppositely: twice, and from both
    c = sum(d[m]["cgd"] + d[m]["cbd"] for m in ("m1",)) + d["m3"]["cgs"] + d["m3"]["cbd"]
    c += d["m5"]["cgs"] + d["m5"]["cbd"] + 4.0 * d["m5"]["cgd"]
    growing = max(s.real for s in amplifier.poles().poles)
    assert growing == pytest.approx(-conductance / c, rel=0.02)


COMMON_MODE = """no common-mode feedback
.model n nmos vto=0.6 kp=110u lambda=0.04 gamma=0.4 phi=0.7
.model p pmos vto=-0.7 kp=40u lambda=0.05
vdd vdd 0 3
vinp inp 0 1.5
vinn inn 0 1.5
vb b 0 0.9
vbp bp 0 1.9
m1 outn inp s 0 n w=20u l=1u
m2 outp inn s 0 n w=20u l=1u
m5 s b 0 0 n w=20u l=1u
m3 outn bp vdd vdd p w=40u l=1u
m4 outp bp vdd vdd p w=40u l=1u
"""


@pytest.mark.parametrize("null", [False, True])
@pytest.mark.parametrize("verb", ["gains", "analyze", "cmrr", "poles", "noise"])
def test_two_outputs_at_one_rail_lack_a_common_mode_level(verb: str, null: bool) -> None:
    notes = getattr(lt.read(COMMON_MODE), verb)(null=null).notes
    found = [note for note in notes if "both outputs" in note]
    assert len(found) == 1 and "common-mode feedback" in found[0] and "--null" not in found[0]


COLLECTOR = """a collector that mid-supply is out of reach of
vcc vcc 0 12
vee vee 0 -12
v1 inp 0 0
v2 inn 0 0
q1 vcc inp e q
q2 vo inn e q
rc vcc vo 10k
{tail}
.model q npn is=1e-15 bf=150 vaf=100
"""


@pytest.mark.parametrize("tail_card", ["re e vee 11.3k", "ie e vee 1m"])
def test_nulling_says_how_far_the_output_goes(tail_card: str) -> None:
    amplifier = lt.read(COLLECTOR.format(tail=tail_card))
    with pytest.raises(AnalysisError, match=r"v\(vo\) goes from .* to 12 V") as caught:
        amplifier.offset()
    assert "--target" in (caught.value.hint or "")
    assert "would not settle" not in caught.value.message
    assert amplifier.offset(target=6.0).input_offset == pytest.approx(0.0, abs=0.05)
    assert "v(vo) = 7.1" in amplifier.analyze().to_text()


def test_reasons_of_lanes_on_several_axes() -> None:
    result = tail("it t 0 1m", output="c1").sweep(vary=["rc1.r=9k:11k:2", "temp=0,27,50"], measure="gains")
    assert result["common"].shape[:2] == (2, 3)
    assert result.reasons == dict.fromkeys(("common", "cmrr"), Reason(Cause.IDEAL_TAIL, "it"))


def test_lanes_that_are_stuck_are_counted() -> None:
    """Each lane once, however many outputs it has at a rail; with nulling none is."""
    amplifier = lt.read(BLOCK.format(offset=0.1))
    offsets = {"vn.dc": [0.1, 0.0, 0.1, 0.1, 0.0]}
    notes = amplifier.gains(frequency_hz=[1.0], parameters=offsets).notes
    assert any("in 3 of 5 lanes" in note and "--null" in note for note in notes), notes
