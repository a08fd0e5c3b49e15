"""Every result of an analysis is shown by a module that is there."""

from importlib.util import find_spec

from longtail.analyses.discovery import analyses
from longtail.report.views import FIGURES, OVER_LANES, PAGES

RESULTS = {analysis.result.__name__ for analysis in analyses().values()}


def test_every_result_has_a_page_and_no_page_is_left_over() -> None:
    assert set(PAGES) == RESULTS
    assert set(FIGURES) | OVER_LANES <= RESULTS


def test_every_module_is_there() -> None:
    for module in {*PAGES.values(), *FIGURES.values(), "lanes", "figure_lanes", "general"}:
        assert find_spec(f"longtail.report.{module}"), module
