"""Shortcuts over many lanes: learning where polynomials fail, spurious balances avoided, far lanes led step by step."""

from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.driven.inputs import find_drives
from longtail.driven.lane_solves import null_lanes, solve_lanes
from longtail.driven.mode_gains import prepared_sweep
from longtail.driven.varied import read_lanes
from longtail.elaborate.named_values import nominal
from longtail.engine.few_solves.empirical import Experience, learn, spread
from longtail.engine.few_solves.frequency_sweep import _WEAK, _Worker
from longtail.engine.few_solves.points import SweepPoints
from longtail.engine.few_solves.probes import MANY_PROBES, Probes
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus

EXAMPLES = Path(__file__).parents[3] / "examples"
F = np.logspace(0, 9, 91)

CLAMPED = """a pair that an overdrive of ten volts balances too, by the diode between its outputs
vcc vcc 0 5
v1 inp 0 0
v2 inn 0 1m
rc1 vcc o1 9.9k
rc2 vcc o2 10k
q1 o1 inp e n
q2 o2 inn e n
i1 e 0 200u
d1 o1 o2 dm
.model n npn is=5e-16 bf=150 vaf=80
.model dm d is=1e-15
*@ input inp inn
*@ output o1 o2
*@ supply vcc
.end
"""


def test_the_741_is_learnt_and_unseen_lanes_follow() -> None:
    """Seventy-seven natural frequencies over fifteen decades: no polynomial, but few ways to vary."""
    drives = find_drives(lt.read(EXAMPLES / "ua741.cir").circuit)
    random = np.random.default_rng(7)
    names = [i.name for i in drives.circuit.instances_of("bipolar")][:4]

    values = {f"{q}.is": nominal(drives.circuit, f"{q}.is") * (1 + 0.01 * random.normal(size=30)) for q in names}
    prepared, point, _ = null_lanes(drives, read_lanes(drives.circuit, values, drives), 0.0)
    sweep, _ = prepared_sweep(prepared, drives, F, target=0.0)
    assert isinstance(sweep.points, Experience)
    assert len(sweep.points.omega) < 30
    few = sweep.run(point)
    plain = prepared_sweep(prepared, drives, F, plain=True)[0].run(point)
    largest = np.abs(plain).max(axis=1, keepdims=True)
    # A_cm is five decades below A_d, and rounding of the plain solves alone is 1e-13 of A_d
    assert (np.abs(few - plain) <= np.maximum(1e-9 * largest, 1e-13 * largest.max())).all()


def test_learning_says_when_it_does_not_serve() -> None:
    drives = find_drives(lt.read(EXAMPLES / "bjt_pair.cir").circuit)
    lanes = read_lanes(drives.circuit, {"q1.is": 5e-16 * np.linspace(0.98, 1.02, 20)}, drives)
    prepared, point = solve_lanes(drives.circuit, lanes, drives)
    sweep, _ = prepared_sweep(prepared, drives, F)
    assert isinstance(sweep.points, SweepPoints)
    probes = Probes(prepared.nominal, ["q1.is"], prepared.solve, MANY_PROBES).points
    assert learn(sweep.elimination, probes, sweep.omega, most=1) is None
    learnt = learn(sweep.elimination, probes, sweep.omega, most=40)
    assert learnt is not None
    some = point.select(np.arange(5))
    at_points, _ = sweep.elimination.exact(some, learnt.omega)
    exact, _ = sweep.elimination.exact(some, sweep.omega)
    largest = np.abs(exact).max(axis=1, keepdims=True)
    assert (np.abs(spread(learnt, at_points) - exact) <= np.maximum(2e-9 * largest, 1e-13 * largest.max())).all()


def test_nulling_finds_the_balance_that_is_not_overdriven() -> None:
    result = lt.read(CLAMPED).gains(null=True, frequency_hz=[1.0])
    assert result.null is not None
    assert abs(result.null.input_offset) < 1e-3
    assert abs(result.differential[0]) > 30


def test_a_target_out_of_reach_is_an_error() -> None:
    with pytest.raises(lt.AnalysisError, match="cannot be nulled"):
        lt.read(EXAMPLES / "ota_5t.cir").gains(null=True, target=-40.0)


def test_lanes_that_rail_a_high_gain_amplifier_are_led_there() -> None:
    """A threshold off by 10 mV in a gain of 28 000 drives the outputs to the rails: plain Newton does not get there."""
    amp = lt.read(EXAMPLES / "folded_cascode.cir")
    name = next(i.name for i in amp.circuit.instances_of("mosfet1"))
    threshold = nominal(amp.circuit, f"{name}.vto")
    result = amp.op(parameters={f"{name}.vto": threshold + np.array([0.0, 0.01, -0.01, 0.1])})
    assert result.status.tolist() == [LaneStatus.CONVERGED.text] * 4
    assert np.ptp(result.nodes[amp.circuit.ports.output[0]]) > 0.1


def test_probes_that_have_become_another_circuit_are_left_out() -> None:
    """A node that moves by more than half of the largest voltage tells nothing of lanes near the nominal one."""
    drives = find_drives(lt.read(EXAMPLES / "bjt_pair.cir").circuit)
    lanes = read_lanes(drives.circuit, {"q1.is": np.array([5e-16])}, drives)
    prepared, _ = solve_lanes(drives.circuit, lanes, drives)

    def solve(values: dict[str, np.ndarray]) -> OperatingPoint:
        found = prepared.solve(values)
        found.solution[2, found.system.index["o1"]] += 0.6 * np.abs(found.solution[0, found.system.node_mask]).max()
        found.solution[3, found.system.index["o1"]] -= 0.4 * np.abs(found.solution[0, found.system.node_mask]).max()
        return found

    kept = Probes(prepared.nominal, ["q1.is"], solve, 5).points
    wanted = solve({"q1.is": 5e-16 * np.ones(5)}).solution
    assert len(kept.solution) == 4
    assert np.abs(kept["o1"] - prepared.nominal["o1"]).max() == pytest.approx(
        np.abs(wanted[3] - wanted[0]).max(), rel=1e-2
    )


def test_a_lane_with_a_weak_pivot_is_solved_again_though_its_check_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    drives = find_drives(lt.read(EXAMPLES / "bjt_pair.cir").circuit)
    lanes = read_lanes(drives.circuit, {"q1.is": 5e-16 * np.linspace(0.98, 1.02, 5)}, drives)
    prepared, point = solve_lanes(drives.circuit, lanes, drives)
    sweep, _ = prepared_sweep(prepared, drives, F)
    assert isinstance(sweep.points, SweepPoints)
    plain = prepared_sweep(prepared, drives, F, plain=True)[0].run(point)
    polynomials = _Worker._polynomials

    def spoilt(self: _Worker, points: SweepPoints, out: np.ndarray) -> np.ndarray:
        trusted = polynomials(self, points, out)
        away = np.arange(out.shape[1]) != points.check
        out[:, away, 3] *= 1.01
        trusted[3] = False
        return trusted

    monkeypatch.setattr(_Worker, "_polynomials", spoilt)
    largest = np.abs(plain).max()
    assert np.abs(sweep.run(point) - plain).max() <= 1e-8 * largest


def test_a_pivot_that_all_but_vanishes_is_weak() -> None:
    """A lane whose pivots at some point fall five decades below the nominal ones is not believed."""
    drives = find_drives(lt.read(EXAMPLES / "bjt_pair.cir").circuit)
    lanes = read_lanes(drives.circuit, {"q1.is": 5e-16 * np.linspace(0.98, 1.02, 5)}, drives)
    prepared, point = solve_lanes(drives.circuit, lanes, drives)
    sweep, _ = prepared_sweep(prepared, drives, F)
    assert isinstance(sweep.points, SweepPoints)
    worker = _Worker(sweep)
    worker.run(point.solution, {n: point.values[n] for n in prepared.system.varied}, sweep.buffer(5))
    measured = worker._points(sweep.points).copy()
    assert (measured > _WEAK**2).all()
    worker._points = lambda points: np.where(np.arange(worker.size) == 2, 0.9 * _WEAK**2, measured)
    trusted = worker._polynomials(sweep.points, sweep.buffer(5))
    assert np.flatnonzero(~trusted).tolist() == [2]
