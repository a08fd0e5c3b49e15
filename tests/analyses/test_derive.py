"""Derivations: the equations of this very circuit, the tail that cancels, the result."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from longtail.amplifier import read
from longtail.analyses import derive
from longtail.errors import AnalysisError, UnsupportedError
from longtail.symbolic.derivation import Reduced
from longtail.symbolic.gain import Gain
from longtail.symbolic.transfer import Transfer
from symbolic.decks import FOLDER, MOS


def lines(name: str, **options: object) -> str:
    return read(FOLDER / f"{name}.cir").derive(**options).to_text()


def test_the_mos_pair_step_by_step() -> None:
    text = read(MOS).derive().to_text()
    assert "- node o1: `v_o1/R_D + g_m1,2·(v_inp - v_s) = 0`" in text
    assert "- node s: `-g_m1,2·(v_inp - v_s) - g_m1,2·(v_inn - v_s) + v_s/R_SS = 0`" in text
    assert "v_s in node o1 minus node o2: `-g_m1,2·v_s + g_m1,2·v_s = 0`" in text
    assert "- node o1 minus node o2: `g_m1,2·v_inp,d + v_o1,d/R_D = 0`" in text
    assert "A_dd: `A_dd = -g_m1,2·R_D`" in text
    assert "A_cc: `A_cc = -g_m1,2·R_D/(1 + 2·g_m1,2·R_SS)`" in text
    assert "The differential gain does not contain R_SS." in text


def test_what_is_left_out_is_said() -> None:
    text = lines("bjt_pair")
    assert "r_x1,2 (a wire)" in text
    assert "R_REF" in text.split("Left out")[1].splitlines()[0]


def test_inner_nodes_of_devices_come_in_pairs_too() -> None:
    found = read(FOLDER / "jfet_pair.cir").derive()
    cancelled = next(s for s in found.steps if "cancel" in s.title)
    assert [e.name for e in cancelled.equations] == ["v_s in node j1#si minus node j2#si"]


def test_a_circuit_without_mirror_image_is_solved_as_a_whole() -> None:
    text = lines("ota_5t")
    assert "no mirror image" in text
    assert "`A_d = g_m1,2·(r_o1,2 ∥ r_o3,4)`" in text


def test_latex_has_an_equation_a_line() -> None:
    text = lines("mos_pair", latex=True)
    assert r"$$ A_{\mathrm{dd}} = -g_{\mathrm{m1,2}} \, R_{\mathrm{D}} $$" in text


def test_json_holds_the_steps() -> None:
    data = json.loads(read(MOS).derive().to_json())
    assert data["steps"][0]["title"] == "Currents at each node"
    assert data["differential_independent_of"] == ["R_SS"]
    assert {"symbol": "R_SS", "where": "between s and 0", "meaning": "resistor rss", "value": "100 kΩ"} in data[
        "elements"
    ]


def test_no_gain_at_dc_is_said() -> None:
    with pytest.raises(AnalysisError, match="zero at 0 Hz"):
        lines("accelerometer_bridge", error="10%")
    assert "v_a,d" in lines("accelerometer_bridge", error="10%", frequency=100e3)


def test_equations_of_branches_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="ecm1"):
        lines("folded_cascode")


def test_in_a_gilbert_cell_two_pairs_meet_at_each_output() -> None:
    deck = """gilbert cell
vcc vcc 0 9
vl1 lp 0 5
vl2 ln 0 4.9
vr1 rp 0 2.5 ac 1
vr2 rn 0 2.5
rl1 vcc op 1k
rl2 vcc on 1k
q1 op lp e1 q
q2 on ln e1 q
q3 op ln e2 q
q4 on lp e2 q
q5 e1 rp t q
q6 e2 rn t q
it t 0 1m
.model q npn(bf=100 vaf=50 rb=50 rc=20)
"""
    text = read(deck).derive().to_text()
    assert text.count("minus node on") + text.count("minus node op") == 1
    assert "g_m1,4 - g_m2,3" in text


def test_a_follower_at_the_output_has_no_loose_collector() -> None:
    deck = """emitter-coupled logic
vee vee 0 -5.2
va a 0 -1.29 ac 1
vb b 0 -1.29
r1 0 c1 220
r2 0 c2 220
q1 c1 a e q
q2 c2 b e q
re e vee 779
q3 0 c1 o1 q
q4 0 c2 o2 q
rt1 o1 vee 2k
rt2 o2 vee 2k
.model q npn(is=1f bf=80 rb=80 re=1 rc=10 va=50)
"""
    text = read(deck).derive().to_text()
    assert "A_dd = 0" not in text
    assert "A_dd: `A_dd = -" in text
    assert "node q3#ci" not in text


def test_a_derived_gain_that_is_not_the_circuits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = derive.solved

    def wrong(reduced: Reduced, gain: Gain, pairs: list[tuple[str, str]]) -> Transfer:
        right = solved(reduced, gain, pairs)
        return replace(right, scale=2 * right.scale)

    monkeypatch.setattr(derive, "solved", wrong)
    with pytest.raises(AnalysisError, match="what was left of the circuit gives"):
        read(MOS).derive()
