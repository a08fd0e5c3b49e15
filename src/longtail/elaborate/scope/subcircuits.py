"""X cards: the hierarchy of subcircuits walked once, giving every device card with the scope that it stands in.

`m` on an X card stands for m copies in parallel: it multiplies the m of every device inside, of nested X cards too
(where several m meet, ngspice 39 keeps one of them), and a current that is read inside is that of one copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from longtail.circuit import GROUND
from longtail.devices.base import MULTIPLIER
from longtail.elaborate.scope import bounds as limits
from longtail.elaborate.scope.checking import Given, check_bounds
from longtail.elaborate.scope.conditionals import settle
from longtail.elaborate.scope.contents import Contents
from longtail.elaborate.scope.scopes import Scope
from longtail.elaborate.scope.values import multiply
from longtail.errors import Faults, NetlistError, nearest
from longtail.netlist.cards import Directive, Element, ParameterCard, Subcircuit
from longtail.units import counted


@dataclass(slots=True)
class Flattened:
    """Device cards and directives in order, each with its scope, and all scopes."""

    cards: list[tuple[Element, Scope]] = field(default_factory=list)
    directives: list[tuple[Directive, Scope]] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)


def flatten(root: Scope, faults: Faults, most_devices: int = limits.DEVICES) -> Flattened:
    """Expand every X card below `root`.

    Faults are an unknown subcircuit, a wrong number of nodes, an unknown parameter, subcircuits that contain
    themselves, and cards that cannot be read in what is used. Raises NetlistError for circuits beyond the bounds in
    `limits`.
    """
    return _Expansion(faults, most_devices).run(root)


class _Expansion:
    def __init__(self, faults: Faults, most_devices: int) -> None:
        self.faults = faults
        self.most_devices = most_devices
        self.count = 0
        self.result = Flattened()
        self.cards = 0
        self.known: dict[int, Contents] = {}  # contents of subcircuits, by id of the card

    def run(self, root: Scope) -> Flattened:
        self.enter(root, ())
        return self.result

    def enter(self, scope: Scope, chain: tuple[Subcircuit, ...]) -> None:
        self.result.scopes.append(scope)
        for fault in scope.contents.faults:
            self.faults.add(fault)
        self.result.directives += [(directive, scope) for directive in scope.contents.directives]
        for element in scope.contents.elements:
            self.count += 1
            if self.count > self.most_devices:
                raise NetlistError(
                    f"the circuit has more than {self.most_devices} devices{scope.where}", span=element.span
                )
            if element.letter == "x":
                placed = None
                with self.faults.kept():
                    placed = self.place(element, scope, chain)
                if placed is not None:
                    self.enter(*placed)
            else:
                self.result.cards.append((element, scope))

    def place(
        self, element: Element, scope: Scope, chain: tuple[Subcircuit, ...]
    ) -> tuple[Scope, tuple[Subcircuit, ...]]:
        """The scope of the subcircuit that an X card places."""
        words = [word for word in element.words if word.text not in ("params:", "params")]
        if not words:
            raise NetlistError(f"{element.name} names no subcircuit{scope.where}", span=element.span)
        found = scope.subcircuit(words[-1].text)
        if found is None:
            raise NetlistError(
                f"{element.name}: unknown subcircuit '{words[-1].text}'{scope.where}",
                span=words[-1].span,
                hint=nearest(words[-1].text, scope.visible("subcircuits")) or "define it with .subckt, or include it",
            )
        definition, owner = found
        if definition.fault is not None:
            raise definition.fault
        _check_chain(element, definition, chain)
        outer = [scope.node(word.text) for word in words[:-1]]
        left_out = len(definition.nodes) - len(outer)
        if 0 < left_out <= len(definition.optional):
            outer += [_outermost(node) for _, node in definition.optional[-left_out:]]
        if len(outer) != len(definition.nodes):
            ports = " ".join(word.text for word in definition.nodes) or "none"
            raise NetlistError(
                f"{element.name}: subcircuit '{definition.name}' has "
                f"{counted(len(definition.nodes), 'node')} ({ports}), {len(words) - 1} are connected{scope.where}",
                span=element.span,
                hint=f"defined at {definition.span}",
            )
        nodes = dict(zip((word.text for word in definition.nodes), outer, strict=True))
        return self.inner(element, definition, scope, owner, nodes), (*chain, definition)

    def inner(
        self, element: Element, definition: Subcircuit, scope: Scope, owner: Scope, nodes: dict[str, str]
    ) -> Scope:
        contents = self.contents(definition)
        formal = {a.name for a in definition.parameters}
        for assignment in element.assignments:
            if assignment.name != "m" and assignment.name not in contents.parameters:
                names = sorted(contents.parameters)
                raise NetlistError(
                    f"{element.name}: subcircuit '{definition.name}' has no parameter '{assignment.name}'{scope.where}",
                    span=assignment.span,
                    hint=nearest(assignment.name, names) or (f"it has {', '.join(names)}" if names else "it has none"),
                )
        inner = Scope(
            contents,
            f"{scope.path}.{element.name}" if scope.path else element.name,
            caller=scope,
            enclosing=owner,
            arguments={a.name: a for a in element.assignments},
            nodes=nodes,
            global_nodes=scope.global_nodes,
        )
        settle(inner)
        self.cards += contents.size
        if self.cards > limits.PLACED_CARDS:
            message = f"the subcircuits come to more than {limits.PLACED_CARDS} cards in all places"
            raise NetlistError(f"{element.name}: {message}{scope.where}", span=element.span)
        for name in inner.arguments:
            inner.definition(name)  # what is wrong with a value is said even where nothing reads it
        if "m" in inner.arguments and "m" not in formal:
            copies = Given("m", inner.definition("m"), inner.arguments["m"].span)
            check_bounds(MULTIPLIER, copies, element.name, scope)
            inner.multiplier = multiply(scope.multiplier, copies.value)
        else:
            inner.multiplier = scope.multiplier
        return inner

    def contents(self, definition: Subcircuit) -> Contents:
        known = self.known.get(id(definition))
        if known is None:
            defaults = tuple(ParameterCard(a.name, a.value, a.span) for a in definition.parameters)
            known = self.known[id(definition)] = Contents(formals=defaults).add(defaults).add(definition.body)
        return known.copy() if known.conditionals else known  # whose arms are settled in every place anew


def _outermost(node: str) -> str:
    """The flat name of a node that an optional port stands for: one of the top level."""
    return GROUND if node in ("0", "gnd") else node


def _check_chain(element: Element, definition: Subcircuit, chain: tuple[Subcircuit, ...]) -> None:
    if any(outer is definition for outer in chain):
        start = next(i for i, outer in enumerate(chain) if outer is definition)
        loop = " -> ".join(outer.name for outer in (*chain[start:], definition))
        raise NetlistError(f"{element.name}: subcircuit contains itself: {loop}", span=element.span)
    if len(chain) >= limits.SUBCIRCUIT_DEPTH:
        raise NetlistError(
            f"{element.name}: subcircuits are nested deeper than {limits.SUBCIRCUIT_DEPTH}", span=element.span
        )
