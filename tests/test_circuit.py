"""The flat circuit's own helpers."""

import pytest

from longtail.circuit import Circuit, Instance, Options
from longtail.errors import NetlistError
from longtail.netlist.expressions.tree import Binary, Name, Number


def circuit(**parameters):
    r1 = Instance("r1", "resistor", ("a", "0"), {"r": 1.0})
    return Circuit("a title", ("a",), {"r1": r1}, {}, parameters, options=Options(temp_deg_c=Name("t")))


def test_numbers_follow_parameters_and_temperature():
    found = circuit(t=50.0, a=2.0, b=Binary("*", Name("a"), Name("temper")))
    assert found.number(3.5) == 3.5
    assert found.number(Name("b")) == 100.0


def test_a_number_must_be_finite():
    with pytest.raises(NetlistError, match="division by zero"):
        circuit(t=0.0).number(Binary("/", Number(1.0), Name("t")))


def test_instances_by_device_and_a_short_repr():
    found = circuit(t=0.0)
    assert [i.name for i in found.instances_of("resistor")] == ["r1"]
    assert found.instances_of("diode") == ()
    assert repr(found) == "<Circuit 'a title': 1 nodes, 1 devices>"
