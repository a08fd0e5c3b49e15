"""E, F, G, H and B cards: linear controlled sources, and everything else as a behavioural source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import combinations_with_replacement, pairwise
from math import comb

from longtail.circuit import GROUND, Instance, Value
from longtail.elaborate.cards.line import Line
from longtail.elaborate.scope import bounds as limits
from longtail.elaborate.scope.checking import Given
from longtail.elaborate.scope.values import as_expression, leaves, map_leaves, reads_names
from longtail.elaborate.scope.vocabulary import plain
from longtail.netlist.cards import Assignment, Word
from longtail.netlist.expressions.tree import Binary, BranchCurrent, Expression, Name, Number, Potential, Unary

FORCES_VOLTAGE = {"e": True, "g": False, "f": False, "h": True}
LINEAR = {"e": "vcvs", "g": "vccs", "f": "cccs", "h": "ccvs"}
LAWS = {"e": ("vol", "value", "v"), "g": ("cur", "value", "i"), "f": ("value",), "h": ("value",)}
FOREIGN = ("laplace", "freq", "chebyshev", "opamp", "transformer")  # where no node can be meant
UNSUPPORTED = ("and", "nand", "or", "nor", "delay", "pwl", "vcr", "vccap")
BOUNDS = ("max", "min")
DIRECTED = ("dir", "vto")  # of LTspice's G sources
MOST_DIMENSIONS = 64
OF_TRANSIENT = ("ic", "tripdv", "tripdt")  # of LTspice's B sources


def controlled(line: Line) -> Instance:
    """An E, F, G or H card: linear, POLY(n), VALUE={...}, or TABLE {...} = (x,y) ..."""
    letter = line.element.letter
    nodes = line.nodes(("p", "n"))
    rest = list(line.element.words[2:])
    for assignment in line.element.assignments:
        if assignment.name in LAWS[letter]:
            others = line.assigned(assignment.name)
            return behavioral(line, nodes, assignment.value, others, voltage=FORCES_VOLTAGE[letter])
    if len(rest) > 1 and rest[0].text == LINEAR[letter] and rest[0].group is None:  # `e1 p n vcvs a b 2`
        rest.pop(0)
    if not rest:
        raise line.error("expected controlling nodes and a gain" if letter in "eg" else "expected a source and a gain")
    keyword = rest[0].text if rest[0].expression is None else ""
    if keyword == "poly" and (rest[0].group is not None or len(rest) > 3):
        return _polynomial(line, nodes, rest)
    if keyword == "table":
        return _table(line, nodes, rest)
    if keyword in LAWS[letter] and len(rest) > 1 and rest[1].expression is not None:
        law = rest[1].expression
        return behavioral(line, nodes, law, line.assigned(), voltage=FORCES_VOLTAGE[letter])
    if keyword in FOREIGN:
        raise line.unsupported(f"{keyword.upper()} in this form is not supported", rest[0])
    if keyword in UNSUPPORTED and (rest[0].group is not None or len(rest) > 3):
        raise line.unsupported(f"{keyword.upper()} is not supported", rest[0])
    return _linear(line, nodes, rest)


def _linear(line: Line, nodes: tuple[str, ...], rest: Sequence[Word]) -> Instance:
    letter = line.element.letter
    senses_voltage = letter in "eg"
    gain_at = 2 if senses_voltage else 1
    given = line.assigned(*BOUNDS, *(DIRECTED if letter == "g" else ()))
    if len(rest) == gain_at + 1:
        given.append(Given("gain", line.value(rest[gain_at]), rest[gain_at].span))
    elif not (len(rest) == gain_at and any(item.name == "gain" for item in given)):
        wanted = "4 nodes and a gain" if senses_voltage else "2 nodes, a controlling voltage source and a gain"
        raise line.error(f"expected {wanted}, found {len(rest) + 2} fields")
    bounds = {a.name: line.scope.value(a.value, a.span) for a in line.element.assignments if a.name in BOUNDS}
    directed = {a.name: a for a in line.element.assignments if a.name in DIRECTED}
    if directed and letter == "g":
        return _directed(line, nodes, rest, given, directed)
    if bounds and senses_voltage:
        return _bounded(line, nodes, rest, given, bounds)
    if bounds:
        raise line.unsupported("bounds of what a current controls are not supported")
    if senses_voltage:
        return line.instance(LINEAR[letter], (*nodes, line.node(rest[0]), line.node(rest[1])), given)
    return line.instance(LINEAR[letter], nodes, given, controls=(line.scope.device(rest[0].text),))


def _bounded(
    line: Line, nodes: tuple[str, ...], rest: Sequence[Word], given: Iterable[Given], bounds: Mapping[str, Value]
) -> Instance:
    """HSPICE's `e1 p n cp cn 1k max=5 min=-5`: the product, kept within its bounds."""
    factors = {item.name: item for item in given}
    law: Expression = Potential(line.node(rest[0]), line.node(rest[1]))
    law = Binary("*", as_expression(factors.pop("gain").value), law)
    for name, function in (("max", "min"), ("min", "max")):
        if name in bounds:
            law = plain(function, (law, as_expression(bounds[name])))
    return flat_behavioral(line, nodes, law, factors.values(), FORCES_VOLTAGE[line.element.letter])


def _directed(
    line: Line, nodes: tuple[str, ...], rest: Sequence[Word], given: Iterable[Given], directed: Mapping[str, Assignment]
) -> Instance:
    """LTspice's `g1 p n cp cn 1m vto=0.5 dir=1`: i = dir*gain*max(dir*(v - vto), 0)^2, one side of a square law.

    It is in no manual; the formula is one that was measured at LTspice 17.2.4 for a translator of its models (Tau).
    """
    values = {name: line.scope.value(a.value, a.span) for name, a in directed.items()}
    sign = values.get("dir")
    if sign not in (1.0, -1.0) or "vto" not in values:
        raise line.unsupported("of LTspice's G sources dir=1 and dir=-1 with vto are read")
    factors = {item.name: item for item in given}
    sensed = Potential(line.node(rest[0]), line.node(rest[1]))
    over: Expression = Binary("-", sensed, as_expression(values["vto"]))
    over = plain("max", (over if sign > 0.0 else Unary("-", over), Number(0.0)))
    gain = as_expression(factors.pop("gain").value)
    law = Binary("*", gain if sign > 0.0 else Unary("-", gain), Binary("*", over, over))
    return flat_behavioral(line, nodes, law, factors.values(), voltage=False)


def _polynomial(line: Line, nodes: tuple[str, ...], rest: list[Word]) -> Instance:
    """POLY(n): p0 + p1*x1 + ... + pn*xn + p*x1*x1 + p*x1*x2 + ..., ordered by degree."""
    letter = line.element.letter
    dimensions = _dimensions(line, rest)
    rest = [item for word in rest for item in (word.group if word.group and not word.text else (word,))]
    width = 2 if letter in "eg" else 1
    controls, coefficients = rest[: dimensions * width], rest[dimensions * width :]
    if len(controls) < dimensions * width or not coefficients:
        what = "pairs of nodes" if width == 2 else "voltage sources"
        raise line.error(f"poly({dimensions}) needs {dimensions} {what}, then at least one coefficient")
    variables: list[Expression]
    if width == 2:
        sensed = [line.node(word) for word in controls]
        variables = [Potential(a, b) for a, b in zip(sensed[0::2], sensed[1::2], strict=True)]
    else:
        variables = [BranchCurrent(line.scope.device(word.text)) for word in controls]
    if dimensions == 1 and len(coefficients) == 1:
        line.notes.add(f"{line.element.name}: poly(1) with one coefficient is a constant", coefficients[0].span)
    degree, terms = _extent(dimensions, len(coefficients))
    if degree > limits.EXPRESSION_DEPTH or terms > limits.EXPRESSION_SIZE:
        raise line.error(
            f"{len(coefficients)} coefficients make a polynomial of degree {degree} with {terms} factors: at most "
            f"degree {limits.EXPRESSION_DEPTH} and {limits.EXPRESSION_SIZE} factors can be read",
            coefficients[0],
        )
    law = polynomial(variables, [line.value(word) for word in coefficients])
    return flat_behavioral(line, nodes, law, line.assigned(), FORCES_VOLTAGE[letter])


def _dimensions(line: Line, rest: list[Word]) -> int:
    """Takes `poly(2)` off the fields, or `poly 2`, and says the dimension."""
    word = rest.pop(0)
    group = (rest.pop(0),) if word.group is None else word.group
    value = line.value(group[0]) if len(group) == 1 else 0.0
    if not isinstance(value, float) or value != int(value) or not 1 <= value <= MOST_DIMENSIONS:
        raise line.error(f"poly takes its dimension in parentheses, 1 to {MOST_DIMENSIONS}", word)
    return int(value)


def polynomial(variables: Sequence[Expression], coefficients: Sequence[Value]) -> Expression:
    """The sum of coefficients times products of the variables, in SPICE's order.

    >>> polynomial([Potential("a", "0")], [0.0, 2.0])
    Binary(operator='*', left=Number(value=2.0), right=Potential(positive='a', negative='0', span=None))
    """
    terms: list[Expression] = []
    products = ((), *()) if not variables else _products(len(variables))
    for coefficient, indices in zip(coefficients, products, strict=False):
        if coefficient == 0.0:
            continue
        factors = [variables[index] for index in indices]
        if coefficient != 1.0 or not factors:
            factors.insert(0, as_expression(coefficient))
        terms.append(reduce(lambda a, b: Binary("*", a, b), factors))
    return _sum(terms)


def _extent(dimensions: int, coefficients: int) -> tuple[int, int]:
    """The degree of a polynomial with so many coefficients, and the factors of all its terms together.

    >>> _extent(1, 4), _extent(2, 4)
    ((3, 10), (2, 8))
    """
    degree, left, factors = 0, coefficients, 0
    while True:
        here = min(left, comb(dimensions + degree - 1, degree))
        factors += here * (degree + 1)
        left -= here
        if not left:
            return degree, factors
        degree += 1


def _products(dimensions: int) -> Iterable[tuple[int, ...]]:
    degree = 0
    while True:
        yield from combinations_with_replacement(range(dimensions), degree)
        degree += 1


def _sum(terms: Sequence[Expression]) -> Expression:
    """A balanced sum, so that many terms make no deep tree."""
    if len(terms) < 2:
        return terms[0] if terms else Number(0.0)
    half = (len(terms) + 1) // 2
    return Binary("+", _sum(terms[:half]), _sum(terms[half:]))


def _table(line: Line, nodes: tuple[str, ...], rest: list[Word]) -> Instance:
    """TABLE {x} = (x1,y1) (x2,y2) ...: straight lines between the points, constant beyond the last."""
    words = [word for word in rest[1:] if word.text != "="]
    if not words or words[0].expression is None:
        raise line.error("table needs its controlling expression in braces", rest[0])
    numbers = [item for word in words[1:] for item in (word.group or (word,))]
    values = [line.value(word) for word in numbers]
    if len(values) < 4 or len(values) % 2:
        raise line.error("table needs at least two points (x,y)", rest[0])
    steps = [line.scope.nominal(value, line.element.span) for value in values[0::2]]
    if any(b <= a for a, b in pairwise(steps)):
        raise line.error("the x values of a table must increase", words[1])
    sensed = line.scope.law(words[0].expression, words[0].span)
    law = plain("table", (sensed, *(as_expression(value) for value in values)))
    return flat_behavioral(line, nodes, law, line.assigned(), FORCES_VOLTAGE[line.element.letter])


def source_by_formula(line: Line) -> Instance:
    """A B card: `B1 a b v={...}` or `i={...}`."""
    nodes = line.nodes(("p", "n"))
    laws = [assignment for assignment in line.element.assignments if assignment.name in ("v", "i")]
    if len(laws) != 1 or len(line.element.words) > 2:
        raise line.error("a B source is written 'B1 p n v={expression}' or 'B1 p n i={expression}'")
    for assignment in line.element.assignments:
        if assignment.name in OF_TRANSIENT:
            message = f"{line.element.name}: {assignment.name} acts in transient analysis only"
            line.notes.add(message, assignment.span)
    given = line.assigned(laws[0].name, *OF_TRANSIENT)
    return behavioral(line, nodes, laws[0].value, given, voltage=laws[0].name == "v")


def behavioral(
    line: Line, nodes: tuple[str, ...], law: Expression, given: Iterable[Given], *, voltage: bool
) -> Instance:
    """A behavioural source whose law is written with the names of the card's scope."""
    return flat_behavioral(line, nodes, line.scope.law(law, line.element.span), given, voltage)


def flat_behavioral(
    line: Line, nodes: tuple[str, ...], law: Expression, given: Iterable[Given], voltage: bool
) -> Instance:
    """A behavioural source whose law has flat names already."""
    if reads_names(law, "hertz"):
        raise line.unsupported("a source whose value depends on the frequency is not supported")
    if reads_names(law, "time"):
        line.notes.add(f"{line.element.name}: time is zero in every analysis here", line.element.span)
        law = map_leaves(law, lambda leaf: Number(0.0) if leaf == Name("time") else leaf)
    read: dict[str, None] = dict.fromkeys(nodes)
    controls: dict[str, None] = {}
    for leaf in leaves(law):
        if isinstance(leaf, Potential):
            read |= dict.fromkeys(node for node in (leaf.positive, leaf.negative) if node != GROUND)
        elif isinstance(leaf, BranchCurrent):
            controls[leaf.device] = None
    extra = [node for node in read if node not in nodes]
    forces = Given("voltage", float(voltage), line.element.span)
    return line.instance(
        "behavioral",
        (*nodes, *extra),
        (*given, forces),
        controls=tuple(controls),
        expression=law,
        multiplied=not voltage,
    )
