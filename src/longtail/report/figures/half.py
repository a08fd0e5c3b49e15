"""The mirror image of an amplifier as a picture: two sides that face each other across the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from longtail.analyses.half import HalfCircuits
from longtail.report.figures.colours import BLUE, GREEN, INK, ORANGE, PALE, PURPLE, VERMILLION
from longtail.report.figures.style import SMALL, Canvas, new_figure, titled
from longtail.report.pages.half import relative, verdict

ROW = 0.34  # inches between neighbours in the tallest column
MOST = 40  # rows that can be read
NODES_AT, DEVICES_AT = 2.9, 1.45  # distance of the columns from the line
COLOURS = (BLUE, GREEN, PURPLE, ORANGE, "#3b8fb5", "#7a7a00")
ROUNDS = 8  # of putting each thing level with what it is joined to

Thing = tuple[str, str]  # ("node", name) or ("device", name): the two may share a name
Rows = dict[str, list[tuple[Thing, Thing]]]


@dataclass(frozen=True, slots=True)
class _Place:
    x: float
    y: float
    colour: str


def figure(result: HalfCircuits, *, into: Canvas | None = None) -> Canvas:
    """Each pair in one colour on one level: devices within, nodes outside, on the line what is its own image.

    Pairs whose values differ carry a Δ; nodes at which the symmetry ends have a thick border.
    """
    rows = _rows(result)
    tallest = max([len(column) for column in rows.values()] + [4])
    drawn = new_figure(8.6, ROW * tallest + 1.4, into)
    axes = drawn.add_subplot()
    places = _places(rows, tallest)
    _wires(axes, result, places)
    _names(axes, result, places)
    _apart(axes, result, places)
    _dress(axes, result, tallest)
    titled(drawn, result.title)
    return drawn


def _rows(result: HalfCircuits) -> Rows:
    """What stands in each column from top to bottom: node pairs, device pairs, and the line."""
    mirror = result.mirror
    if mirror is None:
        return {"nodes": [], "devices": [], "line": []}
    line: list[Thing] = [("node", n) for n in mirror.axis_nodes]
    line += [("device", d) for d in mirror.axis_devices if d not in result.drawing.supplies]
    rows: Rows = {
        "nodes": [(("node", a), ("node", b)) for a, b in result.node_pairs[:MOST]],
        "devices": [(("device", a), ("device", b)) for a, b in result.pairs[:MOST]],
        "line": [(thing, thing) for thing in line[:MOST]],
    }
    level = {key: k / len(column) for column in rows.values() for k, (key, _) in enumerate(column)}
    joined = _joined(result, rows)
    for _ in range(ROUNDS):
        for column in rows.values():
            wanted = {key: _mean([level[other] for other in joined[key]], level[key]) for key, _ in column}
            column.sort(key=lambda pair: wanted[pair[0]])
            for k, (key, _) in enumerate(column):
                level[key] = (k + 0.5) / len(column)
    rows["line"] = [(thing, thing) for thing in _along([thing for thing, _ in rows["line"]], joined, _ends(result))]
    return rows


def _along(
    line: Sequence[Thing], joined: Mapping[Thing, Sequence[Thing]], ends: tuple[set[str], set[str]]
) -> list[Thing]:
    """The things on the line, each beside what it is joined to: behind what faces the sides, what hangs on it."""
    top, bottom = ([t for t in line if t[0] == "node" and t[1] in rail] for rail in ends)
    inside = [t for t in line if t not in top and t not in bottom]
    facing = [t for t in inside if any(other not in line for other in joined[t])]
    order: dict[Thing, None] = {}

    def visit(thing: Thing) -> None:
        if thing in order or thing not in inside:
            return
        order[thing] = None
        if thing[0] == "node" or thing not in facing:
            for other in joined[thing]:
                if other not in facing:
                    visit(other)

    for thing in (*facing, *inside):
        visit(thing)
    return [*top, *order, *bottom]


def _ends(result: HalfCircuits) -> tuple[set[str], set[str]]:
    """Nodes held by positive and by negative supplies: they stand at the top and at the bottom."""
    above: set[str] = set()
    below: set[str] = set()
    for name, volts in result.drawing.supplies.items():
        (above if volts >= 0.0 else below).update(result.drawing.joints[name])
    return above, below - above


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _joined(result: HalfCircuits, rows: Rows) -> dict[Thing, list[Thing]]:
    """What each pair, and each thing on the line, is joined to; a pair goes by its first."""
    first = {thing: a for column in rows.values() for a, b in column for thing in (a, b)}
    joined: dict[Thing, list[Thing]] = {key: [] for key in first.values()}
    for name, nodes in result.drawing.joints.items():
        device = first.get(("device", name))
        for node in nodes:
            other = first.get(("node", node))
            if device is not None and other is not None and node not in result.rails:
                joined[device].append(other)
                joined[other].append(device)
    return joined


def _places(rows: Rows, tallest: int) -> dict[Thing, _Place]:
    places: dict[Thing, _Place] = {}
    for column, x in (("nodes", NODES_AT), ("devices", DEVICES_AT), ("line", 0.0)):
        step = tallest / max(len(rows[column]), 1)
        for k, (a, b) in enumerate(rows[column]):
            colour = COLOURS[k % len(COLOURS)] if x else INK
            y = tallest - (k + 0.5) * step
            places[a], places[b] = _Place(-x, y, colour), _Place(x, y, colour)
    return places


def _wires(axes: Axes, result: HalfCircuits, places: Mapping[Thing, _Place]) -> None:
    """A line for each terminal, pale where it leads to a supply; arcs where both ends are on the line."""
    for name, nodes in result.drawing.joints.items():
        here = places.get(("device", name))
        for node in dict.fromkeys(nodes):
            there = places.get(("node", node))
            if here is None or there is None:
                continue
            rail = node in result.rails
            look: dict[str, Any] = {"color": PALE if rail else here.colour, "zorder": 1}
            look |= {"linewidth": 0.6, "alpha": 0.3} if rail else {"linewidth": 1.1, "alpha": 0.6}
            if here.x or there.x:
                axes.plot([here.x, there.x], [here.y, there.y], **look)
            elif not rail:
                look["alpha"] = 0.35
                for bend in (0.35, -0.35):  # to both sides, so that the picture is its own mirror image too
                    ends = (0.0, here.y), (0.0, there.y)
                    curve = f"arc3,rad={bend}"
                    axes.add_patch(FancyArrowPatch(*ends, arrowstyle="-", connectionstyle=curve, **look))


def _names(axes: Axes, result: HalfCircuits, places: Mapping[Thing, _Place]) -> None:
    """Nodes in round boxes, devices in square ones."""
    ends = set(result.mirror.ends_at) if result.mirror else set()
    for (kind, name), place in places.items():
        ended = kind == "node" and name in ends
        box: dict[str, Any] = {
            "boxstyle": "round,pad=0.35,rounding_size=0.8" if kind == "node" else "square,pad=0.35",
            "facecolor": "white",
            "edgecolor": VERMILLION if ended else place.colour,
            "linewidth": 2.4 if ended else 1.1,
        }
        axes.text(place.x, place.y, name, ha="center", va="center", fontsize=SMALL, color=INK, bbox=box, zorder=3)


def _apart(axes: Axes, result: HalfCircuits, places: Mapping[Thing, _Place]) -> None:
    """A Δ between the two devices of each pair whose values differ."""
    said: dict[Thing, list[str]] = {}
    for difference in result.mirror.differences if result.mirror else ():
        part = relative(difference)
        shown = f"Δ{difference.parameter}" + (f" {part}" if part != "–" else "")
        known = [thing for name in difference.pair if (thing := ("device", name)) in places]
        for thing in known[-1:]:
            said.setdefault(thing, []).append(shown)
    for thing, texts in said.items():
        place = places[thing]
        axes.annotate(
            ", ".join(texts[:2]) + (", ..." if len(texts) > 2 else ""),
            (abs(place.x), place.y),
            xytext=(0, -13),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL - 0.5,
            color=VERMILLION,
            bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
            zorder=4,
        )


def _dress(axes: Axes, result: HalfCircuits, tallest: int) -> None:
    """The line itself, and below it what there is to say of the whole."""
    axes.axvline(0.0, color=PALE, linewidth=1.1, linestyle=(0, (6, 3, 1, 3)), zorder=0)
    axes.set_xlim(-NODES_AT - 0.8, NODES_AT + 0.8)
    axes.set_ylim(-0.2, tallest + 0.2)
    axes.set_axis_off()
    lines = [f"Mirror image: {verdict(result)}."]
    if result.mirror is not None and result.mirror.unmatched:
        names = result.mirror.unmatched
        lines.append("Without one: " + ", ".join(names[:12]) + (f" and {len(names) - 12} more." if names[12:] else "."))
    lines.append("Round: nodes. Square: devices. The dashed line is the line of symmetry.")
    axes.text(0.0, -0.01, "\n".join(lines), transform=axes.transAxes, ha="left", va="top", fontsize=SMALL, color=INK)
