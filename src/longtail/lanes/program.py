"""Lowering: from an expression graph to one list of instructions over registers, each register an array of lanes."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.calls import Calls, LoweredCall, called
from longtail.lanes.graph import Graph, Op, Real
from longtail.lanes.threads import Pool


@dataclass(frozen=True, eq=False)
class Program:
    """A straight-line program. Registers hold first the inputs, then the constants, then results of calls, then
    intermediate results.

    instructions  int32 [instruction, (op, destination, a, b, c)]; unused operands are 0
    inputs        names of the inputs in register order 0, 1, ...
    constants     values of the registers that follow the inputs
    outputs       int32 register of each output, in the order asked for
    registers     how many registers a lane needs
    calls         functions to be run between instructions, in order
    """

    instructions: NDArray[np.int32]
    inputs: tuple[str, ...]
    constants: NDArray[np.float64]
    outputs: NDArray[np.int32]
    registers: int
    calls: tuple[LoweredCall, ...] = ()
    registers_of: Pool[Any] = field(default_factory=Pool, repr=False)  # rows that no thread works in now

    def __repr__(self) -> str:
        return (
            f"Program({len(self.instructions)} instructions, {self.registers} registers, "
            f"{len(self.inputs)} inputs, {len(self.outputs)} outputs)"
        )

    @property
    def size(self) -> int:
        """How many instructions an evaluation takes, calls of NumPy where it is not compiled."""
        return len(self.instructions) + sum(call.function.size for call in self.calls)

    @property
    def nbytes(self) -> int:
        """The memory that it takes, registers apart."""
        own = self.instructions.nbytes + self.constants.nbytes + self.outputs.nbytes + sum(map(len, self.inputs))
        return own + sum(c.function.nbytes + c.arguments.nbytes + c.results.nbytes for c in self.calls)

    def evaluate(self, rows: NDArray[np.float64], executor: Any) -> NDArray[np.float64]:
        """What it gives for inputs `[input, lane]`, see `longtail.lanes.calls.Function`."""
        found: NDArray[np.float64] = executor.run(self, rows, rows.shape[1])
        return found


def lower(graph: Graph, outputs: Sequence[Real], inputs: Iterable[str]) -> Program:
    """Lower what `outputs` need; `inputs` fixes the order of the input registers (unused ones are allowed).

    `Op.LIMIT` disappears, a product that only one sum uses becomes part of it, and registers of intermediate
    results are used again as soon as they are free, so that a block of lanes stays in cache.

    >>> g = Graph()
    >>> x, y = g.input("x"), g.input("y")
    >>> lower(g, [x - y * y], ["x", "y"])
    Program(1 instructions, 3 registers, 2 inputs, 1 outputs)
    """
    return _Lowering(graph, [graph.lift(o).id for o in outputs], tuple(inputs)).program()


def form(graph: Graph, id: int) -> int:
    """A number for a node that says what it computes, whenever and wherever it was made."""
    lowering = _Lowering(graph, [id], ())
    return lowering.form[lowering.outputs[0]]


class _Lowering:
    def __init__(self, graph: Graph, outputs: list[int], inputs: tuple[str, ...]) -> None:
        self.graph = graph
        self.inputs = inputs
        self.outputs = [self._value(o) for o in outputs]
        self.nodes = self._needed()
        self.absorbed: set[int] = set()  # products that became part of a sum

    def _value(self, id: int) -> int:
        while self.graph.ops[id] == Op.LIMIT:
            id = self.graph.args[id][0]
        return id

    def _needed(self) -> dict[int, tuple[int, ...]]:
        """Operands of every node needed, limits seen through, operands before users."""
        operands: dict[int, tuple[int, ...]] = {}
        stack = list(self.outputs)
        while stack:
            id = stack.pop()
            if id not in operands:
                operands[id] = tuple(self._value(a) for a in self.graph.args[id])
                stack.extend(operands[id])
        return dict(sorted(operands.items()))

    def _fused_products(self) -> dict[int, tuple[Op, tuple[int, ...]]]:
        """Sums whose operand is a product that nothing else uses, as one instruction each."""
        uses: dict[int, int] = {}
        for args in self.nodes.values():
            for a in args:
                uses[a] = uses.get(a, 0) + 1
        for o in self.outputs:
            uses[o] = uses.get(o, 0) + 1
        ops = self.graph.ops
        fused: dict[int, tuple[Op, tuple[int, ...]]] = {}
        for id, args in self.nodes.items():
            if ops[id] not in (Op.ADD, Op.SUB):
                continue
            products = [p for p in (1, 0) if ops[args[p]] == Op.MUL and uses[args[p]] == 1]
            if not products:
                continue
            place = products[0]
            # the operands of + stand in the order of their age, which hangs on what was made in the graph before; but
            # of two products the one is rounded and the other may not be, so form decides
            if len(products) == 2 and ops[id] == Op.ADD and self.form[args[0]] > self.form[args[1]]:
                place = 0
            op = Op.FMA if ops[id] == Op.ADD else (Op.FMS, Op.FNMS)[place]
            fused[id] = op, (args[1 - place], *self.nodes[args[place]])
            self.absorbed.add(args[place])
        return fused

    @cached_property
    def form(self) -> dict[int, int]:
        """See the function `form`, of every node."""
        found: dict[int, int] = {}
        for id, args in self.nodes.items():
            op = self.graph.ops[id]
            parts = [found[a] for a in args]
            if op in (Op.ADD, Op.MUL):
                parts.sort()
            if op == Op.CALL:
                site, result = called(self.graph, id)
                own = site.routine.form(result)
            else:
                own = crc32(repr(self.graph.payload[id]).encode())
            found[id] = hash((int(op), own, *parts))
        return found

    def _schedule(self) -> list[tuple[int, Op, tuple[int, ...]]]:
        fused = self._fused_products()
        return [
            (id, *fused.get(id, (self.graph.ops[id], args)))
            for id, args in self.nodes.items()
            if self.graph.ops[id] not in (Op.CONSTANT, Op.INPUT, Op.CALL) and id not in self.absorbed
        ]

    def program(self) -> Program:
        graph = self.graph
        register = {graph.input(name).id: i for i, name in enumerate(self.inputs)}
        constants = [id for id in self.nodes if graph.ops[id] == Op.CONSTANT]
        for id in self.nodes:
            if graph.ops[id] == Op.INPUT and id not in register:
                raise ValueError(f"the program needs the input '{graph.payload[id]}', which is not among its inputs")
        for id in constants:
            register[id] = len(register)
        calls = Calls(graph, self.nodes)
        for id in calls.results:
            register[id] = len(register)
        schedule = calls.in_order(self._schedule())
        last_use = {a: step for step, (_, _, args) in enumerate(schedule) for a in args}
        pinned = {*register, *self.outputs, *calls.arguments}
        free: list[int] = []
        count = len(register) + calls.spare
        code = np.zeros((len(schedule), 5), np.int32)
        for step, (id, op, args) in enumerate(schedule):
            code[step, 0] = op
            code[step, 2 : 2 + len(args)] = [register[a] for a in args]
            if free:
                register[id] = heapq.heappop(free)
            else:
                register[id] = count
                count += 1
            code[step, 1] = register[id]
            # freed only now: a result never lies where an operand does, which lets a compiled loop vectorize
            for a in set(args):
                if last_use[a] == step and a not in pinned:
                    heapq.heappush(free, register[a])
        return Program(
            instructions=code,
            inputs=self.inputs,
            constants=np.array([graph.payload[id] for id in constants], float),
            outputs=np.array([register[o] for o in self.outputs], np.int32),
            registers=count,
            calls=tuple(calls.lowered(register, [id for id, _, _ in schedule])),
        )
