"""What the peers are asked is the circuit of longtail: solved here node by node in numbers, without any peer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from benchmarks.symbolic import lcapy_peer, slicap_peer
from benchmarks.symbolic.child import evaluate
from benchmarks.symbolic.question import Part, Question, question_of, symbol_names

from longtail.symbolic.algebra.gain import Gain, exact_transfer
from longtail.symbolic.circuit.elements import NamedElement, SmallSignal
from longtail.symbolic.circuit.names import share
from symbolic.decks import gallery

S = [0j, 1e6j, (-2.0 + 1.0j) * 1e8]


def solved(question: Question, values: dict[str, float], s: complex) -> complex:
    """The answer to a question of conductances, capacitances and transconductances: the nodes that nobody holds."""
    place = {node: k for k, node in enumerate((*question.nodes, "0"))}
    matrix = np.zeros((len(place), len(place)), complex)
    for part in question.parts:
        value = values[part.symbol] * (s if part.letter == "C" else 1.0)
        for row, a in zip(part.nodes, (1.0, -1.0), strict=True):
            for column, b in zip(part.controls or part.nodes, (1.0, -1.0), strict=True):
                matrix[place[row], place[column]] += a * b * value
    volts = np.zeros(len(place), complex)
    held = [place["0"], *(place[node] for node in question.drive)]
    volts[held[1:]] = [float(x) for x in question.drive.values()]
    free = [k for k in place.values() if k not in held]
    volts[free] = np.linalg.solve(matrix[np.ix_(free, free)], -(matrix @ volts)[free])
    return complex(sum(sign * volts[place[node]] for node, sign in zip(question.read, (1.0, -1.0), strict=False)))


@pytest.mark.parametrize("name", ["mos_pair", "ota_5t", "two_stage_opamp", "jfet_pair", "sense_amplifier"])
@pytest.mark.parametrize("of", ["differential", "common"])
def test_questions_keep_the_gain(name: str, of: str) -> None:
    at = gallery(name)
    circuit = share(at.circuit, at.images, 0.01)
    gain = at.question(of, (0.0, 1e6)).gain
    if of == "common":
        gain = Gain(of, gain.drive, {next(iter(gain.read)): 1}, Fraction(1))
    names = symbol_names(circuit)
    values = {key: symbol.value for key, symbol in circuit.symbols.items() if key in names}
    question = question_of(circuit, gain)
    theirs = [solved(question, {names[key]: value for key, value in values.items()}, s) for s in S]
    assert np.array(theirs) == pytest.approx(exact_transfer(circuit, gain).at(values, np.array(S)), rel=1e-9, abs=0.0)


def test_what_does_not_matter_is_left_out() -> None:
    """Supplies and still wires are contracted, one signal has one source, and loads of sources are gone."""
    question = question_of(
        gallery("ota_5t").circuit, Gain("common", {"i(vinp)": 1, "i(vinn)": 1}, {"o": 1}, Fraction(1))
    )
    assert len(question.drive) == 1
    assert set(question.nodes) == {*question.drive, "x", "o", "s", "b"}


PAIR = Question(
    (
        Part("Y", "Y1", ("o", "0"), "q1"),
        Part("G", "G2", ("o", "s"), "q2", ("a", "s")),
        Part("Y", "Y3", ("s", "0"), "q3"),
        Part("C", "C4", ("b", "o"), "q4"),
    ),
    {"a": Fraction(1, 2), "b": Fraction(-1, 2)},
    ("o", "s"),
)


def test_slicap_is_asked_in_its_language() -> None:
    asked = slicap_peer.request(PAIR)
    assert asked["source"] == ["Vdrive1", "Vdrive2"]
    assert asked["detector"] == ["V_o", "V_s"]
    assert asked["netlist"].splitlines()[1:] == [
        "Vdrive1 a 0 V value=0",
        "Vdrive2 b 0 V value=0",
        "GY1 o 0 o 0 g value={q1}",
        "G2 o s a s g value={q2}",
        "GY3 s 0 s 0 g value={q3}",
        "C4 b o C value={q4}",
        ".end",
    ]


def test_lcapy_is_asked_in_its_language() -> None:
    """The nodes of a controlled current source are exchanged."""
    asked = lcapy_peer.request(PAIR)
    assert asked["read"] == ["2", "3"]
    assert asked["netlist"].splitlines() == [
        "Vdrive 1 0 {delta(t)}",
        "Edrive1 4 0 1 0 {1/2}",
        "Edrive2 5 0 1 0 {-1/2}",
        "RY1 2 0 {1/q1}",
        "G2 3 2 4 3 q2",
        "RY3 3 0 {1/q3}",
        "C4 5 2 q4",
    ]


def test_sources_that_slicap_has_no_word_for_are_refused() -> None:
    with pytest.raises(ValueError, match="half a volt"):
        slicap_peer.request(Question(PAIR.parts, {"a": Fraction(2)}, ("o",)))


@pytest.mark.parametrize(
    ("element", "message"),
    [
        (NamedElement("c", {"a": 1}, {"b": 1}, 1), "from one pair of nodes to another"),
        (NamedElement("g", {"a": 2}, {"b": 1}), "no pair of nodes"),
        (NamedElement("r", {"i(v)": 1}, {"i(v)": 1}), "needs the current"),
    ],
)
def test_elements_that_cannot_be_written_are_refused(element: NamedElement, message: str) -> None:
    source = (NamedElement(None, {"i(v)": 1}, {"in": 1}), NamedElement(None, {"in": 1}, {"i(v)": 1}))
    circuit = SmallSignal(("in", "a", "b", "i(v)"), (*source, element), {})
    with pytest.raises(ValueError, match=message):
        question_of(circuit, Gain("", {"i(v)": 1}, {"a": 1}, Fraction(1)))


def test_sums_of_nodes_and_floating_sources_are_refused() -> None:
    source = (NamedElement(None, {"i(v)": 1}, {"a": 1}), NamedElement(None, {"i(v)": -1}, {"b": 1}))
    circuit = SmallSignal(("a", "b", "i(v)"), source, {})
    with pytest.raises(ValueError, match="does not end at ground"):
        question_of(circuit, Gain("", {"i(v)": 1}, {"a": 1}, Fraction(1)))
    with pytest.raises(ValueError, match="sum of nodes"):
        question_of(circuit, Gain("", {}, {"a": 1, "b": 1}, Fraction(1)))


def test_rational_expressions_are_evaluated() -> None:
    q1, q2, s = sympy.symbols("q1 q2 s")
    above, below = (q1 + s / q2) ** 2 - sympy.Rational(1, 3), q2 - 0.25 * s
    x, y, z = 3.0, 7.0, 2.0 - 1.0j
    found = complex(*evaluate((above, below), {"q1": x, "q2": y, "s": [z.real, z.imag]}))
    assert found == pytest.approx(((x + z / y) ** 2 - 1 / 3) / (y - 0.25 * z), rel=1e-14)
    assert np.isnan(complex(*evaluate((q1, q2 / (q1 - q1 * q2 / 7)), {"q1": x, "q2": y, "s": [0.0, 0.0]})))
    with pytest.raises(TypeError, match="sin"):
        evaluate((sympy.sin(q1), q2), {"q1": x, "q2": y, "s": [0.0, 0.0]})
