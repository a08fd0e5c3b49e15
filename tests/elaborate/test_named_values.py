"""Values that are set by name: the same circuit as one in which they are varied, or written into the netlist."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.elaborate import load, write
from longtail.elaborate.named_values import nominal

NAMES = [("rc1.r", 12e3), ("q1.is", 1e-15), ("q1.model.bf", 70.0), ("small.vaf", 50.0), ("q2.area", 2.0), ("rc", 9e3)]
NAMES += [("temp", 85.0), ("vcm", -0.25), ("vinp.dc", 1e-3)]
PAIR = (Path(__file__).parents[2] / "examples" / "bjt_pair.cir").read_text().replace("vcm", "level")
DECK = """a parameter with a name of its own
.param temp=3 r=1k
v1 a 0 1
r1 a 0 {r*temp}
"""


@pytest.mark.parametrize(("name", "value"), NAMES)
def test_what_is_set_is_as_what_is_varied(name: str, value: float) -> None:
    """Every kind of name that a lane takes, at one value: the four gains, and the operating point."""
    found = lt.read(PAIR, parameters={name.upper(): value}).gains("1:100meg:1")
    varied = lt.read(PAIR).gains("1:100meg:1", parameters={name: [value]})
    plain = lt.read(PAIR).gains("1:100meg:1")
    np.testing.assert_allclose(found.matrix, varied.matrix[0], rtol=1e-8, atol=1e-10)
    assert not np.allclose(found.matrix, plain.matrix, rtol=1e-6, atol=1e-12)


def test_what_is_set_is_as_what_is_written() -> None:
    """Several at once, in any order; the flat netlist has them, and reads back to the same."""
    given = {"q1.is": 1e-15, "small.bf": 90.0, "q1.model.vaf": 60.0, "rc2.r": "11k", "temp": 40.0, "vcm": 0.5}
    circuit, other = (load(PAIR, overrides=dict(items)) for items in (given.items(), reversed(given.items())))
    assert write(circuit) == write(other)
    again = load(write(circuit))
    wanted = {**given, "rc2.r": 11e3, "q2.bf": 90.0, "q1.bf": 90.0, "q2.is": 5e-16, "q2.vaf": 80.0}
    del wanted["vcm"]
    for each in (circuit, again):
        assert {name: nominal(each, name) for name in wanted if not name.startswith("small")} == {
            name: value for name, value in wanted.items() if not name.startswith("small")
        }
        assert each.ports.vcm == 0.5
    assert circuit.instances["q1"].model == "small_q1" and circuit.instances["q2"].model == "small"


def test_a_card_of_that_name_is_left_alone() -> None:
    deck = "t\nv1 a 0 1\nd1 a 0 m\nd2 a 0 m_d1\n.model m d(is=1f)\n.model m_d1 d(is=2f)\n"
    circuit = load(deck, overrides={"d1.is": 3e-15})
    assert [nominal(circuit, name) for name in ("d1.is", "d2.is")] == [3e-15, 2e-15]


def test_a_card_that_nothing_uses_any_more_is_gone() -> None:
    circuit = load("t\nv1 a 0 1\nd1 a 0 m\n.model m d(is=1f)\n", overrides={"d1.is": 3e-15})
    assert list(circuit.models) == ["m_d1"]


def test_a_value_that_the_card_leaves_open_can_be_set() -> None:
    assert nominal(load("t\nv1 a 0 1\nd1 a 0 m\n.model m d(is=1f)\n", overrides={"d1.temp": 50.0}), "d1.temp") == 50.0


def test_a_temperature_decides_conditionals_and_formulas() -> None:
    deck = "t\nv1 a 0 1\n.if (temper > 50)\nr1 a 0 {temper}\n.else\nr1 a 0 1\n.endif\n.temp 30\n"
    for degrees, ohms in ((27.0, 1.0), (60.0, 60.0)):
        circuit = load(deck, overrides={"temp": degrees})
        assert nominal(circuit, "r1.r") == ohms
        assert nominal(circuit, "temp") == degrees
    assert nominal(load(deck), "temp") == 30.0


def test_a_parameter_of_the_netlist_goes_before_what_a_name_says_elsewhere() -> None:
    circuit = load(DECK, overrides={"temp": 5.0})
    assert nominal(circuit, "r1.r") == 5e3
    assert circuit.options.temp_deg_c == 27.0


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"rcc": 1}, "there is no parameter 'rcc'", "did you mean 'rc'"),
        ({"rc1.rr": 1}, "rc1 has no parameter 'rr'", "did you mean 'r'"),
        ({"rc9.r": 1}, "there is no parameter 'rc9.r'", "did you mean 'rc"),
        ({"q1.isx": 1}, "neither device nor model of 'q1.isx' has a parameter 'isx'", "did you mean 'is"),
        ({"small.bff": 1}, "neither device nor model of 'small.bff'", "did you mean 'bf'"),
        ({"vcmm": 1}, "there is no parameter 'vcmm'", "did you mean 'vcm'"),
        ({"tempp": 1}, "there is no parameter 'tempp'", "did you mean 'temp'"),
        ({"q1.area": -1}, "q1.area cannot be -1: it must be at least", None),
        ({"temp": -300}, "^temp cannot be -300: it must be at least -273.15", None),
        ({"rc1.r": "much"}, "rc1.r is set to 'much', which is no number", "write 4.7k"),
    ],
)
def test_what_cannot_be_set_is_refused(given: dict[str, float], message: str, hint: str | None) -> None:
    with pytest.raises(lt.OptionError, match=message) as refused:
        lt.read(PAIR, parameters=given)
    assert hint is None or hint in str(refused.value)
