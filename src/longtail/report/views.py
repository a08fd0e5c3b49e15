"""Which module shows a result: the page and the figure of its `view`, imported when the result is shown.

A module of `longtail.report.pages` has `page(result)`, one of `longtail.report.figures` `figure(result, **options)`;
both have the name of the view. A result with axes of varied parameters is shown by `lanes`, whatever it is of.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from longtail.analyses.base import Result

OVER_LANES = frozenset({"gains", "op"})  # views of results that are shown over their axes, where they have any


def page_of(result: Result) -> Callable[..., Any]:
    """The function that makes the page of a result; the general one, of its JSON, where it has none of its own."""
    page: Callable[..., Any] = import_module(f"longtail.report.pages.{_view(result)}").page
    return page


def figure_of(result: Result) -> Callable[..., Any] | None:
    """The function that draws a result; None where there is no figure of it."""
    name = f"longtail.report.figures.{_view(result)}"
    if find_spec(name) is None:
        return None
    figure: Callable[..., Any] | None = getattr(import_module(name), "figure", None)
    return figure


def _view(result: Result) -> str:
    return "lanes" if result.view in OVER_LANES and bool(getattr(result, "axes", ())) else result.view
