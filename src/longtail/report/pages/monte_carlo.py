"""A Monte Carlo run as tables: yield against limits, quantiles of every figure, the worst samples."""

from __future__ import annotations

import math

from longtail.analyses.monte_carlo.result import QUANTILES, Distribution, MonteCarlo, YieldOf
from longtail.report.wording.conditions import Facts
from longtail.report.wording.page import ATTENTION, LEFT, QUIET, STRONG, Cell, Column, Page, Table
from longtail.units import counted, format_si

SHOWN = tuple(f"{each:g}" for each in QUANTILES)
_FAILED = 6  # numbers that are listed


def page(result: MonteCarlo) -> Page:
    """The yield first, where there are limits; then how each figure is distributed."""
    tables = [_yields(result)] if result.yields else []
    tables += [_figures(result), _worst(result)]
    if len(result.measures) > 1:
        tables.append(_correlation(result))
    if result.controlled:
        tables.insert(1, _controlled(result))
    if result.under:
        tables.insert(bool(result.yields) + bool(result.controlled), _under(result))
    if result.drawn:
        tables.append(_drawn(result))
    return Page("Monte Carlo", facts(result), tuple(tables), (*_failed(result), *result.notes))


def facts(result: MonteCarlo) -> Facts:
    """What was drawn."""
    said: list[tuple[str, str]] = []
    if result.output:
        said += [("input", ", ".join(result.input)), ("output", result.label)]
    drawn = f"{result.samples}, {result.sampling}, seed {result.seed}"
    said.append(("samples", drawn))
    said.append(("of", f"{counted(result.causes, 'cause')}: {' and '.join(result.kinds)}"))
    return tuple(said)


def yield_text(each: YieldOf) -> str:
    """A yield with its interval."""
    return interval_text(each.value, each.low, each.high)


def interval_text(value: float, low: float, high: float) -> str:
    """A part and its interval in percent.

    >>> interval_text(0.9942, 0.9926, 0.9956)
    '99.42 % (99.26 to 99.56 %)'
    """
    return f"{100.0 * value:.4g} % ({100.0 * low:.4g} to {100.0 * high:.4g} %)"


def figure_text(value: float | None, unit: str) -> str:
    """A figure with its unit; what is infinite or not there in words."""
    if value is None or math.isnan(value):
        return "–"
    return ("∞" if value > 0 else "-∞") if math.isinf(value) else format_si(value, unit)


def _yields(result: MonteCarlo) -> Table:
    columns = (Column("limit", LEFT), Column("kept by"), Column("yield, 95 % interval", LEFT))
    rows = tuple(
        (
            Cell("all limits" if each.limit == "all" else each.limit, STRONG if each.limit == "all" else "plain"),
            Cell(f"{each.passed} of {each.samples}"),
            Cell(yield_text(each), STRONG),
        )
        for each in (result.yields[:-1] if len(result.yields) == 2 else result.yields)
    )
    method = result.yields[-1].method.partition(",")[0]
    return Table(f"Yield (intervals by {method})", columns, rows)


def _controlled(result: MonteCarlo) -> Table:
    """Yields with the linear picture as control, and what that saved."""
    columns = (
        Column("limit", LEFT),
        Column("yield, 95 % interval", LEFT),
        Column("picture alone"),
        Column("picture wrong for"),
        Column("as good as"),
    )
    rows = tuple(
        (
            Cell(each.limit),
            Cell(interval_text(each.value, each.low, each.high), STRONG),
            Cell(f"{100.0 * each.pictured:.6g} %"),
            Cell(counted(each.more + each.fewer, "sample")),
            Cell(counted(each.worth, "sample")),
        )
        for each in result.controlled
    )
    return Table("Yield with the linear picture as control", columns, rows)


def _under(result: MonteCarlo) -> Table:
    """Under each condition the yield of all limits, and the medians of the figures."""
    limited = bool(result.yields)
    columns = (
        Column("condition", LEFT),
        *((Column("yield, 95 % interval", LEFT),) if limited else ()),
        *(Column(f"median {name}") for name in result.measures),
    )
    worst = min((each.yields[-1].value for each in result.under), default=1.0) if limited else 1.0
    rows = [
        (
            Cell(each.condition, STRONG),
            *((_marked(each.yields[-1], worst),) if limited else ()),
            *(Cell(_median(m)) for m in each.measures.values()),
        )
        for each in result.under
    ]
    if result.everywhere is not None:
        empty = (Cell(""),) * len(result.measures)
        rows.append((Cell("every one of them", STRONG), Cell(yield_text(result.everywhere), STRONG), *empty))
    return Table("The same samples under each condition", columns, tuple(rows))


def _median(each: Distribution) -> str:
    median = figure_text(each.quantiles["50"], each.unit)
    return median if each.sigma is None else f"{median}, 1 sigma {figure_text(each.sigma, each.unit)}"


def _marked(each: YieldOf, worst: float) -> Cell:
    return Cell(yield_text(each), ATTENTION if each.value == worst < 1.0 else "plain")


def _figures(result: MonteCarlo) -> Table:
    columns = (
        Column("figure", LEFT),
        Column("nominal"),
        Column("mean"),
        Column("1 sigma", joined=True),
        *(Column(f"{name} %") for name in SHOWN),
    )
    rows = tuple(_row(name, each) for name, each in result.measures.items())
    return Table("Distributions: part of the samples below", columns, rows)


def _row(name: str, each: Distribution) -> tuple[Cell, ...]:
    texts = [figure_text(each.quantiles[q], each.unit) for q in SHOWN]
    moments = [figure_text(value, each.unit) for value in (each.mean, each.sigma)]
    cells = [Cell(text, QUIET if text == "–" else "plain") for text in moments]
    middle = SHOWN.index("50")
    return (
        Cell(name, STRONG),
        Cell(figure_text(each.nominal, each.unit)),
        *cells,
        *(Cell(text, STRONG if k == middle else "plain") for k, text in enumerate(texts)),
    )


def _worst(result: MonteCarlo) -> Table:
    units = {name: each.unit for name, each in result.measures.items()}
    columns = (Column("figure", LEFT), Column("sample"), Column("value"))
    rows = tuple(
        (Cell(each.measure), Cell(str(each.sample)), Cell(figure_text(each.value, units[each.measure])))
        for each in result.worst
    )
    return Table("At the ends", columns, rows)


def _correlation(result: MonteCarlo) -> Table:
    names = list(result.measures)
    columns = (Column("by rank", LEFT), *(Column(name) for name in names))
    rows = tuple(
        (Cell(name), *(Cell("–" if math.isnan(x) else f"{x:.3f}") for x in row))
        for name, row in zip(names, result.correlation.tolist(), strict=True)
    )
    return Table("Correlation", columns, rows)


def _drawn(result: MonteCarlo) -> Table:
    rows = tuple((Cell(name), Cell(f"{value:.9g}", ATTENTION)) for name, value in result.drawn.items())
    return Table("Values of this sample, as --set takes them", (Column("parameter", LEFT), Column("value")), rows)


def _failed(result: MonteCarlo) -> tuple[str, ...]:
    if not result.failures:
        return ()
    numbers = ", ".join(map(str, result.failed[:_FAILED])) + (" ..." if result.failures > _FAILED else "")
    return (
        f"{counted(result.failures, 'sample')} could not be solved and count as fails: {numbers}; "
        "--sample solves one alone",
    )
