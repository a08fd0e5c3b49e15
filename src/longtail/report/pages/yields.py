"""Yield without sampling as tables: each limit with its margin, and the worst case of each."""

from __future__ import annotations

from longtail.analyses.yields.improvement import percent
from longtail.analyses.yields.result import ImprovedGroup, ImprovedWay, Improvement, LimitYield, Yields
from longtail.report.pages.monte_carlo import figure_text
from longtail.report.wording.page import ATTENTION, LEFT, QUIET, STRONG, Cell, Column, Page, Table
from longtail.units import counted, format_si

_SOON = 0.99  # a yield from which the part that fails says more


def page(result: Yields) -> Page:
    """The joint yield, the limits, and where each fails first."""
    ports = (("input", ", ".join(result.input)), ("output", result.label)) if result.output else ()
    facts = (
        *ports,
        ("yield", f"{part_text(result.joint, 1.0 - result.joint)}, at least {100.0 * result.least:.6g} %"),
        ("of", f"{counted(result.causes, 'cause')}: {' and '.join(result.kinds)}"),
        ("picture", result.validity),
    )
    sampled = (_sampled(result),) if any(each.sampled for each in result.limits) else ()
    sampled = (*((_under(result),) if result.under else ()), *sampled)
    better = _improvement(result.improvement) if result.improvement else ()
    return Page("Yield", facts, (_limits(result), *sampled, _worst(result), *better), result.notes)


def _under(result: Yields) -> Table:
    """The yield under each condition; the worst is marked."""
    columns = (
        Column("condition", LEFT),
        Column("yield, all limits"),
        *(Column(each.limit) for each in result.limits if len(result.limits) > 1),
        Column("picture", LEFT),
    )
    rows = tuple(
        (
            Cell(each.condition, STRONG),
            Cell(part_text(each.joint, 1.0 - each.joint), ATTENTION if each is result.worst else "plain"),
            *(Cell(part_text(one.value, one.failure)) for one in each.limits if len(result.limits) > 1),
            Cell(each.validity),
        )
        for each in result.under
    )
    return Table("Under each condition", columns, rows)


def part_text(value: float, failure: float) -> str:
    """A yield in percent; one near 100 % by the part that fails."""
    if value < _SOON or failure <= 0.0:
        return f"{100.0 * value:.4g} %"
    return f"{100.0 * value:.6g} % ({failure:.3g} fail)"


def _limits(result: Yields) -> Table:
    columns = (
        Column("limit", LEFT),
        Column("nominal"),
        Column("yield"),
        Column("worst case at"),
        Column("solved there"),
        Column("picture", LEFT),
    )
    return Table("By limit", columns, tuple(map(_row, result.limits)))


def _row(each: LimitYield) -> tuple[Cell, ...]:
    sure = "plain" if each.validity != "neither" else ATTENTION
    off = f", off by {each.error if each.second_error is None else each.second_error:.2g} sigma"
    return (
        Cell(each.limit, STRONG),
        Cell(figure_text(each.nominal, each.unit)),
        Cell(part_text(each.value, each.failure), STRONG),
        Cell("–" if each.distance is None else f"{each.distance:.3g} sigma"),
        Cell(figure_text(each.at_worst, each.unit)),
        Cell(each.validity + off * (each.validity != "sampled"), sure),
    )


def _sampled(result: Yields) -> Table:
    columns = (
        Column("limit", LEFT),
        Column("fail"),
        Column("standard error"),
        Column("by the picture"),
        Column("solutions"),
        Column("effective"),
        Column("nearest found at"),
    )
    rows = []
    for each in result.limits:
        one = each.sampled
        if one is None:
            continue
        rows.append(
            (
                Cell(each.limit, STRONG),
                Cell(f"{one.value:.3g}", STRONG if one.trusted else ATTENTION),
                Cell(f"{one.standard_error:.2g}"),
                Cell(f"{one.pictured:.3g}"),
                Cell(str(one.samples)),
                Cell(f"{one.effective:.0f}", "plain" if one.trusted else ATTENTION),
                Cell("–" if one.distance is None else f"{one.distance:.3g} sigma"),
            )
        )
    return Table("Whole solutions about the worst case", columns, tuple(rows))


def _worst(result: Yields) -> Table:
    columns = (Column("limit", LEFT), Column("the worst case, in standard deviations of each cause", LEFT, wraps=True))
    rows = []
    for each in result.limits:
        causes = ", ".join(f"{name} {value:+.2f}" for name, value in each.worst_case.items() if abs(value) >= 0.005)
        rows.append((Cell(each.limit), Cell(causes or "none reaches it", QUIET if not causes else "plain")))
    return Table("Where limits fail first", columns, tuple(rows))


def _improvement(found: Improvement) -> tuple[Table, ...]:
    """A table for areas, and one for deviations."""
    return tuple(_way(found, way) for way in found.ways)


def _way(found: Improvement, way: ImprovedWay) -> Table:
    area = way.kind == "area"
    what, more = ("area", "10 % of all area more") if area else ("deviation", "10 % less")
    title = f"{'Areas' if area else 'Deviations'} for a yield of {percent(found.target)}, now {percent(found.present)}"
    title += (
        f": {way.cost:.3g} times the {'area' if area else 'cost'}"
        if way.cost is not None
        else f": not reached, {percent(way.value)}"
    )
    columns = (
        Column("devices", LEFT),
        Column(what),
        Column("cheapest"),
        Column("this alone"),
        Column(f"fail with {more}"),
    )
    rows = tuple(
        (
            Cell(", ".join(each.devices) + f" {each.parameter}" * (not area), STRONG),
            Cell(_size(each, each.present)),
            Cell(_size(each, each.after(each.factor)), STRONG),
            Cell(_size(each, each.after(each.alone))),
            Cell(f"{each.failure:.3g}"),
        )
        for each in found.groups
        if each.kind == way.kind
    )
    return Table(title, columns, rows)


def _size(group: ImprovedGroup, size: float | None) -> str:
    """An area in square micrometres or as a number, a deviation in percent or in its unit."""
    if size is None:
        return "–"
    if group.unit == "m^2":
        return f"{1e12 * size:.4g} um^2"
    if group.kind == "area" or not (group.relative or group.unit):
        return f"{size:.4g}"
    return f"{100.0 * size:.3g} %" if group.relative else format_si(size, group.unit, 3)
