"""The linear model: against finite differences of the operating point, and its two ways of solving."""

import numpy as np
import pytest

import longtail as lt
from longtail.elaborate import load
from longtail.engine.equations.system import SparseMatrix, System
from longtail.engine.small_signal import linearization
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving import sparse
from longtail.engine.solving.batch import Batch
from longtail.engine.solving.operating_point import solve_operating_point

DECK = """one of each that matters: excess phase, charges, Meyer capacitances, coupling
vcc vcc 0 5
v1 a 0 0.7
v2 g 0 1.5
q1 c a e qm
re e 0 100
m1 c g s 0 mm w=20u l=1u
rs s 0 1k
l1 vcc x 10u
l2 y 0 20u
k1 l1 l2 0.8
ry y 0 50
rc x c 1k
cl c 0 1p
.model qm npn is=1e-15 bf=100 cje=1p cjc=1p tf=0.1n ptf=30 rb=100
.model mm nmos vto=0.7 kp=100u tox=10n cgso=0.2n cgdo=0.2n lambda=0.02
.end
"""


@pytest.fixture(scope="module")
def model() -> linearization.Linearization:
    system = System(load(DECK), drives=["v1.dc", "v2.dc"])
    return linearize(solve_operating_point(system, {"v1.dc": 0.7, "v2.dc": 1.5}))


def test_at_dc_the_response_is_the_slope_of_the_operating_point(model: linearization.Linearization) -> None:
    system = model.operating_point.system
    x = model.response(np.array([0.0]), np.eye(2))[0, 0]
    h = 1e-5
    for k, name in enumerate(system.drives):
        ends = [
            solve_operating_point(system, {"v1.dc": 0.7, "v2.dc": 1.5} | {name: model.operating_point.values[name] + d})
            for d in (-h, h)
        ]
        slope = (ends[1].solution[0] - ends[0].solution[0]) / (2 * h)
        np.testing.assert_allclose(x[:, k].real, slope, rtol=1e-6, atol=1e-9)


def test_elimination_program_equals_lapack(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(load(DECK.replace("ptf=30", "ptf=0")), drives=["v1.dc", "v2.dc"])
    model = linearize(solve_operating_point(system, {"v1.dc": 0.7, "v2.dc": 1.5}))
    f = np.logspace(0, 10, 31)
    dense = model.response(f, np.eye(2))
    monkeypatch.setattr(linearization, "_PROGRAM_FROM", 0)
    by_program = model.response(f, np.eye(2))
    np.testing.assert_allclose(by_program, dense, rtol=1e-9, atol=1e-12 * np.abs(dense).max())


def test_excess_phase_delays_the_transistor() -> None:
    """A pure common-emitter stage: ptf turns g_m by ptf degrees at f = 1/(2*pi*tf)."""
    deck = """common emitter
    v1 a 0 0.7
    vcc c 0 5
    q1 c a 0 qm
    .model qm npn is=1e-15 bf=100 tf=1n ptf={p}
    """
    phases = {}
    for p in (0, 30):
        system = System(load(deck.format(p=p)), drives=["v1.dc"])
        m = linearize(solve_operating_point(system, {"v1.dc": 0.7}))
        current = m.response(np.array([1 / (2 * np.pi * 1e-9)]), np.eye(1))[0, 0, system.index["i(vcc)"], 0]
        phases[p] = np.degrees(np.angle(-current))
    assert phases[30] - phases[0] == pytest.approx(-30.0, abs=1e-6)


def test_resonance_of_an_inductor() -> None:
    amp = lt.read("tank\nv1 a 0 0\nr1 a b 1k\nl1 b 0 1u\nc1 b 0 1n\nv2 x 0 0\nrx x 0 1\n.end")
    f0 = 1 / (2 * np.pi * np.sqrt(1e-6 * 1e-9))
    gains = amp.gains(input=("a", "x"), output=("b",), frequency_hz=[f0, 2 * f0])
    z = 1j * 2 * np.pi * 2 * f0 * 1e-6 / (1 - 4)
    np.testing.assert_allclose(gains.common, [1.0, z / (1e3 + z)], rtol=1e-9)


def test_an_elimination_that_is_remembered_equals_lapack(monkeypatch: pytest.MonkeyPatch) -> None:
    """At another operating point, where it may no longer suit: then another is made."""
    system = System(load(DECK.replace("ptf=30", "ptf=0")), drives=["v1.dc", "v2.dc"])
    f = np.logspace(0, 10, 31)
    monkeypatch.setattr(linearization, "_PROGRAM_FROM", 0)
    for base, gate in ((0.7, 1.5), (0.6, 1.5), (-3.0, 0.0), (0.85, 5.0)):
        model = linearize(solve_operating_point(system, {"v1.dc": base, "v2.dc": gate}))
        by_program = model.response(f, np.eye(2))
        dense = np.linalg.solve(
            model.matrix(f), np.broadcast_to(-model.inputs[:, None], (1, 31, *model.inputs[0].shape))
        )
        np.testing.assert_allclose(by_program, dense, rtol=1e-9, atol=1e-12 * np.abs(dense).max())


def test_an_elimination_pays_by_the_call_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many small questions came before: a choice by history would round by history."""
    system = System(load(DECK.replace("ptf=30", "ptf=0")), drives=["v1.dc", "v2.dc"])
    model = linearize(solve_operating_point(system, {"v1.dc": 0.7, "v2.dc": 1.5}))
    n = len(system.unknowns)
    monkeypatch.setattr(linearization, "_MEDIUM", n)
    monkeypatch.setattr(linearization, "_WORK", 3.0 * n * n)
    made = []
    monkeypatch.setattr(
        linearization.Linearization,
        "_by_program",
        lambda self, program, f, right: made.append(len(f)) or self.solve(f[:1], right),
    )
    for points in (1, 1, 1, 1, 3, 2):
        model.response(np.logspace(0, 3, points), np.eye(2))
    assert made == [3]


def test_sparse_solves_equal_lapack() -> None:
    """Known and varying entries side by side, in any order; a singular matrix gives nan."""
    rng = np.random.default_rng(0)
    for n in (1, 7, 60):
        full = (rng.random((n, n)) < 0.2) * rng.normal(size=(n, n)) + np.diag(rng.normal(size=n) + 4.0)
        rows, columns = np.nonzero((rng.random((n, n)) < 0.5) & (full != 0.0))
        shuffled = rng.permutation(rows.size)
        rows, columns = rows[shuffled], columns[shuffled]
        known = full.copy()
        known[rows, columns] = 0.0
        matrix, right = SparseMatrix(known, rows, columns), rng.normal(size=n)
        expected = np.linalg.solve(full, right)
        np.testing.assert_allclose(sparse.solve(matrix, full[rows, columns], right), expected, rtol=1e-10, atol=1e-13)
    nothing = SparseMatrix(np.diag([1.0, 0.0]), np.array([1]), np.array([1]))
    assert np.isnan(sparse.solve(nothing, np.zeros(1), np.ones(2))).all()


def test_lanes_that_elimination_leaves_wrong_are_solved_again_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(load(DECK.replace("ptf=30", "ptf=0")), drives=["v1.dc", "v2.dc"], varied=("temper",))
    values = {"v1.dc": 0.7, "v2.dc": 1.5, "temper": 27.0}
    point = Batch(solve_operating_point(system, values)).solve({"temper": np.array([20.0, 27.0, 40.0])})
    model = linearize(point)
    frequency = np.array([1e3, 1e6])
    right = model.response(frequency, np.eye(2))
    spoilt, solved = linearization.Linearization._eliminated, []

    def wrong(self, *given):
        out = spoilt(self, *given)
        out[1, 0] *= 1.001
        return out

    dense_ = linearization.Linearization._dense
    monkeypatch.setattr(linearization.Linearization, "_eliminated", wrong)
    monkeypatch.setattr(
        linearization.Linearization, "_dense", lambda self, m, b: solved.append(len(m)) or dense_(self, m, b)
    )
    again = model.response(frequency, np.eye(2))
    assert solved == [1]
    np.testing.assert_allclose(again, right, rtol=1e-9, atol=1e-12)
    assert (again[[0, 2]] == right[[0, 2]]).all() and (again[1, 1] == right[1, 1]).all()
