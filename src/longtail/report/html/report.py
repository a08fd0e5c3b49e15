"""A datasheet as one HTML file: tables, interactive plots and the netlist, without any network."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longtail.circuit import Circuit
from longtail.contract.encoding import finite
from longtail.datasheet.analyze import Datasheet
from longtail.datasheet.companions import Details
from longtail.datasheet.rows import Row
from longtail.datasheet.samples import QUANTILES
from longtail.elaborate.writer import write
from longtail.errors import OptionError
from longtail.printable import printable_lines
from longtail.registry import home_of
from longtail.remarks import apart
from longtail.report.html import plots as html_plots
from longtail.report.html import spread as html_spread
from longtail.report.html.plots import Plot
from longtail.report.pages import formula as formula_page
from longtail.report.pages.datasheet import (
    bias_table,
    contributions_table,
    limit_text,
    own_conditions,
    page,
    sampled_texts,
)
from longtail.report.wording.layout import subscripts
from longtail.report.wording.symbols import quantity_text
from longtail.report.wording.transistors import transistors

if TYPE_CHECKING:
    import jinja2

SAMPLED = ("1 sigma", *(f"{q:g} %" for q in QUANTILES))
TEMPLATE = "datasheet.html.jinja"
_DEVICE = re.compile(r"^[a-z]\S*")


def html(sheet: Datasheet) -> str:
    """The report. Raises `OptionError` where plotly or jinja2 are not installed."""
    library, environment = _library(), _environment()
    found = sheet.details()
    assert sheet.circuit is not None, "there are no details without it"
    plots = list(_plots(sheet, found))
    shown = page(sheet)
    warnings, notes = apart(dict.fromkeys((*shown.warnings, *shown.notes, *found.notes)))
    return environment.get_template(TEMPLATE).render(
        title=sheet.title,
        facts=shown.facts,
        rows=[_row(row, f"V_CM = {sheet.gains.vcm:.4g} V") for row in sheet.rows],
        spread=sheet.spread,
        limited=sheet.limited,
        sampled=SAMPLED if sheet.samples is not None else (),
        contributions=contributions_table(sheet.samples) if sheet.samples is not None else None,
        failed=sheet.failure,
        conditions=sheet.conditions,
        bias=bias_table(sheet.op) if transistors(sheet.op) else None,
        devices=frozenset(sheet.circuit.instances),
        formulas=[formula_page.page(each) for each in found.formulas],
        plots=plots,
        figures=_script({plot.key: {"data": plot.data, "layout": plot.layout} for plot in plots}),
        netlist=list(_netlist(sheet.circuit)),
        warnings=warnings,
        notes=notes,
        library=library,
    )


def _plots(sheet: Datasheet, found: Details) -> Iterator[Plot]:
    """The plots in the order of the page; those without anything to show are left out."""
    if (sheet.gains.frequency_hz > 0.0).sum() > 1:
        yield html_spread.over_gains(html_plots.gains(sheet.gains), sheet.curves)
        if sheet.curves is not None and (each := html_spread.by_condition(sheet.curves)) is not None:
            yield each
        if found.cmrr is not None and found.cmrr.vcm.size > 1:
            yield html_plots.rejection_map(found.cmrr)
    if sheet.curves is not None and (each := html_spread.over_levels(sheet.curves)) is not None:
        yield each
    drawn = [
        found.transfer and html_plots.transfer(found.transfer),
        found.transfer and html_plots.steering(found.transfer),
        found.range and html_plots.diamond(found.range),
        found.noise
        and found.noise.frequency_hz.size > 1
        and html_spread.over_noise(html_plots.noise(found.noise), sheet.curves),
        found.noise and html_plots.contributions(found.noise),
        found.poles and html_plots.poles(found.poles),
    ]
    yield from (plot for plot in drawn if isinstance(plot, Plot))


def _row(row: Row, shared: str) -> dict[str, Any]:
    """A row as texts."""

    def text(value: float | None) -> str:
        return "" if value is None else quantity_text(value, row.unit)

    return {
        "symbol": row.symbol,
        "parameter": row.parameter,
        "minimum": text(row.minimum),
        "minimum_at": row.minimum_at,
        "typical": quantity_text(row.value, row.unit),
        "maximum": text(row.maximum),
        "maximum_at": row.maximum_at,
        "limit": limit_text(row),
        "sampled": sampled_texts(row),
        "verdict": row.verdict,
        "remark": row.remark.partition(":")[0],
        "conditions": own_conditions(row, shared),
    }


def _netlist(circuit: Circuit) -> Iterator[tuple[str, str, str]]:
    """Lines of the flat netlist: the text, the device that it is, and where that stands in the source."""
    instances = circuit.instances
    for text in write(circuit).splitlines():
        first = _DEVICE.match(text)
        name = first[0] if first else ""
        if name not in instances:
            name = name.removeprefix("b.") if name.removeprefix("b.") in instances else ""
        span = instances[name].span if name else None
        yield text, name, str(span) if span else ""


def _script(data: Any) -> str:
    """JSON that cannot end the script element which carries it.

    >>> _script({"a": "</script><b>"})
    '{"a":"\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e"}'
    """
    text = json.dumps(_shown(finite(data)), separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _shown(data: Any) -> Any:
    """Data of a plot with all its texts printable."""
    if isinstance(data, dict):
        return {key: _shown(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_shown(value) for value in data]
    return printable_lines(data) if isinstance(data, str) else data


def formula_html(text: str) -> str:
    """A formula with subscripts and powers set as such, everything else escaped.

    >>> formula_html("-g_m1,2^2·(r_o2 ∥ R_D)"), formula_html("g_m1..6,8")
    ('-g<sub>m1,2</sub><sup>2</sup>·(r<sub>o2</sub> ∥ R<sub>D</sub>)', 'g<sub>m1..6,8</sub>')
    """
    low = re.sub(r"(?<=\w)_(\w+(?:(?:,|\.\.)\w+)*)", r"<sub>\1</sub>", escape(text))
    return re.sub(r"\^(\d+)", r"<sup>\1</sup>", low)


def _extra() -> str:
    """How to install what reports need, wherever longtail itself came from: into the Python that runs it."""
    return f"{shlex.quote(sys.executable)} -m pip install 'plotly>=5.20' 'jinja2>=3.1'"


def _library() -> str:
    """Plotly's JavaScript, which the Python package carries; the package itself is not imported: it is slow."""
    folder = home_of("plotly")
    if folder is None:
        raise OptionError("an HTML report needs plotly, which is not installed", hint=_extra())
    script = folder / "package_data" / "plotly.min.js"
    return script.read_text(encoding="utf-8").replace("</script", "<\\/script")


def _environment() -> jinja2.Environment:
    """Templates that escape whatever is put into them."""
    try:
        import jinja2
    except ImportError as error:
        raise OptionError("an HTML report needs jinja2, which is not installed", hint=_extra()) from error
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.finalize = lambda value: printable_lines(value) if type(value) is str else value
    environment.filters["formula"] = lambda text: jinja2.filters.Markup(formula_html(text))
    environment.filters["subscripts"] = lambda text: jinja2.filters.Markup(subscripts(text))
    return environment
