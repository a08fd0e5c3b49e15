"""An operating point as tables: nodes, branch currents, and one table for each kind of device."""

from __future__ import annotations

from collections.abc import Sequence

from longtail.analyses.op import OpResult
from longtail.devices.discovery import devices
from longtail.report.wording.conditions import Facts
from longtail.report.wording.page import ATTENTION, LEFT, PLAIN, Cell, Column, Page, Table
from longtail.report.wording.symbols import quantity_text, spread_text, symbol
from longtail.report.wording.transistors import amplifies, role_of_kind, transistors
from longtail.units import counted, format_si


def page(op: OpResult) -> Page:
    """Transistors first, since they tell whether the circuit amplifies; then nodes, branches and the other devices."""
    kinds = sorted(set(op.kinds.values()), key=lambda kind: (role_of_kind(kind) is None, kind))
    tables = [device_table(op, kind) for kind in kinds]
    leading = sum(role_of_kind(kind) is not None for kind in kinds)
    middle = [_values("Node voltages", "node", op.nodes, "V")]
    unsaid = {name: current for name, current in op.branches.items() if "i" not in op.devices.get(name, {})}
    if unsaid:
        middle.append(_values("Branch currents", "device", unsaid, "A"))
    facts = (
        *driven_facts(op),
        ("status", str(op.status)),
        ("found by", f"{op.continuation}, {counted(op.iterations, 'iteration')}"),
    )
    return Page("Operating point", facts, (*tables[:leading], *middle, *tables[leading:]), (*op.notes, *attention(op)))


def driven_facts(op: OpResult) -> Facts:
    """How the inputs are driven, and a temperature that was asked for; nothing of what is as the netlist has it."""
    asked = () if op.temperature_deg_c is None else (("temperature", format_si(op.temperature_deg_c, "degC")),)
    if op.driven is None:
        return asked
    at = op.driven
    known: list[tuple[str, str]] = [("input", ", ".join(at.input)), ("output", at.label)]
    known.append(("V_CM", spread_text(at.vcm, "V")))
    if at.null is not None:
        offset = spread_text(at.null.input_offset, "V")
        known.append(("nulled", f"to {format_si(at.null.v_od_target, 'V')} with an input offset of {offset}"))
    return (*known, *asked)


def attention(op: OpResult) -> tuple[str, ...]:
    """A note that names the transistors that do not amplify, if there are any."""
    idle = [f"{name} ({op.devices[name]['region']})" for name in transistors(op) if not amplifies(op, name)]
    if not idle:
        return ()
    return (f"not in the region where a transistor amplifies: {', '.join(idle)}",)


def device_table(op: OpResult, kind: str) -> Table:
    """All devices of one kind: chosen quantities of a transistor, all that the model reports of others."""
    names = [name for name in op.devices if op.kinds[name] == kind]
    model = devices()[kind]
    if model.role is not None:
        heading, quantities = model.role.heading, model.role.shown
    else:
        heading = kind.replace("_", " ").capitalize() + ("s" if not kind.endswith("s") else "")
        quantities = tuple(q.name for q in model.quantities if q.name != "region")
    shown = [q for q in quantities if any(q in op.devices[name] for name in names)]
    columns = [Column("device", LEFT)]
    if any(op.devices[name]["model"] != kind for name in names):
        columns.append(Column("model", LEFT))
    if model.regions:
        columns.append(Column("region", LEFT))
    columns += [Column(symbol(q)) for q in shown]
    rows = tuple(_row(op, name, [c.heading for c in columns[1:]], shown) for name in names)
    return Table(heading, tuple(columns), rows)


def _row(op: OpResult, name: str, headings: Sequence[str], quantities: Sequence[str]) -> tuple[Cell, ...]:
    device = op.devices[name]
    cells = [Cell(name)]
    if "model" in headings:
        cells.append(Cell(device["model"]))
    if "region" in headings:
        idle = role_of_kind(op.kinds[name]) is not None and not amplifies(op, name)
        cells.append(Cell(device.get("region", "–"), ATTENTION if idle else PLAIN))
    units = op.units.get(name, {})
    return (*cells, *(Cell(quantity_text(device.get(q), units.get(q, ""))) for q in quantities))


def _values(title: str, heading: str, values: dict[str, float], unit: str) -> Table:
    rows = tuple((Cell(name), Cell(quantity_text(value, unit))) for name, value in values.items())
    return Table(title, (Column(heading, LEFT), Column(unit)), rows)
