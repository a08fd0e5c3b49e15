"""JFET level 2 (Parker and Skellern) against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

import longtail as lt
from devices.harness import Card, evaluate, instance
from devices.transistors import (
    Bias,
    Case,
    by_engine,
    by_longtail,
    by_ngspice,
    parameter_slopes,
    terminal_capacitances,
    turn_to_terminals,
)
from longtail.devices.models.jfet2 import MODEL
from longtail.errors import InputError, NetlistError
from reference import ngspice

TERMINALS = MODEL.terminals
PLAIN = {"vto": -1.8, "beta": 1.3e-3, "lambda": 0.012, "is": 2e-14, "vbi": 0.9}
TAIL = {"vst": 0.06, "mvst": 0.04}
KNEE = {"xi": 0.4, "mxi": 0.15, "z": 0.6, "p": 2.4, "q": 1.9}
FEEDBACK = {"lfgam": 0.03, "lfg1": 4e-3, "lfg2": 2e-3}
CHARGED = {"cgs": 4e-12, "cgd": 3e-12, "cds": 2e-13, "acgam": 0.06, "xc": 0.15, "fc": 0.4}
WHOLE = PLAIN | TAIL | KNEE | FEEDBACK | CHARGED | {"delta": 0.8, "ibd": 1e-9, "vbd": 1.3, "n": 1.2}

CASES = {
    "defaults": Case("njf", {}, {}, 2),
    "n": Case("njf", PLAIN | CHARGED, {"area": 1.7}, 2),
    "p": Case("pjf", PLAIN | CHARGED | {"vto": -2.4}, {}, 2),
    "tail": Case("njf", PLAIN | TAIL, {}, 2),
    "knee": Case("njf", PLAIN | KNEE, {"area": 0.4}, 2),
    "p, sharp knee": Case("pjf", PLAIN | KNEE | {"z": 0.0, "mxi": 0.0, "p": 1.7, "q": 2.3}, {}, 2),
    "feedback": Case("njf", PLAIN | FEEDBACK, {}, 2),
    "heat": Case("njf", PLAIN | {"delta": 3.0}, {"area": 2.5}, 2),
    "breakdown": Case("pjf", PLAIN | {"ibd": 2e-8, "vbd": 0.8}, {"area": 2.0}, 2),
    "far breakdown": Case("njf", PLAIN | {"ibd": 1e-18, "vbd": 0.15}, {}, 2),
    "enhancement": Case("njf", PLAIN | KNEE | {"vto": 0.2}, {}, 2),
    "whole": Case("njf", WHOLE, {"area": 1.3}, 2),
    "p, whole": Case("pjf", WHOLE | {"tnom": 40.0}, {"m": 3.0}, 2),
    "large fc": Case("njf", WHOLE | {"fc": 0.99}, {"temp": 85.0}, 2),
}
# the gate against the terminal that acts as source, and vds, in the device's own sense
BIASES = [
    (vgs, vds)
    for vgs in (-6.0, -2.5, -1.9, -1.1, -0.06, 0.0, 0.2, 0.4, 0.6)
    for vds in (-7.0, -1.2, -0.3, -0.01, 0.0, 0.02, 0.35, 1.4, 9.0)
]
NAMES = {"id": "id", "ig": "ig", "vgs": "vgs", "vgd": "vgd", "g_m": "gm", "g_ds": "gds"}
# after an operating point ngspice keeps the small-signal capacitances where it keeps charges in a transient
NAMES |= {"cgs": "qgs", "cgd": "qgd"}


def card_of(case: Case, temp_deg_c: float) -> Card:
    return instance(MODEL, case.type, case.model, temp_deg_c + 273.15, **case.instance)


def terminal_voltages(case: Case, source: float = 0.25) -> list[Bias]:
    sign = MODEL.model_types[case.type]
    return [{"d": source + sign * vds, "g": source + sign * (vgs + min(vds, 0.0)), "s": source} for vgs, vds in BIASES]


def dropped(case: Case) -> dict[str, np.ndarray]:
    """By unit, what ngspice lacks at each bias: it drops the channel's tail from u = -10*w on, and its slopes."""
    m = case.model
    floors = {
        unit: np.full(len(BIASES), least) for unit, least in {"A": 1e-15, "S": 1e-15, "F": 1e-22, "V": 1e-15}.items()
    }
    for k, (vgs, vds) in enumerate(BIASES):
        vgd, v_ds = vgs - abs(vds), abs(vds)
        width = m.get("vst", 0.0) * (1.0 + m.get("mvst", 0.0) * v_ds)
        feedback = m.get("lfgam", 0.0) - m.get("lfg1", 0.0) * vgs + m.get("lfg2", 0.0) * vgd
        if width > 0.0 and vgs - m.get("vto", -2.0) - feedback * vgd < -10.0 * width:
            scale = case.instance.get("area", 1.0) * m["beta"] * (1.0 + m["lambda"] * v_ds)
            floors["A"][k] = scale * (width * math.exp(-10.0)) ** m.get("q", 2.0)
            floors["S"][k] = 10.0 * floors["A"][k] / (width * math.exp(-10.0))
    return floors


def assert_equal(ours: np.ndarray, theirs: np.ndarray, floor: np.ndarray, what: str, relative: float = 1e-8) -> None:
    excess = np.abs(ours - theirs) - relative * np.abs(theirs) - floor
    worst = int(np.argmax(excess))
    assert excess[worst] <= 0.0, f"{what} at {BIASES[worst]}: {ours[worst]!r}, ngspice {theirs[worst]!r}"


def compare(case: Case, temp_deg_c: float) -> None:
    """Quantities and currents at all biases with those of ngspice."""
    biases = terminal_voltages(case)
    theirs = by_ngspice(case, "j", TERMINALS, biases, list(NAMES.values()), temp_deg_c)
    turn_to_terminals(theirs, NAMES, MODEL, MODEL.model_types[case.type])
    parallel = case.instance.get("m", 1.0)
    ours = by_longtail(MODEL, card_of(case, temp_deg_c), biases)
    units, floors = {q.name: q.unit for q in MODEL.quantities}, dropped(case)
    for quantity, other in NAMES.items():
        factor = 1.0 if units[quantity] == "V" else parallel
        assert_equal(factor * ours[quantity], theirs[other], factor * floors[units[quantity]], quantity)
    for t in TERMINALS:
        assert_equal(parallel * ours[f"i({t})"], theirs[f"i({t})"], 3.0 * parallel * floors["A"], f"i({t})")


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", CASES)
def test_equals_ngspice(name: str, temp_deg_c: float, constants_of_ngspice: None) -> None:
    compare(CASES[name], temp_deg_c)


# where the parameters of random cards lie
RANGES: Mapping[str, tuple[float, float]] = {
    "vto": (-4.0, 0.4),
    "beta": (1e-4, 1e-2),
    "lambda": (0.0, 0.1),
    "p": (1.5, 3.2),
    "q": (1.2, 2.8),
    "vst": (0.02, 0.2),
    "mvst": (0.0, 0.3),
    "xi": (0.05, 3.0),
    "mxi": (0.0, 0.6),
    "z": (0.0, 3.0),
    "lfgam": (-0.05, 0.1),
    "lfg1": (-0.01, 0.02),
    "lfg2": (-0.01, 0.01),
    "delta": (0.0, 8.0),
    "is": (1e-16, 1e-12),
    "n": (0.9, 2.0),
    "ibd": (0.0, 1e-8),
    "vbd": (0.5, 4.0),
    "vbi": (0.7, 1.2),
    "cgs": (0.0, 1e-11),
    "cgd": (0.0, 1e-11),
    "acgam": (-0.1, 0.2),
    "xc": (0.0, 1.0),
    "fc": (0.0, 0.9),
    "tnom": (10.0, 60.0),
}


@pytest.mark.ngspice
@pytest.mark.parametrize("seed", range(6))
def test_random_cards_equal_ngspice(seed: int, constants_of_ngspice: None) -> None:
    rng = np.random.default_rng(seed)
    model = {name: float(rng.uniform(*ends)) for name, ends in RANGES.items() if rng.random() < 0.7}
    always = {"beta": 1e-3, "lambda": 0.0}
    case = Case("pjf" if seed % 2 else "njf", always | model, {"area": float(rng.uniform(0.2, 5.0))}, 2)
    compare(case, float(rng.uniform(-40.0, 125.0)))


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["n", "p", "whole", "large fc"])
def test_terminals_see_the_capacitances_of_ngspice(name: str, constants_of_ngspice: None) -> None:
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = terminal_capacitances(case, "j", TERMINALS, biases, 50.0)
    ours = by_longtail(MODEL, card_of(case, 50.0), biases)
    for quantity, pairs in {"cgs": ("gs", "sg"), "cgd": ("gd", "dg"), "cds": ("ds", "sd")}.items():
        for a, b in pairs:
            np.testing.assert_allclose(ours[quantity], -theirs[f"c({a},{b})"], rtol=1e-8, atol=1e-20, err_msg=a + b)


RESISTIVE = {
    "both": Case("njf", WHOLE | {"rd": 30.0, "rs": 45.0}, {"area": 2.0}, 2),
    "source only": Case("pjf", WHOLE | {"rs": 120.0}, {"temp": 85.0}, 2),
    "three in parallel": Case("njf", WHOLE | {"rd": 30.0, "rs": 45.0}, {"m": 3.0, "area": 0.7}, 2),
    "lagging": Case("pjf", WHOLE | {"rs": 45.0, "hfgam": 0.1, "taug": 1e-4, "taud": 1e-3}, {"m": 2.0}, 2),
}


@pytest.mark.ngspice
@pytest.mark.parametrize("name", RESISTIVE)
def test_series_resistances_through_the_engine(name: str, constants_of_ngspice: None) -> None:
    case = RESISTIVE[name]
    biases = terminal_voltages(case)[::2]
    theirs = by_ngspice(case, "j", TERMINALS, biases, [*NAMES.values()], 60.0)
    turn_to_terminals(theirs, NAMES, MODEL, MODEL.model_types[case.type])
    ours = by_engine(MODEL, case, biases, 60.0)
    units = {q.name: q.unit for q in MODEL.quantities}
    floors = {"A": 1e-13, "F": 1e-22, "V": 1e-10, "S": 1e-9}
    for quantity, other in NAMES.items():
        floor = floors[units[quantity]]
        np.testing.assert_allclose(ours[quantity], theirs[other], rtol=1e-7, atol=floor, err_msg=quantity)
    for t in TERMINALS:
        np.testing.assert_allclose(ours[f"i({t})"], theirs[f"i({t})"], rtol=1e-7, atol=2e-13, err_msg=t)
    into = sum(ours[f"i({t})"] * np.array([bias[t] for bias in biases]) for t in TERMINALS)
    np.testing.assert_allclose(ours["power"], into, rtol=1e-7, atol=1e-12)


PAIR = """pair of JFETs
*@ input inp inn
*@ output op on
vdd vdd 0 {polarity}12
vss vss 0 {opposite}12
vinp inp 0 0 ac 0.5
vinn inn 0 0 ac -0.5
rd1 vdd op 5k
rd2 vdd on 5k
j1 op inp s n area=1.5
j2 on inn s n area=1.5
j3 s vss t n
rt t vss 900
cl op 0 2p
cr on 0 2p
.model n {type}(level=2 {model})
"""
OF_PAIR = WHOLE | {"rd": 12.0, "rs": 17.0, "kf": 1e-15, "af": 1.1}
FAST = {"taug": 3e-6, "hfgam": 0.08, "hfg1": 1e-2, "hfg2": -3e-3, "hfeta": 0.02, "hfe1": 5e-3, "hfe2": 4e-3}
LAGS = {
    "none": {},
    "without effect": {"taug": 1e-6, "taud": 1e-3, "hfgam": 0.03, "lfg1": 0.0, "lfg2": 0.0, "delta": 0.0},
    "feedback": FAST | {"delta": 0.0},
    "of slow signals alone": {"taug": 2e-8},
    "heat": {"taud": 5e-5, "delta": 4.0, "ibd": 0.0},
    "both": FAST | {"taud": 5e-5, "delta": 4.0, "ibd": 0.0},
}


def pair(type: str, more: Mapping[str, float]) -> str:
    polarity, opposite = ("", "-") if MODEL.model_types[type] > 0 else ("-", "")
    model = " ".join(f"{name}={value!r}" for name, value in (OF_PAIR | more).items())
    return PAIR.format(type=type, model=model, polarity=polarity, opposite=opposite)


@pytest.mark.ngspice
@pytest.mark.parametrize("type", ["njf", "pjf"])
@pytest.mark.parametrize("lags", LAGS)
def test_a_pair_as_in_ngspice(lags: str, type: str) -> None:
    deck = pair(type, LAGS[lags])
    amplifier = lt.read(deck)
    for node, volts in ngspice.operating_point(deck).nodes.items():
        if "#" not in node:
            assert amplifier.op().nodes[node] == pytest.approx(volts, rel=1e-6, abs=1e-6), node
    theirs = ngspice.mode_gains(deck, ("vinp", "vinn"), ("op", "on"), 10.0, 1e9, 3)
    ours = amplifier.gains(frequency_hz=theirs.frequency_hz)
    assert abs(ours.differential[0]) > 1.5
    for name in ("differential", "common"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-6), name
    noise = ngspice.noise(deck, ("vinp", "vinn"), ("op", "on"), 1e1, 1e9, 2)
    assert amplifier.noise(frequency_hz=noise.frequency_hz).output_v_per_rthz == pytest.approx(noise.output, rel=1e-5)


STAGE = """one stage
*@ input g x
*@ output d
vdd vdd 0 10
vg g 0 -0.3
vx x 0 -0.3
rx x 0 1k
rd vdd d 2k
rs s 0 100
j1 {ends} n
.model n njf(level=2 vto=-1.8 beta=1m lfgam=0.05 lfg1=4m lfg2=2m hfgam=0.1 hfe1=5m hfeta=0.03 taug=1u delta=3 taud=30u)
"""


def test_lags_do_not_mind_which_end_is_called_drain() -> None:
    one, other = (lt.read(STAGE.format(ends=ends)).gains(frequency_hz="1:1meg:5") for ends in ("d g s", "s g d"))
    assert abs(one.differential[0]) > 1.1 * abs(one.differential[-1])
    np.testing.assert_allclose(other.differential, one.differential, rtol=1e-9)


def test_a_lag_is_a_pole_of_the_device() -> None:
    """Fast feedback of the drain makes of g_m and g_ds what the card says, at 1/(2*pi*taug)."""
    found = lt.read(STAGE.format(ends="d g s")).poles()
    assert min(abs(complex(pole) / (2.0 * math.pi) + 1.0 / (2.0 * math.pi * 1e-6)) for pole in found.poles) < 3e4


def test_defaults_are_the_square_law() -> None:
    """But for the knee: with z = 0 and a large xi that of level 1."""
    card = instance(MODEL, "njf", {"vto": -2.0, "beta": 1e-3, "is": 0.0, "z": 0.0, "xi": 1e9})
    card.gmin = 0.0
    biases = [{"g": -0.8, "d": 3.0}, {"g": -0.8, "d": 0.4}, {"g": -2.5, "d": 3.0}]
    wanted = [1e-3 * 1.2**2, 1e-3 * 0.4 * (2.0 * 1.2 - 0.4), 0.0]
    found = [evaluate(MODEL, card, bias).quantities for bias in biases]
    assert [q["id"] for q in found] == pytest.approx(wanted, rel=1e-6, abs=1e-20)
    assert [MODEL.regions[int(q["region"])] for q in found] == ["saturation", "triode", "cutoff"]
    assert found[2]["r_o"] == math.inf


def test_the_tail_goes_on_where_that_of_ngspice_ends() -> None:
    """Below the threshold the current falls by e^q for each vst; at -40*vst it no longer does."""
    card = instance(MODEL, "njf", {"vto": -2.0, "beta": 1e-3, "vst": 0.05, "is": 0.0})
    card.gmin = 0.0
    currents = [
        evaluate(MODEL, card, {"g": -2.0 - 0.05 * x, "d": 1.0}).quantities["id"] for x in (8.0, 9.0, 14.0, 15.0)
    ]
    assert currents[0] / currents[1] == pytest.approx(math.e**2, rel=1e-3)
    assert currents[2] / currents[3] == pytest.approx(math.e**2, rel=1e-3)
    assert currents[1] / currents[2] == pytest.approx(math.e**10, rel=1e-3)


def test_heat_may_turn_the_output_conductance() -> None:
    card = instance(MODEL, "njf", {"beta": 1e-3, "delta": 20.0})
    cold = evaluate(MODEL, instance(MODEL, "njf", {"beta": 1e-3}), {"d": 8.0}).quantities
    hot = evaluate(MODEL, card, {"d": 8.0}).quantities
    assert hot["id"] == pytest.approx(cold["id"] / (1.0 + 20.0 * 8.0 * cold["id"]), rel=1e-6)
    assert hot["g_ds"] < 0.0 and hot["r_o"] == pytest.approx(1.0 / hot["g_ds"])


@pytest.mark.ngspice
def test_dtemp_is_a_difference_of_temperature(constants_of_ngspice: None) -> None:
    """ngspice 39 takes it for the temperature in K."""
    case = Case("njf", WHOLE, {"temp": 75.0}, 2)
    biases = terminal_voltages(case)[::4]
    theirs = by_ngspice(case, "j", TERMINALS, biases, ["id"], 27.0)
    ours = by_engine(MODEL, Case("njf", WHOLE, {"dtemp": 25.0}, 2), biases, 50.0)
    np.testing.assert_allclose(ours["i(d)"], theirs["i(d)"], rtol=1e-7, atol=1e-13)


def test_far_voltages_give_no_nan() -> None:
    rng = np.random.default_rng(1)
    biases = [dict(zip(TERMINALS, rng.uniform(-1.0, 1.0, 3) * scale, strict=True)) for scale in (1, 3, 30, 300) * 30]
    for name in ("defaults", "p, whole", "p, sharp knee", "tail"):
        for key, values in by_longtail(MODEL, card_of(CASES[name], 27.0), biases).items():
            assert not np.isnan(values).any(), (name, key)


@pytest.mark.parametrize("name", ["whole", "p, whole", "p, sharp knee", "knee"])
def test_every_parameter_may_vary_and_has_a_true_slope(name: str) -> None:
    case = CASES[name]
    sign = MODEL.model_types[case.type]
    lagging = {"taug": 1e-6, "hfgam": 0.1, "hfg1": 0.01, "hfg2": 0.02, "hfeta": 0.05, "hfe1": 0.01, "hfe2": 0.02}
    for more, lag in (({}, {}), (lagging | {"taud": 1e-4}, {"lag_gs": 0.1, "lag_gd": -0.2, "lag_heat": 0.01})):
        model = {parameter: x for parameter, x in (case.model | more).items() if x != 0.0}
        card = instance(MODEL, case.type, model, 333.15, **case.instance)
        for vgs in (-0.4, -1.85):
            bias = {t: sign * v for t, v in ({"d": 2.0, "g": vgs} | lag).items()}
            if not more or "delta" in model:
                by_slope, as_found = parameter_slopes(MODEL, card, bias)
                assert set(by_slope) >= {f"model.{parameter}" for parameter in model}
                for parameter, wanted in as_found.items():
                    np.testing.assert_allclose(by_slope[parameter], wanted, rtol=1e-4, atol=1e-11, err_msg=parameter)


def card(parameters: str, ends: str = "a b 0") -> str:
    return f"t\nv1 a 0 1\nv2 b 0 -0.1\nj1 {ends} n\n.model n njf({parameters})\n"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("level=2 vst=-0.1", "vst"),
        ("level=2 z=-1", "z"),
        ("level=2 taug=-1n", "taug"),
        ("level=2 xi=0", "xi"),
        ("level=2 delta=-1", "delta"),
        ("level=2 hfgamm=0.1", "has no parameter 'hfgamm'"),
        ("level=3", "level 3, which is not supported"),
        ("vst=0.1", "has no parameter 'vst'"),
    ],
)
def test_what_a_card_may_not_say(parameters: str, message: str) -> None:
    with pytest.raises(NetlistError, match=message):
        lt.read(card(parameters), input=["v1", "v2"], output=["a"])


def test_a_threshold_above_the_junction_potential() -> None:
    with pytest.raises(InputError, match="needs vto below vbi"):
        evaluate(MODEL, instance(MODEL, "njf", {"vto": 1.2}), {"d": 2.0})


def test_parameters_of_level_1_are_named_and_have_no_effect() -> None:
    found = lt.read(card("level=2 beta=1m b=0.5 tcv=1m xti=3 ver=1"), input=["v1", "v2"], output=["a"]).circuit
    assert [n for n in map(str, found.notes) if "without effect: b, tcv, xti, ver" in n]
    assert found.instances["j1"].device == "jfet2"
