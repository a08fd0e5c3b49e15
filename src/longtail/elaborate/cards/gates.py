"""LTspice's gates and varistor, as what they are at an operating point: outputs of levels behind a resistance.

    i = (v_o - vhigh)/rhigh or (v_o - vlow)/rlow      from an output through the gate to terminal 8, by its state q
    q = 1 above the threshold, 0 below                terminal 7 has q, terminal 6 the opposite

BUF, AND, OR and XOR compare each input that is used, to terminal 8, with ref + vh, ref by default the middle of vhigh
and vlow; LTspice's models write vt for ref too, and ref for vt.
SCHMITT compares v_1 - v_2 with vt + vh: between its trip points vt - vh and vt + vh it keeps what it was, and an
operating point has no past, so it is low there, as a switch is off. A step has a width, as that of a switch: 10 uV
and a thousandth of its threshold, so that a loop that holds an input there has an operating point.

    VARISTOR: i = (v - v_c)/rclamp of v > v_c, (v + v_c)/rclamp of v < -v_c,   v = v_7 - v_8,  v_c = |v_1 - v_2|

Sources: LTspice help, A. Special Functions, and the LTspice reference of Analog Devices (levels, rout, rhigh, rlow,
ref, vt, vh, terminals); the varistor's line is that of SpiceSharpParser, compared with LTspice there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce

from longtail.circuit import Instance, Value
from longtail.devices.base import Parameter
from longtail.devices.parts.switching import NARROW
from longtail.elaborate.cards.controlled import flat_behavioral
from longtail.elaborate.cards.line import Line
from longtail.elaborate.cards.special import Special, read_special
from longtail.elaborate.scope.values import add, as_expression, divide
from longtail.elaborate.scope.vocabulary import plain
from longtail.netlist.expressions.tree import Binary, Call, Conditional, Expression, Number, Unary

LEAST_STEP = 1e-5  # V
NO_PAST = "A devices: between its trip points a gate with vh is low here, since an operating point has no past"
_LOAD = (
    Parameter("vhigh", "V", "high level", 1.0),
    Parameter("vlow", "V", "low level", 0.0),
    Parameter("rout", "ohm", "output resistance", 1.0, low=1e-9),
    Parameter("rhigh", "ohm", "output resistance when high (not given: rout)", None, low=1e-9),
    Parameter("rlow", "ohm", "output resistance when low (not given: rout)", None, low=1e-9),
    Parameter("cout", "F", "output capacitance", 0.0, low=0.0),
)
_HYSTERESIS = Parameter("vh", "V", "trip points to either side", 0.0, low=0.0)
_REFERENCE = Parameter(
    "ref", "V", "threshold of the inputs (not given: the middle of the levels)", None, aliases=("vt",)
)
_LOGIC = (*_LOAD, _REFERENCE, _HYSTERESIS)
_SCHMITT = (*_LOAD, Parameter("vt", "V", "middle of the trip points", 0.5, aliases=("ref",)), _HYSTERESIS)
_VARISTOR = (Parameter("rclamp", "ohm", "resistance beyond the voltage of terminals 1 and 2", 1.0, low=1e-9),)


def gate(line: Line, join: Callable[[list[Expression]], Expression]) -> list[Instance]:
    """A gate; `join` is its state by those of its inputs."""
    card = read_special(line, _LOGIC)
    if "ref" in card.given:
        threshold = card["ref"]
    else:
        threshold = divide(add(card["vhigh"], card["vlow"]), 2.0)
    used = [terminal for terminal in range(1, 6) if card.used(terminal)]
    if not used:
        raise line.error("no input of the gate is used: all are at the node of terminal 8")
    trip = _trip(card, threshold)
    return _driven(card, join([_step(card, card.voltage(terminal, 8), trip) for terminal in used]))


def schmitt(line: Line) -> list[Instance]:
    """A Schmitt trigger of the voltage between terminals 1 and 2."""
    card = read_special(line, _SCHMITT)
    return _driven(card, _step(card, card.voltage(1, 2), _trip(card, card["vt"])))


def varistor(line: Line) -> list[Instance]:
    """A clamp to either side, at the voltage between terminals 1 and 2."""
    card = read_special(line, _VARISTOR)
    if not card.used(7):
        return []
    voltage, bound = card.voltage(7, 8), Call("abs", (card.voltage(1, 2),))
    above = plain("max", (Binary("-", voltage, bound), Number(0.0)))
    below = plain("max", (Binary("-", Unary("-", voltage), bound), Number(0.0)))
    law = Binary("/", Binary("-", above, below), as_expression(card["rclamp"]))
    return [flat_behavioral(line.bare(), (card.node(7), card.common), law, (), voltage=False)]


def _trip(card: Special, threshold: Value) -> Value:
    """The voltage from which an input is high, whatever it was before."""
    if card.nominal("vh") > 0.0:
        card.line.notes.add(NO_PAST)
    return add(threshold, card["vh"])


def _step(card: Special, voltage: Expression, threshold: Value) -> Expression:
    """0 below a threshold, 1 above, and straight in between."""
    nominal = card.line.scope.nominal(threshold, card.line.element.span)
    width = LEAST_STEP + NARROW * abs(nominal)
    over = Binary("-", voltage, as_expression(threshold))
    return plain("limit", (Binary("+", Binary("/", over, Number(width)), Number(0.5)), Number(0.0), Number(1.0)))


def _driven(card: Special, state: Expression) -> list[Instance]:
    """The outputs that are used: terminal 7 with the state, terminal 6 with the opposite."""
    line = card.line.bare()
    states = {7: state, 6: Binary("-", Number(1.0), state)}
    lines = {terminal: line.named(f"b{terminal}") for terminal in states}
    used = [terminal for terminal in states if card.used(terminal)]
    if used:
        lines[used[0]] = line  # it has the name of the card
    parts = []
    for terminal in used:
        ends = (card.node(terminal), card.common)
        parts.append(
            flat_behavioral(lines[terminal], ends, _output(card, terminal, states[terminal]), (), voltage=False)
        )
        if card.nominal("cout") > 0.0:
            parts.append(line.part(f"cout{terminal}", "capacitor", ends, c=card["cout"]))
    return parts


def _output(card: Special, terminal: int, state: Expression) -> Expression:
    """The current from an output to terminal 8."""
    voltage = card.voltage(terminal, 8)
    high, low = (
        Binary("/", Binary("-", voltage, as_expression(card[level])), as_expression(_resistance(card, r)))
        for level, r in (("vhigh", "rhigh"), ("vlow", "rlow"))
    )
    return Binary("+", low, Binary("*", state, Binary("-", high, low)))


def _resistance(card: Special, name: str) -> Value:
    return card[name] if name in card.given else card["rout"]


def _all(states: list[Expression]) -> Expression:
    return reduce(lambda a, b: Binary("*", a, b), states)


def _any(states: list[Expression]) -> Expression:
    return plain("max", tuple(states))


def _odd(states: list[Expression]) -> Expression:
    """An exclusive or: whether one is high and another is not, of two; of more, whether their number is odd."""
    return reduce(lambda a, b: Conditional(Binary(">", b, Number(0.5)), Binary("-", Number(1.0), a), a), states)


GATES: dict[str, Callable[[Line], list[Instance]]] = {
    "buf": partial(gate, join=_any),
    "and": partial(gate, join=_all),
    "or": partial(gate, join=_any),
    "xor": partial(gate, join=_odd),
    "schmitt": schmitt,
    "varistor": varistor,
}
