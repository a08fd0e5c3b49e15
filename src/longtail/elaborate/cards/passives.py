"""R, C, L, K and T cards."""

from __future__ import annotations

from longtail.circuit import Instance
from longtail.elaborate.cards import catalog
from longtail.elaborate.cards.controlled import behavioral
from longtail.elaborate.cards.line import Line
from longtail.elaborate.scope import bounds as limits
from longtail.elaborate.scope.checking import Given
from longtail.elaborate.scope.values import reads_circuit
from longtail.errors import nearest
from longtail.netlist.cards import Word
from longtail.netlist.expressions.tree import Binary, Expression, Potential
from longtail.units import suspicious_milli, too_large

PRIMARY = {"resistor": ("r", "resistance"), "capacitor": ("c", "capacitance"), "inductor": ("l", "inductance")}


def passive(line: Line, device: str) -> Instance:
    """`R1 a b 1k`, `R1 a b rmodel l=10u w=2u`, `R1 a b r={...}`; C and L alike.

    A resistance that reads the circuit becomes the behavioural current v(a,b)/R, without noise.
    """
    nodes = line.nodes(("p", "n"))
    item, quantity = PRIMARY[device]
    law = _law(line, item, quantity)
    if law is not None:
        if device != "resistor":
            raise line.unsupported(f"a {quantity} that depends on voltages or currents is not supported")
        line.notes.add(f"{line.element.name}: taken as a behavioural source; it makes no noise", line.element.span)
        voltage = Potential(line.element.words[0].text, line.element.words[1].text)
        return behavioral(line, nodes, Binary("/", voltage, law), line.assigned(item, quantity), voltage=False)
    given, model = _words(line, line.element.words[2:], item, quantity)
    given += line.assigned()
    names = {parameter.name for parameter in given}
    if model is None and not names & {item, quantity, "cap", "ind"}:
        raise line.error(f"no {quantity} is given", hint=f"write {line.element.name} a b 1k, or {item}=1k")
    return line.instance(device, nodes, given, model=model)


def _law(line: Line, item: str, quantity: str) -> Expression | None:
    """The expression of a value that reads the circuit."""
    candidates = [word.expression for word in line.element.words[2:] if word.expression is not None]
    candidates += [a.value for a in line.element.assignments if a.name in (item, quantity)]
    return next((expression for expression in candidates if reads_circuit(expression)), None)


def _words(line: Line, words: tuple[Word, ...], item: str, quantity: str) -> tuple[list[Given], str | None]:
    """The value and the model's flat name, in either order."""
    given: list[Given] = []
    model: str | None = None
    for word in words:
        named = line.model(word)
        if named is not None and model is None:
            built = line.models.get(*named)
            if built.device != catalog.by_letter()[line.element.letter][0].name:
                raise line.error(f"model '{word.text}' describes a {built.device}", word)
            model = built.name
        elif not given:
            if not line.is_number(word) and line.scope.parameter(word.text, word.span) is None:
                if too_large(word.text):
                    raise line.error(f"'{word.text}' is too large: a number is at most 1.8e308", word)
                hint = nearest(word.text, [*line.scope.visible("models"), *line.scope.visible_parameters()])
                raise line.error(f"'{word.text}' is neither a number nor a model", word, hint)
            given.append(Given(item, line.value(word), word.span))
            remark = suspicious_milli(word.original) if word.expression is None else None
            if item == "r" and remark is not None:
                line.notes.add(f"{line.element.name}: {remark}", word.span)
        elif item == "r" and word.text == "noiseless" and word.expression is None:
            given.append(Given("noisy", 0.0, word.span))
        else:
            raise line.error(f"unexpected '{word.text}' after the {quantity}", word)
    return given, model


def coupling(line: Line) -> list[Instance]:
    """`K1 L1 L2 0.99`; more than two inductors are coupled pair by pair, as k1_l1_l2, k1_l1_l3, ..."""
    words = line.element.words
    assigned = line.assigned()
    inductors, factor = (words, assigned) if assigned else (words[:-1], [])
    if len(inductors) < 2:
        raise line.error("expected at least two inductors and a coupling factor")
    if len(inductors) > limits.COUPLED:
        raise line.error(f"couples {len(inductors)} inductors, more than {limits.COUPLED}")
    for word in inductors:
        if word.text[:1] != "l":
            raise line.error(f"'{word.text}' is no inductor", word)
    if not factor:
        factor = [Given("k", line.value(words[-1]), words[-1].span)]
    names = [line.scope.device(word.text) for word in inductors]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    found = [line.instance("coupling", (), factor, controls=pair) for pair in pairs]
    if len(pairs) == 1:
        return found
    return [_renamed(k, f"{k.name}_{a}_{b}") for k, (a, b) in zip(found, pairs, strict=True)]


def transmission_line(line: Line) -> Instance:
    """`T1 p1 n1 p2 n2 z0=50 td=1n`, or `f=100meg nl=0.25` in place of td."""
    nodes = line.nodes(("p1", "n1", "p2", "n2"))
    if len(line.element.words) > 4:
        hint = "lines with losses, and models of lines, are not supported"
        raise line.error(f"unexpected '{line.element.words[4].text}' after four nodes", line.element.words[4], hint)
    given = line.assigned()
    names = {item.name for item in given}
    if not names & {"z0", "zo"}:
        raise line.error("no characteristic impedance is given", hint=f"write {line.element.name} a 0 b 0 z0=50 td=1n")
    if not names & {"td", "f"}:
        raise line.error("no length is given", hint="give td, or f and nl")
    if {"td", "f"} <= names:
        line.notes.add(f"{line.element.name}: td is taken, f and nl are not", line.element.span)
    return line.instance("transmission_line", nodes, given)


def _renamed(instance: Instance, name: str) -> Instance:
    return Instance(name, instance.device, (), instance.parameters, None, instance.controls, span=instance.span)
