"""A large circuit: its equations summed from parts, in sparse matrices.

Everything is that of `longtail.engine.equations.system`, unknown by unknown and equation by equation: each part
(`longtail.engine.equations.parts`) is evaluated over its copies, and what they say is added up at their places.
Newton's method and its aids are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.engine.equations.parts import Part, split
from longtail.engine.equations.system import Array, Equations, Inputs, LargeMatrix, SparseMatrix, System, take
from longtail.engine.equations.trace import ANCHOR, FEEDBACK, FIRST, KAPPA, SOURCE_FACTOR, Unknown, check_names
from longtail.engine.size import LARGEST_SPARSE, check_size, is_large
from longtail.lanes.plain.executor import Executor
from longtail.lanes.threads import once

Places = NDArray[np.intp]


def system_of(circuit: Circuit, drives: Sequence[str] = ()) -> System:
    """The system of a circuit: a large one by parts. Raises `SizeError` for one that is larger than that can take."""
    if not is_large(circuit):
        return System(circuit, drives=drives)
    check_size(circuit, "longtail", LARGEST_SPARSE)
    return LargeSystem(circuit, drives=drives)


@dataclass(frozen=True, eq=False)
class SummedPattern:
    """Where the parts of a matrix add up: `places` `[contribution]` are those of the entries of `matrix`."""

    matrix: LargeMatrix
    places: Places

    @staticmethod
    def of(size: int, rows: Places, columns: Places) -> SummedPattern:
        """The pattern of contributions at rows and columns; those at -1 are of ground, and left out."""
        kept, places = np.unique(np.where((rows < 0) | (columns < 0), -1, columns * size + rows), return_inverse=True)
        ground = int(kept[:1].tolist() == [-1])
        return SummedPattern(
            LargeMatrix(size, kept[ground:] % size, kept[ground:] // size), places.reshape(-1) - ground
        )

    def sum(self, contributions: Array) -> Array:
        """The entries of the matrix, in the order of its compressed columns."""
        return added(self.places, contributions, len(self.matrix.rows))


def added(places: Places, contributions: Array, count: int) -> Array:
    """PartStamps added up at their places, of which -1 is left out."""
    return np.asarray(np.bincount(places + 1, contributions, count + 1)[1:], float)  # of none it would be integers


def _lane(inputs: Inputs, lane: int) -> Inputs:
    """Inputs of one lane; a number, or an array of one, is the same for all."""
    return {name: take(v, np.array([lane])) if np.size(v) > 1 else v for name, v in inputs.items()}


@dataclass(frozen=True, eq=False)
class PlacedPart:
    """A part, and where its unknowns stand among those of the circuit: `places` `[unknown, copy]`."""

    part: Part
    places: Places

    @property
    def copies(self) -> int:
        return self.places.shape[1]

    def inputs(self, x: Array, values: Inputs) -> dict[str, float | Array]:
        """Unknowns and varied values of every copy by the names that programs take them by; `x` `[n]`."""
        with_ground = np.append(x, 0.0)
        unknowns = {u.input: with_ground[at] for u, at in zip(self.part.system.unknowns, self.places, strict=True)}
        known = {**self.part.values, **{name: values[name] for name in self.part.system.drives}}
        return {**unknowns, **{k: v if np.ndim(v) == 0 else np.resize(v, self.copies) for k, v in known.items()}}

    def entries(self, matrix: SparseMatrix) -> tuple[Places, Places, Array]:
        """Rows and columns in the circuit of the entries of a matrix of the part, all copies of one entry behind one
        another: those known for good, with their values `[entry]`, and then those that vary."""
        known = np.nonzero(matrix.constant)
        rows = self.places[np.concatenate([known[0], matrix.rows])]
        columns = self.places[np.concatenate([known[1], matrix.columns])]
        return rows.ravel(), columns.ravel(), np.repeat(matrix.constant[known], self.copies)


@dataclass(frozen=True, eq=False)
class LargeEquations(Equations):
    """The equations of all parts added up; `known` are the entries of their Jacobians that never change, by part."""

    unknowns: tuple[str, ...]
    nodes: Places
    parts: tuple[PlacedPart, ...]
    known: tuple[Array, ...]
    pattern: SummedPattern

    def evaluate(self, executor: Executor, inputs: Inputs, lanes: int) -> tuple[Array, Array, Array, Array]:
        """See `Equations.evaluate`."""
        each = [self._one(executor, inputs if lanes == 1 else _lane(inputs, k)) for k in range(lanes)]
        residual, entries, gaps, nexts = (np.array(values) for values in zip(*each, strict=True))
        return residual, entries.T, gaps.T, nexts.T

    @property
    def instructions(self) -> int:
        return sum(each.part.system.equations.instructions for each in self.parts)

    def _one(self, executor: Executor, inputs: Inputs) -> tuple[Array, Array, Array, Array]:
        """The same of one lane: `[n]`, `[entry]`, `[state]`, `[state]`."""
        x = np.array([inputs[name] for name in self.unknowns]).reshape(-1)
        limited = np.array([inputs[name] for name in self.states]).reshape(-1)
        residual, entries, gaps, nexts, start = np.zeros(len(x)), [], [], [], 0
        for each, known in zip(self.parts, self.known, strict=True):
            equations = each.part.system.equations
            count = len(equations.states) * each.copies
            mine = dict(zip(equations.states, limited[start : start + count].reshape(-1, each.copies), strict=True))
            aids = dict.fromkeys(equations.initial_inputs, 0.0) | {k: inputs[k] for k in (FIRST, SOURCE_FACTOR)}
            out = equations.evaluate(executor, {**aids, **mine, **each.inputs(x, inputs)}, each.copies)
            residual += added(each.places.ravel(), out[0].T.ravel(), len(x))
            entries += [known, out[1].ravel()]
            gaps.append(out[2].ravel())
            nexts.append(out[3].ravel())
            start += count
        names = [self.unknowns[k][1:] for k in self.nodes]
        kappa, anchor = (np.array([inputs[prefix + name] for name in names]) for prefix in (KAPPA, ANCHOR))
        residual[self.nodes] += kappa * (x[self.nodes] - anchor)
        summed = self.pattern.sum(np.concatenate([*entries, kappa]))
        return residual, summed, np.concatenate(gaps), np.concatenate(nexts)


class LargeSystem(System):
    """The system of a large circuit, without varied names but its drives."""

    @once
    def parts(self) -> tuple[PlacedPart, ...]:
        """The parts of the circuit at their places."""
        return tuple(PlacedPart(part, part.places(self.index)) for part in self._parts)

    @once
    def _parts(self) -> list[Part]:
        return split(self.circuit, self.drives)

    @once
    def unknowns(self) -> list[Unknown]:
        """As in a small circuit: the nodes, and then what each device adds."""
        added: dict[str, list[Unknown]] = {}
        for part in self._parts:
            added |= part.unknowns()
        every = [
            *(Unknown(node, "V", True) for node in self.circuit.nodes),
            *(unknown for name in self.circuit.instances for unknown in added.get(name, ())),
        ]
        check_names(every)
        return every

    @once
    def equations(self) -> Equations:
        """The equations of all parts added up."""
        n = len(self.unknowns)
        rows, columns, known = zip(*(p.entries(p.part.system.equations.jacobian) for p in self.parts), strict=True)
        nodes = np.flatnonzero(self.node_mask)
        pattern = SummedPattern.of(n, np.concatenate([*rows, nodes]), np.concatenate([*columns, nodes]))
        names = [self.unknowns[k].name for k in nodes]
        aids = (FIRST, SOURCE_FACTOR, FEEDBACK, *(f"{prefix}{x}" for prefix in (KAPPA, ANCHOR) for x in names))
        inputs = tuple(u.input for u in self.unknowns)
        return LargeEquations(pattern.matrix, tuple(self._states()), aids, inputs, nodes, self.parts, known, pattern)

    def _states(self) -> Iterator[str]:
        for each in self.parts:
            part = each.part
            for state in part.system.equations.states:
                yield from ([state] if part.single else (part.renamed(state, name) for name in part.names))

    def quantities_at(self, inputs: Inputs, lanes: int) -> dict[str, dict[str, Array]]:
        """See `System.quantities_at`. Many lanes are those of a circuit that is not too large for its full trace."""
        if lanes > 1:
            return super().quantities_at(inputs, lanes)
        x = np.array([inputs[u.input] for u in self.unknowns]).reshape(-1)
        found: dict[str, dict[str, Array]] = {name: {} for name in self.circuit.instances}
        for each in self.parts:
            system = each.part.system
            program, places = system.quantities
            given = each.inputs(x, inputs)
            rows = system.executor.run(program, [given[n] for n in program.inputs], each.copies)
            for (device, quantity), row in zip(places, rows, strict=True):
                for k, name in enumerate(each.part.standing_for(device)):
                    found[name][quantity] = row[k : k + 1]
        return found
