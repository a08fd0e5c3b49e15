"""The contract tests can fail: each is given a device with the flaw that it is there to find."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from contract import test_devices as contract
from longtail.devices.base import DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity, Topology
from longtail.lanes.functions import log
from longtail.lanes.graph import Expr, Real
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import Program

Change = Callable[[Flows, Potentials, Parameters], Flows]


def resistor(change: Change, **fields: Any) -> DeviceModel:
    return flawed("resistor", change, **fields)


def flawed(name: str, change: Change, **fields: Any) -> DeviceModel:
    """A device of longtail with its flows changed, and some fields of its declaration."""
    sound = contract.DEVICES[name]
    return dataclasses.replace(sound, evaluate=lambda v, p: change(sound.evaluate(v, p), v, p), **fields)


def static(flows: Flows, **extra: Real) -> Flows:
    """More current out of some nodes."""
    return dataclasses.replace(flows, static={n: x + extra.get(n, 0.0) for n, x in flows.static.items()})


def same(flows: Flows, v: Potentials, p: Parameters) -> Flows:
    return flows


def double_where_recorded(v: Potentials) -> Real:
    """2*v_p with the slope of v_p: what a wrong derivative rule would give."""
    x = v["p"]
    return x.graph.limit(2.0 * x, x, "wrong") if isinstance(x, Expr) else 2.0 * x


def limited(rule: Callable[[Mapping[str, Real], Mapping[str, Real]], Mapping[str, Real]]) -> Change:
    def change(flows: Flows, v: Potentials, p: Parameters) -> Flows:
        v.limit({"v": v["p"] - v["n"]}, {"v": 0.6}, rule)
        return flows

    return change


def restless(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
    return old


def never_content(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
    return {name: 0.5 * x for name, x in new.items()}


def other_on_a_graph(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
    return {name: x + 1.0 if isinstance(x, Expr) else x for name, x in new.items()}


ODD = Parameter("odd", "furlong", "a length", 1.0)
LOST_NODE = {"topology": lambda p: Topology(internal=("lost",))}

FLAWS: Sequence[tuple[str, DeviceModel]] = [
    ("test_declaration_is_sound", resistor(same, references=())),
    ("test_declaration_is_sound", resistor(same, terminals=("p", "p"))),
    ("test_declaration_is_sound", resistor(same, doc="A resistor as everybody knows it.")),
    ("test_parameters_and_quantities_are_sound", resistor(same, parameters=(ODD,))),
    ("test_parameters_and_quantities_are_sound", resistor(same, parameters=(Parameter("a", "V", "x", 2.0, high=1.0),))),
    ("test_parameters_and_quantities_are_sound", resistor(same, parameters=(Parameter("a", "V", ""),))),
    ("test_parameters_and_quantities_are_sound", resistor(same, quantities=(Quantity("q", "furlong", "far"),))),
    (
        "test_parameters_and_quantities_are_sound",
        resistor(same, parameters=(Parameter("a", "V", "x"), Parameter("b", "V", "y", aliases=("a",)))),
    ),
    ("test_flows_speak_of_every_node_they_declare_and_of_no_other", resistor(same, **LOST_NODE)),
    (
        "test_flows_speak_of_every_node_they_declare_and_of_no_other",
        resistor(lambda f, v, p: dataclasses.replace(f, static={**f.static, "elsewhere": 0.0})),
    ),
    (
        "test_every_declared_quantity_is_reported_and_no_other",
        resistor(lambda f, v, p: dataclasses.replace(f, quantities={"i": 1.0})),
    ),
    (
        "test_every_declared_quantity_is_reported_and_no_other",
        flawed("mosfet1", lambda f, v, p: dataclasses.replace(f, quantities={**f.quantities, "region": 99})),
    ),
    ("test_multiplier_is_left_to_the_engine", resistor(lambda f, v, p: static(f, p=p["m"], n=-p["m"]))),
    ("test_values_are_finite", resistor(lambda f, v, p: static(f, p=log(v["p"]), n=-log(v["p"])))),
    ("test_currents_and_charges_sum_to_zero", resistor(lambda f, v, p: static(f, p=1e-9))),
    (
        "test_currents_and_charges_sum_to_zero",
        flawed("capacitor", lambda f, v, p: dataclasses.replace(f, charges={**f.charges, "n": 0.0})),
    ),
    (
        "test_floats_and_graph_agree",
        resistor(lambda f, v, p: static(f, p=1.0 if isinstance(v["p"], Expr) else 2.0)),
    ),
    ("test_slopes_agree_with_differences", resistor(lambda f, v, p: static(f, p=double_where_recorded(v)))),
    (
        "test_the_other_polarity_is_the_mirror_image",
        flawed("mosfet1", lambda f, v, p: static(f, g=1e-3)),
    ),
    ("test_limiting_lets_a_settled_voltage_pass", resistor(limited(never_content))),
    ("test_limiting_comes_to_rest_where_it_is_asked_to", resistor(limited(restless))),
    ("test_limiting_is_the_same_on_a_graph", resistor(limited(other_on_a_graph))),
]


@pytest.mark.parametrize(("test", "device"), FLAWS, ids=[f"{k} {test}" for k, (test, _) in enumerate(FLAWS)])
def test_a_flaw_is_found(test: str, device: DeviceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    check = getattr(contract, test)
    check(device.name)  # sound as it is
    monkeypatch.setitem(contract.DEVICES, device.name, device)
    with pytest.raises(AssertionError):
        check(device.name)


def test_an_undeclared_parameter_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    nosy = resistor(lambda f, v, p: static(f, p=p["nonsense"]))
    monkeypatch.setitem(contract.DEVICES, "resistor", nosy)
    with pytest.raises(KeyError, match="nonsense"):
        contract.test_values_are_finite("resistor")


def test_a_branch_of_python_on_a_voltage_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    branching = resistor(lambda f, v, p: f if v["p"] > 0.0 else static(f, p=1.0))
    monkeypatch.setitem(contract.DEVICES, "resistor", branching)
    with pytest.raises(TypeError, match="select"):
        contract.test_floats_and_graph_agree("resistor")


def test_lanes_that_mix_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Backwards(NumpyExecutor):
        def run(self, program: Program, inputs: Sequence[Any], lanes: int, dtype: type = np.float64) -> Any:
            return super().run(program, inputs, lanes, dtype)[:, ::-1]

    contract.test_lanes_equal_a_loop("resistor")
    monkeypatch.setattr(contract, "NumpyExecutor", Backwards)
    with pytest.raises(AssertionError):
        contract.test_lanes_equal_a_loop("resistor")
