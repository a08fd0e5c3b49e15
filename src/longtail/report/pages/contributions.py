"""Contributions as tables: which random difference does how much, the largest first, and sums over devices alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail.analyses.contributions.result import FEW, Contributions, Contributor
from longtail.report.pages.noise import share_text
from longtail.report.wording.conditions import Facts
from longtail.report.wording.page import LEFT, QUIET, STRONG, Cell, Column, Page, Table
from longtail.units import format_si

MOST = 20  # causes that are listed
NEGLIGIBLE = 1e-4  # share below which a cause is not listed
NAMES = {"cmrr": "the rejection", "input_offset": "the input offset"}


def page(result: Contributions) -> Page:
    """The spread first, then the causes by rank; sums by group where devices ought to be equal."""
    title = f"Contributions to {NAMES.get(result.measure, result.measure)}"
    tables = [_causes(result)]
    if any("," in cause.group for cause in result.causes):
        tables.append(_groups(result))
    return Page(title, facts(result), tuple(tables), result.notes)


def facts(result: Contributions) -> Facts:
    """Where the figure is taken, what it is, and how it spreads."""
    said: list[tuple[str, str]] = []
    if result.output:
        said += [("input", ", ".join(result.input)), ("output", result.label)]
    if result.vcm.size:
        said.append(("V_CM", over(result.vcm, "V")))
    if result.frequency_hz.size:
        said.append(("frequency", over(result.frequency_hz, "Hz")))
    said.append((f"{result.symbol}, nominal", signed(result.nominal[0, 0], result.unit)))
    deviation = "1 sigma" if not np.iscomplexobj(result.nominal) else "1 sigma, sqrt(E|x - x0|²)"
    said.append((f"{result.symbol}, {deviation}", _range(result.sigma, result.unit)))
    if result.covariance is not None:
        few = result.sigma.size <= FEW
        rejections = result.rejection_db if few else result.rejections((1, 1))
        worst, median = (_range(rejections[q], "dB") for q in ("1", "50"))
        where = "" if few else "; at the first place"
        said.append(("CMRR", f"median {median}; 99 % have at least {worst}{where}"))
    return tuple(said)


def over(values: Any, unit: str) -> str:
    """One place, or the ends of several."""
    ends = [format_si(float(value), unit) for value in (values[0], values[-1])]
    return ends[0] if values.size == 1 else f"{ends[0]} to {ends[1]}; tables at {ends[0]}"


def signed(value: Any, unit: str) -> str:
    """A real figure, or the magnitude of a complex one with the sign of its real part."""
    if np.iscomplexobj(value):
        value = -abs(value) if value.real < 0.0 else abs(value)
    return format_si(float(value), unit) if np.isfinite(value) else "–"


def _range(sigma: Any, unit: str) -> str:
    found = sigma[np.isfinite(sigma)]
    if not found.size:
        return "–"
    ends = [format_si(float(value), unit) for value in (found.min(), found.max())]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def spread_text(cause: Contributor) -> str:
    """The standard deviation of a parameter."""
    return f"{100.0 * cause.sigma:.4g} %" if cause.relative else format_si(cause.sigma, cause.unit)


def _causes(result: Contributions) -> Table:
    columns = (
        Column("device", LEFT),
        Column("parameter", LEFT),
        Column("1 sigma"),
        Column(f"does to {result.symbol}"),
        Column("share"),
        Column("by", LEFT, wraps=True),
    )
    share = np.nan_to_num(result.share[0, 0])
    shown = [k for k in result.order[:MOST] if abs(share[k]) >= NEGLIGIBLE]
    rows = [_row(result, int(k), float(share[k])) for k in shown]
    rest = [k for k in result.order if k not in set(shown)]
    if rest:
        left = float(share[rest].sum())
        many = f"{len(rest)} others"
        rows.append((Cell(many, QUIET), Cell(""), Cell(""), Cell(""), Cell(share_text(left), QUIET), Cell("")))
    return Table("By share of the variance", columns, tuple(rows))


def _row(result: Contributions, k: int, share: float) -> tuple[Cell, ...]:
    cause = result.causes[k]
    effect = result.sensitivity[0, 0, k] * cause.sigma
    return (
        Cell(cause.instance or "netlist"),
        Cell(cause.parameter),
        Cell(spread_text(cause)),
        Cell(signed(effect, result.unit)),
        Cell(share_text(share), STRONG),
        Cell(cause.source if cause.kind in cause.source else f"{cause.kind}, {cause.source}", QUIET),
    )


def _groups(result: Contributions) -> Table:
    found = [(name, float(np.nan_to_num(share[0, 0]))) for name, share in result.groups.items()]
    rows = tuple((Cell(name), Cell(share_text(share), STRONG)) for name, share in found if abs(share) >= NEGLIGIBLE)
    return Table("By devices that ought to be equal", (Column("parameter", LEFT), Column("share")), rows[:MOST])
