"""Poles and zeros as tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from longtail.analyses.poles.poles import PolesAndZeros
from longtail.analyses.poles.transfers import ModeTransfer
from longtail.driven.loop_gain import Loop
from longtail.merits.gains import symbols
from longtail.merits.reasons import UNKNOWN, said_of
from longtail.report.wording.conditions import Facts, conditions
from longtail.report.wording.page import ATTENTION, LEFT, PLAIN, QUIET, STRONG, Cell, Column, Page, Table
from longtail.report.wording.symbols import gain_text, quantity_text
from longtail.units import counted, format_si

MOST = 30  # rows of a table; JSON has all
CANCELLED = 1e-3  # pairs closer than this are said to cancel; others are doublets


def page(result: PolesAndZeros) -> Page:
    """Poles with their weight in each transfer, the zeros of each transfer, corners and margins."""
    tables = [*([_loops(result)] if loops_of(result) else []), _poles(result)]
    for name, transfer in shown(result).items():
        if transfer.zeros is not None and len(transfer.zeros):
            tables.append(_zeros(result, name, transfer))
    return Page("Poles and zeros", (*facts(result), *figures(result)), tuple(tables), notes(result))


def facts(result: PolesAndZeros) -> Facts:
    return conditions(result.input, result.output, result.vcm, result.input_offset)


def figures(result: PolesAndZeros) -> Facts:
    """Bandwidth, margins and the tail, as far as they are there."""
    c = result.corners
    band = quantity_text(c.bandwidth_hz, "Hz")
    if c.low_hz is not None:
        band = f"{format_si(c.low_hz, 'Hz')} to {band}"
    found = [("bandwidth", band), ("gain-bandwidth", quantity_text(c.gain_bandwidth_hz, "Hz"))]
    if c.unity_hz is not None:
        found.append(("unity gain", format_si(c.unity_hz, "Hz")))
    if result.tail is not None:
        found.append(("tail", tail_text(result)))
    return tuple(found)


def tail_text(result: PolesAndZeros) -> str:
    """What the capacitance of the tail does to the common-mode gain."""
    tail = result.tail
    if tail is None:
        return ""
    text = f"{symbol(result, 'common')} rises from {hertz(tail.zero)}, the zero of node {tail.node}"
    if tail.pole is not None:
        text += f", whose pole is at {hertz(tail.pole)}"
    return text


def loops_of(result: PolesAndZeros) -> dict[str, Loop]:
    """The loops that were asked for: one under "loop", or those of both modes."""
    return {"loop": result.loop} if result.loop is not None else dict(result.loops)


def cut_text(loop: Loop) -> str:
    """Where a loop is cut: "between p1 and o1, p2 and o2"."""
    return f"between {', '.join(loop.wires)}"


def loop_text(loop: Loop) -> str:
    """The loop gain at 0 Hz and the margins, in a sentence."""
    if not loop.gain.any():
        return "no gain: nothing comes round"
    text = f"gain {gain_text(loop.gain_at_dc)} at 0 Hz, "
    found = [f"{loop.phase_margin_deg:.1f}° of phase margin"] if loop.phase_margin_deg is not None else []
    if loop.gain_margin_db is not None and loop.phase_crossover_hz is not None:
        found.append(f"{loop.gain_margin_db:.1f} dB of gain margin at {format_si(loop.phase_crossover_hz, 'Hz')}")
    if loop.crossover_hz is not None:
        text += f"crosses one at {format_si(loop.crossover_hz, 'Hz')}"
    else:
        text += "stays below one" if np.abs(loop.gain).max() < 1.0 else "does not fall through one"
    return f"{text} with {' and '.join(found)}" if found else text


def symbol(result: PolesAndZeros, name: str) -> str:
    """How a transfer is called: "A_dd" for "differential"."""
    return symbols(result.single_ended)[name]


def shown(result: PolesAndZeros) -> dict[str, ModeTransfer]:
    """The transfers that are not zero."""
    return {name: transfer for name, transfer in result.transfers.items() if transfer.zeros is not None}


def notes(result: PolesAndZeros) -> tuple[str, ...]:
    gone = [(symbol(result, n), t.reason or UNKNOWN) for n, t in result.transfers.items() if n not in shown(result)]
    said = list(said_of(gone))
    more = len(result.poles) - MOST
    if more > 0:
        said.append(f"{counted(more, 'more pole')} above {hertz(result.poles[MOST - 1])}: --json has all")
    return (*said, *result.notes)


def hertz(s: complex) -> str:
    """A natural frequency as a frequency: abs(s)/(2*pi)."""
    return format_si(abs(s) / (2.0 * np.pi), "Hz")


def quality(s: complex) -> str:
    """The quality factor abs(s)/(2*abs(Re s)) of a complex pair; a dash for a real one."""
    if abs(s.imag) <= 1e-9 * abs(s):
        return ""
    return f"{abs(s) / (2.0 * abs(s.real)):.3g}" if s.real else "∞"


def side(s: complex) -> Cell:
    """In which half-plane a zero lies."""
    if s.real > 0.0:
        return Cell("right")
    return Cell("left", QUIET) if s != 0.0 else Cell("at 0", QUIET)


def without_conjugates(values: np.ndarray) -> Iterator[int]:
    """Places of real values and of one of each complex pair."""
    return (k for k, s in enumerate(values) if s.imag >= -1e-9 * abs(s))


def _poles(result: PolesAndZeros) -> Table:
    columns = [Column("pole"), Column("Q"), Column("plane", LEFT), Column("lives at", LEFT, wraps=True)]
    columns += [Column(f"in {symbol(result, name)}") for name in shown(result)]
    rows = []
    for k in list(without_conjugates(result.poles))[:MOST]:
        s = complex(result.poles[k])
        plane = Cell("right: unstable", ATTENTION) if s.real > 0.0 else Cell("left", QUIET)
        row = [Cell(hertz(s), STRONG), Cell(quality(s)), plane, Cell(result.pole_nodes[k])]
        row += [_weight(transfer, k, s) for transfer in shown(result).values()]
        rows.append(tuple(row))
    return Table("Poles, and how much of the gain at 0 Hz each carries (V/V)", tuple(columns), tuple(rows))


def _loops(result: PolesAndZeros) -> Table:
    columns = (
        Column("loop", LEFT),
        Column("T at 0 Hz"),
        Column("crosses one at"),
        Column("phase margin"),
        Column("gain margin"),
        Column("at"),
    )
    rows = []
    for name, loop in loops_of(result).items():
        margin, turned = loop.phase_margin_deg, loop.phase_crossover_hz
        rows.append(
            (
                Cell(loop.source if name == "loop" else name),
                Cell(gain_text(loop.gain_at_dc)),
                Cell(quantity_text(loop.crossover_hz, "Hz"), STRONG),
                Cell(
                    "–" if margin is None else f"{margin:.1f}°", PLAIN if margin is None or margin > 0.0 else ATTENTION
                ),
                Cell("–" if loop.gain_margin_db is None else f"{loop.gain_margin_db:.1f} dB"),
                Cell("" if turned is None else format_si(turned, "Hz")),
            )
        )
    title = next(f"Loop gain T at {loop.source}, cut {cut_text(loop)} (V/V)" for loop in loops_of(result).values())
    return Table(title, columns, tuple(rows))


def _weight(transfer: ModeTransfer, k: int, s: complex) -> Cell:
    """What the pole carries of the gain at 0 Hz, or that a zero cancels it."""
    pair = next((pair for pair in transfer.pairs if pair.pole == k), None)
    if pair is not None and pair.distance < CANCELLED:
        return Cell("cancelled", QUIET)
    if transfer.residues is None:
        return Cell("–", QUIET)
    return Cell(gain_text(abs(transfer.residues[k] / s)), PLAIN)


def _zeros(result: PolesAndZeros, name: str, transfer: ModeTransfer) -> Table:
    columns = (
        Column("zero"),
        Column("Q"),
        Column("plane", LEFT),
        Column("lives at", LEFT, wraps=True),
        Column("beside a pole", LEFT),
    )
    rows = []
    assert transfer.zeros is not None
    for k in list(without_conjugates(transfer.zeros))[:MOST]:
        s = complex(transfer.zeros[k])
        pair = next((pair for pair in transfer.pairs if pair.zero == k), None)
        beside = Cell("")
        if pair is not None:
            cancels = pair.distance < CANCELLED
            words = "cancels" if cancels else "doublet with"
            beside = Cell(f"{words} {hertz(result.poles[pair.pole])}", QUIET if cancels else PLAIN)
        rows.append((Cell(hertz(s), STRONG), Cell(quality(s)), side(s), Cell(transfer.zero_nodes[k]), beside))
    return Table(f"Zeros of {symbol(result, name)}", columns, tuple(rows))
