"""Expressions: text to tree and back, and their values."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail.errors import NetlistError, Span, UnsupportedError
from longtail.lanes import functions as lane_functions
from longtail.lanes.graph import Expr, Graph, Op
from longtail.netlist.expressions.evaluation import BEHAVIORAL, PARAMETRIC, evaluate, function_table
from longtail.netlist.expressions.functions import FUNCTIONS
from longtail.netlist.expressions.parser import operands, parse
from longtail.netlist.expressions.tree import (
    Binary,
    BranchCurrent,
    Call,
    Conditional,
    Name,
    Number,
    Potential,
    Unary,
)
from longtail.netlist.expressions.writing import free_names, substitute, to_text
from reference import ngspice

# what ngspice 39 printed, for `.param` and for a B source; None where it refuses
NGSPICE = [
    ("log(10)", 2.302585092994, 2.302585092994),
    ("ln(10)", 2.302585092994, 2.302585092994),
    ("log10(100)", 2.0, 2.0),
    ("-2^2", -4.0, -4.0),
    ("2^3^2", 64.0, 64.0),
    ("2**3**2", 64.0, 64.0),
    ("2^0.5^2", 2.0, 2.0),
    ("2^-2", 0.25, 0.25),
    ("-2^-2", -0.25, -0.25),
    ("(-2)^2", 4.0, 4.0),
    ("(-2)^3", 8.0, 8.0),
    ("(-2)^0.5", 1.414213562373, 1.414213562373),
    ("(-8)**(1/3)", 2.0, 2.0),
    ("pow(-2,3)", -8.0, 8.0),
    ("pow(-2,2)", 4.0, 4.0),
    ("pow(-2,0.5)", None, 1.414213562373),
    ("pwr(-2,3)", 8.0, -8.0),
    ("pwr(-2,2)", 4.0, -4.0),
    ("pwr(-2,0.5)", 1.414213562373, -1.414213562373),
    ("5.5%2", 1.5, 1.5),
    ("-5%3", -2.0, -2.0),
    ("5%3*2", 4.0, 4.0),
    ("sgn(-3)+sgn(0)", -1.0, -1.0),
    ("int(2.7)", 2.0, 2.0),
    ("int(-2.7)", -2.0, -2.0),
    ("nint(2.5)", 2.0, 2.0),
    ("nint(3.5)", 4.0, 4.0),
    ("nint(-2.5)", -2.0, -2.0),
    ("floor(-2.5)", -3.0, -3.0),
    ("ceil(2.2)", 3.0, 3.0),
    ("ternary_fcn(1,2,3)", 2.0, 2.0),
    ("u(0)", 0.5, 0.5),
    ("u(1)-u(-1)", 1.0, 1.0),
    ("u2(0.3)", 0.3, 0.3),
    ("uramp(-2)", 0.0, 0.0),
    ("uramp(2)", 2.0, 2.0),
    ("pwl(1.5,1,10,2,20)", 15.0, 15.0),
    ("pwl(5,1,10,2,20)", 50.0, 50.0),
    ("pwl(0,1,10,2,20)", 0.0, 0.0),
    ("arctan(1)", 0.7853981633974, 0.7853981633974),
    ("sqr(3)", 9.0, 9.0),
    ("sqrt(-4)", None, None),
    ("ln(-2)", None, None),
    ("asin(2)", None, None),
    ("1/0", None, None),
    ("exp(1000)", None, None),
    ("1&&0", 0.0, 0.0),
    ("0&&0||1", 1.0, 1.0),
    ("1||1&&0", 1.0, 1.0),
    ("!0+1", 2.0, 2.0),
    ("!2^2", 0.0, 0.0),
    ("!1==0", 1.0, 1.0),
    ("1<>2", 1.0, 1.0),
    ("1<2==1", 1.0, 1.0),
    ("0==1<0", 1.0, 1.0),
    ("1+2<4", 1.0, 1.0),
    ("0?2:1?4:5", 4.0, 4.0),
    ("1?2:3+1", 2.0, 2.0),
    ("2-3-4", -5.0, -5.0),
    ("2/3*4", 2.666666666667, 2.666666666667),
    ("2*-3^2", -18.0, -18.0),
    ("2^-3^2", 1.953125e-3, 1.953125e-3),
    ("--3", 3.0, 3.0),
    ("1e3k", 1e6, 1e6),
    ("1d3", 1e3, 1e3),
    ("min(1,2,3)+max(3,2)", 4.0, 4.0),
]


@pytest.mark.parametrize(("text", "parametric", "behavioral"), NGSPICE, ids=lambda x: x if isinstance(x, str) else "")
def test_values_are_those_of_ngspice(text, parametric, behavioral):
    for table, expected in ((PARAMETRIC, parametric), (BEHAVIORAL, behavioral)):
        if expected is None:
            with pytest.raises(NetlistError, match=r"has no value|division by zero"):
                evaluate(parse(text), {}, table)
        else:
            assert evaluate(parse(text), {}, table) == pytest.approx(expected, rel=1e-12)


# what one of ngspice's two readers does not know, or reads otherwise (see expression_parser)
ONLY_BEHAVIORAL = ("u(", "u2", "uramp", "pwl", "0==1<0", "2*-3^2", "2^-3^2", "1d3")
ONLY_PARAMETRIC = ("%", "int(2.7", "int(-2.7", "arctan", "sqr(3", "min(1,2,3")


@pytest.mark.ngspice
def test_the_recorded_values_are_those_of_the_installed_ngspice():
    cards, expected = [], {}
    for index, (text, parametric, behavioral) in enumerate(NGSPICE):
        if parametric is not None and not text.startswith(ONLY_BEHAVIORAL):
            cards.append(f".param p{index}={{{text}}}\nv{index} p{index} 0 {{p{index}}}")
            expected[f"p{index}"] = parametric
        if behavioral is not None and not any(form in text for form in ONLY_PARAMETRIC):
            cards.append(f"b{index} b{index} 0 v={text}")
            expected[f"b{index}"] = behavioral
    nodes = ngspice.operating_point("\n".join(["t", *cards, ".end\n"])).nodes
    assert len(expected) > 100
    assert {name: nodes[name] for name in expected} == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("table(5, 1,10, 2,20)", 20.0),
        ("table(0, 1,10, 2,20)", 10.0),
        ("table(2.5, 1,10, 2,20, 3,0)", 10.0),
        ("limit(5, 1, 3)", 3.0),
        ("limit(5, 3, 1)", 3.0),
        ("limit(-5, 1, 3)", 1.0),
        ("atan2(1, 0)", math.pi / 2),
        ("atan2(-1, 0)", -math.pi / 2),
        ("atan2(0, -1)", math.pi),
        ("atan2(0, 0)", 0.0),
        ("hypot(3, 4)", 5.0),
        ("2*pi + 0*e", 2 * math.pi),
        ("boltz/echarge", 8.617333262e-5),
    ],
)
def test_what_ngspice_does_not_have(text, value):
    assert evaluate(parse(text), {}) == pytest.approx(value, rel=1e-9)


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_atan2_agrees_with_python(y, x):
    y, x = y + 0.0, x + 0.0  # the sign of a zero is not told apart
    assert evaluate(Call("atan2", (Number(y), Number(x))), {}) == pytest.approx(math.atan2(y, x), abs=1e-12)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("v(in+, X1.n-)", Potential("in+", "x1.n-")),
        ("V ( a )", Potential("a", "0")),
        ("i(V1)", BranchCurrent("v1")),
        ("v*i", Binary("*", Name("v"), Name("i"))),
        ("a^b", Binary("^", Name("a"), Name("b"))),
        ("a^2", Binary("**", Name("a"), Number(2.0))),
        ("a & b | ~c", Binary("||", Binary("&&", Name("a"), Name("b")), Unary("!", Name("c")))),
        ("(a>b)^(c<a)", Binary("!=", Binary(">", Name("a"), Name("b")), Binary("<", Name("c"), Name("a")))),
        ("a<>b", Binary("!=", Name("a"), Name("b"))),
        ("{a+{b}}", Binary("+", Name("a"), Name("b"))),
        ("if(a,b,c)", Conditional(Name("a"), Name("b"), Name("c"))),
        ("x?y:z", Conditional(Name("x"), Name("y"), Name("z"))),
        ("F(a, 2k)", Call("f", (Name("a"), Number(2000.0)))),
        ("  -3 ", Unary("-", Number(3.0))),
        ("4k7*µ", Binary("*", Number(4700.0), Name("µ"))),
    ],
)
def test_trees(text, tree):
    assert parse(text) == tree


def test_names_know_their_place_and_compare_without_it():
    def place(offset):
        return Span("f", 1, offset + 10, "")

    tree = parse("2*rc + v(out)", place)
    assert tree == parse("2*rc + v(out)")
    assert [operands(operands(tree)[0])[1].span.column, operands(tree)[1].span.column] == [12, 17]


def test_long_expressions_are_measured_not_refused():
    assert len(to_text(parse("+".join(["sin(-a)"] * 140)))) == 140 * 8 - 1
    with pytest.raises(NetlistError, match="operators in a row"):
        parse("+".join(["sin(-a)"] * 160))
    with pytest.raises(NetlistError, match="longer than 65536 characters"):
        parse("1" * 70_000)


# round trips ----------------------------------------------------------------------------------------------------

names = st.sampled_from(["a", "rc", "x1.r", "_t", "v", "i"])
leaves = st.one_of(
    st.builds(Number, st.floats(0, allow_infinity=False)),
    st.builds(Name, names),
    st.builds(Potential, st.sampled_from(["a", "in+"]), st.sampled_from(["0", "b-"])),
    st.builds(BranchCurrent, st.just("v1")),
)
two_sided = st.sampled_from(["+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "==", "!=", "&&", "||"])


def _grown(inner):
    return st.one_of(
        st.builds(Binary, two_sided, inner, inner),
        st.builds(Unary, st.sampled_from(["-", "+", "!"]), inner),
        st.builds(Conditional, inner, inner, inner),
        st.builds(Call, st.sampled_from(["sin", "max"]), st.lists(inner, max_size=3).map(tuple)),
    )


trees = st.recursive(leaves, _grown, max_leaves=20)


@given(trees)
def test_text_parses_back_to_the_same_tree(tree):
    assert parse(to_text(tree)) == tree


@given(trees)
def test_names_are_found_and_replaced(tree):
    renamed = substitute(tree, {name: Name(f"new_{name}") for name in free_names(tree)})
    assert free_names(renamed) == {f"new_{name}" for name in free_names(tree)}


def test_a_negative_number_is_written_so_that_it_means_the_same():
    tree = Binary("**", Number(-2.0), Number(2.0))
    assert to_text(tree) == "(-2)**2"
    assert evaluate(parse(to_text(tree)), {}) == evaluate(tree, {}) == 4.0


arithmetic = st.recursive(
    st.integers(1, 9).map(str),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", " + ", " * "]), inner).map("".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"-{text}"),
    ),
    max_leaves=20,
)


@given(arithmetic)
def test_arithmetic_agrees_with_python(text):
    try:
        expected = float(eval(text))
    except ZeroDivisionError:
        with pytest.raises(NetlistError, match="division by zero"):
            evaluate(parse(text), {})
    else:
        assert evaluate(parse(text), {}) == expected


# values ---------------------------------------------------------------------------------------------------------


def test_only_the_chosen_side_is_computed():
    assert evaluate(parse("x == 0 ? 1 : 1/x"), {"x": 0.0}) == 1.0
    assert evaluate(parse("x == 0 || 1/x > 2"), {"x": 0.0}) == 1.0
    assert evaluate(parse("x != 0 && 1/x > 2"), {"x": 0.0}) == 0.0


def test_parameters_come_before_constants():
    assert evaluate(parse("e + pi"), {"e": 1.0, "pi": 2.0}) == 3.0


@pytest.mark.parametrize(
    ("text", "message", "kind"),
    [
        ("rx", "unknown parameter 'rx'", NetlistError),
        ("sqt(2)", "unknown function 'sqt'", NetlistError),
        ("sqrt(1,2)", "sqrt takes 1 argument, not 2", NetlistError),
        ("pow(1)", "pow takes 2 arguments, not 1", NetlistError),
        ("table(1,2,3)", "table takes at least 5 arguments, not 3", NetlistError),
        ("table(1,2,3,4,5,6)", "the last point is incomplete", NetlistError),
        ("pwl(1,2,3,2,5)", "the x of its points must increase", NetlistError),
        ("pwl(1,2,3,4,5,6)", "the last point is incomplete", NetlistError),
        ("v(a)", r"v\(a\) has no value here", NetlistError),
        ("i(v1)", r"i\(v1\) has no value here", NetlistError),
        ("1e300*1e300", "is not a finite number", NetlistError),
        ("1e300**2", "no finite value in", NetlistError),
        ("5%0", "division by zero", NetlistError),
        ("ddt(v(a))", r"ddt\(...\) is not supported: it needs the past", UnsupportedError),
        ("agauss(1,2,3)", r"agauss\(...\) is not supported", UnsupportedError),
    ],
)
def test_what_has_no_value_says_why(text, message, kind):
    span = Span("f", 1, 1, text)
    with pytest.raises(kind, match=message) as caught:
        evaluate(parse(text), {"rc": 1.0}, span=span)
    assert caught.value.span == span


def test_a_tree_beyond_all_bounds_is_an_error_and_no_crash():
    tree = Name("a")
    for _ in range(5000):
        tree = Unary("-", tree)
    with pytest.raises(NetlistError, match="nested too deeply"):
        evaluate(tree, {"a": 1.0})


def test_unknown_operators_are_refused():
    with pytest.raises(NetlistError, match="unknown operator"):
        evaluate(Binary("@", Number(1.0), Number(1.0)), {})


def test_potentials_and_currents_are_asked_for():
    value = evaluate(
        parse("2*v(a,b) + i(v1)"),
        {},
        potential=lambda p: {"a": 3.0, "b": 1.0}[p.positive] - {"a": 3.0, "b": 1.0}[p.negative],
        current=lambda c: 0.5,
    )
    assert value == 4.5


def test_every_function_is_in_both_tables():
    assert set(PARAMETRIC.calls) == set(BEHAVIORAL.calls) == set(FUNCTIONS)


# recorded programs ----------------------------------------------------------------------------------------------

OPERATIONS = {
    Op.ADD: lambda a, b: a + b,
    Op.SUB: lambda a, b: a - b,
    Op.MUL: lambda a, b: a * b,
    Op.DIV: lambda a, b: a / b,
    Op.NEG: lambda a: -a,
    Op.LT: lambda a, b: float(a < b),
    Op.LE: lambda a, b: float(a <= b),
    Op.EQ: lambda a, b: float(a == b),
    Op.AND: lambda a, b: float(bool(a) and bool(b)),
    Op.OR: lambda a, b: float(bool(a) or bool(b)),
    Op.NOT: lambda a: float(not a),
    Op.SELECT: lambda c, a, b: a if c else b,
    Op.POW: lane_functions.power,
}


def played(expression, x):
    """The value of a recorded expression at one x, instruction by instruction."""
    if not isinstance(expression, Expr):
        return expression
    graph = expression.graph
    values = {}
    for node in graph.order([expression.id]):
        op = graph.ops[node]
        arguments = [values[argument] for argument in graph.args[node]]
        if op in (Op.INPUT, Op.CONSTANT):
            values[node] = x if op == Op.INPUT else graph.payload[node]
        elif op in OPERATIONS:
            values[node] = OPERATIONS[op](*arguments)
        else:
            name = {"abs": "absolute"}.get(op.name.lower(), op.name.lower())
            values[node] = getattr(lane_functions, name)(*arguments)
    return values[expression.id]


RECORDED = [
    *(f"{name}(x)" for name, (least, most) in FUNCTIONS.items() if least == most == 1),
    *("x^3", "x^2", "x^0.5", "2^x", "pow(x,3)", "pwr(x,3)", "pwr(x,0.5)", "x%0.3", "2%x", "atan2(x,-1)", "atan2(1,x)"),
    *("hypot(x,2)", "limit(x,-0.5,0.5)", "min(x,0.1,2*x)", "max(x,-x)", "table(x,-1,3,0,0,1,5)", "pwl(x,-1,3,0,0,1,5)"),
    *("x > 0 ? x : 2", "x", "!x", "x && 1", "x || 0", "x == 0.25", "x != 0.25", "!(x<0) && (x<=1 || x>=3)", "(x<0)*3"),
    *("1 && x", "0 || x > 0", "1 ? x : 2", "-(+x)"),
]


@pytest.mark.parametrize("table", ["parametric", "behavioral"])
@pytest.mark.parametrize("text", RECORDED)
def test_a_recorded_program_computes_what_floats_compute(text, table):
    behavioral = table == "behavioral"
    recording = function_table(lane_functions, behavioral=behavioral)
    recorded = evaluate(parse(text), {"x": Graph().input("x")}, recording)
    tried = 0
    for x in (-1.7, -0.5, 0.0, 0.25, 0.5, 1.0, 2.5):
        try:
            expected = evaluate(parse(text), {"x": x}, BEHAVIORAL if behavioral else PARAMETRIC)
        except NetlistError:
            continue
        tried += 1
        assert played(recorded, x) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert tried >= 2


@settings(max_examples=50)
@given(st.text(alphabet="()+-*/^%<>=!&|?:,{}'\"ab19.ev \t~#", max_size=60))
def test_no_text_makes_the_parser_stumble(text):
    try:
        parse(text)
    except NetlistError as error:
        assert error.span is not None
