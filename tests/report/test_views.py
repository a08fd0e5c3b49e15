"""Every result of an analysis is shown by a page of its own, and no page or figure is left over."""

from pathlib import Path

from longtail import report
from longtail.registry import analyses
from longtail.report.views import OVER_LANES

RESULTS = {analysis.result for analysis in analyses().values()}
VIEWS = {result.view for result in RESULTS}
NO_VIEWS = {"general", "formula_validity"}  # of any result, and a part of another page


def modules(folder: str) -> set[str]:
    return {path.stem for path in (Path(report.__file__).parent / folder).glob("*.py")} - {"__init__"}


def test_every_result_has_a_page_and_no_page_is_left_over() -> None:
    assert len(VIEWS) == len(RESULTS)
    assert modules("pages") - NO_VIEWS == VIEWS


def test_no_figure_is_left_over() -> None:
    assert modules("figures") - {"bode", "style", "colours"} <= VIEWS
    assert VIEWS >= OVER_LANES
