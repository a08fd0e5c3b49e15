"""The balanced point of a circuit whose unknowns come in equal groups: one unknown and one equation a group.

In a cascade of balanced pairs the gains multiply: with a gain of 1e16 from the first pair to the last, a rounding
error in the first throws the last to a rail, and Newton's method never settles. Equal halves have a solution with
equal voltages all the same. It is looked for among such solutions only, where no difference is there to be amplified.

The groups form an equitable partition: equal voltages in the circuit loaded until it has no gain, and equations with
equal slopes by every group (Godsil and Royle, Algebraic Graph Theory, 2001, section 9.3). What is found is checked in
all equations, so a coincidence among the values does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array, Equations, Inputs, SparseMatrix, System
from longtail.engine.equations.trace import ANCHOR, KAPPA, Unknown
from longtail.lanes.plain.executor import Executor
from longtail.lanes.threads import once

Groups = NDArray[np.intp]

_EQUAL = 1e-9  # of their size: values this near are equal
_NOTHING = 1e-14  # of the largest slope of an equation: a smaller one may be a rounding error


@dataclass(frozen=True, eq=False)
class FoldedEquations(Equations):
    """The `whole` equations with those of a group added, for unknowns that are equal in a group.

    `leaders` has the name of the unknown that stands for each unknown, `groups` the number of its group, `places`
    the folded entry that each varying entry of the Jacobian adds to.
    """

    whole: Equations
    leaders: Mapping[str, str]
    groups: Groups
    places: NDArray[np.intp]

    def evaluate(self, executor: Executor, inputs: Inputs, lanes: int) -> tuple[Array, Array, Array, Array]:
        every = dict(inputs)
        for name, leader in self.leaders.items():
            for prefix in ("=", KAPPA, ANCHOR):
                if prefix + leader in inputs:
                    every[prefix + name] = inputs[prefix + leader]
        residual, entries, gaps, limited = self.whole.evaluate(executor, every, lanes)
        rows = np.zeros((len(self.jacobian.constant), lanes))
        np.add.at(rows, self.groups, residual.T)
        folded = np.zeros((len(self.jacobian.rows), lanes))
        np.add.at(folded, self.places, entries)
        return rows.T, folded, gaps, limited

    @property
    def instructions(self) -> int:
        return self.whole.instructions


class Folded(System):
    """A system with one unknown for each group: `groups[k]` is the group of unknown k."""

    def __init__(self, system: System, groups: Groups) -> None:
        super().__init__(
            system.circuit, varied=system.varied, drives=system.drives, null=system.null, executor=system.executor
        )
        self.whole = system
        self.groups = groups
        self.leaders = np.unique(groups, return_index=True)[1]  # the first unknown of each group

    @once
    def unknowns(self) -> list[Unknown]:
        """The first unknown of each group."""
        return [self.whole.unknowns[k] for k in self.leaders]

    @once
    def equations(self) -> Equations:
        whole, count = self.whole.equations, len(self.leaders)
        constant = np.zeros((count, count))
        np.add.at(constant, (self.groups[:, None], self.groups[None, :]), whole.jacobian.constant)
        place = self.groups[whole.jacobian.rows] * count + self.groups[whole.jacobian.columns]
        kept, places = np.unique(place, return_inverse=True)
        names = [u.name for u in self.whole.unknowns]
        return FoldedEquations(
            SparseMatrix(constant, kept // count, kept % count),
            whole.states,
            whole.initial_inputs,
            whole,
            {name: names[self.leaders[group]] for name, group in zip(names, self.groups, strict=True)},
            self.groups,
            places.reshape(-1),
        )


def find_groups(system: System, values: Inputs, x: Array) -> Groups:
    """The group of every unknown at `x` `[n]`: the coarsest equitable partition among unknowns of equal value."""
    slopes = np.abs(_slopes(system, values, x))
    slopes[slopes <= _NOTHING * slopes.max(axis=1, keepdims=True)] = 0.0
    coupling = slopes**0.25  # so that transistors that hardly conduct here are seen beside the resistors
    groups = _split(system.node_mask.astype(np.intp), x, np.abs(x) + 1.0)
    random = np.random.default_rng(0)
    while True:
        weights = random.uniform(1.0, 2.0, len(x))[groups]
        finer = _split(groups, coupling @ weights, coupling @ weights)
        if finer.max() == groups.max():
            return groups
        groups = finer


def satisfied(system: System, values: Inputs, x: Array) -> bool:
    """Whether every equation holds at `x` `[n]` within rounding: |f_i| <= reltol*sum_k |J_ik*x_k| + abstol."""
    options = system.circuit.options
    residual = system.executor.run(system.residual, _inputs(system, values, x, system.residual.inputs), 1)[:, 0]
    size = np.abs(_slopes(system, values, x)) @ np.abs(x)
    return bool((np.abs(residual) <= options.reltol * size + options.abstol).all())


def _slopes(system: System, values: Inputs, x: Array) -> Array:
    """The Jacobian `[n, n]` of the equations without aids."""
    linear = system.linear
    out = system.executor.run(linear.program, _inputs(system, values, x, linear.program.inputs), 1)
    return linear.conductance.dense(out[: len(linear.conductance.rows)])[0]


def _inputs(system: System, values: Inputs, x: Array, names: Iterable[str]) -> list[float | Array]:
    given = {**{u.input: x[k] for k, u in enumerate(system.unknowns)}, **values}
    return [given[name] for name in names]


def _split(groups: Groups, values: Array, size: Array) -> Groups:
    """Groups of values that are equal for their size, within the groups given, numbered from 0."""
    order = np.lexsort((values, groups))
    apart = np.diff(values[order]) > _EQUAL * np.maximum(size[order][1:], size[order][:-1])
    number = np.concatenate([[0], np.cumsum(apart | (np.diff(groups[order]) != 0))])
    result = np.empty(len(values), np.intp)
    result[order] = number
    return result
