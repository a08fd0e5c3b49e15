"""An operating point as a figure: where every node sits, and how much room every transistor has."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from longtail.analyses.op import OpResult
from longtail.devices.role import Role
from longtail.report.figures.colours import BLUE, INK, PALE, VERMILLION
from longtail.report.figures.style import SMALL, TEXT, Canvas, dress, mathematical, new_figure, titled
from longtail.report.wording.symbols import quantity_text
from longtail.report.wording.transistors import amplifies, transistors

ROW = 0.24  # inches of height for a node or a transistor
MOST = 60  # rows that can be read


def figure(op: OpResult, *, title: str | None = None, into: Canvas | None = None) -> Canvas:
    """Node voltages in order on the left, on the right a bar for each transistor: the voltage across it.

    Transistors outside of their amplifying region are set apart in colour; a tick on a bar of a MOS transistor is
    its saturation voltage.
    """
    named = list(transistors(op))[:MOST]
    nodes = sorted(op.nodes, key=lambda name: op.nodes[name])
    nodes = nodes[: MOST // 2] + nodes[-MOST // 2 :] if len(nodes) > MOST else nodes
    height = ROW * max(len(nodes), len(named), 5) + 1.3
    drawn = new_figure(8.6 if named else 5.0, height, into)
    panels = drawn.subplots(1, 2 if named else 1, squeeze=False, width_ratios=(1, 1.15) if named else (1,))[0]
    _levels(panels[0], op, nodes)
    if named:
        _room(panels[1], op, named)
    titled(drawn, title or "Operating point")
    return drawn


def _rows(axes: Axes, names: Sequence[str]) -> None:
    dress(axes)
    axes.set_yticks(range(len(names)), names, fontsize=SMALL)
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _levels(axes: Axes, op: OpResult, nodes: Sequence[str]) -> None:
    """A dot for each node between the lowest and the highest voltage of the circuit."""
    _rows(axes, nodes)
    volts = [op.nodes[name] for name in nodes]
    low, high = min([0.0, *volts]), max([0.0, *volts])
    axes.hlines(range(len(nodes)), low, high, color="#e6e6e6", linewidth=3.0, zorder=1)
    axes.axvline(0.0, color=PALE, linewidth=0.8, zorder=2)
    axes.scatter(volts, range(len(nodes)), s=34, color=BLUE, zorder=3)
    span = (high - low) or 1.0
    for row, value in enumerate(volts):
        axes.annotate(
            quantity_text(value, "V"),
            (1.0, row),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK,
        )
    axes.set_xlim(low - 0.04 * span, high + 0.04 * span)
    axes.set_xlabel("voltage of each node to ground (V)", fontsize=TEXT, color=INK)


def _room(axes: Axes, op: OpResult, names: Sequence[str]) -> None:
    """A bar for each transistor: abs(V_CE) or abs(V_DS), with region and current beside it."""
    order = list(reversed(names))  # first of the netlist on top
    roles = transistors(op)
    _rows(axes, order)
    across = [abs(op.devices[name][roles[name].across]) for name in order]
    colours = [BLUE if amplifies(op, name) else VERMILLION for name in order]
    axes.barh(range(len(order)), across, height=0.55, color=colours)
    for row, (name, volts) in enumerate(zip(order, across, strict=True)):
        device = op.devices[name]
        role = roles[name]
        current = quantity_text(abs(device[role.current]), "A")
        if role.enough is not None:
            enough = abs(device[role.enough])
            axes.plot([enough, enough], [row - 0.42, row + 0.42], color=INK, linewidth=1.6)
        axes.annotate(
            f"{current}  {device['region']}",
            (max(volts, 0.0), row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK if amplifies(op, name) else VERMILLION,
        )
    axes.set_xlim(0.0, 1.7 * max([*across, 1e-3]))
    axes.set_xlabel(" or ".join(sorted({_across(role) for role in roles.values()})) + " (V)", fontsize=TEXT)
    _legend(axes, op, names)


def _across(role: Role) -> str:
    return f"|{mathematical(f'V_{role.across_letters}')}|"


def _legend(axes: Axes, op: OpResult, names: Sequence[str]) -> None:
    entries = []
    if not all(amplifies(op, name) for name in names):
        entries.append(Line2D([], [], color=VERMILLION, linewidth=6, label="does not amplify"))
    if any(transistors(op)[name].enough is not None for name in names):
        entries.append(Line2D([], [], color=INK, marker="|", linestyle="", markersize=9, label="saturates above"))
    if entries:
        axes.legend(handles=entries, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize=SMALL, frameon=False)
