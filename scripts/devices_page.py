"""Writes docs/devices.md below its marker from what the devices declare: python scripts/devices_page.py"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from longtail.devices.base import DeviceModel, Parameter
from longtail.devices.discovery import devices

PAGE = Path(__file__).parents[1] / "docs" / "devices.md"
MARKER = "<!-- below: written by scripts/devices_page.py -->"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A Markdown table; a bar in a cell is escaped."""
    lines = [head, ("---",) * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines] + [""]


def bounds(p: Parameter) -> str:
    """What values a parameter may have, as a reader writes it."""
    if p.choices:
        return ", ".join(f"{x:g}" for x in p.choices)
    low, high = (f"{x:g}" if abs(x) != float("inf") else "" for x in (p.low, p.high))
    return f"{low} to {high}" if low and high else f"≥ {low}" if low else f"≤ {high}" if high else ""


def parameter_rows(parameters: Iterable[Parameter]) -> Iterable[tuple[str, ...]]:
    for p in parameters:
        names = ", ".join(f"`{name}`" for name in (p.name, *p.aliases))
        default = "flag" if p.flag else "" if p.default is None else f"{p.default:g}"
        yield names, p.unit, default, bounds(p), p.doc


def card(device: DeviceModel) -> str:
    """How a card of the device begins."""
    required = len(device.terminals) - device.optional_terminals
    nodes = [*device.terminals[:required], *(f"[{name}]" for name in device.terminals[required:])]
    return " ".join([f"{device.letter}...", *nodes])


def section(device: DeviceModel) -> str:
    """One device: its card, equations, parameters, quantities and sources."""
    lines = [f"## {device.name}", "", f"Card: `{card(device)}`", "", "```text", device.doc.strip(), "```", ""]
    head = ("parameter", "unit", "default", "values", "meaning")
    if device.parameters:
        lines += ["On the card:", "", *table(head, parameter_rows(device.parameters))]
    if device.model_parameters:
        types = ", ".join(f"`{name}`" for name in device.model_types)
        levels = f", level {', '.join(map(str, device.levels))}" if device.levels else ""
        marks = f" with {', '.join(f'`{name}`' for name in device.marks)}" if device.marks else ""
        lines += [f"On a `.model` card of type {types}{levels}{marks}:", ""]
        lines += table(head, parameter_rows(device.model_parameters))
    if device.ignored:
        names = ", ".join(f"`{name}`" for name in sorted(device.ignored))
        lines += [f"Without effect, and named in a note: {names}.", ""]
    if device.quantities:
        rows = ((f"`{q.name}`", q.unit, q.doc) for q in device.quantities)
        lines += ["Reported at the operating point:", "", *table(("quantity", "unit", "meaning"), rows)]
    if device.regions:
        lines += [f"Regions: {', '.join(device.regions)}.", ""]
    return "\n".join([*lines, *(f"Source: {reference}" for reference in device.references), ""])


def page(written: str) -> str:
    """The page with everything below the marker made anew."""
    preface, marker, _ = written.partition(MARKER)
    if not marker:
        raise ValueError(f"{PAGE.name} has no line {MARKER}")
    return "\n".join([preface + MARKER, "", *(section(device) for device in devices().values())])


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
