"""Many lanes at once equal a loop of single circuits, and every lane has a status."""

import numpy as np
import pytest

import longtail as lt
from longtail.driven.inputs import find_drives
from longtail.engine.equations.system import System
from longtail.engine.few_solves import frequency_sweep as sweep_module
from longtail.engine.few_solves.empirical import learn
from longtail.engine.few_solves.frequency_sweep import FrequencySweep
from longtail.engine.few_solves.probes import MANY_PROBES, Probes
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving import batch as batch_module
from longtail.engine.solving.batch import Batch, lane_count
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.errors import OptionError
from longtail.lanes.plain import kernels as numpy_kernels
from longtail.lanes.status import LaneStatus

PAIR = """a pair with a mirror tail and everything that moves
vcc vcc 0 5
vee vee 0 -5
v1 inp 0 {v}
v2 inn 0 0
rc1 vcc o1 10k
rc2 vcc o2 10k
q1 o1 inp e n
q2 o2 inn e n
q3 e b vee n
q4 b b vee n
rr vcc b 46k
ct e 0 1p
.param v=0
.model n npn is=5e-16 bf=150 vaf=80 rb=100 re=1 rc=20 ikf=20m ise=2f ne=1.7 cje=1p cjc=0.5p tf=0.1n {ptf}
*@ input inp inn
*@ output o1 o2
.end
"""
VARIED = ("rc1.r", "q1.is", "q2.bf", "temper")
NOMINAL = {"rc1.r": 10e3, "q1.is": 5e-16, "q2.bf": 150.0, "temper": 27.0}
F = np.logspace(0, 10, 61)


def batch(deck: str = PAIR.replace("{ptf}", "")) -> tuple[Batch, FrequencySweep]:
    drives = find_drives(lt.read(deck).circuit)
    system = System(drives.circuit, varied=VARIED, drives=drives.names)
    prepared = Batch(solve_operating_point(system, {**NOMINAL, **drives.values}))
    return prepared, FrequencySweep(prepared, F, drives.unit_modes, drives.output_matrix(system))


def samples(lanes: int, seed: int = 0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {k: v * (1 + 0.03 * random.normal(size=lanes)) for k, v in NOMINAL.items()}


@pytest.fixture(scope="module")
def prepared() -> tuple[Batch, FrequencySweep]:
    return batch()


def test_lanes_equal_a_loop(prepared: tuple[Batch, FrequencySweep]) -> None:
    values = samples(40)
    point = prepared[0].solve(values)
    assert (point.status == LaneStatus.CONVERGED).all()
    for k in range(40):
        alone = solve_operating_point(prepared[0].system, {**point.values, **{n: v[k] for n, v in values.items()}})
        np.testing.assert_allclose(point.solution[k], alone.solution[0], rtol=1e-9, atol=1e-12)


def test_no_lane_depends_on_the_others_to_the_bit(prepared: tuple[Batch, FrequencySweep]) -> None:
    values = samples(700)
    whole = prepared[0].solve(values)
    gains = prepared[1].run(whole)
    for part in (slice(0, 1), slice(3, 290), slice(699, 700)):
        some = prepared[0].solve({k: v[part] for k, v in values.items()})
        assert (some.solution == whole.solution[part]).all()
        assert (prepared[1].run(some) == gains[part]).all()
    threaded = prepared[0].solve(values, threads=2)
    assert (threaded.solution == whole.solution).all()
    assert (prepared[1].run(threaded, threads=2) == gains).all()


@pytest.mark.parametrize("ptf", ["", "ptf=30"])
def test_few_solves_equal_plain_ones(ptf: str) -> None:
    prepared, sweep = batch(PAIR.replace("{ptf}", ptf))
    assert sweep.points is not None
    assert len(sweep.points.omega) < 15
    point = prepared.solve(samples(300))
    few = sweep.run(point)
    plain = FrequencySweep(prepared, F, sweep.drives, sweep.outputs, plain=True).run(point)
    largest = np.abs(plain).max(axis=1, keepdims=True)
    assert (np.abs(few - plain) <= 1e-9 * largest).all()
    model = linearize(prepared.solve(samples(5)))
    exact = sweep.outputs @ model.response(F, sweep.drives)
    np.testing.assert_allclose(plain[:0], exact[:0])
    assert (np.abs(sweep.run(model.operating_point) - exact) <= 2e-9 * np.abs(exact).max(axis=1, keepdims=True)).all()


def test_a_lane_that_fails_its_check_is_solved_again(
    prepared: tuple[Batch, FrequencySweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a pivot limit that no lane meets, every lane goes the long way, and comes to the same gains."""
    point = prepared[0].solve(samples(70))
    few = prepared[1].run(point)
    monkeypatch.setattr(sweep_module, "_WEAK", 1e9)
    again = prepared[1].run(point)
    assert np.isfinite(again).all()
    assert not (again == few).all()
    assert (np.abs(again - few) <= 2e-9 * np.abs(few).max(axis=1, keepdims=True)).all()


def test_lanes_far_from_the_nominal_point_are_rescued(prepared: tuple[Batch, FrequencySweep]) -> None:
    system = prepared[0].system
    resistance = np.geomspace(10.0, 1e7, 30)
    point = prepared[0].solve({"rc1.r": resistance, "temper": np.linspace(-55, 150, 30)})
    assert (point.status == LaneStatus.CONVERGED).all()
    for k in (0, 12, 29):
        values = {**prepared[0].nominal.values, "rc1.r": resistance[k], "temper": np.linspace(-55, 150, 30)[k]}
        alone = solve_operating_point(system, values)
        np.testing.assert_allclose(point.solution[k], alone.solution[0], rtol=1e-8, atol=1e-11)


def test_a_lane_without_solution_says_so_and_spares_the_others(prepared: tuple[Batch, FrequencySweep]) -> None:
    point = prepared[0].solve({"rc1.r": np.array([10e3, np.nan, 11e3])})
    assert point.status.tolist() == [0, LaneStatus.NOT_FINITE, 0]
    assert np.isfinite(point.solution[[0, 2]]).all()


def test_lengths_must_agree() -> None:
    assert lane_count({"a": 1.0, "b": np.zeros(4)}) == 4
    with pytest.raises(OptionError, match="a 3, b 4"):
        lane_count({"a": np.zeros(3), "b": np.zeros(4)})
    with pytest.raises(OptionError, match="one-dimensional"):
        lane_count({"a": np.zeros((2, 2))})


@pytest.mark.parametrize("ptf", ["", "ptf=30"])
def test_plain_numpy_kernels_give_the_same(ptf: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What serves where Numba does not run: operating points, few solves, plain solves, learnt ones."""
    prepared, sweep = batch(PAIR.replace("{ptf}", ptf))
    plain = FrequencySweep(prepared, F, sweep.drives, sweep.outputs, plain=True)
    probes = Probes(prepared.nominal, VARIED, prepared.solve, MANY_PROBES).points
    learning = FrequencySweep(prepared, F, sweep.drives, sweep.outputs)
    learning.points = learn(sweep.elimination, probes, sweep.omega, most=40)
    assert learning.points is not None
    point = prepared.solve(samples(300))
    compiled = [each.run(point) for each in (sweep, plain, learning)]
    for module in (batch_module, sweep_module):
        monkeypatch.setattr(module, "kernels", lambda: numpy_kernels)
    again = Batch(prepared.nominal).solve(samples(300))
    np.testing.assert_allclose(again.solution, point.solution, rtol=1e-9, atol=1e-12)
    for each, want in zip((sweep, plain, learning), compiled, strict=True):
        got = each.run(point)
        largest = np.abs(want).max(axis=1, keepdims=True)
        assert (np.abs(got - want) <= np.maximum(1e-9 * largest, 1e-12 * largest.max())).all()


@pytest.mark.parametrize("lanes", [1, 20, 33, 300])
def test_lanes_in_any_order_have_the_same_bits(prepared: tuple[Batch, FrequencySweep], lanes: int) -> None:
    values = samples(lanes, seed=lanes)
    whole = prepared[0].solve(values)
    gains = prepared[1].run(whole).copy()
    order = np.random.default_rng(lanes).permutation(lanes)
    mixed = prepared[0].solve({k: v[order] for k, v in values.items()})
    assert (mixed.solution == whole.solution[order]).all()
    assert (prepared[1].run(mixed) == gains[order]).all()


def test_quantities_that_were_asked_for_before_change_no_bits() -> None:
    """The slopes that quantities take are those of the step: what is made first, and by whom, does not show."""
    values = samples(40)
    solutions = []
    for asked in (False, True):
        fresh, _ = batch()
        if asked:
            assert fresh.nominal.quantities["q1"]["g_m"].item() > 0.0
            assert linearize(fresh.nominal).conductance.size
        solutions.append(fresh.solve(values).solution)
    assert (solutions[0] == solutions[1]).all()


@pytest.mark.parametrize("ptf", ["", "ptf=30"])
def test_where_to_solve_is_searched_among_true_gains(ptf: str) -> None:
    """Those of the probes by plain solves, delays of excess phase among them."""
    prepared, sweep = batch(PAIR.replace("{ptf}", ptf))
    assert sweep.points is not None
    point = prepared.solve(samples(4))
    gains, _ = sweep.elimination.exact(point, 2.0 * np.pi * F)
    exact = sweep.outputs @ linearize(point).response(F, sweep.drives)
    wanted = exact.reshape(4, F.size, -1).transpose(2, 1, 0)
    np.testing.assert_allclose(gains, wanted, rtol=1e-8, atol=1e-10 * np.abs(wanted).max())
