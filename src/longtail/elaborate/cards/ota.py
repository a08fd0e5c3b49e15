"""LTspice's OTA: a transconductance whose current is limited, with its load and its noise, `A1 ... OTA g=1m iout=1u`.

    u = (v_2 - v_1 + ref)*(v_3 - v_4)                       the second factor where terminals 3 and 4 are used
    i = iout*tanh(g*u/iout)                                 into the output, terminal 7, and out of terminal 8
    i = isource*tanh(g*u/isource), or isink*tanh(g*u/isink) of g*u < 0, with `asym`
    i = a*tanh(g*u/a) + b                                   with isource or isink alone: a their mean size, b their mean
    i = g*u                                                 with `linear`
    i -= (v_o - vhigh)/rclamp above vhigh, += (vlow - v_o)/rclamp below vlow       v_o = v_7 - v_8

beside rout and cout. epsilon is the width of the parabola that rounds both corners. Currents that limit are magnitudes.

Noise: en in V/sqrt(Hz) in series with the input, so that it goes through the slope of i; in in A/sqrt(Hz) from
terminal 1 to 2; incm into both inputs alike, from terminal 8. Each has white and flicker parts, equal at enk, ink and
incmk in Hz. They may be formulas over `freq`.

    a1: i, as a behavioural source    rout_a1, cout_a1    ain_a1: in
    ren_a1 and aen_a1 at the node a1_en: en               rincm_a1, aincm_a1, gincm1_a1, gincm2_a1: incm

Sources: LTspice reference of Analog Devices (g, iout, isink, vhigh, vlow, rout, cout and their defaults); symbols of
LTspice's library (terminals 1 inverting, 3 and 4 multiplying); translations that were compared with LTspice
(SpiceSharpParser: tanh, asym, rclamp, ref; Tau: linear, defaults). That incm is one source for both inputs is read off
LTspice's models: of LT6200, LT6202, LT6230, LT6233 in and sqrt(in^2 + incm^2) are what their data sheets give for
balanced and for unbalanced sources.
"""

from __future__ import annotations

from longtail.circuit import GROUND, Instance, Value
from longtail.devices.base import Parameter
from longtail.elaborate.cards.controlled import flat_behavioral
from longtail.elaborate.cards.line import Line
from longtail.elaborate.cards.special import Special, read_special
from longtail.elaborate.scope.checking import Given
from longtail.elaborate.scope.rewriting import rewrite
from longtail.elaborate.scope.values import add, as_expression, divide, multiply, reads_circuit, reads_names, subtract
from longtail.elaborate.scope.vocabulary import plain
from longtail.errors import Span
from longtail.netlist.expressions.tree import Binary, Call, Conditional, Expression, Name, Number, Potential, Unary

LARGEST = 1e30  # V: a clamp further out is none
NOISES = {"en": "enk", "in": "ink", "incm": "incmk"}
CURVE = (
    "A devices: LTspice publishes no curve by which an OTA limits its current: tanh is taken; small signals where it "
    "does not limit are exact"
)
UNKNOWN = {
    "powerup": "what it does to a current is in no manual",
    "ioffset": "where it stands to the limits is in no manual",
}
PARAMETERS = (
    Parameter("g", "S", "transconductance, S/V where terminals 3 and 4 multiply", 1.0),
    Parameter("ref", "V", "added to the input voltage"),
    Parameter("linear", "", "the current is not limited", flag=True),
    Parameter("asym", "", "isource and isink limit apart", flag=True),
    Parameter("iout", "A", "largest current, both ways", 10e-6),
    Parameter("isource", "A", "largest current into the output (not given: iout)", None, aliases=("isrc",)),
    Parameter("isink", "A", "largest current out of the output (not given: iout)", None),
    Parameter("vhigh", "V", "output voltage above which it clamps", 2.0),
    Parameter("vlow", "V", "output voltage below which it clamps", 0.0),
    Parameter("rclamp", "ohm", "resistance of the clamps", 1.0, low=1e-9),
    Parameter("epsilon", "V", "width of the corners of the clamps", 0.0, low=0.0),
    Parameter("rout", "ohm", "output resistance (not given: none)", None, low=1e-9),
    Parameter("cout", "F", "output capacitance", 0.0, low=0.0),
    *(
        Parameter(name, unit, f"{what}, white part", 0.0, low=0.0)
        for name, unit, what in (
            ("en", "V/sqrt(Hz)", "noise voltage of the input"),
            ("in", "A/sqrt(Hz)", "noise current between the inputs"),
            ("incm", "A/sqrt(Hz)", "noise current into both inputs"),
        )
    ),
    *(
        Parameter(name, "Hz", f"where the flicker part of {of} is as large", 0.0, low=0.0)
        for of, name in NOISES.items()
    ),
)


def ota(line: Line) -> list[Instance]:
    """The parts of an OTA."""
    card = read_special(line, PARAMETERS, UNKNOWN, lambda name: _formula(line, name))
    for terminal in (5, 6):
        if card.used(terminal):
            raise line.unsupported(f"terminal {terminal} of an OTA is not supported: what it does is in no manual")
    return [*_current(card), *_load(card), *_voltage_noise(card), *_current_noise(card)]


def _formula(line: Line, name: str) -> Value | None:
    """A noise that is a formula over the frequency, as one over `hertz`; None of a number."""
    assignment = next(a for a in line.element.assignments if a.name == name)
    if name not in NOISES:
        return None

    def lookup(word: str, span: Span | None) -> Value | None:
        return Name("hertz") if word == "freq" else line.scope.parameter(word, span)

    law = rewrite(assignment.value, line.scope, assignment.span, lookup)
    if reads_circuit(law):
        raise line.unsupported(f"{name} that depends on voltages or currents is not supported", assignment)
    return law if reads_names(law, "hertz") else None


def _current(card: Special) -> list[Instance]:
    """The source of the current, clamps included; none where it is zero, or where its ends are one node."""
    if not card.used(7):
        return []
    terms = [] if card["g"] == 0.0 else [_limited(card)]
    output = card.voltage(7, 8)
    if card.nominal("vhigh") < LARGEST:
        terms.append(_negative(_clamped(card, Binary("-", output, as_expression(card["vhigh"])))))
    if card.nominal("vlow") > -LARGEST:
        terms.append(_clamped(card, Binary("-", as_expression(card["vlow"]), output)))
    if not terms:
        return []
    law = terms[0]
    for term in terms[1:]:
        law = Binary("+", law, term)
    return [flat_behavioral(card.line.bare(), (card.common, card.node(7)), law, (), voltage=False)]


def _limited(card: Special) -> Expression:
    """The current into the output without clamps."""
    raw = Binary("*", as_expression(card["g"]), _input(card))
    if card.flag("linear"):
        return raw
    card.line.notes.add(CURVE)
    source, sink = (_magnitude(card, name) for name in ("isource", "isink"))
    if card.flag("asym"):
        positive, negative = (_bounded(card, raw, limit) for limit in (source, sink))
        return Conditional(Binary(">", raw, Number(0.0)), positive, negative)
    mean = divide(subtract(source, sink), 2.0)
    current = _bounded(card, raw, divide(add(source, sink), 2.0))
    return current if mean == 0.0 else Binary("+", as_expression(mean), current)


def _input(card: Special) -> Expression:
    """The voltage u, with the noise of the input."""
    voltage = card.voltage(2, 1)
    if card["ref"] != 0.0:
        voltage = Binary("+", voltage, as_expression(card["ref"]))
    if _is_there(card, "en"):
        voltage = Binary("+", voltage, Potential(card.line.inner("en"), GROUND))
    if card.used(3) or card.used(4):
        if card.node(3) == card.node(4):
            message = "terminals 3 and 4 of an OTA are one node, and not that of terminal 8: their product is zero"
            raise card.line.error(message, hint="where they are not used they are tied to terminal 8")
        voltage = Binary("*", voltage, card.voltage(3, 4))
    return voltage


def _magnitude(card: Special, name: str) -> Value:
    """How large a current gets in one direction: isource or isink, else iout."""
    value = card[name] if name in card.given else card["iout"]
    if isinstance(value, float):
        return abs(value)
    return value if card.line.scope.nominal(value, card.line.element.span) > 0.0 else multiply(-1.0, value)


def _bounded(card: Special, raw: Expression, limit: Value) -> Expression:
    """limit*tanh(raw/limit); nothing of a limit of zero."""
    if card.line.scope.nominal(limit, card.line.element.span) == 0.0:
        return Number(0.0)
    bound = as_expression(limit)
    return Binary("*", bound, Call("tanh", (Binary("/", raw, bound),)))


def _clamped(card: Special, beyond: Expression) -> Expression:
    """What flows at a voltage beyond a clamp, in A."""
    zero = Number(0.0)
    if card.nominal("epsilon") > 0.0:
        ramp = plain("dnlim", (beyond, zero, as_expression(divide(card["epsilon"], 2.0))))
    else:
        ramp = plain("max", (beyond, zero))
    return Binary("/", ramp, as_expression(card["rclamp"]))


def _negative(expression: Expression) -> Expression:
    return Unary("-", expression)


def _load(card: Special) -> list[Instance]:
    """rout and cout, where the output is used."""
    ends = (card.node(7), card.common)
    parts = []
    if card.used(7) and "rout" in card.given and card.nominal("rout") < LARGEST:
        parts.append(card.line.part("rout", "resistor", ends, r=card["rout"], noisy=0.0))
    if card.used(7) and card.nominal("cout") > 0.0:
        parts.append(card.line.part("cout", "capacitor", ends, c=card["cout"]))
    return parts


def _is_there(card: Special, noise: str) -> bool:
    """Whether a noise is given and is not zero."""
    value = card[noise]
    return reads_names(as_expression(value), "hertz") or card.nominal(noise) > 0.0


def _voltage_noise(card: Special) -> list[Instance]:
    """en, as what a noise current makes of 1 ohm."""
    if not card.used(7) or card["g"] == 0.0 or not _is_there(card, "en"):
        return []
    return _across_an_ohm(card, "en")


def _current_noise(card: Special) -> list[Instance]:
    """in from input to input, and incm into both."""
    parts = []
    if _is_there(card, "in"):
        alone = card["g"] == 0.0 and not card.used(7) and not _is_there(card, "incm")
        parts.append(_noise(card, "in", card.node(1), card.node(2), own_name=alone))
    if _is_there(card, "incm"):
        parts += _across_an_ohm(card, "incm")
        ends = (card.line.inner("incm"), GROUND)
        for number in (1, 2):
            if card.used(number):
                parts.append(
                    card.line.part(f"gincm{number}", "vccs", (card.common, card.node(number), *ends), gain=1.0)
                )
    return parts


def _across_an_ohm(card: Special, name: str) -> list[Instance]:
    """A noise voltage at a node of its own."""
    node = card.line.inner(name)
    ohm = card.line.part(f"r{name}", "resistor", (node, GROUND), r=1.0, noisy=0.0)
    return [ohm, _noise(card, name, node, GROUND)]


def _noise(card: Special, name: str, p: str, n: str, *, own_name: bool = False) -> Instance:
    """A noise current of that name between two nodes; it has the name of the card where it is all that this makes."""
    value, span = card[name], card.line.element.span
    line = card.line.bare() if own_name else card.line.named(f"a{name}")
    by_formula = reads_names(as_expression(value), "hertz")
    given = [
        Given("corner", card[NOISES[name]], span),
        Given("formula" if by_formula else "i", 1.0 if by_formula else value, span),
    ]
    law = as_expression(value) if by_formula else None
    return line.instance("noise_current", (p, n), given, expression=law)
