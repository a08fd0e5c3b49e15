"""What devices are told of their cards, and what circuits that no netlist makes are refused for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longtail.circuit import Circuit, Instance
from longtail.devices.base import Parameter
from longtail.elaborate import load
from longtail.engine.equations.system import System
from longtail.engine.equations.views import TEMPERATURE, Numbers, View
from longtail.errors import InputError
from longtail.lanes.graph import Expr, Graph

CIRCUIT = load("""t
.param k=2 twice={2*k} warm={temper+1}
v1 a 0 1
r1 a 0 {twice}
r2 a 0 1k
f1 b 0 v1 3
rb b 0 1
b2 c 0 v=2*v(a)
.temp 40
""")
DECLARED = {
    "r": Parameter("r", "ohm", "resistance", None),
    "m": Parameter("m", "", "multiplier", 1.0),
    "tc": Parameter("tc", "1/K", "slope", 0.5),
}


def view(*varied: str, **values: object) -> View:
    numbers = Numbers(CIRCUIT, Graph(), frozenset(varied))
    return View("r1", numbers, DECLARED, values, ("r1", "card"), {"tc": ("card",)})  # type: ignore[arg-type]


def test_values_come_from_the_card_or_by_default() -> None:
    card = view(r=5.0)
    assert (card["r"], card["m"]) == (5.0, 1.0)
    assert card.given("r") and not card.given("m")
    assert card.overriding(r=7.0)["r"] == 7.0 and card["r"] == 5.0


def test_varied_values_are_inputs_under_the_nearest_name() -> None:
    for names, wanted in ((("r1.r",), "r1.r"), (("card.r",), "card.r"), (("card.r", "r1.r"), "r1.r")):
        card = view(*names, r=5.0)
        assert isinstance(card["r"], Expr) and card.given("r")
        assert str(card["r"]) == str(card.numbers.graph.input(wanted))
    assert view("card.tc")["tc"] == 0.5, "hidden: another card is meant"
    assert not view("card.tc").given("tc")


def test_what_is_not_declared_or_has_no_value_is_named() -> None:
    with pytest.raises(KeyError, match="r1 declares no parameter 'x'"):
        view()["x"]
    with pytest.raises(KeyError, match="r1 declares no parameter 'x'"):
        view(x=3.0).given("x")
    with pytest.raises(InputError, match=r"r1 needs a value for 'r' \(resistance\)"):
        view()["r"]


def test_numbers_follow_what_is_varied() -> None:
    fixed = Numbers(CIRCUIT, Graph(), frozenset())
    assert (fixed.name("k"), fixed.name("twice"), fixed.name("warm")) == (2.0, 4.0, 41.0)
    assert fixed.temperature == pytest.approx(313.15)
    varied = Numbers(CIRCUIT, Graph(), frozenset({"k"}))
    assert isinstance(varied.name("twice"), Expr) and varied.name("warm") == 41.0
    hot = Numbers(CIRCUIT, Graph(), frozenset({TEMPERATURE}))
    assert isinstance(hot.name("warm"), Expr) and isinstance(hot.temperature, Expr) and hot.name("twice") == 4.0


def changed(name: str, **fields: object) -> Circuit:
    instances: dict[str, Instance] = dict(CIRCUIT.instances)
    instances[name] = replace(instances[name], **fields)  # type: ignore[arg-type]
    return replace(CIRCUIT, instances=instances)


def test_circuits_that_no_netlist_makes_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="f1 reads the current of r2, which is no device with a branch") as caught:
        _ = System(changed("f1", controls=("r2",))).equations
    assert "in series" in (caught.value.hint or "") and caught.value.span is not None
    with pytest.raises(InputError, match="b2 has no expression"):
        _ = System(changed("b2", expression=None)).equations
