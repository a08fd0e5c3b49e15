"""The fast executor: one interpreter loop, compiled once and cached on disk; no compilation per circuit.

An instruction works on a row of up to 512 lanes, so that decoding it costs little, and the rows of all registers
together stay in the second-level cache. Complex programs keep real and imaginary parts in rows of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.blocks import Loaded, block_size, complex_registers, gathered, load, real_registers, scratch_rows
from longtail.lanes.calls import LoweredCall
from longtail.lanes.compiled.cache import compiled
from longtail.lanes.compiled.math import FAST, exp_row, log_row
from longtail.lanes.graph import Op
from longtail.lanes.plain.executor import Lanes, Step, in_steps, run_steps
from longtail.lanes.program import Program

# the opcodes as plain integers, which the compiled loop takes for constants
ADD, SUB, MUL, DIV, NEG = (int(o) for o in (Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.NEG))
FMA, FNMS, FMS = (int(o) for o in (Op.FMA, Op.FNMS, Op.FMS))
EXP, LOG, SQRT, POW, ABS = (int(o) for o in (Op.EXP, Op.LOG, Op.SQRT, Op.POW, Op.ABS))
LT, LE, EQ, AND, OR, NOT, SELECT = (int(o) for o in (Op.LT, Op.LE, Op.EQ, Op.AND, Op.OR, Op.NOT, Op.SELECT))
SIN, COS, TAN, ASIN, ACOS, ATAN = (int(o) for o in (Op.SIN, Op.COS, Op.TAN, Op.ASIN, Op.ACOS, Op.ATAN))
SINH, COSH, TANH, ASINH, ACOSH, ATANH = (int(o) for o in (Op.SINH, Op.COSH, Op.TANH, Op.ASINH, Op.ACOSH, Op.ATANH))
FLOOR, CEIL = int(Op.FLOOR), int(Op.CEIL)


@compiled(fastmath=FAST, error_model="numpy")
def _power_row(x, y, out, scratch, bits, other, other_bits, saved):  # type: ignore[no-untyped-def]
    """out = x**y: exp(y*log(x)) where both are finite and x > 0, else the standard library's; out is another row."""
    log_row(x, saved, scratch, bits, other, other_bits)
    for k in range(x.shape[0]):
        saved[k] *= y[k]
    exp_row(saved, out, scratch, bits)
    irregular = 0
    for k in range(x.shape[0]):
        irregular += 0 if 0.0 < x[k] < math.inf and abs(y[k]) < math.inf else 1
    if irregular:
        for k in range(x.shape[0]):
            if not (0.0 < x[k] < math.inf and abs(y[k]) < math.inf):
                out[k] = math.pow(x[k], y[k])


@compiled(fastmath=FAST, error_model="numpy")
def _rare(op, a, out):  # type: ignore[no-untyped-def]
    """Functions that only behavioural sources use, one lane at a time."""
    for k in range(a.shape[0]):
        x = a[k]
        if op == SIN:
            y = math.sin(x)
        elif op == COS:
            y = math.cos(x)
        elif op == TAN:
            y = math.tan(x)
        elif op == ASIN:
            y = math.asin(x) if abs(x) <= 1.0 else math.nan
        elif op == ACOS:
            y = math.acos(x) if abs(x) <= 1.0 else math.nan
        elif op == ATAN:
            y = math.atan(x)
        elif op == SINH:
            y = math.sinh(x)
        elif op == COSH:
            y = math.cosh(x)
        elif op == TANH:
            y = math.tanh(x)
        elif op == ASINH:
            y = math.asinh(x)
        elif op == ACOSH:
            y = math.acosh(x) if x >= 1.0 else math.nan
        elif op == ATANH:
            y = 0.5 * (math.log1p(x) - math.log1p(-x)) if abs(x) <= 1.0 else math.nan
        elif op == FLOOR:
            y = np.floor(x)
        else:
            y = np.ceil(x)
        out[k] = y


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def run_block(code, rows, scratch, bits, other, other_bits, saved):  # type: ignore[no-untyped-def]
    """Run the instructions over the rows `[register, lane]` of a block."""
    n = rows.shape[1]
    for i in range(code.shape[0]):
        op = code[i, 0]
        out, a, b, c = rows[code[i, 1]], rows[code[i, 2]], rows[code[i, 3]], rows[code[i, 4]]
        if op == MUL:
            for k in range(n):
                out[k] = a[k] * b[k]
        elif op == FNMS:
            for k in range(n):
                out[k] = a[k] - b[k] * c[k]
        elif op == FMA:
            for k in range(n):
                out[k] = a[k] + b[k] * c[k]
        elif op == ADD:
            for k in range(n):
                out[k] = a[k] + b[k]
        elif op == FMS:
            for k in range(n):
                out[k] = b[k] * c[k] - a[k]
        elif op == SUB:
            for k in range(n):
                out[k] = a[k] - b[k]
        elif op == DIV:
            for k in range(n):
                out[k] = a[k] / b[k]
        elif op == NEG:
            for k in range(n):
                out[k] = -a[k]
        elif op == EXP:
            exp_row(a, out, scratch, bits)
        elif op == LOG:
            log_row(a, out, scratch, bits, other, other_bits)
        elif op == SQRT:
            for k in range(n):
                out[k] = math.sqrt(a[k])
        elif op == POW:
            _power_row(a, b, out, scratch, bits, other, other_bits, saved)
        elif op == SELECT:
            for k in range(n):
                yes, no = b[k], c[k]
                out[k] = yes if a[k] != 0.0 else no
        elif op == LT:
            for k in range(n):
                out[k] = 1.0 if a[k] < b[k] else 0.0
        elif op == LE:
            for k in range(n):
                out[k] = 1.0 if a[k] <= b[k] else 0.0
        elif op == EQ:
            for k in range(n):
                out[k] = 1.0 if a[k] == b[k] else 0.0
        elif op == AND:
            for k in range(n):
                out[k] = 1.0 if a[k] != 0.0 and b[k] != 0.0 else 0.0
        elif op == OR:
            for k in range(n):
                out[k] = 1.0 if a[k] != 0.0 or b[k] != 0.0 else 0.0
        elif op == NOT:
            for k in range(n):
                out[k] = 1.0 if a[k] == 0.0 else 0.0
        elif op == ABS:
            for k in range(n):
                out[k] = abs(a[k])
        else:
            _rare(op, a, out)


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def run_complex_block(code, re, im):  # type: ignore[no-untyped-def]
    """Run arithmetic over rows of complex numbers, real and imaginary parts apart."""
    n = re.shape[1]
    for i in range(code.shape[0]):
        op, o, a, b, c = code[i, 0], code[i, 1], code[i, 2], code[i, 3], code[i, 4]
        our, oui, ar, ai, br, bi, cr, ci = re[o], im[o], re[a], im[a], re[b], im[b], re[c], im[c]
        if op == FNMS:
            for k in range(n):
                x = ar[k] - (br[k] * cr[k] - bi[k] * ci[k])
                y = ai[k] - (br[k] * ci[k] + bi[k] * cr[k])
                our[k] = x
                oui[k] = y
        elif op == MUL:
            for k in range(n):
                x = ar[k] * br[k] - ai[k] * bi[k]
                y = ar[k] * bi[k] + ai[k] * br[k]
                our[k] = x
                oui[k] = y
        elif op in (FMA, FMS):
            sign = 1.0 if op == FMA else -1.0
            for k in range(n):
                x = (br[k] * cr[k] - bi[k] * ci[k]) + sign * ar[k]
                y = (br[k] * ci[k] + bi[k] * cr[k]) + sign * ai[k]
                our[k] = x
                oui[k] = y
        elif op == ADD:
            for k in range(n):
                our[k] = ar[k] + br[k]
                oui[k] = ai[k] + bi[k]
        elif op == SUB:
            for k in range(n):
                our[k] = ar[k] - br[k]
                oui[k] = ai[k] - bi[k]
        elif op == NEG:
            for k in range(n):
                our[k] = -ar[k]
                oui[k] = -ai[k]
        else:  # DIV
            for k in range(n):
                q = 1.0 / (br[k] * br[k] + bi[k] * bi[k])
                x = (ar[k] * br[k] + ai[k] * bi[k]) * q
                y = (ai[k] * br[k] - ar[k] * bi[k]) * q
                our[k] = x
                oui[k] = y


class NumbaExecutor:
    """Runs programs block by block through the compiled interpreter. See `longtail.lanes.plain.executor.Executor`."""

    def run(self, program: Program, inputs: Sequence[Any], lanes: int, dtype: type[np.generic] = np.float64) -> Lanes:
        if len(inputs) != len(program.inputs):
            raise ValueError(f"the program takes {len(program.inputs)} inputs, {len(inputs)} were given")
        is_complex = np.issubdtype(dtype, np.complexfloating)
        arrays = gathered(inputs, lanes, dtype)
        out = np.empty((len(program.outputs), lanes), dtype)
        block = block_size(program.registers * (2 if is_complex else 1), lanes)
        for start in range(0, lanes, block):
            count = min(block, lanes - start)
            if is_complex:
                re, im = complex_registers(program, block)
                load(re, _each(arrays, "real"), start, count)
                load(im, _each(arrays, "imag"), start, count)
                run_complex_block(program.instructions, re, im)
                out[:, start : start + count].real = re[program.outputs, :count]
                out[:, start : start + count].imag = im[program.outputs, :count]
            else:
                rows = real_registers(program, block)
                load(rows, arrays, start, count)
                run_steps(prepare(program, rows, *scratch_rows(block)))
                out[:, start : start + count] = rows[program.outputs, :count]
        return out


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def run_sites(code, registers, outputs, scratch, rows, arguments, results):  # type: ignore[no-untyped-def]
    """Run a program for all sites of a call over the rows of a block: as many sites at once as its registers hold."""
    lanes = rows.shape[1]
    width = min(lanes, registers.shape[1])
    together, sites = registers.shape[1] // width, arguments.shape[1]
    for first in range(0, sites, together):
        for start in range(0, lanes, width):
            for i in range(arguments.shape[0]):
                for k in range(together):
                    site = min(first + k, sites - 1)
                    registers[i, k * width : (k + 1) * width] = rows[arguments[i, site], start : start + width]
            run_block(code, registers, scratch[0], scratch[1], scratch[2], scratch[3], scratch[4])
            for i in range(outputs.shape[0]):
                for k in range(min(together, sites - first)):
                    found = registers[outputs[i], k * width : (k + 1) * width]
                    rows[results[i, first + k], start : start + width] = found


def prepare(program: Program, rows: Lanes, *scratch: Any) -> list[Step]:
    """A program that is to be run again and again over the same rows, for `run_steps` and `newton_block`."""

    def bind(instructions: NDArray[np.int32], rows: Lanes) -> list[Step]:
        return [(run_block, (instructions, rows, *scratch))]

    return in_steps(program, rows, bind, _call)


def _call(call: LoweredCall, rows: Lanes) -> Step:
    program = call.function
    if not isinstance(program, Program) or program.calls:
        return call.run, (rows, NumbaExecutor())
    width = block_size(program.registers, call.arguments.shape[1] * rows.shape[1])
    registers, scratch = real_registers(program, width), scratch_rows(width)
    return run_sites, (program.instructions, registers, program.outputs, scratch, rows, call.arguments, call.results)


def _each(inputs: Loaded, part: str) -> Loaded:
    """The real or imaginary parts of all inputs."""
    return getattr(inputs, part) if isinstance(inputs, np.ndarray) else [getattr(x, part) for x in inputs]
