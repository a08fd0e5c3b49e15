"""Large circuits: solved by parts they have the numbers of small ones, of closed forms and of ngspice."""

import numpy as np
import pytest

import longtail as lt
from longtail.elaborate import load
from longtail.engine import size
from longtail.engine.equations.large import LargeSystem, system_of
from longtail.engine.equations.system import System
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving import sparse
from longtail.engine.solving.continuation import Path, balanced
from longtail.engine.solving.newton import NO_AIDS, State, newton, warm
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.errors import AnalysisError, SizeError, StructuralError
from longtail.merits.reasons import UNKNOWN
from reference.ngspice import operating_point

FREQUENCY = np.array([0.0, 1e3, 1e6, 1e9])
MODELS = """.model nm nmos (level=1 vto=0.7 kp=100u lambda=0.02 gamma=0.4 phi=0.7 tox=20n cgso=0.2n cgdo=0.2n)
.model pm pmos (level=1 vto=-0.8 kp=40u lambda=0.03 rd=5 rs=5)
.model qn npn (is=1e-15 bf=120 vaf=80 rb=50 re=1 rc=20 cje=1p cjc=0.5p tf=0.1n ptf=20)
.model dm d (is=1e-14 rs=3 cjo=1p)
"""
PAIR = {
    "mos": """m{k}a x{k}p {a} t{k} 0 nm w={w}u l=1u
m{k}b x{k}n {b} t{k} 0 nm w={w}u l=1u
m{k}c x{k}p x{k}p vdd vdd pm w=10u l=1u
m{k}d x{k}n x{k}p vdd vdd pm w=10u l=1u
rt{k} t{k} 0 {r}k
rl{k} x{k}n 0 {l}k
""",
    "bipolar": """q{k}a x{k}p {a} t{k} qn {area}
q{k}b x{k}n {b} t{k} qn
rt{k} t{k} 0 {r}k
rp{k} vdd x{k}p {r}k
xn{k} vdd x{k}n load r={r}k
d{k} x{k}p x{k}n dm
""",
}


def amplifiers(seed, count, kinds=("mos", "bipolar"), extra="", areas=(0.5, 2.0)):
    """A netlist of pairs in parallel and in cascade, every one with values of its own."""
    random = np.random.default_rng(seed)
    lines = ["many pairs", "vdd vdd 0 5", "vip inp 0 dc 1.8 ac 0.5", "vin inn 0 dc 1.8 ac -0.5", MODELS]
    lines.append(".subckt load a b r=1k\n.model dl d (is=1e-14)\nr1 a m {r/2}\nr2 m b {r/2}\nd1 0 m dl\n.ends")
    for k in range(count):
        driven = k == 0 or random.random() < 0.7
        values = {"w": random.integers(5, 50), "l": random.integers(20, 200), "area": round(random.uniform(*areas), 3)}
        kind = str(random.choice(kinds))
        values["r"] = round(float(random.uniform(5, 20)) * (10 if kind == "bipolar" else 1), 3)
        a, b = ("inp", "inn") if driven else (f"y{k}p", f"y{k}n")
        lines.append(PAIR[kind].format(k=k, a=a, b=b, **values))
        if not driven:
            lines.append(f"rc{k} x{k - 1}p y{k}p 1k\nrd{k} y{k}p 0 50k\nre{k} y{k}n 0 1meg\nrf{k} y{k}n inn 10k")
            lines.append(f"ce{k} y{k}p y{k}n {random.integers(1, 9)}p")
    return "\n".join([*lines, extra, ".end", ""])


READERS = """e9 e9 0 x1p x1n 2
re9 e9 0 1k
vs e9 s9 0
rs9 s9 0 2k
f9 0 f9 vs 0.5
rf9 f9 0 1k
b9 b9 0 v={v(x0p)*0.5+i(vs)*10}
rb9 b9 0 1k
l9 f9 g9 1u
l8 g9 h9 2u
k9 l9 l8 0.5
rh9 h9 0 50
g9 0 x2p x1p x1n 1u
i9 0 f9 1m
"""


def both(text):
    circuit = load(text)
    drives = ("vip.dc", "vin.dc")
    values = {name: circuit.number(circuit.instances[name[:-3]].parameters["dc"]) for name in drives}
    systems = System(circuit, drives=drives), LargeSystem(circuit, drives=drives)
    return tuple(solve_operating_point(system, values) for system in systems)


@pytest.mark.parametrize("seed", range(4))
def test_parts_add_up_to_the_circuit(seed):
    small, large = both(amplifiers(seed, 5, extra=READERS))
    assert large.system.unknowns == small.system.unknowns
    assert len(large.system.parts) < len(small.system.circuit.instances)
    assert (large.iterations, large.continuation) == (small.iterations, small.continuation)
    assert large.solution == pytest.approx(small.solution, rel=1e-9, abs=1e-12)
    for name, quantities in small.quantities.items():
        assert list(large.quantities[name]) == list(quantities)
        for quantity, value in quantities.items():
            assert large.quantities[name][quantity] == pytest.approx(value, rel=1e-7, abs=1e-15), (name, quantity)
    expected, found = (linearize(point).response(FREQUENCY, np.eye(2)) for point in (small, large))
    assert np.abs(found - expected).max() <= 1e-8 * np.abs(expected).max()


def test_the_linear_model_of_a_large_circuit_is_the_same_in_full():
    small, large = (linearize(point) for point in both(amplifiers(7, 3, extra=READERS)))
    for full in ("conductance", "capacitance", "inputs"):
        assert getattr(large, full) == pytest.approx(getattr(small, full), rel=1e-9, abs=1e-18)
    assert large.matrix(FREQUENCY) == pytest.approx(small.matrix(FREQUENCY), rel=1e-8, abs=1e-15)
    turned = large.transposed().solve(FREQUENCY, large.inputs)
    assert turned == pytest.approx(small.transposed().solve(FREQUENCY, small.inputs), rel=1e-7, abs=1e-9)


def test_a_delay_is_in_the_sparse_matrix_too():
    point = both(amplifiers(7, 3, ("bipolar",)))[1]
    model = linearize(point)
    assert model.late.seconds.min() > 0.0
    right = model.inputs
    x = model.solve(FREQUENCY, right)
    assert model.matrix(FREQUENCY) @ x == pytest.approx(np.broadcast_to(right, x.shape), abs=1e-9)


@pytest.mark.parametrize("analysis", [lambda amp: amp.op(), lambda amp: amp.gains(output=("x1p", "x1n"))])
def test_the_size_from_which_parts_are_used_moves_no_number(analysis, monkeypatch):
    text = amplifiers(3, 8)
    small = analysis(lt.read(text)).to_dict()
    monkeypatch.setattr(size, "LARGE", 5)
    assert isinstance(system_of(load(text)), LargeSystem)
    large = analysis(lt.read(text)).to_dict()
    assert list(large) == list(small)
    for name in ("nodes", "branches", "differential", "common"):
        for key, value in (small.get(name) or {}).items():
            assert large[name][key] == pytest.approx(value, rel=1e-6, abs=1e-9), key


@pytest.mark.ngspice
@pytest.mark.parametrize("kind", ["mos", "bipolar"])
def test_ngspice_agrees_on_hundreds_of_transistors(kind):
    text = amplifiers(1, 150, (kind,), areas=(1.0, 1.0))  # in saturation ngspice takes other areas
    nodes = lt.read(text).op().nodes
    expected = operating_point(text)
    for node, voltage in nodes.items():
        assert voltage == pytest.approx(expected.nodes[node], rel=1e-6, abs=1e-6), node


def test_a_long_ladder_attenuates_as_its_closed_form_says():
    """Series r, shunt R: v(k+1)/v(k) = x with x + 1/x = 2 + r/R, far from the end."""
    count, series, shunt = 3000, 1.0, 1e3
    rows = [f"rs{k} n{k} n{k + 1} {series}\nrp{k} n{k + 1} 0 {shunt}" for k in range(count)]
    nodes = lt.read("\n".join(["ladder", "v1 n0 0 1", *rows, ""])).op().nodes
    half = 1.0 + series / shunt / 2.0
    x = half - np.sqrt(half**2 - 1.0)
    for k in (1, 10, 100, 400):
        assert nodes[f"n{k}"] == pytest.approx(x**k, rel=1e-9)


def test_a_grid_has_the_resistance_of_its_closed_form():
    """Between opposite corners of m by m nodes: the sum over eigenvectors of the grid of (u(a) - u(b))^2/lambda."""
    m = 40
    rows = [f"rh{i}_{j} g{i}_{j} g{i}_{j + 1} 1" for i in range(m) for j in range(m - 1)]
    rows += [f"rv{i}_{j} g{i}_{j} g{i + 1}_{j} 1" for i in range(m - 1) for j in range(m)]
    last = m - 1
    nodes = lt.read("\n".join(["grid", "i1 0 g0_0 1", f"rg g{last}_{last} 0 1", *rows, ""])).op().nodes
    k = np.arange(m)
    ends = np.sqrt(np.where(k > 0, 2.0, 1.0) / m) * np.cos(np.pi * k / (2 * m))  # at the first node; (-1)^k at the last
    eigenvalues = 4.0 * np.sin(np.pi * k / (2 * m)) ** 2
    values = eigenvalues[:, None] + eigenvalues[None, :]
    apart = np.outer(ends, ends) * (1.0 - np.outer((-1.0) ** k, (-1.0) ** k))
    expected = (apart[values > 0.0] ** 2 / values[values > 0.0]).sum()
    assert nodes["g0_0"] - nodes[f"g{last}_{last}"] == pytest.approx(expected, rel=1e-9)


def ladder(count, extra=""):
    rows = [f"rs{k} n{k} n{k + 1} 1\nrp{k} n{k + 1} 0 1k" for k in range(count)]
    return "\n".join(["ladder", "v1 n0 0 1", *rows, extra, ""])


def test_what_cannot_take_a_large_circuit_refuses_at_once():
    amp = lt.read(ladder(2100, "v2 n2102 0 0\nrx n2102 n7 1k"))
    ports = {"input": ("v1", "v2"), "output": ("n9",)}
    for who, question in {
        "noise": lambda: amp.noise(),
        "analyze": lambda: amp.analyze(),
        "op over parameters": lambda: amp.op(parameters={"rs1.r": [1.0, 2.0]}),
        "nulling": lambda: amp.gains(null=True, target=0.1, **ports),
        "transfer": lambda: lt.read(ladder(600)).transfer(),
        "this question": lambda: System(amp.circuit).plain,
        "this (question)": lambda: System(amp.circuit).robust,
        "this takes a full matrix": lambda: (
            linearize(solve_operating_point(LargeSystem(load(ladder(4100))))).conductance
        ),
    }.items():
        with pytest.raises(SizeError, match=f"^{who} takes|^{who} of"):
            question()


def test_a_zero_gain_of_a_large_circuit_has_no_reason_and_says_so():
    amp = lt.read(ladder(2100, "v2 n2102 0 0\nv3 n2103 0 0\nrx n2102 n2103 1k\nry n2103 y 1k\nrz y 0 1k"))
    gains = amp.gains(input=("v1", "v2"), output=("y",), frequency_hz=[1.0])
    assert "no differential gain" in repr(gains)
    assert gains.reason("differential") is UNKNOWN


def test_many_devices_at_few_nodes_are_large_too():
    text = "\n".join(["beside", "v1 a 0 1", "r0 a b 1", *(f"r{k} b 0 1k" for k in range(1, 1001)), ""])
    assert isinstance(system_of(load(text)), LargeSystem)
    assert lt.read(text).op().nodes["b"] == pytest.approx(0.5, rel=1e-12)


def test_beyond_what_sparse_matrices_take_nothing_is_begun(monkeypatch):
    monkeypatch.setattr("longtail.engine.equations.large.LARGEST_SPARSE", 300)
    with pytest.raises(SizeError, match="up to 300 nodes and 600 devices; this has 402 nodes"):
        lt.read(ladder(401)).op()


def test_large_circuits_name_what_they_cannot_have():
    with pytest.raises(SizeError, match="rx has an m of 0"):
        lt.read(ladder(300, "rx n1 n2 1k m=0")).op()
    with pytest.raises(SizeError, match="read currents or voltages of others"):
        lt.read(ladder(300, "\n".join(f"f{k} 0 n{k} v1 1m" for k in range(1, 300)))).op()


def test_faults_of_structure_are_named_in_large_circuits():
    with pytest.raises(StructuralError, match=r"node q has no dc path to ground \(connected to: cq\)"):
        lt.read(ladder(300, "cq n1 q 1p")).op()
    with pytest.raises(StructuralError, match="loop of voltage sources or inductors: v1, l1"):
        lt.read(ladder(300, "l1 n0 0 1u")).op()
    with pytest.raises(StructuralError, match="in the loop of v1, t1, v2 is not determined"):
        lt.read(ladder(300, "t1 n0 0 end 0 z0=50 td=1n\nv2 end 0 1\nre end 0 1k")).op()
    assert lt.read(ladder(300, "t1 n0 0 end 0 z0=50 td=1n\nre end 0 1k")).op().nodes["end"] == pytest.approx(1.0)


def test_singular_small_signals_are_an_error_in_large_circuits():
    point = solve_operating_point(LargeSystem(load(ladder(300, "g1 n5 0 n5 0 1")), drives=("v1.dc",)), {"v1.dc": 1.0})
    model = linearize(point)
    model.entries[0][:] = 0.0
    with pytest.raises(AnalysisError, match="singular"):
        model.response(np.array([1.0]), np.eye(1))


@pytest.mark.parametrize(("left", "refused"), [(1e-10, False), (1e-8, True), (np.nan, True)])
def test_what_is_left_of_the_equations_of_a_large_circuit_decides(left, refused, monkeypatch):
    """A finite answer that does not fulfil its equations is none."""
    deck = load(ladder(300, "g1 n5 0 n5 0 1"))
    model = linearize(solve_operating_point(LargeSystem(deck, drives=("v1.dc",)), {"v1.dc": 1.0}))
    solve = sparse.solve_large
    monkeypatch.setattr(sparse, "solve_large", lambda *given: (solve(*given)[0], left))
    if refused:
        with pytest.raises(AnalysisError, match="singular"):
            model.response(np.array([1.0]), np.eye(1))
    else:
        assert np.isfinite(model.response(np.array([1.0]), np.eye(1))).all()


def test_poles_are_not_looked_for_in_silence():
    text = ladder(1100, "c1 n5 0 1p")
    (note,) = lt.read(text).op().notes
    assert "not looked for beyond 1000 unknowns: this has 1102" in note


def test_lost_potentials_are_told_of_every_device():
    text = ladder(300, ".model dm d (is=1e-14 cjo=1p vj=0.4)\nd1 n1 0 dm\nd2 n2 0 dm\n.temp 600")
    (note,) = lt.read(text).op().notes
    assert "d1, d2" in note


def test_equal_halves_are_not_looked_for_in_large_circuits():
    path = Path(LargeSystem(load(ladder(300))), {})
    assert not balanced(path, State(np.zeros((1, len(path.system.unknowns)))), NO_AIDS).converged


@pytest.mark.parametrize("question", ["transfer", "noise", "cmrr"])
def test_analyses_over_many_points_have_the_numbers_of_small_circuits(question, monkeypatch):
    text = amplifiers(3, 4, extra="*@ output x1p x1n")
    small = getattr(lt.read(text), question)().to_dict()
    monkeypatch.setattr(size, "LARGE", 5)
    large = getattr(lt.read(text), question)().to_dict()
    assert list(large) == list(small)
    for name, value in small.items():
        if isinstance(value, list) and value and isinstance(value[0], float):
            assert large[name] == pytest.approx(value, rel=1e-5, abs=1e-9, nan_ok=True), name


def test_many_lanes_of_parts_are_those_one_by_one():
    text = amplifiers(2, 3)
    small, large = both(text)
    x = large.solution + 1e-3 * np.arange(3)[:, None]
    states = [warm(point.system, point.values, x) for point in (small, large)]
    order = [small.system.equations.states.index(name) for name in large.system.equations.states]
    assert states[1].limited == pytest.approx(states[0].limited[order], rel=1e-12)
    moved = [newton(point.system, point.values, state) for point, state in zip((small, large), states, strict=True)]
    assert moved[1].state.x == pytest.approx(moved[0].state.x, rel=1e-9, abs=1e-12)


def test_of_many_lost_potentials_some_are_named_and_the_rest_counted():
    diodes = "".join(f"d{k} n{k} 0 dm\n" for k in range(1, 10))
    text = ladder(300, f".model dm d (is=1e-14 cjo=1p vj=0.4)\n{diodes}.temp 600")
    (note,) = lt.read(text).op().notes
    assert "d1, d2, d3, d4, d5, d6 and 3 more" in note
