"""The hierarchy: flat names, ports, global nodes, local models, multipliers, bounds."""

import pytest

from longtail.elaborate import load
from longtail.elaborate.scope import bounds as limits
from longtail.errors import NetlistError


def test_flat_names_are_those_of_ngspice():
    deck = "t\n.subckt a p\nr1 p n 1k\nx2 n b\n.ends\n.subckt b p\nr3 p m 1k\nr4 m 0 1k\n.ends\nx1 in a\nv1 in 0 1\n"
    circuit = load(deck)
    assert list(circuit.instances) == ["r.x1.r1", "r.x1.x2.r3", "r.x1.x2.r4", "v1"]
    assert circuit.nodes == ("in", "x1.n", "x1.x2.m")
    assert circuit.instances["r.x1.x2.r3"].nodes == ("x1.n", "x1.x2.m")


def test_ground_and_global_nodes_are_the_same_everywhere():
    circuit = load(
        "t\n.global vdd\nx1 a s\nx2 gnd s\n.subckt s p\nr1 p vdd 1k\nr2 p 0 1k\n.ends\nv1 vdd 0 1\nr3 a 0 1k\n"
    )
    assert circuit.instances["r.x1.r1"].nodes == ("a", "vdd")
    assert circuit.instances["r.x2.r2"].nodes == ("0", "0")


def test_models_are_looked_up_where_the_text_stands():
    body = ".subckt s p\n.model m d(is=2)\nd1 p 0 m\nx2 p u\n.subckt u p\nd1 p 0 m\n.ends\n.ends\n"
    circuit = load(f"t\n.model m d(is=1)\nx1 a s\nd1 a 0 m\n{body}")
    assert {i.name: i.model for i in circuit.instances.values()} == {
        "d.x1.d1": "x1.m",
        "d.x1.x2.d1": "x1.m",
        "d1": "m",
    }
    assert circuit.models["x1.m"].parameters["is"] == 2.0


def test_a_local_model_takes_the_parameters_of_its_instance():
    circuit = load("t\n.subckt s p k=1\n.model m d(is={k/4})\nd1 p 0 m\n.ends\nx1 a s k=2\nx2 a s k=3\n")
    assert [circuit.models[f"x{i}.m"].parameters["is"] for i in (1, 2)] == [0.5, 0.75]


def test_m_multiplies_down_the_hierarchy():
    inner = ".subckt s p\nr1 p 0 1k m=2\ni1 p 0 1\nv1 p q 0\nr2 q 0 1k\n.ends\n"
    circuit = load(f"t\n{inner}.subckt o p\nx1 p s m=3\n.ends\nx1 a o m=5\n")
    assert circuit.instances["r.x1.x1.r1"].parameters["m"] == 30.0
    assert circuit.instances["i.x1.x1.i1"].parameters["m"] == 15.0
    assert "m" not in circuit.instances["v.x1.x1.v1"].parameters


def test_a_current_read_inside_m_copies_is_that_of_one_copy():
    body = ".subckt s p\nv1 p q 0\nr1 q 0 1k\nf1 p 0 v1 2\nb1 p 0 i={3*i(v1)}\nh1 w 0 v1 100\nr2 w p 1k\n.ends\n"
    circuit = load(f"t\n{body}x1 a s m=4\nv1 a 0 1\n")
    assert circuit.instances["f.x1.f1"].parameters == {"gain": 0.5, "m": 4.0}
    assert circuit.instances["h.x1.h1"].parameters == {"gain": 25.0}


def test_a_parameter_called_m_is_a_parameter():
    circuit = load("t\n.subckt s p m=1\nr1 p 0 {m*1k}\n.ends\nx1 a s m=3\n")
    assert circuit.instances["r.x1.r1"].parameters == {"r": 3000.0}


def test_flat_names_may_be_used_to_reach_into_a_subcircuit():
    inner = ".subckt s p\nv1 p n 0\nr1 n 0 1k\n.ends\n"
    outer = ".subckt o p q\nx1 p s\nb1 q 0 i={i(v.x1.v1)*v(x1.n)}\n.ends\n"
    circuit = load(f"t\n{inner}{outer}x9 a b o\nb2 a 0 i={{i(v.x9.x1.v1)*v(x9.x1.n)}}\nr9 b 0 1\n")
    assert circuit.instances["b.x9.b1"].controls == circuit.instances["b2"].controls == ("v.x9.x1.v1",)
    assert circuit.instances["b2"].nodes == ("a", "0", "x9.x1.n")


def test_depth_is_bounded():
    levels = "".join(f".subckt s{i} p\nx1 p s{i + 1}\n.ends\n" for i in range(limits.SUBCIRCUIT_DEPTH + 2))
    with pytest.raises(NetlistError, match="nested deeper than 64"):
        load(f"t\n{levels}.subckt s{limits.SUBCIRCUIT_DEPTH + 2} p\nr1 p 0 1k\n.ends\nx1 a s0\n")


def test_the_number_of_devices_is_bounded():
    levels = "".join(
        f".subckt s{i} p\n" + "".join(f"x{j} p s{i + 1}\n" for j in range(10)) + ".ends\n" for i in range(9)
    )
    with pytest.raises(NetlistError, match="more than 200000 devices"):
        load(f"t\n{levels}.subckt s9 p\nr1 p 0 1k\n.ends\nx1 a s0\n")


def test_an_unused_model_that_is_not_supported_is_a_note():
    circuit = load("t\nr1 a 0 1k\n.model big nmos(level=54 tox=2n)\n")
    assert any("unused: model 'big' (nmos) is of level 54" in note.message for note in circuit.notes)
