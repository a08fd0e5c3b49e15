"""A device with a program of its own gives the figures of one that is written out in the equations of the circuit."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from contract.test_roles import EXAMPLES, INDEXES, with_level
from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity
from longtail.devices.discovery import devices
from longtail.driven.lane_solves import solve_lanes
from longtail.driven.varied import read_lanes
from longtail.elaborate.named_values import nominal
from longtail.engine.equations.large import LargeSystem
from longtail.engine.equations.system import System
from longtail.engine.few_solves import frequency_sweep
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving import batch
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.lanes import kernels
from longtail.lanes.calls import Rows
from longtail.lanes.functions import tanh
from longtail.lanes.graph import Real
from longtail.lanes.plain import kernels as plain_kernels
from longtail.lanes.routines import Foreign

FOLDER = Path(__file__).parents[2] / "examples"
F = np.logspace(0, 10, 7)
VARIED = {"bipolar": ("is", "bf", "area"), "jfet": ("beta", "area"), "mosfet1": ("kp", "w")}
VERBS = ("op", "gains", "noise", "poles", "formula", "half", "range", "offset")
every_transistor = pytest.mark.parametrize("name", VARIED)


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """What is known of all devices is found anew before and after a test that adds one."""
    for indexed in INDEXES:
        indexed.cache_clear()
    yield
    for indexed in INDEXES:
        indexed.cache_clear()


@pytest.fixture
def decks(name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """An example with a transistor, and the same with copies that have a program of their own."""
    model = devices()[name]
    monkeypatch.setitem(devices(), "twin", replace(model, name="twin", levels=(77,), own_program=True))
    deck = (FOLDER / f"{EXAMPLES[model.letter]}.cir").read_text()
    return with_level(deck, model.levels[0]), with_level(deck, 77)


def agree(one: object, other: object, where: str) -> None:
    """That two JSON values agree, numbers to 1e-9 of the largest in their list."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            agree(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and not all(isinstance(x, float) for x in one):
        assert len(one) == len(other), where
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            agree(a, b, f"{where}[{k}]")
    elif isinstance(one, list | float):
        a, b = np.array(one), np.array(other)
        assert np.abs(a - b).max(initial=0.0) <= 1e-9 * np.abs(a).max(initial=0.0) + 1e-18, where
    else:
        assert one == other, where


@every_transistor
def test_analyses_agree(name: str, decks: tuple[str, str]) -> None:
    written, called = map(lt.read, decks)
    for verb in VERBS:
        options = {"frequency_hz": F} if verb in ("gains", "noise") else {}
        texts = (getattr(amp, verb)(**options).to_json().replace("twin", name) for amp in (written, called))
        one, other = (re.sub(r"level=\d+ ?", "", text) for text in texts)  # of decks, which name it
        agree(json.loads(one), json.loads(other), verb)
    system, twins = System(called.circuit), called.circuit.instances_of("twin")
    calls = system.linear.program.calls
    assert {call.results.shape[1] for call in calls} != {1}  # devices share what is alike
    assert sum(call.results.shape[1] for call in calls) == len(twins)
    assert len(system.linear.program.instructions) < 0.2 * len(System(written.circuit).linear.program.instructions)


@every_transistor
@pytest.mark.parametrize("compiled", [True, False])
def test_lanes_agree(name: str, decks: tuple[str, str], compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not compiled:
        for module in (kernels, batch, frequency_sweep):
            monkeypatch.setattr(module, "kernels", lambda: plain_kernels)
    found = []
    for deck in decks:
        amp = lt.read(deck)
        kind, random = "twin" if deck == decks[1] else name, np.random.default_rng(0)
        values = {"temp": np.linspace(0.0, 70.0, 40)}
        for instance in amp.circuit.instances_of(kind)[:3]:
            for parameter in VARIED[name]:
                full = f"{instance.name}.{parameter}"
                values[full] = nominal(amp.circuit, full) * (1.0 + 0.02 * random.normal(size=40))
        lanes = read_lanes(amp.circuit, values)
        prepared, point = solve_lanes(amp.circuit, lanes)
        other_order = prepared.solve({key: value[::-1] for key, value in lanes.values.items()})
        assert (other_order.solution[::-1] == point.solution).all()
        gains = amp.gains(frequency_hz=F, parameters=values)
        found.append((point.solution, prepared.sensitivity, gains.differential))
        assert bool(prepared.step.calls) == (kind == "twin")
    for one, other in zip(*found, strict=True):
        assert np.abs(one - other).max() <= 1e-9 * np.abs(one).max()


def limiter(name: str, current: object, own_program: bool) -> DeviceModel:
    """The current i_max*tanh(g*v/i_max) and the charge c*v, by a function `current` of both voltages."""

    def evaluate(v: Potentials, p: Parameters) -> Flows:
        raw = {"v": v["p"] - v["n"]}
        controls = v.limit(raw, {"v": 0.1}, lambda new, old: {"v": old["v"] + 0.5 * tanh(2.0 * (new["v"] - old["v"]))})
        given = {"v": controls["v"], "g": p.model["g"], "imax": p.model["imax"] * p["area"]}
        i, charge = current(given).values()  # type: ignore[operator]
        static, charges = ({"p": x, "n": -x} for x in (i, charge))
        return Flows(static, charges, quantities={"i": i, "g": v.derivative(i, controls["v"])})

    return DeviceModel(
        name=name,
        letter="d",
        doc="",
        terminals=("p", "n"),
        evaluate=evaluate,
        parameters=(Parameter("area", "", "", 1.0),),
        model_parameters=(Parameter("g", "S", "", 1e-3), Parameter("imax", "A", "", 1e-3)),
        model_types={name: 1.0},
        model_required=True,
        quantities=(Quantity("i", "A", ""), Quantity("g", "S", "")),
        scales=("area",),
        own_program=own_program,
    )


def written(given: dict[str, Real]) -> dict[str, Real]:
    return {"i": given["imax"] * tanh(given["g"] * given["v"] / given["imax"]), "q": 1e-12 * given["v"] ** 2.0}


def compiled(rows: Rows) -> tuple[Rows, Rows]:
    """The same with slopes, as a model from elsewhere would give them."""
    v, g, most = rows
    t = np.tanh(g * v / most)
    zero = np.zeros_like(v)
    slopes = [[g * (1 - t**2), v * (1 - t**2), t - g * v / most * (1 - t**2)], [2e-12 * v, zero, zero]]
    return np.array([most * t, 1e-12 * v**2]), np.array(slopes)


DECK = """two limiters
v1 in 0 2
r1 in a 1k
d1 a b lim area=2
d2 b 0 lim area=1.5
r2 b 0 10k
.model lim {kind} (g=3m imax=0.4m)
"""


@pytest.mark.parametrize("own_program", [False, True])
def test_a_foreign_function_serves_as_equations_do(own_program: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = Foreign(("v", "g", "imax"), ("i", "q"), compiled)
    monkeypatch.setitem(devices(), "lima", limiter("lima", written, own_program=False))
    monkeypatch.setitem(devices(), "limb", limiter("limb", foreign, own_program))
    found = []
    for kind in ("lima", "limb"):
        circuit = lt.read(DECK.format(kind=kind)).circuit
        values = {"d1.area": np.linspace(1.0, 3.0, 5), "lim.g": np.linspace(2e-3, 4e-3, 5)}
        prepared, point = solve_lanes(circuit, read_lanes(circuit, values))
        assert bool(prepared.step.calls) == (kind == "limb")
        model = linearize(point)
        quantities = [point.quantities[d][q] for d in ("d1", "d2") for q in ("i", "g")]
        found.append((point.solution, prepared.sensitivity, model.conductance, model.capacitance, quantities))
    for one, other in zip(*found, strict=True):
        assert np.abs(np.subtract(one, other)).max() <= 1e-9 * np.abs(one).max()


def test_large_circuits_call_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(devices(), "lima", limiter("lima", written, own_program=True))
    circuit = lt.read(DECK.format(kind="lima")).circuit
    small, large = (solve_operating_point(kind(circuit)) for kind in (System, LargeSystem))
    assert any(each.part.system.equations.program.calls for each in large.system.parts)  # type: ignore[attr-defined]
    np.testing.assert_allclose(large.solution, small.solution, rtol=1e-9)
