"""Executors run a program over lanes. This one is plain NumPy: it runs anywhere, and is the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.blocks import gathered, load
from longtail.lanes.calls import LoweredCall
from longtail.lanes.graph import Op
from longtail.lanes.program import Program

Lanes = NDArray[Any]


class Executor(Protocol):
    """Runs a program: `inputs[i]` is a number or an array `[lane]` for the i-th input of the program.

    Returns an array `[output, lane]`. Each lane's result depends on that lane alone. Arithmetic follows IEEE 754
    without traps: overflow gives inf and an invalid operation nan, which the caller is to look for.
    """

    def run(
        self, program: Program, inputs: Sequence[Any], lanes: int, dtype: type[np.generic] = np.float64
    ) -> Lanes: ...


def _fma(a: Lanes, b: Lanes, c: Lanes, scratch: Lanes, out: Lanes) -> None:
    np.multiply(b, c, scratch)
    np.add(a, scratch, out)


def _fms(a: Lanes, b: Lanes, c: Lanes, scratch: Lanes, out: Lanes) -> None:
    np.multiply(b, c, scratch)
    np.subtract(scratch, a, out)


def _fnms(a: Lanes, b: Lanes, c: Lanes, scratch: Lanes, out: Lanes) -> None:
    np.multiply(b, c, scratch)
    np.subtract(a, scratch, out)


def _select(condition: Lanes, yes: Lanes, no: Lanes, out: Lanes) -> None:
    np.copyto(out, no)  # a result never lies where an operand does: see `longtail.lanes.program.lower`
    np.putmask(out, condition, yes)


_WITH_PRODUCT: dict[int, Callable[..., None]] = {Op.FMA: _fma, Op.FNMS: _fnms, Op.FMS: _fms}

_UFUNCS: dict[int, np.ufunc] = {
    Op.ADD: np.add,
    Op.SUB: np.subtract,
    Op.MUL: np.multiply,
    Op.DIV: np.divide,
    Op.POW: np.power,
    Op.NEG: np.negative,
    Op.EXP: np.exp,
    Op.LOG: np.log,
    Op.SQRT: np.sqrt,
    Op.SIN: np.sin,
    Op.COS: np.cos,
    Op.TAN: np.tan,
    Op.ASIN: np.arcsin,
    Op.ACOS: np.arccos,
    Op.ATAN: np.arctan,
    Op.SINH: np.sinh,
    Op.COSH: np.cosh,
    Op.TANH: np.tanh,
    Op.ASINH: np.arcsinh,
    Op.ACOSH: np.arccosh,
    Op.ATANH: np.arctanh,
    Op.ABS: np.absolute,
    Op.FLOOR: np.floor,
    Op.CEIL: np.ceil,
    Op.LT: np.less,
    Op.LE: np.less_equal,
    Op.EQ: np.equal,
    Op.AND: np.logical_and,
    Op.OR: np.logical_or,
    Op.NOT: np.logical_not,
}

Step = tuple[Callable[..., Any], tuple[Any, ...]]


class NumpyExecutor:
    """One NumPy call an instruction, over blocks of lanes that stay in the second-level cache."""

    def __init__(self, block: int = 2048) -> None:
        self.block = block

    def run(self, program: Program, inputs: Sequence[Any], lanes: int, dtype: type[np.generic] = np.float64) -> Lanes:
        """See `Executor.run`.

        >>> from longtail.lanes.graph import Graph
        >>> from longtail.lanes.program import lower
        >>> g = Graph()
        >>> x = g.input("x")
        >>> NumpyExecutor().run(lower(g, [2.0 * x, x - 1.0], ["x"]), [np.arange(3.0)], 3).tolist()
        [[0.0, 2.0, 4.0], [-1.0, 0.0, 1.0]]
        """
        if len(inputs) != len(program.inputs):
            raise ValueError(f"the program takes {len(program.inputs)} inputs, {len(inputs)} were given")
        out = np.empty((len(program.outputs), lanes), dtype)
        arrays = gathered(inputs, lanes, dtype)
        for start in range(0, lanes, self.block):
            stop = min(start + self.block, lanes)
            count = stop - start
            # widths are powers of two, so that few are kept however many lanes are left from one time to the next
            width = min(self.block, 1 << (count - 1).bit_length())
            with program.registers_of.borrow((width, dtype), partial(_bound, program, width, dtype)) as bound:
                registers, steps = bound
                load(registers, arrays, start, count)
                run_steps(steps)
                out[:, start:stop] = registers[program.outputs, :count]
        return out


def _bound(program: Program, width: int, dtype: type[np.generic]) -> tuple[Lanes, list[Step]]:
    """Registers for a block, and each instruction bound to them."""
    registers = np.zeros((program.registers, width), dtype)
    first = len(program.inputs)
    registers[first : first + len(program.constants)] = program.constants[:, None]
    return registers, in_steps(program, registers, bind, bind_call)


def in_steps(
    program: Program,
    registers: Lanes,
    bind: Callable[[NDArray[np.int32], Lanes], list[Step]],
    bind_call: Callable[[LoweredCall, Lanes], Step],
) -> list[Step]:
    """A program as functions and their arguments: its calls, and the instructions between them."""
    steps: list[Step] = []
    start = 0
    for call in program.calls:
        steps += [*bind(program.instructions[start : call.at], registers), bind_call(call, registers)]
        start = call.at
    return steps + bind(program.instructions[start:], registers)


def bind_call(call: LoweredCall, registers: Lanes) -> Step:
    """A call as a function and what it works on."""
    return call.run, (registers, NumpyExecutor())


def run_steps(steps: list[Step]) -> None:
    """Call every function with its arguments; what is not finite is no matter here."""
    with np.errstate(all="ignore"):
        for function, operands in steps:
            function(*operands)


def bind(instructions: NDArray[np.int32], registers: Lanes) -> list[Step]:
    """Each instruction as a function and the rows that it works on, the last being the result."""
    rows, scratch = list(registers), np.empty(registers.shape[1], registers.dtype)
    steps: list[Step] = []
    for op, out, a, b, c in instructions.tolist():
        if op in _WITH_PRODUCT:
            steps.append((_WITH_PRODUCT[op], (rows[a], rows[b], rows[c], scratch, rows[out])))
        elif op == Op.SELECT:
            steps.append((_select, (rows[a], rows[b], rows[c], rows[out])))
        else:
            ufunc = _UFUNCS[op]
            operands = (rows[a], rows[b])[: ufunc.nin]
            steps.append((ufunc, (*operands, rows[out])))
    return steps
