"""The expression graph: folding, sharing, and refusal of what cannot be meant."""

import math

import pytest

from longtail.lanes import functions as f
from longtail.lanes.graph import Expr, Graph, Op
from longtail.lanes.program import lower


@pytest.fixture
def g() -> Graph:
    return Graph()


def test_equal_instructions_are_one_node(g: Graph) -> None:
    x, y = g.input("x"), g.input("y")
    assert (x * y).id == (y * x).id
    assert (x + y).id == (y + x).id
    assert (x - y).id != (y - x).id
    assert len(g) == 2 + 4


def test_neutral_elements_leave_no_instruction(g: Graph) -> None:
    x = g.input("x")
    before = len(g)
    assert [(x + 0.0).id, (0.0 + x).id, (x * 1.0).id, (x / 1.0).id, (x**1).id] == [x.id] * 5
    assert [x * 0.0, x - x, x**0] == [0.0, 0.0, 1.0]
    assert len(g) == before


def test_negation_is_absorbed(g: Graph) -> None:
    x, y = g.input("x"), g.input("y")
    assert (x + (-y)).id == (x - y).id
    assert (x - (-y)).id == (x + y).id
    assert (-(x - y)).id == (y - x).id
    negative = -x
    assert (-negative).id == x.id


def test_signed_zero_and_nan_constants_stay_apart(g: Graph) -> None:
    assert g.constant(0.0).id != g.constant(-0.0).id
    assert g.constant(math.nan).id == g.constant(math.nan).id


def test_a_condition_has_no_truth_value(g: Graph) -> None:
    with pytest.raises(TypeError, match="select"):
        bool(g.input("x") > 0.0)


def test_graphs_do_not_mix(g: Graph) -> None:
    with pytest.raises(ValueError, match="another graph"):
        _ = g.input("x") < Graph().input("y")


def test_division_by_the_constant_zero_is_an_error(g: Graph) -> None:
    with pytest.raises(ZeroDivisionError):
        _ = g.input("x") / 0.0


def test_two_controls_of_one_voltage_stay_apart(g: Graph) -> None:
    x = g.input("x")
    assert g.limit(x, x, "vgs").id != g.limit(x, x, "vds").id


def test_functions_of_floats_follow_ieee() -> None:
    assert f.exp(1e4) == math.inf
    assert f.sinh(-1e4) == -math.inf
    assert f.log(0.0) == -math.inf
    assert math.isnan(f.log(-1.0))
    assert math.isnan(f.sqrt(-1.0))
    assert f.power(0.0, -1.0) == math.inf


def test_conditions_of_floats_are_bools_and_fold(g: Graph) -> None:
    x = g.input("x")
    assert f.both(1.0 > 2.0, x > 0.0) is False
    assert f.either(True, x > 0.0) is True
    assert f.select(True, x, 5.0) is x
    condition = f.both(True, x > 0.0)
    assert isinstance(condition, Expr)
    assert g.ops[condition.id] == Op.LT


def test_a_program_does_not_hang_on_what_was_made_before_it() -> None:
    """Of two products in a sum one is fused into it, whose rounding differs: always the same one."""

    def fused(reverse: bool) -> set[str]:
        g = Graph()
        a, b, c, d = (g.input(name) for name in "abcd")
        if reverse:
            c * d  # older than a*b then, and so the first operand
        program = lower(g, [a * b + c * d], "abcd")
        (instruction,) = (i for i in program.instructions.tolist() if i[0] == Op.FMA)
        return {"abcd"[register] for register in instruction[3:]}

    assert fused(False) == fused(True)
