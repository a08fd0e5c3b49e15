"""The mirror image of an amplifier as tables: pairs, the line, what differs, and the halves."""

from __future__ import annotations

import math

from longtail.analyses.half import Half, HalfCircuits
from longtail.devices.discovery import devices
from longtail.report.wording.page import ATTENTION, LEFT, PLAIN, QUIET, Cell, Column, Page, Table
from longtail.report.wording.symbols import gain_text, quantity_text
from longtail.symmetry import Difference
from longtail.units import format_si


def page(result: HalfCircuits) -> Page:
    """What is a pair and what is not, and what each half says of the gain."""
    title = "Mirror line and half circuits"
    if result.mirror is None:
        return Page(title, (("circuit", result.title), ("mirror image", "none")), (), result.notes)
    facts = (("circuit", result.title), ("mirror image", verdict(result)))
    tables = [_pairs(result), _line(result)]
    if result.mirror.differences:
        tables.append(_differences(result))
    if result.halves:
        tables.append(_halves(result))
    return Page(title, facts, tuple(tables), result.notes)


def verdict(result: HalfCircuits) -> str:
    """In a few words, whether the circuit is its own mirror image."""
    mirror = result.mirror
    if mirror is None:
        return "none"
    if not mirror.complete:
        return f"of a part only, which ends at {', '.join(mirror.ends_at)}"
    if mirror.exact:
        return "complete, with equal values"
    count = len(mirror.differences)
    return f"complete, {count} value{'s' * (count > 1)} apart"


def _pairs(result: HalfCircuits) -> Table:
    """Nodes and devices of the two sides, side by side."""
    assert result.mirror is not None
    apart = {name for d in result.mirror.differences for name in d.pair}
    rows = [(Cell("node", QUIET), Cell(a), Cell(b)) for a, b in result.node_pairs]
    for a, b in result.pairs:
        tone = ATTENTION if a in apart else PLAIN
        rows.append((Cell("device", QUIET), Cell(a), Cell(b, tone)))
    return Table("Pairs", (Column("", LEFT), Column("one side", LEFT), Column("other side", LEFT)), tuple(rows))


def _line(result: HalfCircuits) -> Table:
    assert result.mirror is not None
    mirror = result.mirror
    across = [name for name in mirror.axis_devices if name in mirror.reversed]
    along = [name for name in mirror.axis_devices if name not in mirror.reversed]
    rows = [
        ("nodes on the line", mirror.axis_nodes),
        ("devices on the line", along),
        ("devices across the line", across),
    ]
    rows += [("nodes within a sum of sources", mirror.inner), ("without a mirror image", mirror.unmatched)]
    shown = tuple((Cell(what), Cell(", ".join(names))) for what, names in rows if names)
    return Table("The line", (Column("", LEFT), Column("names", LEFT, wraps=True)), shown)


def _differences(result: HalfCircuits) -> Table:
    assert result.mirror is not None
    columns = (
        Column("pair", LEFT),
        Column("parameter", LEFT),
        Column("mean"),
        Column("Δ"),
        Column("Δ/mean", joined=True),
    )
    rows = tuple(
        (
            Cell(f"{d.pair[0]}, {d.pair[1] or 'a wire'}"),
            Cell(d.parameter),
            Cell(_value(result, d, d.mean)),
            Cell(_value(result, d, d.delta), ATTENTION),
            Cell(relative(d)),
        )
        for d in result.mirror.differences
    )
    return Table("What breaks the symmetry", columns, rows)


def relative(difference: Difference) -> str:
    """Δ as a part of the mean, in percent; a dash where the mean is zero."""
    if not difference.mean or not math.isfinite(difference.delta):
        return "–"
    return f"{100.0 * difference.delta / difference.mean:.3g} %"


def _value(result: HalfCircuits, difference: Difference, value: float) -> str:
    return quantity_text(value, unit(result, difference)) if math.isfinite(value) else "given for one only"


def unit(result: HalfCircuits, difference: Difference) -> str:
    """The unit of a parameter that differs."""
    model = devices()[result.drawing.kinds[difference.pair[0]]]
    name = difference.parameter
    if name.startswith("model "):
        return next((p.unit for p in model.model_parameters if p.name == name.removeprefix("model ")), "")
    return next((p.unit for p in model.parameters if p.name == name), "")


def _halves(result: HalfCircuits) -> Table:
    columns = [
        Column("half", LEFT),
        Column("devices"),
        Column("nodes"),
        Column("gain", LEFT),
        Column(f"at {format_si(result.frequency_hz, 'Hz')}"),
        Column("", joined=True),
    ]
    if result.paths:
        columns.append(Column("deck", LEFT))
    return Table("Half circuits", tuple(columns), tuple(_half(result, half) for half in result.halves))


def _half(result: HalfCircuits, half: Half) -> tuple[Cell, ...]:
    symbols = ("A_d", "A_cm") if result.single_ended else ("A_dd", "A_cc")
    gain = result.gains[half.mode]
    signed = math.copysign(abs(gain), gain.real if gain.real else 1.0)
    cells = [
        Cell(half.mode),
        Cell(str(half.devices)),
        Cell(str(half.nodes)),
        Cell(symbols[half.mode == "common"]),
        Cell(gain_text(signed)),
        Cell(f"{20.0 * math.log10(abs(gain)):.1f} dB" if gain else "–"),
    ]
    return (*cells, Cell(result.paths[half.mode])) if result.paths else tuple(cells)
