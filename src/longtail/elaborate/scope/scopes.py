"""Scopes: which parameter, function, model, subcircuit and node a name means inside one instance of a subcircuit.

As in ngspice, parameters are inherited along the instance hierarchy (a subcircuit sees the parameters of whoever
places it), while models, functions and nested subcircuits are looked up where the text stands. Values of an X card
come before `.param` lines of the body, and these before the defaults of the `.subckt` line. Parameters of the top
level stay symbolic; all others are substituted away.

The expressions of an X card read parameters of the subcircuit that it places, hence of their own card. ngspice 39
(`nupa_subcktcall`) assigns one parameter of the subcircuit after the other, and an expression reads those that are
assigned already; any other name, its own too, is one of whoever places the subcircuit. So `w='w*2' l='w'` doubles the
w outside, and l is the doubled one. The order is that of `.subckt` line and `.param` lines (the last definition of a
name counts), sorted by how deep the definitions depend on each other, whatever is a plain number at the front
(`assignment_order`): `l='w*3' w=2` is the same as `w=2 l='w*3'`. Functions on an X card are those that hold where the
card stands. A name that is not assigned yet and is unknown outside is an error in ngspice; here it is that of the card.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from longtail.circuit import GROUND, Value, nominal
from longtail.elaborate.scope import bounds as limits
from longtail.elaborate.scope.assignment_order import assignment_order
from longtail.elaborate.scope.contents import Contents
from longtail.elaborate.scope.rewriting import Lookup, rewrite
from longtail.elaborate.scope.values import leaves, reads_circuit, reads_names
from longtail.errors import NetlistError, Span
from longtail.netlist.cards import Assignment, FunctionCard, ModelCard, ParameterCard, Subcircuit
from longtail.netlist.dialect import UNSAID, Dialect
from longtail.netlist.expressions.draws import PREFIX
from longtail.netlist.expressions.tree import Expression, Name, Number


@dataclass(slots=True, eq=False)
class Scope:
    """The names that hold in one instance of a subcircuit, or at the top level when `caller` is None.

    `given` are overrides, at the top alone, and so are `dialect`, `remark`, which takes notes, `temper` in degrees
    Celsius and `gmin` in S, which expressions read; `arguments` is what the X card assigns; `nodes` maps the ports to
    flat nodes; `multiplier` is the product of all `m` on the way down.
    """

    contents: Contents
    path: str = ""
    caller: Scope | None = None
    enclosing: Scope | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    arguments: Mapping[str, Assignment] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)
    multiplier: Value = 1.0
    global_nodes: frozenset[str] = frozenset()
    temper: float = 27.0
    gmin: float = 1e-12
    dialect: Dialect = UNSAID
    remark: Callable[[str, Span | None], None] = lambda message, span: None
    of_devices: frozenset[str] = frozenset()  # at the top: parameters that draw for the devices which read them
    terms: int = 0  # at the top: those of all expressions so far
    draws: dict[tuple[str, *tuple[Hashable, ...]], str] = field(
        default_factory=dict
    )  # at the top: names of draws by the place that draws
    root: Scope = field(init=False)
    _values: dict[str, Value] = field(default_factory=dict)
    _nominal: dict[str, float] = field(default_factory=dict)
    _order: dict[str, int] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = self.caller.root if self.caller is not None else self

    @property
    def where(self) -> str:
        """For messages: " (in x1.x2)", or nothing at the top level."""
        return f" (in {self.path})" if self.path else ""

    # parameters -------------------------------------------------------------------------------------------------

    def parameter(self, name: str, span: Span | None) -> Value | None:
        """What a parameter stands for here; at the top level its own name. None where there is no such parameter."""
        scope = self
        while scope.caller is not None:
            if name in scope.contents.parameters:
                return scope.definition(name)
            scope = scope.caller
        if name not in scope.contents.parameters:
            return None
        return scope.definition(name) if name in scope.of_devices else Name(name)

    def definition(self, name: str) -> Value:
        """The value of a parameter defined in this very scope. Raises NetlistError for a circular definition."""
        if name not in self._values:
            card = self._card(name)
            with _Opened(self._open, name, card.span):
                if name in self.given:
                    self._values[name] = self.given[name]
                elif self.caller is None:
                    self._values[name] = self.value(card.value, card.span)
                else:
                    text = self.caller if name in self.arguments else self
                    self._values[name] = text.value(card.value, card.span, partial(self._earlier, name))
        return self._values[name]

    def _card(self, name: str) -> Assignment | ParameterCard:
        """What defines a parameter of this very scope: the X card, else the `.param` or `.subckt` line."""
        return self.arguments[name] if name in self.arguments else self.contents.parameters[name]

    def _earlier(self, reader: str, name: str, span: Span | None) -> Value | None:
        """What a name means in the definition of the parameter `reader`: see the top of this file."""
        assert self.caller is not None
        if name not in self.contents.parameters and name not in self.arguments:
            return self.caller.parameter(name, span)
        if not self._order:
            order = assignment_order(self.contents, self.arguments, self.function)
            self._order.update({n: place for place, n in enumerate(order)})
        outside = None if self._order[name] < self._order[reader] else self.caller.parameter(name, span)
        return self.definition(name) if outside is None else outside

    def visible_parameters(self) -> Iterator[str]:
        """Names of the parameters that may be used here."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope.contents.parameters
            scope = scope.caller

    def forget_values(self) -> None:
        """Definitions have been added: evaluate anew."""
        self._values.clear()
        self._nominal.clear()
        self._order.clear()

    # expressions ------------------------------------------------------------------------------------------------

    def value(self, expression: Expression, span: Span | None, lookup: Lookup | None = None) -> Value:
        """A float, or an expression over top-level parameters and `temper`; `lookup` comes before `parameter`."""
        if isinstance(expression, Number) and expression.remark is None:
            return expression.value
        rewritten = rewrite(expression, self, span, lookup)
        if reads_circuit(rewritten) or reads_names(rewritten, "time", "hertz"):
            raise NetlistError(
                f"a number is expected here, not something that reads voltages, currents or time{self.where}",
                span=span,
                hint="B, E and G elements may read the circuit",
            )
        if any(isinstance(leaf, Name) for leaf in leaves(rewritten)):
            return rewritten
        return self._evaluated(rewritten, span)

    def number(self, expression: Expression, span: Span | None) -> float:
        """The nominal value of an expression, as a float."""
        return self.nominal(self.value(expression, span), span)

    def nominal(self, value: Value, span: Span | None) -> float:
        """The nominal value of a `Value`."""
        return value if isinstance(value, float) else self._evaluated(value, span)

    def law(self, expression: Expression, span: Span | None) -> Expression:
        """An expression that may read voltages and currents, with flat names."""
        return rewrite(expression, self, span)

    def _evaluated(self, expression: Expression, span: Span | None) -> float:
        names: dict[str, float] = {"temper": self.root.temper}
        for leaf in leaves(expression):
            if isinstance(leaf, Name) and leaf.name in self.root.contents.parameters and leaf.name not in names:
                names[leaf.name] = self.root.nominal_parameter(leaf.name)
        return nominal(expression, names, span)

    def draw(self, *place: Hashable) -> str:
        """The name of what is drawn at a place of the netlist that is read in this scope."""
        draws = self.root.draws
        return draws.setdefault((self.path, *place), f"{PREFIX}{len(draws) + 1}")

    def nominal_parameter(self, name: str) -> float:
        """The nominal value of a parameter of the top level."""
        if name not in self._nominal:
            for needed in self.dependency_order([name], self._nominal):
                span = self.contents.parameters[needed].span
                self._nominal[needed] = self.nominal(self.definition(needed), span)
        return self._nominal[name]

    def dependency_order(self, names: Iterable[str], known: Container[str] = ()) -> list[str]:
        """Parameters of the top level and all that they depend on, each after what it needs, without the `known`.

        Raises NetlistError naming the circle where there is one. No recursion: chains may be long.
        """
        done: dict[str, None] = {}
        for name in names:
            path: dict[str, Iterator[str]] = {}
            pending = [name]
            while pending:
                last = pending[-1]
                if last not in path and last not in done:
                    path[last] = self._needed_by(last)
                following = next((n for n in path.get(last, ()) if n not in done and n not in known), None)
                if following is None:
                    done[last] = None
                    path.pop(last, None)
                    pending.pop()
                elif following in path:
                    loop = [*pending[pending.index(following) :], following]
                    span = self.contents.parameters[following].span
                    raise NetlistError(f"circular definition of parameters: {' -> '.join(loop)}", span=span)
                else:
                    pending.append(following)
        return list(done)

    def _needed_by(self, name: str) -> Iterator[str]:
        value = self.definition(name)
        if isinstance(value, float):
            return iter(())
        found = (leaf.name for leaf in leaves(value) if isinstance(leaf, Name))
        return iter(dict.fromkeys(other for other in found if other in self.contents.parameters))

    # nodes and devices ------------------------------------------------------------------------------------------

    def node(self, name: str) -> str:
        """The flat name of a node: a port of this instance, a global node, ground, or a node of its own."""
        if name in self.nodes:
            return self.nodes[name]
        if name in ("0", "gnd"):
            return GROUND
        return name if not self.path or name in self.global_nodes else f"{self.path}.{name}"

    def device(self, name: str) -> str:
        """The flat name of a device, as ngspice forms it: letter, path, own name (`q.x1.x2.q3`).

        A name that is flat already, seen from here (`q.x2.q3`), is completed.
        """
        if not self.path:
            return name
        return f"{name[0]}.{self.path}.{name[2:] if name[1:2] == '.' else name}"

    # definitions ------------------------------------------------------------------------------------------------

    def function(self, name: str) -> FunctionCard | None:
        """The `.func` of that name in force here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.contents.functions:
                return scope.contents.functions[name]
            scope = scope.enclosing
        return None

    def model(self, name: str, types: Container[str] | None = None) -> tuple[ModelCard, Scope] | None:
        """The model card of that name in force here, of one of `types` if it can be, and the scope that holds it."""
        scope: Scope | None = self
        while scope is not None:
            if (card := scope.contents.model(name, types)) is not None:
                return card, scope
            scope = scope.enclosing
        return None

    def subcircuit(self, name: str) -> tuple[Subcircuit, Scope] | None:
        """The subcircuit of that name in force here, and the scope that holds it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.contents.subcircuits:
                return scope.contents.subcircuits[name], scope
            scope = scope.enclosing
        return None

    def visible(self, kind: str) -> list[str]:
        """Names of the "functions", "models" or "subcircuits" in force here."""
        names: list[str] = []
        scope: Scope | None = self
        while scope is not None:
            names += getattr(scope.contents, kind)
            scope = scope.enclosing
        return names


class _Opened:
    """Marks a name as being evaluated; meeting it again inside is a circular definition."""

    def __init__(self, stack: list[str], name: str, span: Span) -> None:
        self.stack, self.name, self.span = stack, name, span

    def __enter__(self) -> None:
        if self.name in self.stack:
            loop = [*self.stack[self.stack.index(self.name) :], self.name]
            raise NetlistError(f"circular definition of parameters: {' -> '.join(loop)}", span=self.span)
        if len(self.stack) >= limits.PARAMETER_DEPTH:
            raise NetlistError(
                f"parameters of a subcircuit depend on each other more than {limits.PARAMETER_DEPTH} deep",
                span=self.span,
            )
        self.stack.append(self.name)

    def __exit__(self, *exception: object) -> None:
        self.stack.pop()
