"""Derivations: the equations of this very circuit, the tail that cancels, the result."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from longtail.amplifier import read
from longtail.analyses import derive
from longtail.errors import AnalysisError, UnsupportedError
from longtail.symbolic.algebra.gain import Gain
from longtail.symbolic.algebra.transfer import RationalTransfer
from longtail.symbolic.shorter.reduced import Reduced
from longtail.symbolic.writing.derivation import Equation
from longtail.symbolic.writing.expression import Expression, text
from reference import ngspice
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


@pytest.mark.parametrize(("second", "shared"), [("10.4k", True), ("9.6k", True), ("10.6k", False), ("15k", False)])
def test_values_share_a_symbol_within_five_percent(second: str, shared: bool) -> None:
    """Beyond that two loads are two symbols."""
    text = read(PAIR.format(R.replace("r2 d y 10k", f"r2 d y {second}"), "x y")).derive().to_text()
    assert ("| R_1,2 |" in text) == shared
    assert ("| R_1 |" in text and "| R_2 |" in text) != shared


def test_json_holds_the_steps() -> None:
    data = json.loads(read(MOS).derive().to_json())
    assert data["steps"][0]["title"] == "Currents at each node"
    assert data["differential_independent_of"] == ["R_SS"]
    assert {"symbol": "R_SS", "where": "between s and 0", "meaning": "resistor rss", "value": "100 kΩ"} in data[
        "elements"
    ]


def test_no_gain_at_dc_is_said() -> None:
    with pytest.raises(AnalysisError, match="zero, no path at 0 Hz"):
        lines("accelerometer_bridge", error="10%")
    assert "v_a,d" in lines("accelerometer_bridge", error="10%", frequency=100e3)


PAIR = """a pair
v1 a 0 dc 0.9
v2 b 0 dc 0.9
vdd d 0 3
m1 x a e 0 n w=10u l=1u
m2 y b e 0 n w=10u l=1u
re e 0 10k
.model n nmos(vto=0.5 kp=200u lambda=0.05)
{}
*@ input v1 v2
*@ output {}
.end
"""
R = "r1 d x 10k\nr2 d y 10k\n"
SENSED = "v3 d g 0\nv4 d h 0\nr1 g x 10k\nr2 h y 10k\n"
LOADED = "r3 p o 1k\nr4 q u 1k\nr5 o 0 3k\nr6 u 0 3k"
LOADS = {
    "coils": ("l1 d x 1u\nl2 y d 1u\nr1 x 0 20k\nr2 y 0 20k", "x y", 1e9),
    "coupled coils": ("l1 d x 10u\nl2 d y 10u\nk1 l1 l2 -0.6\nr1 x 0 20k\nr2 y 0 20k", "x y", 1e8),
    "a coil on the line": (R + "lt e t 1m\nrt t 0 2k", "x y", 1e7),
    "buffers": (R + "e1 p 0 x 0 0.5\ne2 q 0 y 0 0.5\n" + LOADED, "o u", 0.0),
    "buffers of gain one": (R + "e1 p 0 x 0 1\ne2 q 0 y 0 1\n" + LOADED, "o u", 0.0),
    "a current of the own side": (SENSED + "f1 x 0 v3 0.2\nf2 y 0 v4 0.2", "x y", 0.0),
    "a current of gain one": (SENSED + "f1 0 o v3 1\nf2 0 u v4 1\nr5 o 0 3k\nr6 u 0 3k", "o u", 0.0),
    "a current of the other side": (
        SENSED.replace("v4 d h", "v4 h d") + "f1 x 0 v4 0.2\nf2 y 0 v3 -0.2",
        "x y",
        0.0,
    ),
    "voltages by currents": (SENSED + "h1 p 0 v3 2k\nh2 q 0 v4 2k\n" + LOADED, "o u", 0.0),
    "one output and a coil": ("l1 d x 1u\nr1 x 0 20k\nr2 d y 10k", "x", 1e8),
}
PREFIXES = {"": 1.0, "k": 1e3, "M": 1e6, "m": 1e-3, "µ": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}


@pytest.mark.ngspice
@pytest.mark.parametrize("name", LOADS)
def test_branches_are_unknowns_and_the_gains_are_those_of_ngspice(name: str) -> None:
    """The equations as they are printed, solved by numbers, give what ngspice finds for the whole circuit."""
    cards, output, frequency = LOADS[name]
    deck = PAIR.format(cards, output)
    found = read(deck).derive(error=1e-9, frequency=frequency)
    assert any(step.title == "Voltages of branches" for step in found.steps)
    at = frequency or 1.0
    whole = ngspice.mode_gains(deck, ("v1", "v2"), tuple(output.split()), at, 10.0 * at, 1)
    common = whole.common if whole.common is not None else whole.common_to_differential
    values = {symbol: read_shown(value) for symbol, _, _, value in found.elements}
    equations = [e for step in found.steps[:2] for e in step.equations]
    for mode, theirs in (((0.5, -0.5), whole.differential[0]), ((1.0, 1.0), common[0])):
        volts = solve(equations, values, dict(zip(("v_a", "v_b"), mode, strict=True)), 2j * np.pi * at)
        one = [volts[f"v_{node}"] for node in output.split()]
        differential = mode[0] != mode[1]
        ours = one[0] if len(one) == 1 else one[0] - one[1] if differential else (one[0] + one[1]) / 2.0
        assert ours == pytest.approx(theirs, rel=5e-3)  # printed to four digits, pairs by their mean


def read_shown(value: str) -> float:
    number, _, unit = value.partition(" ")
    prefix = unit[0] if len(unit) > 1 and unit != "Hz" else ""
    return (
        float(number) * {"": 1.0, "k": 1e3, "M": 1e6, "m": 1e-3, "µ": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}[prefix]
    )


def solve(
    equations: list[Equation], values: dict[str, float], given: dict[str, float], s: complex
) -> dict[str, complex]:
    """Unknowns of linear equations, by their coefficients: the value with one unknown at one, less that with none."""
    unknowns = sorted(
        {name for e in equations for name in names(e.left) if name not in values and name not in given} - {"s"}
    )
    known = {**values, **given, "s": s}
    zero = dict.fromkeys(unknowns, 0.0)
    rest = np.array([value(e.left, {**known, **zero}) for e in equations])
    columns = [np.array([value(e.left, {**known, **zero, x: 1.0}) for e in equations]) - rest for x in unknowns]
    solution = np.linalg.solve(np.column_stack(columns), -rest)
    return dict(zip(unknowns, solution, strict=True)) | {name: complex(x) for name, x in given.items()}


def names(expression: Expression) -> set[str]:
    return set(re.findall(r"[A-Za-zπτµ]+(?:_[A-Za-z0-9πτ#,.]+)?", text(expression)))


def value(expression: Expression, known: dict[str, complex]) -> complex:
    """The value of a printed equation, read back from its text."""
    printed = re.sub(r"[A-Za-zπτµ]+(?:_[A-Za-z0-9πτ#,.]+)?", lambda m: f"known['{m[0]}']", text(expression))
    return complex(eval(printed.replace("·", "*"), {"known": known}))


def test_a_chain_across_the_line_is_no_pair() -> None:
    found = lines("folded_cascode")
    assert "- branch ecm1: `v_mid - v_bn - A_CM·v_o1 = 0`" in found
    assert "branch ecm1 minus" not in found and "v_mid + v_mid" not in found
    assert "- branch ecm1: `v_mid - v_bn - A_CM·v_o1,c = 0`" in found, "the common mode alone moves the feedback"


def test_capacitances_carry_s() -> None:
    found = lines("accelerometer_bridge", error="10%", frequency=100e3)
    assert "- node a: `-s·C_1,4·(v_car1 - v_a)" in found


def test_what_has_no_step_is_refused() -> None:
    law = PAIR.format("r1 d x 1k\nr2 d y 1k\nb1 x 0 i={1u*v(a)}\nb2 y 0 i={1u*v(b)}", "x y")
    with pytest.raises(UnsupportedError, match="b1 is a law"):
        read(law).derive()
    steered = PAIR.format("r1 d x 1k\nr2 d y 1k\nf1 x 0 v1 1\nf2 y 0 v2 1\nr3 a 0 1k\nr4 b 0 1k", "x y")
    with pytest.raises(UnsupportedError, match="the current of an input"):
        read(steered).derive()


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

    def wrong(reduced: Reduced, gain: Gain, pairs: list[tuple[str, str]]) -> RationalTransfer:
        right = solved(reduced, gain, pairs)
        return replace(right, scale=2 * right.scale)

    monkeypatch.setattr(derive, "solved", wrong)
    with pytest.raises(AnalysisError, match="what was left of the circuit gives"):
        read(MOS).derive()


@pytest.mark.parametrize(("name", "gain"), [("instrumentation_amplifier", 99.99), ("ecg_front_end", 50.08)])
def test_amplifiers_of_op_amps_are_derived_and_an_output_without_limit_has_no_equation(name: str, gain: float) -> None:
    found = read(FOLDER / f"{name}.cir").derive()
    equations = [e for step in found.steps[:2] for e in step.equations]
    assert "node f1" in {e.name for e in equations}
    assert "node o1" not in {e.name for e in equations}  # its current is what the op-amp gives
    values = {symbol: read_shown(value) for symbol, _, _, value in found.elements}
    first, second = found.input
    volts = solve(equations, values, {f"v_{first}": 0.5, f"v_{second}": -0.5}, 0j)
    assert volts["v_o"].real == pytest.approx(gain, rel=0.02)


def test_of_two_gains_one_of_which_is_zero_the_other_is_derived() -> None:
    found = read("""difference amplifier
v1 a 0 0
v2 b 0 0
r1 b n 10k
r2 n o 20k
r3 a p 10k
r4 p 0 20k
e1 o 0 p n 1e6
*@ input v1 v2
*@ output o
.end
""").derive()
    assert [step.title for step in found.steps if step.title.startswith("Solve")] == ["Solve for A_d"]
    assert "There is nothing to derive for A_cm: it is below rounding." in found.notes


def test_a_gain_that_shows_where_matched_devices_differ_is_said() -> None:
    found = read(FOLDER / "two_stage_opamp.cir").derive(null=True)
    own = read(FOLDER / "two_stage_opamp.cir").gains(0.0, null=True).common[0].real
    (note,) = (note for note in found.notes if note.startswith("A_cm is that of matched devices"))
    assert note.endswith(f"with the values of each it is {abs(own):.4g}.")
