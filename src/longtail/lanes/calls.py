"""Calls: results of functions that have programs of their own, as nodes of an expression graph.

A program grows with everything that is written out in it. What is called stands in it once, however many sites it is
called at, and is run for all of them together, over site x lane, between the instructions of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.graph import Graph, Op, Real

Rows = NDArray[np.float64]
Nodes = Mapping[int, tuple[int, ...]]  # operands by node, operands before users
Step = tuple[int, Op, tuple[int, ...]]  # an instruction: the node that it computes, and from which


class Function(Protocol):
    """What is run for a call."""

    @property
    def size(self) -> int:
        """How many instructions it takes, or what takes as long."""

    @property
    def nbytes(self) -> int:
        """The memory that it takes, registers apart."""

    def evaluate(self, rows: Rows, executor: Any) -> Rows:
        """Results `[result, lane]` from arguments `[argument, lane]`; `executor` runs what is a program."""


class Routine(Protocol):
    """A function of arguments by name; its results, and their slopes, go by numbers that it gives them."""

    def arguments(self, result: int) -> tuple[str, ...]:
        """The arguments that a result depends on."""

    def slopes(self, result: int, by: Sequence[str], together: bool) -> Mapping[str, int | float]:
        """Slopes of a result by some of its arguments, each a result again, or a float where it is known. Those by
        arguments that all move `together` may be given as one, under the name of any."""

    def form(self, result: int) -> int:
        """A number that says what a result computes, whenever it was asked for."""

    def lowered(self, results: Sequence[int], arguments: Sequence[str]) -> Function:
        """What computes some of the results from arguments in this order."""


@dataclass(frozen=True, eq=False)
class Site:
    """A place in a graph where a routine is called: `given` is what stands there for an argument."""

    routine: Routine
    graph: Graph
    given: Callable[[str], Real]

    def result(self, result: int | float) -> Real:
        """A result of the routine as a node; a float is itself."""
        if isinstance(result, float):
            return result
        arguments = tuple(self.graph.lift(self.given(name)).id for name in self.routine.arguments(result))
        return self.graph.call(arguments, (self, result))


def called(graph: Graph, id: int) -> tuple[Site, int]:
    """The site that a node belongs to, and which of its results it is."""
    site, result = graph.payload[id]
    return site, result


@dataclass(frozen=True, eq=False)
class LoweredCall:
    """A function that is run for all its sites before the instruction `at` of a program.

    `arguments` `[argument, site]` are the registers that it reads, `results` `[result, site]` those that it writes.
    """

    at: int
    function: Function
    arguments: NDArray[np.int32]
    results: NDArray[np.int32]

    def run(self, rows: Rows, executor: Any) -> None:
        """Run it over the rows `[register, lane]` of a block."""
        (count, sites), lanes = self.arguments.shape, rows.shape[1]
        found = self.function.evaluate(rows[self.arguments].reshape(count, sites * lanes), executor)
        rows[self.results] = found.reshape(len(self.results), sites, lanes)


class Calls:
    """The calls among the nodes of a program that is being lowered.

    results    nodes that calls compute
    arguments  nodes that they read
    spare      1 where a result of one site is not asked for at another, which takes a register to be dropped in
    """

    def __init__(self, graph: Graph, nodes: Nodes) -> None:
        self.results = [id for id in nodes if graph.ops[id] == Op.CALL]
        self._given: dict[Site, dict[str, int]] = {}
        self._wanted: dict[Site, dict[int, int]] = {}
        for id in self.results:
            site, result = called(graph, id)
            self._given.setdefault(site, {}).update(zip(site.routine.arguments(result), nodes[id], strict=True))
            self._wanted.setdefault(site, {})[result] = id
        self.arguments = {a for given in self._given.values() for a in given.values()}
        self._level = self._levels(graph, nodes) if self.results else {}
        self._groups = self._together()
        self.spare = int(any(len(set(map(frozenset, g.values()))) > 1 for g in self._groups.values()))

    def _levels(self, graph: Graph, nodes: Nodes) -> dict[int, int]:
        """How many calls must have been run, one after another, before each node is known."""
        level = {id: 0 for id, args in nodes.items() if not args}
        for id, args in nodes.items():
            if graph.ops[id] == Op.CALL:
                args = tuple(self._given[called(graph, id)[0]].values())
            if args:
                level[id] = max(level[a] for a in args) + (graph.ops[id] == Op.CALL)
        return level

    def _together(self) -> dict[tuple[int, Routine], dict[Site, dict[int, int]]]:
        """Sites that are run together: by level and routine, with the nodes of their results."""
        groups: dict[tuple[int, Routine], dict[Site, dict[int, int]]] = {}
        for site, wanted in self._wanted.items():
            level = max(self._level[id] for id in wanted.values())
            groups.setdefault((level, site.routine), {})[site] = wanted
        return dict(sorted(groups.items(), key=lambda each: each[0][0]))

    def in_order(self, schedule: list[Step]) -> list[Step]:
        """Instructions in an order in which each comes after the calls that it needs."""
        return sorted(schedule, key=lambda step: self._level[step[0]]) if self.results else schedule

    def lowered(self, register: Mapping[int, int], schedule: Sequence[int]) -> Iterator[LoweredCall]:
        """The calls in their order, in a program that computes the nodes of `schedule` one after another."""
        levels = [self._level[id] for id in schedule] if self.results else []
        for (level, routine), sites in self._groups.items():
            results = sorted({result for wanted in sites.values() for result in wanted})
            names = sorted({name for site in sites for name in self._given[site]})
            read = np.zeros((len(names), len(sites)), np.int32)  # what a site does not give, its results do not need
            written = np.full((len(results), len(sites)), len(register) - len(schedule), np.int32)
            for k, (site, wanted) in enumerate(sites.items()):
                given = self._given[site]
                read[:, k] = [register[given[name]] if name in given else 0 for name in names]
                written[[results.index(result) for result in wanted], k] = [register[id] for id in wanted.values()]
            at = int(np.searchsorted(levels, level))
            yield LoweredCall(at, routine.lowered(results, names), read, written)
