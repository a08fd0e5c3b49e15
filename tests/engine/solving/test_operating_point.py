"""The operating point: every way there ends at the same place, and what cannot be solved is named."""

import re
from dataclasses import replace

import numpy as np
import pytest

import longtail as lt
from longtail.elaborate import load
from longtail.engine.equations.system import System
from longtail.engine.equations.trace import Null
from longtail.engine.solving.continuation import STRATEGIES, Path, settle_nulled, start
from longtail.engine.solving.newton import NO_AIDS, Aids, State, newton
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.errors import ConvergenceError, NetlistError, StructuralError
from longtail.lanes.status import LaneStatus
from reference import gallery, ngspice

PAIR = """a pair with a mirror tail
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
.param v=0
.model n npn is=5e-16 bf=150 vaf=80 rb=100 re=1 rc=20 ikf=20m ise=2f ne=1.7
.end
"""

SCHMITT = """two inverters that hold each other: three solutions
vdd vdd 0 3
m1 a b 0 0 n w=10u l=1u
m2 b a 0 0 n w=10u l=1u
r1 vdd a 50k
r2 vdd b 50k
{nodeset}
.model n nmos vto=0.7 kp=100u
.end
"""

LATCHING = """an amplifier of 35 V that may latch at its current limit
vcc vcc 0 35
vee vee 0 -35
rm1 mid 0 1
vi1 in 0 0
ci in b1 1u
rb1 b1 mid 47k
q1 c1 b1 e qp
q2 c2 b2 e qp
re vcc e 1.04e+05
q8 c1 c2 vee qn
q9 c2 c2 vee qn
q3 d c1 e3 qn
re3 e3 vee 52
cc d c1 47p
q10 u bb e10 qp
re10 vcc e10 22.3
db1 vcc bb0 dd
db2 bb0 bb dd
rbb bb vee 10k
qm u bm d qn
rm3 u bm 1.78e+04
rm4 bm d 1k
q4 vcc u v pn
q5 vcc v p pn
rv v o 220
rp p o 1.5
q6 w d o qp
q7 n w vee pn
rw w vee 32.4
rn o n 1.83
q11 u l1 o qn
rl1 p l1 100
q12 d l2 n qp
rl2 n l2 100
rf o b2 22k
rg b2 g 1k
cg g 0 100u
rspk o 0 8
vi2 z 0 0
rz z 0 395
.model qn npn(is=1e-14 bf=150 vaf=80 rb=10 ikf=0.5)
.model qp pnp(is=1e-14 bf=100 vaf=60 rb=10 ikf=0.5)
.model pn npn(is=1e-12 bf=60 vaf=80 rb=1 re=0.05 ikf=5)
.model pp pnp(is=1e-12 bf=60 vaf=60 rb=1 re=0.05 ikf=5)
.model dd d(is=1e-14)
"""


def solved(deck: str) -> np.ndarray:
    return solve_operating_point(System(load(deck))).solution[0]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_ends_at_the_same_point(strategy: str) -> None:
    system = System(load(PAIR))
    path = Path(system, {})
    result = STRATEGIES[strategy](path, start(path), NO_AIDS)
    assert result.converged
    np.testing.assert_allclose(result.state.x[0], solved(PAIR), rtol=1e-9, atol=1e-12)
    assert path.iterations >= result.iterations


def test_lanes_of_newton_equal_a_loop() -> None:
    system = System(load(PAIR), varied=["v1.dc"])
    volts = np.array([-0.5, -0.01, 0.0, 0.3, 1.0])
    lanes = newton(system, {"v1.dc": volts}, State(np.zeros((5, len(system.unknowns)))))
    assert lanes.converged
    for k, v in enumerate(volts):
        alone = newton(system, {"v1.dc": v.item()}, State(np.zeros((1, len(system.unknowns)))))
        np.testing.assert_allclose(lanes.state.x[k], alone.state.x[0], rtol=1e-12, atol=1e-15)


def test_a_solve_that_goes_round_in_circles_is_given_up() -> None:
    """From zero, the five-transistor amplifier jumps between the same eight points for ever."""
    system = System(lt.read(gallery.deck("ota_5t").path).circuit)
    result = newton(system, {}, State(np.zeros((1, len(system.unknowns)))), limit=1000)
    assert not result.converged
    assert result.iterations < 100
    assert solve_operating_point(system).continuation == "gmin stepping"


def test_singular_lanes_do_not_stop_the_others() -> None:
    circuit = load("t\ni1 0 a 1m\nr1 a 0 {r}\n.param r=1k\n")
    system = System(circuit, varied=["r"])
    values = {"r": np.array([1e3, np.inf, 2e3, np.inf, 4e3])}
    result = newton(system, values, State(np.zeros((5, len(system.unknowns)))))
    assert (result.status == LaneStatus.CONVERGED).tolist() == [True, False, True, False, True]
    np.testing.assert_allclose(result.state.x[::2, system.index["a"]], [1.0, 2.0, 4.0], rtol=1e-9)


def test_the_residual_is_small_against_the_currents() -> None:
    point = solve_operating_point(System(load(PAIR)))
    assert point.residual[0] < 1e-12 * 1e-3
    assert point.continuation == "newton"
    assert point.iterations < 30


def test_nodeset_chooses_among_solutions() -> None:
    low = lt.read(SCHMITT.format(nodeset=".nodeset v(a)=0 v(b)=3")).op().nodes
    high = lt.read(SCHMITT.format(nodeset=".nodeset v(a)=3 v(b)=0")).op().nodes
    assert low["a"] < 0.5 < 2.5 < low["b"]
    assert (high["a"], high["b"]) == pytest.approx((low["b"], low["a"]))


@pytest.mark.ngspice
def test_nodeset_keeps_an_amplifier_out_of_its_current_limit() -> None:
    """Of both points some nodes, to 0.1 V: released at once from there, Newton's method leaps from one to the other."""
    middle = {"o": -1.9, "d": -2.6, "e": -1.2, "b1": 0.0, "b2": -1.8}
    limit = {"o": -29.7, "d": -31.1, "e": -28.9, "b1": 0.0, "b2": -29.6}
    for chosen in (middle, limit):
        deck = LATCHING + ".nodeset " + " ".join(f"v({n})={v}" for n, v in chosen.items()) + "\n"
        found = lt.read(deck).op().nodes
        assert all(abs(found[n] - v) < 0.2 for n, v in chosen.items())
        everywhere = ".nodeset " + " ".join(f"v({n})={v!r}" for n, v in found.items())
        theirs = ngspice.operating_point(f"{LATCHING}{everywhere}\n").nodes
        assert all(abs(found[n] - v) < 1e-4 for n, v in theirs.items() if n in found)


def test_a_varied_parameter_moves_the_solution_as_the_netlist_does() -> None:
    system = System(load(PAIR), varied=["v", "rc1.r"])
    point = solve_operating_point(system, {"v": 0.02, "rc1.r": 9e3})
    deck = PAIR.replace(".param v=0", ".param v=0.02").replace("rc1 vcc o1 10k", "rc1 vcc o1 9k")
    np.testing.assert_allclose(point.solution[0], solved(deck), rtol=1e-9, atol=1e-12)


def test_failure_names_nodes_and_devices() -> None:
    deck = """no solution: a current that the diode cannot pass backwards, and a law that has no zero
v1 a 0 1
b1 a b i=exp(v(b))+1
r1 b 0 1e12
.end
"""
    with pytest.raises(ConvergenceError) as caught:
        lt.read(deck).op()
    assert "b" in str(caught.value)
    assert ".nodeset" in str(caught.value)


STRUCTURES = {
    "floating node": ("v1 a 0 1\nr1 a 0 1k\nc1 a b 1p\nc2 b 0 1p", ["node b has no dc path", "c1, c2"], 4),
    "gate alone": ("v1 d 0 1\nm1 d g 0 0 n\n.model n nmos", ["node g has no dc path", "m1", "single terminal"], 3),
    "island": ("v1 a 0 1\nr1 a 0 1\nr2 x y 1\nr3 y x 2", ["nodes x, y have no dc path", "r2, r3"], 4),
    "source loop": ("v1 a 0 1\nv2 a 0 2\nr1 a 0 1", ["loop", "v1, v2"], 3),
    "inductor loop": ("v1 a 0 1\nl1 a b 1m\nl2 b 0 1m\nr1 b 0 1", ["loop", "l1, v1, l2"], 4),
    "current cutset": ("i1 0 a 1m\ni2 a 0 2m\nr1 b 0 1\nv1 b 0 1", ["node a has only current sources", "i1, i2"], 2),
    "shorted source": ("v1 a a 1\nr1 a 0 1", ["loop", "v1"], 2),
    "controlled loop": ("v1 a 0 1\ne1 a 0 b 0 2\nr1 b 0 1\nr2 a b 1", ["loop", "v1, e1"], 3),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_structural_faults_are_named_before_solving(name: str) -> None:
    body, fragments, line = STRUCTURES[name]
    with pytest.raises(StructuralError) as caught:
        lt.read(f"{name}\n{body}\n.end\n").op()
    for fragment in fragments:
        assert fragment in caught.value.message
    assert caught.value.span is not None
    assert caught.value.span.line == line


def test_sound_circuits_pass_the_structural_check() -> None:
    deck = """a capacitor in parallel with a resistor, a gate on a divider, a vcvs that reads an open pair
v1 a 0 1
r1 a g 1k
r2 g 0 1k
c1 g 0 1p
m1 a g 0 0 n
e1 x 0 g a 2
r3 x 0 1k
l1 x y 1u
r4 y 0 1
k1 l1 l2 0.5
l2 y z 1u
r5 z 0 1
.model n nmos
.end
"""
    assert lt.read(deck).op().nodes["g"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("cards", "place", "message"),
    [
        ("m1 a a 0 0 nn l=0 w=1u\n.model nn nmos\n", "<text>:3:1", "m1: no channel is left"),
        ("j1 a 0 0 jj\n.model jj njf vto=1 b=0.5\n", "<text>:3:1", "j1: a doping tail"),
    ],
)
def test_what_a_device_refuses_has_a_name_and_a_place(cards, place, message):
    with pytest.raises(NetlistError) as caught:
        System(load(f"refused\nv1 a 0 1\n{cards}")).equations  # noqa: B018
    assert caught.value.message.startswith(message) and str(caught.value.span) == place


def test_a_ground_of_another_program_is_recognized():
    with pytest.raises(StructuralError) as caught:
        lt.read("hspice\nvdd vdd gnd! 1\nr1 vdd gnd! 1k\n").op()
    assert caught.value.hint == "ground is node 0 or gnd here: is 'gnd!' to be that? Add: vgnd gnd! 0 0"
    assert lt.read("hspice\nvdd vdd gnd! 1\nr1 vdd gnd! 1k\nvgnd gnd! 0 0\n").op().nodes["vdd"] == pytest.approx(1.0)


@pytest.mark.filterwarnings("error")
def test_voltages_beyond_a_double_are_an_error_and_no_warning():
    with pytest.raises(ConvergenceError, match="overflowed"):
        solve_operating_point(System(load("t\nb2 0 a i=-1e308\nr1 a 0 1k\n")))


@pytest.mark.parametrize("deck", ["nothing\n.end\n", "at ground\nr1 0 0 1k\n"])
def test_a_circuit_of_nothing_is_said_to_be_one(deck):
    with pytest.raises(StructuralError, match="no devices at a node other than ground"):
        lt.read(deck).op()


def test_a_device_with_m_of_zero_is_not_there():
    cards = "m1 d g 0 0 nn w=10u l=1u\nm2 d g 0 0 nn w=10u l=1u m=0\nr1 v d 1k\n.model nn nmos(vto=0.7 lambda=0.01)\n"
    op = lt.read(f"switched off\nvv v 0 3\nvg g 0 1\n{cards}").op()
    alone = lt.read(f"alone\nvv v 0 3\nvg g 0 1\n{cards.replace('m2', '*')}").op()
    assert op.nodes["d"] == pytest.approx(alone.nodes["d"])
    assert op.devices["m2"]["id"] == 0.0 and op.devices["m2"]["r_o"] == np.inf


class Restless(Path):
    """A path on which two in five steps of the pseudo-transient fail, so that its conductances never fade."""

    asked: list[Aids]

    def solve(self, state, aids, limit=None):
        self.asked.append(aids)
        result = super().solve(state, aids, limit)
        if aids.kappa and len(self.asked) % 5 in (2, 4):
            return replace(result, status=np.full_like(result.status, LaneStatus.TOO_MANY_ITERATIONS))
        return result


def test_conductances_that_never_fade_leave_no_answer_of_their_own(monkeypatch):
    monkeypatch.setattr("longtail.engine.solving.continuation._BUDGET", 10**6)
    system = System(load(PAIR))
    path = Restless(system, {})
    path.asked = []
    result = STRATEGIES["pseudo-transient"](path, State(np.zeros((1, len(system.unknowns)))), NO_AIDS)
    assert len(path.asked) > 400, "or it would have faded"
    assert path.asked[-1] is NO_AIDS
    if result.converged:
        plain = solve_operating_point(system)
        np.testing.assert_allclose(result.state.x, plain.solution, rtol=1e-6, atol=1e-9)


def test_of_several_balances_the_one_with_the_smallest_offset_counts(monkeypatch):
    """All beyond what an amplifier in operation needs: each strategy and each sign of the gain leads to another."""
    system = System(
        load(PAIR), drives=("v1.dc", "v2.dc"), null=Null({"v1": 0.5, "v2": -0.5}, {"o1": 1.0, "o2": -1.0}, 0.0)
    )
    offsets = iter([0.7, -0.9, 0.4, -0.3, 0.5, 0.8])

    def found(path, state, aids):
        solve = newton(path.system, {"v1.dc": 0.0, "v2.dc": 0.0}, state, limit=1)
        solve.status[:] = LaneStatus.CONVERGED
        solve.state.x[0, path.system.index["input_offset"]] = next(offsets)
        return solve

    monkeypatch.setattr("longtail.engine.solving.continuation.STRATEGIES", {"newton": found})
    monkeypatch.setattr("longtail.engine.solving.continuation._fade_feedback", lambda path, result, feedback: result)
    result, _ = settle_nulled(Path(system, {}), State(np.zeros((1, len(system.unknowns)))))
    assert result.state.x[0, system.index["input_offset"]] == -0.3


@pytest.mark.parametrize(
    ("card", "volts"),
    [
        ("e1 o 0 value = {1/v(c)}", 0.5),
        ("e1 o 0 value = {(v(c) - v(d))/(v(c) - v(d))}", 1.0),
        ("b1 o 0 v = ln(v(c)/v(d))", np.log(2.0)),
    ],
)
def test_what_divides_by_a_voltage_starts_from_voltages_apart(card: str, volts: float) -> None:
    """Macromodels divide by what is zero before anything has begun."""
    deck = f"t\nv1 c 0 2\nr1 c d 1k\nr2 d 0 1k\n{card}\nr3 o 0 1k\n"
    found = lt.read(deck).op()
    assert found.nodes["o"] == pytest.approx(volts, rel=1e-12)
    lanes = lt.read(deck).sweep(vary={"v1.dc": [2.0, 4.0, -2.0]}, measure="v(o)")
    assert lanes["v(o)"][0] == pytest.approx(volts, rel=1e-9)
    assert np.isfinite(lanes["v(o)"]).all()


def test_an_equation_that_is_never_finite_is_named() -> None:
    with pytest.raises(ConvergenceError, match=r"not finite: the equation of i\(b2\)"):
        lt.read("t\nv1 c 0 2\nr1 c 0 1k\nb1 o 0 v = 1/v(c)\nr2 o 0 1k\nb2 p 0 v = 1/(v(c) - 2)\nr3 p 0 1k\n").op()


STAGE = """\
A pair at 1 A, and a stage of 1e6 into 1 microohm about a reference of its own
vp p 0 15
vm m 0 -15
vi i 0 1
q1 c1 o e1 qx
q2 c2 i e2 qx
rc1 p c1 0.06
rc2 p c2 0.06
re1 e1 e 0.009
re2 e2 e 0.009
it e m 1
rm1 r p 1
rm2 r m 1
er ref 0 r 0 1
g1 ref a c1 c2 60
r1 a ref 1
g2 ref b a r 33u
r2 b ref 6g
e1 d ref b r 1e6
r3 d f 1
r4 f ref 1u
g3 ref g f r 1
r5 g ref 1
g4 s p p g 2.5m
g5 m s g m 2.5m
r6 s p 400
r7 s m 400
l1 s o 0.2u
rl o 0 10k
.model qx npn(bf=4e8)
"""


@pytest.mark.parametrize("about_ground", [False, True])
def test_small_currents_beside_large_ones_settle_but_for_rounding(about_ground: bool) -> None:
    """The current of the reference is what is left of a million amperes: it moves by their last bits for ever."""
    deck = re.sub(r"\b(ref|r)\b(?= )", "0", STAGE) if about_ground else STAGE
    deck = "\n".join(line for line in deck.splitlines() if not about_ground or not line.startswith(("rm", "er")))
    found = lt.read(deck).op()
    assert found.status == "converged" and found.iterations < 30
    assert found.nodes["o"] == pytest.approx(1.0, abs=2e-6)
    assert found.nodes["s"] == pytest.approx(1.0, abs=2e-6)
