"""Noise: closed forms, Nyquist's theorem over random networks, symmetry, lanes, and what the result says."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import longtail as lt
from longtail.analyses.noise.result import Noise
from longtail.devices.base import BOLTZMANN, ELEMENTARY_CHARGE
from longtail.engine.equations.system import System
from longtail.engine.small_signal.adjoint import adjoint
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.noise import integrate, noise_sources
from longtail.engine.solving.operating_point import solve_operating_point
from reference import gallery

T = 300.15
KT4 = 4 * BOLTZMANN * T
INPUTS = "v1 a 0 0\nv2 b 0 0\nrload b 0 1k\n*@ input a b\n"


def noise(cards: str, output: list[str], frequency: object = "1:1meg:10", **options: object) -> Noise:
    return lt.read(f"deck\n{INPUTS}{cards}\n", output=output).noise(frequency_hz=frequency, **options)


def test_a_resistor() -> None:
    r = noise("r1 a o 10k", ["o"])
    np.testing.assert_allclose(r.output_v_per_rthz, math.sqrt(KT4 * 10e3), rtol=1e-12)
    np.testing.assert_allclose(r.input_v_per_rthz, 2 * math.sqrt(KT4 * 10e3), rtol=1e-12)  # A_d is one half
    assert r.output_v_rms == pytest.approx(math.sqrt(KT4 * 10e3 * (1e6 - 1.0)), rel=1e-12)


def test_kt_over_c() -> None:
    """Over a band, 4*k*T*R*f_c*(atan(f2/f_c) - atan(f1/f_c)); over all frequencies k*T/C, whatever R is."""
    for ohm in (1e3, 1e6):
        corner = 1 / (2 * math.pi * ohm * 1e-12)
        r = noise(f"r1 a o {ohm}\nc1 o 0 1p", ["o"], f"{corner / 1e4}:{corner * 1e4}:100")
        assert r.output_v_rms == pytest.approx(math.sqrt(BOLTZMANN * T / 1e-12), rel=1e-4)
        part = noise(f"r1 a o {ohm}\nc1 o 0 1p", ["o"], f"{corner / 1e4}:{corner * 1e4}:100", band=(corner, 3 * corner))
        expected = KT4 * ohm * corner * (math.atan(3.0) - math.atan(1.0))
        assert part.output_v_rms**2 == pytest.approx(expected, rel=1e-5)


def test_shot_noise_of_a_diode() -> None:
    """2*q*I into the diode's own kT/(q*I)."""
    r = noise("i1 0 o 1m\nd1 o 0 d\nrq a o 1g noisy=0\n.model d d(is=1e-14)", ["o"], [1e3])
    resistance = BOLTZMANN * T / ELEMENTARY_CHARGE / 1e-3
    assert r.output_v_per_rthz[0] == pytest.approx(math.sqrt(2 * ELEMENTARY_CHARGE * 1e-3) * resistance, rel=1e-6)


def test_flicker_falls_with_frequency_and_its_integral_is_a_logarithm() -> None:
    r = noise("i1 0 o 1m\nr1 o 0 m r=1k noisy=1\nrq a o 1g noisy=0\n.model m r(kf=1e-10 af=2)", ["o"], "1:1k:3")
    [flicker] = [k for k, source in enumerate(r.sources) if source.mechanism == "flicker"]
    density = 1e-10 * 1e-3**2 * (1e12 / (1e9 + 1e3)) ** 2
    np.testing.assert_allclose(r.density[:, 0, flicker], density / r.frequency_hz, rtol=5e-6)
    assert r.power[0, flicker] == pytest.approx(density * math.log(1e3), rel=5e-6)


def test_the_corner_is_where_flicker_is_half() -> None:
    cards = "i1 0 o 1m\nr1 o 0 m r=1k\nrq a o 1g noisy=0\n.model m r(kf=1e-15 af=2)"
    assert noise(cards, ["o"], "1:1meg:3").corner_hz == pytest.approx(1e-15 * 1e-6 * 1e3 / KT4, rel=5e-6)
    assert math.isnan(noise(cards.replace("1e-15", "0"), ["o"]).corner_hz)


MOS_PAIR = """a matched pair, its loads and its tail noiseless
.param dw=0
vdd vdd 0 3.3
v1 a 0 1.5
v2 b 0 1.5
m1 o1 a s 0 n w={20u*(1 + dw)} l=1u
m2 o2 b s 0 n w=20u l=1u
r1 vdd o1 10k noisy=0
r2 vdd o2 10k noisy=0
m3 s bias 0 0 n w=40u l=2u
vb bias 0 1.0
.model n nmos(vto=0.7 kp=100u lambda=0.05)
*@ input a b
*@ output o1 o2
"""


def test_input_noise_of_a_mos_pair() -> None:
    """Two channels: 2*4*k*T*(2/3)/g_m at the differential input."""
    amplifier = lt.read(MOS_PAIR)
    g_m = amplifier.op().devices["m1"]["g_m"]
    r = amplifier.noise(frequency_hz=[1e3])
    assert r.input_v_per_rthz[0] == pytest.approx(math.sqrt(2 * KT4 * (2 / 3) / g_m), rel=1e-9)


def test_input_noise_of_a_bipolar_pair() -> None:
    """2*(2*q*I_C/g_m^2 + 4*k*T*r_b + 2*q*I_B*r_b^2), without flicker and loads."""
    deck = "pair\nvcc vcc 0 5\nv1 a 0 0\nv2 b 0 0\nit e 0 1m\nq1 o1 a e n\nq2 o2 b e n\n"
    deck += "r1 vcc o1 2k noisy=0\nr2 vcc o2 2k noisy=0\n.model n npn(is=1e-16 bf=100 rb=100)\n"
    amplifier = lt.read(deck, input=["a", "b"], output=["o1", "o2"])
    q1 = amplifier.op().devices["q1"]
    r = amplifier.noise(frequency_hz=[1e3])
    loading = 1 + 100 * q1["g_pi"]  # what r_b takes of the gain
    collector, base = 2 * ELEMENTARY_CHARGE * q1["ic"], 2 * ELEMENTARY_CHARGE * q1["ib"]
    expected = 2 * (collector * loading**2 / q1["g_m"] ** 2 + KT4 * 100 + base * 100**2)
    assert r.input_v_per_rthz[0] ** 2 == pytest.approx(expected, rel=1e-6)


def of(result: Noise, instance: str, mode: int = 0) -> float:
    """The share of a device in the output power of a mode."""
    return sum(c.share for c in result.shares(result.power[mode]) if c.instance == instance)


def test_tail_noise_passes_by_mismatch_only() -> None:
    matched = lt.read(MOS_PAIR).noise()
    assert of(matched, "m3") < 1e-25
    assert of(matched, "m3", mode=1) > 0.1  # the common mode has plenty of it
    little, more = (of(lt.read(MOS_PAIR, parameters={"dw": dw}).noise(), "m3") for dw in (0.01, 0.02))
    assert 1e-8 < little < 1e-3
    assert more / little == pytest.approx(4.0, rel=0.05)  # the voltage goes with the mismatch


def test_supply_noise_passes_by_mismatch_only() -> None:
    deck = MOS_PAIR.replace("vdd vdd 0 3.3", "vdd raw 0 3.3\nrs raw vdd 1k")
    assert of(lt.read(deck).noise(), "rs") < 1e-25
    assert of(lt.read(deck, parameters={"dw": 0.02}).noise(), "rs") > 1e-13


def test_swapping_inputs_or_outputs_changes_nothing() -> None:
    plain = lt.read(MOS_PAIR, parameters={"dw": 0.02}).noise()
    for ports in ({"input": ["b", "a"]}, {"output": ["o2", "o1"]}):
        swapped = lt.read(MOS_PAIR, parameters={"dw": 0.02}).noise(**ports)
        np.testing.assert_allclose(swapped.density, plain.density, rtol=1e-9, atol=1e-40)
        np.testing.assert_allclose(swapped.input_v_per_rthz, plain.input_v_per_rthz, rtol=1e-9)


NODES = ("a", "b", "n1", "n2", "n3", "n4")
element = st.tuples(st.sampled_from("rcl"), st.integers(0, 6), st.integers(0, 6), st.floats(-1.0, 1.0, allow_nan=False))


@settings(max_examples=40, deadline=None)
@given(st.lists(element, max_size=14), st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=4), st.floats(-0.9, 0.9))
def test_nyquist(elements: list[tuple[str, int, int, float]], tree: list[float], coupling: float) -> None:
    """A passive network in equilibrium has 4*k*T*Re(Z_out) at every port, in either mode."""
    every = (*NODES, "0")
    cards = [f"rt{k} n{k + 1} {'0' if k == 0 else f'n{k}'} {1e3 * 10**x!r}" for k, x in enumerate(tree)]
    for k, (kind, i, j, decades) in enumerate(elements):
        if i == j:
            continue
        value = {"r": 1e3, "c": 1e-9, "l": 1e-3}[kind] * 10**decades
        # a resistor behind every coil: a loop of coils alone has no operating point
        end = f"x{k}" if kind == "l" else every[j]
        cards.append(f"{kind}{k} {every[i]} {end} {value!r}")
        if kind == "l":
            cards.append(f"rx{k} {end} {every[j]} 10")
    cards += ["lp n1 p 1m", "rp p 0 10", "ls n3 q 2m", "rq q 0 20", f"kps lp ls {coupling!r}"]
    amplifier = lt.read("\n".join(["network", INPUTS, *cards]) + "\n", output=["n3", "n4"])
    frequency = np.logspace(2, 8, 7)
    found, impedance = amplifier.noise(frequency_hz=frequency), amplifier.impedance(frequency_hz=frequency)
    for mode in (0, 1):
        expected = KT4 * impedance.output_matrix[:, mode, mode].real
        np.testing.assert_allclose(found.density[:, mode].sum(axis=-1), expected, rtol=1e-8, atol=1e-30)


def test_the_adjoint_equals_one_solve_for_every_source() -> None:
    """Two ways to the same transfers: the transposed system once, and the system with each current in turn."""
    system = System(lt.read(gallery.deck("two_stage_opamp").path).circuit)
    point = solve_operating_point(system)
    model, found = linearize(point), noise_sources(point)
    n = len(system.unknowns)
    currents = np.zeros((n, len(found.places)))
    for k, source in enumerate(found.places):
        for node, sign in ((source.a, 1.0), (source.b, -1.0)):
            if node is not None:
                currents[node, k] += sign
    frequency = np.array([1.0, 1e5, 1e9])
    outputs = np.zeros((2, n))
    outputs[0, system.index["o"]] = outputs[1, 0] = 1.0
    forward = outputs @ model.solve(frequency, currents[None])
    backward = found.transfer(adjoint(model, frequency, outputs))
    np.testing.assert_allclose(backward, forward, rtol=1e-8, atol=1e-9 * np.abs(forward).max())


def test_a_band_between_the_points_of_the_axis() -> None:
    """Its edges are solved for, and the axis that is shown stays as it was asked for."""
    r = noise("r1 a o 10k", ["o"], "1:1k:1", band="20:30")
    assert r.band_hz == (20.0, 30.0) and r.frequency_hz.size == 4
    assert r.output_v_rms == pytest.approx(math.sqrt(KT4 * 10e3 * 10.0), rel=1e-12)


def test_an_integral_with_zeros_is_a_straight_line_there() -> None:
    density = np.array([0.0, 2.0, 0.0])[:, None, None]
    assert integrate(np.array([1.0, 2.0, 4.0]), density)[0, 0] == pytest.approx(1.0 + 2.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"band": "1"}, "no band"),
        ({"band": "30:20"}, "start below stop"),
        ({"band": "x:1k"}, "no band"),
        ({"band": "0.1:100"}, "reaches beyond the frequencies"),
        ({"frequency_hz": [0.0, 1.0]}, "0 Hz has no density"),
    ],
)
def test_errors(options: dict[str, object], said: str) -> None:
    with pytest.raises(lt.OptionError, match=said):
        lt.read(MOS_PAIR).noise(**options)


def test_json_of_a_pair() -> None:
    r = lt.read(MOS_PAIR).noise(frequency_hz="1:1k:3")
    said = json.loads(r.to_json())
    assert set(said) == {
        *("sources", "density", "power", "input_power", "gain", "floor", "zero", "notes"),
        *(
            "schema",
            "status",
            "input",
            "output",
            "vcm",
            "input_offset",
            "temperature",
            "frequency_hz",
            "output_v_per_rthz",
        ),
        *("input_v_per_rthz", "corner_hz", "band_hz", "output_v_rms", "input_v_rms", "common", "contributions"),
    }
    assert said["temperature"] == 300.15 and said["band_hz"] == [1.0, 1000.0]
    assert sum(c["share"] for c in said["contributions"]) == pytest.approx(1.0, rel=1e-12)
    shares = [round(c["share"], 9) for c in said["contributions"]]
    assert shares == sorted(shares, reverse=True)
    for c in said["contributions"]:
        assert c["mechanism"] in ("thermal", "shot", "flicker")
        assert sum(c["sources"].values()) == pytest.approx(c["share"])
    assert said["common"]["output_v_rms"] > 0.0
    assert "at the input at 1 Hz" in repr(r)


def test_json_of_a_single_output_over_one_frequency() -> None:
    """No integral over one frequency, and the shares are those there."""
    r = noise("r1 a o 10k\nr2 o 0 30k", ["o"], [1e3])
    said = json.loads(r.to_json())
    assert said["output"]["kind"] == "single-ended" and said["common"] is None
    assert said["output_v_rms"] is None and said["input_v_rms"] is None
    assert {c["instance"]: c["share"] for c in said["contributions"]} == pytest.approx(
        {"r1": 0.75, "r2": 0.25, "rload": 0.0}
    )


def test_nothing_is_referred_through_no_gain() -> None:
    r = noise("r1 o 0 10k", ["o"])
    assert np.isinf(r.input_v_per_rthz).all() and math.isinf(r.input_v_rms)
    assert json.loads(r.to_json())["input_v_per_rthz"][0] is None


def test_a_silent_circuit() -> None:
    r = lt.read("e\nv1 a 0 0\nv2 b 0 0\ne1 o 0 a b 2\n", input=["a", "b"], output=["o"]).noise()
    assert not r.output_v_per_rthz.any() and r.contributions == [] and "0 V rms" in repr(r)


def test_lanes_equal_a_loop() -> None:
    amplifier, temperatures = lt.read(MOS_PAIR), np.array([-40.0, 27.0, 125.0])
    together = amplifier.noise(frequency_hz="1:1k:2", parameters={"temp": temperatures, "dw": [0.0, 0.01, 0.02]})
    assert together.density.shape[:2] == (3, 7)
    for k, (temp, dw) in enumerate(zip(temperatures, (0.0, 0.01, 0.02), strict=True)):
        text = MOS_PAIR + f".options temp={temp}\n"
        alone = lt.read(text, parameters={"dw": dw}).noise(frequency_hz="1:1k:2")
        np.testing.assert_allclose(together.density[k], alone.density, rtol=1e-7, atol=1e-40)
        assert together.output_v_rms[k] == pytest.approx(alone.output_v_rms, rel=1e-7)
        assert together.input_v_rms[k] == pytest.approx(alone.input_v_rms, rel=1e-7)
        assert together.temperature[k] == pytest.approx(alone.temperature)
    said = json.loads(together.to_json())
    assert len(said["contributions"][0]["share"]) == 3 and "lane 3" in repr(together)


def test_a_grid_of_lanes_and_labels() -> None:
    r = lt.read(MOS_PAIR).noise(
        frequency_hz="1:1k:2", parameters=lt.grid({"dw": [0.0, 0.02], "temp": [0.0, 27.0, 85.0]})
    )
    data = r.to_xarray()
    assert data["output"].dims == ("dw", "temp", "frequency") and data["contribution"].dims[-1] == "source"
    assert float(data["output_rms"].sel(dw=0.02, temp=27.0)) == pytest.approx(r.output_v_rms[1, 1])


def test_nulled_lanes() -> None:
    deck = gallery.deck("two_stage_opamp")
    amplifier = lt.read(deck.path)
    alone = amplifier.noise(frequency_hz="1:1k:2", null=True, target=1.5)
    together = amplifier.noise(
        frequency_hz="1:1k:2", null=True, target=1.5, parameters={"temp": np.array([27.0, 60.0])}
    )
    np.testing.assert_allclose(together.output_v_per_rthz[0], alone.output_v_per_rthz, rtol=1e-5)
    assert together.input_offset[0] == pytest.approx(alone.input_offset, abs=1e-9)


def test_a_lane_without_solution_is_nan_and_the_others_are_not() -> None:
    r = lt.read(MOS_PAIR).noise(frequency_hz=[1.0, 10.0], parameters={"dw": np.array([0.0, np.nan])})
    assert r.status[0] == "converged" != r.status[1]
    assert np.isfinite(r.output_v_per_rthz[0]).all() and np.isnan(r.output_v_per_rthz[1]).all()


def test_many_lanes_by_elimination_equal_few_by_pivoting() -> None:
    """From some ten thousand solves on, the transposed system is solved by a program in a fixed order."""
    amplifier = lt.read(MOS_PAIR)
    dw = np.linspace(-0.02, 0.02, 1200)
    many = amplifier.noise(frequency_hz="1k:1g:3", parameters={"dw": dw})
    few = amplifier.noise(frequency_hz="1k:1g:3", parameters={"dw": dw[::400]})
    np.testing.assert_allclose(many.density[::400], few.density, rtol=1e-7, atol=1e-32)
    np.testing.assert_allclose(many.gain[::400], few.gain, rtol=1e-7)
