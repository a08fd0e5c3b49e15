"""What can be called: equations on a graph of their own, or a function that gives its slopes too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.calls import Function, Rows, Site
from longtail.lanes.derivative import Differentiator
from longtail.lanes.graph import Expr, Graph, Op, Real
from longtail.lanes.program import Program, form, lower

_TOGETHER = "#together"


class Traced:
    """Equations on a graph of their own, of which the inputs are the arguments.

    >>> own, graph = Graph(), Graph()
    >>> routine = Traced(own)
    >>> square = routine.at(graph, {"x": graph.input("a")}.__getitem__)(own.input("x") ** 2.0)
    >>> lower(graph, [square + 1.0], ["a"]).calls[0].function
    Program(1 instructions, 2 registers, 1 inputs, 1 outputs)
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._arguments: dict[int, tuple[str, ...]] = {}
        self._forms: dict[int, int] = {}
        self._differentiators: dict[tuple[tuple[str, ...], bool], Differentiator] = {}

    def at(self, graph: Graph, given: Callable[[str], Real]) -> Callable[[Real], Real]:
        """How expressions of the own graph read in another, where `given` stands for arguments."""
        site = Site(self, graph, given)

        def read(x: Real) -> Real:
            if not isinstance(x, Expr):
                return x
            if self.graph.ops[x.id] == Op.INPUT:
                return given(self.graph.payload[x.id])
            return site.result(x.id)

        return read

    def arguments(self, result: int) -> tuple[str, ...]:
        """See `Routine.arguments`."""
        if result not in self._arguments:
            graph = self.graph
            self._arguments[result] = tuple(graph.payload[k] for k in graph.order([result]) if graph.ops[k] == Op.INPUT)
        return self._arguments[result]

    def slopes(self, result: int, by: Sequence[str], together: bool) -> Mapping[str, int | float]:
        """See `Routine.slopes`. Those of a limited expression are those of its raw one."""
        graph, key = self.graph, (tuple(by), together)
        if key not in self._differentiators:
            variables = [graph.input(name) for name in by]
            self._differentiators[key] = Differentiator(graph, variables, together=_TOGETHER if together else None)
        raw = graph.args[result][1] if graph.ops[result] == Op.LIMIT else result
        names = {graph.input(_TOGETHER).id: by[0]} if together else {graph.input(name).id: name for name in by}
        (row,), _ = self._differentiators[key].rows([Expr(graph, raw)])
        return {names[k]: x.id if isinstance(x, Expr) else x for k, x in row.items()}

    def form(self, result: int) -> int:
        """See `Routine.form`."""
        if result not in self._forms:
            self._forms[result] = form(self.graph, result)
        return self._forms[result]

    def lowered(self, results: Sequence[int], arguments: Sequence[str]) -> Program:
        """See `Routine.lowered`."""
        return lower(self.graph, [Expr(self.graph, id) for id in results], arguments)


@dataclass(frozen=True, eq=False)
class Foreign:
    """A function that comes from elsewhere, a compiled model for one, and gives its own slopes.

    `function` gets arguments `[argument, lane]` in the order of `names` and returns its outputs `[output, lane]`, in
    the order of `outputs`, and their slopes `[output, argument, lane]`. `size` is how many instructions take as long.
    Its slopes have none themselves.

    >>> square = Foreign(("x",), ("y",), lambda rows: (rows**2.0, 2.0 * rows[None]))
    >>> square({"x": 3.0})
    {'y': 9.0}
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    function: Callable[[Rows], tuple[Rows, Rows]]
    size: int = 1_000

    def __call__(self, given: Mapping[str, Real]) -> dict[str, Real]:
        """Its outputs for numbers, or as expressions where an argument is one."""
        graph = next((x.graph for x in given.values() if isinstance(x, Expr)), None)
        if graph is None:
            values, _ = self.function(np.array([[given[name]] for name in self.names], float))
            return dict(zip(self.outputs, values[:, 0].tolist(), strict=True))
        site = Site(self, graph, given.__getitem__)
        return {name: site.result(k) for k, name in enumerate(self.outputs)}

    def arguments(self, result: int) -> tuple[str, ...]:
        """See `Routine.arguments`."""
        return self.names

    def slopes(self, result: int, by: Sequence[str], together: bool) -> Mapping[str, int | float]:
        """See `Routine.slopes`: slopes come after the outputs, row by row."""
        if result >= len(self.outputs):
            raise NotImplementedError(f"the slopes of a foreign function have no slopes: {', '.join(self.outputs)}")
        first = len(self.outputs) + result * len(self.names)
        return {name: first + self.names.index(name) for name in by}

    def form(self, result: int) -> int:
        """See `Routine.form`."""
        return result

    def lowered(self, results: Sequence[int], arguments: Sequence[str]) -> Function:
        """See `Routine.lowered`."""
        return _Picked(self, np.array(results), np.array([arguments.index(name) for name in self.names]))


@dataclass(frozen=True, eq=False)
class _Picked:
    """Some of the outputs and slopes of a foreign function, whose arguments stand at `places`."""

    foreign: Foreign
    results: NDArray[np.intp]
    places: NDArray[np.intp]

    @property
    def size(self) -> int:
        return self.foreign.size

    @property
    def nbytes(self) -> int:
        return self.results.nbytes + self.places.nbytes

    def evaluate(self, rows: Rows, executor: Any) -> Rows:
        """See `Function.evaluate`."""
        values, slopes = self.foreign.function(rows[self.places])
        every: Rows = np.concatenate([values, slopes.reshape(-1, rows.shape[1])])
        return every[self.results]
